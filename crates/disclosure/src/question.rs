//! The closed lattice of questions that everybody may ask.
//!
//! In each dimension a question takes everybody or one category of a closed list; it uses a few dimensions
//! only, and asks as of a reference date. So two questions differ by whole categories, which have answers of
//! their own, and never by a year of age, an area drawn for the purpose, or a day. What is outside is refused
//! with the reason: the change of a cell hides a child, but not one who is fenced in from many sides.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

/// What questions there are.
#[derive(Clone, Debug)]
pub(super) struct Lattice {
    /// The dimensions, each with its categories.
    pub dimensions: BTreeMap<String, BTreeSet<String>>,
    /// The most dimensions in which a question may take one category.
    pub most_dimensions: usize,
    /// The days that can be asked about.
    pub reference_dates: BTreeSet<NaiveDate>,
}

/// A condition as somebody might state it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// The category of a dimension.
    Is(String, String),
    /// One of several categories of a dimension.
    OneOf(String, BTreeSet<String>),
    /// Anything in a dimension from one value to another.
    Between(String, String, String),
    /// Not what the condition says.
    Not(Box<Condition>),
    /// What any of several conditions says.
    Either(Vec<Condition>),
}

/// A question of the lattice: the dimensions in which it takes one category. Equal questions have equal
/// answers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Question {
    /// The category in each of those dimensions.
    pub categories: BTreeMap<String, String>,
    /// The day that it asks about.
    pub as_at: NaiveDate,
}

/// Why a question is not answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// It asks by something that is no dimension.
    #[error("{0} is not a dimension of these statistics")]
    NotADimension(String),
    /// It asks for a category that the dimension doesn't have. Two questions that differ by part of a category
    /// would single out the few who are in that part.
    #[error("{category} is not a category of {dimension}")]
    NotACategory {
        /// The dimension.
        dimension: String,
        /// What was asked for.
        category: String,
    },
    /// It takes several categories together, or children of this or that. A union less its parts is what
    /// they have in common.
    #[error("several categories can't be counted together: ask for each, or for all")]
    Union,
    /// It takes all but a category. Everybody less that is the category.
    #[error("a category can't be left out: ask for it, or for all")]
    Negation,
    /// It takes a range. Two ranges that overlap differ by as little as one year or month.
    #[error("ranges can't be counted: ask for a category of {0}")]
    Range(String),
    /// It asks two things of one dimension.
    #[error("{0} is asked for twice")]
    Twice(String),
    /// It uses more dimensions than are safe together.
    #[error("a question takes at most {most} dimensions, and this takes {asked}")]
    TooManyDimensions {
        /// How many it takes.
        asked: usize,
        /// How many it may take.
        most: usize,
    },
    /// It asks about a day in between. From day to day few children come and go, so that the days on which an
    /// answer changes follow each of them: a longitudinal tracker.
    #[error("{0} is not a reference date")]
    NotAReferenceDate(NaiveDate),
}

impl Refusal {
    /// The code of the reason, which doesn't change.
    #[must_use]
    pub(super) const fn code(&self) -> &'static str {
        match self {
            Self::NotADimension(_) => "NOT_A_DIMENSION",
            Self::NotACategory { .. } => "NOT_A_CATEGORY",
            Self::Union => "UNION",
            Self::Negation => "NEGATION",
            Self::Range(_) => "RANGE",
            Self::Twice(_) => "TWICE",
            Self::TooManyDimensions { .. } => "TOO_MANY_DIMENSIONS",
            Self::NotAReferenceDate(_) => "NOT_A_REFERENCE_DATE",
        }
    }
}

impl Lattice {
    /// The question that all conditions together ask.
    ///
    /// All categories of a dimension are the same as no condition, and one of one category is that category.
    ///
    /// # Errors
    ///
    /// If the lattice has no such question.
    pub(super) fn question(
        &self,
        conditions: &[Condition],
        as_at: NaiveDate,
    ) -> Result<Question, Refusal> {
        if !self.reference_dates.contains(&as_at) {
            return Err(Refusal::NotAReferenceDate(as_at));
        }
        let mut categories = BTreeMap::new();
        for condition in conditions {
            if let Some((dimension, category)) = self.category(condition)?
                && categories.insert(dimension.clone(), category).is_some()
            {
                return Err(Refusal::Twice(dimension));
            }
        }
        if categories.len() > self.most_dimensions {
            return Err(Refusal::TooManyDimensions {
                asked: categories.len(),
                most: self.most_dimensions,
            });
        }
        Ok(Question { categories, as_at })
    }

    /// The one category that a condition takes, or nothing if it takes everybody.
    fn category(&self, condition: &Condition) -> Result<Option<(String, String)>, Refusal> {
        match condition {
            Condition::Is(dimension, category) => {
                self.check(dimension, category)?;
                Ok(Some((dimension.clone(), category.clone())))
            }
            Condition::OneOf(dimension, asked) => {
                for category in asked {
                    self.check(dimension, category)?;
                }
                let mut categories = asked.iter();
                match (categories.next(), categories.next()) {
                    _ if Some(asked) == self.dimensions.get(dimension) => Ok(None),
                    (Some(only), None) => Ok(Some((dimension.clone(), only.clone()))),
                    _ => Err(Refusal::Union),
                }
            }
            Condition::Between(dimension, ..) if self.dimensions.contains_key(dimension) => {
                Err(Refusal::Range(dimension.clone()))
            }
            Condition::Between(dimension, ..) => Err(Refusal::NotADimension(dimension.clone())),
            Condition::Not(_) => Err(Refusal::Negation),
            Condition::Either(_) => Err(Refusal::Union),
        }
    }

    fn check(&self, dimension: &str, category: &str) -> Result<(), Refusal> {
        let categories = self.dimensions.get(dimension);
        let categories = categories.ok_or_else(|| Refusal::NotADimension(dimension.to_owned()))?;
        if categories.contains(category) {
            return Ok(());
        }
        Err(Refusal::NotACategory {
            dimension: dimension.to_owned(),
            category: category.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn lattice() -> Lattice {
        let categories = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Lattice {
            dimensions: BTreeMap::from([
                ("age".to_owned(), categories(&["0 to 4", "5 to 17"])),
                ("sex".to_owned(), categories(&["Boy", "Girl"])),
                ("need".to_owned(), categories(&["Abuse", "Disability"])),
            ]),
            most_dimensions: 2,
            reference_dates: BTreeSet::from([day("2024-03-31")]),
        }
    }

    fn is(dimension: &str, category: &str) -> Condition {
        Condition::Is(dimension.to_owned(), category.to_owned())
    }

    fn one_of(dimension: &str, categories: &[&str]) -> Condition {
        let categories = categories.iter().map(|&category| category.to_owned()).collect();
        Condition::OneOf(dimension.to_owned(), categories)
    }

    fn refused(conditions: &[Condition]) -> &'static str {
        lattice().question(conditions, day("2024-03-31")).unwrap_err().code()
    }

    #[test]
    fn the_same_question_in_other_words_is_the_same_question() {
        let ask =
            |conditions: &[Condition]| lattice().question(conditions, day("2024-03-31")).unwrap();
        assert_eq!(ask(&[one_of("sex", &["Boy", "Girl"])]), ask(&[]));
        assert_eq!(ask(&[one_of("sex", &["Boy"])]), ask(&[is("sex", "Boy")]));
        assert_eq!(
            ask(&[is("sex", "Boy"), is("age", "0 to 4")]),
            ask(&[is("age", "0 to 4"), is("sex", "Boy")])
        );
    }

    #[test]
    fn what_the_lattice_does_not_have_is_refused_with_the_reason() {
        assert_eq!(refused(&[is("ward", "N1")]), "NOT_A_DIMENSION");
        assert_eq!(refused(&[is("age", "0 to 5")]), "NOT_A_CATEGORY");
        assert_eq!(refused(&[one_of("sex", &[])]), "UNION");
        assert_eq!(
            refused(&[Condition::Either(vec![is("sex", "Boy"), is("need", "Abuse")])]),
            "UNION"
        );
        assert_eq!(refused(&[Condition::Not(Box::new(is("sex", "Boy")))]), "NEGATION");
        assert_eq!(refused(&[Condition::Between("age".into(), "0".into(), "5".into())]), "RANGE");
        assert_eq!(refused(&[is("sex", "Boy"), is("sex", "Girl")]), "TWICE");
        let three = [is("sex", "Boy"), is("age", "0 to 4"), is("need", "Abuse")];
        assert_eq!(refused(&three), "TOO_MANY_DIMENSIONS");
    }

    #[test]
    fn days_between_the_reference_dates_cannot_be_asked_about() {
        let refused = lattice().question(&[], day("2024-04-01")).unwrap_err();
        assert_eq!(refused, Refusal::NotAReferenceDate(day("2024-04-01")));
    }
}
