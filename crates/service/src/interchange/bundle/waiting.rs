//! Rows that wait for others further down in their file.

use crate::record::reading::Row;

/// How many bytes of rows may wait.
const WAITING_BYTES: usize = 64 << 20;

/// Rows that wait for what they refer to.
#[derive(Default)]
pub(super) struct Waiting {
    pub(super) rows: Vec<Row>,
    bytes: usize,
}

impl Waiting {
    /// Adds a row, if there is room for it.
    pub(super) fn add(&mut self, row: Row) -> bool {
        self.bytes += row.patch.bytes();
        let has_room = self.bytes <= WAITING_BYTES;
        if has_room {
            self.rows.push(row);
        }
        has_room
    }
}
