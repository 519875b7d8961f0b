//! What studies came to within the time of a report card.

use std::collections::HashMap;
use std::sync::Arc;

use entity::{
    CentreId, ProgrammeId, StopReason, StudyStatus, study, study_centre, study_status_change,
};
use sea_orm::sea_query::{Expr, ExprTrait, Func, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, QueryFilter, QuerySelect, QueryTrait, Select};

use strum::VariantArray;
use uuid::Uuid;

use super::ReportCard;
use crate::access::scope;
use crate::error::Result;
use crate::filter::AnyOf;
use crate::listing::{self, KeyPart, SortKey};
use crate::page::{Page, PageRequest};
use crate::request::RequestContext;
use crate::shared;

/// A milestone in the life of a study. A study reaches it once, but may be stopped again after it went on.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, VariantArray)]
pub enum Milestone {
    Planned,
    Launched,
    InterimResults,
    Reported,
    Stopped,
}

impl Milestone {
    const fn status(self) -> StudyStatus {
        match self {
            Self::Planned => StudyStatus::Planned,
            Self::Launched => StudyStatus::InDelivery,
            Self::InterimResults => StudyStatus::InterimResults,
            Self::Reported => StudyStatus::Reported,
            Self::Stopped => StudyStatus::Stopped,
        }
    }

    /// Returns the statuses that a study has not had before it comes here.
    const fn not_after(self) -> &'static [StudyStatus] {
        use StudyStatus::{InDelivery, InterimResults, Planned, Reported, Stopped};
        match self {
            Self::Planned => &[Planned, InDelivery, InterimResults, Reported],
            Self::Launched => &[InDelivery, InterimResults, Reported],
            Self::InterimResults => &[InterimResults],
            Self::Reported => &[Reported],
            Self::Stopped => &[Stopped],
        }
    }
}

/// A study that came to a milestone, with the change of status that brought it there.
#[derive(Clone, Debug)]
pub struct MilestoneReached {
    pub change: study_status_change::Model,
    pub study: Arc<study::Model>,
}

/// The numbers of a centre's studies that reached each milestone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CentreLine {
    pub centre: CentreId,
    pub planned: u64,
    /// How many went into delivery.
    pub launched: u64,
    /// How many had first results.
    pub with_interim_results: u64,
    pub reported: u64,
    pub stopped: u64,
}

/// Returns a page of the studies that came to a milestone, from the earliest; of those that were stopped,
/// only for one of these reasons. The studies are read with them, in a statement of their
/// own.
///
/// # Errors
/// `INVALID_CURSOR`.
pub async fn milestones(
    context: &RequestContext,
    card: ReportCard,
    milestone: Milestone,
    reasons: &AnyOf<StopReason>,
    request: &PageRequest,
) -> Result<Page<MilestoneReached>> {
    use study_status_change::Column::{On, StudyId};

    let sort = SortKey::new(
        "milestone",
        [On.as_column_ref(), StudyId.as_column_ref()],
        false,
        |row: &study_status_change::Model| vec![KeyPart::Day(row.on), KeyPart::Id(row.study_id.0)],
    );
    let select = reached(context, card, milestone, reasons);
    let page = listing::read(context.store(), select, &sort, request).await?;
    let ids: Vec<Uuid> = page.items.iter().map(|(_, change)| change.study_id.into()).collect();
    let studies = match ids.as_slice() {
        [] => HashMap::new(),
        ids => shared::by_ids::<study::Entity>(context, ids).await?,
    };
    let studies: HashMap<Uuid, Arc<study::Model>> =
        studies.into_iter().map(|(id, study)| (id, Arc::new(study))).collect();
    let arrivals = page.items.into_iter().filter_map(|(cursor, change)| {
        let study = Arc::clone(studies.get(&change.study_id.into())?);
        Some((cursor, MilestoneReached { change, study }))
    });
    Ok(Page { items: arrivals.collect(), has_previous: page.has_previous, has_next: page.has_next })
}

/// Returns how many studies came to a milestone.
pub async fn count_milestones(
    context: &RequestContext,
    card: ReportCard,
    milestone: Milestone,
    reasons: &AnyOf<StopReason>,
) -> Result<u64> {
    let select = reached(context, card, milestone, reasons);
    listing::count(context.store(), select).await
}

/// Returns how many studies were stopped for each kind of reason, the most frequent first; no kind where the
/// source does not say.
pub async fn stop_reasons(
    context: &RequestContext,
    card: ReportCard,
) -> Result<Vec<(Option<StopReason>, u64)>> {
    let grouped = reached(context, card, Milestone::Stopped, &AnyOf::default())
        .select_only()
        .column(study_status_change::Column::StopReason)
        .expr_as(Expr::val(1).count(), TOTAL)
        .group_by(study_status_change::Column::StopReason);
    let rows: Vec<(Option<StopReason>, i64)> =
        grouped.into_tuple().all(context.store().connection()).await?;
    let mut reasons: Vec<_> =
        rows.into_iter().map(|(reason, total)| (reason, total.unsigned_abs())).collect();
    reasons.sort_by_key(|(reason, total)| (std::cmp::Reverse(*total), reason.is_none(), *reason));
    Ok(reasons)
}

/// Returns how many studies were launched at least: those that are named, and those that programmes which
/// began in this time say they have without naming them.
pub async fn launched_at_least(context: &RequestContext, card: ReportCard) -> Result<u64> {
    let launched = reached(context, card, Milestone::Launched, &AnyOf::default())
        .select_only()
        .column(study_status_change::Column::StudyId)
        .into_query();
    let grouped = studies(context, card)
        .filter(study::Column::Id.in_subquery(launched))
        .select_only()
        .column(study::Column::ProgrammeId)
        .expr_as(Expr::val(1).count(), TOTAL)
        .group_by(study::Column::ProgrammeId);
    let rows: Vec<(Option<ProgrammeId>, i64)> =
        grouped.into_tuple().all(context.store().connection()).await?;
    let mut named: HashMap<Option<ProgrammeId>, u64> =
        rows.into_iter().map(|(programme, total)| (programme, total.unsigned_abs())).collect();
    let directory = context.directory().await?;
    for programme in super::begun(&directory, card) {
        let stated = programme.row.studies_stated.unwrap_or_default();
        let own = named.entry(Some(programme.row.id)).or_default();
        *own = Ord::max(u64::from(stated.unsigned_abs()), *own);
    }
    Ok(named.values().sum())
}

/// Returns what became of the studies of each centre that led or took part in any, by slug. A study of
/// several centres is in the line of each.
pub async fn by_centre(context: &RequestContext, card: ReportCard) -> Result<Vec<CentreLine>> {
    let any =
        Milestone::VARIANTS.iter().copied().map(reaching).fold(Condition::any(), Condition::add);
    let select = within(context, card).filter(any);
    let mut grouped = listing::joined(
        select,
        study_status_change::Column::StudyId,
        study_centre::Entity,
        study_centre::Column::StudyId,
    )
    .select_only()
    .column(study_centre::Column::CentreId)
    .column(study_status_change::Column::Status)
    .expr_as(Expr::val(1).count(), TOTAL)
    .group_by(study_centre::Column::CentreId)
    .group_by(study_status_change::Column::Status);
    if let Some(centre) = card.centre {
        grouped = grouped.filter(study_centre::Column::CentreId.eq(centre));
    }
    let rows: Vec<(CentreId, StudyStatus, i64)> =
        grouped.into_tuple().all(context.store().connection()).await?;
    let mut counts: HashMap<CentreId, HashMap<StudyStatus, u64>> = HashMap::new();
    for (centre, status, total) in rows {
        let of_centre = counts.entry(centre).or_default();
        of_centre.insert(status, total.unsigned_abs());
    }
    let directory = context.directory().await?;
    let lines = directory.centres.all().iter().filter_map(|centre| {
        let counts = counts.get(&centre.row.id)?;
        let count = |milestone: Milestone| {
            let counted = counts.get(&milestone.status());
            counted.copied().unwrap_or_default()
        };
        Some(CentreLine {
            centre: centre.row.id,
            planned: count(Milestone::Planned),
            launched: count(Milestone::Launched),
            with_interim_results: count(Milestone::InterimResults),
            reported: count(Milestone::Reported),
            stopped: count(Milestone::Stopped),
        })
    });
    Ok(lines.collect())
}

/// Returns the studies that stand, of the card's centre if it has one.
pub(super) fn studies(context: &RequestContext, card: ReportCard) -> Select<study::Entity> {
    let select = scope::shared::<study::Entity>(context.viewer(), context.now())
        .filter(study::Column::WithdrawnAt.is_null());
    match card.centre {
        None => select,
        Some(centre) => {
            let of_centre = scope::parts_of_seen::<study_centre::Entity>()
                .filter(study_centre::Column::CentreId.eq(centre))
                .select_only()
                .column(study_centre::Column::StudyId)
                .into_query();
            select.filter(study::Column::Id.in_subquery(of_centre))
        }
    }
}

/// Returns the studies that were under way in the card's time: begun, as far as is known, by its end, and not
/// over before it.
pub(super) fn under_way(context: &RequestContext, card: ReportCard) -> Select<study::Entity> {
    let has_begun = began(Expr::col(study::Column::StartsOn.as_column_ref())).lte(card.to);
    studies(context, card).filter(has_begun).filter(is_not_over(card))
}

/// Returns when a study began, as far as is known: on a day of its own, or when it went into delivery.
pub(super) fn began(own_day: Expr) -> Expr {
    let first = first_day_with(&[StudyStatus::InDelivery, StudyStatus::InterimResults]);
    Func::coalesce([own_day, Expr::from(first)]).into()
}

/// Returns whether a study was not over before the card's time: by its own last day, or by the day on which it
/// was reported or stopped.
pub(super) fn is_not_over(card: ReportCard) -> Condition {
    let ends_on = Expr::col(study::Column::EndsOn.as_column_ref());
    let last = first_day_with(&[StudyStatus::Reported, StudyStatus::Stopped]);
    let over: Expr = Func::coalesce([ends_on, Expr::from(last)]).into();
    Condition::any().add(over.clone().is_null()).add(over.gte(card.from))
}

fn first_day_with(statuses: &[StudyStatus]) -> SelectStatement {
    use study_status_change::Column::{On, Status, StudyId};

    scope::parts_of_seen::<study_status_change::Entity>()
        .filter(Expr::col(StudyId.as_column_ref()).equals(study::Column::Id.as_column_ref()))
        .filter(Status.is_in(statuses.iter().copied()))
        .select_only()
        .expr(On.min())
        .into_query()
}

/// Returns the changes of status by which studies came to a milestone in the card's time.
fn reached(
    context: &RequestContext,
    card: ReportCard,
    milestone: Milestone,
    reasons: &AnyOf<StopReason>,
) -> Select<study_status_change::Entity> {
    let select = within(context, card).filter(reaching(milestone));
    match reasons.named() {
        None => select,
        Some(reasons) => {
            let column = study_status_change::Column::StopReason;
            select.filter(column.is_in(reasons.iter().copied()))
        }
    }
}

/// Returns the changes of status in the card's time.
fn within(context: &RequestContext, card: ReportCard) -> Select<study_status_change::Entity> {
    let seen = studies(context, card).select_only().column(study::Column::Id).into_query();
    scope::parts_of_seen::<study_status_change::Entity>()
        .filter(study_status_change::Column::On.between(card.from, card.to))
        .filter(study_status_change::Column::StudyId.in_subquery(seen))
}

const EARLIER: &str = "earlier";
const BETWEEN: &str = "between_them";
const TOTAL: &str = "total";

/// Returns whether a change brings its study to a milestone: there was no such change before it; for one that
/// stops a study, none that it had not gone on from.
fn reaching(milestone: Milestone) -> Condition {
    use study_status_change::Column::{On, Status};

    let mut before = of_the_same_study(EARLIER);
    before
        .and_where(Expr::col((EARLIER, "on")).lt(Expr::col(On.as_column_ref())))
        .and_where(Expr::col((EARLIER, "status")).is_in(milestone.not_after().iter().copied()));
    if milestone == Milestone::Stopped {
        let mut went_on = of_the_same_study(BETWEEN);
        went_on
            .and_where(Expr::col((BETWEEN, "on")).gt(Expr::col((EARLIER, "on"))))
            .and_where(Expr::col((BETWEEN, "on")).lt(Expr::col(On.as_column_ref())));
        before.and_where(Expr::exists(went_on).not());
    }
    Condition::all().add(Status.eq(milestone.status())).add(Expr::exists(before).not())
}

/// Returns the changes of the study of a change, under another name.
fn of_the_same_study(name: &'static str) -> SelectStatement {
    let own = study_status_change::Column::StudyId.as_column_ref();
    Query::select()
        .expr(Expr::val(1))
        .from_as(study_status_change::Entity, name)
        .and_where(Expr::col((name, "study_id")).equals(own))
        .to_owned()
}
