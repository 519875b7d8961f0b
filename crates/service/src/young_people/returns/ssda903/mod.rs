//! Reads the SSDA903 return: up to twelve CSV files, each recognised by its header.
//!
//! The header table comes first, as the others refer to its children. Episodes, times missing and care leavers are
//! kept; the rows of the other tables are checked and forgotten.

mod columns;
mod line_ends;
mod opening;
mod plausible;
mod row;
mod spell;
mod tables;

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use csv::ByteRecord;
use entity::{EpisodeKind, Sex};

use self::columns::Layout;
pub(super) use self::columns::{Turn, turn};
use self::line_ends::LineEnds;
use self::opening::{broken, header, opened, unknown};
use self::row::{Breach, Cells, Row, Values, decoded};
use self::spell::{episode, missing};
use self::tables::Kind;
use super::dates::month_number;
use super::parsed::{Child, Outlet, Problem, Spell};
use super::{CollectionYear, ReturnFile};
use crate::error::{Error, Result};
use crate::young_people::child_id::{ChildId, NotAnId};
use crate::young_people::codes;
use crate::young_people::pseudonym::{Identifier, KeyHash, PseudonymKeys};
use crate::young_people::text::clean;
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
    /// The tables that came, and in which file.
    seen: BTreeMap<&'static str, String>,
    /// The tables in which ids stand as decimal numbers.
    decimal: HashSet<&'static str>,
    /// What is wrong with the columns of the files, for which the return is refused.
    faults: Vec<String>,
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
            seen: BTreeMap::new(),
            decimal: HashSet::new(),
            faults: Vec::new(),
        }
    }

    /// Reads one file. Once the columns of one are wrong, those of the others are looked at and nothing more.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when it is no table of the return, is there twice, or comes before the header.
    pub(super) fn read(&mut self, file: ReturnFile) -> Result<()> {
        let content = opened(&file.name, file.content)?;
        let mut rows = csv::ReaderBuilder::new()
            .flexible(true)
            .from_reader(LineEnds::new(content));
        let names = header(&mut rows, &file.name)?;
        let table = columns::recognise(&names).ok_or_else(|| unknown(&file.name, &names))?;
        let (layout, problems) = columns::lay_out(table, &names);
        self.faults
            .extend(columns::sentence(&file.name, table, &problems));
        for problem in problems {
            self.outlet.problem(problem);
        }
        if let Some(other) = self.seen.get(table.name) {
            return Err(Error::bad_input(
                "files",
                format!(
                    "Two files are the table {}: {other} and {}. Send each table once; which it is is told by its columns, not by its name.",
                    table.name, file.name
                ),
            ));
        }
        if table.kind != Kind::Header && !self.seen.contains_key("Header") {
            return Err(Error::bad_input(
                "files",
                format!(
                    "The file {}, the table {}, came before the header. Send the header (CHILD, SEX, DOB, ETHNIC, UPN …) first: the others refer to its children.",
                    file.name, table.name
                ),
            ));
        }
        self.seen.insert(table.name, file.name.clone());
        if !self.faults.is_empty() {
            return Ok(());
        }
        let mut record = ByteRecord::new();
        loop {
            match rows.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(failure) => return Err(broken(&file.name, &failure)),
            }
            if record.iter().all(|cell| clean(&decoded(cell)).is_empty()) {
                continue;
            }
            let line = record.position().map_or(0, csv::Position::line);
            self.outlet.tally().read += 1;
            self.row(&layout, &record, line);
            if !self.outlet.breathe() {
                return Err(super::nobody_listens());
            }
        }
    }

    /// Says what is wrong with the columns, and that a return without its header and episodes, or care leavers, tells
    /// of nothing.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`.
    pub(super) fn finish(&self) -> Result<()> {
        if !self.faults.is_empty() {
            return Err(Error::bad_input(
                "files",
                format!(
                    "Without some of its columns the return can't be read rightly: {}. Nothing of it was kept; mend the first lines of the files, and send it again.",
                    self.faults.join("; ")
                ),
            ));
        }
        let has = |name| self.seen.contains_key(name);
        if has("Header") && (has("Episodes") || has("OC3")) {
            return Ok(());
        }
        let came = self.seen.iter();
        let came: Vec<_> = came
            .map(|(table, file)| format!("{file} is the table {table}"))
            .collect();
        Err(Error::bad_input(
            "files",
            format!(
                "A return needs its header and its episodes, or its header and its care leavers (OC3), and by their columns {}. Send them together: a return replaces the earlier one whole.",
                match came.is_empty() {
                    true => "none of the files is one".to_owned(),
                    false => came.join(", "),
                }
            ),
        ))
    }

    fn row(&mut self, layout: &Layout, record: &ByteRecord, line: u64) {
        let table = layout.table;
        let cells = Cells::new(table, &layout.places, record);
        let mut row = Row::new(table, line);
        if layout.is_overstepped(record) {
            row.refusals.push(Breach {
                column: None,
                rule: "CG04",
                nearest: None,
            });
        }
        match ChildId::read(&cells.text("CHILD")) {
            Err(NotAnId::Empty) => row.refuse("CHILD", "CG05"),
            Err(NotAnId::Shortened) => row.refuse("CHILD", "CG13"),
            Ok(id) => {
                if id.is_decimal() && self.decimal.insert(table.name) {
                    row.doubt("CHILD", "CG12");
                }
                let values = cells.check(self.year.0, &mut row);
                match table.kind {
                    Kind::Header => self.header_row(&id, &cells, &values, &mut row),
                    _ => self.other_row(&id, &values, &mut row),
                }
            }
        }
        self.conclude(row);
    }

    fn header_row(&mut self, id: &ChildId, cells: &Cells<'_>, values: &Values, row: &mut Row) {
        if self.children.contains_key(id.key()) {
            row.refuse("CHILD", "INT32");
        }
        let (Some(born), Some(sex), Some(ethnicity)) =
            (values.day("DOB"), values.code("SEX"), values.code("ETHNIC"))
        else {
            return;
        };
        if born > self.year.last_day() {
            row.refuse("DOB", "301");
        } else if born < self.year.first_day_of_age(25) {
            row.doubt("DOB", "351");
        }
        if sex == "U" {
            row.doubt("SEX", "232");
        }
        if !row.refusals.is_empty() {
            return;
        }
        let mut hashes = vec![self.keys.hash(Identifier::OfAuthority {
            authority: self.authority,
            id,
        })];
        hashes.extend(self.keys.earlier_hash(self.authority, id));
        let upn = cells.text("UPN");
        if upn.eq_ignore_ascii_case("UN1") && self.year.of_school_age_before(born) {
            row.doubt("UPN", "209");
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
        self.children.insert(id.key().into(), known);
    }

    /// The hash of a pupil number that is right, and no other child's of this return.
    fn pupil_number(&mut self, text: &str, row: &mut Row) -> Option<KeyHash> {
        let number = text.to_uppercase();
        match upn::judge(&number) {
            Upn::Right => {}
            Upn::Unknown => return None,
            _ if number.is_empty() => return None,
            Upn::WrongLetter => {
                row.doubt("UPN", "CG01");
                return None;
            }
            Upn::Malformed => {
                row.doubt("UPN", "168");
                return None;
            }
        }
        let hash = self.keys.hash(Identifier::PupilNumber(&number));
        if self.pupil_numbers.insert(hash) {
            return Some(hash);
        }
        row.doubt("UPN", "CG02");
        None
    }

    fn other_row(&mut self, id: &ChildId, values: &Values, row: &mut Row) {
        let Some(known) = self.children.get_mut(id.key()) else {
            row.refuse("CHILD", row.table.orphan);
            return;
        };
        if values.day("DOB").is_some_and(|born| born != known.born) {
            row.doubt("DOB", "INT11");
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
                        self.outlet
                            .problem(Problem::doubt("Header", line, Some("UPN"), "442"));
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
                    row.refuse("CHILD", "INT34");
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
                    row.doubt("SEX", "INT21");
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
        if is_kept {
            tally.of_table(row.table.name, 1, u64::from(is_refused));
        }
        let (table, line) = (row.table.name, row.line);
        for told in row.refusals {
            let problem = Problem::refusal(table, line, told.column, told.rule);
            self.outlet.problem(problem.near(told.nearest));
        }
        for told in row.doubts {
            let problem = Problem::doubt(table, line, told.column, told.rule);
            self.outlet.problem(problem.near(told.nearest));
        }
    }
}
