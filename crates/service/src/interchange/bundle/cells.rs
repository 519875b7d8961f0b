//! The cells of a row, read as what their columns hold.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use entity::moment::{NotAMoment, day, moment};
use entity::{CollaborationId, PartialDate, RatedKind, Visibility, Vocabulary};
use uuid::Uuid;

use super::cell::{Cell, Item};
use super::format::{Column, Table, Target, Value};
use super::references::{Key, Known};
use super::rows::Row;
use super::wording;
use crate::clock::not_before;
use crate::record::{Fault, Problems, Sharing, Standing, identifier, quoted};

/// A row, with what its references stand for.
#[derive(Debug)]
pub(super) struct Cells<'a> {
    table: &'static Table,
    row: &'a Row,
    known: &'a Known,
}

impl<'a> Cells<'a> {
    pub(super) const fn new(table: &'static Table, row: &'a Row, known: &'a Known) -> Self {
        Self { table, row, known }
    }

    /// All that is wrong with the cells by themselves, but for some columns.
    pub(super) fn check(&self, but_for: &[&str]) -> Problems {
        let mut problems = Problems::default();
        for (at, column) in self.table.columns().iter().copied().enumerate() {
            let cell = self.row.cells.get(at).unwrap_or(Cell::NOTHING);
            if but_for.contains(&column.name) {
                continue;
            }
            if !cell.is_empty() {
                self.check_cell(column, cell.text(), &mut problems);
            } else if column.is_required {
                problems.push(wording::required(column.name));
            }
        }
        problems
    }

    fn check_cell(&self, column: Column, text: &str, problems: &mut Problems) {
        let name = column.name;
        let mut wrong = |fault, what: &str, remedy: String| {
            problems.add(name, fault, format!("{} is not {what}.", quoted(text)), remedy);
        };
        match column.value {
            // Recording checks these, with what it checks in all drafts.
            Value::Text | Value::Slug | Value::Texts => {}
            Value::Date => {
                if day(text).is_none() {
                    wrong(
                        Fault::NotADate,
                        "a date",
                        "Write it as 2019-07-15, from 0001-01-01 to 9999-12-31; a spreadsheet may have rewritten it.".to_owned(),
                    );
                }
            }
            Value::PartialDate => {
                if PartialDate::from_str(text).is_err() {
                    let remedy = "Write it as 2019, 2019-07 or 2019-07-15; a spreadsheet may have rewritten it.".to_owned();
                    wrong(Fault::NotADate, "a date", remedy);
                }
            }
            Value::Time => match moment(text) {
                Ok(_) => {}
                Err(NotAMoment::NotRfc3339) => {
                    let remedy = "Write it as 2027-01-31T00:00:00Z.".to_owned();
                    wrong(Fault::NotATime, "a time of RFC 3339", remedy);
                }
                Err(NotAMoment::OutOfRange) => {
                    let remedy = "For a time that never comes write 9999-12-31T00:00:00Z.";
                    let kept = "in the years 0001 to 9999 in UTC, with its offset applied";
                    wrong(Fault::OutOfRange, kept, remedy.to_owned());
                }
            },
            Value::Number => {
                if number(text).is_none() {
                    let remedy =
                        "Write it with a decimal point and without separators, such as 0.25.";
                    wrong(Fault::NotANumber, "a finite number", remedy.to_owned());
                }
            }
            Value::Whole => {
                if text.parse::<i32>().is_err() {
                    let remedy =
                        "Write it with digits only and without separators, such as 42.".to_owned();
                    wrong(Fault::NotAWholeNumber, "a whole number that can be kept", remedy);
                }
            }
            Value::Doi if identifier::doi(text).is_none() => {
                problems.not_an_identifier(name, text, "10.1002/cl2.1152");
            }
            Value::Orcid if identifier::orcid(text).is_none() => {
                problems.not_an_identifier(name, text, "0000-0002-1825-0097");
            }
            Value::Ror if identifier::ror(text).is_none() => {
                problems.not_an_identifier(name, text, "https://ror.org/00f2yqf98");
            }
            Value::Doi | Value::Orcid | Value::Ror => {}
            Value::Word(words) => {
                if !words.contains(&text) {
                    problems.push(wording::unknown_word(name, text, words));
                }
            }
            Value::One(_) | Value::Many(_) | Value::Within(..) | Value::Term | Value::Subject => {
                self.check_references(column, problems);
            }
            Value::Scores => {
                for item in self.cell(name).items() {
                    if let Item::Text(text) = item {
                        problems.push(wording::not_a_score(name, text));
                    }
                }
                self.check_references(column, problems);
            }
        }
    }

    fn check_references(&self, column: Column, problems: &mut Problems) {
        for (target, key, shown) in self.references_of(column) {
            if self.known.id(target, &key).is_none() {
                problems.push(wording::unknown_reference(column.name, target, &shown));
            }
        }
    }

    /// What a column refers to: the kind of thing, its key, and how it is named.
    pub(super) fn references_of(&self, column: Column) -> Vec<(Target, Key, Item)> {
        let target = match column.value {
            Value::One(target) | Value::Many(target) | Value::Within(target, _) => Some(target),
            Value::Term => {
                let vocabulary = self.get("vocabulary").parse::<Vocabulary>();
                vocabulary.ok().map(Target::from)
            }
            Value::Subject => {
                let kind = self.get("subject_kind").parse::<RatedKind>();
                kind.ok().map(Target::from)
            }
            Value::Scores => Some(Target::Level),
            _ => None,
        };
        let within: &[&str] = match column.value {
            Value::Within(_, others) => others,
            Value::Scores => &["standard", "version"],
            _ => &[],
        };
        let Some(target) = target else {
            return Vec::new();
        };
        let whole = || within.iter().map(|name| self.item(name));
        let reference = |item: &Item| {
            let own = match item {
                Item::Score { dimension, level } => {
                    vec![Item::Text(dimension.clone()), Item::Text(level.clone())]
                }
                Item::Text(_) if matches!(column.value, Value::Scores) => return None,
                item => vec![item.clone()],
            };
            Some((target, Key::of(whole().chain(own))?, item.clone()))
        };
        let items = self.cell(column.name).items().iter();
        items.filter_map(reference).collect()
    }

    /// Everything that the row refers to.
    pub(super) fn references(&self) -> Vec<(Target, Key)> {
        let columns = self.table.columns().iter().copied();
        columns
            .into_iter()
            .flat_map(|column| self.references_of(column))
            .map(|(target, key, _)| (target, key))
            .collect()
    }

    fn column(&self, name: &str) -> Option<Column> {
        self.table.columns().iter().copied().find(|column| column.name == name)
    }

    /// What stands in a column.
    pub(super) fn cell(&self, name: &str) -> &'a Cell {
        let at = self.table.columns().iter().copied().position(|column| column.name == name);
        at.and_then(|at| self.row.cells.get(at)).unwrap_or(Cell::NOTHING)
    }

    /// The text of a cell, empty if there is none.
    pub(super) fn get(&self, name: &str) -> &'a str {
        self.cell(name).text()
    }

    /// The value of a cell, an empty text if there is none.
    pub(super) fn item(&self, name: &str) -> Item {
        self.cell(name).one().cloned().unwrap_or_default()
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        let text = self.get(name);
        (!text.is_empty()).then(|| text.to_owned())
    }

    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        let items = self.cell(name).items().iter();
        items.map(Item::to_string).collect()
    }

    /// A value that its text spells, such as a date or a word.
    pub(super) fn value<T: FromStr>(&self, name: &str) -> Option<T> {
        self.get(name).parse().ok()
    }

    pub(super) fn number(&self, name: &str) -> Option<f64> {
        number(self.get(name))
    }

    pub(super) fn time(&self, name: &str) -> Option<DateTime<Utc>> {
        // Rounded up: an embargo never ends earlier than said.
        moment(self.get(name)).ok().map(not_before)
    }

    pub(super) fn identifier(
        &self,
        name: &str,
        normal: fn(&str) -> Option<String>,
    ) -> Option<String> {
        normal(self.get(name))
    }

    pub(super) fn one<Id: From<Uuid>>(&self, name: &str) -> Option<Id> {
        self.many(name).into_iter().next()
    }

    pub(super) fn many<Id: From<Uuid>>(&self, name: &str) -> Vec<Id> {
        let references =
            self.column(name).map(|column| self.references_of(column)).unwrap_or_default();
        let ids = references.into_iter().filter_map(|(target, key, _)| self.known.id(target, &key));
        ids.map(Id::from).collect()
    }

    /// Whether a thing of the network still stands.
    pub(super) fn standing<Id: From<Uuid>>(&self) -> Standing<Id> {
        Standing {
            withdrawn_at: self.time("withdrawn_at"),
            withdrawal_reason: self.text("withdrawal_reason"),
            superseded_by: self.one("superseded_by"),
        }
    }

    /// What every shared thing carries.
    pub(super) fn sharing<Id: From<Uuid>>(&self) -> Option<Sharing<Id>> {
        Some(Sharing {
            contributed_by: self.one("contributed_by")?,
            visibility: self.value("visibility").unwrap_or(Visibility::Centre),
            shared_with: self.many::<CollaborationId>("shared_with"),
            embargoed_until: self.time("embargoed_until"),
            withdrawn_at: self.time("withdrawn_at"),
            withdrawal_reason: self.text("withdrawal_reason"),
            superseded_by: self.one("superseded_by"),
        })
    }
}

/// A finite number in plain digits; minus nought is nought, which is how one database keeps it.
fn number(text: &str) -> Option<f64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    let value: f64 = text.parse().ok().filter(|value: &f64| is_plain && value.is_finite())?;
    Some(value + 0.0)
}
