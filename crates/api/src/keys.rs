//! The public keys that verify access tokens, as a JSON Web Key Set (RFC 7517, RFC 8037).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use service::Space;
use service::access::PublicKey;

/// For how long others may keep the keys: a new one is published for longer before it signs.
const FRESH: HeaderValue = HeaderValue::from_static("public, max-age=60, stale-if-error=3600");

/// Answers with the keys, or says that they are still the same.
pub(crate) async fn keys(State(space): State<Arc<Space>>, headers: HeaderMap) -> Response {
    let keys = match space.keyring().public_keys(space.store()).await {
        Ok(keys) => keys,
        Err(failure) => {
            tracing::error!(cause = ?failure.cause, "the signing keys could not be read");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    let known = headers.get_all(header::IF_NONE_MATCH).iter();
    let tag = tag(&keys);
    let is_known = known
        .filter_map(|tags| tags.to_str().ok())
        .flat_map(|tags| tags.split(','))
        .any(|known| known.trim().trim_start_matches("W/") == tag);
    let mut response = match is_known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => Json(json!({ "keys": keys.iter().map(|key| jwk(key)).collect::<Vec<_>>() }))
            .into_response(),
    };
    response.headers_mut().insert(header::CACHE_CONTROL, FRESH);
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

fn jwk(key: &PublicKey) -> serde_json::Value {
    json!({
        "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA",
        "kid": key.id.to_string(), "x": key.x,
    })
}

/// Returns the tag of a set of keys: as a key never changes, the ids in it.
fn tag(keys: &[Arc<PublicKey>]) -> String {
    let ids: Vec<_> = keys.iter().map(|key| key.id.0.simple().to_string()).collect();
    format!("\"{}\"", ids.join("-"))
}
