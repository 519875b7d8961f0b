//! What can be changed about evidence standards: themselves, their versions and scales, and how they read on others.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use service::Result;
use service::entity::{CrosswalkRelation, EvidenceStrength};
use service::interchange::entry::Patch;
use service::network::record::{
    CROSSWALK, DIMENSION, DimensionDraft, LEVEL, LevelDraft, STANDARD, VERSION, VersionDraft,
};

use crate::graph::entry::{
    Destination, contribute, inputs, patch_with, revise, rows, set_if_given,
};
use crate::graph::enum_value::EnumValue;
use crate::graph::loaders;
use crate::graph::network::{CrosswalkReading, EvidenceStandard};

/// A version of a standard. What is left out of one that is there stays as it is.
#[derive(InputObject)]
pub(crate) struct StandardVersionInput {
    /// The version, as its keeper names it; by it a version is recognised.
    code: String,
    /// Its place among the versions, from 1 for the oldest. A new one is the newest when nothing is said.
    position: Option<i32>,
    /// From when it is used: `2019`, `2019-07` or `2019-07-15`.
    since: MaybeUndefined<String>,
    /// Until when it was used.
    until: MaybeUndefined<String>,
    /// What is known about it, and how surely.
    note: MaybeUndefined<String>,
    /// Its dimensions. Those that are named are added, or corrected while no rating uses the version; others stay.
    #[graphql(default)]
    dimensions: Vec<StandardDimensionInput>,
}

/// A dimension of a version of a standard. What is left out of one that is there stays as it is.
#[derive(InputObject)]
struct StandardDimensionInput {
    /// Its key within the version; by it a dimension is recognised.
    key: String,
    /// Its name; a new one needs it.
    name: Option<String>,
    /// Its place among the dimensions. A new one is the last when nothing is said.
    position: Option<i32>,
    /// What it is about.
    description: MaybeUndefined<String>,
    /// Its levels. Those that are named are added, or corrected while no rating uses the version; others stay.
    #[graphql(default)]
    levels: Vec<StandardLevelInput>,
}

/// A level of a dimension. What is left out of one that is there stays as it is.
#[derive(InputObject)]
struct StandardLevelInput {
    /// Its code, such as `3` or `NL2`; by it a level is recognised.
    code: String,
    /// Its place on the scale, a higher one for more; a new one needs it.
    ordinal: Option<i32>,
    /// What it is called; a new one needs it.
    label: Option<String>,
    /// What it asks for.
    description: MaybeUndefined<String>,
    /// How strong evidence at this level is held to be.
    strength: MaybeUndefined<EnumValue<EvidenceStrength>>,
}

impl From<StandardVersionInput> for Patch {
    fn from(version: StandardVersionInput) -> Self {
        let mut patch = Self::default();
        VERSION.code.set(version.code, &mut patch);
        set_if_given(version.position, VERSION.position, &mut patch);
        patch_with(version.since, VERSION.since, &mut patch);
        patch_with(version.until, VERSION.until, &mut patch);
        patch_with(version.note, VERSION.note, &mut patch);
        rows::<DimensionDraft>().set(version.dimensions, &mut patch);
        patch
    }
}

impl From<StandardDimensionInput> for Patch {
    fn from(dimension: StandardDimensionInput) -> Self {
        let mut patch = Self::default();
        DIMENSION.code.set(dimension.key, &mut patch);
        set_if_given(dimension.name, DIMENSION.name, &mut patch);
        set_if_given(dimension.position, DIMENSION.position, &mut patch);
        patch_with(dimension.description, DIMENSION.description, &mut patch);
        rows::<LevelDraft>().set(dimension.levels, &mut patch);
        patch
    }
}

impl From<StandardLevelInput> for Patch {
    fn from(level: StandardLevelInput) -> Self {
        let mut patch = Self::default();
        LEVEL.code.set(level.code, &mut patch);
        set_if_given(level.ordinal, LEVEL.ordinal, &mut patch);
        set_if_given(level.label, LEVEL.label, &mut patch);
        patch_with(level.description, LEVEL.description, &mut patch);
        patch_with(level.strength, LEVEL.strength, &mut patch);
        patch
    }
}

/// The versions of a standard: they are never taken away.
struct Versions;

impl Destination<Vec<StandardVersionInput>> for Versions {
    fn set(self, versions: Vec<StandardVersionInput>, patch: &mut Patch) {
        rows::<VersionDraft>().set(versions, patch);
    }

    fn clear(self, _patch: &mut Patch) {}
}

/// Which level of which standard.
#[derive(InputObject)]
pub(crate) struct LevelReferenceInput {
    /// The standard.
    standard: ID,
    /// The version; the newest when nothing is said.
    version: Option<String>,
    /// The key of the dimension.
    dimension: String,
    /// The code of the level.
    level: String,
}

/// One of the two levels of a reading.
enum Side {
    From,
    To,
}

impl Destination<LevelReferenceInput> for Side {
    fn set(self, level: LevelReferenceInput, patch: &mut Patch) {
        let (standard, version, dimension, code) = match self {
            Self::From => (
                CROSSWALK.from_standard,
                CROSSWALK.from_version,
                CROSSWALK.from_dimension,
                CROSSWALK.from_level,
            ),
            Self::To => (
                CROSSWALK.to_standard,
                CROSSWALK.to_version,
                CROSSWALK.to_dimension,
                CROSSWALK.to_level,
            ),
        };
        standard.set(level.standard, patch);
        set_if_given(level.version, version, patch);
        dimension.set(level.dimension, patch);
        code.set(level.level, patch);
    }

    fn clear(self, _patch: &mut Patch) {}
}

inputs! {
    /// An evidence standard to be added, with its versions and their scales.
    AddEvidenceStandardInput {
        /// Its name in addresses: lower-case letters, digits and hyphens. Without one it is made from its name.
        may slug: String => STANDARD.slug;
    }
    /// An evidence standard to be revised. What is left out stays as it is; null empties it.
    ReviseEvidenceStandardInput {
        /// Its name.
        must name: String => STANDARD.name;
        /// The centre that keeps it.
        may owner: ID => STANDARD.owner;
        /// Where it is published.
        may homepage: String => STANDARD.homepage;
        /// What it rates, and how.
        may description: String => STANDARD.description;
        /// Its versions. Those that are named are added, or corrected where they are there; others stay.
        may versions: Vec<StandardVersionInput> => Versions;
    }
}

inputs! {
    /// A reading of one standard's level in terms of another's, to be added to the crosswalk.
    AddCrosswalkReadingInput {
        /// The level that is read.
        must from: LevelReferenceInput => Side::From;
        /// The level that it is read as.
        must to: LevelReferenceInput => Side::To;
    }
    /// A reading of the crosswalk to be revised. What is left out stays as it is; null empties it. Its version is that
    /// of the standard whose level is read.
    ReviseCrosswalkReadingInput {
        /// How the first level relates to the second.
        must relation: EnumValue<CrosswalkRelation> => CROSSWALK.relation;
        /// Why the reading must be taken with care.
        must caveat: String => CROSSWALK.caveat;
        /// Who reads it so, and where.
        may source: String => CROSSWALK.source;
    }
}

/// An evidence standard that was added.
#[derive(SimpleObject)]
struct AddEvidenceStandardPayload {
    /// The standard as it is now; null with `dryRun`.
    evidence_standard: Option<EvidenceStandard>,
}

/// An evidence standard that was revised.
#[derive(SimpleObject)]
struct ReviseEvidenceStandardPayload {
    /// The standard as it is now.
    evidence_standard: Option<EvidenceStandard>,
}

/// A reading that was added to the crosswalk.
#[derive(SimpleObject)]
struct AddCrosswalkReadingPayload {
    /// The reading as it is now; null with `dryRun`.
    reading: Option<CrosswalkReading>,
}

/// A reading of the crosswalk that was revised.
#[derive(SimpleObject)]
struct ReviseCrosswalkReadingPayload {
    /// The reading as it is now.
    reading: Option<CrosswalkReading>,
}

/// What can be changed about evidence standards.
#[derive(Default)]
pub(crate) struct StandardMutation;

#[Object]
impl StandardMutation {
    /// Adds an evidence standard with its versions and their scales. It needs `network:write`.
    async fn add_evidence_standard(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be added.")] input: AddEvidenceStandardInput,
    ) -> Result<AddEvidenceStandardPayload> {
        let row = contribute!(ctx, Standards, input);
        let evidence_standard = EvidenceStandard::find(loaders(ctx), row.id);
        Ok(AddEvidenceStandardPayload { evidence_standard })
    }

    /// Revises an evidence standard, adds versions to it, or corrects them. Under a version that ratings use, its
    /// dimensions and levels stay as they are: what is new is another version. It needs `network:write`.
    async fn revise_evidence_standard(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be different.")] input: ReviseEvidenceStandardInput,
    ) -> Result<ReviseEvidenceStandardPayload> {
        let row = revise!(ctx, Standards of EvidenceStandard, input);
        let evidence_standard = EvidenceStandard::find(loaders(ctx), row.id);
        Ok(ReviseEvidenceStandardPayload { evidence_standard })
    }

    /// Says how a level of one standard reads on another. It needs `network:write`.
    async fn add_crosswalk_reading(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be added.")] input: AddCrosswalkReadingInput,
    ) -> Result<AddCrosswalkReadingPayload> {
        let row = contribute!(ctx, Crosswalk, input);
        let reading = CrosswalkReading::find(loaders(ctx), row.id);
        Ok(AddCrosswalkReadingPayload { reading })
    }

    /// Revises how a level of one standard reads on another. It needs `network:write`.
    async fn revise_crosswalk_reading(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be different.")] input: ReviseCrosswalkReadingInput,
    ) -> Result<ReviseCrosswalkReadingPayload> {
        let row = revise!(ctx, Crosswalk of CrosswalkReading, input);
        let reading = CrosswalkReading::find(loaders(ctx), row.id);
        Ok(ReviseCrosswalkReadingPayload { reading })
    }
}
