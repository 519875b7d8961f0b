//! What an import did, and what it refused.

use std::borrow::Cow;

use super::format::TABLES;
use crate::record::{Fault, Outcome, Problem};

/// How many problems a report keeps; more are counted.
const KEPT: usize = 10_000;

/// A problem with the place where it is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Located {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// The column; nothing when it is about the whole row or file.
    pub column: Option<Cow<'static, str>>,
    /// Its stable code.
    pub fault: Fault,
    /// Why it is refused.
    pub reason: Cow<'static, str>,
    /// How to mend it.
    pub remedy: Cow<'static, str>,
}

impl Located {
    pub(super) fn new(file: &str, line: u64, problem: Problem) -> Self {
        let Problem { field, fault, reason, remedy } = problem;
        Self {
            file: file.to_owned(),
            line,
            column: field.map(Cow::Borrowed),
            fault,
            reason: reason.for_bundle(),
            remedy: remedy.for_bundle(),
        }
    }

    pub(super) fn of_file(
        file: &str,
        fault: Fault,
        reason: String,
        remedy: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            file: file.to_owned(),
            line: 1,
            column: None,
            fault,
            reason: reason.into(),
            remedy: remedy.into(),
        }
    }

    /// Columns that a file has not, though things were revised by it.
    pub(super) fn of_left_out(file: &str, columns: &[&str], revised: u64) -> Self {
        let (noun, verb, count, them) = match columns {
            [_] => ("column", "is", "it counts", "it"),
            _ => ("columns", "are", "they count", "them"),
        };
        let things = if revised == 1 { "thing that was" } else { "things that were" };
        Self::of_file(
            file,
            Fault::MissingColumn,
            format!(
                "The {noun} {} {verb} not in the file: for the {revised} {things} revised {count} as empty.",
                columns.join(", ")
            ),
            format!("Add {them} to keep what was there."),
        )
    }
}

impl std::fmt::Display for Located {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file, self.line)?;
        if let Some(column) = &self.column {
            write!(f, " {column}")?;
        }
        write!(f, " [{}] {} {}", self.fault, self.reason, self.remedy)
    }
}

/// What became of the rows of one file.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct TableReport {
    /// The table.
    pub table: &'static str,
    /// Rows that were read.
    pub read: u64,
    /// Rows that came to be.
    pub created: u64,
    /// Rows that revised something.
    pub updated: u64,
    /// Rows that were the same already.
    pub unchanged: u64,
    /// Rows that were refused.
    pub refused: u64,
}

impl TableReport {
    pub(super) fn count(&mut self, outcome: Outcome, rows: u64) {
        match outcome {
            Outcome::Created => self.created += rows,
            Outcome::Updated => self.updated += rows,
            Outcome::Unchanged => self.unchanged += rows,
        }
    }
}

/// How far an import has come.
#[derive(Clone, Debug)]
pub struct Progress {
    /// The file that is being read.
    pub file: String,
    /// Its rows that were read so far.
    pub rows: u64,
    /// Its bytes that were read so far.
    pub bytes: u64,
    /// Its size in bytes.
    pub of_bytes: u64,
}

/// What an import did.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The files, in the order in which they were read.
    pub tables: Vec<TableReport>,
    /// What was refused: the first ten thousand problems.
    pub problems: Vec<Located>,
    /// How many problems there were in all.
    pub problem_count: u64,
    /// What is worth knowing, though nothing was refused for it.
    pub warnings: Vec<Located>,
    /// Whether the import was stopped before its end.
    pub is_interrupted: bool,
    /// Whether what could be written was: a strict import with problems writes nothing.
    pub is_written: bool,
}

impl Report {
    /// The report of one table.
    pub(super) fn table(&mut self, name: &'static str) -> &mut TableReport {
        let at = self.tables.iter().position(|table| table.table == name).unwrap_or_else(|| {
            self.tables.push(TableReport { table: name, ..TableReport::default() });
            self.tables.len() - 1
        });
        &mut self.tables[at]
    }

    pub(super) fn problem(&mut self, problem: Located) {
        self.problem_count += 1;
        if self.problems.len() < KEPT {
            self.problems.push(problem);
        }
    }

    /// Puts the problems in the order of files and lines, as people will look for them.
    pub(super) fn sort(&mut self) {
        let place = |file: &str| {
            let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
            let of_table = |name: &str| name.eq_ignore_ascii_case(stem);
            TABLES.iter().position(|table| of_table(table.name))
        };
        self.problems.sort_by_key(|problem| (place(&problem.file), problem.line));
    }

    /// All files together.
    #[must_use]
    pub fn total(&self) -> TableReport {
        self.tables.iter().fold(
            TableReport { table: "all", ..TableReport::default() },
            |total, table| TableReport {
                table: total.table,
                read: total.read + table.read,
                created: total.created + table.created,
                updated: total.updated + table.updated,
                unchanged: total.unchanged + table.unchanged,
                refused: total.refused + table.refused,
            },
        )
    }
}
