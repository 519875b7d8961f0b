//! A child of the census: its elements, collected and judged.

use std::collections::HashSet;

use chrono::{Months, NaiveDate};

use super::{FILE, doubt, refusal};
use crate::child_id::{ChildId, NotAnId};
use crate::codes::{self, Codes};
use crate::error::{Error, Result};
use crate::identifier::{Identifier, KeyHash, Pseudonyms};
use crate::parsed::{Child, Problem, Sex, Spell, SpellKind};
use crate::text::clean;
use crate::upn::{self, Upn};
use crate::{CollectionYear, dates};

/// How many referrals a child may have, and plans a referral.
const MOST: usize = 1_000;
/// How many faults of one child's elements are told.
const MOST_FAULTS: usize = 10;

/// The age up to which the census tells of somebody.
const OLDEST: u32 = 25;
/// How long before their birth somebody can be referred.
const PREGNANCY: Months = Months::new(10);
/// How long after the day that was expected a birth can lie.
const OVERDUE: Months = Months::new(1);

/// A text, and its line.
type Told = Option<(String, u64)>;

/// Notes a text; says whether another one was told before.
fn tell(told: &mut Told, text: &str, line: u64) -> bool {
    let other = told.as_ref().is_some_and(|(known, _)| known != text);
    told.get_or_insert_with(|| (text.to_owned(), line));
    other
}

/// A child as the census tells of it.
#[derive(Debug, Default)]
pub(super) struct CensusChild {
    line: u64,
    id: Told,
    upn: Told,
    former_upn: Told,
    born: Told,
    expected: Told,
    sex: Told,
    gender: Told,
    ethnicity: Told,
    referrals: Vec<Referral>,
    /// What is wrong with its elements.
    faults: Vec<Problem>,
}

#[derive(Debug, Default)]
struct Referral {
    line: u64,
    made: Told,
    need: Told,
    closed: Told,
    reason: Told,
    no_further_action: Told,
    plans: Vec<Plan>,
}

#[derive(Debug, Default)]
struct Plan {
    line: u64,
    started: Told,
    ended: Told,
    initial_category: Told,
    category: Told,
}

/// Where a child is judged: what is known of the census, and what is found.
pub(super) struct Place<'a> {
    pub(super) authority: &'a str,
    pub(super) year: CollectionYear,
    pub(super) keys: &'a dyn Pseudonyms,
    pub(super) ids: &'a mut HashSet<KeyHash>,
    /// Whether some id before stood as a decimal number.
    pub(super) has_decimals: &'a mut bool,
    pub(super) pupil_numbers: &'a mut HashSet<KeyHash>,
    pub(super) problems: Vec<Problem>,
}

impl Place<'_> {
    fn refuse(&mut self, line: u64, column: &'static str, rule: &'static str) {
        self.problems.push(refusal(line, Some(column), rule));
    }

    fn doubt(&mut self, line: u64, column: &'static str, rule: &'static str) {
        self.problems.push(doubt(line, Some(column), rule));
    }

    /// The code that a text is.
    fn code(&self, told: &Told, sets: &[Codes]) -> Option<&'static str> {
        let (text, _) = told.as_ref()?;
        codes::find(sets, self.year.0, text)
    }

    /// The same; doubts a text that is none, or that there is no text.
    fn sure_code(
        &mut self,
        told: &Told,
        sets: &[Codes],
        (line, column, rule): (u64, &'static str, &'static str),
    ) -> Option<&'static str> {
        let code = self.code(told, sets);
        if code.is_none() {
            let text = told.as_ref().map(|(text, _)| text.as_str());
            let nearest = text.and_then(|text| codes::nearest(sets, self.year.0, text));
            let doubt = doubt(line_of(told, line), Some(column), rule);
            self.problems.push(doubt.near(nearest));
        }
        code
    }
}

/// What becomes of a child and its rows.
#[derive(Default)]
pub(super) struct Judged {
    /// The child and its times, unless it is refused.
    pub(super) kept: Option<(Child, Vec<Unplaced>)>,
    /// How many of its referrals led to nothing further: they are checked and forgotten.
    pub(super) checked: u64,
}

/// A time, before its child has a place.
pub(super) struct Unplaced(Spell);

impl Unplaced {
    pub(super) const fn of(self, child: u32) -> Spell {
        Spell { child, ..self.0 }
    }

    pub(super) fn is_plan(&self) -> bool {
        self.0.kind == SpellKind::ProtectionPlan
    }
}

impl CensusChild {
    pub(super) fn begun(line: u64) -> Self {
        Self { line, ..Self::default() }
    }

    /// Notes something for which the child is refused.
    pub(super) fn fault(&mut self, fault: Problem) {
        // Of a child whose every element is wrong the first say enough.
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(fault);
        }
    }

    /// Takes the beginning of an element.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when there are more of them than any child can have.
    pub(super) fn begin(&mut self, name: &str, line: u64) -> Result<()> {
        let plans = self.referrals.iter().map(|referral| referral.plans.len());
        if self.referrals.len() > MOST || plans.sum::<usize>() > MOST {
            return Err(Error::of_files(format!(
                "The child at line {line} of the {FILE} has more than {MOST} referrals or plans. Check the file."
            )));
        }
        match (name, self.referrals.last_mut()) {
            ("CINdetails", _) => self.referrals.push(Referral { line, ..Referral::default() }),
            ("ChildProtectionPlans", Some(referral)) => {
                referral.plans.push(Plan { line, ..Plan::default() })
            }
            _ => {}
        }
        Ok(())
    }

    /// Takes an element with text, or an empty one, that lies where it should.
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub(super) fn take(&mut self, name: &'static str, text: &str, line: u64) -> Result<()> {
        let text = clean(text);
        if text.is_empty() {
            return self.begin(name, line);
        }
        let referral = self.referrals.last_mut();
        let told = match (name, referral) {
            ("LAchildID", _) => &mut self.id,
            ("UPN", _) => &mut self.upn,
            ("FormerUPN", _) => &mut self.former_upn,
            ("PersonBirthDate", _) => &mut self.born,
            ("ExpectedPersonBirthDate", _) => &mut self.expected,
            ("Sex", _) => &mut self.sex,
            ("GenderCurrent", _) => &mut self.gender,
            ("Ethnicity", _) => &mut self.ethnicity,
            ("CINreferralDate", Some(referral)) => &mut referral.made,
            ("PrimaryNeedCode", Some(referral)) => &mut referral.need,
            ("CINclosureDate", Some(referral)) => &mut referral.closed,
            ("ReasonForClosure", Some(referral)) => &mut referral.reason,
            ("ReferralNFA", Some(referral)) => &mut referral.no_further_action,
            (_, Some(referral)) => match (name, referral.plans.last_mut()) {
                ("CPPstartDate", Some(plan)) => &mut plan.started,
                ("CPPendDate", Some(plan)) => &mut plan.ended,
                ("InitialCategoryOfAbuse", Some(plan)) => &mut plan.initial_category,
                ("LatestCategoryOfAbuse", Some(plan)) => &mut plan.category,
                _ => return Ok(()),
            },
            _ => return Ok(()),
        };
        if tell(told, &text, line) {
            self.fault(refusal(line, Some(name), "CIN22"));
        }
        Ok(())
    }

    /// How many plans it has.
    pub(super) fn plans(&self) -> u64 {
        let plans = self.referrals.iter().map(|referral| referral.plans.len());
        plans.sum::<usize>() as u64
    }

    /// How many referrals it has.
    pub(super) fn referrals(&self) -> u64 {
        self.referrals.len() as u64
    }

    /// What becomes of it.
    pub(super) fn judge(mut self, place: &mut Place<'_>) -> Judged {
        if !self.faults.is_empty() {
            place.problems.append(&mut self.faults);
            return Judged::default();
        }
        let Some(person) = self.person(place) else {
            return Judged::default();
        };
        if self.referrals.is_empty() {
            place.doubt(self.line, "CINdetails", "CIN08");
        }
        let mut spells = Vec::new();
        let mut checked = 0;
        for referral in &self.referrals {
            let Some(in_need) = referral.judge(place) else {
                for plan in &referral.plans {
                    place.refuse(plan.line, "ChildProtectionPlans", "CIN15");
                }
                continue;
            };
            let plans = referral.plans.iter();
            if referral.leads_to_nothing() {
                checked += 1;
                for plan in plans.clone() {
                    place.doubt(plan.line, "ReferralNFA", "CIN19");
                }
            } else {
                spells.push(Unplaced(in_need));
            }
            spells.extend(plans.filter_map(|plan| plan.judge(&in_need, place).map(Unplaced)));
        }
        Judged { kept: Some((person, spells)), checked }
    }

    fn person(&self, place: &mut Place<'_>) -> Option<Child> {
        let line = self.line;
        let text = self.id.as_ref().map_or("", |(text, _)| text.as_str());
        let id = match ChildId::read(text) {
            Ok(id) => id,
            Err(NotAnId::Empty) => {
                place.refuse(line, "LAchildID", "CIN01");
                return None;
            }
            Err(NotAnId::Shortened) => {
                place.refuse(line_of(&self.id, line), "LAchildID", "CG13");
                return None;
            }
        };
        let hash = place.keys.hash(Identifier::OfAuthority { authority: place.authority, id: &id });
        if !place.ids.insert(hash) {
            place.refuse(line, "LAchildID", "CIN02");
            return None;
        }
        if id.is_decimal() && !std::mem::replace(place.has_decimals, true) {
            place.doubt(line_of(&self.id, line), "LAchildID", "CG12");
        }
        let birth_month = match (&self.born, &self.expected) {
            (Some((text, at)), _) => match dates::parse(text) {
                Some(day) if day <= place.year.last_day() => {
                    self.check_age(day, *at, place);
                    Some(dates::month_number(day))
                }
                _ => {
                    place.refuse(*at, "PersonBirthDate", "CIN03");
                    return None;
                }
            },
            // Not born yet, as far as the census knows.
            (None, Some((text, at))) => {
                let last_day = place.year.last_day();
                let from = last_day.checked_sub_months(OVERDUE);
                let to = last_day.checked_add_months(PREGNANCY);
                let day = dates::parse(text);
                if day.is_none_or(|day| {
                    from.is_none_or(|from| day < from) || to.is_some_and(|to| day > to)
                }) {
                    place.doubt(*at, "ExpectedPersonBirthDate", "CIN25");
                }
                None
            }
            (None, None) => {
                place.doubt(line, "PersonBirthDate", "CIN04");
                None
            }
        };
        let sex = self.sex.clone().or_else(|| self.gender.clone());
        let sex = place.sure_code(&sex, codes::SEX_CIN, (line, "Sex", "CIN05"));
        let ethnicity = (line, "Ethnicity", "CIN06");
        let ethnicity = place.sure_code(&self.ethnicity, codes::ETHNICITY, ethnicity);
        let mut hashes = vec![hash];
        hashes.extend(place.keys.earlier_hash(place.authority, &id));
        hashes.extend(pupil_number(&self.upn, "UPN", place));
        hashes.extend(pupil_number(&self.former_upn, "FormerUPN", place));
        Some(Child {
            hashes,
            birth_month,
            sex: sex.map_or(Sex::NotKnown, codes::sex),
            ethnicity: ethnicity.unwrap_or("NOBT"),
        })
    }
}

impl CensusChild {
    /// Doubts ages that nobody in touch with children's social work has.
    fn check_age(&self, born: NaiveDate, line: u64, place: &mut Place<'_>) {
        if dates::age(born, place.year.last_day()) > OLDEST {
            place.doubt(line, "PersonBirthDate", "CIN24");
        }
        let conceived = born.checked_sub_months(PREGNANCY);
        for referral in &self.referrals {
            let made = referral.made.as_ref();
            let made = made.and_then(|(text, line)| Some((dates::parse(text)?, *line)));
            if let Some((made, line)) = made
                && conceived.is_some_and(|conceived| made < conceived)
            {
                place.doubt(line, "CINreferralDate", "CIN26");
            }
        }
    }
}

fn pupil_number(told: &Told, column: &'static str, place: &mut Place<'_>) -> Option<KeyHash> {
    let (text, line) = told.as_ref()?;
    let number = text.to_uppercase();
    let rule = match upn::judge(&number) {
        Upn::Unknown => return None,
        Upn::WrongLetter => "CG01",
        Upn::Malformed => "168",
        Upn::Right => {
            let hash = place.keys.hash(Identifier::PupilNumber(&number));
            if place.pupil_numbers.insert(hash) {
                return Some(hash);
            }
            "CG02"
        }
    };
    place.doubt(*line, column, rule);
    None
}

fn line_of(told: &Told, otherwise: u64) -> u64 {
    told.as_ref().map_or(otherwise, |(_, line)| *line)
}

impl Referral {
    /// What `ReferralNFA` says, if it says yes or no.
    fn no_further_action(&self) -> Option<bool> {
        let (text, _) = self.no_further_action.as_ref()?;
        codes::yes_or_no(text)
    }

    /// Whether it led to no further action: the child isn't in need by it.
    fn leads_to_nothing(&self) -> bool {
        self.no_further_action() == Some(true)
    }

    fn judge(&self, place: &mut Place<'_>) -> Option<Spell> {
        let made = self.made.as_ref().and_then(|(text, _)| dates::parse(text));
        let Some(made) = made else {
            place.refuse(line_of(&self.made, self.line), "CINreferralDate", "CIN07");
            return None;
        };
        if made > place.year.last_day() {
            place.refuse(line_of(&self.made, self.line), "CINreferralDate", "CG03");
            return None;
        }
        let line = self.line;
        if self.no_further_action().is_none() {
            let at = line_of(&self.no_further_action, line);
            place.doubt(at, "ReferralNFA", "CIN13");
        }
        // Of a referral that led to nothing further the need may be left out.
        let need = match self.leads_to_nothing() && self.need.is_none() {
            true => None,
            false => {
                place.sure_code(&self.need, codes::NEED_CIN, (line, "PrimaryNeedCode", "CIN10"))
            }
        };
        let ended_on = self.closure(made, place)?;
        let reason = match self.reason.is_some() {
            true => place.sure_code(
                &self.reason,
                codes::REASON_CLOSED,
                (line, "ReasonForClosure", "CIN12"),
            ),
            false => None,
        };
        if self.reason.is_some() != ended_on.is_some() && self.reason.is_some() == reason.is_some()
        {
            place.doubt(line_of(&self.reason, line), "ReasonForClosure", "CIN12");
        }
        Some(Spell {
            category_of_need: need,
            reason_ended: reason,
            ..Spell::new(0, self.line, SpellKind::InNeed, made, ended_on)
        })
    }

    /// The day of closure, if there is one; nothing at all when it is wrong.
    fn closure(&self, made: NaiveDate, place: &mut Place<'_>) -> Option<Option<NaiveDate>> {
        let Some((text, line)) = &self.closed else {
            return Some(None);
        };
        match dates::parse(text) {
            Some(day) if day < made => place.refuse(*line, "CINclosureDate", "CIN09"),
            Some(day) if day <= place.year.last_day() => {
                if day < place.year.first_day() {
                    place.doubt(*line, "CINclosureDate", "CIN27");
                }
                return Some(Some(day));
            }
            _ => place.refuse(*line, "CINclosureDate", "CIN11"),
        }
        None
    }
}

impl Plan {
    fn judge(&self, in_need: &Spell, place: &mut Place<'_>) -> Option<Spell> {
        let started = self.started.as_ref().and_then(|(text, _)| dates::parse(text));
        let Some(started) = started else {
            place.refuse(line_of(&self.started, self.line), "CPPstartDate", "CIN18");
            return None;
        };
        if started > place.year.last_day() {
            place.refuse(line_of(&self.started, self.line), "CPPstartDate", "CIN16");
            return None;
        }
        let ended = match &self.ended {
            None => None,
            Some((text, line)) => match dates::parse(text) {
                Some(day) if day >= started => {
                    if day < place.year.first_day() || day > place.year.last_day() {
                        place.doubt(*line, "CPPendDate", "CIN28");
                    }
                    Some(day)
                }
                Some(_) => {
                    place.refuse(*line, "CPPendDate", "CIN17");
                    return None;
                }
                None => {
                    place.refuse(*line, "CPPendDate", "CIN18");
                    return None;
                }
            },
        };
        let closed = in_need.ended_on;
        let is_outside = started < in_need.started_on
            || closed.is_some_and(|closed| ended.is_none_or(|ended| ended > closed));
        if is_outside {
            place.doubt(self.line, "CPPstartDate", "CIN15");
        }
        let category = match (&self.category, &self.initial_category) {
            (None, initial) => initial,
            (latest, _) => latest,
        };
        let told = (self.line, "LatestCategoryOfAbuse", "CIN14");
        let category = place.sure_code(category, codes::ABUSE, told);
        Some(Spell {
            category_of_abuse: category,
            ..Spell::new(0, self.line, SpellKind::ProtectionPlan, started, ended)
        })
    }
}
