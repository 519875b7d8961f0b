//! A client of the graph that asks as somebody.

use axum::body::Body;
use axum::http::{Method, Request, Response, StatusCode, header};
use serde_json::{Value, json};
use tower::ServiceExt;

/// Somebody who asks through the router, without a socket.
#[derive(Clone)]
pub struct Client {
    router: axum::Router,
    token: Option<String>,
}

/// What came back from the graph.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// The body.
    pub body: Value,
}

impl Client {
    /// Somebody with or without a token.
    pub fn new(router: axum::Router, token: Option<String>) -> Self {
        Self { router, token }
    }

    /// Asks a query.
    pub async fn ask(&self, query: &str) -> Answer {
        self.ask_with(query, json!({})).await
    }

    /// Asks a query with variables.
    pub async fn ask_with(&self, query: &str, variables: Value) -> Answer {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let request = Request::builder()
            .method(Method::POST)
            .uri("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/graphql-response+json")
            .body(Body::from(body))
            .expect("a request");
        let response = self.send(request).await;
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| panic!("no JSON: {status} {}", String::from_utf8_lossy(&bytes)));
        Answer { status, body }
    }

    /// Sends any request, as this somebody.
    pub async fn send(&self, mut request: Request<Body>) -> Response<Body> {
        if let Some(token) = &self.token {
            let value = format!("Bearer {token}").parse().expect("a header");
            request.headers_mut().insert(header::AUTHORIZATION, value);
        }
        // In a task of its own, as the server answers each connection.
        tokio::spawn(self.router.clone().oneshot(request))
            .await
            .expect("no panic")
            .expect("an answer")
    }
}

impl Answer {
    /// The data, which must have come without errors.
    pub fn data(&self) -> &Value {
        assert!(self.body.get("errors").is_none(), "errors: {}", self.body["errors"]);
        &self.body["data"]
    }

    /// What stands at a path of the data, such as `/studies/nodes/0/title`.
    pub fn at(&self, path: &str) -> &Value {
        self.data().pointer(path).unwrap_or(&Value::Null)
    }

    /// The texts in a list at a path, in order.
    pub fn list(&self, path: &str, field: &str) -> Vec<String> {
        let items = self.at(path).as_array().cloned().unwrap_or_default();
        items.iter().map(|item| item[field].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The reason of the first error, or its code where that says all.
    pub fn code(&self) -> Option<&str> {
        fault(self.body.pointer("/errors/0")?)
    }
}

/// The reason of an error, or its code where that says all.
pub fn fault(error: &Value) -> Option<&str> {
    let extensions = error.get("extensions")?;
    let told = extensions.get("reason").or_else(|| extensions.get("code"));
    told?.as_str()
}
