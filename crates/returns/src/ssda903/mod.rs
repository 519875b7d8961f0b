//! Reads the SSDA903 return: up to twelve CSV files, each recognised by its header, or one XML file (`markup`).
//!
//! The header table comes first, as the others refer to its children. Episodes, times missing and care leavers are
//! kept; the rows of the other tables are checked and forgotten.

mod columns;
mod line_ends;
mod markup;
mod opening;
mod plausible;
mod row;
mod spell;
mod tables;
mod whole_columns;

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use csv::ByteRecord;

use self::columns::Layout;
pub(crate) use self::columns::{Turn, turn};
use self::line_ends::LineEnds;
use self::opening::{broken, header, unknown};
use self::row::{Breach, Cells, Row, Values, decoded};
use self::spell::{episode, missing};
use self::tables::Kind;
use self::whole_columns::WholeColumns;
use super::CollectionYear;
use super::arrival::Opened;
use super::causes::FOLLOWS;
use super::dates::month_number;
use super::parsed::{Child, Outlet, Problem, Sex, Spell, SpellKind};
use crate::child_id::{ChildId, NotAnId};
use crate::codes;
use crate::error::{Error, Result};
use crate::identifier::{Identifier, KeyHash, Pseudonyms};
use crate::text::clean;
use crate::upn::{self, Upn};
use intake::Content;

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
pub(crate) struct Reader<'a> {
    year: CollectionYear,
    authority: &'a str,
    keys: &'a dyn Pseudonyms,
    outlet: &'a mut Outlet,
    children: HashMap<Box<str>, Known>,
    /// The children whose rows in the header were refused.
    refused: HashSet<Box<str>>,
    pupil_numbers: HashSet<KeyHash>,
    /// The tables that came, and in which file.
    seen: BTreeMap<&'static str, String>,
    /// The tables in which ids stand as decimal numbers.
    decimal: HashSet<&'static str>,
    /// What is wrong with the columns of the files, for which the return is refused.
    faults: Vec<String>,
    /// The files that came before the header.
    early: Vec<String>,
    /// What is said of files that are no tables.
    unknown: Vec<String>,
    /// What the columns hold.
    whole: WholeColumns,
    /// The file in which the return came as XML.
    markup: Option<String>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(
        year: CollectionYear,
        authority: &'a str,
        keys: &'a dyn Pseudonyms,
        outlet: &'a mut Outlet,
    ) -> Self {
        Self {
            year,
            authority,
            keys,
            outlet,
            children: HashMap::new(),
            refused: HashSet::new(),
            pupil_numbers: HashSet::new(),
            seen: BTreeMap::new(),
            decimal: HashSet::new(),
            faults: Vec::new(),
            early: Vec::new(),
            unknown: Vec::new(),
            whole: WholeColumns::default(),
            markup: None,
        }
    }

    /// Reads one file. Once the columns of one are wrong, or one is no table, those of the others are looked at and
    /// nothing more.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when it can't be read, or a table is there twice.
    pub(crate) fn read(&mut self, opened: Opened) -> Result<()> {
        let Opened { file, content } = opened;
        if self.markup.is_some() || content == Content::Xml && !self.is_untouched() {
            return Err(Error::of_files(
                "An SSDA903 return is one XML file, or CSV files. Send the one or the others.",
            ));
        }
        if content == Content::Xml {
            self.markup = Some(file.name.clone());
            return self.read_markup(file);
        }
        let mut rows =
            csv::ReaderBuilder::new().flexible(true).from_reader(LineEnds::new(file.content));
        let names = header(&mut rows, &file.name)?;
        let Some(table) = columns::recognise(&names) else {
            self.unknown.push(unknown(&file.name, &names));
            return Ok(());
        };
        let (layout, problems) = columns::lay_out(table, &names);
        self.faults.extend(columns::sentence(&file.name, table, &problems));
        for problem in problems {
            self.outlet.problem(problem);
        }
        if let Some(other) = self.seen.get(table.name) {
            return Err(Error::of_files(format!(
                "Two files are the table {}: {other} and {}. Send each table once; which it is is told by its columns, not by its name.",
                table.name, file.name
            )));
        }
        if table.kind != Kind::Header && !self.seen.contains_key("Header") {
            self.early.push(file.name.clone());
        }
        self.seen.insert(table.name, file.name.clone());
        if !self.faults.is_empty() || !self.early.is_empty() || !self.unknown.is_empty() {
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
            self.row(Row::new(layout.table, line), &layout, &record);
            if !self.outlet.breathe() {
                return Err(Error::BrokenOff);
            }
        }
    }

    /// Says what is wrong with the columns, and that a return without its header and episodes, or care leavers, tells
    /// of nothing.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`.
    pub(crate) fn finish(&mut self) -> Result<()> {
        self.look_at_whole_columns();
        if !self.faults.is_empty() {
            return Err(Error::of_files(format!(
                "Without some of its columns the return can't be read rightly: {}. Nothing of it was kept; mend them, and send it again.",
                self.faults.join("; ")
            )));
        }
        self.tables_are_there()
    }

    /// Tells what is wrong with columns as wholes.
    fn look_at_whole_columns(&mut self) {
        for problem in self.whole.problems() {
            if problem.is_refusal {
                let column = problem.column.as_deref().unwrap_or_default();
                self.faults.push(format!(
                    "in the table {} the days of {column} are written with the month first (03/31/2024), so that it can't be told which day 03/04/2024 is: write them as 31/03/2024",
                    problem.file
                ));
            }
            self.outlet.problem(problem);
        }
    }

    /// Whether nothing was read yet.
    fn is_untouched(&self) -> bool {
        self.seen.is_empty() && self.unknown.is_empty()
    }

    /// Says which tables are missing, and which files are none.
    fn tables_are_there(&self) -> Result<()> {
        let has = |name| self.seen.contains_key(name);
        let mut wrong = self.unknown.clone();
        if !has("Header") {
            wrong.push(format!(
                "There is no header table (CHILD, SEX, DOB, ETHNIC, UPN …), which tells of the children to whom all others refer{}.",
                self.came()
            ));
        } else if !self.early.is_empty() {
            wrong.push(format!(
                "The header came after {}. Send the header first: the others refer to its children.",
                self.early.join(", ")
            ));
        }
        if !has("Episodes") && !has("OC3") {
            wrong.push(format!(
                "There is neither an episodes table (CHILD, DECOM, RNE, LS, CIN, PLACE …) nor one of care leavers (OC3: CHILD, IN_TOUCH …){}.",
                match has("Header") {
                    true => self.came(),
                    false => String::new(),
                }
            ));
        }
        match wrong.is_empty() {
            true => Ok(()),
            false => {
                wrong.push(
                    "Send all tables together: a return replaces the earlier one whole. Nothing of it was kept."
                        .to_owned(),
                );
                Err(Error::of_files(wrong.join(" ")))
            }
        }
    }

    /// Which tables came.
    fn came(&self) -> String {
        let came = self.seen.iter();
        let came: Vec<_> =
            came.map(|(table, file)| format!("{file} is the table {table}")).collect();
        match came.is_empty() {
            true => String::new(),
            false => format!("; by their columns {}", came.join(", ")),
        }
    }

    fn row(&mut self, mut row: Row, layout: &Layout, record: &ByteRecord) {
        let table = layout.table;
        let cells = Cells::new(table, &layout.places, record);
        *self.outlet.tally().read_of.entry(table.name).or_default() += 1;
        if layout.is_overstepped(record) {
            row.refusals.push(Breach { column: None, rule: "CG04", nearest: None });
        }
        match ChildId::read(&cells.text("CHILD")) {
            Err(NotAnId::Empty) => row.refuse("CHILD", "CG05"),
            Err(NotAnId::Shortened) => row.refuse("CHILD", "CG13"),
            Ok(id) => {
                if id.is_decimal() && self.decimal.insert(table.name) {
                    row.doubt("CHILD", "CG12");
                }
                let values = cells.check(self.year.0, &mut row, &mut self.whole);
                match table.kind {
                    Kind::Header => {
                        self.header_row(&id, &cells, &values, &mut row);
                        if row.is_refused() {
                            self.refused.insert(id.key().into());
                        }
                    }
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
        if row.is_refused() {
            return;
        }
        let mut hashes =
            vec![self.keys.hash(Identifier::OfAuthority { authority: self.authority, id })];
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
            let is_refused = self.refused.contains(id.key());
            row.refuse("CHILD", if is_refused { FOLLOWS } else { row.table.orphan });
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
        if row.is_refused() {
            return;
        }
        match row.table.kind {
            Kind::Episodes => {
                if let Some(spell) = episode(known, values, self.year, row) {
                    self.outlet.spell(spell);
                    if spell.kind == SpellKind::LookedAfter
                        && let Some(line) = known.lacks_upn.take()
                    {
                        self.outlet.problem(Problem::doubt("Header", line, Some("UPN"), "442"));
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
                    let kind = SpellKind::CareLeaver;
                    self.outlet.spell(Spell::new(known.place, row.line, kind, first, None));
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
        let is_refused = row.is_refused();
        let is_kept = row.table.kind != Kind::Checked;
        let tally = self.outlet.tally();
        match (is_refused, is_kept) {
            (true, _) => tally.refused += 1,
            (false, true) => tally.kept += 1,
            (false, false) => tally.checked += 1,
        }
        let is_doubtful = !row.doubts.is_empty() || !row.faults.is_empty();
        if is_doubtful && !is_refused {
            tally.doubtful += 1;
        }
        if is_kept {
            tally.of_table(row.table.name, 1, u64::from(is_refused));
        }
        let table = row.table.name;
        let lines: Vec<u64> =
            row.refusals.iter().chain(&row.doubts).map(|told| row.line_of(told.column)).collect();
        let mut lines = lines.into_iter();
        let mut line = || lines.next().unwrap_or(row.line);
        for fault in row.faults {
            self.outlet.problem(fault);
        }
        for told in row.refusals {
            let problem = Problem::refusal(table, line(), told.column, told.rule);
            self.outlet.problem(problem.near(told.nearest));
        }
        for told in row.doubts {
            let problem = Problem::doubt(table, line(), told.column, told.rule);
            self.outlet.problem(problem.near(told.nearest));
        }
    }
}
