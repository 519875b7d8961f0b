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
        self.attributes.iter().copied().fold(Advantage::default(), greater)
    }
}

fn greater(one: Advantage, other: Advantage) -> Advantage {
    Advantage(one.0.max(other.0))
}

/// Whom a question is about.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Whom {
    /// The whole group.
    Group,
    /// Those of it who are alike.
    Alike,
    /// Those who are unlike them.
    Unlike,
}

/// What the attacker sees in the answers about one group.
#[derive(Clone, Debug)]
pub struct Seen {
    unequal: f64,
    difference: f64,
    half_hidden: f64,
    her_own: f64,
    /// The guessed category of each dimension.
    guesses: Vec<u16>,
}

/// Looks at the answers about a group: for each dimension, by how many categories it has, what is published of each
/// category.
pub fn look(dimensions: &[u16], asked: impl Fn(Whom, usize, u16) -> Option<u64>) -> Seen {
    let mut seen =
        Seen { unequal: 0.0, difference: 0.0, half_hidden: 0.0, her_own: 0.0, guesses: Vec::new() };
    for (dimension, categories) in dimensions.iter().enumerate() {
        let mut best = (f64::MIN, 0);
        for category in 0..*categories {
            let asked = |whom| asked(whom, dimension, category);
            let (group, alike) = (asked(Whom::Group), asked(Whom::Alike));
            seen.her_own += f64::from(u8::from(asked(Whom::Unlike).is_some()));
            let hers = match (group, alike) {
                (Some(group), Some(alike)) => {
                    let apart = group as f64 - alike as f64;
                    seen.unequal += f64::from(u8::from(group != alike));
                    seen.difference += apart;
                    f64::from(u8::from(group != alike)) * (100.0 + apart)
                }
                (Some(_), None) => {
                    seen.half_hidden += 1.0;
                    50.0
                }
                (None, Some(_)) => {
                    seen.half_hidden -= 1.0;
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
        seen.guesses.push(best.1);
    }
    seen
}

/// What the attacker learned of many groups: of each what was seen, and her categories if she was there.
#[must_use]
pub fn judge(trials: &[(Seen, Option<Vec<u16>>)]) -> Learned {
    let exists = |measure: fn(&Seen) -> f64| {
        let trials = trials.iter();
        let measured: Vec<_> = trials.map(|(seen, hers)| (measure(seen), hers.is_some())).collect();
        existence(&measured)
    };
    let dimensions = trials.first().map_or(0, |(seen, _)| seen.guesses.len());
    let of = |dimension: usize| {
        let there = trials.iter().filter_map(|(seen, hers)| Some((seen, hers.as_ref()?)));
        let guessed: Vec<_> =
            there.map(|(seen, hers)| (seen.guesses[dimension], hers[dimension])).collect();
        attribute(&guessed)
    };
    Learned {
        by_unequal_answers: exists(|seen| seen.unequal),
        by_difference: exists(|seen| seen.difference),
        by_hidden_answers: exists(|seen| seen.half_hidden),
        by_her_own_answers: exists(|seen| seen.her_own),
        attributes: (0..dimensions).map(of).collect(),
    }
}

/// Tries the attack on an authority with a group of boys, in half of the trials with one girl among them, and with
/// other children.
#[must_use]
pub fn attack(rule: &Rule, boys: usize, others: usize, trials: u64) -> Learned {
    let maker = Maker::default();
    let dimensions: Vec<u16> =
        told().filter_map(|(at, categories)| (at > SEX).then_some(categories)).collect();
    let trial = |trial| {
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
        let seen = look(&dimensions, |whom, dimension, category| {
            let mut cell = vec![(PLACE, 0), (POPULATION, 0), (SEX + 1 + dimension, category)];
            match whom {
                Whom::Group => {}
                Whom::Alike => cell.push((SEX, 0)),
                Whom::Unlike => cell.push((SEX, 1)),
            }
            world.ask(&with(&cell)).shown()
        });
        (seen, is_there.then(|| girl.categories[SEX + 1..].to_vec()))
    };
    let trials: Vec<_> = (0..trials).map(trial).collect();
    judge(&trials)
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
