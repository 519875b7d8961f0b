//! Choosing what to hide besides the small counts.

use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};

use super::table::{Category, FixedTable};

/// How well counts are to be protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protection {
    /// Counts of 1 to this less 1 are hidden.
    pub threshold: u64,
    /// The least distance between the smallest and the largest number that such a count may have for all that
    /// is shown. 1 means that it can't be worked out exactly; the threshold less 1, that it can't be told from
    /// any other small count.
    pub width: u64,
}

/// Which cells are hidden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// For each of the table's cells, whether it is hidden.
    pub hidden: Vec<bool>,
    /// How many of the hidden are hidden to protect others.
    pub secondary: usize,
}

/// No choice of cells protects this one: the table says too much with its zeros and its grand total alone. It
/// must not be published in this form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no choice of hidden cells protects {cell:?}: the table needs broader categories")]
pub struct CannotProtect {
    /// The cell.
    pub cell: Vec<Category>,
}

/// Hides what has to be hidden.
///
/// # Errors
///
/// If a small count can't be protected, whatever is hidden.
pub fn suppress(table: &FixedTable, protection: Protection) -> Result<Suppressed, CannotProtect> {
    let attempts = [Order::Ascending, Order::Descending, Order::AsGiven].map(|order| {
        let mut choice = Choice::new(table, protection);
        choice.protect(order)?;
        choice.show_what_is_not_needed();
        Ok(choice)
    });
    let mut best: Option<Choice<'_>> = None;
    for attempt in attempts {
        let attempt = attempt?;
        if best.as_ref().is_none_or(|best| attempt.loss() < best.loss()) {
            best = Some(attempt);
        }
    }
    let hidden = best.map(|best| best.hidden).unwrap_or_default();
    let secondary = hidden
        .iter()
        .zip(&table.cells)
        .filter(|(hidden, cell)| **hidden && !is_small(cell.count, protection.threshold));
    let secondary = secondary.count();
    Ok(Suppressed { hidden, secondary })
}

fn is_small(count: i64, threshold: u64) -> bool {
    (1..threshold).contains(&count.cast_unsigned())
}

/// In which order the cells are protected. None is best for all tables.
#[derive(Clone, Copy)]
enum Order {
    Ascending,
    Descending,
    AsGiven,
}

/// What is hidden so far, and the proofs that it is protected.
#[derive(Clone)]
struct Choice<'a> {
    table: &'a FixedTable,
    protection: Protection,
    hidden: Vec<bool>,
    /// Other tables that agree with all that is shown: the numbers of all cells, and first the true ones.
    proofs: Vec<Vec<i64>>,
}

impl<'a> Choice<'a> {
    fn new(table: &'a FixedTable, protection: Protection) -> Self {
        let small = |count| is_small(count, protection.threshold);
        Self {
            table,
            protection,
            hidden: table.cells.iter().map(|cell| small(cell.count)).collect(),
            proofs: vec![table.cells.iter().map(|cell| cell.count).collect()],
        }
    }

    /// How much is lost: cells, then counts.
    fn loss(&self) -> (usize, i64) {
        let hidden = || self.hidden.iter().zip(&self.table.cells).filter(|(hidden, _)| **hidden);
        (hidden().count(), hidden().map(|(_, cell)| cell.count).sum())
    }

    /// Hides cells until all that is hidden is protected.
    fn protect(&mut self, order: Order) -> Result<(), CannotProtect> {
        let mut cells: Vec<usize> = (0..self.hidden.len()).collect();
        match order {
            Order::Ascending => cells.sort_by_key(|&cell| self.table.cells[cell].count),
            Order::Descending => cells.sort_by_key(|&cell| -self.table.cells[cell].count),
            Order::AsGiven => {}
        }
        while let Some(&cell) = cells.iter().find(|&&cell| self.is_bare(cell)) {
            let Some(proof) = self.other_table(cell, true) else {
                let cell = self.table.cells[cell].key.clone();
                return Err(CannotProtect { cell });
            };
            for (hidden, (number, cell)) in
                self.hidden.iter_mut().zip(proof.iter().zip(&self.table.cells))
            {
                *hidden |= *number != cell.count;
            }
            self.proofs.push(proof);
        }
        Ok(())
    }

    /// Shows again, beginning with the largest, what others don't need to be protected.
    fn show_what_is_not_needed(&mut self) {
        let mut secondary: Vec<usize> = (0..self.hidden.len())
            .filter(|&cell| {
                self.hidden[cell]
                    && !is_small(self.table.cells[cell].count, self.protection.threshold)
            })
            .collect();
        secondary.sort_by_key(|&cell| -self.table.cells[cell].count);
        for cell in secondary {
            let mut without = self.clone();
            without.hidden[cell] = false;
            without.proofs.retain(|proof| proof[cell] == self.table.cells[cell].count);
            if without.is_proved() {
                *self = without;
            }
        }
    }

    /// Whether all that is hidden is protected without hiding more.
    fn is_proved(&mut self) -> bool {
        while let Some(cell) = (0..self.hidden.len()).find(|&cell| self.is_bare(cell)) {
            match self.other_table(cell, false) {
                Some(proof) => self.proofs.push(proof),
                None => return false,
            }
        }
        true
    }

    /// Whether a cell is hidden and the proofs so far leave too little doubt about it.
    fn is_bare(&self, cell: usize) -> bool {
        let (least, greatest) = self.range(cell);
        self.hidden[cell] && greatest - least < self.width(cell)
    }

    /// The least and the greatest number of a cell in the proofs so far.
    fn range(&self, cell: usize) -> (i64, i64) {
        let count = self.table.cells[cell].count;
        self.proofs
            .iter()
            .map(|proof| proof[cell])
            .fold((count, count), |(least, greatest), number| {
                (least.min(number), greatest.max(number))
            })
    }

    /// The width that a cell needs; what is hidden to protect others only must not be known exactly.
    fn width(&self, cell: usize) -> i64 {
        let small = is_small(self.table.cells[cell].count, self.protection.threshold);
        if small { self.protection.width.cast_signed() } else { 1 }
    }

    /// The table that gives a cell the width it lacks and differs from the true one least, above or below. If
    /// more may be hidden, it may differ from it in what is shown.
    fn other_table(&self, cell: usize, may_hide: bool) -> Option<Vec<i64>> {
        let (least, greatest) = self.range(cell);
        let count = self.table.cells[cell].count;
        let above = least + self.width(cell) - count;
        let below = greatest - self.width(cell) - count;
        let found = [above, below].map(|change| self.nearest_table(cell, change, may_hide));
        let found = found.into_iter().flatten();
        found.min_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, table)| table)
    }

    /// The nearest table in which a cell has changed so much, up or down, and how far it is.
    ///
    /// Nearest means the least sum of all changes. A change that goes round a closed path of cells, one up and
    /// the next down, is of 1 in each, so that this is the number of cells that would have to be hidden.
    fn nearest_table(&self, target: usize, change: i64, may_hide: bool) -> Option<(f64, Vec<i64>)> {
        let table = self.table;
        let mut problem = Problem::new(OptimizationDirection::Minimize);
        let mut changes: Vec<Option<[(Variable, f64); 2]>> = vec![None; table.inner.len()];
        for (at, cell) in table.cells.iter().enumerate() {
            if let Some(part) = cell.as_inner()
                && (self.hidden[at] || may_hide && table.may_be_hidden(at))
            {
                let price = self.price(at);
                let up = problem.add_integer_var(price, (0, FURTHEST));
                let lowest = i32::try_from(cell.count - 1).unwrap_or(FURTHEST);
                let down = problem.add_integer_var(price, (0, lowest));
                changes[part] = Some([(up, 1.0), (down, -1.0)]);
            }
        }
        let sum = |parts: &[usize]| -> Vec<(Variable, f64)> {
            parts.iter().filter_map(|&part| changes[part]).flatten().collect()
        };
        for (at, cell) in table.cells.iter().enumerate() {
            // Inner cells have their variables, and what is hidden agrees with everything.
            if cell.as_inner().is_some() || self.hidden[at] {
                continue;
            }
            let mut terms = sum(&cell.parts);
            if may_hide && table.may_be_hidden(at) {
                let price = self.price(at);
                let up = problem.add_var(price, (0.0, f64::INFINITY));
                let down = problem.add_var(price, (0.0, f64::INFINITY));
                terms.extend([(up, -1.0), (down, 1.0)]);
            }
            if !terms.is_empty() {
                problem.add_constraint(terms, ComparisonOp::Eq, 0.0);
            }
        }
        let terms = sum(&table.cells[target].parts);
        if terms.is_empty() {
            return None;
        }
        let side = if change > 0 { ComparisonOp::Ge } else { ComparisonOp::Le };
        problem.add_constraint(terms, side, change as f64);
        let solution = problem.solve().ok()?.into_solution().ok()?;
        let changed = |part: usize| {
            let pair = changes[part].map_or(0.0, |pair| {
                pair.iter()
                    .map(|&(variable, sign)| sign * solution.var_value(variable).round())
                    .sum()
            });
            table.inner[part] + pair as i64
        };
        let numbers =
            table.cells.iter().map(|cell| cell.parts.iter().map(|&part| changed(part)).sum());
        Some((solution.objective(), numbers.collect()))
    }

    /// What it costs to change a cell by 1: next to nothing if it is hidden, otherwise a little more for a
    /// large count than for a small one.
    fn price(&self, cell: usize) -> f64 {
        if self.hidden[cell] {
            return 0.001;
        }
        let all = self.table.inner.iter().sum::<i64>().max(1);
        1.0 + 0.1 * self.table.cells[cell].count as f64 / all as f64
    }
}

/// No proof needs to change a cell by more.
const FURTHEST: i32 = 1_000_000;
