//! What an honest analyst sees: how far the answers are from the truth.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{Maker, World, cells};
use crate::rule::Rule;

/// The least counts of the sizes that are told apart; each ends where the next begins.
pub const SIZES: [u64; 6] = [1, 10, 20, 50, 100, 500];

/// How far the answers of cells of a size are off.
#[derive(Clone, Copy, Debug, Default)]
pub struct Error {
    /// On average, in either direction, as a share of the true count.
    pub relative: f64,
    /// On average, with its sign, as a share of the true count.
    pub bias: f64,
    /// The share of cells of which nothing is shown.
    pub hidden: f64,
    /// How many cells there were.
    pub cells: usize,
}

/// Asks an authority of a size for all cells of up to three dimensions; errors by [`SIZES`].
#[must_use]
pub fn measure(rule: &Rule, size: usize, trials: u64) -> [Error; SIZES.len()] {
    let maker = Maker::default();
    let mut errors: [Vec<Option<f64>>; SIZES.len()] = Default::default();
    for trial in 0..trials {
        let mut chance = StdRng::seed_from_u64(trial);
        let children = maker.children(&mut chance, 0, size);
        let world = World::new(rule, chance.random(), &children, &[None]);
        for cell in cells(0, 3) {
            let truth = world.truth(&cell);
            if let Some(at) = SIZES.iter().rposition(|least| truth >= *least) {
                let off = |shown: u64| (shown as f64 - truth as f64) / truth as f64;
                errors[at].push(world.ask(&cell).shown().map(off));
            }
        }
    }
    errors.map(|errors| {
        let shown: Vec<f64> = errors.iter().copied().flatten().collect();
        let mean = |sum: f64| sum / shown.len().max(1) as f64;
        Error {
            relative: mean(shown.iter().map(|off| off.abs()).sum()),
            bias: mean(shown.iter().sum()),
            hidden: 1.0 - shown.len() as f64 / errors.len().max(1) as f64,
            cells: errors.len(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_50_and_more_stay_within_5_in_a_hundred_on_average() {
        let rule = Rule::low_effect().unwrap();
        for size in [100, 200, 1_000] {
            let large = measure(&rule, size, 3).into_iter().zip(SIZES);
            let large: Vec<Error> =
                large.filter(|(_, least)| *least >= 50).map(|(error, _)| error).collect();
            let cells: usize = large.iter().map(|error| error.cells).sum();
            let sum: f64 = large.iter().map(|error| error.relative * error.cells as f64).sum();
            assert!(sum / (cells as f64) < 0.05, "{size}: {large:?}");
        }
    }
}
