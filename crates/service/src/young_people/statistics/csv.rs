//! A table of counts as CSV: a row for each cell.

use entity::ReturnKind;

use super::{Question, Table};
use crate::error::Result;
use crate::interchange::csv::{guarded, written};

/// Returns the cells of a table: for each dimension the category and what it is called, the count (empty unless it is
/// shown), its state and share, and in each row the reference day, the rule, how many authorities make returns, and
/// of how many each kind of return is counted (empty for one that doesn't tell of those who are counted).
///
/// # Errors
/// `INTERNAL_SERVER_ERROR` when there is no memory for it.
pub fn table(question: &Question, table: &Table, is_marked: bool) -> Result<Vec<u8>> {
    let mut names = Vec::new();
    for dimension in &question.by {
        let name = dimension.as_str().to_lowercase();
        names.extend([name.clone(), format!("{name}_label")]);
    }
    let of_all = [
        "count",
        "state",
        "share",
        "as_at",
        "rule",
        "rule_version",
        "authorities_asked_about",
        "is_whole",
    ];
    names.extend(of_all.map(str::to_owned));
    let kinds = ReturnKind::ALL.iter();
    names.extend(kinds.map(|kind| format!("authorities_of_{}", kind.as_str().to_lowercase())));
    let coverage = &table.coverage;
    let rows = table.cells.iter().map(|cell| {
        let mut row: Vec<String> = Vec::with_capacity(names.len());
        for (key, label) in cell.keys.iter().zip(&cell.labels) {
            row.extend([guarded(key), guarded(label)]);
        }
        let count = cell.count.shown();
        row.extend([
            count.map_or_else(String::new, |count| count.to_string()),
            cell.count.state().as_str().to_owned(),
            cell.share.map_or_else(String::new, |share| share.to_string()),
            question.as_at.to_string(),
            table.rule.name.to_owned(),
            table.rule.version.clone(),
            coverage.of.len().to_string(),
            coverage.is_whole().to_string(),
        ]);
        row.extend(ReturnKind::ALL.iter().map(|kind| match coverage.kinds.contains(kind) {
            true => coverage.counted(*kind).to_string(),
            false => String::new(),
        }));
        row
    });
    written(names.iter().map(String::as_str), rows, is_marked)
}
