//! Reads the children in need census: one XML file.
//!
//! Of each child the referrals (as times in need) and the protection plans are kept; assessments, enquiries and
//! reviews are passed over.

mod child;
mod elements;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use chrono::Datelike;

use self::child::{CensusChild, Place};
pub(crate) use self::elements::holder;
use self::elements::{Standing, standing};
use super::parsed::{Outlet, Problem};
use super::xml::{Node, Xml};
use crate::error::{Error, Result};
use crate::identifier::{KeyHash, Pseudonyms};
use crate::text::{clean, whole};
use crate::{CollectionYear, ReturnFile, dates};

/// The file's name in reports.
pub(crate) const FILE: &str = "CIN census";

/// What the census says of itself.
#[derive(Debug, Default)]
pub(crate) struct CensusHeader {
    collection: Option<String>,
    year: Option<String>,
    reference_day: Option<String>,
    /// The line of the reference day, or of the beginning.
    reference_line: u64,
    /// The authority's number with the DfE.
    pub(crate) authority_number: Option<String>,
}

impl CensusHeader {
    /// The collection's year: that of the reference day, if it is a 31 March.
    pub(crate) fn collection_year(&self) -> Option<i32> {
        let day = self.reference_day.as_deref().and_then(dates::parse);
        let of_day = day.filter(|day| (day.month(), day.day()) == (3, 31));
        of_day.map(|day| day.year()).or(self.year())
    }

    fn year(&self) -> Option<i32> {
        let year = self.year.as_deref()?;
        whole(year).unwrap_or(year).parse().ok()
    }

    fn take(&mut self, name: &str, text: &str, line: u64) -> Result<()> {
        let text = clean(text);
        if name == "ReferenceDate" {
            self.reference_line = line;
        }
        let told = match name {
            "Collection" => &mut self.collection,
            "Year" => &mut self.year,
            "ReferenceDate" => &mut self.reference_day,
            "LEA" => &mut self.authority_number,
            _ => return Ok(()),
        };
        match told {
            Some(other) if *other != text => Err(unusable(
                line,
                format!("{name} is there twice, and says another thing. Keep one of the two"),
            )),
            _ => {
                *told = (!text.is_empty()).then(|| text.into_owned());
                Ok(())
            }
        }
    }
}

/// Reads a census. `open` is told what it says of itself before the first child, and says for whom and when it is.
///
/// # Errors
/// When it is no census, or what `open` refuses.
pub(crate) fn read<E: From<Error>>(
    file: ReturnFile,
    keys: &dyn Pseudonyms,
    outlet: &mut Outlet,
    open: impl FnOnce(&CensusHeader) -> Result<(String, CollectionYear), E>,
) -> Result<(), E> {
    let mut xml = Xml::new(file.content).map_err(|failure| Error::cut(&failure))?;
    let mut header = CensusHeader::default();
    let mut path: Vec<String> = Vec::new();
    loop {
        let node = xml.next()?;
        let parent = path.last().map_or("", String::as_str);
        match &node {
            Node::Leaf { name, line, .. } | Node::Start { name, line } => {
                right_before_children(name, parent, *line)?;
            }
            Node::End | Node::Done => {}
        }
        match node {
            Node::Leaf { name, text, line } => header.take(&name, &text, line)?,
            Node::Start { name, .. } if name == "Children" => break,
            Node::Start { name, .. } => path.push(name),
            Node::End => {
                path.pop();
            }
            Node::Done => return Err(not_a_census().into()),
        }
    }
    let collection = header.collection.as_deref();
    if collection.is_some_and(|collection| !collection.eq_ignore_ascii_case("CIN")) {
        return Err(not_a_census().into());
    }
    let (authority, year) = open(&header)?;
    if header.year().is_some_and(|told| told != year.0) {
        outlet.problem(doubt(1, Some("Year"), "CG06"));
    }
    let reference_day = header.reference_day.as_deref().and_then(dates::parse);
    if reference_day != Some(year.last_day()) {
        let line = header.reference_line.max(1);
        outlet.problem(doubt(line, Some("ReferenceDate"), "CIN23"));
    }
    Census {
        authority: &authority,
        year,
        keys,
        outlet,
        ids: HashSet::new(),
        pupil_numbers: HashSet::new(),
        has_decimals: false,
        seen: HashSet::new(),
        misspelt: BTreeMap::new(),
        unknown: HashSet::new(),
    }
    .children(&mut xml)?;
    Ok(())
}

/// Refuses a census that says of itself what it says where it isn't read.
fn right_before_children(name: &str, parent: &str, line: u64) -> Result<()> {
    match standing(name, parent) {
        Standing::Right(_) | Standing::Unknown => Ok(()),
        Standing::Misplaced(meant) => {
            Err(unusable(line, format!("{meant} lies in another element than it should. Move it")))
        }
        Standing::Misspelt(meant) => Err(unusable(
            line,
            format!(
                "an element is spelt nearly as {meant}, and what it says would be lost. Correct its name"
            ),
        )),
    }
}

/// A census that is being read.
struct Census<'a> {
    authority: &'a str,
    year: CollectionYear,
    keys: &'a dyn Pseudonyms,
    outlet: &'a mut Outlet,
    ids: HashSet<KeyHash>,
    pupil_numbers: HashSet<KeyHash>,
    has_decimals: bool,
    /// The elements that are read and are there.
    seen: HashSet<&'static str>,
    /// The elements that were probably meant by others, and the line of the first of those.
    misspelt: BTreeMap<&'static str, u64>,
    /// Elements that there aren't.
    unknown: HashSet<String>,
}

/// How many elements that there aren't are told.
const TOLD: usize = 20;

impl Census<'_> {
    fn children(&mut self, xml: &mut Xml) -> Result<()> {
        let mut child: Option<CensusChild> = None;
        // The elements that have begun, from the child on.
        let mut path: Vec<String> = Vec::new();
        loop {
            match xml.next()? {
                Node::Start { name, line } => {
                    match &mut child {
                        Some(child) => {
                            if let Some(name) = self.look_at(child, &name, &path, line) {
                                child.begin(name, line)?;
                            }
                        }
                        None if name == "Child" => child = Some(CensusChild::begun(line)),
                        None => self.look_outside(&name, line),
                    }
                    if child.is_some() {
                        path.push(name);
                    }
                }
                Node::Leaf { name, text, line } => match &mut child {
                    Some(child) => {
                        if let Some(name) = self.look_at(child, &name, &path, line) {
                            child.take(name, &text, line)?;
                        }
                    }
                    None if name == "Child" => self.take(CensusChild::begun(line)),
                    None => self.look_outside(&name, line),
                },
                Node::End => {
                    let is_within = path.pop().is_some();
                    if is_within
                        && path.is_empty()
                        && let Some(child) = child.take()
                    {
                        self.take(child);
                        if !self.outlet.breathe() {
                            return Err(Error::BrokenOff);
                        }
                    }
                }
                Node::Done => return self.nothing_is_missed(),
            }
        }
    }

    /// Looks at an element of a child: gives its name, if it is one that lies where it should.
    fn look_at(
        &mut self,
        child: &mut CensusChild,
        name: &str,
        path: &[String],
        line: u64,
    ) -> Option<&'static str> {
        let parent = path.last().map_or("", String::as_str);
        match standing(name, parent) {
            Standing::Right(known) => {
                self.seen.insert(known);
                return Some(known);
            }
            Standing::Misplaced(meant) => child.fault(refusal(line, Some(meant), "CIN21")),
            Standing::Misspelt(meant) => {
                self.misspelt.entry(meant).or_insert(line);
                child.fault(misspelt(name, meant, line));
            }
            Standing::Unknown => self.tell_unknown(name, line),
        }
        None
    }

    /// Looks at an element that lies in no child.
    fn look_outside(&mut self, name: &str, line: u64) {
        match standing(name, "Children") {
            Standing::Right(_) => {}
            Standing::Misplaced(meant) | Standing::Misspelt(meant) => {
                self.misspelt.entry(meant).or_insert(line);
                self.outlet.problem(misspelt(name, meant, line));
            }
            Standing::Unknown => self.tell_unknown(name, line),
        }
    }

    fn tell_unknown(&mut self, name: &str, line: u64) {
        if self.unknown.len() < TOLD && self.unknown.insert(name.to_owned()) {
            self.outlet.problem(Problem {
                column: Some(Cow::Owned(shown(name))),
                ..doubt(line, None, "CIN20")
            });
        }
    }

    /// Refuses a census in which an element is misspelt wherever it should be: what it says would be lost for all.
    fn nothing_is_missed(&self) -> Result<()> {
        let mut missed = self.misspelt.iter();
        match missed.find(|(meant, _)| !self.seen.contains(*meant)) {
            None => Ok(()),
            Some((meant, line)) => Err(unusable(
                *line,
                format!(
                    "{meant} is nowhere in the census, and an element that is spelt nearly so, or lies outside of any child, is. Correct its name or place"
                ),
            )),
        }
    }

    fn take(&mut self, child: CensusChild) {
        let (referrals, plans) = (child.referrals(), child.plans());
        let rows = 1 + referrals + plans;
        self.outlet.tally().read += rows;
        let mut place = Place {
            authority: self.authority,
            year: self.year,
            keys: self.keys,
            ids: &mut self.ids,
            has_decimals: &mut self.has_decimals,
            pupil_numbers: &mut self.pupil_numbers,
            problems: Vec::new(),
        };
        let judged = child.judge(&mut place);
        let problems = place.problems;
        let (mut kept_referrals, mut kept_plans) = (0, 0);
        let is_kept = judged.kept.is_some();
        if let Some((person, spells)) = judged.kept {
            let number = self.outlet.child(person);
            for spell in spells {
                match spell.is_plan() {
                    true => kept_plans += 1,
                    false => kept_referrals += 1,
                }
                self.outlet.spell(spell.of(number));
            }
        }
        let doubtful: HashSet<u64> = problems
            .iter()
            .filter(|problem| !problem.is_refusal)
            .map(|problem| problem.line)
            .collect();
        let refused = [
            ("Child", 1, u64::from(!is_kept)),
            ("CINdetails", referrals, referrals - kept_referrals - judged.checked),
            ("ChildProtectionPlans", plans, plans - kept_plans),
        ];
        let tally = self.outlet.tally();
        tally.kept += u64::from(is_kept) + kept_referrals + kept_plans;
        tally.checked += judged.checked;
        tally.doubtful += doubtful.len() as u64;
        for (table, rows, refused) in refused {
            tally.refused += refused;
            tally.of_table(table, rows, refused);
            *tally.read_of.entry(table).or_default() += rows;
        }
        for problem in problems {
            self.outlet.problem(problem);
        }
    }
}

/// An element's name, as it is repeated.
fn shown(name: &str) -> String {
    name.chars().take(60).collect()
}

fn misspelt(name: &str, meant: &'static str, line: u64) -> Problem {
    let told = Problem { column: Some(Cow::Owned(shown(name))), ..refusal(line, None, "CIN20") };
    told.near(Some(meant))
}

fn doubt(line: u64, column: Option<&'static str>, rule: &'static str) -> Problem {
    Problem::doubt(FILE, line, column, rule)
}

fn refusal(line: u64, column: Option<&'static str>, rule: &'static str) -> Problem {
    Problem::refusal(FILE, line, column, rule)
}

fn unusable(line: u64, what: String) -> Error {
    Error::of_files(format!(
        "The census can't be read rightly: at line {line}, {what}, and send it again. Nothing of it was kept."
    ))
}

fn not_a_census() -> Error {
    Error::of_files(
        "The file is no children in need census: it has a Message with a Header whose Collection is CIN, and Children.",
    )
}
