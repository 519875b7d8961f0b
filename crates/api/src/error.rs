//! The map from the service's errors to the graph's: the one place.

use std::collections::HashSet;

use async_graphql::{Response, ServerError, Value};
use axum::Json;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::json;
use service::{Code, Error, Space, Viewer};

use crate::graph::problem;

/// Gives each error of the service its code and what else a client may know; logs what it may not, and
/// notes for the audit what was refused to the viewer.
pub(crate) fn translate(response: &mut Response, space: &Space, viewer: &Viewer, request_id: &str) {
    let mut logged = HashSet::new();
    let now = space.store().source().now();
    for error in &mut response.errors {
        if let Some(refusal) = error.source::<Error>().cloned() {
            if logged.insert(refusal.code) {
                log(&refusal, request_id);
            }
            space.journal().refused(viewer, &refusal, now);
            describe(error, &refusal, request_id);
        }
    }
}

/// Returns an answer to a request that is refused as a whole.
pub(crate) fn refused(refusal: &Error, request_id: &str) -> Response {
    log(refusal, request_id);
    told(refusal, request_id)
}

/// Returns the same for what needs not be logged: that a stream ends, and why.
pub(crate) fn told(refusal: &Error, request_id: &str) -> Response {
    let mut error = ServerError::new("", None);
    describe(&mut error, refusal, request_id);
    Response::from_errors(vec![error])
}

/// The answer of a surface that isn't the graph to what is refused: the same JSON with the status of its code, and
/// another member if there is more to tell.
pub(crate) fn respond(
    refused: Response,
    also: Option<(&str, serde_json::Value)>,
) -> axum::response::Response {
    let code = refused.errors.first().and_then(|error| error.extensions.as_ref()?.get("code"));
    let status = match code {
        Some(Value::String(code)) => status(code),
        _ => None,
    };
    let mut body = json!(refused);
    if let (Some((name, told)), Some(body)) = (also, body.as_object_mut()) {
        body.insert(name.to_owned(), told);
    }
    let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, refused.http_headers, Json(body)).into_response()
}

/// The HTTP status of a code, of the endpoint's or the service's.
pub(crate) fn status(code: &str) -> Option<StatusCode> {
    let of_endpoint = || graphql_http::Code::ALL.into_iter().find(|known| known.as_str() == code);
    service_status(code).or_else(|| of_endpoint().map(graphql_http::Code::status))
}

/// The HTTP status of a code of the service's.
pub(crate) fn service_status(code: &str) -> Option<StatusCode> {
    let known = Code::ALL.iter().find(|known| known.as_str() == code)?;
    StatusCode::from_u16(known.status()).ok()
}

/// Writes what went wrong on our side to the log: once a request, however many fields it met.
fn log(refusal: &Error, request_id: &str) {
    if matches!(refusal.code, Code::InternalServerError | Code::Unavailable) {
        let code = refusal.code.as_str();
        tracing::error!(request_id, code, cause = ?refusal.cause, "a request failed");
    }
}

fn describe(error: &mut ServerError, refusal: &Error, request_id: &str) {
    error.source = None;
    error.message = match refusal.code {
        Code::InternalServerError | Code::Unavailable if refusal.cause.is_some() => {
            format!("{} Quote the request id {request_id} if you report it.", refusal.message)
        }
        _ => refusal.message.clone().into_owned(),
    };
    let extensions = error.extensions.get_or_insert_default();
    match refusal.code.general() {
        Some(general) => {
            extensions.set("code", general.as_str());
            extensions.set("reason", refusal.code.as_str());
        }
        None => extensions.set("code", refusal.code.as_str()),
    }
    if let Some(field) = &refusal.field {
        extensions.set("field", problem::field(field));
    }
    if let Some(scope) = refusal.required_scope {
        extensions.set("requiredScope", scope);
    }
    if let Some(version) = refusal.current_version {
        extensions.set("currentVersion", version);
    }
    if let Some(problems) = &refusal.problems {
        let problems = problems.0.iter().map(problem::described);
        extensions.set("problems", Value::List(problems.collect()));
    }
}
