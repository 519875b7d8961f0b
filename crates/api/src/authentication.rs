//! Who asks, by a bearer token.

use std::net::IpAddr;

use axum::http::{HeaderMap, header};
use service::access::token;
use service::{Code, Error, Result, Space, Viewer};

/// Who asks, by the headers of a request that came from an address.
pub(crate) async fn of_headers(
    space: &Space,
    headers: &HeaderMap,
    from: Option<IpAddr>,
) -> Result<Viewer> {
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    match (sent.next(), sent.next()) {
        (None, _) => Ok(Viewer::anonymous()),
        (Some(value), None) => of_header(space, value.to_str().unwrap_or_default(), from).await,
        (Some(_), Some(_)) => {
            Err(Error::new(Code::TokenInvalid, "The Authorization header was sent more than once."))
        }
    }
}

/// The holder of the token in an `Authorization` header, or in what stands for one.
pub(crate) async fn of_header(
    space: &Space,
    authorization: &str,
    from: Option<IpAddr>,
) -> Result<Viewer> {
    let token = authorization
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    match token {
        Some(token) => Ok(Viewer::holder(token::authenticate(space, token, from).await?)),
        None => Err(Error::new(
            Code::TokenInvalid,
            "The Authorization header must be `Bearer` and an access token.",
        )),
    }
}
