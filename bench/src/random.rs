//! Chance that is the same on every machine and in every release: the data must not change with a crate's version.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::{Builder, Uuid};

/// A stream of numbers (`SplitMix64`) named by a seed, a topic and a number within the topic.
///
/// Each thing has its own stream, so that it comes out the same whatever was made before it.
pub(crate) struct Random(u64);

/// What a stream is for. Two topics with one number have nothing in common.
#[derive(Clone, Copy)]
pub(crate) enum Topic {
    Words,
    Network,
    Person,
    Partner,
    Authority,
    Programme,
    Term,
    Standard,
    Study,
    Publication,
    Finding,
    Rating,
    Child,
}

impl Random {
    pub(crate) fn new(seed: u64, topic: Topic, number: u64) -> Self {
        let mut random = Self(seed);
        random.0 = random.next() ^ (topic as u64 + 1);
        random.0 = random.next() ^ number;
        random
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number from 0 up to, and not including, `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.next()) * end as u128) >> 64) as usize
    }

    /// Returns a number from `first` to `last`, both included.
    pub(crate) fn between(&mut self, first: i32, last: i32) -> i32 {
        first + self.below((last - first + 1) as usize) as i32
    }

    /// Returns a number from 0 up to, and not including, 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Returns true so many times in a thousand.
    pub(crate) fn per_mille(&mut self, times: usize) -> bool {
        self.below(1000) < times
    }

    /// Returns a number that is about normal, with mean 0 and variance 1: a sum of twelve uniform numbers needs no
    /// logarithm, which differs between machines in its last digit.
    pub(crate) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// Returns a place in the list of weights, each as likely as its weight says.
    pub(crate) fn weighted(&mut self, weights: &[u32]) -> usize {
        let sum: u32 = weights.iter().sum();
        let mut left = self.below(sum as usize) as u32;
        for (place, weight) in weights.iter().enumerate() {
            if left < *weight {
                return place;
            }
            left -= weight;
        }
        weights.len() - 1
    }
}

/// Makes the ids of version 7, in the order of their time as the server's own are.
#[derive(Clone, Copy)]
pub(crate) struct Ids {
    seed: u64,
}

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// Returns the id of one thing. It can be made again at any time, so that none has to be kept in memory.
    pub(crate) fn id(self, topic: Topic, number: u64, at: DateTime<Utc>) -> Uuid {
        let mut random = Random::new(self.seed ^ 0x1D, topic, number);
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&random.next().to_be_bytes());
        bytes[8..].copy_from_slice(&random.next().to_be_bytes()[..2]);
        Builder::from_unix_timestamp_millis(at.timestamp_millis() as u64, &bytes).into_uuid()
    }
}

/// Returns when the first thing was contributed. A fixed day: a benchmark must not depend on when it is run.
pub(crate) fn epoch() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_454)
}

/// Returns when the study with this number was contributed: four studies a second.
pub(crate) fn contributed_at(number: u64) -> DateTime<Utc> {
    epoch() + TimeDelta::seconds(60) + TimeDelta::microseconds(250_007 * number as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_gives_the_same_numbers_and_another_gives_others() {
        let first = |topic, number| Random::new(1, topic, number).next();
        assert_eq!(first(Topic::Study, 7), first(Topic::Study, 7));
        assert_ne!(first(Topic::Study, 7), first(Topic::Study, 8));
        assert_ne!(first(Topic::Study, 7), first(Topic::Finding, 7));
    }

    #[test]
    fn the_numbers_are_those_of_every_release() {
        let mut random = Random::new(1, Topic::Study, 1);
        let numbers: Vec<usize> = (0..5).map(|_| random.below(1000)).collect();
        assert_eq!(numbers, [478, 808, 148, 685, 598]);
    }

    #[test]
    fn ids_are_of_version_7_and_follow_time() {
        let ids = Ids::new(1);
        let id = |number| ids.id(Topic::Study, number, contributed_at(number));
        assert_eq!(id(1).get_version_num(), 7);
        assert!(id(1) < id(2) && id(2) < id(100_000));
    }

    #[test]
    fn weights_are_kept() {
        let mut random = Random::new(1, Topic::Study, 1);
        let seconds = (0..10_000).filter(|_| random.weighted(&[1, 3, 0]) == 1).count();
        assert!((7_300..7_700).contains(&seconds), "{seconds} of 10,000");
    }
}
