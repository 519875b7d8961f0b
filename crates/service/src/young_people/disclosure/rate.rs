//! Rates, made of what is published only.

use super::rule::Published;

/// How many per 10,000 of a base, to one decimal place; nothing if either is hidden or the base is 0.
///
/// A rate of true counts would give them away: with a base that is known it is the numerator.
#[must_use]
pub fn per_10_000(numerator: Published, base: Published) -> Option<f64> {
    let base = base.shown().filter(|&base| base > 0)?;
    let rate = numerator.shown()? as f64 / base as f64 * 10_000.0;
    Some((rate * 10.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_needs_both_its_parts() {
        assert_eq!(
            per_10_000(Published::Shown(25), Published::Shown(7_000)),
            Some(35.7)
        );
        assert_eq!(per_10_000(Published::Hidden, Published::Shown(7_000)), None);
        assert_eq!(per_10_000(Published::Shown(25), Published::Hidden), None);
        assert_eq!(per_10_000(Published::Shown(0), Published::Shown(0)), None);
    }
}
