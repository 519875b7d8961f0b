//! What every shared thing carries: who contributed it, who may see it, and whether it still stands.

use chrono::{DateTime, Utc};
use entity::{CentreId, CollaborationId, Visibility};

use super::columns::SHARING;
use super::{Draft, Part, RowOf, Wanted};
use crate::problem::{Fault, Problems};

/// What every shared thing carries.
#[derive(Clone, Debug, PartialEq)]
pub struct Sharing<Id> {
    /// The centre that contributes it.
    pub contributed_by: CentreId,
    /// Who may see it.
    pub visibility: Visibility,
    /// The collaborations whose members may see it.
    pub shared_with: Vec<CollaborationId>,
    /// Until then only the contributing centre sees it.
    pub embargoed_until: Option<DateTime<Utc>>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// Why it was withdrawn.
    pub withdrawal_reason: Option<String>,
    /// What took its place.
    pub superseded_by: Option<Id>,
}

impl<Id> Sharing<Id> {
    /// What is wrong with it. A collaboration may always be seen by its own members, so it need not
    /// name one.
    pub(crate) fn check(&self, problems: &mut Problems, needs_collaboration: bool) {
        if needs_collaboration
            && self.visibility == Visibility::Collaboration
            && self.shared_with.is_empty()
        {
            problems.add(
                SHARING.shared_with.name(),
                Fault::Inconsistent,
                "The visibility is COLLABORATION, but no collaboration is named.",
                "Name at least one with which it is shared, or choose another visibility.",
            );
        }
        problems.distinct(SHARING.shared_with.name(), &self.shared_with);
        problems.withdrawal(self.withdrawn_at, self.withdrawal_reason.as_ref());
    }
}

/// A draft of a shared thing.
pub trait SharedDraft: Draft {
    /// The collaborations whose members may see it.
    fn shared_with(&self, row: &RowOf<Self>) -> Vec<CollaborationId>;
}

impl<D: SharedDraft> Part<D> for entity::shared_with::Entity {
    const NAME: &'static str = "shared_with";

    fn whole(row: &entity::shared_with::Model) -> uuid::Uuid {
        row.thing_id
    }

    fn wanted(draft: &D, row: &RowOf<D>) -> Option<Wanted<entity::shared_with::Model>> {
        let thing_id = D::id_of(row);
        Wanted::exactly(
            draft
                .shared_with(row)
                .into_iter()
                .map(|collaboration_id| entity::shared_with::Model { thing_id, collaboration_id }),
        )
    }

    fn replaces(new: &entity::shared_with::Model, old: &entity::shared_with::Model) -> bool {
        new == old
    }
}

/// The functions of [`Draft`] that are the same for all shared things.
macro_rules! shared_draft {
    ($table:ident, $kind:ident, $may:ident) => {
        const CHAINS: &'static [$crate::record::Chain<Self>] = &[$crate::record::Chain {
            field: "superseded_by",
            next: |draft| draft.sharing.superseded_by.map(uuid::Uuid::from),
            next_of: |row| row.superseded_by.map(uuid::Uuid::from),
        }];
        const SHARED: Option<entity::ChangeKind> = Some(entity::ChangeKind::$kind);

        fn sharing_of(row: &entity::$table::Model) -> Option<$crate::access::SharingState> {
            Some($crate::access::SharingState {
                contributed_by: row.contributed_by,
                visibility: row.visibility,
                embargoed_until: row.embargoed_until,
            })
        }

        async fn is_seen(
            write: &$crate::store::Write,
            viewer: &$crate::Viewer,
            id: uuid::Uuid,
        ) -> $crate::error::Result<bool> {
            let now = write.source().now();
            let seen = $crate::access::scope::shared::<entity::$table::Entity>(viewer, now);
            let seen = sea_orm::QueryFilter::filter(
                seen,
                sea_orm::ColumnTrait::eq(&entity::$table::Column::Id, id),
            );
            Ok(seen.one(write.connection()).await?.is_some())
        }

        async fn version(
            _write: &$crate::store::Write,
            row: &entity::$table::Model,
        ) -> $crate::error::Result<i32> {
            Ok(row.version)
        }

        fn id_of(row: &entity::$table::Model) -> uuid::Uuid {
            row.id.into()
        }

        fn with_ids(ids: Vec<uuid::Uuid>, backend: sea_orm::DbBackend) -> sea_orm::Condition {
            sea_orm::Condition::all().add($crate::access::scope::among(
                backend,
                entity::$table::Column::Id,
                ids,
            ))
        }

        fn action(&self) -> $crate::access::policy::Action {
            $crate::access::policy::Action::$may(self.sharing.contributed_by)
        }

        fn action_on(before: &entity::$table::Model) -> $crate::access::policy::Action {
            $crate::access::policy::Action::$may(before.contributed_by)
        }

        fn subject(&self, row: &entity::$table::Model) -> $crate::record::Subject {
            $crate::record::Subject::itself(entity::ChangeKind::$kind, row.id)
        }

        fn revise(
            row: &mut entity::$table::Model,
            now: chrono::DateTime<chrono::Utc>,
        ) -> Option<i32> {
            row.version += 1;
            row.updated_at = now;
            Some(row.version)
        }

        fn operation(
            before: &entity::$table::Model,
            after: &entity::$table::Model,
        ) -> entity::ChangeOperation {
            let is_withdrawn = before.withdrawn_at.is_none() && after.withdrawn_at.is_some();
            let is_superseded = before.superseded_by.is_none() && after.superseded_by.is_some();
            if is_withdrawn || is_superseded {
                entity::ChangeOperation::Withdrawn
            } else {
                entity::ChangeOperation::Updated
            }
        }
    };
}
pub(crate) use shared_draft;
