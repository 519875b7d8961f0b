//! The feed as it grows: every change that a viewer may see, in order, none missed and none repeated.
//!
//! A follower reads only when it is polled, a page at a time, and only when the tail of the log says
//! that something of its kinds has changed. What the viewer may not see is passed over once. The log's
//! numbers become visible in their order, so what lies before the position is done with.

use std::collections::VecDeque;
use std::sync::Arc;

use entity::{ChangeKind, change};
use futures::Stream;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::sync::watch;

use super::{Position, sort};
use crate::access::scope;
use crate::error::{Code, Error, Result};
use crate::filter::AnyOf;
use crate::listing::{KeyPart, SortKey};
use crate::space::Space;
use crate::tail::{self, POLL};
use crate::viewer::Viewer;

/// How many changes are read at once, and held for a slow reader.
const PAGE: usize = 50;

/// Returns every change that the viewer may see, each with its cursor, in order, from just after a cursor or else
/// from now; of some kinds, or of all. It has no end of its own: a database that
/// cannot be reached is waited for.
///
/// # Errors
/// `INVALID_CURSOR`. An item is an error when the log can't be read for another reason than that the
/// database is away; it is the last.
pub async fn follow(
    space: Arc<Space>,
    viewer: Viewer,
    kinds: AnyOf<ChangeKind>,
    after: Option<&str>,
) -> Result<impl Stream<Item = Result<(String, change::Model)>> + Send + use<>> {
    let head = tail::head(space.store()).await?;
    let position = match after {
        None => head,
        Some(cursor) => sequence(&sort(), cursor, head)?,
    };
    let follower = Follower {
        tail: space.feed().position(),
        kinds: ChangeKind::ALL
            .iter()
            .copied()
            .filter(|kind| kinds.admits(kind) && scope::sees_kind(&viewer, *kind))
            .collect(),
        space,
        viewer,
        position,
        read: VecDeque::new(),
        order: sort(),
    };
    Ok(futures::stream::unfold(Some(follower), |follower| async move {
        let mut follower = follower?;
        match follower.next().await {
            Ok(item) => Some((Ok(item), Some(follower))),
            Err(failure) => Some((Err(failure), None)),
        }
    }))
}

/// Returns the number in a cursor, which must be in the log.
fn sequence(order: &SortKey<change::Model>, cursor: &str, head: i64) -> Result<i64> {
    match order.parts(cursor)?.as_slice() {
        [KeyPart::Number(sequence)] if (0..=head).contains(sequence) => Ok(*sequence),
        _ => Err(Error::new(
            Code::InvalidCursor,
            "The cursor lies beyond the end of the log, so it is not one that this space gave. If the database was restored from a backup, read everything anew.",
        )),
    }
}

/// Somebody who follows the feed.
struct Follower {
    space: Arc<Space>,
    viewer: Viewer,
    kinds: Vec<ChangeKind>,
    tail: watch::Receiver<Position>,
    /// Up to here everything was read.
    position: i64,
    /// What was read and not yet taken.
    read: VecDeque<change::Model>,
    order: SortKey<change::Model>,
}

impl Follower {
    async fn next(&mut self) -> Result<(String, change::Model)> {
        loop {
            if let Some(row) = self.read.pop_front() {
                return Ok((self.order.cursor(&row), row));
            }
            let end = self.news().await;
            match self.read_to(end).await {
                Err(failure) if failure.code == Code::Unavailable => {
                    tokio::time::sleep(POLL).await;
                }
                outcome => outcome?,
            }
        }
    }

    /// Waits until something of the kinds has changed beyond the position; gives the end of the log then.
    async fn news(&mut self) -> i64 {
        let (kinds, position) = (&self.kinds, self.position);
        let news = self.tail.wait_for(|tail| tail.has_news(kinds, position));
        let end = news.await.map(|tail| tail.sequence()).ok();
        match end {
            Some(end) => end,
            // Never: the space, which this follower holds, holds the other end.
            None => std::future::pending().await,
        }
    }

    /// Reads the next page up to a number of the log.
    async fn read_to(&mut self, end: i64) -> Result<()> {
        let store = self.space.store();
        let _turn = self.space.feed().turn().await?;
        let rows = scope::changes(&self.viewer, store.source().now())
            .filter(change::Column::Kind.is_in(self.kinds.iter().copied()))
            .filter(change::Column::Sequence.gt(self.position))
            .filter(change::Column::Sequence.lte(end))
            .order_by_asc(change::Column::Sequence)
            .limit(PAGE as u64)
            .all(store.connection())
            .await?;
        self.position = match rows.last() {
            Some(last) if rows.len() == PAGE => last.sequence,
            _ => end,
        };
        self.read = rows.into();
        Ok(())
    }
}
