//! A follower whose place is stored: it goes on where it was, whichever server tells it.

use std::time::Duration;

use entity::follower;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, QueryFilter};
use tokio::sync::watch;

use super::{CHUNK, Follower, entries};
use crate::access::scope;
use crate::error::Result;
use crate::store::Store;

/// How long is waited before rows are told again that could not be heard.
const AGAIN: Duration = Duration::from_secs(5);

/// Tells a follower each row from its stored place on, for as long as it is polled.
pub(crate) async fn tell(store: &Store, follower: &dyn Follower, mut head: watch::Receiver<i64>) {
    loop {
        match catch_up(store, follower).await {
            Ok(heard) => {
                // Never an error: whoever reads the log holds the other end.
                if head.wait_for(|head| *head > heard).await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
            Err(failure) => {
                let name = follower.name();
                tracing::warn!(follower = name, cause = ?failure.cause, "rows of the change log could not be told: {failure}");
                tokio::time::sleep(AGAIN).await;
            }
        }
    }
}

/// Tells what has not been heard, and gives the number of the last row.
async fn catch_up(store: &Store, follower: &dyn Follower) -> Result<i64> {
    let mut heard = place(store, follower.name()).await?;
    loop {
        let entries = entries(store, heard).await?;
        let Some(last) = entries.last() else {
            return Ok(heard);
        };
        follower.hear(&entries).await?;
        heard = last.sequence;
        keep(store, follower.name(), heard).await?;
        if entries.len() < CHUNK {
            return Ok(heard);
        }
    }
}

async fn place(store: &Store, name: &str) -> Result<i64> {
    let row = scope::for_writing::<follower::Entity>()
        .filter(follower::Column::Name.eq(name))
        .one(store.connection())
        .await?;
    Ok(row.map_or(0, |row| row.sequence))
}

/// Keeps a place, unless another server has got further.
async fn keep(store: &Store, name: &'static str, sequence: i64) -> Result<()> {
    let keeping = store.attest(Vec::new(), move |write| {
        Box::pin(async move {
            let row = follower::ActiveModel { name: Set(name.to_owned()), sequence: Set(sequence) };
            let there = OnConflict::column(follower::Column::Name).do_nothing().to_owned();
            if !write.add_or::<follower::Entity>(vec![row], there).await? {
                let behind = Condition::all()
                    .add(follower::Column::Name.eq(name))
                    .add(follower::Column::Sequence.lt(sequence));
                let here = (follower::Column::Sequence, Expr::val(sequence));
                write.set::<follower::Entity>([here], behind).await?;
            }
            Ok(())
        })
    });
    keeping.await
}
