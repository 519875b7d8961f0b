//! What can be asked for: a closed lattice of cells.

use entity::StatisticsDimension;

use super::{MOST_DIMENSIONS, Question, Where, not_countable};
use crate::error::{Error, Result};
use crate::filter::AnyOf;

/// Refuses what is no cell of the closed lattice.
pub(super) fn check(question: &Question) -> Result<()> {
    question.filter.check_lists()?;
    let by = &question.by;
    for (at, dimension) in by.iter().enumerate() {
        if by.iter().take(at).any(|earlier| earlier == dimension) {
            return Err(Error::bad_input(
                "by",
                format!("`by` names {dimension} twice."),
            ));
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

    /// How many categories of each dimension are named, and in which field; nothing where nothing is said.
    pub(super) fn named(&self) -> [(StatisticsDimension, &'static str, Option<usize>); 9] {
        use StatisticsDimension as By;

        fn count<T>(field: &AnyOf<T>) -> Option<usize> {
            field.named().map(<[T]>::len)
        }
        [
            (
                By::LocalAuthority,
                "localAuthorities",
                count(&self.local_authorities),
            ),
            (By::Region, "regions", count(&self.regions)),
            (By::Population, "populations", count(&self.populations)),
            (By::AgeBand, "ageBands", count(&self.age_bands)),
            (By::Sex, "sexes", count(&self.sexes)),
            (By::EthnicGroup, "ethnicGroups", count(&self.ethnic_groups)),
            (
                By::LegalStatus,
                "legalStatuses",
                count(&self.legal_statuses),
            ),
            (
                By::PlacementType,
                "placementTypes",
                count(&self.placement_types),
            ),
            (
                By::CategoryOfNeed,
                "categoriesOfNeed",
                count(&self.categories_of_need),
            ),
        ]
    }

    /// Says nothing of a dimension.
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
