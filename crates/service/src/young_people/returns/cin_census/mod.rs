//! Reads the children in need census: one XML file.
//!
//! Of each child the referrals (as times in need) and the protection plans are kept; assessments, enquiries and
//! reviews are passed over.

mod child;
mod xml;

use std::collections::HashSet;

use chrono::{Datelike, NaiveDate};

use self::child::{CensusChild, Place};
use self::xml::{Node, Xml};
use super::parsed::{Outlet, Problem};
use super::{CollectionYear, Heading, ReturnFile, cut, dates};
use crate::error::{Error, Result};
use crate::young_people::pseudonym::{KeyHash, PseudonymKeys};

/// The file's name in reports.
const FILE: &str = "CIN census";

/// What the census says of itself.
#[derive(Debug, Default)]
pub(super) struct CensusHeader {
    collection: Option<String>,
    year: Option<i32>,
    reference_day: Option<NaiveDate>,
    /// The authority's number with the DfE.
    pub(super) authority_number: Option<String>,
}

impl CensusHeader {
    /// The collection's year: that of the reference day, if it is a 31 March.
    pub(super) fn collection_year(&self) -> Option<i32> {
        let day = self.reference_day;
        let of_day = day.filter(|day| (day.month(), day.day()) == (3, 31));
        of_day.map(|day| day.year()).or(self.year)
    }

    fn take(&mut self, name: &str, text: &str) {
        match name {
            "Collection" => self.collection = Some(text.to_owned()),
            "Year" => self.year = text.parse().ok(),
            "ReferenceDate" => self.reference_day = dates::parse(text),
            "LEA" => self.authority_number = Some(text.to_owned()),
            _ => {}
        }
    }
}

/// Reads a census. `open` is told what it says of itself before the first child, and says for whom and when it is.
///
/// # Errors
/// `BAD_USER_INPUT` when it is no census, or what `open` refuses.
pub(super) fn read(
    file: ReturnFile,
    keys: &PseudonymKeys,
    outlet: &mut Outlet,
    open: impl FnOnce(&CensusHeader, &mut Outlet) -> Result<Heading>,
) -> Result<()> {
    let mut xml = Xml::new(file.content).map_err(|failure| cut(&failure))?;
    let mut header = CensusHeader::default();
    loop {
        match xml.next()? {
            Node::Leaf { name, text, .. } => header.take(&name, &text),
            Node::Start { name, .. } if name == "Children" => break,
            Node::Start { .. } | Node::End { .. } => {}
            Node::Done => return Err(not_a_census()),
        }
    }
    if header
        .collection
        .as_deref()
        .is_some_and(|collection| collection != "CIN")
    {
        return Err(not_a_census());
    }
    let heading = open(&header, outlet)?;
    if header.year.is_some_and(|year| year != heading.year.0) {
        outlet.problem(doubt(1, Some("Year"), "CG06"));
    }
    Census {
        authority: &heading.authority,
        year: heading.year,
        keys,
        outlet,
        ids: HashSet::new(),
        pupil_numbers: HashSet::new(),
    }
    .children(&mut xml)
}

/// A census that is being read.
struct Census<'a> {
    authority: &'a str,
    year: CollectionYear,
    keys: &'a PseudonymKeys,
    outlet: &'a mut Outlet,
    ids: HashSet<KeyHash>,
    pupil_numbers: HashSet<KeyHash>,
}

impl Census<'_> {
    fn children(&mut self, xml: &mut Xml) -> Result<()> {
        let mut child: Option<CensusChild> = None;
        loop {
            match xml.next()? {
                Node::Start { name, line } if name == "Child" => {
                    child = Some(CensusChild::begun(line));
                }
                Node::Start { name, line } => {
                    if let Some(child) = &mut child {
                        child.begin(&name, line)?;
                    }
                }
                Node::Leaf { name, text, line } => {
                    if let Some(child) = &mut child {
                        child.take(&name, &text, line)?;
                    }
                }
                Node::End { name } if name == "Child" => {
                    if let Some(child) = child.take() {
                        self.take(child);
                    }
                    if !self.outlet.breathe() {
                        return Err(super::nobody_listens());
                    }
                }
                Node::End { name } => {
                    if let Some(child) = &mut child {
                        child.end(&name);
                    }
                }
                Node::Done => return Ok(()),
            }
        }
    }

    fn take(&mut self, child: CensusChild) {
        let rows = child.rows();
        self.outlet.tally().read += rows;
        let mut place = Place {
            authority: self.authority,
            year: self.year,
            keys: self.keys,
            ids: &mut self.ids,
            pupil_numbers: &mut self.pupil_numbers,
            problems: Vec::new(),
        };
        let judged = child.judge(&mut place);
        let problems = place.problems;
        let kept = judged.map_or(0, |(person, spells)| {
            let number = self.outlet.child(person);
            let kept = 1 + spells.len() as u64;
            for spell in spells {
                self.outlet.spell(spell.of(number));
            }
            kept
        });
        let doubtful: HashSet<u64> = problems
            .iter()
            .filter(|problem| !problem.is_refusal)
            .map(|problem| problem.line)
            .collect();
        let tally = self.outlet.tally();
        tally.kept += kept;
        tally.refused += rows - kept;
        tally.doubtful += doubtful.len() as u64;
        for problem in problems {
            self.outlet.problem(problem);
        }
    }
}

const fn doubt(line: u64, column: Option<&'static str>, rule: &'static str) -> Problem {
    Problem {
        is_refusal: false,
        file: FILE,
        line,
        column,
        rule,
    }
}

const fn refusal(line: u64, column: Option<&'static str>, rule: &'static str) -> Problem {
    Problem {
        is_refusal: true,
        ..doubt(line, column, rule)
    }
}

fn not_a_census() -> Error {
    Error::bad_input(
        "files",
        "The file is no children in need census: it has a Message with a Header whose Collection is CIN, and Children.",
    )
}
