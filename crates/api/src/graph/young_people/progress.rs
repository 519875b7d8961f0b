//! How far the loading of a return has got.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Context, ID, Subscription};
use futures::{Stream, stream};
use service::entity::{ReturnState, loaded_return};
use service::young_people::returns;
use service::{RequestContext, Result};

use super::returns::{Return, return_id};
use crate::graph::Follower;

/// How often it is looked at.
const EVERY: Duration = Duration::from_millis(500);

/// What can be followed of young people.
#[derive(Default)]
pub(in crate::graph) struct YoungPeopleSubscription;

#[Subscription]
impl YoungPeopleSubscription {
    /// A return while it is being loaded: at once, whenever it has got further, and when it is done. It needs
    /// `young-people:contribute`.
    async fn return_progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id of the return.")] id: ID,
    ) -> Result<impl Stream<Item = Result<Return>>> {
        let Follower { space, viewer } = ctx.data_unchecked();
        let (space, viewer) = (Arc::clone(space), viewer.clone());
        let id = return_id(&id)?;
        let first = returns::by_id(&RequestContext::new(&space, viewer.clone()), id).await?;
        let state = (space, viewer, Some(first), None::<loaded_return::Model>);
        Ok(stream::unfold(state, move |(space, viewer, first, told)| async move {
            if let Some(row) = first {
                let told = Some(row.clone());
                return Some((Ok(Return(row)), (space, viewer, None, told)));
            }
            if told.as_ref()?.state != ReturnState::Loading {
                return None;
            }
            loop {
                tokio::time::sleep(EVERY).await;
                match returns::by_id(&RequestContext::new(&space, viewer.clone()), id).await {
                    Ok(row) if Some(&row) == told.as_ref() => {}
                    Ok(row) => {
                        let told = Some(row.clone());
                        return Some((Ok(Return(row)), (space, viewer, None, told)));
                    }
                    Err(refusal) => return Some((Err(refusal), (space, viewer, None, None))),
                }
            }
        }))
    }
}
