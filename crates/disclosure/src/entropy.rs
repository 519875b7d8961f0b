//! The distribution of the change of each count, by the method of maximum entropy.
//!
//! Among all distributions that keep the rules (mean 0, a given variance, no change above a bound, no
//! result below zero and none between zero and the threshold) the one of greatest entropy tells least about
//! the true count beyond these rules.
//!
//! J. Fraser, J. Wooton: *A proposed method for confidentialising tabular output to protect against
//! differencing* (2005); J. K. Marley, V. L. Leaver: *A method for confidentialising user-defined tables:
//! statistical properties and a risk-utility analysis* (2011); S. Giessing: *Computational issues in the
//! design of transition probabilities and disclosure risk estimation for additive noise* (2016).

use super::distribution::Distribution;
use super::quantise::quantise;

/// What a distribution has to keep.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameters {
    /// The smallest positive result; between zero and it there is none.
    pub threshold: u64,
    /// The furthest that a count is moved.
    pub greatest_change: u64,
    /// The variance of the change, as far as the other rules allow; see [`Parameters::greatest_variance`].
    pub variance: f64,
}

/// The parameters of the default table, with the reasons in docs/disclosure.md.
pub const STANDARD: Parameters = Parameters { threshold: 10, greatest_change: 10, variance: 9.0 };

/// Parameters that no distribution fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "counts below the threshold must be able to reach it: the greatest change must be between the threshold \
     and 100, both at least 2, and the variance positive and less than a third of the change's square"
)]
pub struct Impossible;

/// The distribution of the change of every count, in 256ths.
///
/// # Errors
///
/// If no distribution keeps the parameters.
pub fn maximum_entropy(parameters: Parameters) -> Result<Distribution, Impossible> {
    parameters.check()?;
    let rows = (1..=parameters.first_free())
        .map(|count| {
            let changes = parameters.changes(count);
            let greatest_variance = parameters.greatest_variance(count);
            let found = most_uncertain(&changes, greatest_variance, parameters.greatest_change);
            let probabilities: Vec<f64> = found.points.iter().map(|&(_, p)| p).collect();
            quantise(&changes, &probabilities)
        })
        .collect();
    Ok(Distribution::new(rows))
}

impl Parameters {
    fn check(self) -> Result<(), Impossible> {
        let Self { threshold, greatest_change, variance } = self;
        // A uniform distribution over all changes has a variance of about a third of the square.
        let most = (greatest_change * greatest_change) as f64 / 3.0;
        let fits = 2 <= threshold
            && threshold <= greatest_change
            && greatest_change <= 100
            && 0.0 < variance
            && variance < most;
        fits.then_some(()).ok_or(Impossible)
    }

    /// The first count that can be moved as far down as up; from it on all rows are the same.
    const fn first_free(self) -> u64 {
        self.threshold + self.greatest_change
    }

    /// The changes that a count may undergo, ascending.
    fn changes(self, count: u64) -> Vec<i64> {
        let results = count.saturating_sub(self.greatest_change)..=count + self.greatest_change;
        results
            .filter(|&result| result == 0 || result >= self.threshold)
            .map(|result| result as i64 - count as i64)
            .collect()
    }

    /// The greatest variance of the change of a count.
    ///
    /// A count *i* below the threshold *t* becomes 0 or at least *t*, which by itself brings a variance of
    /// *i* (*t* − *i*); the variance of the parameters is added to that.
    #[must_use]
    pub fn greatest_variance(&self, count: u64) -> f64 {
        let forced = count * self.threshold.saturating_sub(count);
        forced as f64 + self.variance
    }
}

/// The distribution of greatest entropy with mean 0 and at most a variance.
///
/// With the mean alone it has the form exp(a·x). If its variance is greater than it may be, the variance is
/// what it may be, and the form exp(a·x + b·x²) with a negative b.
fn most_uncertain(changes: &[i64], greatest_variance: f64, scale: u64) -> Tilted {
    // In units of the greatest change, so that all derivatives are of one size.
    let scale = scale as f64;
    let points: Vec<f64> = changes.iter().map(|&change| change as f64 / scale).collect();
    let greatest = greatest_variance / (scale * scale);
    let free = solve(&points, None);
    if free.moment(2) <= greatest { free } else { solve(&points, Some(greatest)) }
}

/// Finds a and b such that the mean is 0 and the mean square is as wanted, or b is 0 if none is: they minimise
/// the convex function ln Σ exp(a·x + b·x²) − b·wanted, which Newton's method does.
fn solve(points: &[f64], wanted: Option<f64>) -> Tilted {
    const ENOUGH: f64 = 1e-14;
    let height = |there: &Tilted| there.log_sum - there.b * wanted.unwrap_or(0.0);
    let mut now = Tilted::new(points, 0.0, 0.0);
    for _ in 0..200 {
        let slope_a = now.moment(1);
        let slope_b = wanted.map_or(0.0, |wanted| now.moment(2) - wanted);
        if slope_a.abs().max(slope_b.abs()) < ENOUGH {
            break;
        }
        let (aa, ab, bb) = match wanted {
            Some(_) => now.covariance(),
            None => (now.covariance().0, 0.0, 1.0),
        };
        let determinant = aa * bb - ab * ab;
        let step_a = (ab * slope_b - bb * slope_a) / determinant;
        let step_b = (ab * slope_a - aa * slope_b) / determinant;
        let fall = slope_a * step_a + slope_b * step_b;
        // Newton's step, or as much of it as goes down.
        let mut length = 1.0;
        now = loop {
            let there = Tilted::new(points, now.a + length * step_a, now.b + length * step_b);
            if length < 1e-10 || height(&there) <= height(&now) + 1e-4 * length * fall {
                break there;
            }
            length /= 2.0;
        };
    }
    now
}

/// A distribution exp(a·x + b·x²) over some points.
struct Tilted {
    a: f64,
    b: f64,
    /// The points, and the probability of each.
    points: Vec<(f64, f64)>,
    log_sum: f64,
}

impl Tilted {
    fn new(points: &[f64], a: f64, b: f64) -> Self {
        let exponents = points.iter().map(|x| a * x + b * x * x);
        let greatest = exponents.clone().fold(f64::NEG_INFINITY, f64::max);
        let weights = exponents.map(|exponent| (exponent - greatest).exp());
        let sum: f64 = weights.clone().sum();
        Self {
            a,
            b,
            points: points.iter().copied().zip(weights.map(|weight| weight / sum)).collect(),
            log_sum: greatest + sum.ln(),
        }
    }

    fn moment(&self, power: i32) -> f64 {
        self.points.iter().map(|(x, p)| p * x.powi(power)).sum()
    }

    /// The variance of x, its covariance with x², and the variance of x².
    fn covariance(&self) -> (f64, f64, f64) {
        let [m1, m2, m3, m4] = [1, 2, 3, 4].map(|power| self.moment(power));
        (m2 - m1 * m1, m3 - m1 * m2, m4 - m2 * m2)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::table::{KEYS, STANDARD_DISTRIBUTION};

    /// The sum over the keys of a power of the change.
    fn sum(row: &[(i64, u16)], power: u32) -> i64 {
        row.iter().map(|&(change, keys)| i64::from(keys) * change.pow(power)).sum()
    }

    #[test]
    fn the_file_is_what_the_program_makes() {
        let mut file = Vec::new();
        maximum_entropy(STANDARD).unwrap().write(&mut file).unwrap();
        if std::env::var_os("COMMONGROUND_TEST_UPDATE_TABLE").is_some() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tables/maximum-entropy-1.csv");
            std::fs::write(path, &file).unwrap();
        }
        assert_eq!(String::from_utf8(file).unwrap(), STANDARD_DISTRIBUTION);
    }

    #[test]
    fn the_variance_is_as_stated_from_13_on_and_never_more() {
        let distribution = maximum_entropy(STANDARD).unwrap();
        for count in 1..=40 {
            let variance = sum(distribution.of(count), 2) as f64 / KEYS as f64;
            assert!(variance <= STANDARD.greatest_variance(count), "{count}: {variance}");
            if count == 10 || count >= 13 {
                assert!((variance - 9.0).abs() < 1e-9, "{count}: {variance}");
            }
        }
    }

    #[test]
    fn no_distribution_of_the_same_mean_and_variance_has_more_entropy() {
        let entropy = |shares: &[f64]| -> f64 {
            shares.iter().filter(|&&p| p > 0.0).map(|p| -p * p.ln()).sum()
        };
        for count in [1, 5, 10, 12, 15, 30] {
            let changes = STANDARD.changes(count);
            let found = most_uncertain(&changes, STANDARD.greatest_variance(count), 10);
            let shares: Vec<f64> = found.points.iter().map(|&(_, p)| p).collect();
            // A step along four points that keeps sum, mean and square is a third difference.
            for four in changes.windows(4).filter(|four| four[3] - four[0] == 3) {
                let at = changes.iter().position(|change| *change == four[0]).unwrap();
                for step in [1e-6, -1e-6] {
                    let mut other = shares.clone();
                    for (share, weight) in other[at..].iter_mut().zip([1.0, -3.0, 3.0, -1.0]) {
                        *share += step * weight;
                    }
                    if other.iter().all(|&share| share >= 0.0) {
                        assert!(entropy(&other) <= entropy(&shares), "{count} {four:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn parameters_that_cannot_be_kept_are_refused() {
        let refused = [
            Parameters { greatest_change: 9, ..STANDARD },
            Parameters { threshold: 1, ..STANDARD },
            Parameters { variance: 0.0, ..STANDARD },
            Parameters { variance: 34.0, ..STANDARD },
            Parameters { greatest_change: 101, ..STANDARD },
        ];
        for parameters in refused {
            assert_eq!(maximum_entropy(parameters), Err(Impossible));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn every_row_keeps_the_rules(threshold in 2..11_u64, more in 0..3_u64, part in 0.05..0.8_f64) {
            let greatest_change = threshold + more;
            let variance = part * (greatest_change * greatest_change) as f64 / 3.0;
            let distribution = maximum_entropy(Parameters { threshold, greatest_change, variance }).unwrap();
            for count in 1..=threshold + greatest_change + 5 {
                let row = distribution.of(count);
                prop_assert_eq!(sum(row, 0), 256);
                prop_assert_eq!(sum(row, 1), 0, "the mean of {}", count);
                for &(change, _) in row {
                    prop_assert!(change.unsigned_abs() <= greatest_change);
                    let result = count.checked_add_signed(change);
                    prop_assert!(result.is_some_and(|result| result == 0 || result >= threshold));
                }
            }
        }
    }
}
