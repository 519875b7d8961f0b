//! The scales of a standard's versions: dimensions, levels, and how levels of different standards
//! read beside each other.

use chrono::{DateTime, Utc};
use entity::{
    ChangeKind, CrosswalkRelation, DimensionId, EvidenceStrength, LevelId, StandardId,
    StandardVersionId, crosswalk, standard_dimension, standard_level,
};
use sea_orm::{Condition, DbBackend};
use uuid::Uuid;

use crate::access::scope;
use crate::record::{Draft, Fault, Problems, Subject, keyed_within, of_the_network};

/// What a dimension of a version should be.
#[derive(Clone, Debug)]
pub struct DimensionDraft {
    /// The standard, whose change it is.
    pub standard: StandardId,
    /// The version.
    pub version: StandardVersionId,
    /// Its key within the version.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its place among the dimensions.
    pub position: i32,
    /// What it is about.
    pub description: Option<String>,
}

impl DimensionDraft {
    const fn version_id(&self) -> StandardVersionId {
        self.version
    }
}

impl Draft for DimensionDraft {
    type Table = standard_dimension::Entity;
    type Key = (Uuid, String);
    type Parts = ();

    keyed_within!(standard_dimension, version_id VersionId, code Code);
    of_the_network!(standard_dimension);

    fn row(
        &self,
        id: Uuid,
        _before: Option<&standard_dimension::Model>,
        _now: DateTime<Utc>,
    ) -> standard_dimension::Model {
        let draft = self.clone();
        standard_dimension::Model {
            id: id.into(),
            version_id: draft.version,
            code: draft.code,
            name: draft.name,
            position: draft.position,
            description: draft.description,
        }
    }

    fn check(&self, problems: &mut Problems) {
        problems.key("dimension", &self.code);
        refuse_marks("dimension", &self.code, problems);
        problems.name("name", &self.name);
        problems.text("description", self.description.as_ref());
    }

    fn subject(&self, _row: &standard_dimension::Model) -> Subject {
        Subject::whole(ChangeKind::EvidenceStandard, self.standard)
    }
}

/// What a level of a dimension should be.
#[derive(Clone, Debug)]
pub struct LevelDraft {
    /// The standard, whose change it is.
    pub standard: StandardId,
    /// The dimension.
    pub dimension: DimensionId,
    /// Its code.
    pub code: String,
    /// Its place on the scale, a higher one for more.
    pub ordinal: i32,
    /// What it is called.
    pub label: String,
    /// What it asks for.
    pub description: Option<String>,
    /// How strong evidence at this level is held to be.
    pub strength: Option<EvidenceStrength>,
}

impl LevelDraft {
    const fn dimension_id(&self) -> DimensionId {
        self.dimension
    }
}

impl Draft for LevelDraft {
    type Table = standard_level::Entity;
    type Key = (Uuid, String);
    type Parts = ();

    keyed_within!(standard_level, dimension_id DimensionId, code Code);
    of_the_network!(standard_level);

    fn row(
        &self,
        id: Uuid,
        _before: Option<&standard_level::Model>,
        _now: DateTime<Utc>,
    ) -> standard_level::Model {
        let draft = self.clone();
        standard_level::Model {
            id: id.into(),
            dimension_id: draft.dimension,
            code: draft.code,
            ordinal: draft.ordinal,
            label: draft.label,
            description: draft.description,
            strength: draft.strength,
        }
    }

    fn check(&self, problems: &mut Problems) {
        problems.key("level", &self.code);
        refuse_marks("level", &self.code, problems);
        problems.name("label", &self.label);
        problems.text("description", self.description.as_ref());
    }

    fn subject(&self, _row: &standard_level::Model) -> Subject {
        Subject::whole(ChangeKind::EvidenceStandard, self.standard)
    }
}

/// A bundle writes scores as `dimension=level;dimension=level`.
fn refuse_marks(field: &'static str, code: &str, problems: &mut Problems) {
    if code.contains(['=', ';']) {
        problems.add(
            field,
            Fault::NotText,
            "It contains '=' or ';', which separate the scores of a rating.",
            "Choose a code without them.",
        );
    }
}

/// How a level of one standard reads on another.
#[derive(Clone, Debug)]
pub struct CrosswalkDraft {
    /// The standard of the level that is read, whose change it is.
    pub standard: StandardId,
    /// The level that is read.
    pub from_level: LevelId,
    /// The level that it is read as.
    pub to_level: LevelId,
    /// How the two relate.
    pub relation: CrosswalkRelation,
    /// Why the reading must be taken with care.
    pub caveat: String,
    /// Who reads it so, and where.
    pub source: Option<String>,
}

impl Draft for CrosswalkDraft {
    type Table = crosswalk::Entity;
    type Key = (LevelId, LevelId);
    type Parts = ();

    of_the_network!(crosswalk);

    fn key(&self) -> Self::Key {
        (self.from_level, self.to_level)
    }

    fn key_of(row: &crosswalk::Model) -> Self::Key {
        (row.from_level, row.to_level)
    }

    fn matching(drafts: &[&Self], backend: DbBackend) -> Condition {
        let from = drafts.iter().map(|draft| Uuid::from(draft.from_level));
        let to = drafts.iter().map(|draft| Uuid::from(draft.to_level));
        Condition::all()
            .add(scope::among(backend, crosswalk::Column::FromLevel, from))
            .add(scope::among(backend, crosswalk::Column::ToLevel, to))
    }

    fn row(
        &self,
        id: Uuid,
        _before: Option<&crosswalk::Model>,
        _now: DateTime<Utc>,
    ) -> crosswalk::Model {
        let Self {
            standard: _,
            from_level,
            to_level,
            relation,
            caveat,
            source,
        } = self.clone();
        crosswalk::Model {
            id: id.into(),
            from_level,
            to_level,
            relation,
            caveat,
            source,
        }
    }

    fn check(&self, problems: &mut Problems) {
        if self.from_level == self.to_level {
            problems.add(
                "to_level",
                Fault::Inconsistent,
                "A level is compared with itself.",
                "Name a level of another standard or version.",
            );
        }
        problems.text("caveat", Some(&self.caveat));
        problems.text("source", self.source.as_ref());
    }

    fn subject(&self, _row: &crosswalk::Model) -> Subject {
        Subject::whole(ChangeKind::EvidenceStandard, self.standard)
    }
}
