//! The people behind a table: how many are in each cell, and the sum of their record keys.

use std::collections::HashMap;

use entity::{LocalAuthorityId, StatisticsDimension, standing};
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QuerySelect, QueryTrait};

use super::Question;
use super::axes::Axis;
use crate::access::scope;
use crate::error::Result;
use crate::network::directory::Directory;
use crate::space::Space;
use crate::young_people::disclosure::Records;
use crate::young_people::returns::CollectionYear;

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

/// The people of each cell that has any, by the places of its categories on the axes.
pub(in crate::young_people) async fn records(
    space: &Space,
    question: &Question,
    year: CollectionYear,
    axes: &[Axis],
    places: Option<&[LocalAuthorityId]>,
    directory: &Directory,
) -> Result<HashMap<Vec<usize>, Records>> {
    use standing::Column;

    let filter = &question.filter;
    let mut select = scope::counted::<standing::Entity>().filter(Column::Year.eq(year.0));
    let by_population = question.by.contains(&StatisticsDimension::Population);
    if !by_population && filter.populations.named().is_none() {
        select = select.filter(Column::Ordinal.eq(0));
    }
    if let Some(places) = places {
        select = select.filter(Column::LocalAuthorityId.is_in(places.iter().copied()));
    }
    macro_rules! among {
        ($($column:ident $field:ident;)*) => {$(
            if let Some(named) = filter.$field.named() {
                select = select.filter(Column::$column.is_in(named.iter().copied()));
            }
        )*};
    }
    among! {
        Population populations;
        AgeBand age_bands;
        Sex sexes;
        EthnicGroup ethnic_groups;
        LegalStatus legal_statuses;
        PlacementType placement_types;
        CategoryOfNeed categories_of_need;
    }
    let mut select = select.select_only();
    for dimension in &question.by {
        select = select
            .column(column(*dimension))
            .group_by(column(*dimension));
    }
    let sum = Func::sum(Expr::col(Column::RecordKey.as_column_ref())).cast_as("bigint");
    let statement = select
        .column_as(Expr::val(1).count(), "people")
        .column_as(sum, "keys")
        .build(space.store().backend());
    let rows = space.store().connection().query_all_raw(statement).await?;

    let index: Vec<HashMap<&str, usize>> = axes
        .iter()
        .map(|axis| {
            axis.iter()
                .enumerate()
                .map(|(at, (key, _))| (key.as_str(), at))
                .collect()
        })
        .collect();
    let mut records: HashMap<Vec<usize>, Records> = HashMap::new();
    for row in rows {
        let mut place = Vec::with_capacity(question.by.len());
        for (at, dimension) in question.by.iter().enumerate() {
            let key = match dimension {
                StatisticsDimension::LocalAuthority | StatisticsDimension::Region => {
                    let id: LocalAuthorityId = row.try_get_by_index(at)?;
                    let authority = directory.local_authorities.by_id(id);
                    let is_region = *dimension == StatisticsDimension::Region;
                    authority.and_then(|row| match is_region {
                        true => row.region.clone(),
                        false => Some(row.gss_code.clone()),
                    })
                }
                _ => Some(row.try_get_by_index(at)?),
            };
            let at = key.and_then(|key| index.get(at)?.get(key.as_str()).copied());
            place.extend(at);
        }
        if place.len() < question.by.len() {
            continue;
        }
        let (people, keys): (i64, Option<i64>) = (
            row.try_get_by_index(question.by.len())?,
            row.try_get_by_index(question.by.len() + 1)?,
        );
        let cell = records.entry(place).or_insert(Records {
            count: 0,
            key_sum: 0,
        });
        cell.count += people.unsigned_abs();
        cell.key_sum += keys.unwrap_or_default().unsigned_abs();
    }
    Ok(records)
}
