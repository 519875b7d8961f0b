//! Answers that were kept, and those of the next edition: what came with the children who changed?
//!
//! The attacker asks all cells of up to two dimensions before and after, and looks where the answers changed.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::world::told;
use super::{Advantage, Child, Maker, World, attribute, cells, existence};
use crate::rule::{Published, Rule};

/// What the attacker learns.
#[derive(Clone, Debug)]
pub struct Learned {
    /// Of what category a child is who came, by dimension.
    pub attributes: Vec<Advantage>,
    /// Whether a child came of whom everything is known, by how the cells that would count it changed.
    pub by_profile: Advantage,
}

/// How the noise of the next edition follows from that of this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noise {
    /// It is the same for the same children, as without editions.
    Kept,
    /// It is drawn anew.
    New,
}

/// Tries the attack on an authority in which so many children come, and as many others leave if `leave`.
#[must_use]
pub fn attack(
    rule: &Rule,
    size: usize,
    come: usize,
    leave: bool,
    noise: Noise,
    trials: u64,
) -> Learned {
    let maker = Maker::default();
    let mut guesses: Vec<Vec<(u16, u16)>> = told().map(|_| Vec::new()).collect();
    let mut by_profile = Vec::new();
    for trial in 0..trials {
        let mut chance = StdRng::seed_from_u64(trial);
        let before = maker.children(&mut chance, 0, size);
        let target = maker.child(&mut chance, 0);
        let is_among = trial % 2 == 0;
        let mut after: Vec<Child> =
            before.iter().skip(if leave { come } else { 0 }).cloned().collect();
        after.extend(maker.children(&mut chance, 0, come - 1));
        after.push(match is_among {
            true => target.clone(),
            false => maker.child(&mut chance, 0),
        });
        let secret = chance.random();
        let next = match noise {
            Noise::Kept => secret,
            Noise::New => chance.random(),
        };
        let before = World::new(rule, secret, &before, &[None]);
        let after = World::new(rule, next, &after, &[None]);

        // For each category, by how much its cells changed and how many there were.
        let mut changes: Vec<Vec<(f64, f64)>> =
            told().map(|(_, categories)| vec![(0.0, 0.0); categories.into()]).collect();
        let mut of_profile = (0.0, 0.0);
        for cell in cells(0, 2) {
            let change = match (before.ask(&cell), after.ask(&cell)) {
                (Published::Shown(one), Published::Shown(other)) => other as f64 - one as f64,
                (Published::Hidden, Published::Shown(_)) => 3.0,
                (Published::Shown(_), Published::Hidden) => -3.0,
                (Published::Hidden, Published::Hidden) => continue,
            };
            for (dimension, category) in cell.iter().enumerate().skip(1) {
                if let Some(category) = category {
                    let of = &mut changes[dimension - 1][usize::from(*category)];
                    // A lone child changes the answers of its own cells alone, however they change.
                    of.0 += if come == 1 { f64::from(u8::from(change != 0.0)) } else { change };
                    of.1 += 1.0;
                }
            }
            let conditions = cell.iter().zip(&target.categories);
            if conditions.into_iter().all(|(asked, is)| asked.is_none_or(|asked| asked == *is)) {
                of_profile = (of_profile.0 + change, of_profile.1 + 1.0);
            }
        }
        by_profile.push((of_profile.0 / f64::max(1.0, of_profile.1), is_among));
        if is_among {
            for (at, changes) in changes.iter().enumerate() {
                let score = |(sum, cells): &(f64, f64)| sum / cells.max(1.0).sqrt();
                let most = changes
                    .iter()
                    .zip(0..)
                    .max_by(|(one, _), (other, _)| score(one).total_cmp(&score(other)));
                let guess = most.map_or(0, |(_, category)| category);
                guesses[at].push((guess, target.categories[at + 1]));
            }
        }
    }
    Learned {
        attributes: guesses.iter().map(|of| attribute(of)).collect(),
        by_profile: existence(&by_profile),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn greatest(learned: &Learned) -> f64 {
        learned.attributes.iter().map(|of| of.0).fold(f64::MIN, f64::max)
    }

    #[test]
    fn a_return_with_one_child_more_tells_everything_of_the_child_without_editions() {
        let learned = attack(&Rule::cell_key().unwrap(), 300, 1, false, Noise::Kept, 40);
        assert!(learned.attributes.iter().all(|of| of.0 > 0.3), "{learned:?}");
    }

    #[test]
    fn an_edition_with_ten_children_more_tells_less_of_each_than_a_guess() {
        let learned = attack(&Rule::low_effect().unwrap(), 300, 10, false, Noise::New, 400);
        assert!(greatest(&learned) < 0.1, "{learned:?}");
    }
}
