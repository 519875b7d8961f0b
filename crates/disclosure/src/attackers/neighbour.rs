//! A region of two authorities less one of them: which of the other's hidden cells are not empty, and how many
//! children are in them?
//!
//! The partner compares the published answers. The steward of the one authority knows, or has invented, its children,
//! and subtracts the true count, once for each edition that may be published in a year.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{Advantage, Maker, PLACE, World, cells, existence};
use crate::rule::Rule;

const REGION: u16 = 0;
const KNOWN: u16 = 1;
const NEIGHBOUR: u16 = 2;
const WITHIN: [Option<u16>; 3] = [None, Some(REGION), Some(REGION)];

/// What the attackers learn of the neighbour's hidden cells.
#[derive(Clone, Debug)]
pub struct Learned {
    /// Which are not empty, by whether region and authority have the same answer.
    pub by_equal_answers: Advantage,
    /// Which are not empty, by the region's answer less the true count, over what the true count tells by itself:
    /// what is frequent in one authority is in the next.
    pub by_steward: Advantage,
    /// How much oftener the steward's number is exact than the most frequent number would be.
    pub exact: Advantage,
    /// In how many hidden cells the attackers could try.
    pub tried: usize,
}

/// Tries the attacks on authorities of these sizes, with answers of so many editions.
#[must_use]
pub fn attack(rule: &Rule, known: usize, neighbour: usize, editions: u32, trials: u64) -> Learned {
    let maker = Maker::default();
    let (mut equal, mut steward, mut known_alone) = (Vec::new(), Vec::new(), Vec::new());
    let mut exact = Vec::new();
    for trial in 0..trials {
        let mut chance = StdRng::seed_from_u64(trial);
        let mut children = maker.children(&mut chance, KNOWN, known);
        children.extend(maker.children(&mut chance, NEIGHBOUR, neighbour));
        let worlds: Vec<World<'_>> =
            (0..editions).map(|_| World::new(rule, chance.random(), &children, &WITHIN)).collect();
        let Some(first) = worlds.first() else {
            continue;
        };
        for region in cells(REGION, 2) {
            let of = |place: u16| {
                let mut cell = region.clone();
                cell[PLACE] = Some(place);
                cell
            };
            let (one, other) = (of(KNOWN), of(NEIGHBOUR));
            let truth = first.truth(&other);
            if truth >= rule.threshold || first.ask(&other).shown().is_some() {
                continue;
            }
            if let Some((whole, part)) = first.ask(&region).shown().zip(first.ask(&one).shown()) {
                equal.push((f64::from(u8::from(whole != part)), truth > 0));
            }
            let answers = worlds.iter().filter_map(|world| world.ask(&region).shown());
            let answers: Vec<f64> = answers.map(|answer| answer as f64).collect();
            if !answers.is_empty() {
                let mean = answers.iter().sum::<f64>() / answers.len() as f64;
                let rest = mean - first.truth(&one) as f64;
                steward.push((rest, truth > 0));
                known_alone.push((first.truth(&one) as f64, truth > 0));
                exact.push((rest.round().max(0.0) as u16, truth as u16));
            }
        }
    }
    Learned {
        by_equal_answers: existence(&equal),
        by_steward: Advantage(existence(&steward).0 - existence(&known_alone).0),
        exact: super::attribute(&exact),
        tried: exact.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_key_alone_tells_which_hidden_cells_of_the_neighbour_are_not_empty() {
        let learned = attack(&Rule::cell_key().unwrap(), 1_000, 50, 1, 2);
        assert!(learned.by_equal_answers.0 > 0.8, "{learned:?}");
    }

    #[test]
    fn what_is_the_small_rest_of_a_region_has_no_effect() {
        let learned = attack(&Rule::low_effect().unwrap(), 1_000, 50, 4, 4);
        assert!(learned.tried > 500, "{learned:?}");
        assert!(learned.by_equal_answers.0.abs() < 0.05, "{learned:?}");
        assert!(learned.by_steward.0 < 0.05, "{learned:?}");
        assert!(learned.exact.0 < 0.0, "{learned:?}");
    }
}
