//! The GraphQL endpoint: operations, carried out for the caller of a request.

use std::sync::Arc;

use async_graphql::Response as Answer;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use futures::stream::BoxStream;
use graphql_http::{Cost, EventStream, Execute, Operation, Outcome, Subscribe};

use crate::caller::{Caller, Work};
use crate::endpoint::Endpoint;
use crate::error;
use crate::loading::{Loaders, LoadersByField};
use crate::streams;

/// Answers one HTTP request to the graph.
pub(crate) async fn handle(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response {
    if streams::is_socket_wanted(&request) {
        return streams::open_socket(&endpoint, request);
    }
    let (mut head, body) = request.into_parts();
    let Ok(caller) = Caller::from_request_parts(&mut head, &endpoint).await;
    let request = Request::from_parts(head, body);
    let mut response = match EventStream::of(&request) {
        Some(accepted) => streams::answer_with_events(caller.clone(), accepted, request).await,
        None => endpoint.protocol.handle(request, &caller).await,
    };
    caller.describe(&mut response);
    response
}

impl Execute for Caller {
    fn arrived(&self, requests: usize) -> Result<(), Box<Answer>> {
        self.count(requests)
    }

    async fn execute(&self, operation: Operation) -> Answer {
        let cost = operation.cost.complexity;
        let spending = match self.charge(cost) {
            Ok(spending) => spending,
            Err(refused) => return *refused,
        };
        let endpoint = self.endpoint();
        let answered = self.perform(Work::Operation, cost, |viewer| async move {
            let loaders = Loaders::new(&endpoint.space, viewer).await;
            let loaders = loaders.map_err(|refusal| self.refused(&refusal))?;
            let request = validated(endpoint, operation).await?;
            let request = request.data(LoadersByField::new(Arc::clone(&loaders))).data(spending);
            let mut answer = endpoint.graph.execute(request).await;
            self.translate(loaders.context.viewer(), &mut answer);
            Ok(answer)
        });
        spending.told_in(answered.await.unwrap_or_else(|refused| *refused))
    }

    fn price(&self, cost: Cost) -> Answer {
        match self.viewer() {
            Ok(_) => self.quote(cost.complexity).told_in(Answer::default()),
            Err(refused) => *refused,
        }
    }

    fn status(&self, code: &str) -> Option<StatusCode> {
        // What is wrong with a document is told in the status only where the media type has it so.
        error::service_status(code)
            .or_else(|| error::status(code).filter(|status| *status != StatusCode::BAD_REQUEST))
    }
}

impl Subscribe for Caller {
    async fn subscribe(
        &self,
        operation: Operation,
    ) -> Result<BoxStream<'static, Outcome>, Box<Answer>> {
        let cost = operation.cost.complexity;
        let viewer = self.viewer()?;
        let follower = streams::Follower { caller: self.clone(), viewer, cost };
        let request = validated(self.endpoint(), operation).await?;
        Ok(streams::subscription(follower, request))
    }
}

/// The request of an operation, once the document that it was made of is known to be valid.
///
/// # Errors
/// The answer to a document that isn't.
async fn validated(
    endpoint: &Endpoint,
    operation: Operation,
) -> Result<async_graphql::Request, Box<Answer>> {
    let Operation { request, written, .. } = operation;
    if let Some(written) = written {
        endpoint.validator.validate(written, &request).await?;
    }
    Ok(request)
}
