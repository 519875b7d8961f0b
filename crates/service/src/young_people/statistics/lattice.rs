//! What can be asked for: a closed lattice of cells.

use entity::StatisticsDimension;

use super::{MOST_DIMENSIONS, Question, Where, not_countable};
use crate::error::{Error, Result};

/// Refuses what is no cell of the closed lattice.
pub(super) fn check(question: &Question) -> Result<()> {
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
    for (dimension, categories) in question.filter.sizes() {
        // Of a table by authority, regions pick the authorities that are shown.
        let picks = dimension == StatisticsDimension::Region
            && by.contains(&StatisticsDimension::LocalAuthority);
        if categories == 0 || by.contains(&dimension) || picks {
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
    /// How many categories of each dimension are named.
    pub(super) fn sizes(&self) -> [(StatisticsDimension, usize); 9] {
        use StatisticsDimension as By;
        [
            (By::LocalAuthority, self.local_authorities.len()),
            (By::Region, self.regions.len()),
            (By::Population, self.populations.len()),
            (By::AgeBand, self.age_bands.len()),
            (By::Sex, self.sexes.len()),
            (By::EthnicGroup, self.ethnic_groups.len()),
            (By::LegalStatus, self.legal_statuses.len()),
            (By::PlacementType, self.placement_types.len()),
            (By::CategoryOfNeed, self.categories_of_need.len()),
        ]
    }

    /// Names no category of a dimension.
    pub(super) fn forget(&mut self, dimension: StatisticsDimension) {
        use StatisticsDimension as By;
        match dimension {
            By::LocalAuthority => self.local_authorities.clear(),
            By::Region => self.regions.clear(),
            By::Population => self.populations.clear(),
            By::AgeBand => self.age_bands.clear(),
            By::Sex => self.sexes.clear(),
            By::EthnicGroup => self.ethnic_groups.clear(),
            By::LegalStatus => self.legal_statuses.clear(),
            By::PlacementType => self.placement_types.clear(),
            By::CategoryOfNeed => self.categories_of_need.clear(),
        }
    }
}
