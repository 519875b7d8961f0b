//! Whether the server lives, whether it can serve, what it has counted, and the keys of its tokens.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use service::{Space, store};

/// The process runs.
pub(crate) async fn live() -> Json<Value> {
    Json(json!({ "status": "live" }))
}

/// The database answers.
pub(crate) async fn ready(State(space): State<Arc<Space>>) -> Response {
    match store::ping(space.store()).await {
        Ok(()) => Json(json!({ "status": "ready" })).into_response(),
        Err(failure) => {
            tracing::error!(cause = ?failure.cause, "the database does not answer");
            let body = json!({ "status": "unavailable", "reason": "the database does not answer" });
            (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
        }
    }
}

/// The public keys that verify access tokens, as a JSON Web Key Set (RFC 7517, RFC 8037).
pub(crate) async fn keys(State(space): State<Arc<Space>>) -> Response {
    match space.keyring().public_keys(space.store()).await {
        Ok(keys) => {
            let jwk = |key: &Arc<service::access::PublicKey>| {
                json!({
                    "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA",
                    "kid": key.id.to_string(), "x": key.x,
                })
            };
            let body = json!({ "keys": keys.iter().map(jwk).collect::<Vec<_>>() });
            ([(header::CACHE_CONTROL, "public, max-age=60")], Json(body)).into_response()
        }
        Err(failure) => {
            tracing::error!(cause = ?failure.cause, "the signing keys could not be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// What the server has counted, in Prometheus's text format.
pub(crate) async fn metrics(render: Arc<dyn Fn() -> String + Send + Sync>) -> Response {
    (
        [(
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        )],
        render(),
    )
        .into_response()
}
