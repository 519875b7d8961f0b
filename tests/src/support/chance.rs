//! Chance that is the same at each run (SplitMix64).

/// A beginning, from which all follows.
#[derive(Debug)]
pub struct Chance(pub u64);

impl Chance {
    /// A number below a limit.
    ///
    /// # Panics
    /// When the limit is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((bits ^ (bits >> 31)) >> 33).expect("31 bits") % limit
    }

    /// Whether it happens that happens once in so many times.
    pub fn one_in(&mut self, limit: usize) -> bool {
        self.below(limit) == 0
    }

    /// One of several.
    pub fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// Some of the numbers below a limit.
    pub fn some_below(&mut self, limit: usize) -> Vec<usize> {
        (0..limit).filter(|_| self.one_in(2)).collect()
    }

    /// A few of the numbers below a limit, at least one.
    pub fn few_below(&mut self, limit: usize) -> Vec<usize> {
        let mut few: Vec<usize> = (0..limit).filter(|_| self.one_in(4)).collect();
        few.push(self.below(limit));
        few.sort_unstable();
        few.dedup();
        few
    }
}
