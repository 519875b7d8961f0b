//! What is wrong with columns as wholes: it can be told of no row alone.

use std::collections::BTreeMap;

use super::tables::{Check, Table};
use crate::dates;
use crate::parsed::Problem;

/// How many rows at least tell something of their column.
const LEAST: u64 = 3;

/// What the columns of the tables hold, as far as it was read.
#[derive(Default)]
pub(super) struct WholeColumns(BTreeMap<(&'static str, usize), Seen>);

/// What a column holds.
struct Seen {
    table: &'static Table,
    rows: u64,
    empty: u64,
    /// Days that are some only if the month comes first, and only if the day does.
    month_first: u64,
    day_first: u64,
}

impl WholeColumns {
    /// Notes a cell.
    pub(super) fn note(&mut self, table: &'static Table, index: usize, text: &str) {
        let seen = self.0.entry((table.name, index)).or_insert(Seen {
            table,
            rows: 0,
            empty: 0,
            month_first: 0,
            day_first: 0,
        });
        seen.rows += 1;
        seen.empty += u64::from(text.is_empty());
        let is_day =
            table.columns.get(index).is_some_and(|column| matches!(column.check, Check::Day));
        if is_day && !text.is_empty() {
            seen.month_first += u64::from(dates::is_month_first(text));
            seen.day_first += u64::from(dates::is_day_first(text));
        }
    }

    /// The columns whose days are written with the month first, and those that tables need and are empty; each with
    /// whether the return can't be read for it.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let told = self.0.iter().filter_map(|((name, index), seen)| {
            let column = seen.table.columns.get(*index)?;
            let is_month_first = seen.month_first >= LEAST && seen.day_first == 0;
            let is_empty = seen.rows >= LEAST && seen.empty == seen.rows;
            // What must be there is told of each row; what tells of an end may well be empty.
            let is_missed = seen.table.needs(column.name) && !seen.table.may_be_empty(column.name);
            let problem = match (is_month_first, is_empty && is_missed) {
                (true, _) => Problem::refusal(name, 1, Some(column.name), "CG19"),
                (false, true) => Problem::doubt(name, 1, Some(column.name), "CG15"),
                (false, false) => return None,
            };
            Some(Problem { rows: seen.rows, ..problem })
        });
        told.collect()
    }
}
