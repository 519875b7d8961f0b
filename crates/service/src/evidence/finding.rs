//! Findings: listed and counted as the viewer may see them.

use std::collections::HashMap;

use entity::{EffectMeasure, StudyDesign, StudyId, Vocabulary, finding, study};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, QueryFilter, QuerySelect, QueryTrait, Select};
use uuid::Uuid;

use super::named;
use crate::access::scope;
use crate::error::Result;
use crate::filter::AnyOf;
use crate::listing::{self, KeyPart, SortKey};
use crate::network::Directory;
use crate::page::{Page, PageRequest};
use crate::request::RequestContext;

/// A filter of findings: any of the values within a field, and all of the fields.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct FindingFilter {
    pub studies: AnyOf<StudyId>,
    /// Of one of these interventions, by slug.
    pub interventions: AnyOf<String>,
    /// Of one of these outcomes, by slug.
    pub outcomes: AnyOf<String>,
    /// In one of these populations, by slug.
    pub populations: AnyOf<String>,
    /// On one of these scales.
    pub measures: AnyOf<EffectMeasure>,
    pub designs: AnyOf<StudyDesign>,
    /// Contributed by one of these centres, by slug.
    pub centres: AnyOf<String>,
    /// Also of what is narrower than the terms named.
    pub include_narrower: bool,
    /// Also those that were withdrawn.
    pub include_withdrawn: bool,
}

/// Returns a page of the findings that the viewer may see, in the order of their contribution.
///
/// # Errors
/// `BAD_USER_INPUT` when the filter names what is not there, `INVALID_CURSOR`.
pub async fn list(
    context: &RequestContext,
    filter: &FindingFilter,
    request: &PageRequest,
) -> Result<Page<finding::Model>> {
    let directory = context.directory().await?;
    let select = matching(context, &directory, filter)?;
    listing::read(context.store(), select, &sort(), request).await
}

/// Returns how many findings the viewer may see.
///
/// # Errors
/// `BAD_USER_INPUT` when the filter names what is not there.
pub async fn count(context: &RequestContext, filter: &FindingFilter) -> Result<u64> {
    let directory = context.directory().await?;
    listing::count(context.store(), matching(context, &directory, filter)?).await
}

/// Returns the findings of each of these studies, which the viewer has been shown.
///
/// # Errors
/// `INVALID_CURSOR`.
pub async fn of_studies(
    context: &RequestContext,
    studies: &[Uuid],
    request: &PageRequest,
) -> Result<HashMap<Uuid, Page<finding::Model>>> {
    let parent = finding::Column::StudyId;
    listing::read_for_each(context.store(), of_seen(context), parent, studies, &sort(), request)
        .await
}

/// Returns how many findings each of these studies has, which the viewer has been shown.
pub async fn count_of_studies(
    context: &RequestContext,
    studies: &[Uuid],
) -> Result<HashMap<Uuid, u64>> {
    listing::count_for_each(context.store(), of_seen(context), finding::Column::StudyId, studies)
        .await
}

fn of_seen(context: &RequestContext) -> Select<finding::Entity> {
    scope::shared_of_seen::<finding::Entity>(context.viewer(), context.now())
        .filter(finding::Column::WithdrawnAt.is_null())
}

pub(super) fn matching(
    context: &RequestContext,
    directory: &Directory,
    filter: &FindingFilter,
) -> Result<Select<finding::Entity>> {
    let _store = context.store();
    let now = context.now();
    let mut all = Condition::all();
    if !filter.include_withdrawn {
        all = all.add(finding::Column::WithdrawnAt.is_null());
    }
    if let Some(studies) = filter.studies.named() {
        all = all.add(finding::Column::StudyId.is_in(studies.iter().copied()));
    }
    for (vocabulary, slugs) in [
        (Vocabulary::Intervention, &filter.interventions),
        (Vocabulary::Outcome, &filter.outcomes),
        (Vocabulary::Population, &filter.populations),
    ] {
        if let Some(slugs) = slugs.named() {
            let ids = named::terms(directory, vocabulary, slugs, filter.include_narrower)?;
            all = all.add(column_of(vocabulary).is_in(ids));
        }
    }
    if let Some(measures) = filter.measures.named() {
        all = all.add(finding::Column::Measure.is_in(measures.iter().copied()));
    }
    if let Some(centres) = filter.centres.named() {
        let ids = named::ids(&directory.centres, centres, "filter.centres", "centre")?;
        all = all.add(finding::Column::ContributedBy.is_in(ids));
    }
    if let Some(designs) = filter.designs.named() {
        let study = scope::shared::<study::Entity>(context.viewer(), now)
            .select_only()
            .expr(Expr::val(1))
            .filter(
                Expr::col(study::Column::Id.as_column_ref())
                    .equals(finding::Column::StudyId.as_column_ref()),
            )
            .filter(study::Column::Design.is_in(designs.iter().copied()));
        all = all.add(Expr::exists(study.into_query()));
    }
    Ok(scope::shared::<finding::Entity>(context.viewer(), now).filter(all))
}

/// Returns the column that names a finding's term of a vocabulary.
pub(super) const fn column_of(vocabulary: Vocabulary) -> finding::Column {
    match vocabulary {
        Vocabulary::Intervention => finding::Column::InterventionId,
        Vocabulary::Outcome => finding::Column::OutcomeId,
        Vocabulary::Population => finding::Column::PopulationId,
    }
}

pub(super) fn sort() -> SortKey<finding::Model> {
    SortKey::new("finding", [finding::Column::Id.as_column_ref()], false, |row: &finding::Model| {
        vec![KeyPart::Id(row.id.0)]
    })
}
