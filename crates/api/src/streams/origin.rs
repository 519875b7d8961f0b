//! Which pages may open a socket. A browser asks nobody before it opens one to another site.

use axum::http::{HeaderMap, HeaderValue, Uri, header};

/// Whether a socket may be opened: not by a browser's page, or by a page of this server or of an origin
/// that is allowed to ask.
pub(super) fn is_allowed(headers: &HeaderMap, allowed: &[HeaderValue]) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    match (origins.next(), origins.next()) {
        (None, _) => true,
        (Some(origin), None) => allowed.contains(origin) || is_same(origin, headers),
        (Some(_), Some(_)) => false,
    }
}

/// Whether the page comes from where the request goes to. A proxy may have ended TLS, so the scheme
/// says nothing.
fn is_same(origin: &HeaderValue, headers: &HeaderMap) -> bool {
    let origin = origin.to_str().ok().and_then(|origin| origin.parse::<Uri>().ok());
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    match (origin.as_ref().and_then(Uri::authority), host) {
        (Some(authority), Some(host)) => authority.as_str().eq_ignore_ascii_case(host),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(origin: Option<&'static str>, host: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static(host));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        }
        let allowed = [HeaderValue::from_static("https://tool.example.org")];
        is_allowed(&headers, &allowed)
    }

    #[test]
    fn a_program_and_a_page_of_this_server_and_one_that_is_allowed_may_open_a_socket() {
        assert!(passes(None, "graph.example.org"));
        assert!(passes(Some("https://graph.example.org"), "graph.example.org"));
        assert!(passes(Some("http://localhost:8080"), "localhost:8080"));
        assert!(passes(Some("https://tool.example.org"), "graph.example.org"));
    }

    #[test]
    fn a_page_of_another_origin_may_not() {
        assert!(!passes(Some("https://evil.example"), "graph.example.org"));
        assert!(!passes(Some("https://graph.example.org:81"), "graph.example.org"));
        assert!(!passes(Some("null"), "graph.example.org"));
        assert!(!passes(Some(""), "graph.example.org"));
    }
}
