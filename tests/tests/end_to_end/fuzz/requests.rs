//! Random requests around random documents.

use axum::body::Body;
use axum::http::{Request, header};
use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};

use super::documents::{Document, Maker};
use super::schema::Schema;
use super::values;

/// Makes requests.
pub(super) struct Requests {
    schema: Schema,
    /// Ids, cursors and slugs that are there.
    known: Vec<String>,
}

/// A request, and what to print of it.
pub(super) struct Sent {
    pub(super) request: Request<Body>,
    pub(super) text: String,
}

impl Requests {
    pub(super) fn new(known: Vec<String>) -> Self {
        let schema = Schema::read().expect("the schema describes itself");
        Self { schema, known }
    }

    pub(super) fn next(&mut self, random: &mut StdRng) -> Sent {
        match random.random_range(0..20) {
            0 => post(&self.batch(random).to_string()),
            1 => post(&values::damaged(&self.body(random).to_string(), random)),
            2 => self.by_url(random),
            3 => odd(&self.body(random).to_string(), random),
            _ => post(&self.body(random).to_string()),
        }
    }

    fn document(&self, random: &mut StdRng) -> Document {
        let mut document = Maker::new(&self.schema, &self.known, random).document();
        if random.random_bool(0.15) {
            for _ in 0..random.random_range(1..4) {
                document.text = values::damaged(&document.text, random);
            }
        }
        document
    }

    fn body(&self, random: &mut StdRng) -> Value {
        let Document { text, variables } = self.document(random);
        let mut body = json!({ "query": text, "variables": variables });
        match random.random_range(0..25) {
            0 => body["variables"] = json!({ "v0": null }),
            1 => body["operationName"] = json!(["Q", "R", ""].choose(random)),
            2 => body["extensions"] = json!({ "costOnly": true }),
            3 => {
                body["extensions"] =
                    json!({ "persistedQuery": { "version": 1, "sha256Hash": "0".repeat(64) } })
            }
            4 => body["documentId"] = json!(self.known.choose(random)),
            5 => body["extensions"] = json!([]),
            6 => body["query"] = json!(null),
            _ => {}
        }
        body
    }

    fn batch(&self, random: &mut StdRng) -> Value {
        (0..random.random_range(0..13)).map(|_| self.body(random)).collect()
    }

    fn by_url(&self, random: &mut StdRng) -> Sent {
        let Document { text, variables } = self.document(random);
        let uri = format!(
            "/graphql?query={}&variables={}",
            escaped(&text),
            escaped(&variables.to_string())
        );
        let method = ["GET", "HEAD"].choose(random).copied().unwrap_or("GET");
        let request = Request::builder().method(method).uri(&uri).body(Body::empty());
        Sent { request: request.expect("an address"), text: format!("{method} {text}") }
    }
}

fn post(body: &str) -> Sent {
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/graphql-response+json")
        .body(Body::from(body.to_owned()));
    Sent { request: request.expect("a request"), text: body.to_owned() }
}

/// One whose head is not as it should be.
fn odd(body: &str, random: &mut StdRng) -> Sent {
    let pick = |some: &[&'static str], random: &mut StdRng| {
        some.choose(random).copied().unwrap_or_default()
    };
    let method = pick(&["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"], random);
    let content = pick(&["text/plain", "application/json", "", "multipart/form-data"], random);
    let accept =
        pick(&["*/*", "text/html", "application/json;q=0", ";;;", "application/json"], random);
    let request = Request::builder()
        .method(method)
        .uri("/graphql")
        .header(header::CONTENT_TYPE, content)
        .header(header::ACCEPT, accept)
        .header("x-forwarded-for", pick(&["", "nonsense", "1.2.3.4, ,", "::1"], random))
        .body(Body::from(body.to_owned()));
    Sent {
        request: request.expect("a request"),
        text: format!("{method} {content} {accept} {body}"),
    }
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
