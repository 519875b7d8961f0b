//! Studies, with their centres, partners, terms, publications, sites and dated status.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    CentreId, ChangeKind, CollaborationId, LocalAuthorityId, PartnerId, ProgrammeId, PublicationId,
    StopReason, StudyDesign, StudyId, StudyRole, StudyStatus, TermId, shared_with, study,
    study_centre, study_partner, study_publication, study_site, study_status_change, study_term,
};
use uuid::Uuid;

use super::undated;
use crate::error::Result;
use crate::evidence::duplicates;
use crate::record::{
    Children, Draft, Fault, Part, Problems, RowOf, SharedDraft, Sharing, Slot, Subject, Wanted,
    Whole, keyed_by, link_parts, shared_draft,
};
use crate::spelling::sort_key;
use crate::store::Write;

/// What a study should be.
#[derive(Clone, Debug)]
pub struct StudyDraft {
    /// Its key.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// What it asks and does.
    pub summary: Option<String>,
    /// How it is done.
    pub design: StudyDesign,
    /// How far it has come.
    pub status: StudyStatus,
    /// When it begins.
    pub starts_on: Option<NaiveDate>,
    /// When it ends.
    pub ends_on: Option<NaiveDate>,
    /// Where it is registered.
    pub registry: Option<String>,
    /// Under which number it is registered.
    pub registration_id: Option<String>,
    /// Where its registration can be read.
    pub registration_url: Option<String>,
    /// The centre that leads it.
    pub lead_centre: CentreId,
    /// The other centres that take part.
    pub collaborating_centres: Vec<CentreId>,
    /// The programme that it belongs to.
    pub programme: Option<ProgrammeId>,
    /// Its partners.
    pub partners: Vec<PartnerId>,
    /// The interventions, outcomes and populations that it names itself.
    pub terms: Vec<TermId>,
    /// The documents that report it.
    pub publications: Vec<PublicationId>,
    /// Its dated status.
    pub statuses: Children<StatusChangeDraft>,
    /// Where it takes place.
    pub sites: Children<SiteDraft>,
    /// Who contributes it, and who may see it.
    pub sharing: Sharing<StudyId>,
}

/// A change of a study's status.
#[derive(Clone, Debug)]
pub struct StatusChangeDraft {
    /// When it changed.
    pub on: NaiveDate,
    /// To what it changed.
    pub status: StudyStatus,
    /// Why it changed.
    pub reason: Option<String>,
    /// Of a study that was stopped, what kind of reason it was.
    pub stop_reason: Option<StopReason>,
}

impl StatusChangeDraft {
    /// What is wrong with it.
    pub fn check(&self, problems: &mut Problems) {
        problems.text("reason", self.reason.as_ref());
        if self.stop_reason.is_some() && self.status != StudyStatus::Stopped {
            problems.add(
                "stop_reason",
                Fault::Inconsistent,
                format!(
                    "The status is {}, and only STOPPED has a reason of this kind.",
                    self.status
                ),
                "Empty it, or make the status STOPPED.",
            );
        }
    }

    pub(crate) fn row(&self, study_id: StudyId) -> study_status_change::Model {
        let Self { on, status, reason, stop_reason } = self.clone();
        study_status_change::Model { study_id, on, status, reason, stop_reason }
    }
}

/// A local authority where a study takes place.
#[derive(Clone, Debug)]
pub struct SiteDraft {
    /// The authority.
    pub local_authority: LocalAuthorityId,
    /// In a stepped wedge, the step at which it starts.
    pub step: Option<i32>,
    /// When it starts there.
    pub starts_on: Option<NaiveDate>,
}

impl SiteDraft {
    /// What is wrong with it.
    pub fn check(&self, problems: &mut Problems) {
        problems.at_least("step", self.step, 1);
    }

    pub(crate) fn row(&self, study_id: StudyId) -> study_site::Model {
        study_site::Model {
            study_id,
            local_authority_id: self.local_authority,
            step: self.step,
            starts_on: self.starts_on,
        }
    }
}

impl StudyDraft {
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
        problems.slug("slug", &self.slug);
        problems.name("title", &self.title);
        problems.text("summary", self.summary.as_ref());
        problems.in_order("ends_on", self.starts_on, self.ends_on);
        problems.short("registry", self.registry.as_ref());
        problems.short("registration_id", self.registration_id.as_ref());
        problems.address("registration_url", self.registration_url.as_ref());
        let mut centres = self.collaborating_centres.clone();
        centres.push(self.lead_centre);
        problems.distinct("collaborating_centres", &centres);
        problems.distinct("partners", &self.partners);
        problems.distinct("interventions", &self.terms);
        problems.distinct("publications", &self.publications);
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
    study_term of StudyDraft: study_id, term_id, "terms", |draft| draft.terms.clone();
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
        draft.statuses.wanted(|change| change.row(row.id))
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
        draft.sites.wanted(|site| site.row(row.id))
    }

    fn replaces(new: &study_site::Model, old: &study_site::Model) -> bool {
        new.local_authority_id == old.local_authority_id
    }
}
