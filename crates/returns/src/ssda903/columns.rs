//! The first line of a file: which table it is, and where its columns stand.

use std::borrow::Cow;
use std::collections::BTreeSet;

use csv::ByteRecord;
use unicode_normalization::UnicodeNormalization;

use super::row::decoded;
use super::tables::{self, Kind, Table};
use crate::parsed::Problem;
use crate::text::clean;
use intake::nearest;

/// How many letters of a column's name are repeated.
const SHOWN: usize = 60;

/// Where the columns of a table stand in its file.
pub(super) struct Layout {
    pub(super) table: &'static Table,
    /// The place of each of the table's columns.
    pub(super) places: Vec<Option<usize>>,
    width: usize,
    /// The places without a name, in which nothing may stand.
    nameless: Vec<usize>,
}

impl Layout {
    /// A row with a cell for each of a table's columns.
    pub(super) fn whole(table: &'static Table) -> Self {
        Self {
            table,
            places: (0..table.columns.len()).map(Some).collect(),
            width: table.columns.len(),
            nameless: Vec::new(),
        }
    }

    /// Whether something stands in a row where no column has a name.
    pub(super) fn is_overstepped(&self, record: &ByteRecord) -> bool {
        let within = self.nameless.iter().filter_map(|place| record.get(*place));
        let beyond = record.iter().skip(self.width);
        within.chain(beyond).any(|cell| !clean(&decoded(cell)).is_empty())
    }
}

/// The names of a first line, as they are compared.
pub(super) fn names(header: &ByteRecord) -> Vec<String> {
    header.iter().map(|cell| name(&decoded(cell))).collect()
}

/// A column's name, however it is spelt: in capitals, and with one kind of line between its words.
pub(super) fn name(cell: &str) -> String {
    let composed: String = clean(cell).nfkc().collect();
    let words = composed.split(|letter: char| letter.is_whitespace() || letter == '-');
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    words.join("_").to_uppercase()
}

/// When a file of a return is read.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Turn {
    /// The header, to whose children the others refer.
    First,
    /// What is no table: it may be a header that is told what is wrong with it.
    Unknown,
    /// Any other table.
    Last,
}

/// When a file is read that begins so.
pub(crate) fn turn(beginning: &[u8]) -> Turn {
    let mut rows = csv::Reader::from_reader(beginning);
    let table = rows.byte_headers().ok().and_then(|header| recognise(&names(header)));
    match table.map(|table| table.kind) {
        Some(Kind::Header) => Turn::First,
        None => Turn::Unknown,
        Some(_) => Turn::Last,
    }
}

/// The table that has most of these names: something must be there that no other table has.
pub(super) fn recognise(names: &[String]) -> Option<&'static Table> {
    let has = |name: &str| names.iter().any(|one| one == name);
    let likeness = |table: &Table| {
        let (there, lacking): (Vec<&str>, Vec<&str>) =
            table.names().partition(|column| has(column));
        let near = names
            .iter()
            .filter(|name| !table.has(name))
            .filter_map(|name| nearest(name, lacking.iter().copied()))
            .collect::<BTreeSet<_>>();
        let is_told = there.iter().any(|column| tables::is_of_one(column))
            || has("CHILD") && near.iter().any(|column| tables::is_of_one(column));
        is_told.then_some(2 * there.len() + near.len())
    };
    let alike = tables::TABLES.iter().filter_map(|table| Some((likeness(table)?, table)));
    // Of two that are as like the first.
    let found = alike.rev().max_by_key(|(likeness, _)| *likeness);
    found.map(|(_, table)| table)
}

/// Where a table's columns stand, and what is wrong with them: a refusal is one without which children would be taken
/// for others, or counted wrongly.
pub(super) fn lay_out(table: &'static Table, names: &[String]) -> (Layout, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut places = vec![None; table.columns.len()];
    let mut nameless = Vec::new();
    let mut unknown = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let is_there_once_more = |base: &str| base != name && names.iter().any(|one| one == base);
        match table.position(name) {
            // A spreadsheet's or a program's own numbers of the rows.
            None if name.is_empty() && at == 0 && names.len() > 1 => {
                problems.push(told(table, Told::Unknown, false, name, None));
            }
            None if name.is_empty() => nameless.push(at),
            None => match table.position(without_number(name)) {
                Some(_) if is_there_once_more(without_number(name)) => {
                    let base = without_number(name);
                    problems.push(told(table, Told::Twice, table.needs(base), base, None));
                }
                _ => unknown.push(name),
            },
            Some(column) if places[column].is_some() => {
                problems.push(told(table, Told::Twice, table.needs(name), name, None));
            }
            Some(column) => places[column] = Some(at),
        }
    }
    let lacking: Vec<&'static str> = table
        .names()
        .zip(&places)
        .filter(|(_, place)| place.is_none())
        .map(|(column, _)| column)
        .collect();
    let meant: Vec<Option<&'static str>> =
        unknown.iter().map(|name| nearest(name, lacking.iter().copied())).collect();
    for column in &lacking {
        let misspelt = unknown.iter().zip(&meant);
        let misspelt = misspelt.filter(|(_, meant)| **meant == Some(*column));
        let misspelt = misspelt.map(|(name, _)| shown(name)).next();
        let is_needed = table.needs(column);
        problems.push(told(table, Told::Lacking, is_needed, column, misspelt));
    }
    for (name, meant) in unknown.into_iter().zip(meant) {
        let is_needed = meant.is_some_and(|meant| table.needs(meant));
        let meant = meant.or_else(|| nearest(name, table.names()));
        let meant = meant.map(str::to_owned);
        problems.push(told(table, Told::Unknown, is_needed, name, meant));
    }
    let layout = Layout { table, places, width: names.len(), nameless };
    (layout, problems)
}

/// What is told of a column.
enum Told {
    Unknown,
    Lacking,
    Twice,
}

fn told(
    table: &Table,
    what: Told,
    is_refusal: bool,
    column: &str,
    nearest: Option<String>,
) -> Problem {
    let rule = match what {
        Told::Unknown => "CG09",
        Told::Lacking => "CG10",
        Told::Twice => "CG11",
    };
    Problem {
        is_refusal,
        column: (!column.is_empty()).then(|| Cow::Owned(shown(column))),
        nearest: nearest.map(Cow::Owned),
        ..Problem::doubt(table.name, 1, None, rule)
    }
}

fn shown(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_control()).take(SHOWN).collect()
}

/// A name without the number by which spreadsheets and programs tell it from the same name before it: `DEC.1`, `DEC2`,
/// `DEC (2)`, `DEC_1`.
fn without_number(name: &str) -> &str {
    let name = name.trim_end_matches(')');
    name.trim_end_matches(|letter: char| letter.is_ascii_digit()).trim_end_matches(['.', '_', '('])
}

/// What is wrong with the columns of a file for which its return is refused, in one sentence.
pub(super) fn sentence(file: &str, table: &Table, problems: &[Problem]) -> Option<String> {
    let faults = problems.iter().filter(|problem| problem.is_refusal);
    let faults: Vec<String> = faults
        .filter_map(|problem| {
            let column = problem.column.as_deref().unwrap_or_default();
            Some(match (problem.rule, problem.nearest.as_deref()) {
                ("CG10", Some(nearest)) => format!("{column} is missing (is it {nearest}?)"),
                ("CG10", None) => format!("{column} is missing"),
                ("CG11", _) => format!("{column} is there twice"),
                _ => return None,
            })
        })
        .collect();
    let what = faults.join(", ");
    (!faults.is_empty()).then(|| format!("in the file {file}, the table {}, {what}", table.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Vec<String> {
        line.split(',').map(name).collect()
    }

    fn recognised(line: &str) -> Option<&'static str> {
        recognise(&of(line)).map(|table| table.name)
    }

    /// What is told of a first line: rule, column, whether it is refused, and what was meant.
    fn problems(line: &str) -> Vec<(&'static str, String, bool, Option<String>)> {
        let names = of(line);
        let (_, problems) = lay_out(recognise(&names).expect("a table"), &names);
        problems
            .into_iter()
            .map(|told| {
                let column = told.column.unwrap_or_default().into_owned();
                (told.rule, column, told.is_refusal, told.nearest.map(Cow::into_owned))
            })
            .collect()
    }

    const HEADER: &str = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB";
    const EPISODES: &str = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN";

    #[test]
    fn each_table_is_recognised_by_its_columns_in_any_order_and_spelling() {
        for table in tables::TABLES {
            let mut columns: Vec<&str> = table.names().collect();
            columns.reverse();
            let line = columns.join(" \u{a0},\u{feff}").to_lowercase();
            assert_eq!(recognised(&line), Some(table.name), "{line}");
            assert_eq!(problems(&line), []);
        }
        assert_eq!(problems(&EPISODES.replace('_', " ")), []);
    }

    #[test]
    fn no_column_of_a_table_but_those_of_all_can_be_left_out_unseen() {
        for table in tables::TABLES {
            for column in table.names() {
                let others: Vec<&str> = table.names().filter(|name| *name != column).collect();
                let names: Vec<String> = others.iter().map(|name| (*name).to_owned()).collect();
                let (_, found) = lay_out(table, &names);
                let is_refused = table.needs(column);
                assert_eq!(found.len(), 1, "{column}");
                assert_eq!((found[0].rule, found[0].is_refusal), ("CG10", is_refused), "{column}");
                let twice: Vec<String> = table.names().chain([column]).map(str::to_owned).collect();
                let (_, found) = lay_out(table, &twice);
                assert_eq!(found.len(), 1, "{column}");
                assert_eq!((found[0].rule, found[0].is_refusal), ("CG11", is_refused), "{column}");
            }
        }
    }

    #[test]
    fn a_misspelt_column_is_told_with_the_one_that_was_meant() {
        let told = |rule, column: &str, refused, nearest: &str| {
            (rule, column.to_owned(), refused, Some(nearest.to_owned()))
        };
        assert_eq!(
            problems(&EPISODES.replace("REC,", "RECC,")),
            [told("CG10", "REC", true, "RECC"), told("CG09", "RECC", true, "REC")]
        );
        assert_eq!(
            problems(&HEADER.replace("ETHNIC", "Ethnicity")),
            [told("CG10", "ETHNIC", true, "ETHNICITY"), told("CG09", "ETHNICITY", true, "ETHNIC")]
        );
        assert_eq!(
            problems(&HEADER.replace("MOTHER", "MOTHR")),
            [told("CG10", "MOTHER", false, "MOTHR"), told("CG09", "MOTHR", false, "MOTHER")]
        );
        assert_eq!(
            problems(&format!("{HEADER},NOTES")),
            [("CG09", "NOTES".to_owned(), false, None)]
        );
    }

    #[test]
    fn a_name_that_a_program_has_numbered_is_there_twice() {
        for again in ["DEC", "dec ", "DEC.1", "DEC2", "DEC (2)", "DEC_1", "\u{feff}Dec"] {
            let found = problems(&format!("{EPISODES},{again}"));
            assert_eq!(found, [("CG11", "DEC".to_owned(), true, None)], "{again}");
        }
    }

    #[test]
    fn a_first_line_that_names_no_column_is_no_table() {
        for line in [
            "",
            "a,b",
            "KID-4711,Wilhelmina",
            "566910,2,27/03/2008,WROM",
            "CHILD,DOB",
            "CHILD;SEX;DOB;ETHNIC",
        ] {
            assert_eq!(recognised(line), None, "{line}");
        }
    }

    #[test]
    fn columns_without_a_name_must_be_empty_but_for_a_first_one() {
        let names = of(&format!(",{HEADER},,"));
        let (layout, problems) = lay_out(recognise(&names).expect("a table"), &names);
        assert_eq!(problems.len(), 1);
        let is_overstepped = |line: &str| {
            layout.is_overstepped(&ByteRecord::from(line.split(',').collect::<Vec<_>>()))
        };
        assert!(!is_overstepped("0,A,1,01/02/2010,WBRI,,,"));
        assert!(!is_overstepped("0,A,1,01/02/2010,WBRI,,,,, ,"));
        assert!(is_overstepped("0,A,1,01/02/2010,WBRI,,,,x"));
        assert!(is_overstepped("0,A,1,01/02/2010,WBRI,,,,,,x"));
    }
}
