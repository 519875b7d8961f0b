//! Invented children, the same for a seed on every machine, in the forms of the returns.

use std::fmt::Write as _;
use std::io::{Read, Result as IoResult};

use chrono::{Datelike as _, NaiveDate, TimeDelta};

use crate::random::{Random, Topic};

/// An authority in a collection year.
#[derive(Clone, Copy)]
pub(super) struct Place {
    seed: u64,
    number: u64,
    children: u64,
    episodes: u64,
    year: i32,
}

/// A child, as the returns of one year tell of them.
struct Child {
    id: String,
    born: NaiveDate,
    sex: usize,
    ethnicity: &'static str,
    is_looked_after: bool,
    is_in_need: bool,
    is_leaver: bool,
    is_unaccompanied: bool,
    random: Random,
}

const ETHNICITIES: &[&str] = &[
    "WBRI", "WBRI", "WBRI", "WBRI", "WBRI", "WOTH", "MWBC", "MOTH", "APKN", "AIND", "BAFR", "BCRB",
    "OOTH", "NOBT",
];
const PLACEMENTS: &[&str] = &["U4", "U4", "U4", "U6", "U1", "U3", "K2", "P1", "A5", "S1", "R1"];
const STATUSES: &[&str] = &["C2", "C2", "C2", "C1", "V2", "E1"];
const NEEDS: &[&str] = &["N1", "N1", "N1", "N2", "N3", "N4", "N5", "N6", "N8"];

impl Place {
    pub(super) const fn new(
        seed: u64,
        number: u64,
        children: u64,
        episodes: u64,
        year: i32,
    ) -> Self {
        Self { seed, number, children, episodes, year }
    }

    fn first_day(&self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year - 1, 4, 1).unwrap_or_default()
    }

    fn last_day(&self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year, 3, 31).unwrap_or_default()
    }

    fn child(&self, child: u64) -> Child {
        let number = (self.number << 32) | child;
        let mut random = Random::new(self.seed, Topic::Child, number);
        let born = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or_default()
            + TimeDelta::days(i64::from(random.between(0, 365 * 16)));
        let (sex, ethnicity) = (1 + random.below(2), ETHNICITIES[random.below(ETHNICITIES.len())]);
        let is_unaccompanied = random.per_mille(60);
        let (cared_for, needy) = (random.below(100), random.below(100));
        // What changes from year to year has a stream of its own.
        let random =
            Random::new(self.seed ^ u64::from(self.year.unsigned_abs()), Topic::Child, number);
        let age = self.year - born.year();
        let is_child = born < self.first_day() && age < 18;
        Child {
            id: format!("K{number:X}"),
            born,
            sex,
            ethnicity,
            is_looked_after: is_child && cared_for < 45,
            is_in_need: is_child && needy < 75,
            is_leaver: (18..=21).contains(&age) && cared_for < 45,
            is_unaccompanied,
            random,
        }
    }
}

/// Lines that are made when they are read.
pub(super) struct Lines {
    make: Box<dyn FnMut(&mut String) -> bool + Send>,
    made: String,
    read: usize,
}

impl Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> IoResult<usize> {
        while self.read == self.made.len() {
            self.made.clear();
            self.read = 0;
            if !(self.make)(&mut self.made) {
                return Ok(0);
            }
        }
        let count = buffer.len().min(self.made.len() - self.read);
        buffer[..count].copy_from_slice(&self.made.as_bytes()[self.read..self.read + count]);
        self.read += count;
        Ok(count)
    }
}

/// Returns a beginning, then something for each child, then an end.
fn lines(
    place: Place,
    begin: String,
    each: impl Fn(&Place, Child, &mut String) + Send + 'static,
    end: &'static str,
) -> Lines {
    let mut at = None;
    Lines {
        make: Box::new(move |into| {
            let next: u64 = match at {
                None => {
                    into.push_str(&begin);
                    0
                }
                Some(child) if child < place.children => {
                    each(&place, place.child(child), into);
                    child + 1
                }
                Some(child) if child == place.children => {
                    into.push_str(end);
                    child + 1
                }
                Some(_) => return false,
            };
            at = Some(next);
            true
        }),
        made: String::new(),
        read: 0,
    }
}

fn sex(child: &Child, year: i32) -> &'static str {
    match (year >= 2025, child.sex) {
        (false, 1) => "1",
        (false, _) => "2",
        (true, 1) => "M",
        (true, _) => "F",
    }
}

pub(super) fn header(place: Place) -> Lines {
    let begin = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n".to_owned();
    let each = |place: &Place, child: Child, into: &mut String| {
        if child.is_looked_after || child.is_leaver {
            let (sex, born) = (sex(&child, place.year), child.born.format("%d/%m/%Y"));
            let _ = writeln!(into, "{},{sex},{born},{},UN2,,", child.id, child.ethnicity);
        }
    };
    lines(place, begin, each, "")
}

pub(super) fn episodes(place: Place) -> Lines {
    let begin = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n".to_owned();
    let each = |place: &Place, mut child: Child, into: &mut String| {
        if !child.is_looked_after {
            return;
        }
        let random = &mut child.random;
        let status = STATUSES[random.below(STATUSES.len())];
        let need = NEEDS[random.below(NEEDS.len())];
        let goes_on = random.per_mille(800);
        let step = 364 / i64::try_from(place.episodes).unwrap_or(1).max(1);
        let mut day = place.first_day();
        for episode in 0..place.episodes {
            let reason = if episode == 0 { "S" } else { "P" };
            let placement = PLACEMENTS[random.below(PLACEMENTS.len())];
            let provider = if placement == "P1" { "PR0" } else { "PR1" };
            let _ = write!(
                into,
                "{},{},{reason},{status},{need},{placement},{provider},",
                child.id,
                day.format("%d/%m/%Y")
            );
            day += TimeDelta::days(step);
            let is_last = episode + 1 == place.episodes;
            if is_last && goes_on {
                into.push_str(",,,,,\n");
            } else {
                let reason = if is_last { "E4A" } else { "X1" };
                let _ =
                    writeln!(into, "{},{reason},,,,", day.min(place.last_day()).format("%d/%m/%Y"));
            }
        }
    };
    lines(place, begin, each, "")
}

pub(super) fn leavers(place: Place) -> Lines {
    let each = |_: &Place, child: Child, into: &mut String| {
        if child.is_leaver {
            let _ = writeln!(into, "{},{},YES,F1,U1", child.id, child.born.format("%d/%m/%Y"));
        }
    };
    lines(place, "CHILD,DOB,IN_TOUCH,ACTIV,ACCOM\n".to_owned(), each, "")
}

pub(super) fn unaccompanied(place: Place) -> Lines {
    let each = |place: &Place, child: Child, into: &mut String| {
        if child.is_looked_after && child.is_unaccompanied {
            let _ = writeln!(
                into,
                "{},{},{},",
                child.id,
                sex(&child, place.year),
                child.born.format("%d/%m/%Y")
            );
        }
    };
    lines(place, "CHILD,SEX,DOB,DUC\n".to_owned(), each, "")
}

pub(super) fn census(place: Place) -> Lines {
    let year = place.year;
    let begin = format!(
        "<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>{year}</Year><ReferenceDate>{year}-03-31</ReferenceDate></CollectionDetails></Header>\n<Children>\n"
    );
    let each = |place: &Place, mut child: Child, into: &mut String| {
        if !child.is_in_need {
            return;
        }
        let sex = match (place.year >= 2024, child.sex) {
            (false, 1) => "1",
            (false, _) => "2",
            (true, 1) => "M",
            (true, _) => "F",
        };
        let random = &mut child.random;
        let referred = place.first_day() + TimeDelta::days(i64::from(random.between(0, 300)));
        let need = NEEDS[random.below(NEEDS.len())];
        let closed = match random.per_mille(300) {
            true => format!(
                "<CINclosureDate>{}</CINclosureDate><ReasonForClosure>RC8</ReasonForClosure>",
                referred + TimeDelta::days(60)
            ),
            false => String::new(),
        };
        let plan = match closed.is_empty() && random.per_mille(150) {
            true => format!(
                "<ChildProtectionPlans><CPPstartDate>{}</CPPstartDate><LatestCategoryOfAbuse>NEG</LatestCategoryOfAbuse></ChildProtectionPlans>",
                referred + TimeDelta::days(20)
            ),
            false => String::new(),
        };
        let _ = writeln!(
            into,
            "<Child><ChildIdentifiers><LAchildID>{}</LAchildID><PersonBirthDate>{}</PersonBirthDate><Sex>{sex}</Sex></ChildIdentifiers><ChildCharacteristics><Ethnicity>{}</Ethnicity></ChildCharacteristics><CINdetails><CINreferralDate>{referred}</CINreferralDate><PrimaryNeedCode>{need}</PrimaryNeedCode>{closed}<ReferralNFA>0</ReferralNFA>{plan}</CINdetails></Child>",
            child.id, child.born, child.ethnicity
        );
    };
    lines(place, begin, each, "</Children></Message>\n")
}
