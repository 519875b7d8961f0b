//! A centre's visits to, and work with, local authorities.

use chrono::{DateTime, Utc};
use entity::{CentreId, EngagementId, EngagementKind, LocalAuthorityId, PartialDate, engagement};
use uuid::Uuid;

use crate::record::{Draft, Problems, Standing, can_be_withdrawn, keyed_within, of_the_network};

/// What an engagement should be.
#[derive(Clone, Debug)]
pub struct EngagementDraft {
    /// The centre.
    pub centre: CentreId,
    /// The centre's own reference for it.
    pub reference: String,
    /// The authority.
    pub local_authority: LocalAuthorityId,
    /// What was done.
    pub kind: EngagementKind,
    /// What it was about.
    pub summary: Option<String>,
    /// When it began.
    pub started: Option<PartialDate>,
    /// When it ended.
    pub ended: Option<PartialDate>,
    /// Whether it still stands.
    pub standing: Standing<EngagementId>,
}

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
        problems.key("reference", &self.reference);
        problems.text("summary", self.summary.as_ref());
        problems.partly_in_order("ended", self.started.as_ref(), self.ended.as_ref());
        self.standing.check(problems);
    }
}
