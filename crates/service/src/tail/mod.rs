//! The one tail of the change log in this process: it reads each new row once, and tells whoever must know.
//!
//! What it tells: that the directory is stale, that the signing keys have changed, that tokens may have
//! ended, and, to those who follow the feed, how far the log has got and which kinds of thing changed.
//! A write of this process wakes it at once, one of another by `NOTIFY`, and it looks every half second
//! in any case.

mod news;
mod position;
mod wake;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use entity::{change, change_head};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::sync::{Semaphore, SemaphorePermit, watch};
use tokio::time::Instant;

use crate::access::scope;
use crate::error::{Code, Error, Result};
use crate::space::Space;
use crate::store::Store;

use news::{Entry, News};
use wake::WakeUp;

pub use position::Position;

/// How often the log is looked at, in case that a wake-up is lost.
pub(crate) const POLL: Duration = Duration::from_millis(500);
/// How many rows of the log are read at once.
const CHUNK: usize = 1_000;
/// How long one reading may take before it is given up and begun again.
const READING: Duration = Duration::from_secs(2);
/// How many of those who follow the feed read at once: the others wait, so that a write which wakes a
/// thousand of them leaves connections to everybody else.
const READERS: usize = 4;

/// How far the log has been read in this process, and when it was last known to its end.
#[derive(Debug)]
pub struct Tail {
    position: watch::Sender<Position>,
    caught_up: Mutex<Instant>,
    readers: Semaphore,
}

impl Default for Tail {
    fn default() -> Self {
        Self {
            position: watch::Sender::new(Position::default()),
            caught_up: Mutex::new(Instant::now()),
            readers: Semaphore::new(READERS),
        }
    }
}

impl Tail {
    /// How far the log has been read; changes whenever it has grown.
    #[must_use]
    pub fn position(&self) -> watch::Receiver<Position> {
        self.position.subscribe()
    }

    /// For how long the log has not been known to its end. While the database answers, it is well below
    /// a second.
    #[must_use]
    pub fn blind_for(&self) -> Duration {
        let caught_up = self.caught_up.lock();
        caught_up.unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    /// Waits for a turn to read the feed.
    ///
    /// # Errors
    /// Never: the turns are not closed.
    pub(crate) async fn turn(&self) -> Result<SemaphorePermit<'_>> {
        self.readers.acquire().await.map_err(Error::internal)
    }

    /// Reads the log for as long as it is polled.
    pub(crate) async fn follow(&self, space: &Space) {
        let mut wake = WakeUp::new(space.store());
        let mut has_begun = false;
        let mut is_blind = false;
        loop {
            let reading = self.read(space, &mut has_begun);
            let outcome = tokio::time::timeout(READING, reading).await;
            let outcome = outcome.unwrap_or_else(|_| Err(too_slow()));
            match &outcome {
                Err(failure) if !is_blind => {
                    tracing::warn!(cause = ?failure.cause, "the change log cannot be read: {failure}");
                }
                Ok(()) if is_blind => tracing::info!("the change log can be read again"),
                Ok(()) | Err(_) => {}
            }
            is_blind = outcome.is_err();
            wake.wait(self.seen()).await;
        }
    }

    /// Reads the log to its end, chunk by chunk. What it has told is not told again, wherever it is
    /// given up.
    async fn read(&self, space: &Space, has_begun: &mut bool) -> Result<()> {
        if !*has_begun {
            self.begin(space).await?;
            *has_begun = true;
        }
        loop {
            let asked = Instant::now();
            let entries = entries(space.store(), self.seen()).await?;
            let is_end = entries.len() < CHUNK;
            if !entries.is_empty() {
                News::of(&entries).tell(space).await?;
                self.position.send_modify(|position| position.advance(&entries));
            }
            if is_end {
                self.know_the_end(asked);
                return Ok(());
            }
        }
    }

    /// Begins at the end of the log. Whatever this process has read of the database before may be older.
    async fn begin(&self, space: &Space) -> Result<()> {
        let asked = Instant::now();
        let head = head(space.store()).await?;
        News::whatever_it_was(head).tell(space).await?;
        self.position.send_modify(|position| *position = Position::beginning_at(head));
        self.know_the_end(asked);
        Ok(())
    }

    fn seen(&self) -> i64 {
        self.position.borrow().sequence()
    }

    fn know_the_end(&self, asked: Instant) {
        *self.caught_up.lock().unwrap_or_else(PoisonError::into_inner) = asked;
    }
}

/// The last number of the log.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn head(store: &Store) -> Result<i64> {
    let head = scope::network::<change_head::Entity>().one(store.connection()).await?;
    Ok(head.map_or(0, |head| head.sequence))
}

/// What the tail must know of the rows after a number: not what things were before, which may be long.
async fn entries(store: &Store, seen: i64) -> Result<Vec<Entry>> {
    let rows: Vec<(i64, _, _, _)> = scope::network::<change::Entity>()
        .select_only()
        .columns([
            change::Column::Sequence,
            change::Column::Kind,
            change::Column::SubjectId,
            change::Column::Operation,
        ])
        .filter(change::Column::Sequence.gt(seen))
        .order_by_asc(change::Column::Sequence)
        .limit(CHUNK as u64)
        .into_tuple()
        .all(store.connection())
        .await?;
    let entry = |(sequence, kind, subject, operation)| Entry { sequence, kind, subject, operation };
    Ok(rows.into_iter().map(entry).collect())
}

fn too_slow() -> Error {
    Error::new(Code::Unavailable, format!("No answer within {} seconds.", READING.as_secs()))
}
