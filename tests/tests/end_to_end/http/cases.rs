//! Requests, and the status, code and media type that each must be answered with.

use axum::http::{Request, header};
use serde_json::json;

pub(super) type Header = (&'static str, &'static str);

pub(super) const JSON: Header = ("content-type", "application/json");
/// The media type of the draft, in which the status tells how the request fared.
pub(super) const DRAFT: Header = ("accept", "application/graphql-response+json");
pub(super) const LEGACY: Header = ("accept", "application/json");
pub(super) const WRONG_TOKEN: Header = ("authorization", "Bearer nonsense");

/// A request, and what must come back.
pub(super) struct Case {
    pub(super) name: String,
    pub(super) request: Request<String>,
    pub(super) status: u16,
    /// The code of the first error; none for an answer without errors.
    pub(super) code: Option<&'static str>,
    pub(super) media: &'static str,
}

fn case(name: &str, request: Request<String>, status: u16, code: Option<&'static str>) -> Case {
    let accept = request.headers().get(header::ACCEPT);
    let is_draft =
        accept.is_some_and(|accept| accept.to_str().unwrap().starts_with(DRAFT.1)) && status != 406;
    let media = if is_draft { DRAFT.1 } else { LEGACY.1 };
    Case { name: name.to_owned(), request, status, code, media }
}

pub(super) fn request(
    method: &str,
    uri: &str,
    headers: &[Header],
    body: impl Into<String>,
) -> Request<String> {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.into()).unwrap()
}

pub(super) fn post(headers: &[Header], body: impl Into<String>) -> Request<String> {
    request("POST", "/graphql", headers, body)
}

pub(super) fn ask(query: &str) -> String {
    json!({ "query": query }).to_string()
}

pub(super) fn viewer() -> String {
    ask("{ viewer { scopes } }")
}

const VIEWER_BY_GET: &str = "/graphql?query=%7Bviewer%7Bscopes%7D%7D";
pub(super) const MUTATION_BY_GET: &str = "/graphql?query=mutation%7BrevokeAccessToken(input%3A%7Bid%3A%22x%22%2Creason%3A%22x%22%7D)\
     %7BaccessToken%7Bid%7D%7D%7D";

/// How a request is put.
pub(super) fn transport() -> Vec<Case> {
    let form = "application/x-www-form-urlencoded";
    vec![
        case("a query", post(&[JSON, DRAFT], viewer()), 200, None),
        case("no Accept", post(&[JSON], viewer()), 200, None),
        case("any Accept", post(&[JSON, ("accept", "*/*")], viewer()), 200, None),
        case("JSON as it was", post(&[JSON, LEGACY], viewer()), 200, None),
        case(
            "Accept with qualities",
            post(
                &[JSON, ("accept", "application/graphql-response+json, application/json;q=0.9")],
                viewer(),
            ),
            200,
            None,
        ),
        case(
            "Accept of a page",
            post(&[JSON, ("accept", "text/html")], viewer()),
            406,
            Some("NOT_ACCEPTABLE"),
        ),
        case(
            "a charset",
            post(&[("content-type", "application/json; charset=utf-8")], viewer()),
            200,
            None,
        ),
        case(
            "plain text",
            post(&[("content-type", "text/plain")], viewer()),
            415,
            Some("UNSUPPORTED_MEDIA_TYPE"),
        ),
        case(
            "a form",
            post(&[("content-type", form)], "query=%7Bviewer%7Bscopes%7D%7D"),
            415,
            Some("UNSUPPORTED_MEDIA_TYPE"),
        ),
        case(
            "a form with JSON inside",
            post(&[("content-type", "multipart/form-data; boundary=x")], viewer()),
            415,
            Some("UNSUPPORTED_MEDIA_TYPE"),
        ),
        case("no content type", post(&[], viewer()), 415, Some("UNSUPPORTED_MEDIA_TYPE")),
        case("a query by GET", request("GET", VIEWER_BY_GET, &[DRAFT], ""), 200, None),
        case(
            "a mutation by GET",
            request("GET", MUTATION_BY_GET, &[DRAFT], ""),
            405,
            Some("METHOD_NOT_ALLOWED"),
        ),
        case(
            "GET without a query",
            request("GET", "/graphql", &[DRAFT], ""),
            400,
            Some("BAD_REQUEST"),
        ),
        case("PUT", request("PUT", "/graphql", &[JSON], viewer()), 405, Some("METHOD_NOT_ALLOWED")),
        case("DELETE", request("DELETE", "/graphql", &[JSON], ""), 405, Some("METHOD_NOT_ALLOWED")),
        case("no JSON", post(&[JSON, DRAFT], "{"), 400, Some("BAD_REQUEST")),
        case("no JSON, as it was", post(&[JSON, LEGACY], "{"), 400, Some("BAD_REQUEST")),
        case("a query that is no text", post(&[JSON], r#"{"query": 7}"#), 400, Some("BAD_REQUEST")),
        case(
            "too long a body",
            post(&[JSON], " ".repeat(1024 * 1024 + 1)),
            413,
            Some("BODY_TOO_LARGE"),
        ),
        case("an empty batch", post(&[JSON], "[]"), 400, Some("BAD_REQUEST")),
        case("too long a batch", post(&[JSON], batch(11)), 400, Some("BATCH_TOO_LARGE")),
        case(
            "a wrong token",
            post(&[JSON, DRAFT, WRONG_TOKEN], viewer()),
            401,
            Some("TOKEN_INVALID"),
        ),
        case(
            "a wrong token, as it was",
            post(&[JSON, LEGACY, WRONG_TOKEN], viewer()),
            401,
            Some("TOKEN_INVALID"),
        ),
        case(
            "another scheme",
            post(&[JSON, ("authorization", "Basic eDp4")], viewer()),
            401,
            Some("TOKEN_INVALID"),
        ),
    ]
}

fn batch(size: usize) -> String {
    format!("[{}]", vec![viewer(); size].join(","))
}

/// What a document asks: refused before it runs, each in both media types.
pub(super) fn documents() -> Vec<Case> {
    let aliases = (0..51).map(|number| format!("a{number}: slug ")).collect::<String>();
    let root_fields =
        (0..21).map(|number| format!("a{number}: viewer {{ scopes }} ")).collect::<String>();
    let deep = format!(
        "{{ centres {{ nodes {} {{ slug }} {} }} }}",
        "{ predecessors ".repeat(16),
        "} ".repeat(16)
    );
    let documents = [
        ("broken", "{ viewer { scopes }".to_owned(), "GRAPHQL_PARSE_FAILED"),
        ("an unknown field", "{ nothing }".to_owned(), "GRAPHQL_VALIDATION_FAILED"),
        (
            "an unknown directive",
            "{ viewer @secret { scopes } }".to_owned(),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("an unknown fragment", "{ ...Nothing }".to_owned(), "GRAPHQL_VALIDATION_FAILED"),
        (
            "a fragment within itself",
            "{ ...F } fragment F on Query { ...F }".to_owned(),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("a chain of fragments that doubles", fragment_bomb(), "TOO_MANY_FIELDS"),
        ("too deep", deep, "TOO_DEEP"),
        ("brackets alone", "{".repeat(10_000), "TOO_MANY_TOKENS"),
        ("many aliases", format!("{{ centres {{ nodes {{ {aliases} }} }} }}"), "TOO_MANY_ALIASES"),
        ("many root fields", format!("{{ {root_fields} }}"), "TOO_MANY_ROOT_FIELDS"),
        ("a long name", format!("{{ {} }}", "x".repeat(1_000)), "DOCUMENT_TOO_LONG"),
        ("pages of pages of pages", pages_of_pages("first: 100"), "TOO_COMPLEX"),
        ("the same from the end", pages_of_pages("last: 100"), "TOO_COMPLEX"),
        (
            "two operations, neither named",
            "query A { __typename } query B { __typename }".to_owned(),
            "OPERATION_RESOLUTION_FAILURE",
        ),
        ("a subscription", "subscription { changed }".to_owned(), "SUBSCRIPTION_NOT_SUPPORTED"),
    ];
    let mut cases = Vec::new();
    for (name, document, code) in documents {
        cases.push(case(name, post(&[JSON, DRAFT], ask(&document)), 400, Some(code)));
        cases.push(case(
            &format!("{name}, as it was"),
            post(&[JSON, LEGACY], ask(&document)),
            200,
            Some(code),
        ));
    }
    cases
}

/// About a kilobyte that asks for thirty million fields.
fn fragment_bomb() -> String {
    let links = (0..25)
        .map(|number| format!("fragment F{number} on Query {{ ...F{0} ...F{0} }} ", number + 1));
    format!("{{ ...F0 }} {} fragment F25 on Query {{ __typename }}", links.collect::<String>())
}

pub(super) fn pages_of_pages(page: &str) -> String {
    format!(
        "{{ centres({page}) {{ nodes {{ studies({page}) {{ nodes {{ findings({page}) {{ nodes {{ id }} }} }} }} }} }} }}"
    )
}
