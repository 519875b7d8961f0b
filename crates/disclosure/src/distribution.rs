//! How many keys of each count lead to which change, and how they are spread over the keys.

use std::io::{Read, Write};

use sha2::{Digest, Sha256};

use super::table::KEYS;

/// For each count the changes and the number of keys of each. Counts beyond the last are as the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distribution {
    rows: Vec<Vec<(i64, u16)>>,
}

/// A line of the file.
#[derive(serde::Serialize, serde::Deserialize)]
struct Line {
    count: usize,
    change: i64,
    keys: u16,
}

impl Distribution {
    pub(super) fn new(rows: Vec<Vec<(i64, u16)>>) -> Self {
        Self { rows }
    }

    /// The changes of a count, and of how many of 256 keys each is.
    #[must_use]
    pub fn of(&self, count: u64) -> &[(i64, u16)] {
        let row = usize::try_from(count.saturating_sub(1)).unwrap_or(usize::MAX);
        let row = self.rows.get(row).or(self.rows.last());
        row.map_or(&[], Vec::as_slice)
    }

    /// Writes it as CSV with the columns `count`, `change` and `keys`.
    ///
    /// # Errors
    ///
    /// If it can't be written.
    pub fn write(&self, file: impl Write) -> csv::Result<()> {
        let mut csv = csv::Writer::from_writer(file);
        for (row, count) in self.rows.iter().zip(1..) {
            for &(change, keys) in row {
                csv.serialize(Line { count, change, keys })?;
            }
        }
        Ok(csv.flush()?)
    }

    /// Reads what [`write`](Self::write) wrote.
    pub(super) fn read(file: impl Read) -> csv::Result<Self> {
        let mut rows = Vec::new();
        for line in csv::Reader::from_reader(file).deserialize() {
            let Line { count, change, keys } = line?;
            if rows.len() < count {
                rows.resize(count, Vec::new());
            }
            if let Some(row) = rows.get_mut(count.saturating_sub(1)) {
                row.push((change, keys));
            }
        }
        Ok(Self { rows })
    }

    /// The change for each key of a count.
    ///
    /// Which keys get a change looks like chance, and is different in each row, so that the key of a cell,
    /// which is the sum of the keys of its parts, tells nothing about their changes. In ascending order the
    /// changes of two parts would say much about that of the whole.
    pub(super) fn row(&self, count: u64) -> [i16; KEYS] {
        let mut keys: Vec<usize> = (0..KEYS).collect();
        let order: Vec<[u8; 4]> = (0..KEYS as u64 / 8)
            .flat_map(|part| {
                let mut hash = Sha256::new();
                hash.update(b"commonground perturbation table 1");
                hash.update(count.to_be_bytes());
                hash.update(part.to_be_bytes());
                let hash = <[u8; 32]>::from(hash.finalize());
                hash.as_chunks::<4>().0.to_vec()
            })
            .collect();
        keys.sort_by_key(|&key| order[key]);
        let changes = self.of(count).iter();
        let changes = changes.flat_map(|&(change, keys)| std::iter::repeat_n(change, keys.into()));
        let mut row = [0; KEYS];
        for (key, change) in keys.into_iter().zip(changes) {
            row[key] = i16::try_from(change).unwrap_or(0);
        }
        row
    }
}
