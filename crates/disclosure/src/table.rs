//! The perturbation table: for each count and each cell key, the change.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};

use sha2::{Digest, Sha256};

use super::distribution::Distribution;

/// How many keys there are; records and cells have keys from 0 to 255.
pub const KEYS: usize = 256;

/// Counts up to this have a row of their own.
pub(super) const ROWS: u64 = 750;
/// Larger counts take turns in this many last rows.
const REPEATED: u64 = 250;
/// No table of the method comes near it: a larger change is a slip in a file.
const GREATEST_CHANGE: i16 = 100;

/// What `maximum_entropy(STANDARD)` makes. It is kept, as the last bit of a logarithm may differ from machine
/// to machine.
pub(super) const STANDARD_DISTRIBUTION: &str = include_str!("tables/maximum-entropy-1.csv");

/// The change for each count and each cell key, as the file of the ONS has it: a row for each count from 1
/// to 750, and 256 keys in each row.
#[derive(Clone, PartialEq, Eq)]
pub struct PerturbationTable {
    rows: Vec<[i16; KEYS]>,
}

/// A line of the ONS's file.
#[derive(serde::Serialize, serde::Deserialize)]
struct Line {
    pcv: u64,
    ckey: usize,
    pvalue: i16,
}

impl PerturbationTable {
    /// Reads a table in the format of the ONS: CSV with the columns `pcv` (the count), `ckey` (the cell key)
    /// and `pvalue` (the change), in any order of lines.
    ///
    /// # Errors
    ///
    /// If it can't be read, or isn't a whole table: each count from 1 to 750 with each key from 0 to 255,
    /// once, and no change below zero or by more than 100.
    pub fn read(file: impl Read) -> Result<Self, NotATable> {
        let mut rows = vec![[None; KEYS]; ROWS as usize];
        for line in csv::Reader::from_reader(file).deserialize() {
            let Line { pcv, ckey, pvalue } = line?;
            let place = pcv
                .checked_sub(1)
                .and_then(|row| rows.get_mut(usize::try_from(row).ok()?)?.get_mut(ckey))
                .ok_or(NotATable::Outside { pcv, ckey })?;
            if place.replace(pvalue).is_some() {
                return Err(NotATable::Twice { pcv, ckey });
            }
            if i64::from(pvalue) < -i64::try_from(pcv).unwrap_or(i64::MAX) {
                return Err(NotATable::BelowZero { pcv, ckey });
            }
            if pvalue.abs() > GREATEST_CHANGE {
                return Err(NotATable::Unbounded { pcv, ckey });
            }
        }
        let whole = |(row, pcv): ([Option<i16>; KEYS], u64)| {
            let mut changes = [0; KEYS];
            for (ckey, (change, read)) in changes.iter_mut().zip(row).enumerate() {
                *change = read.ok_or(NotATable::Missing { pcv, ckey })?;
            }
            Ok(changes)
        };
        let rows: Result<_, NotATable> = rows.into_iter().zip(1..).map(whole).collect();
        Ok(Self { rows: rows? })
    }

    /// Our own table: [`STANDARD`](super::entropy::STANDARD), as the file in `tables/` says.
    ///
    /// # Errors
    ///
    /// None, unless the file has been damaged.
    pub fn standard() -> Result<Self, NotATable> {
        Ok(Self::spread(&Distribution::read(STANDARD_DISTRIBUTION.as_bytes())?))
    }

    /// Spreads a distribution over the keys of each count. What [`maximum_entropy`](super::maximum_entropy)
    /// makes becomes a table so.
    #[must_use]
    pub fn spread(distribution: &Distribution) -> Self {
        Self { rows: (1..=ROWS).map(|count| distribution.row(count)).collect() }
    }

    /// Writes the table in the format of the ONS, which its own programs read.
    ///
    /// # Errors
    ///
    /// If it can't be written.
    pub fn write(&self, file: impl Write) -> csv::Result<()> {
        let mut csv = csv::Writer::from_writer(file);
        for (row, pcv) in self.rows.iter().zip(1..) {
            for (ckey, &pvalue) in row.iter().enumerate() {
                csv.serialize(Line { pcv, ckey, pvalue })?;
            }
        }
        Ok(csv.flush()?)
    }

    /// The count after perturbation. Zero stays zero.
    ///
    /// Counts over 750 use the rows of 501 to 750 in turn, as in `cell_key_perturbation` 3.1.0 of the ONS.
    #[must_use]
    pub fn perturb(&self, count: u64, key_sum: u64) -> u64 {
        let row = match count {
            0 => return 0,
            1..=ROWS => count,
            _ => (count - 1) % REPEATED + (ROWS - REPEATED) + 1,
        };
        let change = self.rows[row as usize - 1][(key_sum % KEYS as u64) as usize];
        count.saturating_add_signed(change.into())
    }

    /// The changes of a count, by key. A count has a row if it is between 1 and 750.
    #[must_use]
    pub fn row(&self, count: u64) -> Option<&[i16; KEYS]> {
        let row = count.checked_sub(1)?;
        self.rows.get(usize::try_from(row).ok()?)
    }

    /// The furthest that any count is moved.
    #[must_use]
    pub fn greatest_change(&self) -> u64 {
        let changes = self.rows.iter().flatten();
        changes.map(|change| change.unsigned_abs().into()).max().unwrap_or(0)
    }

    /// What tells this table from others: 16 hexadecimal digits of the SHA-256 of all changes.
    pub(super) fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        for change in self.rows.iter().flatten() {
            hash.update(change.to_be_bytes());
        }
        let hash = hash.finalize();
        hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Refuses the table if something that is published gives a count away, or that it is a small one.
    pub(super) fn check_published(&self, threshold: u64) -> Result<(), NotATable> {
        let mut behind: BTreeMap<u64, BTreeSet<u64>> = BTreeMap::new();
        for (row, count) in self.rows.iter().zip(1_u64..) {
            for &change in row {
                behind.entry(count.saturating_add_signed(change.into())).or_default().insert(count);
            }
        }
        // What the rows after the last could lead to as well.
        let whole = threshold..ROWS.saturating_sub(self.greatest_change());
        for (published, counts) in behind.range(whole) {
            if counts.len() == 1 || counts.iter().all(|&count| count < threshold) {
                return Err(NotATable::Telltale { published: *published });
            }
        }
        Ok(())
    }
}

impl std::fmt::Debug for PerturbationTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PerturbationTable(± {})", self.greatest_change())
    }
}

/// Why a file is no perturbation table.
#[derive(Debug, thiserror::Error)]
pub enum NotATable {
    /// It isn't CSV with the columns, or a cell is no number.
    #[error("the perturbation table can't be read: {0}")]
    Unreadable(#[from] csv::Error),
    /// A count or key that no table has.
    #[error(
        "the perturbation table has counts from 1 to 750 and keys from 0 to 255, and not pcv {pcv} with ckey {ckey}"
    )]
    Outside {
        /// The count.
        pcv: u64,
        /// The cell key.
        ckey: usize,
    },
    /// Two lines for one place.
    #[error("the perturbation table has pcv {pcv} with ckey {ckey} twice")]
    Twice {
        /// The count.
        pcv: u64,
        /// The cell key.
        ckey: usize,
    },
    /// No line for a place.
    #[error("the perturbation table lacks pcv {pcv} with ckey {ckey}")]
    Missing {
        /// The count.
        pcv: u64,
        /// The cell key.
        ckey: usize,
    },
    /// A change that would make the count negative.
    #[error("the perturbation table takes pcv {pcv} with ckey {ckey} below zero")]
    BelowZero {
        /// The count.
        pcv: u64,
        /// The cell key.
        ckey: usize,
    },
    /// A change that is too large to be meant.
    #[error("the perturbation table changes pcv {pcv} with ckey {ckey} by more than 100")]
    Unbounded {
        /// The count.
        pcv: u64,
        /// The cell key.
        ckey: usize,
    },
    /// A published value that is possible for one count only, or for small ones only.
    #[error(
        "a published {published} would give the count away, or that it is below the threshold: the perturbation table hides nothing there"
    )]
    Telltale {
        /// What would be published.
        published: u64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(table: &PerturbationTable) -> String {
        let mut file = Vec::new();
        table.write(&mut file).unwrap();
        String::from_utf8(file).unwrap()
    }

    fn refused(file: &str) -> String {
        PerturbationTable::read(file.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_table_comes_back_as_it_was_written() {
        let table = PerturbationTable::standard().unwrap();
        assert!(PerturbationTable::read(written(&table).as_bytes()).unwrap() == table);
    }

    #[test]
    fn a_table_that_is_not_whole_or_not_sound_is_refused() {
        let whole = written(&PerturbationTable::standard().unwrap());
        let replaced = |to: &str| {
            let line = whole.lines().find(|line| line.starts_with("5,7,")).unwrap();
            refused(&whole.replacen(&format!("\n{line}\n"), &format!("\n{to}\n"), 1))
        };
        assert!(replaced("5,8,0").ends_with("has pcv 5 with ckey 8 twice"));
        assert!(replaced("751,7,0").ends_with("and not pcv 751 with ckey 7"));
        assert!(replaced("0,7,0").ends_with("and not pcv 0 with ckey 7"));
        assert!(replaced("5,256,0").ends_with("and not pcv 5 with ckey 256"));
        assert!(replaced("5,7,-6").ends_with("below zero"));
        assert!(replaced("5,7,101").ends_with("by more than 100"));
        assert!(replaced("5,7,half").contains("can't be read"));
        let last = whole.trim_end().rsplit_once('\n').unwrap().0;
        assert!(refused(last).ends_with("lacks pcv 750 with ckey 255"));
    }

    /// The example table of the ONS: below 10 to zero, and everything else to the nearest 5.
    fn ten_five() -> PerturbationTable {
        let mut file = "pcv,ckey,pvalue\n".to_owned();
        for (pcv, ckey) in (1..=750_i64).flat_map(|pcv| (0..256).map(move |ckey| (pcv, ckey))) {
            let pvalue =
                if pcv < 10 { -pcv } else { [0, -1, -2, 2, 1][usize::try_from(pcv % 5).unwrap()] };
            file += &format!("{pcv},{ckey},{pvalue}\n");
        }
        PerturbationTable::read(file.as_bytes()).unwrap()
    }

    #[test]
    fn our_table_changes_no_mean_and_leads_to_zero_or_at_least_10() {
        let table = PerturbationTable::standard().unwrap();
        for count in 1..=ROWS {
            let row = table.row(count).unwrap();
            assert_eq!(row.iter().map(|&change| i64::from(change)).sum::<i64>(), 0);
            assert!(row.iter().all(|change| change.abs() <= 10));
            let mut results = row.iter().map(|&change| count.checked_add_signed(change.into()));
            assert!(results.all(|result| result.is_some_and(|result| result == 0 || result >= 10)));
        }
    }

    #[test]
    fn other_counts_have_their_changes_at_other_keys() {
        let table = PerturbationTable::standard().unwrap();
        let [one, other] = [100, 101].map(|count| table.row(count).unwrap());
        let same = one.iter().zip(other).filter(|(one, other)| one == other).count();
        // By chance about one in eleven is the same.
        assert!((10..50).contains(&same), "{same}");
    }

    #[test]
    fn counts_over_750_take_the_last_250_rows_in_turn() {
        let table = PerturbationTable::standard().unwrap();
        for (count, row) in [(750, 750), (751, 501), (1000, 750), (1001, 501), (1_000_000, 750)] {
            for key in [0, 100, 255] {
                let change = table.row(row).unwrap()[usize::try_from(key).unwrap()];
                assert_eq!(
                    table.perturb(count, key + 256),
                    count.saturating_add_signed(change.into())
                );
            }
        }
    }

    #[test]
    fn the_example_of_the_ons_may_be_used_and_a_table_without_change_may_not() {
        assert!(ten_five().check_published(10).is_ok());
        let unchanged = PerturbationTable { rows: vec![[0; KEYS]; 750] };
        assert!(unchanged.check_published(10).is_err());
    }

    #[test]
    fn a_table_that_says_that_a_count_is_small_is_refused() {
        let mut table = ten_five();
        // 17 would come from 3 and 4 alone.
        table.rows[2][0] = 14;
        table.rows[3][0] = 13;
        assert!(table.check_published(10).is_err());
    }
}
