//! How much an attacker gains by asking.

/// How much oftener an attacker is right than by a guess: 0 is no gain, 1 is certainty.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Advantage(pub f64);

impl std::fmt::Display for Advantage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:+.3}", self.0)
    }
}

/// What an attacker measured, and whether what it wanted to know was so.
pub type Guess = (f64, bool);

/// How well a measure tells whether something is so. The attacker learns on the first half of the trials above or
/// below which value to say yes, and is judged on the second half: the share of yes where it is so, less the share
/// where it is not.
#[must_use]
pub fn existence(trials: &[Guess]) -> Advantage {
    let (known, judged) = trials.split_at(trials.len() / 2);
    let mut thresholds: Vec<f64> = known.iter().map(|(measure, _)| *measure).collect();
    thresholds.sort_by(f64::total_cmp);
    thresholds.dedup();
    let step = thresholds.len().div_ceil(200).max(1);
    let thresholds = thresholds.into_iter().step_by(step);
    let rules = thresholds.flat_map(|threshold| [(threshold, 1.0), (threshold, -1.0)]);
    let best = rules.max_by(|one, other| gain(known, *one).total_cmp(&gain(known, *other)));
    Advantage(best.map_or(0.0, |rule| gain(judged, rule)))
}

fn gain(trials: &[Guess], (threshold, sign): (f64, f64)) -> f64 {
    let share = |is_so: bool| {
        let of_kind = || trials.iter().filter(move |(_, so)| *so == is_so);
        let yes = of_kind().filter(|(measure, _)| sign * measure >= sign * threshold);
        yes.count() as f64 / of_kind().count().max(1) as f64
    };
    share(true) - share(false)
}

/// How much oftener the guessed categories are right than the most frequent one would be.
#[must_use]
pub fn attribute(guesses: &[(u16, u16)]) -> Advantage {
    let share = |count: usize| count as f64 / guesses.len().max(1) as f64;
    let right = guesses.iter().filter(|(guess, truth)| guess == truth);
    let most_frequent = guesses.iter().map(|(_, truth)| {
        let same = guesses.iter().filter(|(_, other)| other == truth);
        same.count()
    });
    Advantage(share(right.count()) - share(most_frequent.max().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_measures_the_thing_itself_is_certain_and_who_measures_nothing_gains_nothing() {
        let so = |trial: usize| trial.is_multiple_of(3);
        let telling: Vec<Guess> =
            (0..600).map(|trial| (f64::from(u8::from(so(trial))), so(trial))).collect();
        assert_eq!(existence(&telling), Advantage(1.0));
        let silent: Vec<Guess> = (0..600).map(|trial| (0.0, so(trial))).collect();
        assert_eq!(existence(&silent), Advantage(0.0));
    }

    #[test]
    fn always_guessing_the_most_frequent_category_is_no_advantage() {
        let guesses: Vec<(u16, u16)> = (0..90).map(|trial| (0, u16::from(trial >= 60))).collect();
        assert_eq!(attribute(&guesses), Advantage(0.0));
        let right: Vec<(u16, u16)> = guesses.iter().map(|(_, truth)| (*truth, *truth)).collect();
        assert!((attribute(&right).0 - 1.0 / 3.0).abs() < 1e-9);
    }
}
