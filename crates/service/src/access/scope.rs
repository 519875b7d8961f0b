//! *What may I see?* Turns a viewer into a condition. Every select of the house starts here.

mod young_people;

use chrono::{DateTime, Utc};
use entity::{
    CentreId, ChangeClass, ChangeKind, HiddenFrom, Visibility, access_token, audit_event, change,
    change_hidden_from, collaboration, collaboration_member, feedback, finding, identity_provider,
    possible_duplicate, publication, rating, shared_with, signing_key, study,
};
use sea_orm::sea_query::extension::postgres::PgExpr;
use sea_orm::sea_query::postgres_array::NotU8;
use sea_orm::sea_query::{Expr, ExprTrait, LockType, Query, SelectStatement, ValueType};
use sea_orm::{
    ColumnTrait, Condition, DbBackend, EntityTrait, Iterable, PrimaryKeyToColumn, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Select, Value,
};

pub use young_people::{agreements, counted, given_tables, returns, returns_of, under_agreement};

use super::ScopeName;
use crate::viewer::{Viewer, Who};

/// A thing that centres share: it carries who contributed it and who may see it.
pub trait SharedEntity: EntityTrait {
    /// The thing's id.
    const ID: Self::Column;
    /// The centre that contributed it.
    const CONTRIBUTED_BY: Self::Column;
    /// Who may see it.
    const VISIBILITY: Self::Column;
    /// Until when only the contributing centre sees it.
    const EMBARGOED_UNTIL: Self::Column;
    /// When it was withdrawn.
    const WITHDRAWN_AT: Self::Column;

    /// What must be seen for this to be seen: a finding is nothing without its study.
    fn needs(viewer: &Viewer, now: DateTime<Utc>) -> Condition {
        let (_, _) = (viewer, now);
        Condition::all()
    }
}

macro_rules! shared {
    ($($table:ident $($needs:ident)?;)*) => {$(
        impl SharedEntity for $table::Entity {
            const ID: Self::Column = $table::Column::Id;
            const CONTRIBUTED_BY: Self::Column = $table::Column::ContributedBy;
            const VISIBILITY: Self::Column = $table::Column::Visibility;
            const EMBARGOED_UNTIL: Self::Column = $table::Column::EmbargoedUntil;
            const WITHDRAWN_AT: Self::Column = $table::Column::WithdrawnAt;
            $(fn needs(viewer: &Viewer, now: DateTime<Utc>) -> Condition {
                $needs(viewer, now)
            })?
        }
    )*};
}

shared! {
    collaboration;
    study;
    publication;
    finding a_finding_needs;
    rating a_rating_needs;
    feedback a_feedback_needs;
}

fn a_finding_needs(viewer: &Viewer, now: DateTime<Utc>) -> Condition {
    Condition::all().add(sees::<study::Entity>(viewer, now, finding::Column::StudyId))
}

fn a_rating_needs(viewer: &Viewer, now: DateTime<Utc>) -> Condition {
    Condition::any()
        .add(rating::Column::InterventionId.is_not_null())
        .add(sees::<study::Entity>(viewer, now, rating::Column::StudyId))
        .add(sees::<publication::Entity>(viewer, now, rating::Column::PublicationId))
}

fn a_feedback_needs(viewer: &Viewer, now: DateTime<Utc>) -> Condition {
    Condition::any().add(feedback::Column::StudyId.is_null()).add(sees::<study::Entity>(
        viewer,
        now,
        feedback::Column::StudyId,
    ))
}

/// Whether the viewer sees the thing that a column of another table refers to.
#[must_use]
pub fn sees<E: SharedEntity>(
    viewer: &Viewer,
    now: DateTime<Utc>,
    reference: impl ColumnTrait,
) -> Expr {
    let thing = visible::<E>(viewer, now)
        .select_only()
        .expr(Expr::val(1))
        .filter(Expr::col(reference.as_column_ref()).eq(Expr::col(E::ID.as_column_ref())))
        .into_query();
    Expr::exists(thing)
}

/// The shared things of a kind that the viewer may see.
#[must_use]
pub fn shared<E: SharedEntity>(viewer: &Viewer, now: DateTime<Utc>) -> Select<E> {
    visible::<E>(viewer, now).filter(E::needs(viewer, now))
}

/// The same, for things whose study or publication the viewer has just been shown: what they need
/// is known to be seen.
#[must_use]
pub fn shared_of_seen<E: SharedEntity>(viewer: &Viewer, now: DateTime<Utc>) -> Select<E> {
    visible::<E>(viewer, now)
}

#[expect(clippy::disallowed_methods, reason = "selects start in this module")]
fn visible<E: SharedEntity>(viewer: &Viewer, now: DateTime<Utc>) -> Select<E> {
    E::find().filter(visibility::<E>(viewer, now))
}

/// The rule of visibility, for everything that is shared.
fn visibility<E: SharedEntity>(viewer: &Viewer, now: DateTime<Utc>) -> Condition {
    let embargo_is_over =
        || Condition::any().add(E::EMBARGOED_UNTIL.is_null()).add(E::EMBARGOED_UNTIL.lte(now));
    match viewer.who() {
        Who::Operator => Condition::all(),
        Who::Token(grant) if viewer.has(ScopeName::EvidenceRead) => {
            Condition::any().add(E::CONTRIBUTED_BY.eq(grant.centre)).add(
                Condition::all().add(embargo_is_over()).add(
                    Condition::any()
                        .add(E::VISIBILITY.is_in([Visibility::Public, Visibility::Network]))
                        .add(
                            Condition::all()
                                .add(E::VISIBILITY.eq(Visibility::Collaboration))
                                .add(Expr::exists(shared_with_member::<E>(grant.centre))),
                        ),
                ),
            )
        }
        Who::Anonymous | Who::Token(_) => {
            Condition::all().add(E::VISIBILITY.eq(Visibility::Public)).add(embargo_is_over())
        }
    }
}

/// The collaborations of a centre with which a thing is shared.
fn shared_with_member<E: SharedEntity>(centre: CentreId) -> SelectStatement {
    Query::select()
        .expr(Expr::val(1))
        .from(shared_with::Entity)
        .inner_join(
            collaboration_member::Entity,
            Expr::col(shared_with::Column::CollaborationId.as_column_ref())
                .equals(collaboration_member::Column::CollaborationId.as_column_ref()),
        )
        .and_where(
            Expr::col(shared_with::Column::ThingId.as_column_ref()).equals(E::ID.as_column_ref()),
        )
        .and_where(collaboration_member::Column::CentreId.eq(centre))
        .to_owned()
}

/// What everybody may see: the network, its vocabularies and its standards.
#[expect(clippy::disallowed_methods, reason = "selects start in this module")]
#[must_use]
pub fn network<E: EntityTrait>() -> Select<E> {
    E::find()
}

/// Rows that belong to things which the viewer has just been shown, such as a publication's authors.
#[expect(clippy::disallowed_methods, reason = "selects start in this module")]
#[must_use]
pub fn parts_of_seen<E: EntityTrait>() -> Select<E> {
    E::find()
}

/// The pairs of publications that may be the same of which the viewer may see both.
#[expect(clippy::disallowed_methods, reason = "selects start in this module")]
#[must_use]
pub fn possible_duplicates(
    viewer: &Viewer,
    now: DateTime<Utc>,
) -> Select<possible_duplicate::Entity> {
    use possible_duplicate::Column::{OneId, OtherId};

    possible_duplicate::Entity::find()
        .filter(sees::<publication::Entity>(viewer, now, OneId))
        .filter(sees::<publication::Entity>(viewer, now, OtherId))
}

/// What a write must know, whoever may see it: whether a key is taken, and by what.
#[expect(clippy::disallowed_methods, reason = "selects start in this module")]
#[must_use]
pub fn for_writing<E: EntityTrait>() -> Select<E> {
    E::find()
}

/// The same, for rows that are about to be written: nobody else writes them until this write is done. They are
/// locked in the order of their keys, so that two writes never wait for each other. SQLite has one writer at a
/// time and locks nothing.
#[must_use]
pub fn locked<E: EntityTrait>(backend: DbBackend, which: Condition) -> Select<E> {
    let mut select = for_writing::<E>().filter(which);
    if backend == DbBackend::Postgres {
        for key in E::PrimaryKey::iter() {
            select = select.order_by_asc(key.into_column());
        }
        // No key changes, so whoever only refers to a row need not wait.
        select = select.lock(LockType::NoKeyUpdate);
    }
    select
}

/// The records of access tokens; `policy` decides first whose.
#[expect(clippy::disallowed_methods, reason = "selects start in this module")]
#[must_use]
pub fn access_tokens() -> Select<access_token::Entity> {
    access_token::Entity::find()
}

/// The events of the audit that a centre may know of: it acted, or it was its thing; all of them
/// without a centre. `policy` decides first whose.
#[expect(clippy::disallowed_methods, reason = "selects start in this module")]
#[must_use]
pub fn audit_events(centre: Option<CentreId>) -> Select<audit_event::Entity> {
    let events = audit_event::Entity::find();
    match centre {
        None => events,
        Some(centre) => events.filter(
            Condition::any()
                .add(audit_event::Column::CentreId.eq(centre))
                .add(audit_event::Column::SubjectCentreId.eq(centre)),
        ),
    }
}

/// The signing keys; only their public parts leave the service.
#[expect(clippy::disallowed_methods, reason = "selects start in this module")]
#[must_use]
pub fn signing_keys() -> Select<signing_key::Entity> {
    signing_key::Entity::find()
}

/// The centres' own identity providers, for the operator of the space and for verifying their tokens.
#[expect(clippy::disallowed_methods, reason = "selects start in this module")]
#[must_use]
pub fn identity_providers() -> Select<identity_provider::Entity> {
    identity_provider::Entity::find()
}

/// Whether the viewer may see changes of a kind at all.
#[must_use]
pub fn sees_kind(viewer: &Viewer, kind: ChangeKind) -> bool {
    kind.class() != ChangeClass::Restricted || matches!(viewer.who(), Who::Operator)
}

/// The changes of things that the viewer may see, and those that hid from the viewer what they had seen.
#[expect(clippy::disallowed_methods, reason = "selects start in this module")]
#[must_use]
pub fn changes(viewer: &Viewer, now: DateTime<Utc>) -> Select<change::Entity> {
    let of_kind = |kind: ChangeKind| change::Column::Kind.eq(kind);
    let mut seen = Condition::any();
    for kind in ChangeKind::ALL.iter().copied() {
        let rule = match kind {
            ChangeKind::Collaboration => Some(sees_change::<collaboration::Entity>(viewer, now)),
            ChangeKind::Study => Some(sees_change::<study::Entity>(viewer, now)),
            ChangeKind::Publication => Some(sees_change::<publication::Entity>(viewer, now)),
            ChangeKind::Finding => Some(sees_change::<finding::Entity>(viewer, now)),
            ChangeKind::Rating => Some(sees_change::<rating::Entity>(viewer, now)),
            ChangeKind::Feedback => Some(sees_change::<feedback::Entity>(viewer, now)),
            kind => match kind.class() {
                ChangeClass::Network => None,
                // A shared kind of which no rule is known here is nobody's to see.
                ChangeClass::Shared => Some(Expr::val(Value::Bool(Some(false)))),
                ChangeClass::Restricted => {
                    Some(Expr::val(Value::Bool(Some(sees_kind(viewer, kind)))))
                }
            },
        };
        seen = seen.add(match rule {
            None => Condition::all().add(of_kind(kind)),
            Some(rule) => Condition::all().add(of_kind(kind)).add(rule),
        });
    }
    if let Some(hid) = hid_from(viewer) {
        seen = seen.add(hid);
    }
    change::Entity::find().filter(seen)
}

/// The changes that hid a thing from the viewer; nothing is ever hidden from the operator.
fn hid_from(viewer: &Viewer) -> Option<Condition> {
    let hidden_from = change::Column::HiddenFrom;
    match viewer.who() {
        Who::Operator => None,
        Who::Token(grant) if viewer.has(ScopeName::EvidenceRead) => {
            let named = Query::select()
                .expr(Expr::val(1))
                .from(change_hidden_from::Entity)
                .and_where(
                    Expr::col(change_hidden_from::Column::Sequence.as_column_ref())
                        .equals(change::Column::Sequence.as_column_ref()),
                )
                .and_where(change_hidden_from::Column::CentreId.eq(grant.centre))
                .to_owned();
            let by_name =
                Condition::all().add(hidden_from.eq(HiddenFrom::Centres)).add(Expr::exists(named));
            Some(
                Condition::any()
                    .add(hidden_from.is_in([HiddenFrom::Everybody, HiddenFrom::Network]))
                    .add(by_name),
            )
        }
        Who::Anonymous | Who::Token(_) => {
            Some(Condition::all().add(hidden_from.eq(HiddenFrom::Everybody)))
        }
    }
}

fn sees_change<E: SharedEntity>(viewer: &Viewer, now: DateTime<Utc>) -> Expr {
    let subject = change::Column::SubjectId;
    let thing = shared::<E>(viewer, now)
        .select_only()
        .expr(Expr::val(1))
        .filter(Expr::col(subject.as_column_ref()).eq(Expr::col(E::ID.as_column_ref())))
        .into_query();
    Expr::exists(thing)
}

/// One of several values, as one parameter on PostgreSQL, so that the statement is the same however
/// many there are and is planned once.
pub fn among<C, V>(backend: DbBackend, column: C, values: impl IntoIterator<Item = V>) -> Expr
where
    C: ColumnTrait,
    V: Into<Value> + NotU8 + ValueType,
{
    any_of(backend, Expr::col(column.as_column_ref()), values)
}

/// The same of an expression.
pub fn any_of<V: Into<Value> + NotU8 + ValueType>(
    backend: DbBackend,
    of: Expr,
    values: impl IntoIterator<Item = V>,
) -> Expr {
    match backend {
        DbBackend::Postgres => of.eq_any(values),
        _ => of.is_in(values),
    }
}
