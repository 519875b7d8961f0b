//! One row of a table: its cells as text, and what they say.

use std::borrow::Cow;

use chrono::NaiveDate;
use csv::ByteRecord;
use encoding_rs::WINDOWS_1252;

use super::tables::{Check, Column, Need, Table};
use crate::young_people::codes;
use crate::young_people::returns::dates;

/// A rule that a row breaks, and the column.
pub(super) type Breach = (Option<&'static str>, &'static str);

/// A row, and what is wrong with it.
pub(super) struct Row {
    pub(super) table: &'static Table,
    pub(super) line: u64,
    /// For these it is refused.
    pub(super) refusals: Vec<Breach>,
    /// With these it is kept.
    pub(super) doubts: Vec<Breach>,
}

impl Row {
    pub(super) fn refuse(&mut self, column: &'static str, rule: &'static str) {
        self.refusals.push((Some(column), rule));
    }

    pub(super) fn doubt(&mut self, column: &'static str, rule: &'static str) {
        self.doubts.push((Some(column), rule));
    }
}

/// The cells of a row, by the columns of its table.
pub(super) struct Cells<'a> {
    table: &'static Table,
    places: &'a [Option<usize>],
    record: &'a ByteRecord,
}

/// What a cell says.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value {
    Day(NaiveDate),
    Code(&'static str),
    /// Something that is looked at no further.
    Something,
}

/// What the cells of a row say, by the columns of its table.
pub(super) struct Values {
    table: &'static Table,
    values: Vec<Option<Value>>,
}

impl<'a> Cells<'a> {
    pub(super) const fn new(
        table: &'static Table,
        places: &'a [Option<usize>],
        record: &'a ByteRecord,
    ) -> Self {
        Self {
            table,
            places,
            record,
        }
    }

    /// The text of a column, without spaces around it; empty where the column is missing.
    pub(super) fn text(&self, name: &str) -> Cow<'a, str> {
        let index = self.table.columns.iter().position(|one| one.name == name);
        index.map_or(Cow::Borrowed(""), |index| self.at(index))
    }

    fn at(&self, index: usize) -> Cow<'a, str> {
        let place = self.places.get(index).copied().flatten();
        let cell = place.and_then(|place| self.record.get(place));
        let text = decoded(cell.unwrap_or_default().trim_ascii());
        match text.as_ref() {
            "NULL" | "null" => Cow::Borrowed(""),
            _ => text,
        }
    }

    /// Checks each cell, and says what they say.
    pub(super) fn check(&self, year: i32, row: &mut Row) -> Values {
        let columns = self.table.columns.iter().enumerate();
        let values = columns.map(|(index, column)| {
            let text = self.at(index);
            let value = read(column, year, &text);
            match (value, column.need, text.is_empty()) {
                (Some(_), _, _) | (None, Need::May | Need::Extra, true) => {}
                (None, Need::Extra, false) => row.doubt(column.name, column.rule),
                (None, Need::Must | Need::May, _) => row.refuse(column.name, column.rule),
            }
            value
        });
        Values {
            table: self.table,
            values: values.collect(),
        }
    }
}

fn read(column: &Column, year: i32, text: &str) -> Option<Value> {
    match column.check {
        _ if text.is_empty() => None,
        Check::Anything => Some(Value::Something),
        Check::Day => dates::parse(text).map(Value::Day),
        Check::Code(sets) => {
            let code = codes::find(sets, year, text);
            code.or_else(|| codes::find(sets, year, &text.to_ascii_uppercase()))
                .map(Value::Code)
        }
        Check::Number(least, most) => {
            let number: Option<i32> = text.parse().ok();
            number
                .filter(|number| (least..=most).contains(number))
                .map(|_| Value::Something)
        }
        Check::Begins(beginnings) => beginnings
            .iter()
            .any(|beginning| text.starts_with(beginning))
            .then_some(Value::Something),
    }
}

impl Values {
    fn of(&self, name: &str) -> Option<Value> {
        let index = self.table.columns.iter().position(|one| one.name == name)?;
        self.values.get(index).copied().flatten()
    }

    pub(super) fn day(&self, name: &str) -> Option<NaiveDate> {
        match self.of(name) {
            Some(Value::Day(day)) => Some(day),
            _ => None,
        }
    }

    pub(super) fn code(&self, name: &str) -> Option<&'static str> {
        match self.of(name) {
            Some(Value::Code(code)) => Some(code),
            _ => None,
        }
    }
}

/// Text is UTF-8, or what Windows writes.
pub(super) fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}
