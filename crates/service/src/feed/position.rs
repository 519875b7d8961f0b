//! How far the log has been read, kind by kind, for those who follow the feed.

use std::sync::Arc;

use entity::ChangeKind;
use tokio::sync::{Semaphore, SemaphorePermit, watch};

use crate::error::{Error, Result};
use crate::tail::{Entry, Follower};

/// How many of those who follow the feed read at once: the others wait, so that a write which wakes a
/// thousand of them leaves connections to everybody else.
const READERS: usize = 4;

/// What wakes those who follow the feed, and lets them read in turn.
#[derive(Debug)]
pub struct Feed {
    position: watch::Sender<Position>,
    readers: Semaphore,
}

impl Default for Feed {
    fn default() -> Self {
        Self { position: watch::Sender::default(), readers: Semaphore::new(READERS) }
    }
}

impl Feed {
    /// How far the log has been read; changes whenever it has grown.
    #[must_use]
    pub fn position(&self) -> watch::Receiver<Position> {
        self.position.subscribe()
    }

    /// Waits for a turn to read the feed.
    ///
    /// # Errors
    /// Never: the turns are not closed.
    pub(super) async fn turn(&self) -> Result<SemaphorePermit<'_>> {
        self.readers.acquire().await.map_err(Error::internal)
    }
}

/// Wakes those who follow the feed.
#[derive(Debug)]
pub(crate) struct FeedFollower(pub(crate) Arc<Feed>);

#[async_trait::async_trait]
impl Follower for FeedFollower {
    fn name(&self) -> &'static str {
        "feed"
    }

    async fn begin(&self, head: i64) -> Result<()> {
        self.0.position.send_replace(Position::beginning_at(head));
        Ok(())
    }

    async fn hear(&self, entries: &[Entry]) -> Result<()> {
        self.0.position.send_modify(|position| position.advance(entries));
        Ok(())
    }
}

/// How far the log has been read, and where each kind of thing last changed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Position {
    sequence: i64,
    latest: [i64; ChangeKind::ALL.len()],
}

impl Position {
    /// The last number that was read.
    #[must_use]
    pub const fn sequence(&self) -> i64 {
        self.sequence
    }

    /// Whether something of these kinds may have changed after a number.
    #[must_use]
    pub fn has_news(&self, kinds: &[ChangeKind], after: i64) -> bool {
        kinds.iter().any(|kind| self.latest[*kind as usize] > after)
    }

    /// What is known at the beginning: the last number, and of what came before nothing.
    const fn beginning_at(head: i64) -> Self {
        Self { sequence: head, latest: [head; ChangeKind::ALL.len()] }
    }

    fn advance(&mut self, entries: &[Entry]) {
        for entry in entries {
            self.sequence = entry.sequence;
            self.latest[entry.kind as usize] = entry.sequence;
        }
    }
}

#[cfg(test)]
mod tests {
    use entity::ChangeOperation;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn there_is_news_of_what_changed_and_of_nothing_else() {
        let mut position = Position::beginning_at(7);
        position.advance(&[Entry {
            sequence: 8,
            kind: ChangeKind::Study,
            subject: Uuid::nil(),
            operation: ChangeOperation::Created,
        }]);
        assert_eq!(position.sequence(), 8);
        assert!(position.has_news(&[ChangeKind::Rating, ChangeKind::Study], 7));
        assert!(!position.has_news(&[ChangeKind::Rating], 7));
        assert!(!position.has_news(&[ChangeKind::Study], 8));
    }

    #[test]
    fn before_the_beginning_anything_may_have_changed() {
        assert!(Position::beginning_at(7).has_news(&[ChangeKind::Person], 3));
    }
}
