//! What a row of the episodes, and of the times missing, says, and the rules that it is held to by itself.

use chrono::NaiveDate;

use super::row::{Row, Values};
use super::{Known, plausible};
use crate::CollectionYear;
use crate::parsed::{Spell, SpellKind};

/// An episode of being looked after, or of short breaks; nothing when it is refused.
pub(super) fn episode(
    known: &Known,
    values: &Values,
    year: CollectionYear,
    row: &mut Row,
) -> Option<Spell> {
    let started_on = values.day("DECOM")?;
    let (ended_on, reason_ended) = (values.day("DEC"), values.code("REC"));
    let (legal_status, placement) = (values.code("LS"), values.code("PLACE"));
    let is_short_break = matches!(legal_status, Some("V3" | "V4"));
    check_days(started_on, ended_on, year, row);
    if started_on < known.born {
        row.refuse("DECOM", "302");
    }
    if placement.is_none() && !is_short_break {
        row.refuse("PLACE", "146");
    }
    // A reason that is no code has been told of.
    let is_told = row.doubts.iter().any(|told| told.column == Some("REC"));
    if ended_on.is_some() != reason_ended.is_some() && !is_told {
        row.doubt("REC", "148");
    }
    plausible::episode(known, values, started_on, year, row);
    let kind = match is_short_break {
        true => SpellKind::ShortBreak,
        false => SpellKind::LookedAfter,
    };
    (!row.is_refused()).then_some(Spell {
        category_of_need: values.code("CIN"),
        legal_status,
        placement,
        provider: values.code("PLACE_PROVIDER"),
        reason_started: values.code("RNE"),
        reason_ended,
        ..Spell::new(known.place, row.line, kind, started_on, ended_on)
    })
}

/// A time missing, or away without authorisation; nothing when it is refused.
pub(super) fn missing(
    known: &Known,
    values: &Values,
    year: CollectionYear,
    row: &mut Row,
) -> Option<Spell> {
    let started_on = values.day("MIS_START")?;
    let ended_on = values.day("MIS_END");
    if ended_on.is_some_and(|end| end < started_on) {
        row.refuse("MIS_END", "567");
    }
    if started_on > year.last_day() {
        row.refuse("MIS_START", "570");
    } else if ended_on.is_some_and(|end| end < year.first_day() || end > year.last_day()) {
        row.doubt("MIS_END", "571");
    }
    if started_on < known.born {
        row.refuse("MIS_START", "586");
    }
    (!row.is_refused()).then_some(Spell {
        reason_started: values.code("MISSING"),
        ..Spell::new(known.place, row.line, SpellKind::Missing, started_on, ended_on)
    })
}

fn check_days(
    started_on: NaiveDate,
    ended_on: Option<NaiveDate>,
    year: CollectionYear,
    row: &mut Row,
) {
    if ended_on.is_some_and(|end| end < started_on) {
        row.refuse("DEC", "356");
    }
    if started_on > year.last_day() {
        row.refuse("DECOM", "CG03");
    } else if ended_on.is_some_and(|end| end > year.last_day()) {
        row.refuse("DEC", "354");
    } else if ended_on.is_some_and(|end| end < year.first_day()) {
        row.doubt("DEC", "CG16");
    }
}
