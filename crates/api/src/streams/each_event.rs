//! Answers each event of a subscription as a request of its own.
//!
//! A subscription lasts for hours, and what loaders have read for one event is old at the next. So each
//! event gets its own [`Loaders`], as well as its place, its time and its share of the quota, as each request
//! does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_graphql::async_trait::async_trait;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute};
use async_graphql::{Data, Request, Response};
use futures::StreamExt;
use futures::stream::BoxStream;
use graphql_http::Outcome;
use service::Viewer;

use crate::caller::{Caller, Work};
use crate::graph;
use crate::loading::{Loaders, LoadersByField};

/// The extension of the schema that answers each event as a request of its own.
pub(crate) struct EachEvent;

/// Who follows, and how their events are answered.
pub(crate) struct Follower {
    pub(crate) caller: Caller,
    pub(crate) viewer: Viewer,
    /// What answering one event costs.
    pub(crate) cost: u64,
}

struct Following {
    follower: Follower,
    /// Whether an event was answered since this was last asked.
    is_event: AtomicBool,
}

/// What a subscription gives its viewer, one event after another.
pub(crate) fn subscription(follower: Follower, request: Request) -> BoxStream<'static, Outcome> {
    let endpoint = Arc::clone(follower.caller.endpoint());
    let feed =
        graph::Follower { space: Arc::clone(&endpoint.space), viewer: follower.viewer.clone() };
    let following = Arc::new(Following { follower, is_event: AtomicBool::new(false) });
    let request = request.data(Arc::clone(&following)).data(feed);
    let answers = endpoint.streamed_graph.execute_stream(request);
    let outcomes = answers.map(move |mut answer| {
        if following.is_event.swap(false, Ordering::AcqRel) {
            return Outcome::Event(answer);
        }
        let follower = &following.follower;
        follower.caller.translate(&follower.viewer, &mut answer);
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
        let Follower { caller, cost, .. } = &following.follower;
        let spending = match caller.charge(*cost) {
            Ok(spending) => spending,
            Err(refused) => return *refused,
        };
        let answered = caller.perform(Work::Event, *cost, |viewer| async move {
            let loaders = Loaders::new(caller.space(), viewer).await;
            let loaders = loaders.map_err(|refusal| caller.refused(&refusal))?;
            let mut data = Data::default();
            data.insert(LoadersByField::new(Arc::clone(&loaders)));
            let mut answer = next.run_with_data(ctx, operation_name, data).await;
            caller.translate(loaders.context.viewer(), &mut answer);
            Ok(answer)
        });
        spending.told_in(answered.await.unwrap_or_else(|refused| *refused))
    }
}
