//! The GraphiQL page at `/graphiql`, from assets that are part of the server: a browser loads nothing from elsewhere.
//!
//! `build.rs` makes the assets and sets `GRAPHIQL_DIST`; without Node.js they are one page that says how to get the rest.

use std::borrow::Cow;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};

/// `GET /graphiql`, its assets, and the licences of the packages that it is made of.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/graphiql", get(page))
        .route("/graphiql/", get(page))
        .route("/graphiql/licences.md", get(licences))
        .route("/graphiql/assets/{name}", get(asset))
}

#[derive(RustEmbed)]
#[folder = "$GRAPHIQL_DIST"]
struct Assets;

/// Everything from this server, and nothing else. The editor sets its colours and sizes by inline styles and draws two
/// of its icons from `data:` images; no script is inline and nothing is evaluated.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; \
     style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const EVERY_ANSWER: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::VARY, "accept-encoding"),
];

async fn page(request: HeaderMap) -> Response {
    answer("index.html", "no-cache", &request)
}

async fn licences(request: HeaderMap) -> Response {
    answer("licences.md", "no-cache", &request)
}

/// Returns the name of an asset holds a hash of its content, so that a browser may keep it for ever.
async fn asset(Path(name): Path<String>, request: HeaderMap) -> Response {
    answer(&format!("assets/{name}"), "public, max-age=31536000, immutable", &request)
}

fn answer(path: &str, caching: &'static str, request: &HeaderMap) -> Response {
    let (Some(kind), Some((file, encoding))) = (content_type(path), representation(path, request))
    else {
        return with_every_header(StatusCode::NOT_FOUND.into_response());
    };
    let etag = etag(&file);
    let unchanged = is_known(request, &etag);
    let body = if unchanged { Cow::Borrowed([].as_slice()) } else { file.data };
    let mut response = Response::new(Body::from(body));
    if unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    with_every_header(response)
}

fn with_every_header(mut response: Response) -> Response {
    for (name, value) in EVERY_ANSWER {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Returns the kinds of file that the page is made of; what is none of them (a compressed copy, say) has no address.
fn content_type(path: &str) -> Option<&'static str> {
    match path.rsplit_once('.')?.1 {
        "html" => Some("text/html; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "md" => Some("text/plain; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "ttf" => Some("font/ttf"),
        _ => None,
    }
}

/// Returns the copy that was compressed at build time, for those who take it.
fn representation(path: &str, request: &HeaderMap) -> Option<(EmbeddedFile, Option<&'static str>)> {
    if takes_gzip(request)
        && let Some(file) = Assets::get(&format!("{path}.gz"))
    {
        return Some((file, Some("gzip")));
    }
    Assets::get(path).map(|file| (file, None))
}

fn takes_gzip(request: &HeaderMap) -> bool {
    list(request, &header::ACCEPT_ENCODING).any(|offer| {
        let mut parts = offer.split(';').map(str::trim);
        let named = parts.next().is_some_and(|coding| coding.eq_ignore_ascii_case("gzip"));
        let weight = parts
            .find_map(|part| part.strip_prefix("q="))
            .and_then(|weight| weight.parse::<f32>().ok());
        named && weight.unwrap_or(1.0) > 0.0
    })
}

fn etag(file: &EmbeddedFile) -> String {
    let hash = file.metadata.sha256_hash();
    let digits: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{digits}\"")
}

fn is_known(request: &HeaderMap, etag: &str) -> bool {
    list(request, &header::IF_NONE_MATCH)
        .any(|known| known == "*" || known.trim_start_matches("W/") == etag)
}

/// Returns the members of a header that is a list.
fn list<'a>(request: &'a HeaderMap, name: &'a HeaderName) -> impl Iterator<Item = &'a str> {
    let values = request.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use axum::http::Request;
    use tower::ServiceExt as _;

    use super::*;

    type Outcome = Result<(), Box<dyn Error>>;

    async fn get(path: &str, headers: &[(&str, &str)]) -> Result<Response, Box<dyn Error>> {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Ok(routes::<()>().oneshot(request.body(Body::empty())?).await?)
    }

    async fn body(response: Response) -> Result<Vec<u8>, Box<dyn Error>> {
        Ok(axum::body::to_bytes(response.into_body(), usize::MAX).await?.to_vec())
    }

    #[tokio::test]
    async fn the_page_is_served_under_a_policy_that_names_no_other_host() -> Outcome {
        for path in ["/graphiql", "/graphiql/"] {
            let response = get(path, &[]).await?;
            assert_eq!(response.status(), StatusCode::OK);
            let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str()?.to_owned();
            assert!(
                policy.contains("frame-ancestors 'none'") && !policy.contains("http"),
                "{policy}"
            );
            assert_eq!(response.headers()[header::CACHE_CONTROL], "no-cache");
            let html = String::from_utf8(body(response).await?)?;
            assert!(!html.contains("src=\"http") && !html.contains("href=\"http"), "{html}");
        }
        Ok(())
    }

    #[tokio::test]
    async fn a_page_that_the_browser_has_is_not_sent_again() -> Outcome {
        let etag = get("/graphiql", &[]).await?.headers()[header::ETAG].to_str()?.to_owned();
        let again = get("/graphiql", &[("if-none-match", &format!("\"other\", W/{etag}"))]).await?;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert!(body(again).await?.is_empty());
        Ok(())
    }

    #[tokio::test]
    async fn every_embedded_asset_is_served_plain_and_compressed() -> Outcome {
        // With the page that is built without Node.js there are none.
        for name in
            Assets::iter().filter(|name| name.starts_with("assets/") && !name.ends_with(".gz"))
        {
            let path = format!("/graphiql/{name}");
            let plain = get(&path, &[("accept-encoding", "gzip;q=0")]).await?;
            assert_eq!(plain.status(), StatusCode::OK, "{path}");
            assert!(plain.headers().get(header::CONTENT_ENCODING).is_none(), "{path}");
            let compressed = get(&path, &[("accept-encoding", "br, gzip")]).await?;
            assert_eq!(compressed.headers()[header::CONTENT_ENCODING], "gzip", "{path}");
            assert_ne!(compressed.headers()[header::ETAG], plain.headers()[header::ETAG], "{path}");
            assert!(body(compressed).await?.len() < body(plain).await?.len(), "{path}");
        }
        Ok(())
    }

    #[tokio::test]
    async fn what_is_no_asset_is_not_found() -> Outcome {
        for path in [
            "/graphiql/assets/nothing.js",
            "/graphiql/assets/..%2Findex.html.gz",
            "/graphiql/assets/nothing",
        ] {
            let response = get(path, &[]).await?;
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
            assert!(response.headers().contains_key(header::CONTENT_SECURITY_POLICY), "{path}");
        }
        Ok(())
    }
}
