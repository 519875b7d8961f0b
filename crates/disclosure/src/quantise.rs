//! Probabilities as whole numbers of keys, with the mean kept exactly.

use super::table::KEYS;

/// The number of keys for each change: 256 in all, a mean of exactly 0, then the variance as near as it goes,
/// then the shares as near to the probabilities as they go.
///
/// It begins with the nearest whole numbers and moves keys from change to change, up to two at a time, as
/// long as that is better. All comparisons are of whole numbers, so that every machine gets the same.
pub(super) fn quantise(changes: &[i64], probabilities: &[f64]) -> Vec<(i64, u16)> {
    let mut shares = Shares::new(changes, probabilities);
    while let Some(moves) = shares.best_moves() {
        shares.make(&moves);
    }
    let keys = shares.keys.iter().map(|&keys| u16::try_from(keys).unwrap_or(0));
    changes.iter().copied().zip(keys).filter(|&(_, keys)| keys > 0).collect()
}

/// A place among the changes, from which or to which a key is moved.
type Move = (usize, usize);

/// Shares are compared in this part of a key, which is far coarser than the rounding of floating point.
const GRAIN: i64 = 1024;

struct Shares<'a> {
    changes: &'a [i64],
    keys: Vec<i64>,
    /// The exact shares, in grains.
    wanted: Vec<i64>,
    /// How far the sums over the keys of the change and of its square are from what they should be.
    off: (i64, i64),
}

impl<'a> Shares<'a> {
    /// The nearest whole numbers, by largest remainders.
    fn new(changes: &'a [i64], probabilities: &[f64]) -> Self {
        let grains = |value: f64| (value * (KEYS as i64 * GRAIN) as f64).round() as i64;
        let wanted: Vec<i64> = probabilities.iter().map(|&p| grains(p)).collect();
        let mut keys: Vec<i64> = wanted.iter().map(|wanted| wanted / GRAIN).collect();
        let mut by_remainder: Vec<usize> = (0..keys.len()).collect();
        by_remainder.sort_by_key(|&at| std::cmp::Reverse(wanted[at] % GRAIN));
        let left = KEYS as i64 - keys.iter().sum::<i64>();
        for at in by_remainder.into_iter().take(usize::try_from(left).unwrap_or(0)) {
            keys[at] += 1;
        }
        let sum = |power| -> i64 {
            changes.iter().zip(&keys).map(|(change, keys)| keys * change.pow(power)).sum()
        };
        // As whole numbers of grains, before anything is rounded to keys.
        let exact: i64 =
            changes.iter().zip(&wanted).map(|(change, wanted)| wanted * change.pow(2)).sum();
        let off = (sum(1), sum(2) - (exact + GRAIN / 2) / GRAIN);
        Self { changes, keys, wanted, off }
    }

    fn make(&mut self, moves: &[Move]) {
        for &(from, to) in moves {
            self.keys[from] -= 1;
            self.keys[to] += 1;
            let (from, to) = (self.changes[from], self.changes[to]);
            self.off.0 += to - from;
            self.off.1 += to * to - from * from;
        }
    }

    /// The one or two moves that come nearest, if they come nearer than staying.
    fn best_moves(&self) -> Option<[Move; 2]> {
        let places = 0..self.changes.len();
        // Moves of a place to itself are among them, so that a pair may also be one move.
        let moves: Vec<Move> =
            places.clone().flat_map(|from| places.clone().map(move |to| (from, to))).collect();
        let mut nearest = (self.moments(&[]), self.error(&[]));
        let mut best = None;
        for (at, &first) in moves.iter().enumerate() {
            for &second in &moves[at..] {
                let pair = [first, second];
                let moments = self.moments(&pair);
                if moments <= nearest.0 && self.possible(&pair) {
                    let distance = (moments, self.error(&pair));
                    if distance < nearest {
                        nearest = distance;
                        best = Some(pair);
                    }
                }
            }
        }
        best
    }

    fn possible(&self, moves: &[Move]) -> bool {
        moves.iter().all(|&(from, _)| {
            let taken = moves.iter().filter(|moved| moved.0 == from).count();
            self.keys[from] >= taken as i64
        })
    }

    /// How far mean and variance would be from what they should be.
    fn moments(&self, moves: &[Move]) -> (i64, i64) {
        let (mut mean, mut squares) = self.off;
        for &(from, to) in moves {
            let (from, to) = (self.changes[from], self.changes[to]);
            mean += to - from;
            squares += to * to - from * from;
        }
        (mean.abs(), squares.abs())
    }

    /// How far the shares would be from the probabilities.
    fn error(&self, moves: &[Move]) -> i64 {
        let mut keys = self.keys.clone();
        for &(from, to) in moves {
            keys[from] -= 1;
            keys[to] += 1;
        }
        let both = keys.iter().zip(&self.wanted);
        both.map(|(keys, wanted)| (keys * GRAIN - wanted).pow(2)).sum()
    }
}
