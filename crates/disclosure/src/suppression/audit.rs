//! What an attacker can work out of a table in which some cells are hidden.

use microlp::{ComparisonOp, Error, OptimizationDirection, Problem, Variable};

use super::table::FixedTable;

/// Above this a count is taken to have no upper bound.
const UNBOUNDED: i32 = 2_000_000_000;

/// The least and the greatest number that a cell may have, given all cells that are shown and that a hidden
/// one is at least 1. There is no greatest if its totals are hidden too. `None` if the solver gave up, which
/// proves nothing.
///
/// `hidden` says of each of the [`cells`](FixedTable::cells) whether it is hidden.
#[must_use]
pub fn interval(table: &FixedTable, hidden: &[bool], cell: usize) -> Option<(u64, Option<u64>)> {
    let least = extreme(table, hidden, cell, OptimizationDirection::Minimize)?;
    let greatest = extreme(table, hidden, cell, OptimizationDirection::Maximize)?;
    Some((least?, greatest))
}

/// The least or greatest number of a cell; within, `None` if there is none.
fn extreme(
    table: &FixedTable,
    hidden: &[bool],
    cell: usize,
    direction: OptimizationDirection,
) -> Option<Option<u64>> {
    let mut problem = Problem::new(direction);
    let mut unknown: Vec<Option<Variable>> = vec![None; table.inner.len()];
    let wanted = &table.cells[cell].parts;
    for (other, hidden) in table.cells.iter().zip(hidden) {
        if let Some(part) = other.as_inner()
            && *hidden
        {
            let weight = if wanted.contains(&part) { 1.0 } else { 0.0 };
            unknown[part] = Some(problem.add_integer_var(weight, (1, UNBOUNDED)));
        }
    }
    for (other, hidden) in table.cells.iter().zip(hidden) {
        let terms: Vec<_> =
            other.parts.iter().filter_map(|&part| Some((unknown[part]?, 1.0))).collect();
        if !hidden && !terms.is_empty() {
            let known: i64 = known(table, &unknown, &other.parts);
            problem.add_constraint(terms, ComparisonOp::Eq, (other.count - known) as f64);
        }
    }
    let known = known(table, &unknown, wanted);
    if wanted.iter().all(|&part| unknown[part].is_none()) {
        return Some(Some(known.cast_unsigned()));
    }
    match problem.solve() {
        Ok(outcome) => {
            let found = outcome.into_solution().ok()?.objective().round();
            Some((found < f64::from(UNBOUNDED)).then_some(known.cast_unsigned() + found as u64))
        }
        Err(Error::Unbounded) => Some(None),
        Err(_) => None,
    }
}

/// The sum of those parts that are shown.
fn known(table: &FixedTable, unknown: &[Option<Variable>], parts: &[usize]) -> i64 {
    parts.iter().filter(|&&part| unknown[part].is_none()).map(|&part| table.inner[part]).sum()
}
