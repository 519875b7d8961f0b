//! Evidence standards: versions, dimensions, levels, and the crosswalk between them.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use service::Result;
use service::entity::{
    CrosswalkId, CrosswalkRelation, DimensionId, EvidenceStrength, LevelId, StandardId,
    StandardVersionId, crosswalk, standard_level,
};
use service::network::directory;

use super::Centre;
use crate::graph::connection::{Connection, Listed};
use crate::graph::date::{ApproximateDate, approximate};
use crate::graph::enum_value::EnumValue;
use crate::graph::global_id::{NodeKind, global_id};
use crate::graph::loaders;
use crate::graph::shared::Withdrawal;
use crate::loading::Loaders;

/// An evidence standard: how a centre rates evidence.
#[derive(Clone)]
pub(crate) struct EvidenceStandard(pub(crate) Arc<directory::Standard>);

impl EvidenceStandard {
    /// Returns the standard of this id.
    pub(crate) fn find(loaders: &Loaders, id: StandardId) -> Option<Self> {
        loaders.directory.standards.by_id(id).cloned().map(Self)
    }
}

impl Listed for EvidenceStandard {
    const CONNECTION: &'static str = "EvidenceStandardConnection";
    const EDGE: &'static str = "EvidenceStandardEdge";
    const PAGE: &'static str = "A page of evidence standards, by slug.";
}

pub(crate) type EvidenceStandardConnection = Connection<EvidenceStandard>;

/// An evidence standard: how a centre rates evidence. A standard changes over time; each rating is
/// bound to one version.
#[Object]
impl EvidenceStandard {
    /// The standard's global id.
    pub(crate) async fn id(&self) -> ID {
        global_id(NodeKind::EvidenceStandard, self.0.row.id)
    }

    /// Its name in filters, bundles and addresses.
    async fn slug(&self) -> &str {
        &self.0.row.slug
    }

    /// Counts up from 1 with each revision, also of its versions, their scales and its readings; give it as
    /// `expectedVersion` to revise.
    async fn version(&self, ctx: &Context<'_>) -> Result<i32> {
        loaders(ctx).version(self.0.row.id).await
    }

    /// That it was withdrawn, when and why; null while it stands.
    async fn withdrawal(&self, ctx: &Context<'_>) -> Result<Option<Withdrawal>> {
        let row = &self.0.row;
        let reason = row.withdrawal_reason.as_ref();
        let by = row.superseded_by.map(Into::into);
        Withdrawal::of(loaders(ctx), NodeKind::EvidenceStandard, row.withdrawn_at, reason, by).await
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.0.row.name
    }

    /// The centre that keeps it; null when none of the network does.
    async fn owner(&self, ctx: &Context<'_>) -> Option<Centre> {
        self.0.row.owner.and_then(|id| Centre::find(loaders(ctx), id))
    }

    /// Where it is published.
    async fn url(&self) -> Option<&str> {
        self.0.row.homepage.as_deref()
    }

    /// What it rates, and how.
    async fn description(&self) -> Option<&str> {
        self.0.row.description.as_deref()
    }

    /// The dimensions of its newest version.
    async fn dimensions(&self) -> Vec<StandardDimension> {
        self.0.current().map(|version| dimensions(version)).unwrap_or_default()
    }

    /// Its versions, from the oldest.
    async fn versions(&self) -> Vec<StandardVersion> {
        let version =
            |version: &Arc<directory::StandardVersion>| StandardVersion(Arc::clone(version));
        self.0.versions.iter().map(version).collect()
    }
}

/// One version of a standard.
#[derive(Clone)]
pub(crate) struct StandardVersion(pub(crate) Arc<directory::StandardVersion>);

impl StandardVersion {
    /// Returns the standard and version of this id.
    pub(crate) fn find(
        loaders: &Loaders,
        id: StandardVersionId,
    ) -> Option<(EvidenceStandard, Self)> {
        let (standard, version) = loaders.directory.versions.get(&id)?;
        Some((EvidenceStandard(Arc::clone(standard)), Self(Arc::clone(version))))
    }
}

/// One version of an evidence standard.
#[Object]
impl StandardVersion {
    /// The version, as its keeper names it.
    async fn code(&self) -> &str {
        &self.0.row.code
    }

    /// From when it was used, as precisely as is known.
    async fn since(&self) -> Option<ApproximateDate> {
        approximate(self.0.row.since.as_ref())
    }

    /// Until when it was used; null while it is.
    async fn until(&self) -> Option<ApproximateDate> {
        approximate(self.0.row.until.as_ref())
    }

    /// What is known about it, and how surely.
    async fn note(&self) -> Option<&str> {
        self.0.row.note.as_deref()
    }

    /// The standard that it is a version of.
    async fn standard(&self, ctx: &Context<'_>) -> Option<EvidenceStandard> {
        Self::find(loaders(ctx), self.0.row.id).map(|(standard, _)| standard)
    }

    /// Its dimensions, in their order.
    async fn dimensions(&self) -> Vec<StandardDimension> {
        dimensions(&self.0)
    }
}

fn dimensions(version: &directory::StandardVersion) -> Vec<StandardDimension> {
    version.dimensions.iter().map(|dimension| StandardDimension(Arc::clone(dimension))).collect()
}

/// One dimension of a version of a standard.
#[derive(Clone)]
pub(crate) struct StandardDimension(pub(crate) Arc<directory::Dimension>);

impl StandardDimension {
    fn find(loaders: &Loaders, id: DimensionId) -> Option<(StandardVersionId, Self)> {
        let (version, dimension) = loaders.directory.dimensions.get(&id)?;
        Some((*version, Self(Arc::clone(dimension))))
    }
}

/// One dimension of a version of a standard, such as its security or its cost.
#[Object]
impl StandardDimension {
    /// Its key within the version.
    async fn key(&self) -> &str {
        &self.0.row.code
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.0.row.name
    }

    /// What it is about.
    async fn description(&self) -> Option<&str> {
        self.0.row.description.as_deref()
    }

    /// Its levels, from the lowest.
    async fn levels(&self) -> Vec<StandardLevel> {
        self.0.levels.iter().map(|level| StandardLevel(Arc::clone(level))).collect()
    }

    /// The version that it is a dimension of.
    async fn version(&self, ctx: &Context<'_>) -> Option<StandardVersion> {
        let (version, _) = Self::find(loaders(ctx), self.0.row.id)?;
        StandardVersion::find(loaders(ctx), version).map(|(_, version)| version)
    }
}

/// One level of a dimension.
#[derive(Clone)]
pub(crate) struct StandardLevel(pub(crate) Arc<standard_level::Model>);

impl StandardLevel {
    /// Returns the dimension and level of this id.
    pub(crate) fn find(loaders: &Loaders, id: LevelId) -> Option<(StandardDimension, Self)> {
        let (dimension, level) = loaders.directory.levels.get(&id)?;
        Some((StandardDimension(Arc::clone(dimension)), Self(Arc::clone(level))))
    }
}

/// One level of a dimension.
#[Object]
impl StandardLevel {
    /// Its code, such as `3` or `NL2`.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// Its place on the scale, a higher one for more.
    async fn ordinal(&self) -> i32 {
        self.0.ordinal
    }

    /// What it is called.
    async fn label(&self) -> &str {
        &self.0.label
    }

    /// What it asks for.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// How strong evidence at this level is held to be, for filtering across standards; null where no
    /// such reading is published.
    async fn strength(&self) -> Option<EnumValue<EvidenceStrength>> {
        self.0.strength.map(EnumValue)
    }

    /// The dimension that it is a level of.
    async fn dimension(&self, ctx: &Context<'_>) -> Option<StandardDimension> {
        Self::find(loaders(ctx), self.0.id).map(|(dimension, _)| dimension)
    }

    /// How it reads on other standards, each reading with its caveat; without those that were withdrawn.
    async fn crosswalk(&self, ctx: &Context<'_>) -> Vec<CrosswalkReading> {
        let readings = loaders(ctx).directory.crosswalk.get(&self.0.id);
        readings.into_iter().flatten().cloned().map(CrosswalkReading).collect()
    }
}

/// A published reading of one standard's level in terms of another's.
#[derive(Clone)]
pub(crate) struct CrosswalkReading(Arc<crosswalk::Model>);

impl CrosswalkReading {
    /// Returns the reading of this id.
    pub(crate) fn find(loaders: &Loaders, id: CrosswalkId) -> Option<Self> {
        loaders.directory.readings.get(&id).cloned().map(Self)
    }
}

/// A published reading of one standard's level in terms of another's. It has a direction and a caveat,
/// and says so where two levels must not be compared.
#[Object]
impl CrosswalkReading {
    /// The reading's global id.
    pub(crate) async fn id(&self) -> ID {
        global_id(NodeKind::CrosswalkReading, self.0.id)
    }

    /// The version of the standard whose level is read; give it as `expectedVersion` to revise the reading.
    async fn version(&self, ctx: &Context<'_>) -> Result<i32> {
        let loaders = loaders(ctx);
        match loaders.directory.standard_of(&self.0) {
            Some(standard) => loaders.version(standard.row.id).await,
            None => Ok(1),
        }
    }

    /// That it was withdrawn, when and why; null while it stands.
    async fn withdrawal(&self, ctx: &Context<'_>) -> Result<Option<Withdrawal>> {
        let row = &self.0;
        let reason = row.withdrawal_reason.as_ref();
        let by = None;
        Withdrawal::of(loaders(ctx), NodeKind::CrosswalkReading, row.withdrawn_at, reason, by).await
    }

    /// The level that is read.
    async fn from(&self, ctx: &Context<'_>) -> Option<StandardLevel> {
        StandardLevel::find(loaders(ctx), self.0.from_level).map(|(_, level)| level)
    }

    /// The level that it is read as.
    async fn level(&self, ctx: &Context<'_>) -> Option<StandardLevel> {
        StandardLevel::find(loaders(ctx), self.0.to_level).map(|(_, level)| level)
    }

    /// The standard of that level.
    async fn standard(&self, ctx: &Context<'_>) -> Option<EvidenceStandard> {
        let loaders = loaders(ctx);
        let (dimension, _) = StandardLevel::find(loaders, self.0.to_level)?;
        let (version, _) = StandardDimension::find(loaders, dimension.0.row.id)?;
        StandardVersion::find(loaders, version).map(|(standard, _)| standard)
    }

    /// How the first level relates to this one.
    async fn relation(&self) -> EnumValue<CrosswalkRelation> {
        EnumValue(self.0.relation)
    }

    /// Why the reading must be taken with care.
    async fn caveat(&self) -> &str {
        &self.0.caveat
    }

    /// Who reads it so, and where.
    async fn source(&self) -> Option<&str> {
        self.0.source.as_deref()
    }
}
