//! Studies, with their centres, partners, terms, publications, sites and dated status.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    CentreId, ChangeKind, CollaborationId, LocalAuthorityId, PartnerId, ProgrammeId, PublicationId,
    StopReason, StudyDesign, StudyId, StudyRole, StudyStatus, TermId, Vocabulary, shared_with,
    study, study_centre, study_partner, study_publication, study_site, study_status_change,
    study_term, term,
};
use sea_orm::{ConnectionTrait, QueryFilter};
use uuid::Uuid;

use super::undated;
use crate::access::scope;
use crate::error::Result;
use crate::evidence::duplicates;
use crate::record::columns::{Table, Target, Value, columns, sharing_of};
use crate::record::reading::{Child, Listed};
use crate::record::{
    Children, Draft, Fault, Part, Problems, RowOf, SharedDraft, Sharing, Slot, Subject, Wanted,
    Whole, keyed_by, link_parts, parts_before, parts_of, shared_draft,
};
use crate::spelling::sort_key;
use crate::store::Write;

columns! {
    /// What a study should be.
    pub struct StudyDraft, StudyFields STUDY {
        /// Its key.
        slug: String [.key().holds(Value::Slug)],
        /// Its title.
        title: String,
        /// What it asks and does.
        summary: Option<String>,
        /// How it is done.
        design: StudyDesign,
        /// How far it has come.
        status: StudyStatus,
        /// When it begins.
        starts_on: Option<NaiveDate>,
        /// When it ends.
        ends_on: Option<NaiveDate>,
        /// Where it is registered.
        registry: Option<String> [.input("registration.registry")],
        /// Under which number it is registered.
        registration_id: Option<String> [.input("registration.number")],
        /// Where its registration can be read.
        registration_url: Option<String> [.input("registration.url")],
        /// The centre that leads it.
        lead_centre: CentreId,
        /// The other centres that take part.
        collaborating_centres: Vec<CentreId>,
        /// The programme that it belongs to.
        programme: Option<ProgrammeId>,
        /// Its partners.
        partners: Vec<PartnerId>,
        /// The interventions that it names itself.
        interventions: Vec<TermId> [.holds(Value::Many(Target::Intervention))],
        /// The outcomes that it names itself.
        outcomes: Vec<TermId> [.holds(Value::Many(Target::Outcome))],
        /// The populations that it names itself.
        populations: Vec<TermId> [.holds(Value::Many(Target::Population))],
        /// The documents that report it.
        publications: Vec<PublicationId>,
    }
    children {
        /// Its dated status.
        statuses: StatusChangeDraft,
        /// Where it takes place.
        sites: SiteDraft,
    }
    groups {
        /// Who contributes it, and who may see it.
        sharing: Sharing<StudyId>,
    }
}

/// The file of studies.
pub(crate) static STUDIES: Table =
    Table::new("studies", StudyDraft::COLUMNS).of(Target::Study).shared(Value::Same);

columns! {
    /// A change of a study's status.
    pub struct StatusChangeDraft, StatusChangeFields STATUS_CHANGE within { study: StudyId, } {
        /// When it changed.
        on: NaiveDate [.key()],
        /// To what it changed.
        status: StudyStatus,
        /// Why it changed.
        reason: Option<String>,
        /// Of a study that was stopped, what kind of reason it was.
        stop_reason: Option<StopReason>,
    }
}

/// The file of the changes of studies' status.
pub(crate) static STUDY_STATUSES: Table =
    Table::new("study_statuses", StatusChangeDraft::COLUMNS).child(1).input("statusHistory");

impl Listed for StatusChangeDraft {
    const TABLE: &'static Table = &STUDY_STATUSES;
}

impl Child for StatusChangeDraft {
    type Whole = StudyDraft;
    type Part = study_status_change::Entity;

    fn check(&self, problems: &mut Problems) {
        problems.text(STATUS_CHANGE.reason.name(), self.reason.as_ref());
        if self.stop_reason.is_some() && self.status != StudyStatus::Stopped {
            problems.add(
                STATUS_CHANGE.stop_reason.name(),
                Fault::Inconsistent,
                format!(
                    "The status is {}, and only STOPPED has a reason of this kind.",
                    self.status
                ),
                "Empty it, or make the status STOPPED.",
            );
        }
    }

    fn row(&self, whole: Uuid) -> study_status_change::Model {
        let Self { on, status, reason, stop_reason } = self.clone();
        study_status_change::Model { study_id: whole.into(), on, status, reason, stop_reason }
    }

    fn from_row(row: study_status_change::Model) -> Self {
        let study_status_change::Model { study_id: _, on, status, reason, stop_reason } = row;
        Self { on, status, reason, stop_reason }
    }
}

columns! {
    /// A local authority where a study takes place.
    pub struct SiteDraft, SiteFields SITE within { study: StudyId, } {
        /// The authority.
        local_authority: LocalAuthorityId [.key()],
        /// In a stepped wedge, the step at which it starts.
        step: Option<i32>,
        /// When it starts there.
        starts_on: Option<NaiveDate>,
    }
}

/// The file of studies' sites.
pub(crate) static STUDY_SITES: Table =
    Table::new("study_sites", SiteDraft::COLUMNS).child(1).input("sites");

impl Listed for SiteDraft {
    const TABLE: &'static Table = &STUDY_SITES;
}

impl Child for SiteDraft {
    type Whole = StudyDraft;
    type Part = study_site::Entity;

    fn check(&self, problems: &mut Problems) {
        problems.at_least(SITE.step.name(), self.step, 1);
    }

    fn row(&self, whole: Uuid) -> study_site::Model {
        let Self { local_authority: local_authority_id, step, starts_on } = self.clone();
        study_site::Model { study_id: whole.into(), local_authority_id, step, starts_on }
    }

    fn from_row(row: study_site::Model) -> Self {
        let study_site::Model { study_id: _, local_authority_id, step, starts_on } = row;
        Self { local_authority: local_authority_id, step, starts_on }
    }
}

impl StudyDraft {
    /// The terms that it names itself, of all vocabularies.
    fn terms(&self) -> Vec<TermId> {
        [self.interventions.as_slice(), &self.outcomes, &self.populations].concat()
    }

    fn sort_on(&self) -> NaiveDate {
        self.starts_on.or(self.ends_on).unwrap_or_else(undated)
    }
}

impl Draft for StudyDraft {
    type Table = study::Entity;
    type Key = String;
    type Parts = (
        study_centre::Entity,
        study_partner::Entity,
        study_term::Entity,
        study_publication::Entity,
        study_status_change::Entity,
        study_site::Entity,
        shared_with::Entity,
    );

    keyed_by!(study, slug, Slug);
    shared_draft!(study, Study, WriteEvidence);

    async fn from_rows(
        connection: &impl ConnectionTrait,
        rows: &[study::Model],
    ) -> Result<Vec<Self>> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id.into()).collect();
        let (
            mut centres,
            mut partners,
            mut terms,
            mut publications,
            mut statuses,
            mut sites,
            mut with,
        ) = parts_before::<Self>(connection, &ids).await?;
        let named = terms.values().flatten().map(|row| row.term_id);
        let vocabularies = vocabularies(connection, named).await?;
        let draft = |row: &study::Model| {
            let terms = parts_of(&mut terms, row.id);
            let of = |vocabulary: Vocabulary| {
                let ids = terms.iter().map(|row| row.term_id);
                ids.filter(|id| vocabularies.get(id) == Some(&vocabulary)).collect()
            };
            let centres = parts_of(&mut centres, row.id).into_iter();
            let collaborating = centres.filter(|row| row.role == StudyRole::Collaborator);
            let partners = parts_of(&mut partners, row.id).into_iter();
            let publications = parts_of(&mut publications, row.id).into_iter();
            Self {
                slug: row.slug.clone(),
                title: row.title.clone(),
                summary: row.summary.clone(),
                design: row.design,
                status: row.status,
                starts_on: row.starts_on,
                ends_on: row.ends_on,
                registry: row.registry.clone(),
                registration_id: row.registration_id.clone(),
                registration_url: row.registration_url.clone(),
                lead_centre: row.lead_centre,
                collaborating_centres: collaborating.map(|row| row.centre_id).collect(),
                programme: row.programme_id,
                partners: partners.map(|row| row.partner_id).collect(),
                interventions: of(Vocabulary::Intervention),
                outcomes: of(Vocabulary::Outcome),
                populations: of(Vocabulary::Population),
                publications: publications.map(|row| row.publication_id).collect(),
                statuses: Children::from_rows(parts_of(&mut statuses, row.id)),
                sites: Children::from_rows(parts_of(&mut sites, row.id)),
                sharing: sharing_of!(row, parts_of(&mut with, row.id)),
            }
        };
        Ok(rows.iter().map(draft).collect())
    }

    fn row(&self, id: Uuid, before: Option<&study::Model>, now: DateTime<Utc>) -> study::Model {
        let draft = self.clone();
        study::Model {
            id: id.into(),
            title_key: sort_key(&draft.title),
            slug: draft.slug,
            title: draft.title,
            summary: draft.summary,
            design: draft.design,
            status: draft.status,
            starts_on: draft.starts_on,
            ends_on: draft.ends_on,
            sort_on: self.sort_on(),
            registry: draft.registry,
            registration_id: draft.registration_id,
            registration_url: draft.registration_url,
            lead_centre: draft.lead_centre,
            programme_id: draft.programme,
            contributed_by: draft.sharing.contributed_by,
            visibility: draft.sharing.visibility,
            embargoed_until: draft.sharing.embargoed_until,
            version: before.map_or(1, |before| before.version),
            created_at: before.map_or(now, |before| before.created_at),
            updated_at: before.map_or(now, |before| before.updated_at),
            withdrawn_at: draft.sharing.withdrawn_at,
            withdrawal_reason: draft.sharing.withdrawal_reason,
            superseded_by: draft.sharing.superseded_by,
        }
    }

    fn put_in_the_past(row: &mut study::Model) {
        row.title_key = sort_key(&row.title);
    }

    fn check(&self, problems: &mut Problems) {
        problems.slug(STUDY.slug.name(), &self.slug);
        problems.name(STUDY.title.name(), &self.title);
        problems.text(STUDY.summary.name(), self.summary.as_ref());
        problems.in_order(STUDY.ends_on.name(), self.starts_on, self.ends_on);
        problems.short(STUDY.registry.name(), self.registry.as_ref());
        problems.short(STUDY.registration_id.name(), self.registration_id.as_ref());
        problems.address(STUDY.registration_url.name(), self.registration_url.as_ref());
        let mut centres = self.collaborating_centres.clone();
        centres.push(self.lead_centre);
        problems.distinct(STUDY.collaborating_centres.name(), &centres);
        problems.distinct(STUDY.partners.name(), &self.partners);
        problems.distinct(STUDY.interventions.name(), &self.interventions);
        problems.distinct(STUDY.outcomes.name(), &self.outcomes);
        problems.distinct(STUDY.populations.name(), &self.populations);
        problems.distinct(STUDY.publications.name(), &self.publications);
        self.statuses.check(problems, StatusChangeDraft::check);
        self.sites.check(problems, SiteDraft::check);
        self.sharing.check(problems, true);
    }

    /// Names what was kept in the place of publications that were joined.
    async fn prepare(write: &Write, slots: &mut [Slot<Self>]) -> Result<()> {
        let named = slots.iter().flat_map(|slot| slot.draft.publications.iter());
        let kept = duplicates::kept_of(write, named.copied()).await?;
        if kept.is_empty() {
            return Ok(());
        }
        for slot in slots {
            let mut seen = HashSet::new();
            let publications = slot.draft.publications.iter();
            slot.draft.publications = publications
                .map(|id| kept.get(id).copied().unwrap_or(*id))
                .filter(|id| seen.insert(*id))
                .collect();
        }
        Ok(())
    }
}

impl SharedDraft for StudyDraft {
    fn shared_with(&self, _row: &RowOf<Self>) -> Vec<CollaborationId> {
        self.sharing.shared_with.clone()
    }
}

link_parts! {
    study_partner of StudyDraft: study_id, partner_id, "partners", |draft| draft.partners.clone();
    study_term of StudyDraft: study_id, term_id, "terms", StudyDraft::terms;
    study_publication of StudyDraft: study_id, publication_id, "publications", |draft| draft.publications.clone();
}

impl Whole for StudyDraft {
    fn subject_of(row: &study::Model) -> Subject {
        Subject::itself(ChangeKind::Study, row.id)
    }
}

impl Part<StudyDraft> for study_centre::Entity {
    const NAME: &'static str = "centres";

    fn whole(row: &study_centre::Model) -> Uuid {
        row.study_id.into()
    }

    fn wanted(draft: &StudyDraft, row: &study::Model) -> Option<Wanted<study_centre::Model>> {
        let collaborators =
            draft.collaborating_centres.iter().map(|id| (*id, StudyRole::Collaborator));
        let centres = std::iter::once((draft.lead_centre, StudyRole::Lead)).chain(collaborators);
        let (study_id, sort_on) = (row.id, row.sort_on);
        Wanted::exactly(centres.map(|(centre_id, role)| study_centre::Model {
            study_id,
            centre_id,
            role,
            sort_on,
        }))
    }

    fn replaces(new: &study_centre::Model, old: &study_centre::Model) -> bool {
        new.centre_id == old.centre_id
    }
}

impl Part<StudyDraft> for study_status_change::Entity {
    const NAME: &'static str = "statuses";

    fn whole(row: &study_status_change::Model) -> Uuid {
        row.study_id.into()
    }

    fn wanted(
        draft: &StudyDraft,
        row: &study::Model,
    ) -> Option<Wanted<study_status_change::Model>> {
        draft.statuses.wanted(|change| change.row(row.id.into()))
    }

    fn replaces(new: &study_status_change::Model, old: &study_status_change::Model) -> bool {
        new.on == old.on
    }
}

impl Part<StudyDraft> for study_site::Entity {
    const NAME: &'static str = "sites";

    fn whole(row: &study_site::Model) -> Uuid {
        row.study_id.into()
    }

    fn wanted(draft: &StudyDraft, row: &study::Model) -> Option<Wanted<study_site::Model>> {
        draft.sites.wanted(|site| site.row(row.id.into()))
    }

    fn replaces(new: &study_site::Model, old: &study_site::Model) -> bool {
        new.local_authority_id == old.local_authority_id
    }
}

/// The vocabulary of each term.
async fn vocabularies(
    connection: &impl ConnectionTrait,
    terms: impl Iterator<Item = TermId>,
) -> Result<HashMap<TermId, Vocabulary>> {
    let ids: HashSet<Uuid> = terms.map(Uuid::from).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let backend = connection.get_database_backend();
    let terms = scope::network::<term::Entity>()
        .filter(scope::among(backend, term::Column::Id, ids))
        .all(connection)
        .await?;
    Ok(terms.into_iter().map(|term| (term.id, term.vocabulary)).collect())
}
