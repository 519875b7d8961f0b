//! The columns that many files have.

use chrono::{DateTime, Utc};
use entity::{CentreId, CollaborationId, Visibility};
use uuid::Uuid;

use super::held::Scalar;
use super::value::Value;
use super::{Column, Columns, Field};
use crate::record::patch::Patch;
use crate::record::reading::Reading;
use crate::record::{Sharing, Standing};

/// The fields that all shared things have.
#[derive(Clone, Copy, Debug)]
pub struct SharingFields {
    /// The centre that contributes it.
    pub contributed_by: Field<CentreId>,
    /// Who may see it.
    pub visibility: Field<Option<Visibility>>,
    /// The collaborations whose members may see it.
    pub shared_with: Field<Vec<CollaborationId>>,
    /// Until then only the contributing centre sees it.
    pub embargoed_until: Field<Option<DateTime<Utc>>>,
}

/// The fields that all shared things have.
pub const SHARING: SharingFields = SharingFields {
    // Only feedback is entered for a centre by name.
    contributed_by: Field::new(Column::of::<CentreId>("contributed_by").input("centre")),
    visibility: Field::new(Column::of::<Option<Visibility>>("visibility")),
    shared_with: Field::new(Column::of::<Vec<CollaborationId>>("shared_with")),
    embargoed_until: Field::new(Column::of::<Option<DateTime<Utc>>>("embargoed_until")),
};

/// The fields that all things have which can be withdrawn.
pub(crate) struct WithdrawalFields {
    pub(crate) withdrawn_at: Field<Option<DateTime<Utc>>>,
    pub(crate) withdrawal_reason: Field<Option<String>>,
}

/// The fields that all things have which can be withdrawn.
pub(crate) const WITHDRAWAL: WithdrawalFields = WithdrawalFields {
    withdrawn_at: Field::new(Column::of::<Option<DateTime<Utc>>>("withdrawn_at")),
    withdrawal_reason: Field::new(Column::of::<Option<String>>("withdrawal_reason")),
};

impl WithdrawalFields {
    /// What takes the thing's place; what that may be, its table says.
    #[expect(clippy::unused_self, reason = "it stands beside the others")]
    pub(crate) const fn superseded_by<Id: Scalar>(&self) -> Field<Option<Id>> {
        Field::new(Column::of::<Option<Id>>("superseded_by"))
    }
}

/// The columns that all shared things have.
#[must_use]
pub fn shared_columns(superseded_by: Value) -> Vec<Column> {
    let mut columns = vec![
        SHARING.contributed_by.column,
        SHARING.visibility.column,
        SHARING.shared_with.column,
        SHARING.embargoed_until.column,
    ];
    columns.extend(withdrawal_columns(Some(superseded_by)));
    columns
}

/// The columns that all things have which can be withdrawn.
#[must_use]
pub fn withdrawal_columns(superseded_by: Option<Value>) -> Vec<Column> {
    let mut columns = vec![WITHDRAWAL.withdrawn_at.column, WITHDRAWAL.withdrawal_reason.column];
    let superseding = WITHDRAWAL.superseded_by::<Uuid>().column;
    columns.extend(superseded_by.map(|by| superseding.holds(by)));
    columns
}

impl<Id: Scalar> Columns for Sharing<Id> {
    fn read(from: &mut Reading<'_>) -> Self {
        Self {
            contributed_by: from.take(SHARING.contributed_by),
            visibility: from.take(SHARING.visibility).unwrap_or(Visibility::Centre),
            shared_with: from.take(SHARING.shared_with),
            embargoed_until: from.take(SHARING.embargoed_until),
            withdrawn_at: from.take(WITHDRAWAL.withdrawn_at),
            withdrawal_reason: from.take(WITHDRAWAL.withdrawal_reason),
            superseded_by: from.take(WITHDRAWAL.superseded_by()),
        }
    }

    fn write(&self, patch: &mut Patch) {
        patch.put(SHARING.contributed_by, &self.contributed_by);
        patch.put(SHARING.visibility, &Some(self.visibility));
        patch.put(SHARING.shared_with, &self.shared_with);
        patch.put(SHARING.embargoed_until, &self.embargoed_until);
        patch.put(WITHDRAWAL.withdrawn_at, &self.withdrawn_at);
        patch.put(WITHDRAWAL.withdrawal_reason, &self.withdrawal_reason);
        patch.put(WITHDRAWAL.superseded_by(), &self.superseded_by);
    }
}

impl<Id: Scalar> Columns for Standing<Id> {
    fn read(from: &mut Reading<'_>) -> Self {
        Self {
            withdrawn_at: from.take(WITHDRAWAL.withdrawn_at),
            withdrawal_reason: from.take(WITHDRAWAL.withdrawal_reason),
            superseded_by: from.take(WITHDRAWAL.superseded_by()),
        }
    }

    fn write(&self, patch: &mut Patch) {
        patch.put(WITHDRAWAL.withdrawn_at, &self.withdrawn_at);
        patch.put(WITHDRAWAL.withdrawal_reason, &self.withdrawal_reason);
        patch.put(WITHDRAWAL.superseded_by(), &self.superseded_by);
    }
}

/// What the row of a shared thing says of who may see it.
macro_rules! sharing_of {
    ($row:expr, $with:expr) => {
        $crate::record::Sharing {
            contributed_by: $row.contributed_by,
            visibility: $row.visibility,
            // A thing is never shared with itself by name.
            shared_with: $with
                .into_iter()
                .map(|row: entity::shared_with::Model| row.collaboration_id)
                .filter(|id| uuid::Uuid::from(*id) != uuid::Uuid::from($row.id))
                .collect(),
            embargoed_until: $row.embargoed_until,
            withdrawn_at: $row.withdrawn_at,
            withdrawal_reason: $row.withdrawal_reason.clone(),
            superseded_by: $row.superseded_by,
        }
    };
}
pub(crate) use sharing_of;
