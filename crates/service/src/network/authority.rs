//! Local authorities in time: which there were on a day, which followed which, and which answered for children's
//! social care.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use entity::{LocalAuthorityId, PartialDate, local_authority, local_authority_successor};

use super::directory::Directory;
use crate::error::{Error, Result};
use returns::{CollectionYear, YEARS};

/// The local authorities that followed others.
#[derive(Debug, Default)]
pub struct Successions {
    successors: HashMap<LocalAuthorityId, Vec<LocalAuthorityId>>,
    predecessors: HashMap<LocalAuthorityId, Vec<LocalAuthorityId>>,
}

impl Successions {
    /// Creates the successions from the rows of the database.
    #[must_use]
    pub fn new(rows: &[local_authority_successor::Model]) -> Self {
        let mut all = Self::default();
        for row in rows {
            let (before, after) = (row.local_authority_id, row.successor_id);
            all.successors.entry(before).or_default().push(after);
            all.predecessors.entry(after).or_default().push(before);
        }
        all
    }

    /// Returns those that carry on the work of one.
    #[must_use]
    pub fn successors(&self, id: LocalAuthorityId) -> &[LocalAuthorityId] {
        self.successors.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Returns those whose work one carries on.
    #[must_use]
    pub fn predecessors(&self, id: LocalAuthorityId) -> &[LocalAuthorityId] {
        self.predecessors.get(&id).map_or(&[], Vec::as_slice)
    }
}

/// Returns whether an authority existed on a day, as far as is known. Reorganisations take effect on the first day of
/// a month: a register that says that one was abolished on the last day of a month means the last day on which it
/// was.
#[must_use]
pub fn existed(authority: &local_authority::Model, day: NaiveDate) -> bool {
    let established = authority.established.as_ref();
    let abolished = authority.abolished.as_ref();
    established.is_none_or(|from| from.first_day() <= day)
        && abolished.is_none_or(|until| day < first_day_without(until))
}

fn first_day_without(abolished: &PartialDate) -> NaiveDate {
    let last = abolished.last_day();
    match last.succ_opt() {
        Some(next) if next.day() == 1 => next,
        _ => last,
    }
}

/// Returns whether an authority has children's social care, as upper-tier and unitary ones have. Districts, combined
/// authorities and the councils of Northern Ireland, where trusts have it, do not.
#[must_use]
pub fn has_social_care(authority: &local_authority::Model) -> bool {
    const KINDS_WITHOUT: [&str; 6] = [
        "non-metropolitan district",
        "combined authority",
        "combined county authority",
        "strategic regional authority",
        "ni district",
        "district",
    ];
    // Of a register without kinds the code tells: districts and combined authorities have beginnings of their own.
    const CODES_WITHOUT: [&str; 2] = ["E07", "E47"];
    let kind = authority.authority_type.as_deref().map(str::to_lowercase);
    let is_without = |code: &&str| authority.gss_code.starts_with(*code);
    !CODES_WITHOUT.iter().any(is_without)
        && !kind.is_some_and(|kind| KINDS_WITHOUT.contains(&kind.trim()))
}

/// Returns whether the statutory returns of England are made by an authority.
pub(crate) fn makes_returns(authority: &local_authority::Model) -> bool {
    authority.country.trim().eq_ignore_ascii_case("England") && has_social_care(authority)
}

type Authority = Arc<local_authority::Model>;

impl Directory {
    /// Returns the authority that made a return for the collection that ended on a day, by its GSS code, its DfE
    /// number or its name. A number or a name that several authorities have had means the one of that day.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when there is none, or when the one that is named did not exist on the day or has no children's
    /// social care; the message names the right one where it can be known.
    pub fn maker_of_return(&self, name: &str, on: NaiveDate) -> Result<&Authority> {
        let name = name.trim();
        let named = self.authorities_named(name);
        let Some(first) = named.first() else {
            return Err(refused(unknown(name)));
        };
        let there: Vec<&Authority> = named.iter().copied().filter(|one| existed(one, on)).collect();
        let found = match there.as_slice() {
            [] => return Err(refused(self.not_there(first, on))),
            [one] => *one,
            several => {
                return Err(refused(format!(
                    "{} are called so. Give the GSS code of the one whose return it is.",
                    list(several)
                )));
            }
        };
        match makes_returns(found) {
            true => Ok(found),
            false => Err(refused(without_social_care(found))),
        }
    }

    fn authorities_named(&self, name: &str) -> Vec<&Authority> {
        if let Some(one) = self.local_authorities.by_key(&name.to_uppercase()) {
            return vec![one];
        }
        let is_named = |one: &&Authority| {
            let names = [Some(&one.name), one.official_name.as_ref()];
            one.dfe_number.as_deref() == Some(name)
                || names.into_iter().flatten().any(|own| own.to_lowercase() == name.to_lowercase())
        };
        let mut named: Vec<_> = self.local_authorities.listed(false).collect();
        named.retain(is_named);
        // A county and a district may have one name: whose return it is, is not in question.
        if named.iter().any(|one| makes_returns(one)) {
            named.retain(|one| makes_returns(one));
        }
        named
    }

    fn not_there(&self, one: &Authority, on: NaiveDate) -> String {
        let day = |date: Option<&PartialDate>| date.map_or_else(String::new, ToString::to_string);
        let is_later = one.established.as_ref().is_some_and(|from| from.first_day() > on);
        let what = match is_later {
            true => format!(
                "was founded on {}, after the collection ended",
                day(one.established.as_ref())
            ),
            false => format!(
                "was abolished on {}, before the collection ended",
                day(one.abolished.as_ref())
            ),
        };
        let right = self.in_its_place(one.id, on);
        let advice = match right.as_slice() {
            [] => "Give the GSS code of the authority that had children's social care there then."
                .to_owned(),
            [right] => format!("Is it the return of {}? Give that code.", named(right)),
            several => {
                format!("It may be the return of one of these: {}. Give its code.", list(several))
            }
        };
        format!("{} {what} on {}. {advice}", named(one), on.format("%-d %B %Y"))
    }

    /// Returns the authorities that made returns on a day, of those that came before one that was founded later, or
    /// after one that was abolished earlier.
    #[must_use]
    pub fn in_its_place(&self, id: LocalAuthorityId, on: NaiveDate) -> Vec<&Authority> {
        let is_later = self.local_authorities.by_id(id).is_some_and(|one| {
            let established = one.established.as_ref();
            established.is_some_and(|from| from.first_day() > on)
        });
        let next = |id| match is_later {
            true => self.successions.predecessors(id),
            false => self.successions.successors(id),
        };
        let mut seen = HashSet::from([id]);
        let mut waiting = VecDeque::from([id]);
        let mut found = Vec::new();
        while let Some(here) = waiting.pop_front() {
            for other in next(here).iter().filter(|other| seen.insert(**other)) {
                match self.local_authorities.by_id(*other) {
                    Some(one) if existed(one, on) && makes_returns(one) => found.push(one),
                    _ => waiting.push_back(*other),
                }
            }
        }
        found.sort_by(|one, other| one.gss_code.cmp(&other.gss_code));
        found
    }

    /// Returns the codes of the authorities that there were on a day in the places of some: each itself, if it
    /// existed, or else those before or after it.
    #[must_use]
    pub fn codes_on(&self, codes: &[String], on: NaiveDate) -> BTreeSet<String> {
        let mut then = BTreeSet::new();
        for code in codes {
            let Some(one) = self.local_authorities.by_key(code) else {
                continue;
            };
            match existed(one, on) {
                true => {
                    then.insert(one.gss_code.clone());
                }
                false => then.extend(
                    self.in_its_place(one.id, on).into_iter().map(|other| other.gss_code.clone()),
                ),
            }
        }
        then
    }

    /// Returns some authorities, and those before them whose work no other carries on: who answers for the first
    /// answers for these too.
    #[must_use]
    pub fn with_predecessors(&self, ids: &[LocalAuthorityId]) -> Vec<LocalAuthorityId> {
        let mut all = ids.to_vec();
        let mut at = 0;
        while let Some(id) = all.get(at).copied() {
            at += 1;
            for before in self.successions.predecessors(id) {
                let is_alone = self.successions.successors(*before) == [id];
                if is_alone && !all.contains(before) {
                    all.push(*before);
                }
            }
        }
        all
    }

    /// Returns some authorities, and all that carry on their work.
    #[must_use]
    pub fn with_successors(
        &self,
        ids: impl IntoIterator<Item = LocalAuthorityId>,
    ) -> HashSet<LocalAuthorityId> {
        let mut waiting: Vec<_> = ids.into_iter().collect();
        let mut all = HashSet::new();
        while let Some(id) = waiting.pop() {
            if all.insert(id) {
                waiting.extend(self.successions.successors(id));
            }
        }
        all
    }

    /// Returns the code under which an authority's own ids of children are kept: its own, or that of the first of
    /// those that it was, where one became one and the ids went on. Of two that became one the same id may mean two
    /// children.
    #[must_use]
    pub fn code_of_ids<'d>(&'d self, one: &'d local_authority::Model) -> &'d str {
        let mut seen = HashSet::from([one.id]);
        let mut first = one;
        while let Some(before) = self.only_maker(self.successions.predecessors(first.id)) {
            let after = self.only_maker(self.successions.successors(before.id));
            if after.is_none_or(|after| after.id != first.id) || !seen.insert(before.id) {
                break;
            }
            first = before;
        }
        &first.gss_code
    }

    /// Returns the one of some authorities that makes returns, or has made them since there are any here, if it is
    /// one.
    fn only_maker(&self, ids: &[LocalAuthorityId]) -> Option<&local_authority::Model> {
        let first_day = CollectionYear(*YEARS.start()).first_day();
        let mut makers = ids.iter().filter_map(|id| {
            let one = self.local_authorities.by_id(*id)?;
            let ended = one.abolished.as_ref().map(first_day_without);
            (makes_returns(one) && ended.is_none_or(|day| day > first_day)).then_some(&**one)
        });
        let only = makers.next();
        only.filter(|_| makers.next().is_none())
    }
}

fn refused(message: impl Into<String>) -> Error {
    Error::bad_input("authority", message.into())
}

fn unknown(name: &str) -> &'static str {
    match name.len() == 3 && name.bytes().all(|byte| byte.is_ascii_digit()) {
        true => {
            "No authority of the space has this DfE number. Give the authority's GSS code, such as E09000007."
        }
        false => "There is no such local authority. Give its GSS code, such as E09000007.",
    }
}

fn without_social_care(one: &local_authority::Model) -> String {
    if !one.country.trim().eq_ignore_ascii_case("England") {
        return format!(
            "{} is in {}; these returns are made by the authorities of England.",
            named(one),
            one.country
        );
    }
    let kind = one.authority_type.as_deref().unwrap_or("district");
    format!(
        "{} has no children's social care (its kind is {kind}). Give the GSS code of the county or unitary council that has it there.",
        named(one)
    )
}

fn named(one: &local_authority::Model) -> String {
    format!("{} ({})", one.name, one.gss_code)
}

fn list(some: &[impl AsRef<local_authority::Model>]) -> String {
    let names: Vec<_> = some.iter().map(|one| named(one.as_ref())).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn authority(established: Option<&str>, abolished: Option<&str>) -> local_authority::Model {
        let date = |text: &str| text.parse().unwrap();
        local_authority::Model {
            id: uuid::Uuid::nil().into(),
            gss_code: "E10000023".to_owned(),
            name: "North Yorkshire".to_owned(),
            official_name: None,
            country: "England".to_owned(),
            region: None,
            authority_type: None,
            dfe_number: None,
            established: established.map(date),
            abolished: abolished.map(date),
            withdrawn_at: None,
            withdrawal_reason: None,
            superseded_by: None,
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn an_authority_exists_from_its_first_day_and_not_on_the_day_of_its_abolition() {
        let county = authority(Some("1974-04-01"), Some("2023-04-01"));
        for (on, is_there) in [
            ("1974-03-31", false),
            ("1974-04-01", true),
            ("2023-03-31", true),
            ("2023-04-01", false),
        ] {
            assert_eq!(existed(&county, day(on)), is_there, "{on}");
        }
    }

    #[test]
    fn the_last_day_of_a_month_is_the_last_day_of_an_authority_and_a_year_lasts_to_its_end() {
        let dorset = authority(None, Some("2019-03-31"));
        assert!(existed(&dorset, day("2019-03-31")));
        assert!(!existed(&dorset, day("2019-04-01")));
        let vague = authority(Some("2019"), Some("2021"));
        assert!(existed(&vague, day("2019-01-01")) && existed(&vague, day("2021-12-31")));
        assert!(!existed(&vague, day("2018-12-31")) && !existed(&vague, day("2022-01-01")));
    }

    #[test]
    fn districts_and_combined_authorities_have_no_social_care_by_kind_or_by_code() {
        let of = |kind: Option<&str>, code: &str| local_authority::Model {
            authority_type: kind.map(str::to_owned),
            gss_code: code.to_owned(),
            ..authority(None, None)
        };
        assert!(!has_social_care(&of(Some("Non-metropolitan District "), "X01000001")));
        assert!(!has_social_care(&of(None, "E07000223")));
        assert!(!has_social_care(&of(Some("NI district"), "N09000002")));
        for kind in ["County", "Metropolitan district", "London borough", "Unitary authority"] {
            assert!(has_social_care(&of(Some(kind), "E06000001")), "{kind}");
        }
    }
}
