//! The network's files.

use std::collections::HashMap;

use entity::{
    CentreId, Vocabulary, centre, centre_status, engagement, local_authority,
    local_authority_successor, partner, person, person_role, programme, programme_partner, term,
    term_label,
};
use futures::future::BoxFuture;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::Exporter;
use super::names::Named;
use super::sheet::Sheet;
use super::standards;
use crate::access::scope;
use crate::error::Result;
use crate::interchange::bundle::format::{self, Table};

pub(super) async fn write(to: &mut Exporter<'_>) -> Result<()> {
    centres(to).await?;
    people(to).await?;
    local_authorities(to).await?;
    partners(to).await?;
    programmes(to).await?;
    engagements(to).await?;
    terms(to).await?;
    standards::write(to).await
}

impl Exporter<'_> {
    /// Learns the names of what a page refers to.
    pub(super) fn learn<'s>(
        &'s mut self,
        named: Named,
        ids: impl IntoIterator<Item = impl Into<Uuid>>,
    ) -> BoxFuture<'s, Result<()>> {
        let with = (self.connection, self.viewer, self.now);
        let ids: Vec<Uuid> = ids.into_iter().map(Into::into).collect();
        Box::pin(self.names.learn(with, named, ids))
    }

    /// The parts of the things of a page.
    pub(super) fn parts<'s, E: EntityTrait>(
        &'s self,
        whole: E::Column,
        ids: impl IntoIterator<Item = Uuid>,
        whole_of: fn(&E::Model) -> Uuid,
    ) -> BoxFuture<'s, Result<HashMap<Uuid, Vec<E::Model>>>>
    where
        E::Model: Send,
    {
        let backend = self.connection.get_database_backend();
        let select = scope::parts_of_seen::<E>().filter(scope::among(backend, whole, ids));
        Box::pin(async move {
            let rows = select.all(self.connection).await?;
            let mut parts: HashMap<Uuid, Vec<E::Model>> = HashMap::new();
            for row in rows {
                parts.entry(whole_of(&row)).or_default().push(row);
            }
            Ok(parts)
        })
    }

    /// The slugs of all centres in order.
    pub(super) async fn centres(&mut self) -> Result<Vec<centre::Model>> {
        let mut all = scope::network::<centre::Entity>().all(self.connection).await?;
        all.sort_by(|one, other| one.slug.cmp(&other.slug));
        self.learn(Named::Centre, all.iter().map(|centre| centre.id)).await?;
        Ok(all)
    }
}

pub(in super::super) async fn centres(to: &mut Exporter<'_>) -> Result<()> {
    let mut sheet = to.sheet(&format::CENTRES);
    let mut statuses = to.sheet(&format::CENTRE_STATUSES);
    let only = to.only.map(CentreId);
    let mut all = to.centres().await?;
    all.retain(|centre| only.is_none_or(|only| centre.id == only));
    let ids = all.iter().map(|centre| centre.id.into());
    let mut standings = to
        .parts::<centre_status::Entity>(centre_status::Column::CentreId, ids, |row| {
            row.centre_id.into()
        })
        .await?;
    for centre in all {
        sheet.row(|line| {
            line.set("slug", &centre.slug);
            line.set("name", &centre.name);
            line.maybe("short_name", centre.short_name.as_ref());
            line.set("policy_area", &centre.policy_area);
            line.maybe("description", centre.description.as_ref());
            line.maybe("founded", centre.founded.as_ref());
            line.maybe("homepage", centre.homepage.as_ref());
            line.maybe("ror_id", centre.ror_id.as_ref());
            line.refer("successor", centre.successor.and_then(|id| to.names.of(id)));
        })?;
        let mut of_centre = standings.remove(&centre.id.into()).unwrap_or_default();
        of_centre.sort_by(|one, other| one.since.cmp(&other.since));
        for standing in of_centre {
            statuses.row(|line| {
                line.set("centre", &centre.slug);
                line.set("since", standing.since);
                line.set("status", standing.status);
                line.maybe("until", standing.until);
                line.maybe("note", standing.note);
            })?;
        }
    }
    to.close(sheet)?;
    to.close(statuses)
}

pub(in super::super) async fn people(to: &mut Exporter<'_>) -> Result<()> {
    let mut sheet = to.sheet(&format::PEOPLE);
    let mut roles = to.sheet(&format::PERSON_ROLES);
    let mut after: Option<String> = None;
    loop {
        let select = scope::network::<person::Entity>();
        let page = to.page(select, person::Column::Slug, after.as_deref()).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.slug.clone());
        let superseding = page.iter().filter_map(|person| person.superseded_by);
        to.learn(Named::Person, superseding).await?;
        let ids = page.iter().map(|person| person.id.into());
        let mut of_page = to
            .parts::<person_role::Entity>(person_role::Column::PersonId, ids, |row| {
                row.person_id.into()
            })
            .await?;
        for person in page {
            sheet.row(|line| {
                line.set("slug", &person.slug);
                line.set("name", &person.name);
                line.maybe("orcid", person.orcid.as_ref());
                line.withdrawal(
                    person.withdrawn_at,
                    person.withdrawal_reason.as_ref(),
                    person.superseded_by.and_then(|id| to.names.of(id)),
                );
            })?;
            let mut of_person: Vec<_> = of_page
                .remove(&person.id.into())
                .unwrap_or_default()
                .into_iter()
                .filter_map(|role| Some((to.names.of(role.centre_id)?, role)))
                .collect();
            of_person.sort_by(|(one, a), (other, b)| {
                (one, &a.title, &a.since).cmp(&(other, &b.title, &b.since))
            });
            for (centre, role) in of_person {
                roles.row(|line| {
                    line.set("person", &person.slug);
                    line.refer("centre", Some(centre));
                    line.set("title", role.title);
                    line.set("since", role.since);
                    line.maybe("until", role.until);
                })?;
            }
        }
    }
    to.close(sheet)?;
    to.close(roles)
}

pub(in super::super) async fn local_authorities(to: &mut Exporter<'_>) -> Result<()> {
    let mut sheet = to.sheet(&format::LOCAL_AUTHORITIES);
    let mut after: Option<String> = None;
    loop {
        let select = scope::network::<local_authority::Entity>();
        let page = to.page(select, local_authority::Column::GssCode, after.as_deref()).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.gss_code.clone());
        let superseding = page.iter().filter_map(|authority| authority.superseded_by);
        to.learn(Named::LocalAuthority, superseding).await?;
        let ids = page.iter().map(|authority| authority.id.into());
        let successors = to
            .parts::<local_authority_successor::Entity>(
                local_authority_successor::Column::LocalAuthorityId,
                ids,
                |row| row.local_authority_id.into(),
            )
            .await?;
        let named = successors.values().flatten().map(|row| row.successor_id);
        to.learn(Named::LocalAuthority, named).await?;
        for authority in page {
            let successors = successors.get(&authority.id.into()).into_iter().flatten();
            let successors = to.names.all(successors.map(|row| row.successor_id));
            sheet.row(|line| {
                line.set("gss_code", authority.gss_code);
                line.set("name", authority.name);
                line.maybe("official_name", authority.official_name);
                line.set("country", authority.country);
                line.maybe("region", authority.region);
                line.maybe("authority_type", authority.authority_type);
                line.maybe("dfe_number", authority.dfe_number);
                line.maybe("established", authority.established);
                line.maybe("abolished", authority.abolished);
                line.sorted("successors", successors);
                line.withdrawal(
                    authority.withdrawn_at,
                    authority.withdrawal_reason.as_ref(),
                    authority.superseded_by.and_then(|id| to.names.of(id)),
                );
            })?;
        }
    }
    to.close(sheet)
}

pub(in super::super) async fn partners(to: &mut Exporter<'_>) -> Result<()> {
    let mut sheet = to.sheet(&format::PARTNERS);
    let mut after: Option<String> = None;
    loop {
        let select = scope::network::<partner::Entity>();
        let page = to.page(select, partner::Column::Slug, after.as_deref()).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.slug.clone());
        let superseding = page.iter().filter_map(|partner| partner.superseded_by);
        to.learn(Named::Partner, superseding).await?;
        for partner in page {
            sheet.row(|line| {
                line.set("slug", partner.slug);
                line.set("name", partner.name);
                line.maybe("kind", partner.kind);
                line.maybe("homepage", partner.homepage);
                line.withdrawal(
                    partner.withdrawn_at,
                    partner.withdrawal_reason.as_ref(),
                    partner.superseded_by.and_then(|id| to.names.of(id)),
                );
            })?;
        }
    }
    to.close(sheet)
}

pub(in super::super) async fn programmes(to: &mut Exporter<'_>) -> Result<()> {
    let mut sheet = to.sheet(&format::PROGRAMMES);
    let mut after: Option<String> = None;
    loop {
        let select = scope::network::<programme::Entity>();
        let page = to.page(select, programme::Column::Slug, after.as_deref()).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.slug.clone());
        let superseding = page.iter().filter_map(|programme| programme.superseded_by);
        to.learn(Named::Programme, superseding).await?;
        let ids = page.iter().map(|programme| programme.id.into());
        let partners = to
            .parts::<programme_partner::Entity>(
                programme_partner::Column::ProgrammeId,
                ids,
                |row| row.programme_id.into(),
            )
            .await?;
        to.learn(Named::Partner, partners.values().flatten().map(|row| row.partner_id)).await?;
        for programme in page {
            let partners = partners.get(&programme.id.into()).into_iter().flatten();
            let partners = to.names.all(partners.map(|row| row.partner_id));
            sheet.row(|line| {
                line.set("slug", programme.slug);
                line.set("title", programme.title);
                line.maybe("summary", programme.summary);
                line.refer("lead_centre", to.names.of(programme.lead_centre));
                line.sorted("partners", partners);
                line.maybe("started", programme.started);
                line.maybe("ended", programme.ended);
                line.maybe("homepage", programme.homepage);
                line.maybe("studies_stated", programme.studies_stated);
                line.maybe("partners_stated", programme.partners_stated);
                line.maybe("local_authorities_stated", programme.local_authorities_stated);
                line.withdrawal(
                    programme.withdrawn_at,
                    programme.withdrawal_reason.as_ref(),
                    programme.superseded_by.and_then(|id| to.names.of(id)),
                );
            })?;
        }
    }
    to.close(sheet)
}

pub(in super::super) async fn engagements(to: &mut Exporter<'_>) -> Result<()> {
    let mut sheet = to.sheet(&format::ENGAGEMENTS);
    for centre in to.centres().await? {
        let mut after: Option<String> = None;
        loop {
            let select = scope::network::<engagement::Entity>()
                .filter(engagement::Column::CentreId.eq(centre.id));
            let page = to.page(select, engagement::Column::Reference, after.as_deref()).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.reference.clone());
            to.learn(Named::LocalAuthority, page.iter().map(|row| row.local_authority_id)).await?;
            for engagement in page {
                sheet.row(|line| {
                    line.set("centre", &centre.slug);
                    line.set("reference", engagement.reference);
                    line.refer("local_authority", to.names.of(engagement.local_authority_id));
                    line.set("kind", engagement.kind);
                    line.maybe("summary", engagement.summary);
                    line.maybe("started", engagement.started);
                    line.maybe("ended", engagement.ended);
                    let reason = engagement.withdrawal_reason.as_ref();
                    line.withdrawal(engagement.withdrawn_at, reason, None);
                })?;
            }
        }
    }
    to.close(sheet)
}

pub(in super::super) async fn terms(to: &mut Exporter<'_>) -> Result<()> {
    let mut labels = to.sheet(&format::TERM_LABELS);
    for vocabulary in Vocabulary::ALL.iter().copied() {
        let table: &'static Table = match vocabulary {
            Vocabulary::Intervention => &format::INTERVENTIONS,
            Vocabulary::Outcome => &format::OUTCOMES,
            Vocabulary::Population => &format::POPULATIONS,
        };
        vocabulary_file(to, vocabulary, table, &mut labels).await?;
    }
    to.close(labels)
}

async fn vocabulary_file(
    to: &mut Exporter<'_>,
    vocabulary: Vocabulary,
    table: &'static Table,
    labels: &mut Sheet,
) -> Result<()> {
    let mut sheet = to.sheet(table);
    let mut after: Option<String> = None;
    loop {
        let select =
            scope::network::<term::Entity>().filter(term::Column::Vocabulary.eq(vocabulary));
        let page = to.page(select, term::Column::Slug, after.as_deref()).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.slug.clone());
        let others = page.iter().flat_map(|term| [term.broader, term.superseded_by]);
        to.learn(Named::Term, others.flatten()).await?;
        let ids = page.iter().map(|term| term.id.into());
        let mut of_page = to
            .parts::<term_label::Entity>(term_label::Column::TermId, ids, |row| row.term_id.into())
            .await?;
        for term in page {
            let synonyms = term.synonyms.as_array().into_iter().flatten();
            let synonyms = synonyms.filter_map(|text| Some(text.as_str()?.to_owned()));
            sheet.row(|line| {
                line.set("slug", &term.slug);
                line.set("name", &term.name);
                line.maybe("description", term.description.as_ref());
                line.refer("broader", term.broader.and_then(|id| to.names.of(id)));
                line.refer("owner", term.owner.and_then(|id| to.names.of(id)));
                line.listed("synonyms", synonyms);
                line.withdrawal(
                    term.withdrawn_at,
                    term.withdrawal_reason.as_ref(),
                    term.superseded_by.and_then(|id| to.names.of(id)),
                );
            })?;
            let mut of_term: Vec<_> = of_page
                .remove(&term.id.into())
                .unwrap_or_default()
                .into_iter()
                .filter_map(|label| Some((to.names.of(label.centre_id)?, label.label)))
                .collect();
            of_term.sort();
            for (centre, label) in of_term {
                labels.row(|line| {
                    line.set("vocabulary", vocabulary);
                    line.set("term", &term.slug);
                    line.refer("centre", Some(centre));
                    line.set("label", label);
                })?;
            }
        }
    }
    to.close(sheet)
}
