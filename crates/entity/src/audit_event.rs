//! Who did, or tried to do, what.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{AuditEventId, AuditOutcome, CentreId, ChangeKind};

/// An action that somebody took, or tried to take.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "audit_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditEventId,
    pub at: DateTime<Utc>,
    pub request_id: Option<String>,
    /// With which token; nothing for the operator or without a token.
    pub token_id: Option<Uuid>,
    pub centre_id: Option<CentreId>,
    /// What was done, such as evidence.write.
    pub action: String,
    /// To what kind of thing.
    pub subject_kind: Option<ChangeKind>,
    pub subject_id: Option<Uuid>,
    pub outcome: AuditOutcome,
    /// What else is worth knowing; never a secret or a personal value.
    pub detail: Option<String>,
    /// Its place in the chain, from 1 on without gaps; 0 or less for events from before there was one.
    pub sequence: Option<i64>,
    /// The keyed hash of this event and of the hash before it.
    pub hash: Option<Vec<u8>>,
    /// The identity of a centre's own provider, as a pseudonym.
    pub identity: Option<String>,
    /// The centre that the thing belongs to, where it is another's to know of the event too.
    pub subject_centre_id: Option<CentreId>,
    /// How often the same happened: refusals that are alike are written together.
    pub times: i32,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
