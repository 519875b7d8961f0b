//! Who a client says that it is, when it opens a dialogue.

use std::collections::HashMap;
use std::net::IpAddr;

use axum::http::HeaderValue;
use serde_json::Value;
use serde_json::value::RawValue;
use service::{Code, Error, Result, Space, Viewer};

use crate::authentication;

/// Who a client is: by the payload of its first message, where browsers must put it, or else by the
/// header of the handshake.
///
/// # Errors
/// As a request with the same token would be refused; `TOKEN_INVALID` when there are several.
pub(super) async fn viewer(
    space: &Space,
    payload: Option<&RawValue>,
    headers: &[HeaderValue],
    from: Option<IpAddr>,
) -> Result<Viewer> {
    let mut sent = in_payload(payload)?;
    if sent.is_empty() {
        let in_headers = headers.iter().map(|value| value.to_str());
        sent = in_headers.map(|value| value.unwrap_or_default().to_owned()).collect();
    }
    match sent.as_slice() {
        [] => Ok(Viewer::anonymous()),
        [authorization] => authentication::of_header(space, authorization, from).await,
        _ => Err(Error::new(Code::TokenInvalid, "The token was sent more than once.")),
    }
}

/// What stands for an `Authorization` header in a payload: `authorization`, in any case of its letters,
/// or `token`, without `Bearer`.
fn in_payload(payload: Option<&RawValue>) -> Result<Vec<String>> {
    let Some(payload) = payload else {
        return Ok(Vec::new());
    };
    let fields: HashMap<String, Value> =
        serde_json::from_str(payload.get()).map_err(|_| malformed())?;
    let mut sent = Vec::new();
    for (name, value) in fields {
        let is_header = name.eq_ignore_ascii_case("authorization");
        match value {
            Value::String(text) if is_header => sent.push(text),
            Value::String(token) if name == "token" => sent.push(format!("Bearer {token}")),
            Value::Null => {}
            _ if is_header || name == "token" => return Err(malformed()),
            _ => {}
        }
    }
    Ok(sent)
}

fn malformed() -> Error {
    Error::new(
        Code::TokenInvalid,
        "`authorization` in the payload must be `Bearer` and an access token.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(payload: &str) -> Option<Vec<String>> {
        let payload = RawValue::from_string(payload.to_owned()).unwrap();
        in_payload(Some(&payload)).ok()
    }

    #[test]
    fn a_token_is_found_under_each_of_its_names() {
        let one = |text: &str| Some(vec![text.to_owned()]);
        assert_eq!(found(r#"{"authorization": "Bearer x"}"#), one("Bearer x"));
        assert_eq!(found(r#"{"Authorization": "Bearer x"}"#), one("Bearer x"));
        assert_eq!(found(r#"{"token": "x", "other": 7}"#), one("Bearer x"));
        assert_eq!(found(r#"{"token": null}"#), Some(Vec::new()));
        assert_eq!(found("{}"), Some(Vec::new()));
    }

    #[test]
    fn what_is_no_text_is_no_token() {
        assert_eq!(found(r#"{"authorization": 7}"#), None);
        assert_eq!(found(r#"{"token": {"text": "x"}}"#), None);
    }
}
