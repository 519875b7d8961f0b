//! From a GraphQL response to an HTTP response.

use std::collections::BTreeMap;

use async_graphql::{ServerError, Value};
use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use serde::Serialize;

use super::{Code, MediaType, errors, shape::Shape};
use crate::document::Refusal;

/// The answer to one GraphQL request.
#[derive(Debug, Serialize)]
pub struct Answer {
    /// First, as the specification of GraphQL advises, so that a reader meets them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ServerError>,
    /// None when nothing was executed: the key must then be absent. Null when an error has taken
    /// all data with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: BTreeMap<String, Value>,
    #[serde(skip)]
    status: Status,
    #[serde(skip)]
    headers: HeaderMap,
}

/// The HTTP status, as far as it does not depend on the media type.
#[derive(Debug, Clone, Copy)]
enum Status {
    /// The same in both media types.
    Always(StatusCode),
    /// In `application/json` 200: the HTTP request was well-formed.
    IfTold(StatusCode),
}

impl Answer {
    /// The answer to an HTTP request that is no well-formed GraphQL request.
    pub(super) fn fault(refusal: Refusal) -> Box<Self> {
        let status = Status::Always(refusal.code.status());
        Self::without_data(refusal, status)
    }

    /// The answer to a well-formed request whose document is not executed.
    pub(super) fn refused(refusal: Refusal) -> Box<Self> {
        let status = Status::IfTold(refusal.code.status());
        Self::without_data(refusal, status)
    }

    /// In a box, because it travels as an error beside small results.
    fn without_data(refusal: Refusal, status: Status) -> Box<Self> {
        Box::new(Self {
            errors: vec![refusal.into()],
            data: None,
            extensions: BTreeMap::new(),
            status,
            headers: HeaderMap::new(),
        })
    }

    /// The answer that the library gave, with its data in shape and a code in each error.
    ///
    /// Without a shape nothing was to be executed. `status_of` tells the status of a refusal of the whole request by its code, when the
    /// executor knows one.
    pub(super) fn executed(
        response: async_graphql::Response,
        shape: Option<&Shape<'_>>,
        request_id: &str,
        status_of: impl Fn(&str) -> Option<StatusCode>,
    ) -> Self {
        let (mut data, mut errors) = (response.data, response.errors);
        let failures: Vec<_> = errors
            .iter()
            .map(|error| error.path.as_slice())
            .filter(|path| !path.is_empty())
            .collect();
        // The library gives null for data also when it refuses the document, but only what a
        // resolver raised has a path.
        let was_executed = data != Value::Null || errors.is_empty() || !failures.is_empty();
        if let (true, Some(shape)) = (was_executed, shape) {
            shape.settle(&mut data, &failures);
        }
        errors::complete(&mut errors, was_executed, request_id);
        let status = if was_executed {
            Status::Always(StatusCode::OK)
        } else {
            errors
                .iter()
                .filter_map(errors::code)
                .find_map(status_of)
                .map_or(Status::IfTold(Code::GraphqlValidationFailed.status()), Status::Always)
        };
        Self {
            errors,
            data: was_executed.then_some(data),
            extensions: response.extensions,
            status,
            headers: response.http_headers,
        }
    }

    /// The errors alone, when nothing was executed.
    pub fn refusal(&self) -> Option<&[ServerError]> {
        self.data.is_none().then_some(&self.errors)
    }

    /// Whether an error has taken all data with it.
    pub(super) fn is_without_data(&self) -> bool {
        self.data.as_ref().is_none_or(|data| *data == Value::Null)
    }

    /// The same answer with one more header.
    pub(super) fn with_header(
        mut self: Box<Self>,
        name: HeaderName,
        value: HeaderValue,
    ) -> Box<Self> {
        self.headers.insert(name, value);
        self
    }

    /// The HTTP response.
    pub(super) fn into_response(self, media: MediaType) -> Response {
        let status = match (self.status, media) {
            (Status::IfTold(_), MediaType::Json) => StatusCode::OK,
            (Status::IfTold(status), MediaType::GraphqlResponse) | (Status::Always(status), _) => {
                status
            }
        };
        let mut response = respond(status, &self, media);
        response.headers_mut().extend(self.headers);
        response
    }
}

/// The HTTP response to a batch: always 200, each answer telling its own errors.
pub(super) fn batch(answers: &[Answer], media: MediaType) -> Response {
    let mut response = respond(StatusCode::OK, &answers, media);
    for answer in answers {
        response.headers_mut().extend(answer.headers.clone());
    }
    response
}

/// Takes the body out of a response to HEAD, whose headers stay those of a GET.
pub(super) fn drop_body(response: &mut Response) {
    *response.body_mut() = Body::empty();
}

fn respond(status: StatusCode, body: &impl Serialize, media: MediaType) -> Response {
    let mut text = Vec::with_capacity(1024);
    let mut response = match serde_json::to_writer(&mut text, body) {
        Ok(()) => {
            let length = HeaderValue::from(text.len());
            let mut response = Response::new(Body::from(text));
            *response.status_mut() = status;
            response.headers_mut().insert(header::CONTENT_LENGTH, length);
            response
        }
        Err(error) => {
            tracing::error!(%error, "a response could not be written as JSON");
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, media.content_type());
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    response
}
