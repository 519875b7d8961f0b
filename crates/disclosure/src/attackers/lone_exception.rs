//! A group of alike children with one who is unlike the rest: is there one, and what is true of her?
//!
//! The attacker asks for each category of each dimension how many of the group are in it, and how many of those who
//! are alike. The categories in which the two answers differ are hers.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::world::told;
use super::{Advantage, Maker, PLACE, POPULATION, SEX, World, attribute, existence, with};
use crate::rule::Rule;

/// What the attacker learns.
#[derive(Clone, Debug)]
pub struct Learned {
    /// Whether there is somebody, by how many pairs of answers differ.
    pub by_unequal_answers: Advantage,
    /// Whether there is somebody, by how much they differ.
    pub by_difference: Advantage,
    /// Whether there is somebody, by answers of which only one is shown.
    pub by_hidden_answers: Advantage,
    /// Whether there is somebody, by answers about nobody but her.
    pub by_her_own_answers: Advantage,
    /// Of what category she is, by dimension.
    pub attributes: Vec<Advantage>,
}

impl Learned {
    /// The greatest advantage in telling whether somebody is there.
    #[must_use]
    pub fn of_existence(&self) -> Advantage {
        let all = [
            self.by_unequal_answers,
            self.by_difference,
            self.by_hidden_answers,
            self.by_her_own_answers,
        ];
        all.into_iter().fold(Advantage::default(), greater)
    }

    /// The greatest advantage in telling a category of hers.
    #[must_use]
    pub fn of_attributes(&self) -> Advantage {
        self.attributes
            .iter()
            .copied()
            .fold(Advantage::default(), greater)
    }
}

fn greater(one: Advantage, other: Advantage) -> Advantage {
    Advantage(one.0.max(other.0))
}

/// Tries the attack on an authority with a group of boys, in half of the trials with one girl among them, and with
/// other children.
#[must_use]
pub fn attack(rule: &Rule, boys: usize, others: usize, trials: u64) -> Learned {
    let maker = Maker::default();
    let mut measures: [Vec<(f64, bool)>; 4] = Default::default();
    let mut guesses: Vec<Vec<(u16, u16)>> = told().map(|_| Vec::new()).collect();
    for trial in 0..trials {
        let mut chance = StdRng::seed_from_u64(trial);
        let mut children = maker.children(&mut chance, 0, boys + others);
        for (at, child) in children.iter_mut().enumerate() {
            match at < boys {
                true => (child.categories[POPULATION], child.categories[SEX]) = (0, 0),
                false => child.categories[POPULATION] = child.categories[POPULATION].max(1),
            }
        }
        let mut girl = maker.child(&mut chance, 0);
        (girl.categories[POPULATION], girl.categories[SEX]) = (0, 1);
        let is_there = trial % 2 == 0;
        children.extend(is_there.then(|| girl.clone()));
        let world = World::new(rule, chance.random(), &children, &[None]);

        let (mut unequal, mut difference, mut half_hidden, mut her_own) = (0.0, 0.0, 0.0, 0.0);
        for (dimension, categories) in told().filter(|(dimension, _)| *dimension > SEX) {
            let mut best = (f64::MIN, 0);
            for category in 0..categories {
                let asked = |more: &[(usize, u16)]| {
                    let group = [(PLACE, 0), (POPULATION, 0), (dimension, category)];
                    world.ask(&with(&[&group, more].concat())).shown()
                };
                let (group, alike) = (asked(&[]), asked(&[(SEX, 0)]));
                her_own += f64::from(u8::from(asked(&[(SEX, 1)]).is_some()));
                let hers = match (group, alike) {
                    (Some(group), Some(alike)) => {
                        let apart = group as f64 - alike as f64;
                        unequal += f64::from(u8::from(group != alike));
                        difference += apart;
                        f64::from(u8::from(group != alike)) * (100.0 + apart)
                    }
                    (Some(_), None) => {
                        half_hidden += 1.0;
                        50.0
                    }
                    (None, Some(_)) => {
                        half_hidden -= 1.0;
                        -1.0
                    }
                    (None, None) => -0.5,
                };
                // Where nothing differs, the most frequent category is the best guess.
                let hers = hers + group.unwrap_or(0) as f64 / 1000.0;
                if hers > best.0 {
                    best = (hers, category);
                }
            }
            if is_there {
                guesses[dimension - 1].push((best.1, girl.categories[dimension]));
            }
        }
        let found = [unequal, difference, half_hidden, her_own];
        for (measures, found) in measures.iter_mut().zip(found) {
            measures.push((found, is_there));
        }
    }
    let [unequal, difference, half_hidden, her_own] = measures.map(|trials| existence(&trials));
    Learned {
        by_unequal_answers: unequal,
        by_difference: difference,
        by_hidden_answers: half_hidden,
        by_her_own_answers: her_own,
        attributes: guesses.iter().skip(SEX).map(|of| attribute(of)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_key_alone_gives_the_lone_exception_away() {
        let learned = attack(&Rule::cell_key().unwrap(), 100, 200, 200);
        assert!(learned.of_existence().0 > 0.9, "{learned:?}");
        assert!(learned.of_attributes().0 > 0.3, "{learned:?}");
    }

    #[test]
    fn conditions_of_low_effect_hide_the_lone_exception() {
        let learned = attack(&Rule::low_effect().unwrap(), 100, 200, 2_000);
        assert!(learned.of_existence().0 < 0.1, "{learned:?}");
        assert!(learned.of_attributes().0 < 0.05, "{learned:?}");
    }
}
