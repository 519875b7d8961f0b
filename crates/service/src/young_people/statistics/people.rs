//! The columns behind the dimensions of a table.

use entity::{StatisticsDimension, standing};

/// The column of a dimension; a region is that of the authority.
pub(super) const fn column(dimension: StatisticsDimension) -> standing::Column {
    use standing::Column;
    match dimension {
        StatisticsDimension::LocalAuthority | StatisticsDimension::Region => {
            Column::LocalAuthorityId
        }
        StatisticsDimension::Population => Column::Population,
        StatisticsDimension::AgeBand => Column::AgeBand,
        StatisticsDimension::Sex => Column::Sex,
        StatisticsDimension::EthnicGroup => Column::EthnicGroup,
        StatisticsDimension::LegalStatus => Column::LegalStatus,
        StatisticsDimension::PlacementType => Column::PlacementType,
        StatisticsDimension::CategoryOfNeed => Column::CategoryOfNeed,
    }
}
