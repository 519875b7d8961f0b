//! A patch on its way to a draft, with the rows of its children.

use std::mem;

use super::problems::{of_child, of_itself};
use super::scale::Scale;
use super::{Entered, Patch};
use crate::Viewer;
use crate::error::{InputProblem, Result};
use crate::record::columns::{Columns, Table};
use crate::record::patch::Item;
use crate::record::reading::{ChildRows, Reading};
use crate::record::references::{Known, resolve};
use crate::record::{Draft, Problems};
use crate::store::Write;

/// A patch, and the rows that stand apart from it.
pub(super) struct Member {
    pub(super) patch: Patch,
    children: Vec<(&'static Table, ChildRows)>,
    /// The scales that come with a standard.
    pub(super) scale: Scale,
}

impl Member {
    pub(super) fn new<K: Entered>(mut patch: Patch) -> Self {
        let scale = Scale::of(&mut patch);
        let children = K::CHILDREN.iter().filter_map(|table| {
            let rows = patch.take_rows(table)?;
            Some((*table, ChildRows::exactly(table, rows)))
        });
        let children = children.collect();
        Self { patch, children, scale }
    }

    /// Takes the scales out, to record them when the standard is.
    pub(super) fn take_scale(&mut self) -> Scale {
        mem::take(&mut self.scale)
    }

    /// Gives it the same name with a number.
    pub(super) fn rename<K: Entered>(&mut self, number: usize) {
        let name = self.patch.text(K::NAMED_BY.name);
        let base = match number {
            2 => name,
            _ => name.rsplit_once('-').map_or(name, |(base, _)| base),
        };
        let name = format!("{base}-{number}");
        self.patch.set_column(K::NAMED_BY, vec![Item::Text(name)]);
    }

    /// The draft, or all that is wrong.
    pub(super) fn draft<K: Entered>(
        &self,
        known: &Known,
    ) -> std::result::Result<K::Draft, Vec<InputProblem>> {
        let mut reading = Reading::new(K::TABLE, &self.patch, known).with(&self.children);
        let draft = K::Draft::read(&mut reading);
        let problems = reading.problems.into_vec();
        let of_children = reading.of_children.problems;
        let of_scale = self.scale.check();
        if problems.is_empty() && of_children.is_empty() && of_scale.is_empty() {
            return Ok(draft);
        }
        // Whoever mends an input is told everything at once: where something is wrong, something sound stands in.
        let mut others = Problems::default();
        draft.check(&mut others);
        let mut others = others.into_vec();
        others.retain(|other| {
            let is_wrong = |field| problems.iter().any(|problem| problem.field == Some(field));
            !other.field.is_some_and(is_wrong)
        });
        let own = problems.into_iter().chain(others);
        let own = own.map(|problem| of_itself(K::TABLE, problem));
        Err(own.chain(of_children.into_iter().map(of_child)).chain(of_scale).collect())
    }
}

/// What patches and the rows of their children refer to, as far as a viewer sees it.
pub(super) async fn known<'m, K: Entered>(
    write: &Write,
    viewer: &Viewer,
    members: impl IntoIterator<Item = &'m Member>,
) -> Result<Known> {
    let nothing = Known::default();
    let mut wanted = Vec::new();
    for member in members {
        wanted.extend(Reading::new(K::TABLE, &member.patch, &nothing).references());
        for (table, children) in &member.children {
            for row in &children.rows {
                wanted.extend(Reading::new(table, &row.patch, &nothing).references());
            }
        }
    }
    let now = write.source().now();
    resolve(write.connection(), viewer, now, wanted).await
}
