//! The files of studies, and of what belongs to them.

use std::collections::{HashMap, HashSet};

use entity::{
    StudyRole, TermId, Vocabulary, finding, study, study_centre, study_partner, study_publication,
    study_site, study_status_change, study_term, term,
};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};
use uuid::Uuid;

use super::Exporter;
use super::names::Named;
use super::shared::shared;
use super::sheet::Sheet;
use crate::access::scope;
use crate::error::Result;
use crate::interchange::bundle::format;

/// The files of studies, and of what belongs to them.
struct Studies {
    studies: Sheet,
    statuses: Sheet,
    sites: Sheet,
    findings: Sheet,
}

pub(in super::super) async fn write(to: &mut Exporter<'_>) -> Result<()> {
    let mut sheets = Studies {
        studies: to.sheet(&format::STUDIES),
        statuses: to.sheet(&format::STUDY_STATUSES),
        sites: to.sheet(&format::STUDY_SITES),
        findings: to.sheet(&format::FINDINGS),
    };
    // Of one study its findings are things of their own.
    let to_all = to.only.is_none();
    let mut after: Option<String> = None;
    loop {
        to.renew_names().await?;
        let select = scope::shared::<study::Entity>(to.viewer, to.now);
        let page = to.page(select, study::Column::Slug, after.as_deref()).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.slug.clone());
        study_rows(to, &mut sheets.studies, &page).await?;
        status_rows(to, &mut sheets.statuses, &page).await?;
        site_rows(to, &mut sheets.sites, &page).await?;
        // Findings are many to a study: fewer studies at a time keep the memory flat.
        for some in page.chunks(50).filter(|_| to_all) {
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
    to.learn(Named::Study, page.iter().filter_map(|row| row.superseded_by)).await?;
    to.learn(Named::Programme, page.iter().filter_map(|row| row.programme_id)).await?;
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
    to.learn(Named::Partner, partners.values().flatten().map(|row| row.partner_id)).await?;
    let publications = to
        .parts::<study_publication::Entity>(study_publication::Column::StudyId, ids(), |row| {
            row.study_id.into()
        })
        .await?;
    to.learn(Named::Publication, publications.values().flatten().map(|row| row.publication_id))
        .await?;
    let terms = to
        .parts::<study_term::Entity>(study_term::Column::StudyId, ids(), |row| row.study_id.into())
        .await?;
    to.learn(Named::Term, terms.values().flatten().map(|row| row.term_id)).await?;
    let vocabularies = vocabularies(to, terms.values().flatten().map(|row| row.term_id)).await?;

    for row in page {
        let id = Uuid::from(row.id);
        let of_vocabulary = |vocabulary: Vocabulary| {
            let terms = terms.get(&id).into_iter().flatten().map(|row| row.term_id);
            to.names.all(terms.filter(|term| vocabularies.get(term) == Some(&vocabulary)))
        };
        let collaborators = centres.get(&id).into_iter().flatten();
        let collaborators = collaborators.filter(|centre| centre.role == StudyRole::Collaborator);
        let partners = partners.get(&id).into_iter().flatten().map(|row| row.partner_id);
        let publications =
            publications.get(&id).into_iter().flatten().map(|row| row.publication_id);
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
            line.refer("lead_centre", to.names.of(row.lead_centre));
            line.sorted(
                "collaborating_centres",
                to.names.all(collaborators.map(|row| row.centre_id)),
            );
            line.refer("programme", row.programme_id.and_then(|id| to.names.of(id)));
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

/// Writes the one finding that is to be written.
pub(in super::super) async fn finding(to: &mut Exporter<'_>) -> Result<()> {
    let select = scope::shared::<finding::Entity>(to.viewer, to.now);
    let Some(row) = to.only_one(select).one(to.connection).await? else {
        return Ok(());
    };
    let studies = scope::shared::<study::Entity>(to.viewer, to.now)
        .filter(study::Column::Id.eq(row.study_id))
        .all(to.connection)
        .await?;
    let mut sheet = to.sheet(&format::FINDINGS);
    finding_rows(to, &mut sheet, &studies).await?;
    to.close(sheet)
}

async fn vocabularies(
    to: &Exporter<'_>,
    terms: impl Iterator<Item = TermId>,
) -> Result<HashMap<TermId, Vocabulary>> {
    let backend = to.connection.get_database_backend();
    let ids: HashSet<Uuid> = terms.map(Uuid::from).collect();
    let terms = scope::network::<term::Entity>()
        .filter(scope::among(backend, term::Column::Id, ids))
        .all(to.connection)
        .await?;
    Ok(terms.into_iter().map(|term| (term.id, term.vocabulary)).collect())
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
                line.maybe("stop_reason", change.stop_reason);
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
    to.learn(Named::LocalAuthority, of_page.values().flatten().map(|row| row.local_authority_id))
        .await?;
    for study in page {
        let mut of_study: Vec<_> = of_page
            .remove(&study.id.into())
            .unwrap_or_default()
            .into_iter()
            .filter_map(|site| Some((to.names.of(site.local_authority_id)?, site)))
            .collect();
        of_study.sort_by(|(one, _), (other, _)| one.cmp(other));
        for (authority, site) in of_study {
            sheet.row(|line| {
                line.set("study", &study.slug);
                line.refer("local_authority", Some(authority));
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
    let findings = scope::shared::<finding::Entity>(to.viewer, to.now).filter(scope::among(
        backend,
        finding::Column::StudyId,
        ids,
    ));
    let findings = to.only_one(findings).all(to.connection).await?;
    let slugs: HashMap<_, _> =
        studies.iter().map(|study| (study.id, study.slug.as_str())).collect();
    let mut findings: Vec<_> =
        findings.into_iter().filter_map(|row| Some((*slugs.get(&row.study_id)?, row))).collect();
    findings.sort_by(|(one, a), (other, b)| (one, &a.reference).cmp(&(other, &b.reference)));

    let rows = || findings.iter().map(|(_, row)| row);
    let with = to.shared_with(rows().map(|row| row.id.into())).await?;
    to.learn(Named::Finding, rows().filter_map(|row| row.superseded_by)).await?;
    to.learn(Named::Publication, rows().filter_map(|row| row.publication_id)).await?;
    let terms =
        rows().flat_map(|row| [row.intervention_id, Some(row.outcome_id), row.population_id]);
    to.learn(Named::Term, terms.flatten()).await?;
    for (study, row) in &findings {
        sheet.row(|line| {
            line.set("study", study);
            line.set("reference", &row.reference);
            line.refer("publication", row.publication_id.and_then(|id| to.names.of(id)));
            line.refer("intervention", row.intervention_id.and_then(|id| to.names.of(id)));
            line.maybe("comparator", row.comparator.as_ref());
            line.refer("outcome", to.names.of(row.outcome_id));
            line.maybe("outcome_detail", row.outcome_detail.as_ref());
            line.refer("population", row.population_id.and_then(|id| to.names.of(id)));
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
