//! A table of counts with all its totals and groups.

/// A dimension of a table: every record has one of its levels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dimension {
    /// How many levels there are.
    pub levels: usize,
    /// Groups of levels that have subtotals, a region's authorities for example.
    pub groups: Vec<Vec<usize>>,
}

/// A place along a dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// One level.
    Level(usize),
    /// One group of levels.
    Group(usize),
    /// All levels.
    Total,
}

/// The true counts of a table.
#[derive(Clone, Debug)]
pub struct FixedTable {
    pub(super) cells: Vec<Cell>,
    /// The counts of the cells that have a level in each dimension.
    pub(super) inner: Vec<i64>,
    grand_total: usize,
}

/// A cell, which may be a total.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub(super) key: Vec<Category>,
    /// The inner cells that it is the sum of.
    pub(super) parts: Vec<usize>,
    pub(super) count: i64,
}

impl Cell {
    /// Its place among the inner cells, if it has a level in each dimension. A total over one level is none.
    pub(super) fn as_inner(&self) -> Option<usize> {
        let inner = self.key.iter().all(|category| matches!(category, Category::Level(_)));
        self.parts.first().copied().filter(|_| inner)
    }
}

/// What makes no table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotATable {
    /// The number of counts isn't that of the levels of all dimensions multiplied.
    #[error("the table has places for {places} counts, and {counts} were given")]
    Counts {
        /// How many counts the dimensions make.
        places: usize,
        /// How many were given.
        counts: usize,
    },
    /// A group names a level that its dimension doesn't have, or none.
    #[error("a group is of one or more levels of its dimension")]
    Group,
    /// A count is too large to calculate with.
    #[error("a count is larger than a thousand million")]
    Large,
}

/// Linear programmes of larger numbers are not exact.
const LARGEST: u64 = 1_000_000_000;

impl FixedTable {
    /// A table of the counts of the inner cells; the last dimension's level changes first.
    ///
    /// # Errors
    ///
    /// If the counts don't fill the dimensions, or a group names what is not there.
    pub fn try_new(dimensions: &[Dimension], counts: &[u64]) -> Result<Self, NotATable> {
        let places = dimensions.iter().map(|dimension| dimension.levels).product();
        if places != counts.len() {
            return Err(NotATable::Counts { places, counts: counts.len() });
        }
        let all = counts.iter().fold(0_u64, |all, &count| all.saturating_add(count));
        if all > LARGEST {
            return Err(NotATable::Large);
        }
        for Dimension { levels, groups } in dimensions {
            let sound =
                |group: &Vec<usize>| !group.is_empty() && group.iter().all(|level| level < levels);
            if !groups.iter().all(sound) {
                return Err(NotATable::Group);
            }
        }
        let inner: Vec<i64> = counts.iter().map(|&count| count.cast_signed()).collect();
        let mut cells = vec![(Vec::new(), vec![0])];
        for dimension in dimensions {
            cells = cells.iter().flat_map(|cell| extended(cell, dimension)).collect();
        }
        let cells: Vec<Cell> = cells
            .into_iter()
            .map(|(key, parts)| Cell {
                count: parts.iter().map(|&part| inner[part]).sum(),
                key,
                parts,
            })
            .collect();
        // The total of each dimension comes last.
        Ok(Self { grand_total: cells.len() - 1, cells, inner })
    }

    /// The cells and their counts, totals and groups included, in the order of the dimensions' levels, groups
    /// and total, the last dimension's changing first.
    pub fn cells(&self) -> impl Iterator<Item = (&[Category], u64)> {
        self.cells.iter().map(|cell| (cell.key.as_slice(), cell.count.cast_unsigned()))
    }

    /// Whether a cell may be hidden to protect others: not if it is empty or the grand total.
    pub(super) fn may_be_hidden(&self, cell: usize) -> bool {
        cell != self.grand_total && self.cells[cell].count > 0
    }
}

/// A cell of the dimensions so far, in each category of one dimension more.
fn extended(
    (key, parts): &(Vec<Category>, Vec<usize>),
    dimension: &Dimension,
) -> Vec<(Vec<Category>, Vec<usize>)> {
    let all: Vec<usize> = (0..dimension.levels).collect();
    let levels = all.iter().map(|&level| (Category::Level(level), vec![level]));
    let groups =
        dimension.groups.iter().enumerate().map(|(at, group)| (Category::Group(at), group.clone()));
    levels
        .chain(groups)
        .chain([(Category::Total, all.clone())])
        .map(|(category, levels)| {
            let key = key.iter().copied().chain([category]).collect();
            let parts = parts.iter().flat_map(|part| levels.iter().map(move |level| (part, level)));
            (key, parts.map(|(part, level)| part * dimension.levels + level).collect())
        })
        .collect()
}
