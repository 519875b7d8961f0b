//! A centre's visits to, and work with, local authorities.

use chrono::{DateTime, Utc};
use entity::{CentreId, EngagementId, EngagementKind, LocalAuthorityId, PartialDate, engagement};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::error::Result;
use crate::record::columns::{Table, columns};
use crate::record::{Draft, Problems, Standing, can_be_withdrawn, keyed_within, of_the_network};

columns! {
    /// What an engagement should be.
    pub struct EngagementDraft, EngagementFields ENGAGEMENT {
        /// The centre.
        centre: CentreId [.key()],
        /// The centre's own reference for it.
        reference: String [.key()],
        /// The authority.
        local_authority: LocalAuthorityId,
        /// What was done.
        kind: EngagementKind,
        /// What it was about.
        summary: Option<String>,
        /// When it began.
        started: Option<PartialDate>,
        /// When it ended.
        ended: Option<PartialDate>,
    }
    groups {
        /// Whether it still stands.
        standing: Standing<EngagementId>,
    }
}

/// The file of engagements.
pub(crate) static ENGAGEMENTS: Table =
    Table::new("engagements", EngagementDraft::COLUMNS).withdrawn();

impl EngagementDraft {
    const fn centre_id(&self) -> CentreId {
        self.centre
    }
}

impl Draft for EngagementDraft {
    type Table = engagement::Entity;
    type Key = (Uuid, String);
    type Parts = ();

    keyed_within!(engagement, centre_id CentreId, reference Reference);
    of_the_network!(engagement, Engagement);
    can_be_withdrawn!(engagement);

    async fn from_rows(
        _connection: &impl ConnectionTrait,
        rows: &[engagement::Model],
    ) -> Result<Vec<Self>> {
        let draft = |row: &engagement::Model| Self {
            centre: row.centre_id,
            reference: row.reference.clone(),
            local_authority: row.local_authority_id,
            kind: row.kind,
            summary: row.summary.clone(),
            started: row.started.clone(),
            ended: row.ended.clone(),
            standing: Standing {
                withdrawn_at: row.withdrawn_at,
                withdrawal_reason: row.withdrawal_reason.clone(),
                superseded_by: None,
            },
        };
        Ok(rows.iter().map(draft).collect())
    }

    fn row(
        &self,
        id: Uuid,
        _before: Option<&engagement::Model>,
        _now: DateTime<Utc>,
    ) -> engagement::Model {
        let draft = self.clone();
        engagement::Model {
            id: id.into(),
            reference: draft.reference,
            centre_id: draft.centre,
            local_authority_id: draft.local_authority,
            kind: draft.kind,
            summary: draft.summary,
            started: draft.started,
            ended: draft.ended,
            withdrawn_at: draft.standing.withdrawn_at,
            withdrawal_reason: draft.standing.withdrawal_reason,
        }
    }

    fn check(&self, problems: &mut Problems) {
        problems.key(ENGAGEMENT.reference.name(), &self.reference);
        problems.text(ENGAGEMENT.summary.name(), self.summary.as_ref());
        problems.partly_in_order(
            ENGAGEMENT.ended.name(),
            self.started.as_ref(),
            self.ended.as_ref(),
        );
        self.standing.check(problems);
    }
}
