//! The evidence about rated things that came after a day.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    RatedKind, StudyId, StudyStatus, Vocabulary, publication, study, study_publication,
    study_status_change,
};
use sea_orm::sea_query::{Expr, ExprTrait, JoinType};
use sea_orm::{ColumnTrait, Condition, QueryFilter, QuerySelect, QueryTrait, Select};
use uuid::Uuid;

use super::pair::{LISTED, NewerEvidence};
use crate::access::scope;
use crate::error::Result;
use crate::evidence::about::{links, united};
use crate::evidence::parents::{LINK, NARROWER, PARENT_ID, TERM_ID, about_narrower, narrower};
use crate::evidence::study as studies;
use crate::listing::{self, KeyPart, Parent, SortKey};
use crate::page::{Page, PageRequest};
use crate::request::RequestContext;
use crate::space::Space;

/// A thing, and the day after which evidence about it is new.
pub(super) struct Newest {
    pub(super) subject: Uuid,
    pub(super) since: NaiveDate,
}

/// A status with which a study tells something.
const TELLING: [StudyStatus; 2] = [StudyStatus::InterimResults, StudyStatus::Reported];

/// Returns what came after the earliest of the days about each thing: about an intervention and what is
/// narrower, studies that reported or ended, and publications of its studies; about a study, its
/// publications. A publication is no evidence about itself.
pub(super) async fn than(
    context: &RequestContext,
    kind: RatedKind,
    wanted: &[Newest],
) -> Result<HashMap<Uuid, NewerEvidence>> {
    let mut newer = HashMap::new();
    let Some(since) = wanted.iter().map(|newest| newest.since).min() else {
        return Ok(newer);
    };
    let period = Period { since, until: context.now().date_naive() };
    let subjects: Vec<Uuid> = wanted.iter().map(|newest| newest.subject).collect();
    let (studies, publications) = match kind {
        RatedKind::Publication => return Ok(newer),
        RatedKind::Study => {
            (HashMap::new(), publications_of_studies(context, &subjects, period).await?)
        }
        RatedKind::Intervention => (
            studies_about(context, &subjects, period).await?,
            publications_about(context, &subjects, period).await?,
        ),
    };
    let read: Vec<Uuid> =
        studies.values().flat_map(|page| page.items.iter().map(|(_, row)| row.id.into())).collect();
    let told = told_on(context.space(), &read, period).await?;
    for (subject, page) in studies {
        let newer: &mut NewerEvidence = newer.entry(subject).or_default();
        newer.more_studies = page.has_next;
        let days = page.items.iter().filter_map(|(_, row)| {
            let ended = row.ends_on.filter(|day| *day <= period.until);
            let days = [ended, told.get(&row.id).copied()];
            Some((row.id, days.into_iter().flatten().max()?))
        });
        newer.studies.extend(days);
        newer.studies.sort_by_key(|(_, day)| std::cmp::Reverse(*day));
    }
    for (subject, page) in publications {
        let newer: &mut NewerEvidence = newer.entry(subject).or_default();
        newer.more_publications = page.has_next;
        let days = page.items.iter().map(|(_, row)| (row.id, row.sort_on));
        newer.publications.extend(days);
    }
    Ok(newer)
}

/// After the one day, and not after the other, which is today: what is announced is no evidence yet.
#[derive(Clone, Copy)]
struct Period {
    since: NaiveDate,
    until: NaiveDate,
}

impl Period {
    fn holds<C: ColumnTrait>(self, column: C) -> Condition {
        Condition::all().add(column.gt(self.since)).add(column.lte(self.until))
    }
}

/// Returns one page of the newest.
const fn page() -> PageRequest {
    PageRequest::first(LISTED as u64)
}

async fn studies_about(
    context: &RequestContext,
    interventions: &[Uuid],
    period: Period,
) -> Result<HashMap<Uuid, Page<study::Model>>> {
    let store = context.store();
    let told = scope::parts_of_seen::<study_status_change::Entity>()
        .select_only()
        .expr(Expr::val(1))
        .filter(
            Expr::col(study_status_change::Column::StudyId.as_column_ref())
                .equals(study::Column::Id.as_column_ref()),
        )
        .filter(study_status_change::Column::Status.is_in(TELLING))
        .filter(period.holds(study_status_change::Column::On));
    let select = scope::shared::<study::Entity>(context.viewer(), context.now())
        .filter(study::Column::WithdrawnAt.is_null())
        .filter(study::Column::SupersededBy.is_null())
        .filter(study::Column::Status.is_in(TELLING))
        .filter(
            Condition::any()
                .add(period.holds(study::Column::EndsOn))
                .add(Expr::exists(told.into_query())),
        );
    let vocabulary = Vocabulary::Intervention;
    let (select, parent) = about_narrower(context, select, vocabulary, interventions);
    let sort = studies::sort(studies::StudyOrder::default());
    listing::read_for_each(store, select, parent, interventions, &sort, &page()).await
}

/// Returns when studies last told something within a period.
async fn told_on(
    space: &Space,
    ids: &[Uuid],
    period: Period,
) -> Result<HashMap<StudyId, NaiveDate>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let changes = studies::status_history(space, ids).await?;
    let last = |changes: Vec<study_status_change::Model>| {
        let telling = changes.into_iter().filter(|change| {
            TELLING.contains(&change.status)
                && change.on > period.since
                && change.on <= period.until
        });
        telling.map(|change| change.on).max()
    };
    Ok(changes
        .into_iter()
        .filter_map(|(study, changes)| Some((study.into(), last(changes)?)))
        .collect())
}

fn published(context: &RequestContext, period: Period) -> Select<publication::Entity> {
    scope::shared::<publication::Entity>(context.viewer(), context.now())
        .filter(publication::Column::WithdrawnAt.is_null())
        .filter(publication::Column::SupersededBy.is_null())
        .filter(period.holds(publication::Column::SortOn))
}

fn newest_published() -> SortKey<publication::Model> {
    let columns = [publication::Column::SortOn, publication::Column::Id];
    SortKey::new(
        "newest",
        columns.map(|column| column.as_column_ref()),
        true,
        |row: &publication::Model| vec![KeyPart::Day(row.sort_on), KeyPart::Id(row.id.0)],
    )
}

async fn publications_of_studies(
    context: &RequestContext,
    studies: &[Uuid],
    period: Period,
) -> Result<HashMap<Uuid, Page<publication::Model>>> {
    let select = listing::joined(
        published(context, period),
        publication::Column::Id,
        study_publication::Entity,
        study_publication::Column::PublicationId,
    );
    let parent = study_publication::Column::StudyId;
    let sort = newest_published();
    listing::read_for_each(context.store(), select, parent, studies, &sort, &page()).await
}

const PUBLICATION_ID: &str = "publication_id";

/// Returns the publications of the studies that the viewer sees about each intervention, each once.
async fn publications_about(
    context: &RequestContext,
    interventions: &[Uuid],
    period: Period,
) -> Result<HashMap<Uuid, Page<publication::Model>>> {
    let store = context.store();
    let now = context.now();
    let of_study = study_publication::Column::StudyId;
    let links = links(context.viewer(), now, &[Vocabulary::Intervention]);
    let mut pairs = united(links, |mut link| {
        let same_study = Expr::col(link.study).equals(of_study.as_column_ref());
        let same_term = Expr::col(link.term).equals((NARROWER, TERM_ID));
        let publication = study_publication::Column::PublicationId.as_column_ref();
        link.rows
            .inner_join(study_publication::Entity, same_study)
            .inner_join(NARROWER, same_term)
            .and_where(scope::sees::<study::Entity>(context.viewer(), now, of_study))
            .expr_as(Expr::col((NARROWER, PARENT_ID)), PARENT_ID)
            .expr_as(Expr::col(publication), PUBLICATION_ID)
            .take()
    });
    pairs.with_cte(narrower(store.backend(), interventions));
    let mut select = published(context, period);
    let same = Expr::col(publication::Column::Id.as_column_ref()).equals((LINK, PUBLICATION_ID));
    QueryTrait::query(&mut select).join_subquery(JoinType::InnerJoin, pairs, LINK, same);
    let parent = Parent::of_subquery(LINK, PARENT_ID, false);
    let sort = newest_published();
    listing::read_for_each(store, select, parent, interventions, &sort, &page()).await
}
