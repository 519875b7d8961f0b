//! Answers each event of a subscription as a request of its own.
//!
//! A subscription lasts for hours, and what loaders have read for one event is old at the next. So each
//! event gets its own [`Asker`], as well as its place and its time, as each request does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_graphql::async_trait::async_trait;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute};
use async_graphql::{Data, Request, Response};
use futures::StreamExt;
use futures::stream::BoxStream;
use service::{Code, Error, Viewer};

use crate::endpoint::Endpoint;
use crate::error;
use crate::graph::Follower;
use crate::loading::Asker;
use crate::protocol::Outcome;

/// The extension of the schema that answers each event as a request of its own.
pub(crate) struct EachEvent;

/// Who follows, and how their events are answered.
struct Following {
    endpoint: Arc<Endpoint>,
    viewer: Viewer,
    request_id: String,
    /// Whether an event was answered since this was last asked.
    is_event: AtomicBool,
}

/// What a subscription gives its viewer, one event after another.
pub(crate) fn subscription(
    endpoint: Arc<Endpoint>,
    viewer: Viewer,
    request_id: String,
    request: Request,
) -> BoxStream<'static, Outcome> {
    let follower = Follower {
        space: Arc::clone(&endpoint.space),
        viewer: viewer.clone(),
    };
    let following = Arc::new(Following {
        endpoint: Arc::clone(&endpoint),
        viewer,
        request_id,
        is_event: AtomicBool::new(false),
    });
    let request = request.data(Arc::clone(&following)).data(follower);
    let answers = endpoint.streamed_graph.execute_stream(request);
    let outcomes = answers.map(move |mut answer| {
        if following.is_event.swap(false, Ordering::AcqRel) {
            return Outcome::Event(answer);
        }
        following.translate(&mut answer);
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
        let answer = async {
            let _place = following.endpoint.place().await?;
            let space = Arc::clone(&following.endpoint.space);
            let asker = Asker::new(space, following.viewer.clone()).await?;
            let mut data = Data::default();
            data.insert(asker);
            Ok(next.run_with_data(ctx, operation_name, data).await)
        };
        match tokio::time::timeout(following.endpoint.timeout, answer).await {
            Ok(Ok(mut answer)) => {
                following.translate(&mut answer);
                answer
            }
            Ok(Err(refusal)) => error::refused(&refusal, &following.request_id),
            Err(_) => {
                let message =
                    "Answering a change took too long and was stopped; ask for less of each.";
                error::refused(&Error::new(Code::TimedOut, message), &following.request_id)
            }
        }
    }
}

impl Following {
    fn translate(&self, answer: &mut Response) {
        error::translate(answer, &self.endpoint.space, &self.viewer, &self.request_id);
    }
}
