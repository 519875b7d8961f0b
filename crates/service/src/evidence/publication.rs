//! Publications: found, listed and counted as the viewer may see them.

use std::collections::HashMap;

use entity::{
    PublicationKind, Visibility, Vocabulary, publication, publication_author, study,
    study_publication,
};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};
use uuid::Uuid;

use super::about::is_about;
use super::{duplicates, named};
use crate::access::scope;
use crate::error::Result;
use crate::filter::AnyOf;
use crate::listing::{self, KeyPart, SortKey};
use crate::network::Directory;
use crate::page::{Page, PageRequest};
use crate::record::identifier;
use crate::request::RequestContext;
use crate::space::Space;
use crate::spelling;

/// A filter of publications: any of the values within a field, and all of the fields.
#[derive(Clone, Debug, Default)]
pub struct PublicationFilter {
    /// Contributed by one of these centres, by slug.
    pub centres: AnyOf<String>,
    pub kinds: AnyOf<PublicationKind>,
    /// Published in this year or later.
    pub year_from: Option<i32>,
    /// Published in this year or earlier.
    pub year_to: Option<i32>,
    /// In one of these languages, as codes of ISO 639.
    pub languages: AnyOf<String>,
    /// Reporting a study about one of these populations, by slug.
    pub populations: AnyOf<String>,
    /// Reporting a study about one of these interventions, by slug.
    pub interventions: AnyOf<String>,
    /// Also about what is narrower than the terms named.
    pub include_narrower: bool,
    /// Also those that were withdrawn.
    pub include_withdrawn: bool,
}

/// A field by which publications are sorted.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum PublicationOrderField {
    #[default]
    Published,
    Title,
    /// When they were last revised.
    Updated,
    Created,
}

/// The order of a list of publications.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct PublicationOrder {
    pub field: PublicationOrderField,
    /// The highest or latest first.
    pub descending: bool,
}

impl Default for PublicationOrder {
    fn default() -> Self {
        Self { field: PublicationOrderField::Published, descending: true }
    }
}

/// Returns the publication with this DOI, in any spelling. Of several, as one may be hidden from others or be
/// joined into another, it is the one that stands, is seen by most and was contributed first; what was
/// joined is answered by what was kept.
pub async fn get_by_doi(context: &RequestContext, doi: &str) -> Result<Option<publication::Model>> {
    let Some(doi) = identifier::doi(doi) else {
        return Ok(None);
    };
    let store = context.store();
    let now = context.now();
    let rows = scope::shared::<publication::Entity>(context.viewer(), now)
        .filter(publication::Column::Doi.eq(doi))
        .all(store.connection())
        .await?;
    let precedence = |row: &publication::Model| {
        let is_embargoed = row.embargoed_until.is_some_and(|until| until > now);
        let narrowness = match row.visibility {
            Visibility::Public => 0,
            Visibility::Network => 1,
            Visibility::Collaboration => 2,
            Visibility::Centre => 3,
        };
        let is_withdrawn = row.withdrawn_at.is_some();
        let first = (row.created_at, row.id);
        (is_withdrawn, is_embargoed, narrowness, first)
    };
    match rows.into_iter().min_by_key(precedence) {
        Some(row) => Ok(Some(duplicates::in_its_place(context, row).await?)),
        None => Ok(None),
    }
}

/// Returns the publication with this slug; what was joined is answered by what was kept.
pub async fn get(context: &RequestContext, slug: &str) -> Result<Option<publication::Model>> {
    let store = context.store();
    let row = scope::shared::<publication::Entity>(context.viewer(), context.now())
        .filter(publication::Column::Slug.eq(spelling::slug(slug)))
        .one(store.connection())
        .await?;
    match row {
        Some(row) => Ok(Some(duplicates::in_its_place(context, row).await?)),
        None => Ok(None),
    }
}

/// Returns a page of the publications that the viewer may see.
///
/// # Errors
/// `BAD_USER_INPUT` when the filter names what is not there, `INVALID_CURSOR`.
pub async fn list(
    context: &RequestContext,
    filter: &PublicationFilter,
    order: PublicationOrder,
    request: &PageRequest,
) -> Result<Page<publication::Model>> {
    let directory = context.directory().await?;
    let select = matching(context, &directory, filter)?;
    listing::read(context.store(), select, &sort(order), request).await
}

/// Returns how many publications the viewer may see.
///
/// # Errors
/// `BAD_USER_INPUT` when the filter names what is not there.
pub async fn count(context: &RequestContext, filter: &PublicationFilter) -> Result<u64> {
    let directory = context.directory().await?;
    listing::count(context.store(), matching(context, &directory, filter)?).await
}

/// Returns the publications that report each of these studies.
///
/// # Errors
/// `INVALID_CURSOR`.
pub async fn of_studies(
    context: &RequestContext,
    studies: &[Uuid],
    request: &PageRequest,
) -> Result<HashMap<Uuid, Page<publication::Model>>> {
    let order = sort(PublicationOrder::default());
    let parent = study_publication::Column::StudyId;
    listing::read_for_each(context.store(), reports(context), parent, studies, &order, request)
        .await
}

/// Returns how many publications report each of these studies.
pub async fn count_of_studies(
    context: &RequestContext,
    studies: &[Uuid],
) -> Result<HashMap<Uuid, u64>> {
    let parent = study_publication::Column::StudyId;
    listing::count_for_each(context.store(), reports(context), parent, studies).await
}

fn reports(context: &RequestContext) -> Select<publication::Entity> {
    let seen = scope::shared::<publication::Entity>(context.viewer(), context.now())
        .filter(publication::Column::WithdrawnAt.is_null());
    let link = study_publication::Entity;
    listing::joined(seen, publication::Column::Id, link, study_publication::Column::PublicationId)
}

/// Returns the authors of publications, in their order.
pub async fn authors(
    space: &Space,
    publications: &[Uuid],
) -> Result<HashMap<Uuid, Vec<publication_author::Model>>> {
    let store = space.store();
    let column = publication_author::Column::PublicationId;
    let rows = scope::parts_of_seen::<publication_author::Entity>()
        .filter(scope::among(store.backend(), column, publications.iter().copied()))
        .order_by_asc(publication_author::Column::Position)
        .all(store.connection())
        .await?;
    let mut authors: HashMap<Uuid, Vec<_>> = HashMap::new();
    for row in rows {
        authors.entry(row.publication_id.into()).or_default().push(row);
    }
    Ok(authors)
}

fn matching(
    context: &RequestContext,
    directory: &Directory,
    filter: &PublicationFilter,
) -> Result<Select<publication::Entity>> {
    let now = context.now();
    let mut all = Condition::all();
    if !filter.include_withdrawn {
        all = all.add(publication::Column::WithdrawnAt.is_null());
    }
    if let Some(centres) = filter.centres.named() {
        let ids = named::ids(&directory.centres, centres, "filter.centres", "centre")?;
        all = all.add(publication::Column::ContributedBy.is_in(ids));
    }
    if let Some(kinds) = filter.kinds.named() {
        all = all.add(publication::Column::Kind.is_in(kinds.iter().copied()));
    }
    if let Some(from) = filter.year_from {
        all = all.add(publication::Column::Year.gte(from));
    }
    if let Some(to) = filter.year_to {
        all = all.add(publication::Column::Year.lte(to));
    }
    if let Some(languages) = filter.languages.named() {
        let languages = languages.iter().map(|code| code.to_lowercase());
        all = all.add(publication::Column::Language.is_in(languages));
    }
    for (vocabulary, slugs) in [
        (Vocabulary::Intervention, &filter.interventions),
        (Vocabulary::Population, &filter.populations),
    ] {
        if let Some(slugs) = slugs.named() {
            let ids = named::terms(directory, vocabulary, slugs, filter.include_narrower)?;
            // Through studies that the viewer sees: an unseen study must not show in what is found.
            let studies = scope::shared::<study::Entity>(context.viewer(), now);
            let linked = listing::joined(
                studies,
                study::Column::Id,
                study_publication::Entity,
                study_publication::Column::StudyId,
            );
            let about = linked
                .select_only()
                .expr(Expr::val(1))
                .filter(
                    Expr::col(study_publication::Column::PublicationId.as_column_ref())
                        .equals(publication::Column::Id.as_column_ref()),
                )
                .filter(is_about(context.viewer(), now, vocabulary, &ids));
            all = all.add(Expr::exists(about.into_query()));
        }
    }
    Ok(scope::shared::<publication::Entity>(context.viewer(), now).filter(all))
}

fn sort(order: PublicationOrder) -> SortKey<publication::Model> {
    use publication::Column::{CreatedAt, Id, SortOn, TitleKey, UpdatedAt};

    type Part = fn(&publication::Model) -> KeyPart;
    let (name, column, part): (_, publication::Column, Part) = match order.field {
        PublicationOrderField::Published => ("published", SortOn, |row| KeyPart::Day(row.sort_on)),
        PublicationOrderField::Title => {
            ("title", TitleKey, |row| KeyPart::Text(row.title_key.clone()))
        }
        PublicationOrderField::Updated => {
            ("updated", UpdatedAt, |row| KeyPart::Moment(row.updated_at))
        }
        PublicationOrderField::Created => {
            ("created", CreatedAt, |row| KeyPart::Moment(row.created_at))
        }
    };
    let columns = [column.as_column_ref(), Id.as_column_ref()];
    SortKey::new(name, columns, order.descending, move |row: &publication::Model| {
        vec![part(row), KeyPart::Id(row.id.0)]
    })
}
