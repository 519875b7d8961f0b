//! The scales of a standard's versions: dimensions, levels, and how levels of different standards
//! read beside each other.

use std::collections::{HashMap, HashSet};

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
use crate::record::columns::{Table, Target, Value, columns};
use crate::record::reading::Listed;
use crate::record::{
    Draft, Fault, Problems, RowOf, Slot, Standing, Subject, keyed_within, of_the_network,
};
use crate::store::Write;

columns! {
    /// What a dimension of a version should be.
    pub struct DimensionDraft, DimensionFields DIMENSION {
        /// The standard, whose change it is.
        standard: StandardId [.key()],
        /// The version.
        version: StandardVersionId [.key().holds(OF_STANDARD)],
        /// Its key within the version.
        code: String [.named("dimension").key().input("key")],
        /// Its name.
        name: String,
        /// Its place among the dimensions.
        position: i32,
        /// What it is about.
        description: Option<String>,
    }
}

/// The file of the dimensions of standards' versions.
pub(crate) static STANDARD_DIMENSIONS: Table =
    Table::new("standard_dimensions", DimensionDraft::COLUMNS)
        .of(Target::Dimension)
        .input("dimensions");

const OF_STANDARD: Value = Value::Within(Target::Version, &["standard"]);

impl Listed for DimensionDraft {
    const TABLE: &'static Table = &STANDARD_DIMENSIONS;
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

    async fn from_rows(
        connection: &impl ConnectionTrait,
        rows: &[standard_dimension::Model],
    ) -> Result<Vec<Self>> {
        let standards = standards(connection, rows.iter().map(|row| row.version_id)).await?;
        let draft = |row: &standard_dimension::Model| {
            Some(Self {
                standard: *standards.get(&row.version_id)?,
                version: row.version_id,
                code: row.code.clone(),
                name: row.name.clone(),
                position: row.position,
                description: row.description.clone(),
            })
        };
        Ok(rows.iter().filter_map(draft).collect())
    }

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
        problems.key(DIMENSION.code.name(), &self.code);
        // A bundle writes a score as `dimension=level`.
        if self.code.contains('=') {
            problems.add(
                DIMENSION.code.name(),
                Fault::NotText,
                "It contains '=', behind which the level stands in the scores of a rating.",
                "Choose a code without it.",
            );
        }
        problems.name(DIMENSION.name.name(), &self.name);
        problems.text(DIMENSION.description.name(), self.description.as_ref());
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

columns! {
    /// What a level of a dimension should be.
    pub struct LevelDraft, LevelFields LEVEL {
        /// The standard, whose change it is.
        standard: StandardId [.key()],
        /// The version.
        version: StandardVersionId [.key().holds(OF_STANDARD)],
        /// The dimension.
        dimension: DimensionId
            [.key().holds(Value::Within(Target::Dimension, &["standard", "version"]))],
        /// Its code.
        code: String [.named("level").key().input("code")],
        /// Its place on the scale, a higher one for more.
        ordinal: i32,
        /// What it is called.
        label: String,
        /// What it asks for.
        description: Option<String>,
        /// How strong evidence at this level is held to be.
        strength: Option<EvidenceStrength>,
    }
}

/// The file of the levels of standards' dimensions.
pub(crate) static STANDARD_LEVELS: Table =
    Table::new("standard_levels", LevelDraft::COLUMNS).of(Target::Level).input("levels");

impl Listed for LevelDraft {
    const TABLE: &'static Table = &STANDARD_LEVELS;
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

    async fn from_rows(
        connection: &impl ConnectionTrait,
        rows: &[standard_level::Model],
    ) -> Result<Vec<Self>> {
        let places = places(connection, rows.iter().map(|row| row.dimension_id)).await?;
        let draft = |row: &standard_level::Model| {
            let (standard, version) = *places.get(&row.dimension_id)?;
            Some(Self {
                standard,
                version,
                dimension: row.dimension_id,
                code: row.code.clone(),
                ordinal: row.ordinal,
                label: row.label.clone(),
                description: row.description.clone(),
                strength: row.strength,
            })
        };
        Ok(rows.iter().filter_map(draft).collect())
    }

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
        problems.key(LEVEL.code.name(), &self.code);
        problems.name(LEVEL.label.name(), &self.label);
        problems.text(LEVEL.description.name(), self.description.as_ref());
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

columns! {
    /// How a level of one standard reads on another.
    pub struct CrosswalkDraft, CrosswalkFields CROSSWALK {
        /// The standard of the level that is read, whose change it is.
        from_standard: StandardId [.key().input("from.standard")],
        /// Its version.
        from_version: StandardVersionId [.key().input("from.version").holds(Value::Within(
            Target::Version,
            &["from_standard"],
        ))],
        /// Its dimension.
        from_dimension: DimensionId [.key().input("from.dimension").holds(Value::Within(
            Target::Dimension,
            &["from_standard", "from_version"],
        ))],
        /// The level that is read.
        from_level: LevelId [.key().input("from.level").holds(Value::Within(
            Target::Level,
            &["from_standard", "from_version", "from_dimension"],
        ))],
        /// The standard of the level that is read as.
        to_standard: StandardId [.key().input("to.standard")],
        /// Its version.
        to_version: StandardVersionId [.key().input("to.version").holds(Value::Within(
            Target::Version,
            &["to_standard"],
        ))],
        /// Its dimension.
        to_dimension: DimensionId [.key().input("to.dimension").holds(Value::Within(
            Target::Dimension,
            &["to_standard", "to_version"],
        ))],
        /// The level that it is read as.
        to_level: LevelId [.key().input("to.level").holds(Value::Within(
            Target::Level,
            &["to_standard", "to_version", "to_dimension"],
        ))],
        /// How the two relate.
        relation: CrosswalkRelation,
        /// Why the reading must be taken with care.
        caveat: String,
        /// Who reads it so, and where.
        source: Option<String>,
    }
    groups {
        /// Whether it still stands.
        standing: Standing<CrosswalkId>,
    }
}

/// The file of the crosswalk.
pub(crate) static CROSSWALK_FILE: Table =
    Table::new("crosswalk", CrosswalkDraft::COLUMNS).withdrawn();

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

    async fn from_rows(
        connection: &impl ConnectionTrait,
        rows: &[crosswalk::Model],
    ) -> Result<Vec<Self>> {
        let backend = connection.get_database_backend();
        let levels = rows.iter().flat_map(|row| [row.from_level, row.to_level]);
        let levels: HashSet<Uuid> = levels.map(Uuid::from).collect();
        let levels = scope::network::<standard_level::Entity>()
            .filter(scope::among(backend, standard_level::Column::Id, levels))
            .all(connection)
            .await?;
        let places = places(connection, levels.iter().map(|level| level.dimension_id)).await?;
        let dimensions: HashMap<LevelId, DimensionId> =
            levels.iter().map(|level| (level.id, level.dimension_id)).collect();
        let place = |level: &LevelId| {
            let dimension = *dimensions.get(level)?;
            let (standard, version) = *places.get(&dimension)?;
            Some((standard, version, dimension))
        };
        let draft = |row: &crosswalk::Model| {
            let (from_standard, from_version, from_dimension) = place(&row.from_level)?;
            let (to_standard, to_version, to_dimension) = place(&row.to_level)?;
            Some(Self {
                from_standard,
                from_version,
                from_dimension,
                from_level: row.from_level,
                to_standard,
                to_version,
                to_dimension,
                to_level: row.to_level,
                relation: row.relation,
                caveat: row.caveat.clone(),
                source: row.source.clone(),
                standing: Standing {
                    withdrawn_at: row.withdrawn_at,
                    withdrawal_reason: row.withdrawal_reason.clone(),
                    superseded_by: None,
                },
            })
        };
        Ok(rows.iter().filter_map(draft).collect())
    }

    fn row(
        &self,
        id: Uuid,
        _before: Option<&crosswalk::Model>,
        _now: DateTime<Utc>,
    ) -> crosswalk::Model {
        let Self { from_level, to_level, relation, caveat, source, standing, .. } = self.clone();
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
                CROSSWALK.to_level.name(),
                Fault::Inconsistent,
                "A level is compared with itself.",
                "Name a level of another standard or version.",
            );
        }
        problems.text(CROSSWALK.caveat.name(), Some(&self.caveat));
        problems.text(CROSSWALK.source.name(), self.source.as_ref());
        self.standing.check(problems);
    }

    fn subject(&self, _row: &crosswalk::Model) -> Subject {
        Subject::whole(ChangeKind::EvidenceStandard, self.from_standard)
    }
}

/// The standard of each of these versions.
pub(crate) async fn standards(
    connection: &impl ConnectionTrait,
    versions: impl Iterator<Item = StandardVersionId>,
) -> Result<HashMap<StandardVersionId, StandardId>> {
    let backend = connection.get_database_backend();
    let ids: HashSet<Uuid> = versions.map(Uuid::from).collect();
    let versions = scope::network::<standard_version::Entity>()
        .filter(scope::among(backend, standard_version::Column::Id, ids))
        .all(connection)
        .await?;
    Ok(versions.into_iter().map(|version| (version.id, version.standard_id)).collect())
}

/// The standard and the version of each of these dimensions.
async fn places(
    connection: &impl ConnectionTrait,
    dimensions: impl Iterator<Item = DimensionId>,
) -> Result<HashMap<DimensionId, (StandardId, StandardVersionId)>> {
    let backend = connection.get_database_backend();
    let ids: HashSet<Uuid> = dimensions.map(Uuid::from).collect();
    let dimensions = scope::network::<standard_dimension::Entity>()
        .filter(scope::among(backend, standard_dimension::Column::Id, ids))
        .all(connection)
        .await?;
    let standards = standards(connection, dimensions.iter().map(|row| row.version_id)).await?;
    let place = |row: standard_dimension::Model| {
        Some((row.id, (*standards.get(&row.version_id)?, row.version_id)))
    };
    Ok(dimensions.into_iter().filter_map(place).collect())
}
