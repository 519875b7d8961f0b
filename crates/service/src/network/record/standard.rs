//! Evidence standards, and their versions.

use chrono::{DateTime, Utc};
use entity::{CentreId, ChangeKind, PartialDate, StandardId, evidence_standard, standard_version};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::error::Result;
use crate::record::columns::{Table, Target, Value, columns};
use crate::record::reading::Listed;
use crate::record::{
    Draft, Problems, Standing, Subject, can_be_withdrawn, keyed_by, keyed_within, of_the_network,
};

columns! {
    /// What an evidence standard should be.
    pub struct StandardDraft, StandardFields STANDARD {
        /// Its key.
        slug: String [.key().holds(Value::Slug)],
        /// Its name.
        name: String,
        /// The centre that keeps it.
        owner: Option<CentreId>,
        /// Where it is published.
        homepage: Option<String>,
        /// What it rates, and how.
        description: Option<String>,
    }
    groups {
        /// Whether it still stands.
        standing: Standing<StandardId>,
    }
}

/// The file of evidence standards.
pub(crate) static STANDARDS: Table =
    Table::new("standards", StandardDraft::COLUMNS).of(Target::Standard).superseded();

impl Draft for StandardDraft {
    type Table = evidence_standard::Entity;
    type Key = String;
    type Parts = ();

    keyed_by!(evidence_standard, slug, Slug);
    of_the_network!(evidence_standard, EvidenceStandard);
    can_be_withdrawn!(evidence_standard superseded);

    async fn from_rows(
        _connection: &impl ConnectionTrait,
        rows: &[evidence_standard::Model],
    ) -> Result<Vec<Self>> {
        let draft = |row: &evidence_standard::Model| Self {
            slug: row.slug.clone(),
            name: row.name.clone(),
            owner: row.owner,
            homepage: row.homepage.clone(),
            description: row.description.clone(),
            standing: Standing {
                withdrawn_at: row.withdrawn_at,
                withdrawal_reason: row.withdrawal_reason.clone(),
                superseded_by: row.superseded_by,
            },
        };
        Ok(rows.iter().map(draft).collect())
    }

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
        problems.slug(STANDARD.slug.name(), &self.slug);
        problems.name(STANDARD.name.name(), &self.name);
        problems.address(STANDARD.homepage.name(), self.homepage.as_ref());
        problems.text(STANDARD.description.name(), self.description.as_ref());
        self.standing.check(problems);
    }
}

columns! {
    /// What a version of a standard should be.
    pub struct VersionDraft, VersionFields VERSION {
        /// The standard.
        standard: StandardId [.key()],
        /// The version, as its keeper names it.
        code: String [.named("version").key().input("code")],
        /// Its place among the versions, from 1 for the oldest.
        position: i32,
        /// From when it was used.
        since: Option<PartialDate>,
        /// Until when it was used.
        until: Option<PartialDate>,
        /// What is known about it.
        note: Option<String>,
    }
}

/// The file of the versions of standards.
pub(crate) static STANDARD_VERSIONS: Table =
    Table::new("standard_versions", VersionDraft::COLUMNS).of(Target::Version).input("versions");

impl Listed for VersionDraft {
    const TABLE: &'static Table = &STANDARD_VERSIONS;
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

    async fn from_rows(
        _connection: &impl ConnectionTrait,
        rows: &[standard_version::Model],
    ) -> Result<Vec<Self>> {
        let draft = |row: &standard_version::Model| Self {
            standard: row.standard_id,
            code: row.code.clone(),
            position: row.position,
            since: row.since.clone(),
            until: row.until.clone(),
            note: row.note.clone(),
        };
        Ok(rows.iter().map(draft).collect())
    }

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
        problems.key(VERSION.code.name(), &self.code);
        problems.at_least(VERSION.position.name(), Some(self.position), 1);
        problems.partly_in_order(VERSION.until.name(), self.since.as_ref(), self.until.as_ref());
        problems.text(VERSION.note.name(), self.note.as_ref());
    }

    fn subject(&self, row: &standard_version::Model) -> Subject {
        Subject::whole(ChangeKind::EvidenceStandard, row.standard_id)
    }
}
