//! The people behind a table, in every cell that its dimensions make: the table's own cells and those in which they
//! lie, as a rule looks at both.

use std::collections::HashMap;

use entity::{LocalAuthorityId, StatisticsDimension, standing};
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QuerySelect, QueryTrait};

use super::axes::all;
use super::coverage::Covered;
use crate::access::scope;
use crate::error::Result;
use crate::network::directory::Directory;
use crate::space::Space;
use crate::young_people::disclosure::Records;
use crate::young_people::disclosure::lattice::{Cell, Counted, Dimension};
use crate::young_people::pseudonym::PseudonymKeys;
use returns::CollectionYear;

/// The records of all cells, by place and some other dimensions. The first place of a cell is the place: one of the
/// authorities, then of their regions, or all of them.
pub(super) struct Cube {
    by: Vec<StatisticsDimension>,
    dimensions: Vec<Dimension>,
    categories: Vec<Vec<String>>,
    records: HashMap<Cell, Records>,
    /// For each place, and at last for all of them: what its answers are keyed by.
    editions: Vec<String>,
    keys: PseudonymKeys,
    year: CollectionYear,
}

/// A condition: a dimension, and the category that it takes.
pub(super) type Condition<'a> = (StatisticsDimension, &'a str);

impl Cube {
    /// Counts the people of some authorities. The dimensions come in one order, whatever the question's: the
    /// answer of a cell must not depend on how it is asked for.
    pub(super) async fn read(
        space: &Space,
        year: CollectionYear,
        mut by: Vec<StatisticsDimension>,
        covered: &[Covered],
        directory: &Directory,
    ) -> Result<Self> {
        by.retain(|dimension| !is_place(*dimension));
        by.sort_unstable();
        let mut cube = Self::empty(space, year, by, covered, directory);
        cube.count(space, covered).await?;
        Ok(cube)
    }

    fn empty(
        space: &Space,
        year: CollectionYear,
        by: Vec<StatisticsDimension>,
        covered: &[Covered],
        directory: &Directory,
    ) -> Self {
        let authority = |of: &Covered| directory.local_authorities.by_id(of.authority);
        let region = |of: &Covered| authority(of).and_then(|row| row.region.clone());
        let mut regions: Vec<String> = covered.iter().filter_map(region).collect();
        regions.sort();
        regions.dedup();
        let first = covered.len();
        let within = covered.iter().map(|of| {
            let region = region(of)?;
            let at = regions.iter().position(|other| *other == region)?;
            u16::try_from(first + at).ok()
        });
        let within: Vec<Option<u16>> = within.chain(regions.iter().map(|_| None)).collect();

        let edition = |of: &Covered| {
            let code = authority(of).map(|row| row.gss_code.clone());
            format!("{} {}", code.unwrap_or_default(), of.edition)
        };
        let in_region = |region: u16| {
            let inside = covered.iter().zip(&within);
            let inside = inside.filter(move |(_, within)| **within == Some(region));
            inside.map(|(of, _)| edition(of)).collect::<Vec<_>>()
        };
        let mut editions: Vec<String> = covered.iter().map(edition).collect();
        for region in (0..regions.len()).filter_map(|at| u16::try_from(first + at).ok()) {
            editions.push(together(in_region(region)));
        }
        editions.push(together(covered.iter().map(edition).collect()));

        let places = covered.iter().filter_map(authority).map(|row| row.gss_code.clone());
        let mut categories = vec![places.chain(regions).collect::<Vec<_>>()];
        let mut dimensions = vec![Dimension { within, is_place: true }];
        for dimension in &by {
            let words: Vec<String> =
                all(*dimension).iter().map(|word| (*word).to_owned()).collect();
            dimensions.push(Dimension::flat(words.len()));
            categories.push(words);
        }
        Self {
            by,
            dimensions,
            categories,
            records: HashMap::new(),
            editions,
            keys: space.pseudonym_keys().clone(),
            year,
        }
    }

    async fn count(&mut self, space: &Space, covered: &[Covered]) -> Result<()> {
        use standing::Column;

        let population = self.by.iter().position(|of| *of == StatisticsDimension::Population);
        let authorities: HashMap<LocalAuthorityId, u16> =
            covered.iter().map(|of| of.authority).zip(0..).collect();
        let mut select = scope::counted::<standing::Entity>()
            .filter(Column::Year.eq(self.year.0))
            .filter(Column::LocalAuthorityId.is_in(authorities.keys().copied()))
            .select_only()
            .column(Column::LocalAuthorityId)
            .group_by(Column::LocalAuthorityId);
        // Whoever is in several populations counts once among everybody.
        if population.is_none() {
            select = select.filter(Column::Ordinal.eq(0));
        }
        select = select.column(Column::Ordinal).group_by(Column::Ordinal);
        for dimension in &self.by {
            let column = column(*dimension);
            select = select.column(column).group_by(column);
        }
        let keys = Func::sum(Expr::col(Column::RecordKey.as_column_ref())).cast_as("bigint");
        let statement = select
            .column_as(Expr::val(1).count(), "people")
            .column_as(keys, "keys")
            .build(space.store().backend());
        for row in space.store().connection().query_all_raw(statement).await? {
            let (id, ordinal): (LocalAuthorityId, i16) =
                (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            let mut leaf = vec![authorities.get(&id).copied()];
            for (at, categories) in self.categories.iter().enumerate().skip(1) {
                let word: String = row.try_get_by_index(at + 1)?;
                let category = categories.iter().position(|category| *category == word);
                leaf.push(category.and_then(|at| u16::try_from(at).ok()));
            }
            let (people, keys): (i64, Option<i64>) = (
                row.try_get_by_index(self.by.len() + 2)?,
                row.try_get_by_index(self.by.len() + 3)?,
            );
            let records = Records {
                count: people.unsigned_abs(),
                key_sum: keys.unwrap_or_default().unsigned_abs(),
            };
            let counts_in = |cell: &Cell| {
                let named = population.is_some_and(|at| cell[at + 1].is_some());
                ordinal == 0 || named
            };
            for cell in self.cells_around(&leaf).into_iter().filter(counts_in) {
                let of_cell = self.records.entry(cell).or_default();
                of_cell.count += records.count;
                of_cell.key_sum += records.key_sum;
            }
        }
        Ok(())
    }

    /// Returns all cells in which the people of a finest cell are.
    fn cells_around(&self, leaf: &Cell) -> Vec<Cell> {
        let mut cells = vec![leaf.clone()];
        for (at, dimension) in self.dimensions.iter().enumerate() {
            let mut wider = Vec::new();
            for cell in &cells {
                let mut category = cell[at];
                while let Some(inside) = category {
                    category = dimension.within.get(usize::from(inside)).copied().flatten();
                    let mut around = cell.clone();
                    around[at] = category;
                    wider.push(around);
                }
            }
            cells.append(&mut wider);
        }
        cells
    }

    /// Returns the cell that some conditions describe; nothing if they contradict each other, as an authority and a
    /// region do in which it isn't.
    pub(super) fn cell<'a>(&self, conditions: impl Iterator<Item = Condition<'a>>) -> Option<Cell> {
        let mut cell: Cell = vec![None; self.dimensions.len()];
        for (dimension, category) in conditions {
            let is_place = is_place(dimension);
            let at = match is_place {
                true => 0,
                false => self.by.iter().position(|of| *of == dimension)? + 1,
            };
            let found = self.categories[at].iter().position(|of| of == category)?;
            let found = u16::try_from(found).ok()?;
            cell[at] = match cell[at] {
                Some(other) if is_place => Some(self.narrower(other, found)?),
                _ => Some(found),
            };
        }
        Some(cell)
    }

    fn narrower(&self, one: u16, other: u16) -> Option<u16> {
        let lies_in = |inner: u16, outer: u16| {
            self.dimensions[0].within.get(usize::from(inner)) == Some(&Some(outer))
        };
        match (one == other || lies_in(one, other), lies_in(other, one)) {
            (true, _) => Some(one),
            (_, true) => Some(other),
            _ => None,
        }
    }

    /// Returns whether a place is one of those that are counted.
    pub(super) fn has_place(&self, name: &str) -> bool {
        self.categories[0].iter().any(|place| place == name)
    }

    /// Returns whether an authority, by its place among those that are covered, lies in the place of a cell.
    pub(super) fn covers(&self, cell: &Cell, authority: usize) -> bool {
        match cell[0] {
            None => true,
            Some(place) => {
                usize::from(place) == authority
                    || self.dimensions[0].within.get(authority) == Some(&Some(place))
            }
        }
    }

    /// Returns whether the place of a cell is one of the authorities, a region, or all.
    pub(super) fn area(&self, cell: &Cell) -> super::Area {
        let authorities = self.editions.len() - 1 - self.regions();
        match cell[0] {
            None => super::Area::England,
            Some(place) if usize::from(place) < authorities => super::Area::LocalAuthority,
            Some(_) => super::Area::Region,
        }
    }

    fn regions(&self) -> usize {
        let within = self.dimensions[0].within.iter().flatten();
        within.collect::<std::collections::BTreeSet<_>>().len()
    }
}

/// Returns whether a dimension is one of places, which are one dimension of a cell.
pub(super) const fn is_place(dimension: StatisticsDimension) -> bool {
    matches!(dimension, StatisticsDimension::LocalAuthority | StatisticsDimension::Region)
}

/// Returns the column of a dimension; a region is that of the authority.
const fn column(dimension: StatisticsDimension) -> standing::Column {
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

fn together(mut editions: Vec<String>) -> String {
    editions.sort();
    editions.join(",")
}

impl Counted for Cube {
    fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }

    fn records(&self, cell: &[Option<u16>]) -> Records {
        self.records.get(cell).copied().unwrap_or_default()
    }

    fn key(&self, cell: &[Option<u16>]) -> u64 {
        let place = match cell.first().copied().flatten() {
            Some(place) => self.editions.get(usize::from(place)),
            None => self.editions.last(),
        };
        let mut named = format!("{} {}", self.year.0, place.map_or("", String::as_str));
        let conditions = cell.iter().zip(&self.categories).skip(1).zip(&self.by);
        for ((category, words), dimension) in conditions {
            if let Some(word) = category.and_then(|at| words.get(usize::from(at))) {
                named += &format!(" {dimension}={word}");
            }
        }
        self.keys.cell_key(&named)
    }
}
