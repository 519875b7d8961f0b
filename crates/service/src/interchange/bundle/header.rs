//! The header of a CSV file: which column each cell belongs to.

use std::borrow::Cow;

use intake::nearest;

use super::format::Table;
use super::report::Located;
use crate::record::{Fault, Problem, quoted};

/// To which column of the table each cell of the header belongs, if it has a name, and what is wrong with it.
pub(super) fn lay_out(table: &Table, names: &[&str]) -> (Vec<Option<usize>>, Vec<Located>) {
    let mut layout = Vec::new();
    let mut problems = Vec::new();
    for (at, name) in names.iter().enumerate() {
        // Spreadsheets save columns that were once used; they hold nothing.
        if name.is_empty() {
            layout.push(None);
            continue;
        }
        match table.columns().iter().copied().position(|column| column.name == *name) {
            None => problems.push(Located {
                column: Some(Cow::Owned(shown_name(name))),
                ..Located::new("", 1, unknown_column(table, name))
            }),
            Some(column) if layout.contains(&Some(column)) => problems.push(Located {
                column: Some(Cow::Owned(shown_name(name))),
                ..Located::of_file(
                    "",
                    Fault::DuplicateColumn,
                    format!(
                        "The column {} is there twice (again as column {}).",
                        quoted(name),
                        at + 1
                    ),
                    "Keep one of the two.",
                )
            }),
            found => layout.push(found),
        }
    }
    let required =
        table.columns().iter().copied().enumerate().filter(|(_, column)| column.is_required);
    for (_, column) in required.filter(|(at, _)| !layout.contains(&Some(*at))) {
        problems.push(Located {
            column: Some(Cow::Borrowed(column.name)),
            ..Located::of_file(
                "",
                Fault::MissingColumn,
                format!("The column {} is missing.", quoted(column.name)),
                "Add it to the header and fill it in every row.",
            )
        });
    }
    (layout, problems)
}

fn shown_name(name: &str) -> String {
    name.chars().take(60).collect()
}

pub(super) fn unknown_column(table: &Table, name: &str) -> Problem {
    let columns: Vec<_> = table.columns().iter().map(|column| column.name).collect();
    let remedy = match nearest(name, columns.iter().copied()) {
        Some(meant) => format!("Is it {}? Otherwise remove it.", quoted(meant)),
        None => format!("Remove it. The columns of {} are: {}.", table.name, columns.join(", ")),
    };
    Problem {
        field: None,
        fault: Fault::UnknownColumn,
        reason: format!("There is no column {} in {}.", quoted(name), table.name).into(),
        remedy: remedy.into(),
    }
}
