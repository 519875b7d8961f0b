//! One row of a table: its cells as text, and what they say.

use std::borrow::Cow;

use chrono::NaiveDate;
use csv::ByteRecord;
use encoding_rs::WINDOWS_1252;

use super::tables::{Check, Column, Need, Table};
use super::whole_columns::WholeColumns;
use crate::codes;
use crate::dates;
use crate::parsed::Problem;
use crate::text::{clean, whole};

/// A rule that a row breaks.
pub(super) struct Breach {
    pub(super) column: Option<&'static str>,
    pub(super) rule: &'static str,
    /// The code that was probably meant.
    pub(super) nearest: Option<&'static str>,
}

/// A row, and what is wrong with it.
pub(super) struct Row {
    pub(super) table: &'static Table,
    pub(super) line: u64,
    /// For these it is refused.
    pub(super) refusals: Vec<Breach>,
    /// With these it is kept.
    pub(super) doubts: Vec<Breach>,
    /// What is wrong with the elements that it is made of.
    pub(super) faults: Vec<Problem>,
    /// Of XML, the lines of its columns where they are given.
    pub(super) lines: Vec<Option<u64>>,
}

impl Row {
    pub(super) const fn new(table: &'static Table, line: u64) -> Self {
        Self {
            table,
            line,
            refusals: Vec::new(),
            doubts: Vec::new(),
            faults: Vec::new(),
            lines: Vec::new(),
        }
    }

    /// Whether it is refused.
    pub(super) fn is_refused(&self) -> bool {
        !self.refusals.is_empty() || self.faults.iter().any(|fault| fault.is_refusal)
    }

    /// The line of a column.
    pub(super) fn line_of(&self, column: Option<&str>) -> u64 {
        let index = column.and_then(|column| self.table.position(column));
        let line = index.and_then(|index| self.lines.get(index).copied().flatten());
        line.unwrap_or(self.line)
    }

    pub(super) fn refuse(&mut self, column: &'static str, rule: &'static str) {
        self.refusals.push(breach(column, rule));
    }

    pub(super) fn doubt(&mut self, column: &'static str, rule: &'static str) {
        self.doubts.push(breach(column, rule));
    }
}

const fn breach(column: &'static str, rule: &'static str) -> Breach {
    Breach { column: Some(column), rule, nearest: None }
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
        Self { table, places, record }
    }

    /// The text of a column, without spaces around it; empty where the column is missing.
    pub(super) fn text(&self, name: &str) -> Cow<'a, str> {
        let index = self.table.columns.iter().position(|one| one.name == name);
        index.map_or(Cow::Borrowed(""), |index| self.at(index))
    }

    fn at(&self, index: usize) -> Cow<'a, str> {
        let place = self.places.get(index).copied().flatten();
        let cell = place.and_then(|place| self.record.get(place));
        let text = match decoded(cell.unwrap_or_default()) {
            Cow::Borrowed(text) => clean(text),
            Cow::Owned(text) => Cow::Owned(clean(&text).into_owned()),
        };
        match text.eq_ignore_ascii_case("NULL") {
            true => Cow::Borrowed(""),
            false => text,
        }
    }

    /// Checks each cell, and says what they say.
    pub(super) fn check(&self, year: i32, row: &mut Row, whole: &mut WholeColumns) -> Values {
        let columns = self.table.columns.iter().enumerate();
        let values = columns.map(|(index, column)| {
            let text = self.at(index);
            let value = read(column, year, &text);
            whole.note(self.table, index, &text);
            // That the file lacks a column has been told.
            let is_lacking = self.places.get(index).is_none_or(Option::is_none);
            if value.is_some() || is_lacking {
                return value;
            }
            let told = Breach {
                nearest: nearest(column, year, &text),
                ..breach(column.name, column.rule)
            };
            match (column.need, text.is_empty()) {
                (Need::May | Need::Extra, true) => {}
                (Need::Extra, false) => row.doubts.push(told),
                (Need::Must | Need::May, _) => row.refusals.push(told),
            }
            value
        });
        Values { table: self.table, values: values.collect() }
    }
}

fn read(column: &Column, year: i32, text: &str) -> Option<Value> {
    match column.check {
        _ if text.is_empty() => None,
        Check::Anything => Some(Value::Something),
        Check::Day => dates::parse(text).map(Value::Day),
        Check::Code(sets) => codes::find(sets, year, text).map(Value::Code),
        Check::Number(least, most) => {
            let number: Option<i32> = whole(text).unwrap_or(text).parse().ok();
            number.filter(|number| (least..=most).contains(number)).map(|_| Value::Something)
        }
        Check::Begins(beginnings) => beginnings
            .iter()
            .any(|beginning| text.to_ascii_uppercase().starts_with(beginning))
            .then_some(Value::Something),
    }
}

/// The code that was probably meant.
fn nearest(column: &Column, year: i32, text: &str) -> Option<&'static str> {
    match column.check {
        Check::Code(sets) if !text.is_empty() => codes::nearest(sets, year, text),
        _ => None,
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
