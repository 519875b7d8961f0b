//! A child of the census: its elements, collected and judged.

use std::collections::HashSet;

use chrono::NaiveDate;
use entity::EpisodeKind;

use super::{FILE, doubt, refusal};
use crate::error::{Code, Error, Result};
use crate::young_people::codes;
use crate::young_people::pseudonym::{Identifier, KeyHash, PseudonymKeys};
use crate::young_people::returns::parsed::{Child, Problem, Spell};
use crate::young_people::returns::{CollectionYear, dates};
use crate::young_people::upn::{self, Upn};

/// How many referrals a child may have, and plans a referral.
const MOST: usize = 1_000;

/// A text, and its line.
type Told = Option<(String, u64)>;

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
    ethnicity: Told,
    referrals: Vec<Referral>,
    in_plan: bool,
}

#[derive(Debug, Default)]
struct Referral {
    line: u64,
    made: Told,
    need: Told,
    closed: Told,
    reason: Told,
    plans: Vec<Plan>,
}

#[derive(Debug, Default)]
struct Plan {
    line: u64,
    started: Told,
    ended: Told,
    category: Told,
}

/// Where a child is judged: what is known of the census, and what is found.
pub(super) struct Place<'a> {
    pub(super) authority: &'a str,
    pub(super) year: CollectionYear,
    pub(super) keys: &'a PseudonymKeys,
    pub(super) ids: &'a mut HashSet<KeyHash>,
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
}

/// A time, before its child has a place.
pub(super) struct Unplaced(Spell);

impl Unplaced {
    pub(super) const fn of(self, child: u32) -> Spell {
        Spell { child, ..self.0 }
    }
}

impl CensusChild {
    pub(super) fn begun(line: u64) -> Self {
        Self {
            line,
            ..Self::default()
        }
    }

    /// Takes the beginning of an element.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when there are more of them than any child can have.
    pub(super) fn begin(&mut self, name: &str, line: u64) -> Result<()> {
        let plans = self.referrals.iter().map(|referral| referral.plans.len());
        if self.referrals.len() > MOST || plans.sum::<usize>() > MOST {
            return Err(Error::new(
                Code::BadUserInput,
                format!(
                    "The child at line {line} of the {FILE} has more than {MOST} referrals or plans. Check the file."
                ),
            ));
        }
        match name {
            "CINdetails" => self.referrals.push(Referral {
                line,
                ..Referral::default()
            }),
            "ChildProtectionPlans" => {
                self.in_plan = true;
                if let Some(referral) = self.referrals.last_mut() {
                    referral.plans.push(Plan {
                        line,
                        ..Plan::default()
                    });
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn end(&mut self, name: &str) {
        if name == "ChildProtectionPlans" {
            self.in_plan = false;
        }
    }

    /// Takes an element with text.
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub(super) fn take(&mut self, name: &str, text: &str, line: u64) -> Result<()> {
        if text.is_empty() {
            return match name {
                "CINdetails" | "ChildProtectionPlans" => {
                    self.begin(name, line)?;
                    self.end(name);
                    Ok(())
                }
                _ => Ok(()),
            };
        }
        let told = || Some((text.to_owned(), line));
        let referral = self.referrals.last_mut();
        match (name, referral) {
            ("LAchildID", _) => self.id = told(),
            ("UPN", _) => self.upn = told(),
            ("FormerUPN", _) => self.former_upn = told(),
            ("PersonBirthDate", _) => self.born = told(),
            ("ExpectedPersonBirthDate", _) => self.expected = told(),
            ("Sex" | "GenderCurrent", _) => self.sex = told(),
            ("Ethnicity", _) => self.ethnicity = told(),
            ("CINreferralDate", Some(referral)) => referral.made = told(),
            ("PrimaryNeedCode", Some(referral)) => referral.need = told(),
            ("CINclosureDate", Some(referral)) => referral.closed = told(),
            ("ReasonForClosure", Some(referral)) => referral.reason = told(),
            (_, Some(referral)) if self.in_plan => {
                if let Some(plan) = referral.plans.last_mut() {
                    match name {
                        "CPPstartDate" => plan.started = told(),
                        "CPPendDate" => plan.ended = told(),
                        "LatestCategoryOfAbuse" => plan.category = told(),
                        "InitialCategoryOfAbuse" if plan.category.is_none() => {
                            plan.category = told();
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// How many rows it counts for: itself, its referrals and its plans.
    pub(super) fn rows(&self) -> u64 {
        let plans = self.referrals.iter().map(|referral| referral.plans.len());
        (1 + self.referrals.len() + plans.sum::<usize>()) as u64
    }

    /// The child and its times, or nothing when it is refused.
    pub(super) fn judge(self, place: &mut Place<'_>) -> Option<(Child, Vec<Unplaced>)> {
        let person = self.person(place)?;
        if self.referrals.is_empty() {
            place.doubt(self.line, "CINdetails", "CIN08");
        }
        let mut spells = Vec::new();
        for referral in &self.referrals {
            let Some(in_need) = referral.judge(place) else {
                for plan in &referral.plans {
                    place.refuse(plan.line, "ChildProtectionPlans", "CIN15");
                }
                continue;
            };
            spells.push(Unplaced(in_need));
            let plans = referral.plans.iter();
            spells.extend(plans.filter_map(|plan| plan.judge(&in_need, place).map(Unplaced)));
        }
        Some((person, spells))
    }

    fn person(&self, place: &mut Place<'_>) -> Option<Child> {
        let line = self.line;
        let Some((id, _)) = &self.id else {
            place.refuse(line, "LAchildID", "CIN01");
            return None;
        };
        let hash = place.keys.hash(Identifier::OfAuthority {
            authority: place.authority,
            id,
        });
        if !place.ids.insert(hash) {
            place.refuse(line, "LAchildID", "CIN02");
            return None;
        }
        let birth_month = match (&self.born, &self.expected) {
            (Some((text, at)), _) => match dates::parse(text) {
                Some(day) if day <= place.year.last_day() => Some(dates::month_number(day)),
                _ => {
                    place.refuse(*at, "PersonBirthDate", "CIN03");
                    return None;
                }
            },
            // Not born yet, as far as the census knows.
            (None, Some(_)) => None,
            (None, None) => {
                place.doubt(line, "PersonBirthDate", "CIN04");
                None
            }
        };
        let year = place.year.0;
        let code = |told: &Told, sets| {
            told.as_ref()
                .and_then(|(text, _)| codes::find(sets, year, text))
        };
        let sex = code(&self.sex, codes::SEX_CIN);
        if sex.is_none() {
            place.doubt(line_of(&self.sex, line), "Sex", "CIN05");
        }
        let ethnicity = code(&self.ethnicity, codes::ETHNICITY);
        if ethnicity.is_none() {
            place.doubt(line_of(&self.ethnicity, line), "Ethnicity", "CIN06");
        }
        let mut hashes = vec![hash];
        hashes.extend(pupil_number(&self.upn, "UPN", place));
        hashes.extend(pupil_number(&self.former_upn, "FormerUPN", place));
        Some(Child {
            hashes,
            birth_month,
            sex: sex.map_or(entity::Sex::NotKnown, codes::sex),
            ethnicity: ethnicity.unwrap_or("NOBT"),
        })
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
        let year = place.year.0;
        let need = self
            .need
            .as_ref()
            .and_then(|(text, _)| codes::find(codes::NEED_CIN, year, text));
        if need.is_none() {
            place.doubt(line_of(&self.need, self.line), "PrimaryNeedCode", "CIN10");
        }
        let ended_on = self.closure(made, place)?;
        let reason = self
            .reason
            .as_ref()
            .and_then(|(text, _)| codes::find(codes::REASON_CLOSED, year, text));
        if reason.is_some() != ended_on.is_some() || reason.is_some() != self.reason.is_some() {
            place.doubt(
                line_of(&self.reason, self.line),
                "ReasonForClosure",
                "CIN12",
            );
        }
        Some(Spell {
            category_of_need: need,
            reason_ended: reason,
            ..Spell::new(0, self.line, EpisodeKind::InNeed, made, ended_on)
        })
    }

    /// The day of closure, if there is one; nothing at all when it is wrong.
    fn closure(&self, made: NaiveDate, place: &mut Place<'_>) -> Option<Option<NaiveDate>> {
        let Some((text, line)) = &self.closed else {
            return Some(None);
        };
        match dates::parse(text) {
            Some(day) if day < made => place.refuse(*line, "CINclosureDate", "CIN09"),
            Some(day) if day <= place.year.last_day() => return Some(Some(day)),
            _ => place.refuse(*line, "CINclosureDate", "CIN11"),
        }
        None
    }
}

impl Plan {
    fn judge(&self, in_need: &Spell, place: &mut Place<'_>) -> Option<Spell> {
        let started = self
            .started
            .as_ref()
            .and_then(|(text, _)| dates::parse(text));
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
                Some(day) if day >= started => Some(day),
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
        let category = self
            .category
            .as_ref()
            .and_then(|(text, _)| codes::find(codes::ABUSE, place.year.0, text));
        if category.is_none() {
            place.doubt(
                line_of(&self.category, self.line),
                "LatestCategoryOfAbuse",
                "CIN14",
            );
        }
        Some(Spell {
            category_of_abuse: category,
            ..Spell::new(0, self.line, EpisodeKind::ProtectionPlan, started, ended)
        })
    }
}
