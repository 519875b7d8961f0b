//! The scales of a standard's versions: dimensions, levels, and how levels of different standards
//! read beside each other.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use entity::{
    ChangeKind, CrosswalkId, CrosswalkRelation, DimensionId, EvidenceStrength, LevelId, StandardId,
    StandardVersionId, crosswalk, standard_dimension, standard_level, standard_version,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, QueryFilter, QuerySelect, QueryTrait,
    Select,
};
use uuid::Uuid;

use super::in_use::{self, versions_in_use};
use crate::access::scope;
use crate::error::{Error, Result};
use crate::record::{
    Draft, Fault, Problems, RowOf, Slot, Standing, Subject, keyed_within, of_the_network,
};
use crate::store::Write;

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
        // A bundle writes a score as `dimension=level`.
        if self.code.contains('=') {
            problems.add(
                "dimension",
                Fault::NotText,
                "It contains '=', behind which the level stands in the scores of a rating.",
                "Choose a code without it.",
            );
        }
        problems.name("name", &self.name);
        problems.text("description", self.description.as_ref());
    }

    async fn prepare(write: &Write, slots: &mut [Slot<Self>]) -> Result<()> {
        let now = write.source().now();
        let changing = |slot: &&Slot<Self>| is_changing(slot, now);
        let versions = slots.iter().filter(changing);
        let versions = versions.map(|slot| slot.draft.version).collect();
        let in_use = versions_in_use(write, versions).await?;
        for slot in slots {
            if in_use.contains(&slot.draft.version) && is_changing(slot, now) {
                in_use::refuse("dimension", &mut slot.problems);
            }
        }
        Ok(())
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
        problems.name("label", &self.label);
        problems.text("description", self.description.as_ref());
    }

    async fn prepare(write: &Write, slots: &mut [Slot<Self>]) -> Result<()> {
        let now = write.source().now();
        let changing = |slot: &&Slot<Self>| is_changing(slot, now);
        let dimensions = slots.iter().filter(changing);
        let dimensions: HashSet<Uuid> =
            dimensions.map(|slot| slot.draft.dimension.into()).collect();
        if dimensions.is_empty() {
            return Ok(());
        }
        let backend = write.connection().get_database_backend();
        let dimensions = scope::for_writing::<standard_dimension::Entity>()
            .filter(scope::among(backend, standard_dimension::Column::Id, dimensions))
            .all(write.connection())
            .await?;
        let versions = dimensions.iter().map(|row| row.version_id).collect();
        let in_use = versions_in_use(write, versions).await?;
        let in_use: HashSet<DimensionId> = dimensions
            .into_iter()
            .filter(|row| in_use.contains(&row.version_id))
            .map(|row| row.id)
            .collect();
        for slot in slots {
            if in_use.contains(&slot.draft.dimension) && is_changing(slot, now) {
                in_use::refuse("level", &mut slot.problems);
            }
        }
        Ok(())
    }

    fn subject(&self, _row: &standard_level::Model) -> Subject {
        Subject::whole(ChangeKind::EvidenceStandard, self.standard)
    }
}

/// Whether a draft adds something to a scale, or changes what is there.
fn is_changing<D: Draft>(slot: &Slot<D>, now: DateTime<Utc>) -> bool {
    let differs =
        |before: &RowOf<D>| slot.draft.row(D::id_of(before), Some(before), now) != *before;
    slot.problems.is_empty() && slot.before.as_ref().is_none_or(differs)
}

/// The version of a standard that a level belongs to.
fn version_of(level: LevelId) -> Select<standard_version::Entity> {
    let dimension = scope::for_writing::<standard_level::Entity>()
        .filter(standard_level::Column::Id.eq(level))
        .select_only()
        .column(standard_level::Column::DimensionId);
    let version = scope::for_writing::<standard_dimension::Entity>()
        .filter(standard_dimension::Column::Id.in_subquery(dimension.into_query()))
        .select_only()
        .column(standard_dimension::Column::VersionId);
    scope::for_writing::<standard_version::Entity>()
        .filter(standard_version::Column::Id.in_subquery(version.into_query()))
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
    /// Whether it still stands.
    pub standing: Standing<CrosswalkId>,
}

impl Draft for CrosswalkDraft {
    type Table = crosswalk::Entity;
    type Key = (LevelId, LevelId);
    type Parts = ();

    of_the_network!(crosswalk);

    /// A reading counts with the standard whose change it is.
    async fn version(write: &Write, row: &crosswalk::Model) -> Result<i32> {
        let connection = write.connection();
        let version = version_of(row.from_level).one(connection).await?;
        let version = version.ok_or_else(|| Error::not_found("standard"))?;
        let standard = Uuid::from(version.standard_id);
        let versions = crate::store::versions(connection, vec![standard]).await?;
        Ok(versions.get(&standard).copied().unwrap_or(1))
    }

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
        let Self { standard: _, from_level, to_level, relation, caveat, source, standing } =
            self.clone();
        crosswalk::Model {
            id: id.into(),
            from_level,
            to_level,
            relation,
            caveat,
            source,
            withdrawn_at: standing.withdrawn_at,
            withdrawal_reason: standing.withdrawal_reason,
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
        self.standing.check(problems);
    }

    fn subject(&self, _row: &crosswalk::Model) -> Subject {
        Subject::whole(ChangeKind::EvidenceStandard, self.standard)
    }
}
