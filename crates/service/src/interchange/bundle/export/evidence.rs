//! The files of what centres share.

use entity::{
    RatedKind, collaboration, collaboration_member, considered_publication, considered_study,
    publication, publication_author, rating, rating_score,
};
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use super::names::Named;
use super::shared::shared;
use super::sheet::Sheet;
use super::{Exporter, feedback, studies};
use crate::access::scope;
use crate::error::Result;
use crate::interchange::bundle::cell::Item;
use crate::interchange::bundle::format;

pub(super) async fn write(to: &mut Exporter<'_>) -> Result<()> {
    collaborations(to).await?;
    publications(to).await?;
    studies::write(to).await?;
    ratings(to).await?;
    feedback::write(to).await
}

pub(in super::super) async fn collaborations(to: &mut Exporter<'_>) -> Result<()> {
    let mut sheet = to.sheet(&format::COLLABORATIONS);
    let mut after: Option<String> = None;
    loop {
        let select = scope::shared::<collaboration::Entity>(to.viewer, to.now);
        let page = to.page(select, collaboration::Column::Slug, after.as_deref()).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.slug.clone());
        let ids = || page.iter().map(|row| Uuid::from(row.id));
        let with = to.shared_with(ids()).await?;
        to.learn(Named::Collaboration, page.iter().filter_map(|row| row.superseded_by)).await?;
        let members = to
            .parts::<collaboration_member::Entity>(
                collaboration_member::Column::CollaborationId,
                ids(),
                |row| row.collaboration_id.into(),
            )
            .await?;
        for row in &page {
            let members = members.get(&row.id.into()).into_iter().flatten();
            let members = to.names.all(members.map(|member| member.centre_id));
            sheet.row(|line| {
                line.set("slug", &row.slug);
                line.set("title", &row.title);
                line.maybe("summary", row.summary.as_ref());
                line.sorted("members", members);
                line.maybe("started", row.started.as_ref());
                line.maybe("ended", row.ended.as_ref());
                shared!(row).fill(line, &to.names, &with);
            })?;
        }
    }
    to.close(sheet)
}

pub(in super::super) async fn publications(to: &mut Exporter<'_>) -> Result<()> {
    let mut sheet = to.sheet(&format::PUBLICATIONS);
    let mut authors = to.sheet(&format::PUBLICATION_AUTHORS);
    let mut after: Option<String> = None;
    loop {
        to.renew_names().await?;
        let select = scope::shared::<publication::Entity>(to.viewer, to.now);
        let page = to.page(select, publication::Column::Slug, after.as_deref()).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.slug.clone());
        let ids = || page.iter().map(|row| Uuid::from(row.id));
        let with = to.shared_with(ids()).await?;
        to.learn(Named::Publication, page.iter().filter_map(|row| row.superseded_by)).await?;
        let mut of_page = to
            .parts::<publication_author::Entity>(
                publication_author::Column::PublicationId,
                ids(),
                |row| row.publication_id.into(),
            )
            .await?;
        to.learn(Named::Person, of_page.values().flatten().filter_map(|row| row.person_id)).await?;
        for row in &page {
            sheet.row(|line| {
                line.set("slug", &row.slug);
                line.set("title", &row.title);
                line.set("kind", row.kind);
                line.maybe("abstract", row.abstract_text.as_ref());
                line.maybe("doi", row.doi.as_ref());
                line.maybe("published", row.published.as_ref());
                line.maybe("venue", row.venue.as_ref());
                line.maybe("language", row.language.as_ref());
                line.maybe("licence", row.licence.as_ref());
                line.maybe("url", row.url.as_ref());
                shared!(row).fill(line, &to.names, &with);
            })?;
            let mut of_row = of_page.remove(&row.id.into()).unwrap_or_default();
            of_row.sort_by_key(|author| author.position);
            for author in of_row {
                authors.row(|line| {
                    line.set("publication", &row.slug);
                    line.set("position", author.position);
                    line.set("name", author.name);
                    line.maybe("orcid", author.orcid);
                    line.refer("person", author.person_id.and_then(|id| to.names.of(id)));
                })?;
            }
        }
    }
    to.close(sheet)?;
    to.close(authors)
}

async fn ratings(to: &mut Exporter<'_>) -> Result<()> {
    let mut sheet = to.sheet(&format::RATINGS);
    for centre in to.centres().await? {
        let mut after: Option<String> = None;
        loop {
            to.renew_names().await?;
            let select = scope::shared::<rating::Entity>(to.viewer, to.now)
                .filter(rating::Column::ContributedBy.eq(centre.id));
            let page = to.page(select, rating::Column::Reference, after.as_deref()).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.reference.clone());
            rating_rows(to, &mut sheet, &page).await?;
        }
    }
    to.close(sheet)
}

/// Writes the one rating that is to be written.
pub(in super::super) async fn rating(to: &mut Exporter<'_>) -> Result<()> {
    to.names.learn_scales(to.connection).await?;
    let select = scope::shared::<rating::Entity>(to.viewer, to.now);
    let rows = to.only_one(select).all(to.connection).await?;
    let mut sheet = to.sheet(&format::RATINGS);
    rating_rows(to, &mut sheet, &rows).await?;
    to.close(sheet)
}

async fn rating_rows(
    to: &mut Exporter<'_>,
    sheet: &mut Sheet,
    page: &[rating::Model],
) -> Result<()> {
    let ids = || page.iter().map(|row| Uuid::from(row.id));
    let with = to.shared_with(ids()).await?;
    to.learn(Named::Rating, page.iter().filter_map(|row| row.superseded_by)).await?;
    let studies = to
        .parts::<considered_study::Entity>(considered_study::Column::RatingId, ids(), |row| {
            row.rating_id.into()
        })
        .await?;
    let considered = studies.values().flatten().map(|row| row.study_id);
    to.learn(Named::Study, page.iter().filter_map(|row| row.study_id).chain(considered)).await?;
    let publications = to
        .parts::<considered_publication::Entity>(
            considered_publication::Column::RatingId,
            ids(),
            |row| row.rating_id.into(),
        )
        .await?;
    let considered = publications.values().flatten();
    to.learn(
        Named::Publication,
        page.iter()
            .filter_map(|row| row.publication_id)
            .chain(considered.map(|row| row.publication_id)),
    )
    .await?;
    let terms = page.iter().flat_map(|row| [row.intervention_id, row.outcome_id]);
    to.learn(Named::Term, terms.flatten()).await?;
    let scores = to
        .parts::<rating_score::Entity>(rating_score::Column::RatingId, ids(), |row| {
            row.rating_id.into()
        })
        .await?;
    for row in page {
        let scores = scores.get(&row.id.into()).into_iter().flatten();
        let scores = scores.filter_map(|score| {
            let [_, _, dimension, level] = to.names.levels.get(&score.level_id.into())?;
            Some(Item::Score { dimension: dimension.clone(), level: level.clone() })
        });
        let scores: Vec<Item> = scores.collect();
        let studies = studies.get(&row.id.into()).into_iter().flatten();
        let studies = studies.map(|row| row.study_id);
        let publications = publications.get(&row.id.into()).into_iter().flatten();
        let publications = publications.map(|row| row.publication_id);
        let subject = [
            (RatedKind::Study, row.study_id.map(Uuid::from)),
            (RatedKind::Publication, row.publication_id.map(Uuid::from)),
            (RatedKind::Intervention, row.intervention_id.map(Uuid::from)),
        ];
        let subject = subject.into_iter().find_map(|(kind, id)| Some((kind, to.names.of(id?)?)));
        let Some((kind, subject)) = subject else {
            continue;
        };
        sheet.row(|line| {
            line.set("reference", &row.reference);
            if let Some([standard, version]) = to.names.versions.get(&row.version_id.into()) {
                line.set("standard", standard);
                line.set("version", version);
            }
            line.set("subject_kind", kind);
            line.refer("subject", Some(subject));
            line.refer("outcome", row.outcome_id.and_then(|id| to.names.of(id)));
            line.sorted("scores", scores);
            line.sorted("considered_studies", to.names.all(studies));
            line.sorted("considered_publications", to.names.all(publications));
            line.maybe("rationale", row.rationale.as_ref());
            line.maybe("rated_on", row.rated_on);
            shared!(row).fill(line, &to.names, &with);
        })?;
    }
    Ok(())
}
