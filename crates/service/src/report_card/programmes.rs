//! The programmes of a report card, and their partners: all of it in the directory.

use std::sync::Arc;

use entity::partner;

use super::ReportCard;
use crate::network::Directory;
use crate::network::directory::Programme;

/// Returns the programmes that began in this time, by slug.
#[must_use]
pub fn begun(directory: &Directory, card: ReportCard) -> Vec<Arc<Programme>> {
    led(directory, card, |programme| {
        let started = programme.row.started.as_ref();
        started.is_some_and(|started| card.holds(started))
    })
}

/// Returns the programmes that were running in this time, by slug. One without an end goes on.
#[must_use]
pub fn running(directory: &Directory, card: ReportCard) -> Vec<Arc<Programme>> {
    led(directory, card, |programme| {
        card.meets(programme.row.started.as_ref(), programme.row.ended.as_ref())
    })
}

/// Returns the partners of the programmes that were running in this time, by slug.
#[must_use]
pub fn partners(directory: &Directory, card: ReportCard) -> Vec<Arc<partner::Model>> {
    let programmes = running(directory, card);
    let mut partners: Vec<_> = programmes
        .iter()
        .flat_map(|programme| &programme.partners)
        .filter_map(|id| directory.partners.by_id(*id).cloned())
        .collect();
    partners.sort_by(|one, other| one.slug.cmp(&other.slug));
    partners.dedup_by_key(|partner| partner.id);
    partners
}

/// Returns how many partners there were at least: as many as are named, or as one of the programmes says it
/// has, whichever is more. Programmes may share partners, so that their numbers can't be added up.
#[must_use]
pub fn partners_at_least(directory: &Directory, card: ReportCard) -> u64 {
    let named = partners(directory, card).len() as u64;
    most_stated(directory, card, |row| row.partners_stated).max(named)
}

/// Returns the highest of the numbers that the programmes running in this time state.
pub(super) fn most_stated(
    directory: &Directory,
    card: ReportCard,
    stated: fn(&entity::programme::Model) -> Option<i32>,
) -> u64 {
    let programmes = running(directory, card);
    let stated = programmes.iter().filter_map(|programme| stated(&programme.row));
    stated.max().unwrap_or_default().unsigned_abs().into()
}

fn led(
    directory: &Directory,
    card: ReportCard,
    passes: impl Fn(&Programme) -> bool,
) -> Vec<Arc<Programme>> {
    let programmes = directory.programmes.listed(false);
    programmes
        .filter(|programme| card.is_of(programme.row.lead_centre) && passes(programme))
        .cloned()
        .collect()
}
