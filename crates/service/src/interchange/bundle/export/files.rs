//! In which order things are written: by their keys, and the members of something in its order.

use std::collections::HashMap;

use entity::{
    Vocabulary, centre, collaboration, crosswalk, engagement, evidence_standard, feedback, finding,
    local_authority, partner, person, programme, publication, rating, standard_dimension,
    standard_level, standard_version, study, term,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Select};
use uuid::Uuid;

use super::sheet::Sheet;
use super::{Exporter, Files};
use crate::access::scope;
use crate::error::Result;
use crate::interchange::kinds::{self, Kind};
use crate::network::record::TermDraft;
use crate::record::{Draft, RowOf};

/// The table of a kind of thing.
type TableOf<K> = <<K as Kind>::Draft as Draft>::Table;
/// A column of the table of a kind of thing.
type ColumnOf<K> = <TableOf<K> as EntityTrait>::Column;

pub(super) async fn write(to: &mut Exporter<'_>) -> Result<()> {
    by_key::<kinds::Centres>(to, scope::network(), centre::Column::Slug, |row| &row.slug).await?;
    by_key::<kinds::People>(to, scope::network(), person::Column::Slug, |row| &row.slug).await?;
    let code = local_authority::Column::GssCode;
    by_key::<kinds::LocalAuthorities>(to, scope::network(), code, |row| &row.gss_code).await?;
    by_key::<kinds::Partners>(to, scope::network(), partner::Column::Slug, |row| &row.slug).await?;
    let slug = programme::Column::Slug;
    by_key::<kinds::Programmes>(to, scope::network(), slug, |row| &row.slug).await?;
    engagements(to).await?;
    terms(to).await?;
    standards(to).await?;

    let (viewer, now) = (to.viewer, to.now);
    let slug = collaboration::Column::Slug;
    let select = scope::shared(viewer, now);
    by_key::<kinds::Collaborations>(to, select, slug, |row| &row.slug).await?;
    let slug = publication::Column::Slug;
    by_key::<kinds::Publications>(to, scope::shared(viewer, now), slug, |row| &row.slug).await?;
    studies(to).await?;
    ratings(to).await?;
    feedback(to).await
}

/// All things of a kind, sorted by the key that one column holds.
async fn by_key<K: Kind>(
    to: &mut Exporter<'_>,
    select: Select<TableOf<K>>,
    key: ColumnOf<K>,
    key_of: fn(&RowOf<K::Draft>) -> &String,
) -> Result<()> {
    let mut files = to.files::<K>();
    pages::<K>(to, &mut files, select, key, key_of).await?;
    to.close(files)
}

async fn pages<K: Kind>(
    to: &mut Exporter<'_>,
    files: &mut Files,
    select: Select<TableOf<K>>,
    key: ColumnOf<K>,
    key_of: fn(&RowOf<K::Draft>) -> &String,
) -> Result<()> {
    let mut after: Option<String> = None;
    loop {
        to.names.turn_the_page();
        let page = to.page(select.clone(), key, after.as_deref()).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(key_of(last).clone());
        to.write::<K>(files, &page).await?;
    }
}

/// The centres in the order of their slugs.
async fn centres(to: &Exporter<'_>) -> Result<Vec<centre::Model>> {
    let mut all = scope::network::<centre::Entity>().all(to.connection).await?;
    all.sort_by(|one, other| one.slug.cmp(&other.slug));
    Ok(all)
}

async fn engagements(to: &mut Exporter<'_>) -> Result<()> {
    let mut files = to.files::<kinds::Engagements>();
    for centre in centres(to).await? {
        let of_centre = scope::network().filter(engagement::Column::CentreId.eq(centre.id));
        let key = engagement::Column::Reference;
        pages::<kinds::Engagements>(to, &mut files, of_centre, key, |row| &row.reference).await?;
    }
    to.close(files)
}

async fn ratings(to: &mut Exporter<'_>) -> Result<()> {
    let mut files = to.files::<kinds::Ratings>();
    for centre in centres(to).await? {
        let of_centre =
            scope::shared(to.viewer, to.now).filter(rating::Column::ContributedBy.eq(centre.id));
        let key = rating::Column::Reference;
        pages::<kinds::Ratings>(to, &mut files, of_centre, key, |row| &row.reference).await?;
    }
    to.close(files)
}

async fn feedback(to: &mut Exporter<'_>) -> Result<()> {
    let mut files = to.files::<kinds::Feedback>();
    for centre in centres(to).await? {
        let of_centre =
            scope::shared(to.viewer, to.now).filter(feedback::Column::ContributedBy.eq(centre.id));
        let key = feedback::Column::Reference;
        pages::<kinds::Feedback>(to, &mut files, of_centre, key, |row| &row.reference).await?;
    }
    to.close(files)
}

/// The vocabularies, whose labels are one file.
async fn terms(to: &mut Exporter<'_>) -> Result<()> {
    let labels = to.files::<kinds::Interventions>().children;
    let labels =
        of_vocabulary::<kinds::Interventions>(to, Vocabulary::Intervention, labels).await?;
    let labels = of_vocabulary::<kinds::Outcomes>(to, Vocabulary::Outcome, labels).await?;
    let labels = of_vocabulary::<kinds::Populations>(to, Vocabulary::Population, labels).await?;
    labels.into_iter().try_for_each(|labels| to.close_sheet(labels))
}

async fn of_vocabulary<K: Kind<Draft = TermDraft>>(
    to: &mut Exporter<'_>,
    vocabulary: Vocabulary,
    labels: Vec<Sheet>,
) -> Result<Vec<Sheet>> {
    let mut files = Files { children: labels, ..to.files::<K>() };
    let terms = scope::network().filter(term::Column::Vocabulary.eq(vocabulary));
    pages::<K>(to, &mut files, terms, term::Column::Slug, |row| &row.slug).await?;
    to.close_sheet(files.own)?;
    Ok(files.children)
}

/// Standards and their scales are few.
async fn standards(to: &mut Exporter<'_>) -> Result<()> {
    let rows = scope::network::<evidence_standard::Entity>().all(to.connection).await?;
    to.write_sorted::<kinds::Standards>(&rows).await?;
    let rows = scope::network::<standard_version::Entity>().all(to.connection).await?;
    to.write_sorted::<kinds::Versions>(&rows).await?;
    let rows = scope::network::<standard_dimension::Entity>().all(to.connection).await?;
    to.write_sorted::<kinds::Dimensions>(&rows).await?;
    let rows = scope::network::<standard_level::Entity>().all(to.connection).await?;
    to.write_sorted::<kinds::Levels>(&rows).await?;
    let rows = scope::network::<crosswalk::Entity>().all(to.connection).await?;
    to.write_sorted::<kinds::Crosswalk>(&rows).await
}

/// Studies, and their findings.
async fn studies(to: &mut Exporter<'_>) -> Result<()> {
    let mut files = to.files::<kinds::Studies>();
    let mut of_findings = to.files::<kinds::Findings>();
    let mut after: Option<String> = None;
    loop {
        to.names.turn_the_page();
        let select = scope::shared::<study::Entity>(to.viewer, to.now);
        let page = to.page(select, study::Column::Slug, after.as_deref()).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.slug.clone());
        to.write::<kinds::Studies>(&mut files, &page).await?;
        // Findings are many to a study: fewer studies at a time keep the memory flat.
        for some in page.chunks(50) {
            findings(to, &mut of_findings, some).await?;
        }
    }
    to.close(files)?;
    to.close(of_findings)
}

async fn findings(
    to: &mut Exporter<'_>,
    files: &mut Files,
    studies: &[study::Model],
) -> Result<()> {
    let backend = to.connection.get_database_backend();
    let ids = studies.iter().map(|study| Uuid::from(study.id));
    let mut findings = scope::shared::<finding::Entity>(to.viewer, to.now)
        .filter(scope::among(backend, finding::Column::StudyId, ids))
        .all(to.connection)
        .await?;
    let places: HashMap<_, _> = (0..).zip(studies).map(|(at, study)| (study.id, at)).collect();
    findings.sort_by(|one: &finding::Model, other| {
        let place = |row: &finding::Model| places.get(&row.study_id).copied().unwrap_or(0_usize);
        (place(one), &one.reference).cmp(&(place(other), &other.reference))
    });
    to.write::<kinds::Findings>(files, &findings).await
}
