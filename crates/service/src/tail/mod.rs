//! The one tail of the change log in this process: it reads each new row once, and tells the [`Follower`]s.
//!
//! A write of this process wakes it at once, one of another by `NOTIFY`, and it looks every half second
//! in any case. It knows no follower by name: `crate::tasks` lists them.

mod follower;
mod stored;
mod wake;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use entity::{change, change_head};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::access::scope;
use crate::error::{Code, Error, Result};
use crate::store::Store;

use wake::WakeUp;

pub use follower::{Entry, Follower, Place};
pub(crate) use stored::tell;

/// How often the log is looked at, in case that a wake-up is lost.
pub(crate) const POLL: Duration = Duration::from_millis(500);
/// How many rows of the log are read at once.
const CHUNK: usize = 1_000;
/// How long one reading may take before it is given up and begun again.
const READING: Duration = Duration::from_secs(2);

/// How far the log has been read in this process, and when it was last known to its end.
#[derive(Debug)]
pub struct Tail {
    head: watch::Sender<i64>,
    caught_up: Mutex<Instant>,
}

impl Default for Tail {
    fn default() -> Self {
        Self { head: watch::Sender::new(0), caught_up: Mutex::new(Instant::now()) }
    }
}

impl Tail {
    /// The number of the last row that was read and told; changes whenever the log has grown.
    #[must_use]
    pub fn head(&self) -> watch::Receiver<i64> {
        self.head.subscribe()
    }

    /// For how long the log has not been known to its end. While the database answers, it is well below
    /// a second.
    #[must_use]
    pub fn blind_for(&self) -> Duration {
        let caught_up = self.caught_up.lock();
        caught_up.unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    /// Reads the log from its end on and tells some followers, for as long as it is polled.
    pub(crate) async fn follow(&self, store: &Store, followers: &[Box<dyn Follower>]) {
        let mut wake = WakeUp::new(store);
        let mut has_begun = false;
        let mut is_blind = false;
        loop {
            let reading = self.read(store, followers, &mut has_begun);
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
    async fn read(
        &self,
        store: &Store,
        followers: &[Box<dyn Follower>],
        has_begun: &mut bool,
    ) -> Result<()> {
        if !*has_begun {
            self.begin(store, followers).await?;
            *has_begun = true;
        }
        loop {
            let asked = Instant::now();
            let entries = entries(store, self.seen()).await?;
            if let Some(last) = entries.last() {
                for follower in followers {
                    follower.hear(&entries).await?;
                }
                self.head.send_replace(last.sequence);
            }
            if entries.len() < CHUNK {
                self.know_the_end(asked);
                return Ok(());
            }
        }
    }

    /// Begins at the end of the log. Whatever this process has read of the database before may be older.
    async fn begin(&self, store: &Store, followers: &[Box<dyn Follower>]) -> Result<()> {
        let asked = Instant::now();
        let head = head(store).await?;
        for follower in followers {
            follower.begin(head).await?;
        }
        self.head.send_replace(head);
        self.know_the_end(asked);
        Ok(())
    }

    fn seen(&self) -> i64 {
        *self.head.borrow()
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

/// The rows after a number.
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
