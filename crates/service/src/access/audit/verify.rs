//! Walks the chain of the audit and says where it doesn't hold.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::{audit_event, audit_head};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::access::scope;
use crate::error::{Error, Result};
use crate::store::Store;
use crate::store::audit::Chain;

/// How many events are read at once.
const AT_ONCE: u64 = 1000;

/// A place in the chain and the hash that stood there: kept elsewhere, it shows later that nothing
/// before it was taken away together with the end.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Checkpoint {
    /// The place of an event; 0 before the first.
    pub sequence: i64,
    /// Its hash.
    pub hash: Vec<u8>,
}

/// What a walk along the chain found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Verified {
    /// How many events are in the chain.
    pub events: i64,
    /// How many are from before there was a chain, and can't be verified.
    pub before_the_chain: u64,
    /// The end of the chain, as far as it holds.
    pub end: Checkpoint,
    /// Where it doesn't hold; nothing if it does.
    pub fault: Option<Fault>,
}

/// Where the chain doesn't hold: the first such place.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Fault {
    /// An event is not there.
    #[error("event {0} is missing")]
    Missing(i64),
    /// An event, or the one before it, is not as it was written.
    #[error("event {0} was altered, or stands in the place of another")]
    Altered(i64),
    /// The end was taken away, or written by something else.
    #[error("the end of the audit was altered: it should be event {0}")]
    End(i64),
    /// Events stand outside the chain although it had begun.
    #[error("{0} events stand outside the chain although it had begun")]
    Outside(u64),
    /// The chain holds, but is not the one of the checkpoint.
    #[error("the audit has changed at or before event {0}, where the checkpoint was taken")]
    Checkpoint(i64),
}

/// Walks along the whole chain, in memory that doesn't grow with it.
///
/// # Errors
/// When the database cannot be read.
pub async fn verify(
    store: &Store,
    chain: &Chain,
    checkpoint: Option<&Checkpoint>,
) -> Result<Verified> {
    // As it stood at one moment: events may be appended meanwhile.
    let snapshot = store.snapshot().await?;
    walk(&snapshot, chain, checkpoint).await
}

async fn walk<C: ConnectionTrait>(
    connection: &C,
    chain: &Chain,
    checkpoint: Option<&Checkpoint>,
) -> Result<Verified> {
    use sea_orm::PaginatorTrait;

    let head = scope::network::<audit_head::Entity>()
        .one(connection)
        .await?
        .ok_or_else(|| Error::internal(std::io::Error::other("the audit has no head")))?;
    let mut verified = Verified {
        events: head.sequence,
        before_the_chain: scope::audit_events(None).filter(is_outside()).count(connection).await?,
        end: Checkpoint { sequence: 0, hash: Vec::new() },
        fault: None,
    };
    let mut first_at = None;
    loop {
        let events = scope::audit_events(None)
            .filter(audit_event::Column::Sequence.gt(verified.end.sequence))
            .order_by_asc(audit_event::Column::Sequence)
            .limit(AT_ONCE)
            .all(connection)
            .await?;
        if events.is_empty() {
            break;
        }
        for event in events {
            first_at = first_at.or(Some(event.at));
            let expected = verified.end.sequence + 1;
            if event.sequence != Some(expected) {
                verified.fault = Some(Fault::Missing(expected));
                return Ok(verified);
            }
            let hash = chain.hash(&verified.end.hash, &event)?;
            if event.hash.as_ref() != Some(&hash) {
                verified.fault = Some(Fault::Altered(expected));
                return Ok(verified);
            }
            verified.end = Checkpoint { sequence: expected, hash };
            if checkpoint.is_some_and(|kept| kept.sequence == expected && *kept != verified.end) {
                verified.fault = Some(Fault::Checkpoint(expected));
                return Ok(verified);
            }
        }
    }
    if verified.end.sequence != head.sequence || verified.end.hash != head.hash {
        verified.fault = Some(Fault::End(head.sequence));
    } else if let Some(kept) = checkpoint.filter(|kept| kept.sequence > head.sequence) {
        verified.fault = Some(Fault::Checkpoint(kept.sequence));
    } else if let Some(first_at) = first_at {
        let outside = scope::audit_events(None)
            .filter(is_outside())
            .filter(audit_event::Column::At.gt(first_at))
            .count(connection)
            .await?;
        verified.fault = (outside > 0).then_some(Fault::Outside(outside));
    }
    Ok(verified)
}

/// Whether an event has no place in the chain.
fn is_outside() -> Condition {
    Condition::any()
        .add(audit_event::Column::Sequence.is_null())
        .add(audit_event::Column::Sequence.lte(0))
}

impl std::fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.sequence, URL_SAFE_NO_PAD.encode(&self.hash))
    }
}

/// A text that is no checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a checkpoint is a number, a colon and a hash, as `commonground audit verify` prints it")]
pub struct NotACheckpoint;

impl std::str::FromStr for Checkpoint {
    type Err = NotACheckpoint;

    fn from_str(text: &str) -> Result<Self, NotACheckpoint> {
        let (sequence, hash) = text.trim().split_once(':').ok_or(NotACheckpoint)?;
        Ok(Self {
            sequence: sequence.parse().map_err(|_| NotACheckpoint)?,
            hash: URL_SAFE_NO_PAD.decode(hash).map_err(|_| NotACheckpoint)?,
        })
    }
}
