//! The files of what centres share.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{
    CentreId, RatedKind, StudyRole, TermId, Visibility, Vocabulary, collaboration,
    collaboration_member, finding, publication, publication_author, rating, rating_score,
    shared_with, study, study_centre, study_partner, study_publication, study_site,
    study_status_change, study_term, term,
};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};
use uuid::Uuid;

use super::Exporter;
use super::names::{Named, Names};
use super::sheet::{Line, Sheet};
use crate::access::scope;
use crate::error::Result;
use crate::interchange::bundle::format;

pub(super) async fn write(to: &mut Exporter<'_>) -> Result<()> {
    collaborations(to).await?;
    publications(to).await?;
    studies(to).await?;
    ratings(to).await
}

/// The columns that all shared things have.
struct Shared<'m> {
    id: Uuid,
    contributed_by: CentreId,
    visibility: Visibility,
    embargoed_until: Option<DateTime<Utc>>,
    withdrawn_at: Option<DateTime<Utc>>,
    withdrawal_reason: Option<&'m String>,
    superseded_by: Option<Uuid>,
}

macro_rules! shared {
    ($row:expr) => {
        Shared {
            id: $row.id.into(),
            contributed_by: $row.contributed_by,
            visibility: $row.visibility,
            embargoed_until: $row.embargoed_until,
            withdrawn_at: $row.withdrawn_at,
            withdrawal_reason: $row.withdrawal_reason.as_ref(),
            superseded_by: $row.superseded_by.map(Uuid::from),
        }
    };
}

type SharedWith = HashMap<Uuid, Vec<shared_with::Model>>;

impl Shared<'_> {
    fn fill(&self, line: &mut Line<'_>, names: &Names, shared_with: &SharedWith) {
        let with = || {
            let rows = shared_with.get(&self.id).into_iter().flatten();
            rows.map(|row| Uuid::from(row.collaboration_id))
        };
        // A collaboration is always shared with itself, which needs no saying.
        let is_its_own = with().any(|id| id == self.id);
        let with = names.all(with().filter(|id| *id != self.id));
        let visibility = match self.visibility {
            // Whoever contributes a thing sees it, though perhaps not whom it is shared with.
            Visibility::Collaboration if with.is_empty() && !is_its_own => Visibility::Centre,
            visibility => visibility,
        };
        line.maybe("contributed_by", names.of(self.contributed_by));
        line.set("visibility", visibility);
        line.sorted("shared_with", with);
        line.time("embargoed_until", self.embargoed_until);
        line.time("withdrawn_at", self.withdrawn_at);
        line.maybe("withdrawal_reason", self.withdrawal_reason);
        line.maybe(
            "superseded_by",
            self.superseded_by.and_then(|id| names.of(id)),
        );
    }
}

impl Exporter<'_> {
    async fn shared_with(&mut self, ids: impl IntoIterator<Item = Uuid>) -> Result<SharedWith> {
        let with = self
            .parts::<shared_with::Entity>(shared_with::Column::ThingId, ids, |row| row.thing_id)
            .await?;
        self.learn(
            Named::Collaboration,
            with.values().flatten().map(|row| row.collaboration_id),
        )
        .await?;
        Ok(with)
    }
}

async fn collaborations(to: &mut Exporter<'_>) -> Result<()> {
    let mut sheet = to.sheet(&format::COLLABORATIONS);
    let mut after: Option<String> = None;
    loop {
        let select = scope::shared::<collaboration::Entity>(to.viewer, to.now);
        let page = to
            .page(select, collaboration::Column::Slug, after.as_deref())
            .await?;
        let Some(last) = page.last() else { break };
        after = Some(last.slug.clone());
        let ids = || page.iter().map(|row| Uuid::from(row.id));
        let with = to.shared_with(ids()).await?;
        to.learn(
            Named::Collaboration,
            page.iter().filter_map(|row| row.superseded_by),
        )
        .await?;
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

async fn publications(to: &mut Exporter<'_>) -> Result<()> {
    let mut sheet = to.sheet(&format::PUBLICATIONS);
    let mut authors = to.sheet(&format::PUBLICATION_AUTHORS);
    let mut after: Option<String> = None;
    loop {
        to.renew_names().await?;
        let select = scope::shared::<publication::Entity>(to.viewer, to.now);
        let page = to
            .page(select, publication::Column::Slug, after.as_deref())
            .await?;
        let Some(last) = page.last() else { break };
        after = Some(last.slug.clone());
        let ids = || page.iter().map(|row| Uuid::from(row.id));
        let with = to.shared_with(ids()).await?;
        to.learn(
            Named::Publication,
            page.iter().filter_map(|row| row.superseded_by),
        )
        .await?;
        let mut of_page = to
            .parts::<publication_author::Entity>(
                publication_author::Column::PublicationId,
                ids(),
                |row| row.publication_id.into(),
            )
            .await?;
        to.learn(
            Named::Person,
            of_page.values().flatten().filter_map(|row| row.person_id),
        )
        .await?;
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
                    line.maybe("person", author.person_id.and_then(|id| to.names.of(id)));
                })?;
            }
        }
    }
    to.close(sheet)?;
    to.close(authors)
}

/// The files of studies, and of what belongs to them.
struct Studies {
    studies: Sheet,
    statuses: Sheet,
    sites: Sheet,
    findings: Sheet,
}

async fn studies(to: &mut Exporter<'_>) -> Result<()> {
    let mut sheets = Studies {
        studies: to.sheet(&format::STUDIES),
        statuses: to.sheet(&format::STUDY_STATUSES),
        sites: to.sheet(&format::STUDY_SITES),
        findings: to.sheet(&format::FINDINGS),
    };
    let mut after: Option<String> = None;
    loop {
        to.renew_names().await?;
        let select = scope::shared::<study::Entity>(to.viewer, to.now);
        let page = to
            .page(select, study::Column::Slug, after.as_deref())
            .await?;
        let Some(last) = page.last() else { break };
        after = Some(last.slug.clone());
        study_rows(to, &mut sheets.studies, &page).await?;
        status_rows(to, &mut sheets.statuses, &page).await?;
        site_rows(to, &mut sheets.sites, &page).await?;
        // Findings are many to a study: fewer studies at a time keep the memory flat.
        for some in page.chunks(50) {
            finding_rows(to, &mut sheets.findings, some).await?;
        }
    }
    to.close(sheets.studies)?;
    to.close(sheets.statuses)?;
    to.close(sheets.sites)?;
    to.close(sheets.findings)
}

async fn study_rows(to: &mut Exporter<'_>, sheet: &mut Sheet, page: &[study::Model]) -> Result<()> {
    let ids = || page.iter().map(|row| Uuid::from(row.id));
    let with = to.shared_with(ids()).await?;
    to.learn(
        Named::Study,
        page.iter().filter_map(|row| row.superseded_by),
    )
    .await?;
    to.learn(
        Named::Programme,
        page.iter().filter_map(|row| row.programme_id),
    )
    .await?;
    let centres = to
        .parts::<study_centre::Entity>(study_centre::Column::StudyId, ids(), |row| {
            row.study_id.into()
        })
        .await?;
    let partners = to
        .parts::<study_partner::Entity>(study_partner::Column::StudyId, ids(), |row| {
            row.study_id.into()
        })
        .await?;
    to.learn(
        Named::Partner,
        partners.values().flatten().map(|row| row.partner_id),
    )
    .await?;
    let publications = to
        .parts::<study_publication::Entity>(study_publication::Column::StudyId, ids(), |row| {
            row.study_id.into()
        })
        .await?;
    to.learn(
        Named::Publication,
        publications
            .values()
            .flatten()
            .map(|row| row.publication_id),
    )
    .await?;
    let terms = to
        .parts::<study_term::Entity>(study_term::Column::StudyId, ids(), |row| {
            row.study_id.into()
        })
        .await?;
    to.learn(Named::Term, terms.values().flatten().map(|row| row.term_id))
        .await?;
    let vocabularies = vocabularies(to, terms.values().flatten().map(|row| row.term_id)).await?;

    for row in page {
        let id = Uuid::from(row.id);
        let of_vocabulary = |vocabulary: Vocabulary| {
            let terms = terms.get(&id).into_iter().flatten().map(|row| row.term_id);
            to.names
                .all(terms.filter(|term| vocabularies.get(term) == Some(&vocabulary)))
        };
        let collaborators = centres.get(&id).into_iter().flatten();
        let collaborators = collaborators.filter(|centre| centre.role == StudyRole::Collaborator);
        let partners = partners
            .get(&id)
            .into_iter()
            .flatten()
            .map(|row| row.partner_id);
        let publications = publications
            .get(&id)
            .into_iter()
            .flatten()
            .map(|row| row.publication_id);
        sheet.row(|line| {
            line.set("slug", &row.slug);
            line.set("title", &row.title);
            line.maybe("summary", row.summary.as_ref());
            line.set("design", row.design);
            line.set("status", row.status);
            line.maybe("starts_on", row.starts_on);
            line.maybe("ends_on", row.ends_on);
            line.maybe("registry", row.registry.as_ref());
            line.maybe("registration_id", row.registration_id.as_ref());
            line.maybe("registration_url", row.registration_url.as_ref());
            line.maybe("lead_centre", to.names.of(row.lead_centre));
            line.sorted(
                "collaborating_centres",
                to.names.all(collaborators.map(|row| row.centre_id)),
            );
            line.maybe("programme", row.programme_id.and_then(|id| to.names.of(id)));
            line.sorted("partners", to.names.all(partners));
            line.sorted("interventions", of_vocabulary(Vocabulary::Intervention));
            line.sorted("outcomes", of_vocabulary(Vocabulary::Outcome));
            line.sorted("populations", of_vocabulary(Vocabulary::Population));
            line.sorted("publications", to.names.all(publications));
            shared!(row).fill(line, &to.names, &with);
        })?;
    }
    Ok(())
}

async fn vocabularies(
    to: &Exporter<'_>,
    terms: impl Iterator<Item = TermId>,
) -> Result<HashMap<TermId, Vocabulary>> {
    let backend = to.connection.get_database_backend();
    let ids: std::collections::HashSet<Uuid> = terms.map(Uuid::from).collect();
    let terms = scope::network::<term::Entity>()
        .filter(scope::among(backend, term::Column::Id, ids))
        .all(&to.connection)
        .await?;
    Ok(terms
        .into_iter()
        .map(|term| (term.id, term.vocabulary))
        .collect())
}

async fn status_rows(to: &Exporter<'_>, sheet: &mut Sheet, page: &[study::Model]) -> Result<()> {
    let ids = page.iter().map(|row| Uuid::from(row.id));
    let mut of_page = to
        .parts::<study_status_change::Entity>(study_status_change::Column::StudyId, ids, |row| {
            row.study_id.into()
        })
        .await?;
    for study in page {
        let mut of_study = of_page.remove(&study.id.into()).unwrap_or_default();
        of_study.sort_by_key(|change| change.on);
        for change in of_study {
            sheet.row(|line| {
                line.set("study", &study.slug);
                line.set("on", change.on);
                line.set("status", change.status);
                line.maybe("reason", change.reason);
            })?;
        }
    }
    Ok(())
}

async fn site_rows(to: &mut Exporter<'_>, sheet: &mut Sheet, page: &[study::Model]) -> Result<()> {
    let ids = page.iter().map(|row| Uuid::from(row.id));
    let mut of_page = to
        .parts::<study_site::Entity>(study_site::Column::StudyId, ids, |row| row.study_id.into())
        .await?;
    to.learn(
        Named::LocalAuthority,
        of_page.values().flatten().map(|row| row.local_authority_id),
    )
    .await?;
    for study in page {
        let mut of_study: Vec<_> = of_page
            .remove(&study.id.into())
            .unwrap_or_default()
            .into_iter()
            .filter_map(|site| Some((to.names.of(site.local_authority_id)?, site)))
            .collect();
        of_study.sort_by_key(|(gss_code, _)| *gss_code);
        for (gss_code, site) in of_study {
            sheet.row(|line| {
                line.set("study", &study.slug);
                line.set("local_authority", gss_code);
                line.maybe("step", site.step);
                line.maybe("starts_on", site.starts_on);
            })?;
        }
    }
    Ok(())
}

async fn finding_rows(
    to: &mut Exporter<'_>,
    sheet: &mut Sheet,
    studies: &[study::Model],
) -> Result<()> {
    let backend = to.connection.get_database_backend();
    let ids = studies.iter().map(|study| Uuid::from(study.id));
    let findings = scope::shared::<finding::Entity>(to.viewer, to.now)
        .filter(scope::among(backend, finding::Column::StudyId, ids))
        .all(&to.connection)
        .await?;
    let slugs: HashMap<_, _> = studies
        .iter()
        .map(|study| (study.id, study.slug.as_str()))
        .collect();
    let mut findings: Vec<_> = findings
        .into_iter()
        .filter_map(|row| Some((*slugs.get(&row.study_id)?, row)))
        .collect();
    findings.sort_by(|(one, a), (other, b)| (one, &a.reference).cmp(&(other, &b.reference)));

    let rows = || findings.iter().map(|(_, row)| row);
    let with = to.shared_with(rows().map(|row| row.id.into())).await?;
    to.learn(Named::Finding, rows().filter_map(|row| row.superseded_by))
        .await?;
    to.learn(
        Named::Publication,
        rows().filter_map(|row| row.publication_id),
    )
    .await?;
    let terms =
        rows().flat_map(|row| [row.intervention_id, Some(row.outcome_id), row.population_id]);
    to.learn(Named::Term, terms.flatten()).await?;
    for (study, row) in &findings {
        sheet.row(|line| {
            line.set("study", study);
            line.set("reference", &row.reference);
            line.maybe(
                "publication",
                row.publication_id.and_then(|id| to.names.of(id)),
            );
            line.maybe(
                "intervention",
                row.intervention_id.and_then(|id| to.names.of(id)),
            );
            line.maybe("comparator", row.comparator.as_ref());
            line.maybe("outcome", to.names.of(row.outcome_id));
            line.maybe("outcome_detail", row.outcome_detail.as_ref());
            line.maybe(
                "population",
                row.population_id.and_then(|id| to.names.of(id)),
            );
            line.set("measure", row.measure);
            line.set("estimate", row.estimate);
            line.maybe("standard_error", row.standard_error);
            line.maybe("interval_level", row.interval_level);
            line.maybe("interval_lower", row.interval_lower);
            line.maybe("interval_upper", row.interval_upper);
            line.maybe("participants_intervention", row.participants_intervention);
            line.maybe("participants_comparison", row.participants_comparison);
            line.maybe("participants_total", row.participants_total);
            line.maybe("clusters", row.clusters);
            line.maybe("time_point", row.time_point.as_ref());
            line.maybe("subgroup", row.subgroup.as_ref());
            line.maybe("risk_of_bias", row.risk_of_bias);
            shared!(row).fill(line, &to.names, &with);
        })?;
    }
    Ok(())
}

async fn ratings(to: &mut Exporter<'_>) -> Result<()> {
    let mut sheet = to.sheet(&format::RATINGS);
    for centre in to.centres().await? {
        let mut after: Option<String> = None;
        loop {
            to.renew_names().await?;
            let select = scope::shared::<rating::Entity>(to.viewer, to.now)
                .filter(rating::Column::ContributedBy.eq(centre.id));
            let page = to
                .page(select, rating::Column::Reference, after.as_deref())
                .await?;
            let Some(last) = page.last() else { break };
            after = Some(last.reference.clone());
            rating_rows(to, &mut sheet, &page).await?;
        }
    }
    to.close(sheet)
}

async fn rating_rows(
    to: &mut Exporter<'_>,
    sheet: &mut Sheet,
    page: &[rating::Model],
) -> Result<()> {
    let ids = || page.iter().map(|row| Uuid::from(row.id));
    let with = to.shared_with(ids()).await?;
    to.learn(
        Named::Rating,
        page.iter().filter_map(|row| row.superseded_by),
    )
    .await?;
    to.learn(Named::Study, page.iter().filter_map(|row| row.study_id))
        .await?;
    to.learn(
        Named::Publication,
        page.iter().filter_map(|row| row.publication_id),
    )
    .await?;
    to.learn(
        Named::Term,
        page.iter().filter_map(|row| row.intervention_id),
    )
    .await?;
    let scores = to
        .parts::<rating_score::Entity>(rating_score::Column::RatingId, ids(), |row| {
            row.rating_id.into()
        })
        .await?;
    for row in page {
        let scores = scores.get(&row.id.into()).into_iter().flatten();
        let scores = scores.filter_map(|score| {
            let [_, _, dimension, level] = to.names.levels.get(&score.level_id.into())?;
            Some(format!("{dimension}={level}"))
        });
        let scores: Vec<String> = scores.collect();
        let subject = [
            (RatedKind::Study, row.study_id.map(Uuid::from)),
            (RatedKind::Publication, row.publication_id.map(Uuid::from)),
            (RatedKind::Intervention, row.intervention_id.map(Uuid::from)),
        ];
        let subject = subject
            .into_iter()
            .find_map(|(kind, id)| Some((kind, to.names.of(id?)?)));
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
            line.set("subject", subject);
            line.sorted("scores", scores);
            line.maybe("rationale", row.rationale.as_ref());
            line.maybe("rated_on", row.rated_on);
            shared!(row).fill(line, &to.names, &with);
        })?;
    }
    Ok(())
}
