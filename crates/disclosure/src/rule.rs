//! The named rule sets: how a count becomes what is published.

use std::sync::Arc;

use super::cell_key::Records;
use super::entropy::STANDARD;
use super::lattice::{Counted, effective};
use super::table::{KEYS, NotATable, PerturbationTable};

/// What is published of a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Published {
    /// A number, as the rule gives it.
    Shown(u64),
    /// Nothing but that there is nothing to see. It doesn't mean zero.
    Hidden,
}

impl Published {
    /// The number, if one is shown.
    #[must_use]
    pub const fn shown(self) -> Option<u64> {
        match self {
            Self::Shown(count) => Some(count),
            Self::Hidden => None,
        }
    }
}

/// What place a count is of. Some publishers round the counts of large places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    /// One local authority.
    LocalAuthority,
    /// One region, all its authorities together.
    Region,
    /// England.
    England,
}

/// What a rule can stand up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suits {
    /// Any number of free questions from anybody, as long as they come from the closed lattice
    /// (`statistics`).
    Questions,
    /// Free questions about records of which those at risk were swapped with others beforehand. Of records as they
    /// are, answers that are compared tell who is unlike the rest.
    QuestionsOfSwappedRecords,
    /// Tables that are fixed beforehand and get secondary suppression as a whole
    /// ([`suppression`](super::suppression)), or recipients who are bound by an agreement. Free questions
    /// could be subtracted from each other.
    FixedTables,
}

/// A rule set: what is published of each count. An answer names it and its version.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The name that a deployment or an agreement chooses it by.
    pub name: &'static str,
    /// Changes whenever the same records would be answered otherwise.
    pub version: String,
    /// What it does, in a sentence or two for those who read the numbers.
    pub description: &'static str,
    /// Results below this are hidden, and conditions that fewer children tell apart have no effect.
    pub threshold: u64,
    /// Where it may be used.
    pub suits: Suits,
    method: Method,
}

#[derive(Clone, Debug)]
enum Method {
    Perturb(Arc<PerturbationTable>),
    /// What is below the threshold is hidden, conditions of low effect are left out, and what remains is perturbed.
    LowEffect(Arc<PerturbationTable>),
    /// Counts that are not hidden are rounded in areas from here on.
    Round {
        zero: Published,
        nearest: u64,
        from: Area,
    },
}

/// The names that [`Rule::named`] knows, the default first.
pub const NAMES: [&str; 4] = ["low-effect", "cell-key", "dfe-children-in-need", "opensafely"];

impl Rule {
    /// The rule of this name; see [`NAMES`].
    ///
    /// # Errors
    ///
    /// If there is none of this name.
    pub fn named(name: &str) -> Result<Self, NotARule> {
        match name {
            "low-effect" => Ok(Self::low_effect()?),
            "cell-key" => Ok(Self::cell_key()?),
            "dfe-children-in-need" => Ok(Self::dfe_children_in_need()),
            "opensafely" => Ok(Self::opensafely()),
            _ => Err(NotARule::Unknown(name.to_owned())),
        }
    }

    /// The default: conditions of low effect are left out, with our own table and a threshold of 10.
    ///
    /// # Errors
    ///
    /// None, unless the table that is built in has been damaged.
    pub fn low_effect() -> Result<Self, NotATable> {
        Ok(Self {
            name: "low-effect",
            version: "1".to_owned(),
            description: "Counts below 20 are hidden, zero too. A condition that fewer than 10 children tell apart has \
                          no effect, and each count is changed a little, in another way in each edition.",
            threshold: STANDARD.threshold,
            suits: Suits::Questions,
            method: Method::LowEffect(Arc::new(PerturbationTable::standard()?)),
        })
    }

    /// Cell-key perturbation as `cell_key_perturbation` of the ONS does it, with our own table and a threshold of
    /// 10. For records that were swapped beforehand, and for comparison.
    ///
    /// # Errors
    ///
    /// None, unless the table that is built in has been damaged.
    pub fn cell_key() -> Result<Self, NotATable> {
        Ok(Self {
            name: "cell-key",
            version: "1".to_owned(),
            description: "Each count is changed a little, always in the same way for the same children. Results \
                          below the threshold are hidden, and so is zero: hidden doesn't mean none.",
            threshold: STANDARD.threshold,
            suits: Suits::QuestionsOfSwappedRecords,
            method: Method::Perturb(Arc::new(PerturbationTable::standard()?)),
        })
    }

    /// The rule with another table and threshold, of which its version is made.
    ///
    /// # Errors
    ///
    /// If the rule doesn't perturb, or if some published value would be possible for one count only, or only for
    /// counts below the threshold.
    pub fn with(self, table: PerturbationTable, threshold: u64) -> Result<Self, NotARule> {
        table.check_published(threshold)?;
        let version = format!("{}-{threshold}", table.fingerprint());
        let table = Arc::new(table);
        let method = match self.method {
            Method::Perturb(_) => Method::Perturb(table),
            Method::LowEffect(_) => Method::LowEffect(table),
            Method::Round { .. } => return Err(NotARule::NotPerturbing(self.name)),
        };
        Ok(Self { version, threshold, method, ..self })
    }

    /// As the Department for Education published *Characteristics of children in need* in 2020 and 2021.
    #[must_use]
    pub fn dfe_children_in_need() -> Self {
        Self {
            name: "dfe-children-in-need",
            version: "1".to_owned(),
            description: "Counts of 1 to 5 are hidden, and others where these could be worked out; a zero is a \
                          zero. Regions and England are rounded to the nearest 10, authorities not at all.",
            threshold: 6,
            suits: Suits::FixedTables,
            method: Method::Round { zero: Published::Shown(0), nearest: 10, from: Area::Region },
        }
    }

    /// As OpenSAFELY releases counts.
    #[must_use]
    pub fn opensafely() -> Self {
        Self {
            name: "opensafely",
            version: "1".to_owned(),
            description: "Counts of 7 or less are hidden, zero too; all others are rounded to the nearest 5.",
            threshold: 8,
            suits: Suits::FixedTables,
            method: Method::Round {
                zero: Published::Hidden,
                nearest: 5,
                from: Area::LocalAuthority,
            },
        }
    }

    /// What is published of a lone count.
    ///
    /// A cell without records is hidden by cell-key perturbation, as it is by the ONS: shown as 0 it would
    /// say of everybody in its row that they are not in its column, and tell it from 1 to 9.
    #[must_use]
    pub fn cell(&self, records: Records, area: Area) -> Published {
        match &self.method {
            Method::LowEffect(_) if records.count < self.hidden_below() => Published::Hidden,
            // A smaller result would say that the count is hardly more than the least that is shown.
            Method::LowEffect(table) => Published::Shown(
                table.perturb(records.count, records.key_sum).max(self.hidden_below()),
            ),
            Method::Perturb(table) => self.shown(table.perturb(records.count, records.key_sum)),
            Method::Round { zero, .. } if records.count == 0 => *zero,
            Method::Round { nearest, from, .. } => match self.shown(records.count) {
                Published::Shown(count) if area >= *from => {
                    Published::Shown(round(count, *nearest))
                }
                published => published,
            },
        }
    }

    /// What is published of a cell of the lattice: of its records, or of those that its answer is made of.
    #[must_use]
    pub fn answer(&self, counted: &impl Counted, cell: &[Option<u16>], area: Area) -> Published {
        match &self.method {
            Method::LowEffect(_) => {
                let effective = effective(counted, cell, self.threshold);
                let records = Records {
                    count: counted.records(&effective).count,
                    key_sum: counted.key(&effective),
                };
                self.cell(records, area)
            }
            _ => self.cell(counted.records(cell), area),
        }
    }

    /// Counts below this are hidden.
    ///
    /// With conditions of low effect that is twice the threshold: a cell and the one that it is answered as, which has
    /// up to the threshold more, must be shown or hidden together.
    #[must_use]
    pub const fn hidden_below(&self) -> u64 {
        match self.method {
            Method::LowEffect(_) => 2 * self.threshold,
            Method::Perturb(_) | Method::Round { .. } => self.threshold,
        }
    }

    const fn shown(&self, result: u64) -> Published {
        if result < self.threshold { Published::Hidden } else { Published::Shown(result) }
    }

    /// The least and the greatest count that could have been published so: what an attacker knows who knows
    /// the rule and its table.
    #[must_use]
    pub fn behind(&self, published: Published, area: Area) -> (u64, u64) {
        let reach = match &self.method {
            Method::Perturb(table) | Method::LowEffect(table) => table.greatest_change(),
            Method::Round { nearest, .. } => *nearest,
        };
        let around = published.shown().unwrap_or(self.threshold);
        let least = published.shown().map_or(0, |shown| shown.saturating_sub(reach));
        let could = |&count: &u64| {
            (0..KEYS as u64).any(|key_sum| self.cell(Records { count, key_sum }, area) == published)
        };
        let mut counts = (least..=around + reach).filter(could);
        let first = counts.next().unwrap_or(least);
        (first, counts.next_back().unwrap_or(first))
    }
}

/// To the nearest multiple, halves up.
const fn round(count: u64, nearest: u64) -> u64 {
    (count + nearest / 2) / nearest * nearest
}

/// Why there is no such rule.
#[derive(Debug, thiserror::Error)]
pub enum NotARule {
    /// No rule has the name.
    #[error("there is no disclosure rule {0:?}; there are {names}", names = NAMES.join(", "))]
    Unknown(String),
    /// A table is given to a rule that has none.
    #[error(
        "the disclosure rule {0:?} doesn't perturb: a perturbation table is for low-effect and cell-key"
    )]
    NotPerturbing(&'static str),
    /// Its table is unsound.
    #[error(transparent)]
    Table(#[from] NotATable),
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;

    const fn records(count: u64, key_sum: u64) -> Records {
        Records { count, key_sum }
    }

    static RULES: LazyLock<[Rule; 4]> =
        LazyLock::new(|| NAMES.map(|name| Rule::named(name).unwrap()));

    #[test]
    fn an_unknown_name_is_no_rule() {
        let unknown = Rule::named("none").unwrap_err().to_string();
        assert!(
            unknown.contains("low-effect, cell-key, dfe-children-in-need, opensafely"),
            "{unknown}"
        );
    }

    #[test]
    fn another_table_or_threshold_is_another_version() {
        let with = |threshold| {
            let table = PerturbationTable::standard().unwrap();
            RULES[0].clone().with(table, threshold).unwrap().version
        };
        assert_eq!(with(10), with(10));
        assert_ne!(with(10), with(11));
        assert_ne!(with(10), RULES[0].version);
    }

    #[test]
    fn only_what_leaves_out_conditions_of_low_effect_stands_up_to_free_questions() {
        let suits = &*RULES.iter().map(|rule| rule.suits).collect::<Vec<_>>();
        assert_eq!(
            suits,
            [
                Suits::Questions,
                Suits::QuestionsOfSwappedRecords,
                Suits::FixedTables,
                Suits::FixedTables
            ]
        );
    }

    #[test]
    fn the_department_hides_1_to_5_and_rounds_regions() {
        let rule = Rule::dfe_children_in_need();
        let answers =
            |area| [0, 1, 5, 6, 14, 15].map(|count| rule.cell(records(count, 0), area).shown());
        let authority = [Some(0), None, None, Some(6), Some(14), Some(15)];
        let region = [Some(0), None, None, Some(10), Some(10), Some(20)];
        assert_eq!(answers(Area::LocalAuthority), authority);
        assert_eq!(answers(Area::Region), region);
        assert_eq!(answers(Area::England), region);
    }

    #[test]
    fn opensafely_hides_up_to_7_and_rounds_to_5() {
        let rule = Rule::opensafely();
        let answers = [0, 7, 8, 12, 13]
            .map(|count| rule.cell(records(count, 0), Area::LocalAuthority).shown());
        assert_eq!(answers, [None, None, Some(10), Some(10), Some(15)]);
    }

    #[test]
    fn a_hidden_answer_may_be_anything_up_to_the_threshold() {
        let behind = |rule: &Rule| rule.behind(Published::Hidden, Area::England);
        assert_eq!((behind(&RULES[0]), behind(&RULES[1])), ((0, 19), (0, 10)));
    }

    #[test]
    fn a_shown_answer_never_bounds_a_count_within_the_small_ones() {
        for rule in &RULES[..2] {
            for shown in rule.hidden_below()..=60 {
                let (least, greatest) = rule.behind(Published::Shown(shown), Area::England);
                assert!(
                    greatest >= 10 && greatest - least >= 10,
                    "{}: {shown} is {least} to {greatest}",
                    rule.name
                );
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn nothing_is_published_between_zero_and_the_threshold(count in 0..5_000_u64, key_sum: u32) {
            for rule in &*RULES {
                for area in [Area::LocalAuthority, Area::Region, Area::England] {
                    let published = rule.cell(records(count, key_sum.into()), area);
                    prop_assert!(published.shown().is_none_or(|shown| shown == 0 || shown >= rule.threshold));
                }
            }
        }

        #[test]
        fn the_true_count_lies_within_what_an_answer_may_stand_for(count in 0..2_000_u64, key_sum in 0..256_u64) {
            for rule in &*RULES {
                let published = rule.cell(records(count, key_sum), Area::Region);
                let (least, greatest) = rule.behind(published, Area::Region);
                prop_assert!((least..=greatest).contains(&count), "{} {published:?}", rule.name);
            }
        }
    }
}
