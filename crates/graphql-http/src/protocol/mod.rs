//! GraphQL over HTTP, as the draft specification of that name says.
//!
//! [`Protocol::handle`] is the way of a request: choose the media type of the answer, read the
//! parameters, check the document, execute, answer. Whatever goes wrong on the way is an
//! [`Answer`] too. What is executed, and for whom, is behind [`Execute`].

mod accept;
mod answer;
mod code;
mod documents;
mod errors;
mod incoming;
mod parameters;
mod shape;
mod streaming;

#[cfg(test)]
mod tests;

use std::{future::Future, sync::Arc};

use async_graphql::parser::types::{ExecutableDocument, OperationType};
use axum::{
    extract::Request,
    http::{Method, StatusCode},
    response::Response,
};
use futures::future::join_all;
use tower_http::request_id::RequestId;

use crate::document::{self, Checked, Cost, Limits, Refusal, Types};

pub use accept::{EventStream, MediaType};
pub use answer::Answer;
pub use code::Code;
pub use documents::Documents;
pub use documents::Operations;
pub use parameters::Parameters;
pub use streaming::{Outcome, Running, Subscribe};

use incoming::Incoming;
use shape::Shape;

/// What carries out an operation that has passed the checks, on behalf of one viewer.
pub trait Execute: Sync {
    /// Counts requests that have arrived, before anything of them is looked at.
    ///
    /// # Errors
    /// A response as [`Execute::execute`] gives for what concerns the whole request, when they are
    /// too many.
    fn arrived(&self, requests: usize) -> Result<(), Box<async_graphql::Response>>;

    /// Executes one operation. Its cost is for rate limits: it was computed before.
    ///
    /// An error that concerns the whole request, such as an exhausted budget, is a response
    /// without data whose error has a code.
    fn execute(&self, operation: Operation)
    -> impl Future<Output = async_graphql::Response> + Send;

    /// Says what an operation would cost, without executing it: a response whose data is null.
    fn price(&self, cost: Cost) -> async_graphql::Response;

    /// The HTTP status when a request is refused as a whole with a code that is not of this
    /// module, such as 401 or 429; none for 400 as the draft says.
    fn status(&self, _code: &str) -> Option<StatusCode> {
        None
    }
}

/// The response to a request that is refused before it is read.
pub fn refused(refusal: Refusal) -> Response {
    Answer::fault(refusal).into_response(MediaType::Json)
}

/// The response to a request that is refused before it is read, with headers of its own.
pub fn refused_with(answer: async_graphql::Response) -> Response {
    let status = |word: &str| {
        let code = Code::ALL.iter().find(|code| code.as_str() == word)?;
        Some(code.status())
    };
    Answer::executed(answer, None, "", status).into_response(MediaType::Json)
}

/// The HTTP endpoint of the graph.
#[derive(Debug, Clone)]
pub struct Protocol {
    /// The bounds of each document; those of a batch hold for the sum of its costs.
    pub limits: Limits,
    /// The longest HTTP body, in bytes.
    pub body_bytes: usize,
    /// The most requests in one batch.
    pub batch: usize,
    /// Where documents come from that are asked for by a hash or an id.
    pub documents: Arc<Documents>,
    /// The types of the schema, to know where an answer may be null.
    pub types: Arc<Types>,
}

impl Default for Protocol {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            body_bytes: 1024 * 1024,
            batch: 10,
            documents: Arc::default(),
            types: Arc::default(),
        }
    }
}

/// An operation that has passed the checks of its document.
pub struct Operation {
    /// What runs, with its variables.
    pub request: async_graphql::Request,
    /// The document as it was written, when it is another: it must be valid before that runs.
    pub written: Option<ExecutableDocument>,
    /// What it costs.
    pub cost: Cost,
}

/// A request whose document has been checked.
struct Prepared<'t> {
    operation: Operation,
    kind: OperationType,
    /// None when only the price is asked for.
    shape: Option<Shape<'t>>,
}

impl Protocol {
    /// Answers one HTTP request, whatever it is.
    ///
    /// `OPTIONS` is left to the layer for cross-origin requests. The id of the request is taken
    /// from the layer that sets it.
    pub async fn handle<E: Execute>(&self, request: Request, executor: &E) -> Response {
        let (head, body) = request.into_parts();
        let request_id = head
            .extensions
            .get::<RequestId>()
            .and_then(|id| id.header_value().to_str().ok())
            .unwrap_or("unknown");
        let media = match accept::negotiate(&head.headers) {
            Ok(media) => media,
            Err(refusal) => return Answer::fault(refusal).into_response(MediaType::Json),
        };
        let incoming = incoming::read(&head, body, self).await;
        let requests = match &incoming {
            Ok(Incoming::Batch(all)) => all.len(),
            Ok(Incoming::One(_)) | Err(_) => 1,
        };
        if let Err(refused) = executor.arrived(requests) {
            return answer(*refused, None, executor, request_id).into_response(media);
        }
        let mut response = match incoming {
            Ok(Incoming::One(parameters)) => {
                self.one(parameters, &head.method, executor, request_id).await.into_response(media)
            }
            Ok(Incoming::Batch(all)) => self.many(all, executor, request_id, media).await,
            Err(fault) => fault.into_response(media),
        };
        if head.method == Method::HEAD {
            answer::drop_body(&mut response);
        }
        response
    }

    async fn one<E: Execute>(
        &self,
        parameters: Parameters,
        method: &Method,
        executor: &E,
        request_id: &str,
    ) -> Answer {
        match self.prepare_single(parameters) {
            Ok(prepared) if prepared.kind == OperationType::Mutation && *method != Method::POST => {
                *incoming::mutation_by_get()
            }
            Ok(prepared) => execute(prepared, executor, request_id).await,
            Err(refused) => *refused,
        }
    }

    /// Each request of a batch is answered for itself; the batch as a whole may cost no more than
    /// a single request.
    async fn many<E: Execute>(
        &self,
        all: Vec<Parameters>,
        executor: &E,
        request_id: &str,
        media: MediaType,
    ) -> Response {
        let prepared: Vec<_> = all.into_iter().map(|one| self.prepare_single(one)).collect();
        let cost = prepared
            .iter()
            .flatten()
            .fold(0_u64, |sum, one| sum.saturating_add(one.operation.cost.complexity));
        if cost > self.limits.complexity {
            let limit = self.limits.complexity;
            let message = format!(
                "Cost of the batch: {cost}, where at most {limit} is allowed. Send fewer requests in one batch."
            );
            return Answer::fault(Refusal::new(Code::TooComplex, message)).into_response(media);
        }
        let has_mutation = prepared.iter().flatten().any(|one| one.kind == OperationType::Mutation);
        let executing = prepared.into_iter().map(|one| async {
            match one {
                Ok(prepared) => execute(prepared, executor, request_id).await,
                Err(refused) => *refused,
            }
        });
        // A query that follows a mutation is to see what it changed.
        let answers = if has_mutation {
            let mut answers = Vec::with_capacity(executing.len());
            for one in executing {
                answers.push(one.await);
            }
            answers
        } else {
            join_all(executing).await
        };
        answer::batch(&answers, media)
    }

    /// Prepares what is answered at once.
    fn prepare_single(&self, parameters: Parameters) -> Result<Prepared<'_>, Box<Answer>> {
        let prepared = self.prepare(parameters)?;
        if prepared.kind == OperationType::Subscription {
            return Err(Answer::refused(Refusal::new(
                Code::SubscriptionNotSupported,
                "A subscription has no single answer. Accept `text/event-stream`, or open a WebSocket with the subprotocol `graphql-transport-ws`.",
            )));
        }
        Ok(prepared)
    }

    /// Checks the document of one request and hands it on parsed.
    fn prepare(&self, mut parameters: Parameters) -> Result<Prepared<'_>, Box<Answer>> {
        let found = self.documents.find(&mut parameters).map_err(|refusal| match refusal.code {
            Code::BadRequest => Answer::fault(refusal),
            _ => Answer::refused(refusal),
        })?;
        let operation_name = parameters.operation_name.filter(|name| !name.is_empty());
        let checked = document::check(
            &found.text,
            operation_name.as_deref(),
            &parameters.variables,
            &self.types,
            &self.limits,
        )
        .map_err(Answer::refused)?;
        if let Some(hash) = found.keep {
            self.documents.keep(hash, found.text);
        }
        let shape = (!parameters.extensions.cost_only)
            .then(|| self.shape(&checked, operation_name.as_deref()));
        tracing::debug!(cost = ?checked.cost, "document checked");
        // The library reads the text only to parse it, and it is parsed already.
        let mut request =
            async_graphql::Request::new(String::new()).variables(parameters.variables);
        request.operation_name = operation_name;
        request.set_parsed_query(checked.document);
        let operation = Operation { request, written: checked.written, cost: checked.cost };
        Ok(Prepared { operation, kind: checked.kind, shape })
    }

    /// The shape of the data of the chosen operation.
    fn shape(&self, checked: &Checked, operation_name: Option<&str>) -> Shape<'_> {
        let root = document::root_type(checked.kind);
        let mut shape = Shape::default();
        for (name, operation) in checked.document.operations.iter() {
            if operation_name.is_none() || name.map(|name| name.as_str()) == operation_name {
                let set = &operation.node.selection_set.node;
                shape.add(set, root, &checked.document, &self.types);
            }
        }
        shape
    }
}

async fn execute<E: Execute>(prepared: Prepared<'_>, executor: &E, request_id: &str) -> Answer {
    let response = match prepared.shape {
        Some(_) => executor.execute(prepared.operation).await,
        None => executor.price(prepared.operation.cost),
    };
    answer(response, prepared.shape.as_ref(), executor, request_id)
}

fn answer<E: Execute>(
    response: async_graphql::Response,
    shape: Option<&Shape<'_>>,
    executor: &E,
    request_id: &str,
) -> Answer {
    Answer::executed(response, shape, request_id, |code| executor.status(code))
}
