//! Synthetic children, and a world that counts them.

use std::cell::RefCell;
use std::collections::HashMap;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::cell_key::Records;
use crate::lattice::{Cell, Counted, Dimension};
use crate::rule::{Area, Published, Rule};

/// Where a child lives.
pub const PLACE: usize = 0;
/// The population.
pub const POPULATION: usize = 1;
/// The sex.
pub const SEX: usize = 2;
/// The last dimension.
pub const NEED: usize = 7;

/// How many categories each dimension but the place has: population, sex, age, ethnic group, legal status, placement
/// and need, about as many as the returns tell apart with more than a few children in each.
const CATEGORIES: [u16; NEED] = [4, 2, 6, 5, 6, 7, 8];

/// A child: a category in each dimension, and a record key.
#[derive(Clone, Debug)]
pub struct Child {
    /// The categories.
    pub categories: [u16; NEED + 1],
    /// The record key.
    pub key: u8,
}

/// Draws children. Their categories go together, as they do in life: each child is of one of six kinds, which differ
/// in how frequent categories are.
#[derive(Debug)]
pub struct Maker {
    kinds: Vec<Vec<Vec<f64>>>,
}

impl Default for Maker {
    fn default() -> Self {
        let mut chance = StdRng::seed_from_u64(99);
        let mut weights = |categories: u16| {
            let weights = (0..categories).map(|at| {
                let drawn = -chance.random::<f64>().max(1e-9).ln();
                drawn.powi(2) / (1.0 + f64::from(at))
            });
            let weights: Vec<f64> = weights.collect();
            let sum: f64 = weights.iter().sum();
            let even = 0.1 / f64::from(categories);
            weights.into_iter().map(|weight| 0.9 * weight / sum + even).collect()
        };
        Self { kinds: (0..6).map(|_| CATEGORIES.map(&mut weights).to_vec()).collect() }
    }
}

impl Maker {
    /// A child who lives somewhere.
    pub fn child(&self, chance: &mut StdRng, place: u16) -> Child {
        let kind = draw(chance, &[0.35, 0.25, 0.15, 0.12, 0.08, 0.05]);
        let mut categories = [place; NEED + 1];
        if let Some(kind) = self.kinds.get(usize::from(kind)) {
            for (category, weights) in categories.iter_mut().skip(1).zip(kind) {
                *category = draw(chance, weights);
            }
        }
        Child { categories, key: chance.random() }
    }

    /// Children who live somewhere.
    pub fn children(&self, chance: &mut StdRng, place: u16, count: usize) -> Vec<Child> {
        (0..count).map(|_| self.child(chance, place)).collect()
    }
}

fn draw(chance: &mut StdRng, weights: &[f64]) -> u16 {
    let mut rest = chance.random::<f64>() * weights.iter().sum::<f64>();
    let drawn = weights.iter().zip(0..).find(|(weight, _)| {
        rest -= *weight;
        rest < 0.0
    });
    drawn.map_or(0, |(_, category)| category)
}

/// Children of some places, who are counted by a rule.
#[derive(Debug)]
pub struct World<'a> {
    rule: &'a Rule,
    secret: u64,
    dimensions: Vec<Dimension>,
    /// For each dimension and category, which children are in it: a bit each.
    members: Vec<Vec<Vec<u64>>>,
    keys: Vec<u8>,
    counted: RefCell<HashMap<Cell, Records>>,
}

impl<'a> World<'a> {
    /// A world of some children, and of places that lie in each other as `within` says.
    #[must_use]
    pub fn new(rule: &'a Rule, secret: u64, children: &[Child], within: &[Option<u16>]) -> Self {
        let places = Dimension { within: within.to_vec(), is_place: true };
        let flat = CATEGORIES.map(|categories| Dimension::flat(categories.into()));
        let dimensions: Vec<Dimension> = std::iter::once(places).chain(flat).collect();
        let words = children.len().div_ceil(64);
        let nobody = |dimension: &Dimension| vec![vec![0; words]; dimension.within.len()];
        let mut members: Vec<Vec<Vec<u64>>> = dimensions.iter().map(nobody).collect();
        for (at, child) in children.iter().enumerate() {
            for (dimension, category) in child.categories.iter().enumerate() {
                let mut category = Some(*category);
                while let Some(inside) = category {
                    members[dimension][usize::from(inside)][at / 64] |= 1 << (at % 64);
                    category = dimensions[dimension].within[usize::from(inside)];
                }
            }
        }
        Self {
            rule,
            secret,
            dimensions,
            members,
            keys: children.iter().map(|child| child.key).collect(),
            counted: RefCell::default(),
        }
    }

    /// What is published of a cell.
    #[must_use]
    pub fn ask(&self, cell: &[Option<u16>]) -> Published {
        self.rule.answer(self, cell, Area::LocalAuthority)
    }

    /// The true count, which attackers don't see.
    #[must_use]
    pub fn truth(&self, cell: &[Option<u16>]) -> u64 {
        self.records(cell).count
    }
}

impl Counted for World<'_> {
    fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }

    fn records(&self, cell: &[Option<u16>]) -> Records {
        if let Some(records) = self.counted.borrow().get(cell) {
            return *records;
        }
        let named = cell.iter().zip(&self.members);
        let named: Vec<&[u64]> = named
            .filter_map(|(category, members)| Some(members[usize::from((*category)?)].as_slice()))
            .collect();
        let is_in = |child: usize| {
            let bit = |words: &&[u64]| words[child / 64] >> (child % 64) & 1 == 1;
            named.iter().all(bit)
        };
        let inside = self.keys.iter().enumerate().filter(|(child, _)| is_in(*child));
        let records: Records = inside.map(|(_, key)| *key).collect();
        self.counted.borrow_mut().insert(cell.to_vec(), records);
        records
    }

    fn key(&self, cell: &[Option<u16>]) -> u64 {
        // Any hash does here that an attacker doesn't know: SplitMix64's.
        cell.iter().fold(self.secret, |hash, category| {
            let next = hash ^ category.map_or(0, |category| u64::from(category) + 1);
            let next = next.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let next = (next ^ (next >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let next = (next ^ (next >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            next ^ (next >> 31)
        })
    }
}

/// A cell with these categories, by their dimensions, and everybody in all others.
#[must_use]
pub fn with(categories: &[(usize, u16)]) -> Cell {
    let mut cell = vec![None; NEED + 1];
    for (dimension, category) in categories {
        cell[*dimension] = Some(*category);
    }
    cell
}

/// All cells of a place with a category in at most so many of the other dimensions.
#[must_use]
pub fn cells(place: u16, most: usize) -> Vec<Cell> {
    let mut all = vec![with(&[(PLACE, place)])];
    for (dimension, categories) in (1..).zip(CATEGORIES) {
        let narrower = all.iter().filter(|cell| cell.iter().flatten().count() <= most);
        let narrower = narrower.flat_map(|cell| {
            (0..categories).map(move |category| {
                let mut cell = cell.clone();
                cell[dimension] = Some(category);
                cell
            })
        });
        let narrower: Vec<Cell> = narrower.collect();
        all.extend(narrower);
    }
    all
}

/// The dimensions in which a child may be told, and their categories.
pub(super) fn told() -> impl Iterator<Item = (usize, u16)> {
    (1..).zip(CATEGORIES)
}
