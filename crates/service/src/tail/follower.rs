//! Followers: whoever must hear of what the change log tells.

use std::fmt::Debug;

use entity::{ChangeKind, ChangeOperation};
use uuid::Uuid;

use crate::error::Result;

/// A row of the log, as far as followers must know it: not what the thing was before, which may be long.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its number in the log.
    pub sequence: i64,
    /// The kind of thing that changed.
    pub kind: ChangeKind,
    /// The thing.
    pub subject: Uuid,
    /// What was done.
    pub operation: ChangeOperation,
}

/// Where a follower goes on when the process starts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place {
    /// At the end of the log: what it keeps, it keeps in memory.
    End,
    /// After the last row that it is known to have heard. The number is kept in the database under its name, so that
    /// no row is missed while no server runs; the rows since may be told again, by several servers also at once.
    Stored,
}

/// Whoever must hear of the change log's rows, in their order. It stands in `crate::tasks` by one line.
#[async_trait::async_trait]
pub trait Follower: Debug + Send + Sync {
    /// What it is called in the log of the server, and under what its place is stored.
    fn name(&self) -> &'static str;

    /// Where it goes on when the process starts.
    fn place(&self) -> Place {
        Place::End
    }

    /// Hears that the log is read from here on: anything may have changed before.
    ///
    /// # Errors
    /// When it must read something and can't: then it is told again.
    async fn begin(&self, head: i64) -> Result<()> {
        let _ = head;
        Ok(())
    }

    /// Hears some rows.
    ///
    /// # Errors
    /// When it must read something and can't: then the same rows are told again.
    async fn hear(&self, entries: &[Entry]) -> Result<()>;
}
