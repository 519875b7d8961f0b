//! Operations whose answers come one after another, over a connection that stays open.

use std::future::Future;

use async_graphql::Response;
use async_graphql::parser::types::OperationType;
use axum::body::Body;
use axum::http::{Method, request::Parts};
use futures::StreamExt;
use futures::stream::BoxStream;

use super::answer::Answer;
use super::incoming::{self, Incoming};
use super::shape::Shape;
use super::{Code, Execute, MediaType, Operation, Parameters, Protocol, answer, execute};
use crate::document::{self, Refusal};

/// What carries out subscriptions too.
pub trait Subscribe: Execute {
    /// Begins a subscription. Its cost is that of answering one event.
    ///
    /// # Errors
    /// A response without data that concerns the whole request.
    fn subscribe(
        &self,
        operation: Operation,
    ) -> impl Future<Output = Result<BoxStream<'static, Outcome>, Box<Response>>> + Send;
}

/// What comes of a subscription.
pub enum Outcome {
    /// The answer to an event.
    Event(Response),
    /// Why there are no events, or no more.
    Refused(Response),
}

/// An operation under way: its answers, one after another.
pub struct Running<'p> {
    rest: Rest<'p>,
    request_id: String,
}

enum Rest<'p> {
    None,
    One(Box<Answer>),
    Many(BoxStream<'static, Outcome>, Shape<'p>),
}

impl Protocol {
    /// Reads the one operation of an HTTP request.
    ///
    /// # Errors
    /// The response to a request that is malformed, or a batch.
    pub async fn read_one(
        &self,
        head: &Parts,
        body: Body,
    ) -> Result<Parameters, axum::response::Response> {
        let fault = match incoming::read(head, body, self).await {
            Ok(Incoming::One(parameters)) => return Ok(parameters),
            Ok(Incoming::Batch(_)) => Answer::fault(Refusal::new(
                Code::BadRequest,
                "A stream of events is the answer to one request; send each request of the batch by itself.",
            )),
            Err(fault) => fault,
        };
        Err(fault.into_response(MediaType::Json))
    }

    /// Whether a request asks for a subscription, as far as can be said before its document is checked.
    pub fn is_subscription(&self, parameters: &Parameters) -> bool {
        let name = parameters.operation_name.as_deref();
        let name = name.filter(|name| !name.is_empty());
        let text = self.documents.text(parameters);
        let kind = text.and_then(|text| document::kind(&text, name, &self.limits));
        kind == Some(OperationType::Subscription)
    }

    /// Answers one request at once, counted as one that has arrived.
    pub async fn answer<E: Execute>(
        &self,
        parameters: Parameters,
        method: &Method,
        executor: &E,
        request_id: &str,
        media: MediaType,
    ) -> axum::response::Response {
        if let Err(refused) = executor.arrived(1) {
            return answer(*refused, None, executor, request_id).into_response(media);
        }
        let answer = self.one(parameters, method, executor, request_id).await;
        answer.into_response(media)
    }

    /// Begins an operation of any kind, counted as one that has arrived. A query or a mutation is carried
    /// out at once.
    pub async fn begin<E: Subscribe>(
        &self,
        parameters: Parameters,
        may_mutate: bool,
        executor: &E,
        request_id: &str,
    ) -> Running<'_> {
        let running = |rest| Running { rest, request_id: request_id.to_owned() };
        if let Err(refused) = executor.arrived(1) {
            let answer = answer(*refused, None, executor, request_id);
            return running(Rest::One(Box::new(answer)));
        }
        let prepared = match self.prepare(parameters) {
            Ok(prepared) => prepared,
            Err(refused) => return running(Rest::One(refused)),
        };
        match prepared.kind {
            OperationType::Mutation if !may_mutate => {
                running(Rest::One(incoming::mutation_by_get()))
            }
            OperationType::Query | OperationType::Mutation => {
                let answer = execute(prepared, executor, request_id).await;
                running(Rest::One(Box::new(answer)))
            }
            OperationType::Subscription => {
                let Some(shape) = prepared.shape else {
                    let priced = executor.price(prepared.operation.cost);
                    let answer = answer(priced, None, executor, request_id);
                    return running(Rest::One(Box::new(answer)));
                };
                match executor.subscribe(prepared.operation).await {
                    Ok(outcomes) => running(Rest::Many(outcomes, shape)),
                    Err(refused) => {
                        let answer = answer(*refused, Some(&shape), executor, request_id);
                        running(Rest::One(Box::new(answer)))
                    }
                }
            }
        }
    }
}

impl Running<'_> {
    /// The next answer. After one without data there is none: its event was not told.
    pub async fn next(&mut self) -> Option<Answer> {
        if let Rest::Many(outcomes, shape) = &mut self.rest {
            let response = match outcomes.next().await? {
                Outcome::Event(response) => response,
                Outcome::Refused(mut response) => {
                    // A path would say that something was executed.
                    for error in &mut response.errors {
                        error.path.clear();
                    }
                    response
                }
            };
            let answer = Answer::executed(response, Some(shape), &self.request_id, |_| None);
            if answer.is_without_data() {
                self.rest = Rest::None;
            }
            return Some(answer);
        }
        match std::mem::replace(&mut self.rest, Rest::None) {
            Rest::One(answer) => Some(*answer),
            Rest::Many(..) | Rest::None => None,
        }
    }
}
