//! The columns that all shared things have.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{CentreId, Visibility, shared_with};
use futures::future::BoxFuture;
use uuid::Uuid;

use super::Exporter;
use super::names::{Named, Names};
use super::sheet::Line;
use crate::error::Result;

/// The columns that all shared things have.
pub(super) struct Shared<'m> {
    pub(super) id: Uuid,
    pub(super) contributed_by: CentreId,
    pub(super) visibility: Visibility,
    pub(super) embargoed_until: Option<DateTime<Utc>>,
    pub(super) withdrawn_at: Option<DateTime<Utc>>,
    pub(super) withdrawal_reason: Option<&'m String>,
    pub(super) superseded_by: Option<Uuid>,
}

/// Those of a row.
macro_rules! shared {
    ($row:expr) => {
        $crate::interchange::bundle::export::shared::Shared {
            id: $row.id.into(),
            contributed_by: $row.contributed_by,
            visibility: $row.visibility,
            embargoed_until: $row.embargoed_until,
            withdrawn_at: $row.withdrawn_at,
            withdrawal_reason: $row.withdrawal_reason.as_ref(),
            superseded_by: $row.superseded_by.map(uuid::Uuid::from),
        }
    };
}

pub(super) use shared;

/// The collaborations of each thing.
pub(super) type SharedWith = HashMap<Uuid, Vec<shared_with::Model>>;

impl Shared<'_> {
    /// Fills their cells.
    pub(super) fn fill(&self, line: &mut Line<'_>, names: &Names, shared_with: &SharedWith) {
        let with = || {
            let rows = shared_with.get(&self.id).into_iter().flatten();
            rows.map(|row| Uuid::from(row.collaboration_id))
        };
        // A collaboration is always shared with itself, which needs no saying.
        let is_its_own = with().any(|id| id == self.id);
        let with = names.all(with().filter(|id| *id != self.id));
        let visibility = match self.visibility {
            // Whoever contributes a thing sees it, though perhaps not whom it is shared with.
            Visibility::Collaboration if with.is_empty() && !is_its_own => Visibility::Centre,
            visibility => visibility,
        };
        line.refer("contributed_by", names.of(self.contributed_by));
        line.set("visibility", visibility);
        line.sorted("shared_with", with);
        line.time("embargoed_until", self.embargoed_until);
        let superseded_by = self.superseded_by.and_then(|id| names.of(id));
        line.withdrawal(self.withdrawn_at, self.withdrawal_reason, superseded_by);
    }
}

impl Exporter<'_> {
    /// With whom the things of a page are shared.
    pub(super) fn shared_with<'s>(
        &'s mut self,
        ids: impl IntoIterator<Item = Uuid>,
    ) -> BoxFuture<'s, Result<SharedWith>> {
        let ids: Vec<Uuid> = ids.into_iter().collect();
        Box::pin(async move {
            let with = self
                .parts::<shared_with::Entity>(shared_with::Column::ThingId, ids, |row| row.thing_id)
                .await?;
            self.learn(
                Named::Collaboration,
                with.values().flatten().map(|row| row.collaboration_id),
            )
            .await?;
            Ok(with)
        })
    }
}
