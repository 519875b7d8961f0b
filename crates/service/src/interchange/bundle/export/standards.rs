//! The files of evidence standards. They and their scales are few: they are sorted in memory.

use std::collections::HashSet;

use entity::{crosswalk, evidence_standard, standard_dimension, standard_level, standard_version};

use super::Exporter;
use super::names::Named;
use crate::access::scope;
use crate::error::Result;
use crate::interchange::bundle::format;

pub(super) async fn write(to: &mut Exporter<'_>) -> Result<()> {
    with_scales(to).await?;
    crosswalk(to).await
}

/// Standards with their scales.
pub(in super::super) async fn with_scales(to: &mut Exporter<'_>) -> Result<()> {
    to.names.learn_scales(to.connection).await?;
    let mut standards =
        to.only_one(scope::network::<evidence_standard::Entity>()).all(to.connection).await?;
    standards.sort_by(|one, other| one.slug.cmp(&other.slug));
    let superseding = standards.iter().filter_map(|standard| standard.superseded_by);
    to.learn(Named::Standard, superseding).await?;
    let slugs: HashSet<String> = standards.iter().map(|row| row.slug.clone()).collect();
    let mut sheet = to.sheet(&format::STANDARDS);
    for standard in standards {
        sheet.row(|line| {
            line.set("slug", standard.slug);
            line.set("name", standard.name);
            line.refer("owner", standard.owner.and_then(|id| to.names.of(id)));
            line.maybe("homepage", standard.homepage);
            line.maybe("description", standard.description);
            line.withdrawal(
                standard.withdrawn_at,
                standard.withdrawal_reason.as_ref(),
                standard.superseded_by.and_then(|id| to.names.of(id)),
            );
        })?;
    }
    to.close(sheet)?;
    versions(to, &slugs).await?;
    dimensions(to, &slugs).await?;
    levels(to, &slugs).await
}

async fn versions(to: &mut Exporter<'_>, of: &HashSet<String>) -> Result<()> {
    let rows = scope::network::<standard_version::Entity>().all(to.connection).await?;
    let mut rows: Vec<_> = rows
        .into_iter()
        .filter_map(|row| Some((to.names.versions.get(&row.id.into())?, row)))
        .filter(|([standard, _], _)| of.contains(standard))
        .collect();
    rows.sort_by(|one, other| one.0.cmp(other.0));
    let mut sheet = to.sheet(&format::STANDARD_VERSIONS);
    for ([standard, version], row) in rows {
        sheet.row(|line| {
            line.set("standard", standard);
            line.set("version", version);
            line.set("position", row.position);
            line.maybe("since", row.since);
            line.maybe("until", row.until);
            line.maybe("note", row.note);
        })?;
    }
    to.close(sheet)
}

async fn dimensions(to: &mut Exporter<'_>, of: &HashSet<String>) -> Result<()> {
    let rows = scope::network::<standard_dimension::Entity>().all(to.connection).await?;
    let mut rows: Vec<_> = rows
        .into_iter()
        .filter_map(|row| Some((to.names.versions.get(&row.version_id.into())?, row)))
        .filter(|([standard, _], _)| of.contains(standard))
        .collect();
    rows.sort_by(|(one, a), (other, b)| (one, &a.code).cmp(&(other, &b.code)));
    let mut sheet = to.sheet(&format::STANDARD_DIMENSIONS);
    for ([standard, version], row) in rows {
        sheet.row(|line| {
            line.set("standard", standard);
            line.set("version", version);
            line.set("dimension", row.code);
            line.set("name", row.name);
            line.set("position", row.position);
            line.maybe("description", row.description);
        })?;
    }
    to.close(sheet)
}

async fn levels(to: &mut Exporter<'_>, of: &HashSet<String>) -> Result<()> {
    let rows = scope::network::<standard_level::Entity>().all(to.connection).await?;
    let mut rows: Vec<_> = rows
        .into_iter()
        .filter_map(|row| Some((to.names.levels.get(&row.id.into())?, row)))
        .filter(|([standard, ..], _)| of.contains(standard))
        .collect();
    rows.sort_by(|one, other| one.0.cmp(other.0));
    let mut sheet = to.sheet(&format::STANDARD_LEVELS);
    for ([standard, version, dimension, level], row) in rows {
        sheet.row(|line| {
            line.set("standard", standard);
            line.set("version", version);
            line.set("dimension", dimension);
            line.set("level", level);
            line.set("ordinal", row.ordinal);
            line.set("label", row.label);
            line.maybe("description", row.description);
            line.maybe("strength", row.strength);
        })?;
    }
    to.close(sheet)
}

/// How levels read on other standards.
pub(in super::super) async fn crosswalk(to: &mut Exporter<'_>) -> Result<()> {
    if to.names.levels.is_empty() {
        to.names.learn_scales(to.connection).await?;
    }
    let rows = to.only_one(scope::network::<crosswalk::Entity>()).all(to.connection).await?;
    let levels = &to.names.levels;
    let mut rows: Vec<_> = rows
        .into_iter()
        .filter_map(|row| {
            Some((levels.get(&row.from_level.into())?, levels.get(&row.to_level.into())?, row))
        })
        .collect();
    rows.sort_by(|(from, to, _), (other_from, other_to, _)| {
        (from, to).cmp(&(other_from, other_to))
    });
    let mut sheet = to.sheet(&format::CROSSWALK);
    for (from, to, row) in rows {
        sheet.row(|line| {
            for (side, [standard, version, dimension, level]) in [("from", from), ("to", to)] {
                line.set(&format!("{side}_standard"), standard);
                line.set(&format!("{side}_version"), version);
                line.set(&format!("{side}_dimension"), dimension);
                line.set(&format!("{side}_level"), level);
            }
            line.set("relation", row.relation);
            line.set("caveat", row.caveat);
            line.maybe("source", row.source);
            line.withdrawal(row.withdrawn_at, row.withdrawal_reason.as_ref(), None);
        })?;
    }
    to.close(sheet)
}
