//! From an HTTP request to the parameters of one or several GraphQL requests.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, Method, header, request::Parts},
};
use futures::StreamExt;

use super::{Code, Protocol, answer::Answer, parameters::Parameters};
use crate::document::Refusal;

/// How long a client may take to send a body.
const BODY_TIME: Duration = Duration::from_secs(20);

/// What an HTTP request asks for.
#[derive(Debug)]
pub(super) enum Incoming {
    /// One GraphQL request.
    One(Parameters),
    /// A list of them, not empty.
    Batch(Vec<Parameters>),
}

/// Reads the URL of a GET or the body of a POST.
///
/// # Errors
/// An answer with `METHOD_NOT_ALLOWED`, `UNSUPPORTED_MEDIA_TYPE`, `BODY_TOO_LARGE`,
/// `BAD_REQUEST` or `BATCH_TOO_LARGE`.
pub(super) async fn read(
    head: &Parts,
    body: Body,
    protocol: &Protocol,
) -> Result<Incoming, Box<Answer>> {
    if head.method == Method::GET || head.method == Method::HEAD {
        let parameters = Parameters::from_url(&head.uri).map_err(Answer::fault)?;
        return Ok(Incoming::One(parameters));
    }
    if head.method != Method::POST {
        return Err(method_not_allowed(
            "Use POST, or GET for queries.",
            HeaderValue::from_static("GET, HEAD, POST, OPTIONS"),
        ));
    }
    check_content(&head.headers).map_err(Answer::fault)?;
    // Whatever is left of a body that was not read cannot be told from the next request.
    let unread = |refusal| {
        Answer::fault(refusal).with_header(header::CONNECTION, HeaderValue::from_static("close"))
    };
    let body = collect(&head.headers, body, protocol.body_bytes);
    let body = tokio::time::timeout(BODY_TIME, body)
        .await
        .unwrap_or_else(|_| Err(too_slow()))
        .map_err(unread)?;
    parse(&body, protocol.batch).map_err(Answer::fault)
}

/// The answer to a mutation in a GET, which anybody's web page could make a browser send.
pub(super) fn mutation_by_get() -> Box<Answer> {
    method_not_allowed("A mutation must be sent with POST.", HeaderValue::from_static("POST"))
}

fn method_not_allowed(message: &str, allow: HeaderValue) -> Box<Answer> {
    Answer::fault(Refusal::new(Code::MethodNotAllowed, message)).with_header(header::ALLOW, allow)
}

/// Lets only JSON pass. A browser sends forms and plain text across sites without asking us first,
/// but not JSON: this is what protects from forged requests.
fn check_content(headers: &HeaderMap) -> Result<(), Refusal> {
    let mut content_types = headers.get_all(header::CONTENT_TYPE).iter();
    let is_json = match (content_types.next(), content_types.next()) {
        (Some(only), None) => only.to_str().is_ok_and(is_json),
        _ => false,
    };
    let is_plain = headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .all(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    if is_json && is_plain {
        Ok(())
    } else {
        Err(Refusal::new(
            Code::UnsupportedMediaType,
            "Send the body as `Content-Type: application/json`, in UTF-8 and not compressed.",
        ))
    }
}

fn is_json(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    parts.next().is_some_and(|media| media.eq_ignore_ascii_case("application/json"))
        && parts
            .filter_map(|parameter| parameter.split_once('='))
            .filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
            .all(|(_, value)| {
                let charset = value.trim().trim_matches('"');
                charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
            })
}

/// Reads the body as far as the limit. A body of one piece is not copied.
async fn collect(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, Refusal> {
    let declared = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > limit) {
        return Err(too_large(limit));
    }
    let mut pieces = body.into_data_stream();
    let mut first = Bytes::new();
    let mut whole = Vec::new();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| {
            tracing::debug!(%error, "the body of a request could not be read");
            Refusal::new(Code::BadRequest, "The HTTP body ended before it was complete.")
        })?;
        if first.len() + whole.len() + piece.len() > limit {
            return Err(too_large(limit));
        }
        if first.is_empty() && whole.is_empty() {
            first = piece;
        } else {
            if whole.is_empty() {
                whole = std::mem::take(&mut first).to_vec();
            }
            whole.extend_from_slice(&piece);
        }
    }
    Ok(if whole.is_empty() { first } else { whole.into() })
}

fn too_slow() -> Refusal {
    let seconds = BODY_TIME.as_secs();
    Refusal::new(
        Code::BadRequest,
        format!("The HTTP body did not arrive within {seconds} seconds."),
    )
}

fn too_large(limit: usize) -> Refusal {
    Refusal::new(
        Code::BodyTooLarge,
        format!("The HTTP body may have at most {limit} bytes; send the data in several requests."),
    )
}

fn parse(body: &[u8], batch_limit: usize) -> Result<Incoming, Refusal> {
    let text = std::str::from_utf8(body)
        .map_err(|_| Refusal::new(Code::BadRequest, "The HTTP body is not UTF-8."))?;
    if !text.trim_start().starts_with('[') {
        return Parameters::from_json(text).map(Incoming::One);
    }
    match Parameters::batch_from_json(text, batch_limit)? {
        Some(batch) if batch.is_empty() => {
            Err(Refusal::new(Code::BadRequest, "The batch is empty; send at least one request."))
        }
        Some(batch) => Ok(Incoming::Batch(batch)),
        None => Err(Refusal::new(
            Code::BatchTooLarge,
            format!("A batch may have at most {batch_limit} requests; send several batches."),
        )),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    fn passes(headers: &[(HeaderName, &'static str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, HeaderValue::from_static(value));
        }
        check_content(&map).is_ok()
    }

    #[test]
    fn json_in_utf8_passes_however_it_is_spelt() {
        for content_type in [
            "application/json",
            "application/json; charset=utf-8",
            "Application/JSON;Charset=\"UTF-8\"",
            "application/json; profile=x",
        ] {
            assert!(passes(&[(header::CONTENT_TYPE, content_type)]), "{content_type}");
        }
    }

    #[test]
    fn what_a_form_could_send_does_not_pass() {
        for content_type in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/graphql",
            "text/plain, application/json",
            "text/plain; application/json",
            "application/json; charset=utf-16",
            "application/json, text/plain",
            "",
        ] {
            assert!(!passes(&[(header::CONTENT_TYPE, content_type)]), "{content_type}");
        }
        assert!(!passes(&[]));
        assert!(!passes(&[
            (header::CONTENT_TYPE, "application/json"),
            (header::CONTENT_TYPE, "text/plain"),
        ]));
    }

    #[test]
    fn a_compressed_body_does_not_pass() {
        assert!(!passes(&[
            (header::CONTENT_TYPE, "application/json"),
            (header::CONTENT_ENCODING, "gzip"),
        ]));
    }

    #[tokio::test]
    async fn a_body_in_pieces_is_put_together_up_to_the_limit() {
        let body = || {
            let pieces = ["ab", "", "cd", "ef"].map(Ok::<_, std::io::Error>);
            Body::from_stream(futures::stream::iter(pieces))
        };
        let headers = HeaderMap::new();
        assert_eq!(collect(&headers, body(), 6).await.unwrap(), "abcdef");
        let refusal = collect(&headers, body(), 5).await.unwrap_err();
        assert_eq!(refusal.code, Code::BodyTooLarge);
    }
}
