//! Reads the SSDA903 return: up to twelve CSV files, each recognised by its header.
//!
//! The header table comes first, as the others refer to its children. Episodes, times missing and care leavers are
//! kept; the rows of the other tables are checked and forgotten.

mod line_ends;
mod plausible;
mod row;
mod spell;
mod tables;

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use csv::ByteRecord;
use entity::{EpisodeKind, Sex};

use self::line_ends::{Fault, LineEnds};
use self::row::{Cells, Row, Values, decoded};
use self::spell::{episode, missing};
use self::tables::{Kind, Table};
use super::dates::month_number;
use super::parsed::{Child, Outlet, Problem, Spell};
use super::{CollectionYear, ReturnFile};
use crate::error::{Error, Result};
use crate::young_people::codes;
use crate::young_people::pseudonym::{Identifier, KeyHash, PseudonymKeys};
use crate::young_people::upn::{self, Upn};

/// What is remembered of a child while the return is read, and no longer.
struct Known {
    place: u32,
    born: NaiveDate,
    sex: Sex,
    is_leaver: bool,
    /// The line of the header that gives no pupil number, until that is told.
    lacks_upn: Option<u64>,
}

/// Reads the files of a return.
pub(super) struct Reader<'a> {
    year: CollectionYear,
    authority: &'a str,
    keys: &'a PseudonymKeys,
    outlet: &'a mut Outlet,
    children: HashMap<Box<str>, Known>,
    pupil_numbers: HashSet<KeyHash>,
    seen: HashSet<&'static str>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        year: CollectionYear,
        authority: &'a str,
        keys: &'a PseudonymKeys,
        outlet: &'a mut Outlet,
    ) -> Self {
        Self {
            year,
            authority,
            keys,
            outlet,
            children: HashMap::new(),
            pupil_numbers: HashSet::new(),
            seen: HashSet::new(),
        }
    }

    /// Reads one file.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when it is no table of the return, is there twice, or comes before the header.
    pub(super) fn read(&mut self, file: ReturnFile) -> Result<()> {
        let mut rows = csv::ReaderBuilder::new()
            .flexible(true)
            .from_reader(LineEnds::new(file.content));
        let columns = header(&mut rows, &file.name)?;
        let table = tables::recognise(&columns).ok_or_else(|| unknown(&file.name, &columns))?;
        if !self.seen.insert(table.name) {
            return Err(Error::bad_input(
                "files",
                format!(
                    "Two files are the table {}. Send each table once.",
                    table.name
                ),
            ));
        }
        if table.kind != Kind::Header && !self.seen.contains("Header") {
            return Err(Error::bad_input(
                "files",
                format!(
                    "The table {} came before the header. Send the header (CHILD, SEX, DOB, ETHNIC, UPN …) first: the others refer to its children.",
                    table.name
                ),
            ));
        }
        let places: Vec<_> = table
            .columns
            .iter()
            .map(|column| columns.iter().position(|name| name == column.name))
            .collect();
        let mut record = ByteRecord::new();
        loop {
            match rows.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(failure) => return Err(broken(&file.name, &failure)),
            }
            if record.iter().all(|cell| cell.trim_ascii().is_empty()) {
                continue;
            }
            let line = record.position().map_or(0, csv::Position::line);
            self.outlet.tally().read += 1;
            if record.len() < columns.len() || overflows(&record, columns.len()) {
                self.refuse(table, line, None, "CG04");
            } else {
                self.row(table, &Cells::new(table, &places, &record), line);
            }
            if !self.outlet.breathe() {
                return Err(super::nobody_listens());
            }
        }
    }

    /// Says that a return without its header and episodes, or care leavers, tells of nothing.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`.
    pub(super) fn finish(&self) -> Result<()> {
        let has = |name| self.seen.contains(name);
        if has("Header") && (has("Episodes") || has("OC3")) {
            return Ok(());
        }
        Err(Error::bad_input(
            "files",
            "A return needs its header and its episodes, or its header and its care leavers (OC3). Send them together: a return replaces the earlier one whole.",
        ))
    }

    fn row(&mut self, table: &'static Table, cells: &Cells<'_>, line: u64) {
        let id = cells.text("CHILD");
        if id.is_empty() {
            return self.refuse(table, line, Some("CHILD"), "CG05");
        }
        let mut row = Row {
            table,
            line,
            refusals: Vec::new(),
            doubts: Vec::new(),
        };
        let values = cells.check(self.year.0, &mut row);
        if table.kind == Kind::Header {
            self.header_row(&id, cells, &values, &mut row);
        } else {
            self.other_row(&id, &values, &mut row);
        }
        self.conclude(row);
    }

    fn header_row(&mut self, id: &str, cells: &Cells<'_>, values: &Values, row: &mut Row) {
        if self.children.contains_key(id) {
            row.refusals.push((Some("CHILD"), "INT32"));
        }
        let (Some(born), Some(sex), Some(ethnicity)) =
            (values.day("DOB"), values.code("SEX"), values.code("ETHNIC"))
        else {
            return;
        };
        if born > self.year.last_day() {
            row.refusals.push((Some("DOB"), "301"));
        } else if born < self.year.first_day_of_age(25) {
            row.doubts.push((Some("DOB"), "351"));
        }
        if sex == "U" {
            row.doubts.push((Some("SEX"), "232"));
        }
        if !row.refusals.is_empty() {
            return;
        }
        let mut hashes = vec![self.keys.hash(Identifier::OfAuthority {
            authority: self.authority,
            id,
        })];
        let upn = cells.text("UPN");
        if upn == "UN1" && self.year.of_school_age_before(born) {
            row.doubts.push((Some("UPN"), "209"));
        }
        hashes.extend(self.pupil_number(&upn, row));
        let sex = codes::sex(sex);
        let place = self.outlet.child(Child {
            hashes,
            birth_month: Some(month_number(born)),
            sex,
            ethnicity,
        });
        let known = Known {
            place,
            born,
            sex,
            is_leaver: false,
            lacks_upn: upn.is_empty().then_some(row.line),
        };
        self.children.insert(id.into(), known);
    }

    /// The hash of a pupil number that is right, and no other child's of this return.
    fn pupil_number(&mut self, text: &str, row: &mut Row) -> Option<KeyHash> {
        let number = text.to_uppercase();
        match upn::judge(&number) {
            Upn::Right => {}
            Upn::Unknown => return None,
            _ if number.is_empty() => return None,
            Upn::WrongLetter => {
                row.doubts.push((Some("UPN"), "CG01"));
                return None;
            }
            Upn::Malformed => {
                row.doubts.push((Some("UPN"), "168"));
                return None;
            }
        }
        let hash = self.keys.hash(Identifier::PupilNumber(&number));
        if self.pupil_numbers.insert(hash) {
            return Some(hash);
        }
        row.doubts.push((Some("UPN"), "CG02"));
        None
    }

    fn other_row(&mut self, id: &str, values: &Values, row: &mut Row) {
        let Some(known) = self.children.get_mut(id) else {
            row.refusals.push((Some("CHILD"), row.table.orphan));
            return;
        };
        if values.day("DOB").is_some_and(|born| born != known.born) {
            row.doubts.push((Some("DOB"), "INT11"));
        }
        if matches!(values.code("REC"), Some("E11" | "E12")) {
            // Without a day it was within the collection: whoever comes in a later one comes after it.
            let day = values.day("DEC").unwrap_or(self.year.last_day());
            self.outlet.adopted(known.place, day);
        }
        if !row.refusals.is_empty() {
            return;
        }
        match row.table.kind {
            Kind::Episodes => {
                if let Some(spell) = episode(known, values, self.year, row) {
                    self.outlet.spell(spell);
                    if spell.kind == EpisodeKind::LookedAfter
                        && let Some(line) = known.lacks_upn.take()
                    {
                        self.outlet.problem(Problem {
                            is_refusal: false,
                            file: "Header",
                            line,
                            column: Some("UPN"),
                            rule: "442",
                        });
                        self.outlet.tally().doubtful += 1;
                    }
                }
            }
            Kind::Missing => {
                if let Some(spell) = missing(known, values, self.year, row) {
                    self.outlet.spell(spell);
                }
            }
            Kind::Leavers => {
                if std::mem::replace(&mut known.is_leaver, true) {
                    row.refusals.push((Some("CHILD"), "INT34"));
                    return;
                }
                plausible::care_leaver(known, values, self.year, row);
                if values.code("IN_TOUCH") != Some("DIED") {
                    let first = self.year.first_day();
                    let kind = EpisodeKind::CareLeaver;
                    self.outlet
                        .spell(Spell::new(known.place, row.line, kind, first, None));
                }
            }
            Kind::Unaccompanied => {
                let sex = values.code("SEX").map(codes::sex);
                if sex.is_some_and(|sex| sex != known.sex) {
                    row.doubts.push((Some("SEX"), "INT21"));
                }
                plausible::unaccompanied(known, values, self.year, row);
                let ceased = values.day("DUC");
                if ceased.is_none_or(|day| day > self.year.last_day()) {
                    self.outlet.unaccompanied(known.place);
                }
            }
            Kind::Header | Kind::Checked => {}
        }
    }

    fn conclude(&mut self, row: Row) {
        let is_refused = !row.refusals.is_empty();
        let is_kept = row.table.kind != Kind::Checked;
        let tally = self.outlet.tally();
        match (is_refused, is_kept) {
            (true, _) => tally.refused += 1,
            (false, true) => tally.kept += 1,
            (false, false) => tally.checked += 1,
        }
        if !is_refused && !row.doubts.is_empty() {
            tally.doubtful += 1;
        }
        let refusals = row.refusals.iter().map(|told| (true, *told));
        let doubts = row.doubts.iter().map(|told| (false, *told));
        for (is_refusal, (column, rule)) in refusals.chain(doubts) {
            self.outlet.problem(Problem {
                is_refusal,
                file: row.table.name,
                line: row.line,
                column,
                rule,
            });
        }
    }

    fn refuse(
        &mut self,
        table: &'static Table,
        line: u64,
        column: Option<&'static str>,
        rule: &'static str,
    ) {
        self.conclude(Row {
            table,
            line,
            refusals: vec![(column, rule)],
            doubts: Vec::new(),
        });
    }
}

fn header(rows: &mut csv::Reader<impl std::io::Read>, file: &str) -> Result<Vec<String>> {
    let header = rows
        .byte_headers()
        .map_err(|failure| broken(file, &failure))?;
    if header.iter().any(|cell| cell.contains(&0)) {
        return Err(Error::bad_input(
            "files",
            format!("The file {file} is in UTF-16. Save it as CSV in UTF-8."),
        ));
    }
    Ok(header
        .iter()
        .map(|cell| decoded(cell.trim_ascii()).to_uppercase())
        .collect())
}

/// Whether there is something beyond the last column.
fn overflows(record: &ByteRecord, columns: usize) -> bool {
    let mut beyond = record.iter().skip(columns);
    beyond.any(|cell| !cell.trim_ascii().is_empty())
}

fn unknown(file: &str, columns: &[String]) -> Error {
    let known: Vec<_> = tables::TABLES.iter().map(|table| table.name).collect();
    let nearest = tables::nearest(columns).map_or_else(String::new, |(table, lacking)| {
        format!(
            " It is nearest to {}, and lacks {}.",
            table.name,
            lacking.join(", ")
        )
    });
    Error::bad_input(
        "files",
        format!(
            "The file {file} is none of the return's tables: its first line must name their columns, separated by commas.{nearest} The tables are {}.",
            known.join(", ")
        ),
    )
}

/// A file that can't be read on. What the library says isn't passed on, as it may repeat what was read.
fn broken(file: &str, failure: &csv::Error) -> Error {
    if let csv::ErrorKind::Io(failure) = failure.kind()
        && let Some(fault) = failure
            .get_ref()
            .and_then(|fault| fault.downcast_ref::<Fault>())
    {
        return Error::bad_input(
            "files",
            format!(
                "The file {file} can't be read: {fault}. Nothing of the return was kept; mend it and send it again."
            ),
        );
    }
    let where_ = failure
        .position()
        .map_or_else(String::new, |place| format!(" at line {}", place.line()));
    Error::bad_input(
        "files",
        format!("The file {file} cannot be read{where_}. Send it again, whole and as CSV."),
    )
}
