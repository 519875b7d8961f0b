//! Where selects about young people start.

use entity::{
    LocalAuthorityId, agreement_controller, data_sharing_agreement, given_table, loaded_return,
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select};

use crate::viewer::{Viewer, Who};

/// What is counted: rows of which nothing leaves the service but what a disclosure rule makes of their number.
#[expect(clippy::disallowed_methods, reason = "selects start in this module")]
#[must_use]
pub fn counted<E: EntityTrait>() -> Select<E> {
    E::find()
}

/// The returns of all authorities; `policy` decides first who may know of returns.
#[expect(clippy::disallowed_methods, reason = "selects start in this module")]
#[must_use]
pub fn returns() -> Select<loaded_return::Entity> {
    loaded_return::Entity::find()
}

/// The returns of some authorities: of none where none is named.
#[must_use]
pub fn returns_of(authorities: &[LocalAuthorityId]) -> Select<loaded_return::Entity> {
    returns().filter(loaded_return::Column::LocalAuthorityId.is_in(authorities.iter().copied()))
}

/// The data-sharing agreements whose party the viewer is: as the recipient's centre, or for the authorities for
/// which the viewer acts.
#[expect(clippy::disallowed_methods, reason = "selects start in this module")]
#[must_use]
pub fn agreements(
    viewer: &Viewer,
    acts_for: &[LocalAuthorityId],
) -> Select<data_sharing_agreement::Entity> {
    use data_sharing_agreement::Column::{Id, RecipientId};

    let agreements = data_sharing_agreement::Entity::find();
    if matches!(viewer.who(), Who::Operator) {
        return agreements;
    }
    let of_authorities = agreement_controller::Entity::find()
        .filter(agreement_controller::Column::LocalAuthorityId.is_in(acts_for.iter().copied()))
        .select_only()
        .column(agreement_controller::Column::AgreementId)
        .into_query();
    let mut party = Condition::any().add(Id.in_subquery(of_authorities));
    if let Some(centre) = viewer.centre() {
        party = party.add(RecipientId.eq(centre));
    }
    agreements.filter(party)
}

/// The tables of true counts that were given, of which nothing leaves the service but what a new one is protected by.
#[expect(clippy::disallowed_methods, reason = "selects start in this module")]
#[must_use]
pub fn given_tables() -> Select<given_table::Entity> {
    given_table::Entity::find()
}

/// Rows about people that an agreement opens: `young_people::people` has made sure that it is in force, and has the
/// reading written to the audit, before it asks.
#[expect(clippy::disallowed_methods, reason = "selects start in this module")]
#[must_use]
pub fn under_agreement<E: EntityTrait>() -> Select<E> {
    E::find()
}
