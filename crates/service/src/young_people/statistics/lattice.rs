//! What can be asked for: a closed lattice of cells.

use entity::StatisticsDimension;

use super::axes::all;
use super::{MOST_DIMENSIONS, Question, Where, not_countable};
use crate::error::{Error, Result};
use crate::filter::AnyOf;

/// Refuses what is no cell of the closed lattice.
pub(super) fn check(question: &Question) -> Result<()> {
    question.filter.check_lists()?;
    let by = &question.by;
    for (at, dimension) in by.iter().enumerate() {
        if by.iter().take(at).any(|earlier| earlier == dimension) {
            return Err(Error::bad_input("by", format!("`by` names {dimension} twice.")));
        }
    }
    let mut dimensions = by.len();
    for (dimension, _, categories) in question.filter.named() {
        let Some(categories) = categories else {
            continue;
        };
        // Of a table by authority, regions pick the authorities that are shown.
        let picks = dimension == StatisticsDimension::Region
            && by.contains(&StatisticsDimension::LocalAuthority);
        if by.contains(&dimension) || picks {
            continue;
        }
        dimensions += 1;
        if categories > 1 {
            return Err(not_countable(
                "where",
                format!(
                    "`where` has {categories} categories of {dimension}, and the table isn't broken down by it: their sum is no count that is given, as sums that differ by one category would tell of a few children. Add {dimension} to `by`, or name one category."
                ),
            ));
        }
    }
    if dimensions > MOST_DIMENSIONS {
        return Err(not_countable(
            "by",
            format!(
                "The table has {dimensions} dimensions, those of `where` among them, and may have {MOST_DIMENSIONS}. Leave some out."
            ),
        ));
    }
    Ok(())
}

/// Returns the same question without conditions that name every category of a dimension: they take everybody.
pub(super) fn without_whole_dimensions(question: &Question) -> Question {
    let mut question = question.clone();
    for (dimension, _, named) in question.filter.names() {
        let named = named.unwrap_or_default();
        let mut all = all(dimension).iter();
        if all.len() > 0 && all.all(|word| named.iter().any(|name| name == word)) {
            question.filter.forget(dimension);
        }
    }
    question
}

impl Question {
    /// Returns the conditions on dimensions by which the table isn't broken down: one category each.
    pub(super) fn fixed(&self) -> Vec<(StatisticsDimension, String)> {
        let names = self.filter.names().into_iter();
        let others = names.filter(|(dimension, ..)| !self.by.contains(dimension));
        others
            .filter_map(|(dimension, _, named)| match named.as_deref() {
                Some([only]) => Some((dimension, only.clone())),
                _ => None,
            })
            .collect()
    }
}

impl Where {
    /// Refuses an empty list of categories: nobody is in none, and 0 would pass for a count.
    pub(in crate::young_people) fn check_lists(&self) -> Result<()> {
        for (dimension, field, categories) in self.named() {
            if categories == Some(0) {
                return Err(Error::bad_input(
                    format!("where.{field}"),
                    format!(
                        "`where` names no category of {dimension}, and nobody is in none. Name one, or leave the field out to count all."
                    ),
                ));
            }
        }
        Ok(())
    }

    /// Returns how many categories of each dimension are named, and in which field; nothing where nothing is said.
    pub(super) fn named(&self) -> [(StatisticsDimension, &'static str, Option<usize>); 9] {
        let counts = self.names();
        counts.map(|(dimension, field, named)| (dimension, field, named.map(|named| named.len())))
    }

    /// Returns which categories of each dimension are named, and in which field; nothing where nothing is said.
    pub(in crate::young_people) fn names(
        &self,
    ) -> [(StatisticsDimension, &'static str, Option<Vec<String>>); 9] {
        use StatisticsDimension as By;

        fn words<T: ToString>(field: &AnyOf<T>) -> Option<Vec<String>> {
            let named = field.named()?.iter();
            Some(named.map(ToString::to_string).collect())
        }
        [
            (By::LocalAuthority, "localAuthorities", words(&self.local_authorities)),
            (By::Region, "regions", words(&self.regions)),
            (By::Population, "populations", words(&self.populations)),
            (By::AgeBand, "ageBands", words(&self.age_bands)),
            (By::Sex, "sexes", words(&self.sexes)),
            (By::EthnicGroup, "ethnicGroups", words(&self.ethnic_groups)),
            (By::LegalStatus, "legalStatuses", words(&self.legal_statuses)),
            (By::PlacementType, "placementTypes", words(&self.placement_types)),
            (By::CategoryOfNeed, "categoriesOfNeed", words(&self.categories_of_need)),
        ]
    }

    /// Drops a dimension from the question.
    pub(super) fn forget(&mut self, dimension: StatisticsDimension) {
        use StatisticsDimension as By;
        match dimension {
            By::LocalAuthority => self.local_authorities = AnyOf::default(),
            By::Region => self.regions = AnyOf::default(),
            By::Population => self.populations = AnyOf::default(),
            By::AgeBand => self.age_bands = AnyOf::default(),
            By::Sex => self.sexes = AnyOf::default(),
            By::EthnicGroup => self.ethnic_groups = AnyOf::default(),
            By::LegalStatus => self.legal_statuses = AnyOf::default(),
            By::PlacementType => self.placement_types = AnyOf::default(),
            By::CategoryOfNeed => self.categories_of_need = AnyOf::default(),
        }
    }
}
