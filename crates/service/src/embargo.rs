//! Embargoes that pass: nothing is written when they do, and yet the thing appears to those whom it is for. So the
//! log is told, once, by whichever server looks first.

use std::time::Duration;

use entity::embargo;
use sea_orm::{ColumnTrait, Condition, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::access::scope;
use crate::error::Result;
use crate::record::reach;
use crate::store::Store;
use crate::viewer::Viewer;

/// How often is looked for embargoes that have passed.
const LOOK: Duration = Duration::from_secs(1);
/// How many are told of at once.
const AT_ONCE: u64 = 500;

/// Records in the log the embargoes that end, for as long as it is polled.
pub(crate) async fn watch(store: &Store) {
    loop {
        tokio::time::sleep(LOOK).await;
        if let Err(failure) = tell_of_passed(store).await {
            tracing::warn!(cause = ?failure.cause, "could not publish ended embargoes; trying again");
        }
    }
}

/// Records in the log the embargoes that have ended, and returns how many.
pub async fn tell_of_passed(store: &Store) -> Result<usize> {
    let has_passed = Condition::all().add(embargo::Column::Until.lte(store.source().now()));
    let any = scope::for_writing::<embargo::Entity>()
        .filter(has_passed.clone())
        .one(store.connection())
        .await?;
    if any.is_none() {
        return Ok(0);
    }
    let backend = store.backend();
    store
        .write(&Viewer::operator(), "embargo.pass", |write| {
            Box::pin(async move {
                // Another server may have been first: then there is nothing left.
                let passed = scope::locked::<embargo::Entity>(backend, has_passed)
                    .limit(AT_ONCE)
                    .all(write.connection())
                    .await?;
                let ids: Vec<Uuid> = passed.iter().map(|row| row.thing_id).collect();
                reach::forget_embargoes(write, ids).await?;
                let things: Vec<_> = passed.iter().map(|row| (row.kind, row.thing_id)).collect();
                reach::tell_of_passed(write, &things).await?;
                Ok(things.len())
            })
        })
        .await
}
