//! Reads rows under an agreement.

use std::collections::HashMap;
use std::sync::LazyLock;

use entity::{
    AgreementId, AuditOutcome, ChangeKind, EpisodeKind, LoadedReturnId, LocalAuthorityId,
    ReturnState, SocialWorkPopulation, StudyId, YoungPersonId, agreement_pseudonym, child_record,
    data_sharing_agreement, episode, loaded_return, study_participation,
};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, QueryFilter, QuerySelect, QueryTrait};

use super::describe::rows;
use super::paths::{Opened, Path};
use super::{READ, YoungPerson};
use crate::access::policy::{self, Action};
use crate::access::scope;
use crate::error::Result;
use crate::filter::AnyOf;
use crate::listing::{self, KeyPart, SortKey};
use crate::page::{Page, PageRequest};
use crate::request::RequestContext;
use crate::space::Space;
use crate::store::Write;
use crate::store::audit::{Actor, Event};
use crate::young_people::agreement::{self, Agreement};
use crate::young_people::pseudonym::PseudonymKeys;

static ORDER: LazyLock<SortKey<agreement_pseudonym::Model>> = LazyLock::new(|| {
    use agreement_pseudonym::Column::Pseudonym;
    SortKey::new("people", [Pseudonym], false, |row: &agreement_pseudonym::Model| {
        vec![KeyPart::Text(row.pseudonym.clone())]
    })
});

/// A filter of the young people of an agreement.
#[derive(Clone, Debug, Default)]
pub struct PeopleFilter {
    /// Only those of whom returns of these authorities tell.
    pub local_authorities: AnyOf<LocalAuthorityId>,
    /// Only those who take part in this study.
    pub participates_in: Option<StudyId>,
}

/// Returns the young people of an agreement, by their pseudonyms.
///
/// # Errors
/// `NOT_FOUND` for whoever is no party; `FORBIDDEN`; `AGREEMENT_NOT_IN_FORCE`; `NOT_IN_AGREEMENT` for a filter by what
/// it doesn't open; those of a page.
pub async fn list(
    context: &RequestContext,
    id: AgreementId,
    filter: &PeopleFilter,
    request: &PageRequest,
) -> Result<Page<YoungPerson>> {
    let by_authority = filter.local_authorities.named();
    let by_authority = by_authority.map(|_| (Path::OfAuthorities, "filter.localAuthorities"));
    let by_study = filter.participates_in;
    let by_study = by_study.map(|_| (Path::InStudy, "filter.participatesIn"));
    let paths: Vec<_> = by_authority.into_iter().chain(by_study).collect();
    let (agreement, returns) = opened(context, id, "a page of people", &paths).await?;
    let mut select = scope::under_agreement::<agreement_pseudonym::Entity>()
        .filter(agreement_pseudonym::Column::AgreementId.eq(id));
    let returns_of: Vec<LoadedReturnId> = returns
        .iter()
        .filter(|row| filter.local_authorities.admits(&row.local_authority_id))
        .map(|row| row.id)
        .collect();
    select = select.filter(told_of(&agreement, &returns_of));
    if let Some(study) = filter.participates_in {
        let takes_part = scope::under_agreement::<study_participation::Entity>()
            .filter(study_participation::Column::AgreementId.eq(id))
            .filter(study_participation::Column::StudyId.eq(study))
            .select_only()
            .column(study_participation::Column::YoungPersonId)
            .into_query();
        select = select.filter(agreement_pseudonym::Column::YoungPersonId.in_subquery(takes_part));
    }
    let page = listing::read(context.store(), select, &ORDER, request).await?;
    let people: Vec<_> = page.items.iter().map(|(_, row)| row.clone()).collect();
    let mut found = rows(context.space(), &agreement, &returns, &people).await?;
    Ok(Page {
        items: page
            .items
            .into_iter()
            .filter_map(|(cursor, row)| Some((cursor, found.remove(&row.young_person_id)?)))
            .collect(),
        has_previous: page.has_previous,
        has_next: page.has_next,
    })
}

/// Returns one young person of an agreement, by the pseudonym under it; nothing when there is none.
pub async fn person(
    context: &RequestContext,
    id: AgreementId,
    pseudonym: &str,
) -> Result<Option<YoungPerson>> {
    let pseudonyms = [pseudonym.to_owned()];
    let mut found = persons(context, id, &pseudonyms).await?;
    Ok(found.remove(pseudonym))
}

/// Returns the young people of an agreement who have these pseudonyms under it.
pub async fn persons(
    context: &RequestContext,
    id: AgreementId,
    pseudonyms: &[String],
) -> Result<HashMap<String, YoungPerson>> {
    let what = match pseudonyms.len() {
        1 => "one person".to_owned(),
        many => format!("{many} people"),
    };
    let (agreement, returns) = opened(context, id, &what, &[]).await?;
    let told: Vec<_> = returns.iter().map(|row| row.id).collect();
    let people = scope::under_agreement::<agreement_pseudonym::Entity>()
        .filter(agreement_pseudonym::Column::AgreementId.eq(id))
        .filter(agreement_pseudonym::Column::Pseudonym.is_in(pseudonyms))
        .filter(told_of(&agreement, &told))
        .all(context.store().connection())
        .await?;
    if people.is_empty() {
        return Ok(HashMap::new());
    }
    let found = rows(context.space(), &agreement, &returns, &people).await?;
    let named = found.into_values();
    Ok(named.map(|person| (person.pseudonym.clone(), person)).collect())
}

/// Finds whom a pseudonym is of, if a return still tells of them what the agreement is about.
pub(super) async fn found(
    space: &Space,
    agreement: &Agreement,
    returns: &[loaded_return::Model],
    pseudonym: &str,
) -> Result<Option<agreement_pseudonym::Model>> {
    let returns: Vec<_> = returns.iter().map(|row| row.id).collect();
    Ok(scope::under_agreement::<agreement_pseudonym::Entity>()
        .filter(agreement_pseudonym::Column::AgreementId.eq(agreement.id()))
        .filter(agreement_pseudonym::Column::Pseudonym.eq(pseudonym))
        .filter(told_of(agreement, &returns))
        .one(space.store().connection())
        .await?)
}

/// Returns the agreement, if rows may be read under it now and it opens what is asked by, and the returns that it
/// opens. The reading is in the audit when this returns.
pub(super) async fn opened(
    context: &RequestContext,
    id: AgreementId,
    what: &str,
    asked_by: &[(Path, &str)],
) -> Result<(Agreement, Vec<loaded_return::Model>)> {
    let agreement = agreement::seen(context, id).await?;
    policy::authorise(context.viewer(), &Action::ReadYoungPeople(agreement.recipient()))?;
    agreement.must_be_in_force(context.store().source())?;
    let fields = Opened::new(agreement.fields());
    for (path, input) in asked_by {
        fields.open_input(*path, input)?;
    }
    let authorities = opened_authorities(context.space(), &agreement).await?;
    let returns = scope::returns_of(&authorities)
        .filter(loaded_return::Column::State.eq(ReturnState::Current))
        .all(context.store().connection())
        .await?;
    let event = Event {
        at: context.now(),
        actor: Actor::from(context.viewer()),
        request_id: context.viewer().request_id().map(str::to_owned),
        action: READ.into(),
        kind: Some(ChangeKind::DataSharingAgreement),
        subject: Some(id.into()),
        subject_centre: Some(agreement.recipient()),
        outcome: AuditOutcome::Allowed,
        detail: Some(what.to_owned()),
        times: 1,
    };
    let keys = context.space().pseudonym_keys().clone();
    let (of, ids) = (agreement.clone(), returns.iter().map(|row| row.id).collect::<Vec<_>>());
    context
        .store()
        .attest(vec![event], move |write| {
            Box::pin(async move { name_people(write, &keys, &of, &ids).await })
        })
        .await?;
    Ok((agreement, returns))
}

/// Gives pseudonyms to those of the agreement who have none yet.
async fn name_people(
    write: &Write,
    keys: &PseudonymKeys,
    agreement: &Agreement,
    returns: &[LoadedReturnId],
) -> Result<()> {
    let backend = write.connection().get_database_backend();
    // Two readings at once would name the same person twice.
    scope::locked::<data_sharing_agreement::Entity>(
        backend,
        Condition::all().add(data_sharing_agreement::Column::Id.eq(agreement.id())),
    )
    .one(write.connection())
    .await?;
    let named = scope::under_agreement::<agreement_pseudonym::Entity>()
        .filter(agreement_pseudonym::Column::AgreementId.eq(agreement.id()))
        .select_only()
        .expr(Expr::val(1))
        .filter(
            Expr::col(agreement_pseudonym::Column::YoungPersonId.as_column_ref())
                .equals(episode::Column::YoungPersonId.as_column_ref()),
        )
        .into_query();
    let mut select = Query::select();
    select
        .distinct()
        .column(episode::Column::YoungPersonId.as_column_ref())
        .from(episode::Entity)
        .cond_where(condition(agreement, returns))
        .and_where(Expr::exists(named).not());
    let statement = backend.build(&select);
    let unnamed = write.connection().query_all_raw(statement).await?;
    let mut rows = Vec::with_capacity(unnamed.len());
    for row in unnamed {
        let person: YoungPersonId = row.try_get_by_index(0)?;
        rows.push(agreement_pseudonym::ActiveModel {
            agreement_id: Set(agreement.id()),
            pseudonym: Set(keys.under(agreement.id(), person)),
            young_person_id: Set(person),
        });
    }
    write.add::<agreement_pseudonym::Entity>(rows).await
}

/// Returns the condition that some returns tell of an episode that the agreement opens.
fn told_of(agreement: &Agreement, returns: &[LoadedReturnId]) -> Expr {
    let times = Query::select()
        .expr(Expr::val(1))
        .from(episode::Entity)
        .cond_where(condition(agreement, returns))
        .and_where(
            Expr::col(episode::Column::YoungPersonId.as_column_ref())
                .equals(agreement_pseudonym::Column::YoungPersonId.as_column_ref()),
        )
        .to_owned();
    Expr::exists(times)
}

pub(super) fn condition(agreement: &Agreement, returns: &[LoadedReturnId]) -> Condition {
    use episode::Column::{EndedOn, Kind, ReturnId, StartedOn};

    let mut kinds = Condition::any();
    for population in agreement.populations() {
        kinds = kinds.add(match population {
            SocialWorkPopulation::InNeed => Kind.eq(EpisodeKind::InNeed),
            SocialWorkPopulation::ProtectionPlan => Kind.eq(EpisodeKind::ProtectionPlan),
            SocialWorkPopulation::LookedAfter => {
                Kind.is_in([EpisodeKind::LookedAfter, EpisodeKind::Missing])
            }
            SocialWorkPopulation::UnaccompaniedAsylumSeeking => {
                Kind.eq(EpisodeKind::LookedAfter).and(Expr::exists(of_unaccompanied()))
            }
            SocialWorkPopulation::ShortBreaks => Kind.eq(EpisodeKind::ShortBreak),
            SocialWorkPopulation::CareLeaver => Kind.eq(EpisodeKind::CareLeaver),
        });
    }
    let mut condition = Condition::all().add(ReturnId.is_in(returns.iter().copied())).add(kinds);
    if let Some(from) = agreement.row.episodes_from {
        condition = condition.add(EndedOn.is_null().or(EndedOn.gte(from)));
    }
    if let Some(to) = agreement.row.episodes_to {
        condition = condition.add(StartedOn.lte(to));
    }
    condition
}

fn of_unaccompanied() -> SelectStatement {
    let same = |one: child_record::Column, other: episode::Column| {
        Expr::col(one.as_column_ref()).equals(other.as_column_ref())
    };
    Query::select()
        .expr(Expr::val(1))
        .from(child_record::Entity)
        .and_where(same(child_record::Column::YoungPersonId, episode::Column::YoungPersonId))
        .and_where(same(child_record::Column::ReturnId, episode::Column::ReturnId))
        .and_where(child_record::Column::IsUnaccompanied.eq(true))
        .to_owned()
}

/// Returns the authorities whose returns an agreement opens: those that approved it, and those before them whose work
/// no other carries on.
pub(super) async fn opened_authorities(
    space: &Space,
    agreement: &Agreement,
) -> Result<Vec<LocalAuthorityId>> {
    let directory = space.directory().await?;
    Ok(directory.with_predecessors(&agreement.authorities()))
}
