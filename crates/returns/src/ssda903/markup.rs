//! The return as XML: an `EXPSSDA903` of a `CHILD` each, with a `HEADER` and an `EPISODE` for each episode.
//!
//! Its elements are the columns of the tables, and become their rows: what is single lies in the header (also the day on
//! which somebody ceased to be unaccompanied, care leavers' answers and adoptions), what comes more than once in
//! elements of its own. Source: the DfE's schema `EXPSSDA903`, as csc-validator-be-903 reads and its synthetic file has
//! it.

use std::collections::BTreeMap;

use csv::ByteRecord;

use super::columns::{self, Layout, name};
use super::row::Row;
use super::tables::{Kind, TABLES, Table};
use super::{Problem, Reader};
use crate::ReturnFile;
use crate::codes;
use crate::error::{Error, Result};
use crate::text::clean;
use crate::xml::{Node, Xml};
use intake::{misspelt, nearest};

/// The name of the whole in reports.
const FILE: &str = "SSDA903";
const ROOT: &str = "EXPSSDA903";
/// How many elements a child may have.
const MOST: usize = 50_000;
/// How many elements that there aren't are told.
const TOLD: usize = 20;
/// Of how many children one line is doubted.
const MANY: u64 = 10;

/// Elements that are called otherwise than their columns.
const ALIASES: &[(&str, &str)] = &[("CHILDID", "CHILD"), ("PL", "PLACE")];
/// Elements that are rows of a table.
const ROWS: &[(&str, &str)] = &[
    ("HEADER", "Header"),
    ("EPISODE", "Episodes"),
    ("AREVIEW", "Reviews"),
    ("AMISSING", "Missing"),
    ("OC2", "OC2"),
    ("OC3", "OC3"),
    ("AD1", "AD1"),
    ("AD_PLACED", "PlacedAdoption"),
    ("PERMANENCE", "PrevPerm"),
];

/// What is read of an element with a text.
struct Cell {
    name: String,
    text: String,
    line: u64,
}

/// An element with others within.
struct Group {
    name: String,
    line: u64,
    cells: Vec<Cell>,
}

/// A document, as far as it was read.
#[derive(Default)]
struct Read {
    children: u64,
    last_line: u64,
    /// Which columns the elements of each table have.
    seen: BTreeMap<&'static str, Vec<bool>>,
    /// Which columns were probably meant by elements that there aren't, and by which.
    meant: BTreeMap<(&'static str, &'static str), String>,
    told: Vec<(&'static str, String)>,
}

fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}

impl Reader<'_> {
    /// Reads the return from XML.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when it is no such document, or can't be read to its end.
    pub(super) fn read_markup(&mut self, file: ReturnFile) -> Result<()> {
        let named = file.name;
        let mut xml = Xml::new(file.content).map_err(|failure| Error::cut(&failure))?;
        match xml.next()? {
            Node::Start { name: root, .. } | Node::Leaf { name: root, .. }
                if root.eq_ignore_ascii_case(ROOT) => {}
            Node::Start { name: root, .. } if root == "Message" => {
                return Err(Error::of_files(format!(
                    "The file {named} is no SSDA903 return but, by its first element, a children in need census. Load it as one."
                )));
            }
            _ => {
                return Err(Error::of_files(format!(
                    "The file {named} is XML, and no SSDA903 return: that is an {ROOT} with a CHILD for each child."
                )));
            }
        }
        let mut read = Read::default();
        loop {
            match xml.next()? {
                Node::Start { name, line } if name.eq_ignore_ascii_case("CHILD") => {
                    let groups = child(&mut xml, line)?;
                    if read.children == 0 {
                        self.seen.insert("Header", named.clone());
                    }
                    read.children += 1;
                    read.last_line = line;
                    self.child(groups, &named, &mut read);
                    if !self.outlet.breathe() {
                        return Err(Error::BrokenOff);
                    }
                }
                Node::Start { name, line } => {
                    return Err(Error::of_files(format!(
                        "The file {named} has an element {} at line {line} where a CHILD should be; what it says would be lost. Correct its name, and send it again. Nothing of it was kept.",
                        shown(&name)
                    )));
                }
                Node::Leaf { name, line, .. } => {
                    self.tell_unknown(&mut read, FILE, &name, line);
                }
                Node::End => {}
                Node::Done => break,
            }
        }
        self.look_at_elements(&named, &read);
        Ok(())
    }

    /// Makes rows of what a child's elements say.
    fn child(&mut self, groups: Vec<Group>, file: &str, read: &mut Read) {
        let mut single: BTreeMap<&'static str, Group> = BTreeMap::new();
        let mut rows: Vec<(&'static Table, Group)> = Vec::new();
        let mut is_unaccompanied = None;
        let line = groups.first().map_or(0, |group| group.line);
        for group in groups {
            match table_of(&group) {
                Some(table) if table.kind != Kind::Header => rows.push((table, group)),
                None if !group.cells.is_empty() => {
                    self.tell_unknown(read, FILE, &group.name, group.line);
                }
                _ => {
                    for cell in group.cells {
                        if cell.name == "UASC" {
                            is_unaccompanied = Some(cell);
                            continue;
                        }
                        let Some(table) = table_of_cell(&cell.name) else {
                            self.tell_unknown(read, "Header", &cell.name, cell.line);
                            continue;
                        };
                        let of_table = single.entry(table.name).or_insert_with(|| Group {
                            name: table.name.to_owned(),
                            line: match table.kind {
                                Kind::Header => line,
                                _ => cell.line,
                            },
                            cells: Vec::new(),
                        });
                        of_table.cells.push(cell);
                    }
                }
            }
        }
        let header = single.remove("Header").unwrap_or(Group {
            name: "HEADER".to_owned(),
            line,
            cells: Vec::new(),
        });
        let shared: Vec<(&'static str, String, u64)> = ["CHILD", "SEX", "DOB"]
            .into_iter()
            .filter_map(|shared| {
                let cell = header.cells.iter().find(|cell| cell.name == shared)?;
                Some((shared, cell.text.clone(), cell.line))
            })
            .collect();
        if let Some(table) = table("Header") {
            self.group(table, header, &[], file, read);
        }
        let says_yes = is_unaccompanied.as_ref().and_then(|cell| codes::yes_or_no(&cell.text));
        let ceased = single.get("UASC").is_some_and(Group::says_something);
        if let Some(cell) = is_unaccompanied.filter(|cell| !cell.text.is_empty())
            && (says_yes.is_none() || says_yes == Some(false) && ceased)
        {
            let doubt = Problem::doubt("UASC", cell.line, Some("UASC"), "CG17");
            self.outlet.problem(doubt);
            self.outlet.tally().doubtful += 1;
        }
        if says_yes == Some(true) {
            single.entry("UASC").or_insert(Group {
                name: "UASC".to_owned(),
                line,
                cells: Vec::new(),
            });
        }
        for (name, group) in single {
            let is_there = group.says_something() || name == "UASC" && says_yes == Some(true);
            if let Some(table) = table(name).filter(|_| is_there) {
                self.group(table, group, &shared, file, read);
            }
        }
        for (table, group) in rows {
            if group.says_something() {
                self.group(table, group, &shared, file, read);
            }
        }
    }

    /// Makes a row of the elements of one.
    fn group(
        &mut self,
        table: &'static Table,
        mut group: Group,
        shared: &[(&'static str, String, u64)],
        file: &str,
        read: &mut Read,
    ) {
        for (name, text, line) in shared {
            if table.has(name) && !group.cells.iter().any(|cell| cell.name == *name) {
                group.cells.push(Cell {
                    name: (*name).to_owned(),
                    text: text.clone(),
                    line: *line,
                });
            }
        }
        self.seen.entry(table.name).or_insert_with(|| file.to_owned());
        let width = table.columns.len();
        let mut texts = vec![String::new(); width];
        let mut lines = vec![None; width];
        let seen = read.seen.entry(table.name).or_insert_with(|| vec![false; width]);
        let mut names: Vec<String> = Vec::new();
        let mut places: Vec<u64> = Vec::new();
        let mut is_plain = true;
        for cell in group.cells {
            match table.position(&cell.name) {
                Some(index) if lines[index].is_none() => {
                    texts[index] = cell.text;
                    lines[index] = Some(cell.line);
                    seen[index] = true;
                }
                // What is the same twice costs nobody anything.
                Some(index) if texts[index] == cell.text => continue,
                _ => is_plain = false,
            }
            names.push(cell.name);
            places.push(cell.line);
        }
        let mut row = Row::new(table, group.line);
        row.lines = lines;
        if !is_plain {
            row.faults = faults(table, &names, &places, read);
        }
        let layout = Layout::whole(table);
        self.outlet.tally().read += 1;
        self.row(row, &layout, &ByteRecord::from(texts));
    }

    /// Tells of an element that there isn't, once.
    fn tell_unknown(&mut self, read: &mut Read, file: &'static str, element: &str, line: u64) {
        if let Some(doubt) = read.unknown(file, element, line) {
            self.outlet.problem(doubt);
        }
    }

    /// Refuses a return in which an element that it needs is nowhere: all would be kept without it.
    fn look_at_elements(&mut self, file: &str, read: &Read) {
        for (name, seen) in &read.seen {
            let Some(table) = table(name) else { continue };
            for (column, is_seen) in table.names().zip(seen) {
                if *is_seen || !table.needs(column) {
                    continue;
                }
                let meant = read.meant.get(&(table.name, column));
                // An end that there isn't yet may be left out.
                let is_refusal = meant.is_some() || !table.is_an_end(column);
                if is_refusal {
                    let meant =
                        meant.map_or_else(String::new, |meant| format!(" (is it {meant}?)"));
                    self.faults.push(format!(
                        "in the file {file}, the table {name}, {column} is nowhere{meant}"
                    ));
                }
                self.outlet.problem(Problem {
                    is_refusal,
                    nearest: meant.map(|meant| meant.clone().into()),
                    ..Problem::doubt(table.name, 1, Some(column), "CG10")
                });
            }
        }
        if read.children >= MANY && read.last_line <= 2 {
            self.outlet.problem(Problem::doubt(FILE, read.last_line, None, "CG18"));
        }
    }
}

impl Group {
    fn says_something(&self) -> bool {
        self.cells.iter().any(|cell| !cell.text.is_empty())
    }
}

impl Read {
    fn unknown(&mut self, file: &'static str, element: &str, line: u64) -> Option<Problem> {
        let key = (file, shown(element));
        if self.told.len() >= TOLD || self.told.contains(&key) {
            return None;
        }
        self.told.push(key.clone());
        Some(Problem { column: Some(key.1.into()), ..Problem::doubt(file, line, None, "CG09") })
    }
}

/// What is wrong with the elements of a row: those that there aren't, and those that are there twice.
fn faults(
    table: &'static Table,
    names: &[String],
    places: &[u64],
    read: &mut Read,
) -> Vec<Problem> {
    let (_, problems) = columns::lay_out(table, names);
    let mut faults = Vec::new();
    for problem in problems {
        let column = problem.column.clone().unwrap_or_default();
        let at = names.iter().rposition(|name| shown(name) == column);
        let line = at.and_then(|at| places.get(at).copied()).unwrap_or(1);
        let meant = problem.nearest.as_deref();
        let meant = meant.and_then(|meant| table.names().find(|column| *column == meant));
        match (problem.rule, meant) {
            // An element that isn't there says nothing.
            ("CG10", _) => {}
            ("CG09", None) => faults.extend(read.unknown(table.name, &column, line)),
            ("CG09", Some(meant)) => {
                if table.needs(meant) {
                    let by = column.clone().into_owned();
                    read.meant.entry((table.name, meant)).or_insert(by);
                }
                faults.push(Problem { line, ..problem });
            }
            _ => faults.push(Problem { line, ..problem }),
        }
    }
    faults
}

/// The elements of a child, each with what lies directly in it; what lies in the child itself comes first.
fn child(xml: &mut Xml, line: u64) -> Result<Vec<Group>> {
    let mut groups = vec![Group { name: "HEADER".to_owned(), line, cells: Vec::new() }];
    let mut open = vec![0];
    let mut count = 0;
    while let Some(at) = open.last().copied() {
        count += 1;
        if count > MOST {
            return Err(Error::of_files(format!(
                "The child at line {line} has more than {MOST} elements. Check the file."
            )));
        }
        match xml.next()? {
            Node::Start { name, line } => {
                open.push(groups.len());
                groups.push(Group { name: self::name(&name), line, cells: Vec::new() });
            }
            Node::Leaf { name, text, line } => {
                let name = self::name(&name);
                let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
                let name = alias.map_or(name, |(_, column)| (*column).to_owned());
                let is_row = ROWS.iter().any(|(row, _)| *row == name);
                if let Some(group) = groups.get_mut(at)
                    && !(is_row && text.is_empty())
                {
                    let text = clean(&text).into_owned();
                    group.cells.push(Cell { name, text, line });
                }
            }
            Node::End => {
                open.pop();
            }
            Node::Done => break,
        }
    }
    Ok(groups)
}

/// The table of which an element with others within is a row: by its name, or by what lies in it.
fn table_of(group: &Group) -> Option<&'static Table> {
    let by_name = ROWS.iter().find(|(row, _)| *row == group.name);
    if let Some((_, name)) = by_name {
        return table(name);
    }
    let mut names: Vec<String> = group.cells.iter().map(|cell| cell.name.clone()).collect();
    if !names.iter().any(|name| name == "CHILD") {
        names.push("CHILD".to_owned());
    }
    let by_cells = columns::recognise(&names);
    by_cells.or_else(|| {
        let rows = ROWS.iter().map(|(row, _)| *row);
        let meant = nearest(&group.name, rows)?;
        let (_, name) = ROWS.iter().find(|(row, _)| *row == meant)?;
        table(name)
    })
}

/// The table to which an element belongs that lies in the header.
fn table_of_cell(name: &str) -> Option<&'static Table> {
    let of = |name: &str| {
        // What several tables have is the header's.
        TABLES.iter().find(|table| table.has(name))
    };
    of(name).or_else(|| {
        let names = TABLES.iter().flat_map(|table| table.names());
        let mut names: Vec<&str> = names.collect();
        names.sort_unstable();
        names.dedup();
        of(misspelt(name, names)?)
    })
}

fn shown(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_control()).take(60).collect()
}
