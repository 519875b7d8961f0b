//! The closed lattice of cells: in each dimension everybody or one category, and how cells lie in each other.

use super::cell_key::Records;

/// A dimension. A category may lie in another, as an authority lies in a region; what lies in none lies in the whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dimension {
    /// In which category each category lies.
    pub within: Vec<Option<u16>>,
    /// Whether its categories are places, each with a controller who knows its children.
    pub is_place: bool,
}

impl Dimension {
    /// A dimension whose categories lie in none of each other.
    #[must_use]
    pub fn flat(categories: usize) -> Self {
        Self { within: vec![None; categories], is_place: false }
    }

    /// The categories that lie in one, or in the whole.
    fn inside(&self, category: Option<u16>) -> impl Iterator<Item = u16> {
        let all = self.within.iter().zip(0..);
        all.filter(move |(within, _)| **within == category).map(|(_, category)| category)
    }
}

/// In each dimension one category, or everybody.
pub type Cell = Vec<Option<u16>>;

/// What is counted: its dimensions, and the records of each cell.
pub trait Counted {
    /// The dimensions, in the order of a cell's places.
    fn dimensions(&self) -> &[Dimension];

    /// The records of a cell.
    fn records(&self, cell: &[Option<u16>]) -> Records;

    /// A key of the cell itself, under a secret of the edition: another edition or another cell has another one.
    fn key(&self, cell: &[Option<u16>]) -> u64;
}

/// The cell whose answer a cell is given: conditions that fewer than `least` children tell apart have no effect.
///
/// - A place in which all but fewer than `least` of the children are another's, whose controller knows them, is
///   answered as that other: else the controller subtracts.
/// - A condition that leaves out fewer than `least` children is left out.
///
/// The answer is then the same whether the children told apart are none or `least - 1`. After low-effect detection in
/// Diffix Dogwood (Francis et al. 2022, arXiv:2201.04351).
#[must_use]
pub fn effective(counted: &impl Counted, cell: &[Option<u16>], least: u64) -> Cell {
    let dimensions = counted.dimensions();
    let count = |cell: &[Option<u16>]| counted.records(cell).count;
    let mut cell = cell.to_vec();
    'again: loop {
        let of_cell = count(&cell);
        for (at, dimension) in dimensions.iter().enumerate() {
            let category = cell[at];
            let mut other = cell.clone();
            if dimension.is_place {
                let inside = dimension.inside(category).map(|category| {
                    other[at] = Some(category);
                    (count(&other), category)
                });
                if let Some((most, category)) = inside.max()
                    && of_cell - most < least
                {
                    cell[at] = Some(category);
                    continue 'again;
                }
            } else if let Some(category) = category {
                other[at] = dimension.within[usize::from(category)];
                if count(&other) - of_cell < least {
                    cell = other;
                    continue 'again;
                }
            }
        }
        return cell;
    }
}
