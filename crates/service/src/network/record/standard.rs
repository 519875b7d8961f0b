//! Evidence standards, and their versions.

use chrono::{DateTime, Utc};
use entity::{CentreId, ChangeKind, PartialDate, StandardId, evidence_standard, standard_version};
use uuid::Uuid;

use crate::record::{
    Draft, Problems, Standing, Subject, can_be_withdrawn, keyed_by, keyed_within, of_the_network,
};

/// What an evidence standard should be.
#[derive(Clone, Debug)]
pub struct StandardDraft {
    /// Its key.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The centre that keeps it.
    pub owner: Option<CentreId>,
    /// Where it is published.
    pub homepage: Option<String>,
    /// What it rates, and how.
    pub description: Option<String>,
    /// Whether it still stands.
    pub standing: Standing<StandardId>,
}

impl Draft for StandardDraft {
    type Table = evidence_standard::Entity;
    type Key = String;
    type Parts = ();

    keyed_by!(evidence_standard, slug, Slug);
    of_the_network!(evidence_standard, EvidenceStandard);
    can_be_withdrawn!(evidence_standard superseded);

    fn row(
        &self,
        id: Uuid,
        _before: Option<&evidence_standard::Model>,
        _now: DateTime<Utc>,
    ) -> evidence_standard::Model {
        let Self { slug, name, owner, homepage, description, standing } = self.clone();
        evidence_standard::Model {
            id: id.into(),
            slug,
            name,
            owner,
            homepage,
            description,
            withdrawn_at: standing.withdrawn_at,
            withdrawal_reason: standing.withdrawal_reason,
            superseded_by: standing.superseded_by,
        }
    }

    fn check(&self, problems: &mut Problems) {
        problems.slug("slug", &self.slug);
        problems.name("name", &self.name);
        problems.address("homepage", self.homepage.as_ref());
        problems.text("description", self.description.as_ref());
        self.standing.check(problems);
    }
}

/// What a version of a standard should be.
#[derive(Clone, Debug)]
pub struct VersionDraft {
    /// The standard.
    pub standard: StandardId,
    /// The version, as its keeper names it.
    pub code: String,
    /// Its place among the versions, from 1 for the oldest.
    pub position: i32,
    /// From when it was used.
    pub since: Option<PartialDate>,
    /// Until when it was used.
    pub until: Option<PartialDate>,
    /// What is known about it.
    pub note: Option<String>,
}

impl VersionDraft {
    const fn standard_id(&self) -> StandardId {
        self.standard
    }
}

impl Draft for VersionDraft {
    type Table = standard_version::Entity;
    type Key = (Uuid, String);
    type Parts = ();

    keyed_within!(standard_version, standard_id StandardId, code Code);
    of_the_network!(standard_version);

    fn row(
        &self,
        id: Uuid,
        _before: Option<&standard_version::Model>,
        _now: DateTime<Utc>,
    ) -> standard_version::Model {
        let Self { standard, code, position, since, until, note } = self.clone();
        standard_version::Model {
            id: id.into(),
            standard_id: standard,
            code,
            position,
            since,
            until,
            note,
        }
    }

    fn check(&self, problems: &mut Problems) {
        problems.key("version", &self.code);
        problems.at_least("position", Some(self.position), 1);
        problems.partly_in_order("until", self.since.as_ref(), self.until.as_ref());
        problems.text("note", self.note.as_ref());
    }

    fn subject(&self, row: &standard_version::Model) -> Subject {
        Subject::whole(ChangeKind::EvidenceStandard, row.standard_id)
    }
}
