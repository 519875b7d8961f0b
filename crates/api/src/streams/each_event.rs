//! Answers each event of a subscription as a request of its own.
//!
//! A subscription lasts for hours, and what loaders have read for one event is old at the next. So each
//! event gets its own [`Asker`], as well as its place, its time and its share of the quota, as each request
//! does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_graphql::async_trait::async_trait;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute};
use async_graphql::{Data, Request, Response};
use futures::StreamExt;
use futures::stream::BoxStream;
use graphql_http::Outcome;
use service::{Code, Error, Viewer};

use crate::admission::Client;
use crate::endpoint::{Endpoint, with_cost};
use crate::error;
use crate::graph;
use crate::loading::{Asker, Askers};

/// The extension of the schema that answers each event as a request of its own.
pub(crate) struct EachEvent;

/// Who follows, and how their events are answered.
pub(crate) struct Follower {
    pub(crate) endpoint: Arc<Endpoint>,
    pub(crate) viewer: Viewer,
    /// Whose quota each event is taken from.
    pub(crate) client: Client,
    /// What answering one event costs.
    pub(crate) cost: u64,
    pub(crate) request_id: String,
}

struct Following {
    follower: Follower,
    /// Whether an event was answered since this was last asked.
    is_event: AtomicBool,
}

/// What a subscription gives its viewer, one event after another.
pub(crate) fn subscription(follower: Follower, request: Request) -> BoxStream<'static, Outcome> {
    let endpoint = Arc::clone(&follower.endpoint);
    let feed =
        graph::Follower { space: Arc::clone(&endpoint.space), viewer: follower.viewer.clone() };
    let following = Arc::new(Following { follower, is_event: AtomicBool::new(false) });
    let request = request.data(Arc::clone(&following)).data(feed);
    let answers = endpoint.streamed_graph.execute_stream(request);
    let outcomes = answers.map(move |mut answer| {
        if following.is_event.swap(false, Ordering::AcqRel) {
            return Outcome::Event(answer);
        }
        following.follower.translate(&mut answer);
        Outcome::Refused(answer)
    });
    outcomes.boxed()
}

impl ExtensionFactory for EachEvent {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for EachEvent {
    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let Ok(following) = ctx.data::<Arc<Following>>() else {
            return next.run(ctx, operation_name).await;
        };
        following.is_event.store(true, Ordering::Release);
        let follower = &following.follower;
        let (client, cost) = (follower.client, follower.cost);
        let spending = match follower.endpoint.charge(&client, cost) {
            Ok(spending) => spending,
            Err(refused) => return *refused,
        };
        let answer = async {
            let request_id = &follower.request_id;
            let _place = match follower.endpoint.place(client, cost, request_id).await {
                Ok(place) => place,
                Err(refused) => return *refused,
            };
            let space = Arc::clone(&follower.endpoint.space);
            let asker = match Asker::new(space, follower.viewer.clone()).await {
                Ok(asker) => asker,
                Err(refusal) => return error::refused(&refusal, request_id),
            };
            let mut data = Data::default();
            data.insert(Askers::new(asker));
            let mut answer = next.run_with_data(ctx, operation_name, data).await;
            follower.translate(&mut answer);
            answer
        };
        let answer = match tokio::time::timeout(follower.endpoint.timeout, answer).await {
            Ok(answer) => answer,
            Err(_) => {
                let message =
                    "Answering a change took too long and was stopped; ask for less of each.";
                error::refused(&Error::new(Code::TimedOut, message), &follower.request_id)
            }
        };
        with_cost(answer, spending)
    }
}

impl Follower {
    fn translate(&self, answer: &mut Response) {
        error::translate(answer, &self.endpoint.space, &self.viewer, &self.request_id);
    }
}
