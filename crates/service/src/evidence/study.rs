//! Studies: found, listed and counted as the viewer may see them.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    CentreId, EvidenceStrength, StudyDesign, StudyId, StudyStatus, Vocabulary, rating, study,
    study_centre, study_partner, study_publication, study_site, study_status_change,
};
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};
use uuid::Uuid;

use super::about::is_about;
use super::named;
use super::rating::{LevelFilter, strength_rank, with_levels};
use crate::access::scope;
use crate::error::Result;
use crate::filter::AnyOf;
use crate::listing::{self, KeyPart, SortKey};
use crate::network::Directory;
use crate::page::{Page, PageRequest};
use crate::request::RequestContext;
use crate::space::Space;
use crate::spelling;

/// A filter of studies: any of the values within a field, and all of the fields.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct StudyFilter {
    /// Led by, or with the collaboration of, one of these centres, by slug.
    pub centres: AnyOf<String>,
    pub designs: AnyOf<StudyDesign>,
    pub statuses: AnyOf<StudyStatus>,
    /// About one of these populations, by slug.
    pub populations: AnyOf<String>,
    /// About one of these interventions, by slug.
    pub interventions: AnyOf<String>,
    /// About one of these outcomes, by slug.
    pub outcomes: AnyOf<String>,
    /// With a site in one of these authorities, by GSS code.
    pub local_authorities: AnyOf<String>,
    /// In one of these programmes, by slug.
    pub programmes: AnyOf<String>,
    /// Beginning on or after this day.
    pub started_from: Option<NaiveDate>,
    /// Beginning on or before this day.
    pub started_to: Option<NaiveDate>,
    /// With a rating that the viewer sees of at least this strength.
    pub minimum_strength: Option<EvidenceStrength>,
    /// With a rating that the viewer sees on one of these levels.
    pub rated: AnyOf<LevelFilter>,
    /// Also about what is narrower than the terms named.
    pub include_narrower: bool,
    /// Also those that were withdrawn.
    pub include_withdrawn: bool,
}

/// A field by which studies are sorted.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum StudyOrderField {
    #[default]
    Started,
    Title,
    /// When they were last revised.
    Updated,
    Created,
}

/// The order of a list of studies.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct StudyOrder {
    pub field: StudyOrderField,
    /// The highest or latest first.
    pub descending: bool,
}

impl Default for StudyOrder {
    fn default() -> Self {
        Self { field: StudyOrderField::Started, descending: true }
    }
}

/// Returns the study with this slug.
pub async fn get(context: &RequestContext, slug: &str) -> Result<Option<study::Model>> {
    let store = context.store();
    Ok(scope::shared::<study::Entity>(context.viewer(), context.now())
        .filter(study::Column::Slug.eq(spelling::slug(slug)))
        .one(store.connection())
        .await?)
}

/// Returns a page of the studies that the viewer may see.
///
/// # Errors
/// `BAD_USER_INPUT` when the filter names what is not there, `INVALID_CURSOR`.
pub async fn list(
    context: &RequestContext,
    filter: &StudyFilter,
    order: StudyOrder,
    request: &PageRequest,
) -> Result<Page<study::Model>> {
    let directory = context.directory().await?;
    let (select, sort) = match (filter.centres.named(), order.field) {
        // One centre's studies by date are in an index in just this order.
        (Some([centre]), StudyOrderField::Started) => {
            let centre = named::ids(
                &directory.centres,
                std::slice::from_ref(centre),
                "filter.centres",
                "centre",
            )?;
            let others = StudyFilter { centres: AnyOf::default(), ..filter.clone() };
            let select = matching(context, &directory, &others)?;
            (of_centre(select, &centre), sort_by_centre(order.descending))
        }
        _ => (matching(context, &directory, filter)?, sort(order)),
    };
    listing::read(context.store(), select, &sort, request).await
}

/// Returns how many studies the viewer may see.
///
/// # Errors
/// `BAD_USER_INPUT` when the filter names what is not there.
pub async fn count(context: &RequestContext, filter: &StudyFilter) -> Result<u64> {
    let directory = context.directory().await?;
    listing::count(context.store(), matching(context, &directory, filter)?).await
}

/// Returns the studies that each of these publications reports.
///
/// # Errors
/// `INVALID_CURSOR`.
pub async fn of_publications(
    context: &RequestContext,
    publications: &[Uuid],
    request: &PageRequest,
) -> Result<HashMap<Uuid, Page<study::Model>>> {
    let order = sort(StudyOrder::default());
    let parent = study_publication::Column::PublicationId;
    let select = reported_studies(context);
    listing::read_for_each(context.store(), select, parent, publications, &order, request).await
}

/// Returns how many studies each of these publications reports.
pub async fn count_of_publications(
    context: &RequestContext,
    publications: &[Uuid],
) -> Result<HashMap<Uuid, u64>> {
    let parent = study_publication::Column::PublicationId;
    listing::count_for_each(context.store(), reported_studies(context), parent, publications).await
}

fn reported_studies(context: &RequestContext) -> Select<study::Entity> {
    let seen = scope::shared::<study::Entity>(context.viewer(), context.now())
        .filter(study::Column::WithdrawnAt.is_null());
    listing::joined(
        seen,
        study::Column::Id,
        study_publication::Entity,
        study_publication::Column::StudyId,
    )
}

/// Returns what studies consist of besides their own rows, in the order of a column.
async fn parts<L: EntityTrait>(
    space: &Space,
    studies: &[Uuid],
    (study, order): (L::Column, L::Column),
    of: impl Fn(&L::Model) -> StudyId,
) -> Result<HashMap<Uuid, Vec<L::Model>>> {
    let store = space.store();
    let rows = scope::parts_of_seen::<L>()
        .filter(scope::among(store.backend(), study, studies.iter().copied()))
        .order_by_asc(order)
        .all(store.connection())
        .await?;
    let mut parts: HashMap<Uuid, Vec<_>> = HashMap::new();
    for row in rows {
        parts.entry(of(&row).into()).or_default().push(row);
    }
    Ok(parts)
}

/// Returns the centres of studies.
pub async fn centres(
    space: &Space,
    studies: &[Uuid],
) -> Result<HashMap<Uuid, Vec<study_centre::Model>>> {
    use study_centre::{Column, Entity};

    parts::<Entity>(space, studies, (Column::StudyId, Column::CentreId), |row| row.study_id).await
}

/// Returns the sites of studies.
pub async fn sites(
    space: &Space,
    studies: &[Uuid],
) -> Result<HashMap<Uuid, Vec<study_site::Model>>> {
    use study_site::{Column, Entity};

    parts::<Entity>(space, studies, (Column::StudyId, Column::LocalAuthorityId), |row| row.study_id)
        .await
}

/// Returns the partners of studies.
pub async fn partners(
    space: &Space,
    studies: &[Uuid],
) -> Result<HashMap<Uuid, Vec<study_partner::Model>>> {
    use study_partner::{Column, Entity};

    parts::<Entity>(space, studies, (Column::StudyId, Column::PartnerId), |row| row.study_id).await
}

/// Returns the changes of status of studies, from the oldest.
pub async fn status_history(
    space: &Space,
    studies: &[Uuid],
) -> Result<HashMap<Uuid, Vec<study_status_change::Model>>> {
    use study_status_change::{Column, Entity};

    parts::<Entity>(space, studies, (Column::StudyId, Column::On), |row| row.study_id).await
}

pub(super) fn matching(
    context: &RequestContext,
    directory: &Directory,
    filter: &StudyFilter,
) -> Result<Select<study::Entity>> {
    let _store = context.store();
    let now = context.now();
    let mut all = Condition::all();
    if !filter.include_withdrawn {
        all = all.add(study::Column::WithdrawnAt.is_null());
    }
    if let Some(designs) = filter.designs.named() {
        all = all.add(study::Column::Design.is_in(designs.iter().copied()));
    }
    if let Some(statuses) = filter.statuses.named() {
        all = all.add(study::Column::Status.is_in(statuses.iter().copied()));
    }
    // A study that says when it begins is sorted by that day: saying so lets an index find it.
    if let Some(from) = filter.started_from {
        all = all.add(study::Column::StartsOn.gte(from)).add(study::Column::SortOn.gte(from));
    }
    if let Some(to) = filter.started_to {
        all = all.add(study::Column::StartsOn.lte(to)).add(study::Column::SortOn.lte(to));
    }
    if let Some(programmes) = filter.programmes.named() {
        let ids = named::ids(&directory.programmes, programmes, "filter.programmes", "programme")?;
        all = all.add(study::Column::ProgrammeId.is_in(ids));
    }
    if let Some(centres) = filter.centres.named() {
        let ids = named::ids(&directory.centres, centres, "filter.centres", "centre")?;
        all = all.add(has::<study_centre::Entity>(
            study_centre::Column::StudyId,
            study_centre::Column::CentreId.is_in(ids),
        ));
    }
    if let Some(authorities) = filter.local_authorities.named() {
        let list = &directory.local_authorities;
        let ids = named::ids(list, authorities, "filter.localAuthorities", "local authority")?;
        all = all.add(has::<study_site::Entity>(
            study_site::Column::StudyId,
            study_site::Column::LocalAuthorityId.is_in(ids),
        ));
    }
    for (vocabulary, slugs) in [
        (Vocabulary::Intervention, &filter.interventions),
        (Vocabulary::Outcome, &filter.outcomes),
        (Vocabulary::Population, &filter.populations),
    ] {
        if let Some(slugs) = slugs.named() {
            let ids = named::terms(directory, vocabulary, slugs, filter.include_narrower)?;
            all = all.add(is_about(context.viewer(), now, vocabulary, &ids));
        }
    }
    let ratings = || {
        scope::shared_of_seen::<rating::Entity>(context.viewer(), now)
            .filter(rating::Column::WithdrawnAt.is_null())
            .filter(
                Expr::col(rating::Column::StudyId.as_column_ref())
                    .equals(study::Column::Id.as_column_ref()),
            )
    };
    if let Some(strength) = filter.minimum_strength {
        let strong = ratings().filter(rating::Column::StrengthRank.gte(strength_rank(strength)));
        all = all.add(Expr::exists(strong.into_query()));
    }
    if let Some(rated) = filter.rated.named() {
        all = all.add(Expr::exists(with_levels(ratings(), directory, rated)?.into_query()));
    }
    Ok(scope::shared::<study::Entity>(context.viewer(), now).filter(all))
}

/// Returns whether a study has a row in a table of its parts.
fn has<E: EntityTrait>(study_id: E::Column, condition: impl IntoCondition) -> Expr {
    let part = scope::parts_of_seen::<E>()
        .select_only()
        .expr(Expr::val(1))
        .filter(Expr::col(study_id.as_column_ref()).equals(study::Column::Id.as_column_ref()))
        .filter(condition.into_condition());
    Expr::exists(part.into_query())
}

fn of_centre(select: Select<study::Entity>, centre: &[CentreId]) -> Select<study::Entity> {
    listing::joined(select, study::Column::Id, study_centre::Entity, study_centre::Column::StudyId)
        .filter(study_centre::Column::CentreId.is_in(centre.iter().copied()))
}

pub(super) fn sort_by_centre(descending: bool) -> SortKey<study::Model> {
    let columns = [study_centre::Column::SortOn, study_centre::Column::StudyId];
    SortKey::new(
        "started",
        columns.map(|column| column.as_column_ref()),
        descending,
        |row: &study::Model| vec![KeyPart::Day(row.sort_on), KeyPart::Id(row.id.0)],
    )
}

pub(super) fn sort(order: StudyOrder) -> SortKey<study::Model> {
    use study::Column::{CreatedAt, Id, SortOn, TitleKey, UpdatedAt};

    type Parts = fn(&study::Model) -> KeyPart;
    let (name, column): (_, study::Column) = match order.field {
        StudyOrderField::Started => ("started", SortOn),
        StudyOrderField::Title => ("title", TitleKey),
        StudyOrderField::Updated => ("updated", UpdatedAt),
        StudyOrderField::Created => ("created", CreatedAt),
    };
    let parts: Parts = match order.field {
        StudyOrderField::Started => |row| KeyPart::Day(row.sort_on),
        StudyOrderField::Title => |row| KeyPart::Text(row.title_key.clone()),
        StudyOrderField::Updated => |row| KeyPart::Moment(row.updated_at),
        StudyOrderField::Created => |row| KeyPart::Moment(row.created_at),
    };
    let columns = [column.as_column_ref(), Id.as_column_ref()];
    SortKey::new(name, columns, order.descending, move |row: &study::Model| {
        vec![parts(row), KeyPart::Id(row.id.0)]
    })
}
