//! What else is wrong with a row of which some cells are: they are taken to be sound, and the rest is checked.
//! Whoever mends an input is told everything at once.

use entity::Vocabulary;

use super::Entered;
use crate::interchange::bundle::cell::Cell;
use crate::interchange::bundle::cells::Cells;
use crate::interchange::bundle::family::{ChildRows, Kin, OfChild};
use crate::interchange::bundle::format::{Table, Value};
use crate::interchange::bundle::references::Known;
use crate::interchange::bundle::rows::Row;
use crate::record::{Draft, Problem, Problems};

/// What is wrong with the thing besides these problems of its cells, and with its children.
pub(super) fn problems_besides<K: Entered>(
    row: &Row,
    children: &[(&'static Table, ChildRows)],
    known: &Known,
    problems: &[Problem],
) -> (Vec<Problem>, Vec<OfChild>) {
    let is_wrong = |name: &str| problems.iter().any(|problem| problem.field == Some(name));
    let mut row = row.clone();
    let mut assumed = Known::default();
    for (cell, column) in row.cells.iter_mut().zip(K::TABLE.columns()) {
        if !is_wrong(column.name) {
            continue;
        }
        *cell = match column.is_required {
            true => Cell::read(column.value, sound(column.value)),
            false => Cell::default(),
        };
    }
    let nothing = Known::default();
    for column in K::TABLE.columns().iter().filter(|column| is_wrong(column.name)) {
        for (target, key, _) in Cells::new(K::TABLE, &row, &nothing).references_of(*column) {
            assumed.assume(target, key);
        }
    }
    assumed.complete(known.clone());
    let cells = Cells::new(K::TABLE, &row, &assumed);
    let mut kin = Kin::new(&assumed, children);
    let mut others = Problems::default();
    if let Some(draft) = K::read(&cells, &mut kin) {
        draft.check(&mut others);
    }
    let mut others = others.into_vec();
    others.retain(|problem| !problem.field.is_some_and(is_wrong));
    (others, kin.problems)
}

/// A text that is sound in a column.
fn sound(value: Value) -> &'static str {
    match value {
        Value::Text | Value::Slug | Value::Texts => "sound",
        Value::Date | Value::PartialDate => "2019-07-15",
        Value::Time => "2019-07-15T00:00:00Z",
        Value::Number | Value::Whole => "1",
        Value::Doi => "10.1002/cl2.1152",
        Value::Orcid => "0000-0002-1825-0097",
        Value::Ror => "https://ror.org/00f2yqf98",
        Value::Word(words) => words.first().copied().unwrap_or_default(),
        Value::One(_) | Value::Many(_) | Value::Within(..) | Value::Subject => "sound",
        Value::Term => Vocabulary::Outcome.as_str(),
        Value::Scores => "sound=sound",
    }
}
