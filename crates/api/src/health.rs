//! Whether the server lives, whether it can serve, and what it has counted.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use service::{Space, store};

/// Answers that the process runs.
pub(crate) async fn live() -> Json<Value> {
    Json(json!({ "status": "live" }))
}

/// Answers whether the database responds.
pub(crate) async fn ready(State(space): State<Arc<Space>>) -> Response {
    match store::ping(space.store()).await {
        Ok(()) => Json(json!({ "status": "ready" })).into_response(),
        Err(failure) => {
            tracing::error!(cause = ?failure.cause, "the database does not respond");
            let body =
                json!({ "status": "unavailable", "reason": "the database does not respond" });
            (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
        }
    }
}

/// Returns what the server has counted, in Prometheus's text format.
pub(crate) async fn metrics(render: Arc<dyn Fn() -> String + Send + Sync>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], render()).into_response()
}
