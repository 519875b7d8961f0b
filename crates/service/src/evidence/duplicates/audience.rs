//! Who may see a publication, compared with who may see another.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use entity::{CentreId, CollaborationId, Visibility, publication, shared_with};
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use crate::access::scope;
use crate::error::Result;
use crate::store::Write;

/// Who may see a publication.
pub(super) struct Audience {
    centre: CentreId,
    visibility: Visibility,
    embargoed_until: Option<DateTime<Utc>>,
    collaborations: HashSet<CollaborationId>,
}

impl Audience {
    pub(super) async fn of(
        write: &Write,
        row: &publication::Model,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let shares = scope::for_writing::<shared_with::Entity>()
            .filter(shared_with::Column::ThingId.eq(Uuid::from(row.id)))
            .all(write.connection())
            .await?;
        Ok(Self {
            centre: row.contributed_by,
            visibility: row.visibility,
            embargoed_until: row.embargoed_until.filter(|until| *until > now),
            collaborations: shares.iter().map(|share| share.collaboration_id).collect(),
        })
    }

    /// Whether all those who may see the other, now or after its embargo, may see this one too.
    pub(super) fn includes(&self, other: &Self) -> bool {
        use Visibility::{Centre, Collaboration, Network, Public};

        let is_as_early = match (self.embargoed_until, other.embargoed_until) {
            (None, _) => true,
            (Some(mine), Some(theirs)) => self.centre == other.centre && mine <= theirs,
            (Some(_), None) => self.centre == other.centre && other.visibility == Centre,
        };
        let is_as_wide = match (self.visibility, other.visibility) {
            (Public, Public | Network | Collaboration | Centre) => true,
            (Network, Network | Collaboration | Centre) => true,
            (Collaboration, Collaboration) => {
                self.centre == other.centre
                    && self.collaborations.is_superset(&other.collaborations)
            }
            (Collaboration | Centre, Centre) => self.centre == other.centre,
            (Network, Public) | (Collaboration, Public | Network) => false,
            (Centre, Public | Network | Collaboration) => false,
        };
        is_as_early && is_as_wide
    }
}
