//! Rows of the evidence standards and their scales.

use super::Kind;
use crate::interchange::bundle::cells::Cells;
use crate::interchange::bundle::family::Kin;
use crate::interchange::bundle::format::{self, Table};
use crate::network::record::{
    CrosswalkDraft, DimensionDraft, LevelDraft, StandardDraft, VersionDraft,
};

/// Evidence standards.
#[derive(Debug)]
pub struct Standards;

impl Kind for Standards {
    type Draft = StandardDraft;
    const TABLE: &'static Table = &format::STANDARDS;

    fn read(cells: &Cells<'_>, _kin: &mut Kin<'_>) -> Option<StandardDraft> {
        Some(StandardDraft {
            slug: cells.text("slug")?,
            name: cells.text("name")?,
            owner: cells.one("owner"),
            homepage: cells.text("homepage"),
            description: cells.text("description"),
            standing: cells.standing(),
        })
    }
}

pub(in super::super) struct Versions;

impl Kind for Versions {
    type Draft = VersionDraft;
    const TABLE: &'static Table = &format::STANDARD_VERSIONS;

    fn read(cells: &Cells<'_>, _kin: &mut Kin<'_>) -> Option<VersionDraft> {
        Some(VersionDraft {
            standard: cells.one("standard")?,
            code: cells.text("version")?,
            position: cells.value("position")?,
            since: cells.value("since"),
            until: cells.value("until"),
            note: cells.text("note"),
        })
    }
}

pub(in super::super) struct Dimensions;

impl Kind for Dimensions {
    type Draft = DimensionDraft;
    const TABLE: &'static Table = &format::STANDARD_DIMENSIONS;

    fn read(cells: &Cells<'_>, _kin: &mut Kin<'_>) -> Option<DimensionDraft> {
        Some(DimensionDraft {
            standard: cells.one("standard")?,
            version: cells.one("version")?,
            code: cells.text("dimension")?,
            name: cells.text("name")?,
            position: cells.value("position")?,
            description: cells.text("description"),
        })
    }
}

pub(in super::super) struct Levels;

impl Kind for Levels {
    type Draft = LevelDraft;
    const TABLE: &'static Table = &format::STANDARD_LEVELS;

    fn read(cells: &Cells<'_>, _kin: &mut Kin<'_>) -> Option<LevelDraft> {
        Some(LevelDraft {
            standard: cells.one("standard")?,
            dimension: cells.one("dimension")?,
            code: cells.text("level")?,
            ordinal: cells.value("ordinal")?,
            label: cells.text("label")?,
            description: cells.text("description"),
            strength: cells.value("strength"),
        })
    }
}

/// How levels of standards read on others.
#[derive(Debug)]
pub struct Crosswalk;

impl Kind for Crosswalk {
    type Draft = CrosswalkDraft;
    const TABLE: &'static Table = &format::CROSSWALK;

    fn read(cells: &Cells<'_>, _kin: &mut Kin<'_>) -> Option<CrosswalkDraft> {
        Some(CrosswalkDraft {
            standard: cells.one("from_standard")?,
            from_level: cells.one("from_level")?,
            to_level: cells.one("to_level")?,
            relation: cells.value("relation")?,
            caveat: cells.text("caveat")?,
            source: cells.text("source"),
            standing: cells.standing(),
        })
    }
}
