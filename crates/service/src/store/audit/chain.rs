//! Appends events to the audit, each bound to the one before it by a keyed hash.
//!
//! The hash is HMAC-SHA-256 (RFC 2104, FIPS 180-4) over the event's place, its values and the hash
//! before it. Its key is derived from the master key, which is not in the database: whoever can write
//! to the database alone can't make a chain that holds.

use chrono::{DateTime, Utc};
use entity::{AuditEventId, audit_event, audit_head};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, DatabaseTransaction, EntityTrait, IntoActiveModel};
use serde::Serialize;
use uuid::Uuid;

use super::Event;
use crate::access::secret::{MasterKey, keyed_hash};
use crate::clock::Source;
use crate::error::{Error, Result};
use crate::store::ROWS_PER_STATEMENT;

/// What binds the events of the audit together.
#[derive(Clone)]
pub struct Chain {
    key: [u8; 32],
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Chain(…)")
    }
}

/// The values of an event in the order in which they are hashed.
#[derive(Serialize)]
struct Hashed<'e> {
    sequence: i64,
    previous: &'e [u8],
    id: Uuid,
    at: DateTime<Utc>,
    request_id: Option<&'e str>,
    token_id: Option<Uuid>,
    identity: Option<&'e str>,
    centre_id: Option<Uuid>,
    action: &'e str,
    subject_kind: Option<&'e str>,
    subject_id: Option<Uuid>,
    subject_centre_id: Option<Uuid>,
    outcome: &'e str,
    detail: Option<&'e str>,
    times: i32,
}

impl Chain {
    /// The chain of the space with this master key.
    #[must_use]
    pub fn new(master_key: &MasterKey) -> Self {
        Self { key: master_key.derive("audit chain") }
    }

    /// The hash that an event must carry, given the hash of the one before it.
    ///
    /// # Errors
    /// Never for what comes from the database; the signature is that of the encoder.
    pub(crate) fn hash(&self, previous: &[u8], event: &audit_event::Model) -> Result<Vec<u8>> {
        let hashed = Hashed {
            sequence: event.sequence.unwrap_or_default(),
            previous,
            id: event.id.into(),
            at: event.at,
            request_id: event.request_id.as_deref(),
            token_id: event.token_id,
            identity: event.identity.as_deref(),
            centre_id: event.centre_id.map(Uuid::from),
            action: &event.action,
            subject_kind: event.subject_kind.map(|kind| kind.as_str()),
            subject_id: event.subject_id,
            subject_centre_id: event.subject_centre_id.map(Uuid::from),
            outcome: event.outcome.as_str(),
            detail: event.detail.as_deref(),
            times: event.times,
        };
        let text = serde_json::to_vec(&hashed).map_err(Error::internal)?;
        Ok(keyed_hash(&self.key, &[&text]).to_vec())
    }

    /// Appends events. The end of the chain stays locked until the transaction ends, so this comes
    /// last, after the change log's lock.
    #[expect(clippy::disallowed_methods, reason = "only the chain moves its own end")]
    pub(crate) async fn append(
        &self,
        transaction: &DatabaseTransaction,
        source: &Source,
        events: Vec<Event>,
    ) -> Result<()> {
        let count = i64::try_from(events.len()).map_err(Error::internal)?;
        let heads = audit_head::Entity::update_many()
            .col_expr(
                audit_head::Column::Sequence,
                Expr::col(audit_head::Column::Sequence).add(count),
            )
            .exec_with_returning(transaction)
            .await?;
        let head = heads
            .into_iter()
            .next()
            .ok_or_else(|| Error::internal(std::io::Error::other("the audit has no head")))?;

        let mut hash = head.hash;
        let mut rows = Vec::with_capacity(events.len());
        for (event, sequence) in events.into_iter().zip(head.sequence - count + 1..) {
            let mut row = row(source, event, sequence);
            hash = self.hash(&hash, &row)?;
            row.hash = Some(hash.clone());
            rows.push(row.into_active_model());
        }
        for some in rows.chunks(ROWS_PER_STATEMENT) {
            audit_event::Entity::insert_many(some.to_vec())
                .exec_without_returning(transaction)
                .await?;
        }
        audit_head::Entity::update_many()
            .set(audit_head::ActiveModel { hash: Set(hash), ..Default::default() })
            .exec(transaction)
            .await?;
        Ok(())
    }
}

fn row(source: &Source, event: Event, sequence: i64) -> audit_event::Model {
    audit_event::Model {
        id: source.id::<AuditEventId>(),
        at: event.at,
        request_id: event.request_id,
        token_id: event.actor.token,
        centre_id: event.actor.centre,
        action: event.action.into_owned(),
        subject_kind: event.kind,
        subject_id: event.subject,
        outcome: event.outcome,
        detail: event.detail,
        sequence: Some(sequence),
        hash: None,
        identity: event.actor.identity,
        subject_centre_id: event.subject_centre,
        times: event.times,
    }
}
