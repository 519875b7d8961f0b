//! The shape of a table that is given: who is in which of its cells.

use std::collections::{BTreeMap, BTreeSet};

use entity::{SocialWorkPopulation, StatisticsDimension as By};
use serde::{Deserialize, Serialize};

use super::people::{Atom, PERSONAL};
use crate::network::directory::Directory;

/// The question that a table answers, and the people of whom. Two tables of one shape are one.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Shape {
    /// By what it is broken down.
    pub(super) by: Vec<By>,
    /// The categories to which it is restricted, but for places.
    pub(super) among: BTreeMap<By, BTreeSet<String>>,
    /// Whether it has totals, and the regions' subtotals of its authorities.
    pub(super) has_totals: bool,
    /// The authorities whose people it counts, and the edition of each.
    pub(super) authorities: BTreeMap<String, i32>,
}

/// The categories of a cell; nothing for a total.
pub(super) type Keys = Vec<Option<String>>;

impl Shape {
    /// Returns whether it tells a dimension.
    pub(super) fn tells(&self, dimension: By) -> bool {
        self.by.contains(&dimension) || self.among.contains_key(&dimension)
    }

    /// Returns the populations that it tells.
    pub(super) fn populations(&self) -> Vec<SocialWorkPopulation> {
        let all = SocialWorkPopulation::ALL.iter().copied();
        let named = self.among.get(&By::Population);
        all.filter(|_| self.tells(By::Population))
            .filter(|one| named.is_none_or(|named| named.contains(one.as_str())))
            .collect()
    }

    fn counts(&self, atom: &Atom) -> bool {
        atom.place.is_empty() || self.authorities.contains_key(&atom.place)
    }

    fn is_among(&self, dimension: By, word: &str) -> bool {
        let named = self.among.get(&dimension);
        named.is_none_or(|named| named.contains(word))
    }

    /// Returns the atoms of each of its cells.
    pub(super) fn cells(
        &self,
        atoms: &BTreeMap<Atom, u64>,
        directory: &Directory,
    ) -> BTreeMap<Keys, Vec<usize>> {
        let mut cells: BTreeMap<Keys, Vec<usize>> = BTreeMap::new();
        for (at, atom) in atoms.keys().enumerate() {
            let is_counted = self.among.keys().all(|dimension| {
                let words = words(atom, *dimension, directory);
                words.iter().any(|word| self.is_among(*dimension, word))
            });
            if !is_counted || !self.counts(atom) {
                continue;
            }
            let mut keys: Vec<Keys> = vec![Vec::new()];
            for dimension in &self.by {
                let mut options: Keys = words(atom, *dimension, directory)
                    .into_iter()
                    .filter(|word| self.is_among(*dimension, word))
                    .map(Some)
                    .collect();
                if self.has_totals {
                    if *dimension == By::LocalAuthority {
                        options.extend(words(atom, By::Region, directory).into_iter().map(Some));
                    }
                    options.push(None);
                }
                keys = extended(&keys, &options);
            }
            for key in keys {
                cells.entry(key).or_default().push(at);
            }
        }
        cells
    }

    /// Returns the groups of people that a reader could look for in it, whether it shows them or not: its cells,
    /// their totals and those whom its conditions leave out, by authority where one is told, and in one population
    /// and not in another.
    pub(super) fn groups(
        &self,
        atoms: &BTreeMap<Atom, u64>,
        told: &BTreeSet<SocialWorkPopulation>,
        directory: &Directory,
    ) -> BTreeSet<Vec<usize>> {
        let own: BTreeSet<_> = self.populations().into_iter().collect();
        let mut groups: BTreeMap<Keys, Vec<usize>> = BTreeMap::new();
        for (at, atom) in atoms.keys().enumerate().filter(|(_, atom)| self.counts(atom)) {
            let mut keys: Vec<Keys> = vec![Vec::new()];
            let mut places: Keys = vec![None];
            if !atom.place.is_empty() {
                places.push(Some(atom.place.clone()));
                places.extend(words(atom, By::Region, directory).into_iter().map(Some));
            }
            keys = extended(&keys, &places);
            keys = extended(&keys, &populations(atom, &own, told));
            for dimension in PERSONAL.into_iter().filter(|one| self.tells(*one)) {
                let mut options: Keys = vec![None];
                for word in words(atom, dimension, directory) {
                    if !self.is_among(dimension, &word) {
                        options.push(Some("others".to_owned()));
                    }
                    options.push(Some(word));
                }
                keys = extended(&keys, &options);
            }
            for key in keys {
                groups.entry(key).or_default().push(at);
            }
        }
        groups.into_values().collect()
    }
}

/// Returns the groups by population that somebody is in, as seen from a table of some.
fn populations(
    atom: &Atom,
    own: &BTreeSet<SocialWorkPopulation>,
    told: &BTreeSet<SocialWorkPopulation>,
) -> Keys {
    let is_in = |one: &&SocialWorkPopulation| atom.populations.contains(*one);
    let mut options: Keys = vec![None];
    for one in told.iter().filter(is_in) {
        options.push(Some(one.to_string()));
    }
    for other in told.iter().filter(|one| !is_in(one)) {
        options.push(Some(format!("not {other}")));
        for one in told.iter().filter(is_in) {
            if own.is_empty() || own.contains(one) || own.contains(other) {
                options.push(Some(format!("{one} not {other}")));
            }
        }
    }
    options
}

fn words(atom: &Atom, dimension: By, directory: &Directory) -> Vec<String> {
    match dimension {
        By::LocalAuthority => vec![atom.place.clone()],
        By::Region => {
            let place = directory.local_authorities.by_key(&atom.place);
            place.and_then(|row| row.region.clone()).into_iter().collect()
        }
        By::Population => {
            let populations = atom.populations.iter();
            populations.map(ToString::to_string).collect()
        }
        _ => {
            let words = PERSONAL.iter().zip(atom.words);
            let words = words.filter(|(one, _)| **one == dimension);
            words.map(|(_, word)| word.to_owned()).collect()
        }
    }
}

/// Returns each key with each option at its end.
pub(super) fn extended(keys: &[Keys], options: &[Option<String>]) -> Vec<Keys> {
    let longer = |key: &Keys| -> Vec<Keys> {
        let one = |option: &Option<String>| key.iter().cloned().chain([option.clone()]).collect();
        options.iter().map(one).collect()
    };
    keys.iter().flat_map(longer).collect()
}
