//! What can be changed about evidence standards: themselves, their versions and scales, and how they read on others.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use service::Result;
use service::entity::{CrosswalkRelation, EvidenceStrength};
use service::interchange::entry::Entry;

use crate::graph::asker;
use crate::graph::entry::{Say, contribute, inputs, item, revise, say};
use crate::graph::enum_value::EnumValue;
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

/// Says what is there of what may be left out.
fn say_if<S: Say>(value: Option<S>, column: &'static str, entry: &mut Entry) {
    if let Some(value) = value {
        value.say(column, entry);
    }
}

impl From<StandardVersionInput> for Entry {
    fn from(version: StandardVersionInput) -> Self {
        let mut entry = Self::default();
        entry.set("version", version.code);
        say_if(version.position, "position", &mut entry);
        say(version.since, "since", &mut entry);
        say(version.until, "until", &mut entry);
        say(version.note, "note", &mut entry);
        let dimensions = version.dimensions.into_iter().map(Self::from);
        entry.children("standard_dimensions", dimensions.collect());
        entry
    }
}

impl From<StandardDimensionInput> for Entry {
    fn from(dimension: StandardDimensionInput) -> Self {
        let mut entry = Self::default();
        entry.set("dimension", dimension.key);
        say_if(dimension.name, "name", &mut entry);
        say_if(dimension.position, "position", &mut entry);
        say(dimension.description, "description", &mut entry);
        let levels = dimension.levels.into_iter().map(Self::from);
        entry.children("standard_levels", levels.collect());
        entry
    }
}

impl From<StandardLevelInput> for Entry {
    fn from(level: StandardLevelInput) -> Self {
        let mut entry = Self::default();
        entry.set("level", level.code);
        say_if(level.ordinal, "ordinal", &mut entry);
        say_if(level.label, "label", &mut entry);
        say(level.description, "description", &mut entry);
        say(level.strength, "strength", &mut entry);
        entry
    }
}

impl Say for Vec<StandardVersionInput> {
    fn say(self, column: &'static str, entry: &mut Entry) {
        entry.children(column, self.into_iter().map(Entry::from).collect());
    }

    /// Versions are never taken away.
    fn say_none(_column: &'static str, _entry: &mut Entry) {}
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

impl Say for LevelReferenceInput {
    fn say(self, column: &'static str, entry: &mut Entry) {
        let [standard, version, dimension, level] = match column {
            "from" => ["from_standard", "from_version", "from_dimension", "from_level"],
            _ => ["to_standard", "to_version", "to_dimension", "to_level"],
        };
        entry.set(standard, item(self.standard));
        say_if(self.version, version, entry);
        entry.set(dimension, self.dimension);
        entry.set(level, self.level);
    }
}

inputs! {
    /// An evidence standard to be added, with its versions and their scales.
    AddEvidenceStandardInput {
        /// Its name in addresses: lower-case letters, digits and hyphens. Without one it is made from its name.
        may slug: String => "slug";
    }
    /// An evidence standard to be revised. What is left out stays as it is; null empties it.
    ReviseEvidenceStandardInput {
        /// Its name.
        must name: String => "name";
        /// The centre that keeps it.
        may owner: ID => "owner";
        /// Where it is published.
        may homepage: String => "homepage";
        /// What it rates, and how.
        may description: String => "description";
        /// Its versions. Those that are named are added, or corrected where they are there; others stay.
        may versions: Vec<StandardVersionInput> => "standard_versions";
    }
}

inputs! {
    /// A reading of one standard's level in terms of another's, to be added to the crosswalk.
    AddCrosswalkReadingInput {
        /// The level that is read.
        must from: LevelReferenceInput => "from";
        /// The level that it is read as.
        must to: LevelReferenceInput => "to";
    }
    /// A reading of the crosswalk to be revised. What is left out stays as it is; null empties it. Its version is that
    /// of the standard whose level is read.
    ReviseCrosswalkReadingInput {
        /// How the first level relates to the second.
        must relation: EnumValue<CrosswalkRelation> => "relation";
        /// Why the reading must be taken with care.
        must caveat: String => "caveat";
        /// Who reads it so, and where.
        may source: String => "source";
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
        let row = contribute!(ctx, EvidenceStandard, input);
        let evidence_standard = EvidenceStandard::find(asker(ctx), row.id);
        Ok(AddEvidenceStandardPayload { evidence_standard })
    }

    /// Revises an evidence standard, adds versions to it, or corrects them. Under a version that ratings use, its
    /// dimensions and levels stay as they are: what is new is another version. It needs `network:write`.
    async fn revise_evidence_standard(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be different.")] input: ReviseEvidenceStandardInput,
    ) -> Result<ReviseEvidenceStandardPayload> {
        let row = revise!(ctx, EvidenceStandard, input);
        let evidence_standard = EvidenceStandard::find(asker(ctx), row.id);
        Ok(ReviseEvidenceStandardPayload { evidence_standard })
    }

    /// Says how a level of one standard reads on another. It needs `network:write`.
    async fn add_crosswalk_reading(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be added.")] input: AddCrosswalkReadingInput,
    ) -> Result<AddCrosswalkReadingPayload> {
        let row = contribute!(ctx, CrosswalkReading, input);
        let reading = CrosswalkReading::find(asker(ctx), row.id);
        Ok(AddCrosswalkReadingPayload { reading })
    }

    /// Revises how a level of one standard reads on another. It needs `network:write`.
    async fn revise_crosswalk_reading(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be different.")] input: ReviseCrosswalkReadingInput,
    ) -> Result<ReviseCrosswalkReadingPayload> {
        let row = revise!(ctx, CrosswalkReading, input);
        let reading = CrosswalkReading::find(asker(ctx), row.id);
        Ok(ReviseCrosswalkReadingPayload { reading })
    }
}
