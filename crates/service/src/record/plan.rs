//! What a batch will write, and how it is written and told.

use std::collections::HashSet;

use entity::{ChangeKind, ChangeOperation, Visibility};
use uuid::Uuid;

use super::reach::{self, Reach, Thing};
use super::{Draft, PartTables, RowOf};
use crate::access::audience::SharingState;
use crate::error::Result;
use crate::store::{Revision, Subject, Write};

/// What a batch will write.
pub(super) struct Plan<D: Draft> {
    pub(super) new: Vec<(Subject, RowOf<D>)>,
    pub(super) revised: Vec<Revision<RowOf<D>>>,
    /// What has other parts than before.
    pub(super) with_parts: Vec<(D, RowOf<D>)>,
}

impl<D: Draft> Plan<D> {
    /// Writes it all, and tells the log.
    pub(super) async fn carry_out(
        self,
        write: &mut Write,
        parts: &<D::Parts as PartTables<D>>::Before,
    ) -> Result<()> {
        let reach = self.reach(write).await?;
        write.insert::<D::Table>(&self.new).await?;
        write.revise::<D::Table>(&self.revised).await?;
        D::Parts::write(write, &self.with_parts, parts).await?;
        self.tell_what_follows(write, reach).await?;
        let revised = self.revised.into_iter().map(|revision| revision.after);
        let new = self.new.into_iter().map(|(_, row)| row);
        D::follow_up(write, &new.chain(revised).collect::<Vec<_>>()).await
    }

    /// Who sees what is about to change, where the change may decide that: then nobody else writes meanwhile.
    async fn reach(&self, write: &mut Write) -> Result<Reach> {
        let Some(kind) = D::SHARED else {
            return Ok(Reach::default());
        };
        let with_parts: HashSet<Uuid> =
            self.with_parts.iter().map(|(_, row)| D::id_of(row)).collect();
        let decides = |revision: &&Revision<RowOf<D>>| {
            let after = D::sharing_of(&revision.after);
            let is_shared_with =
                |state: SharingState| state.visibility == Visibility::Collaboration;
            let by_parts = kind == ChangeKind::Collaboration || after.is_some_and(is_shared_with);
            D::sharing_of(&revision.before) != after
                || (by_parts && with_parts.contains(&D::id_of(&revision.after)))
        };
        let things: Vec<Thing> = self
            .revised
            .iter()
            .filter(decides)
            .map(|revision| (kind, D::id_of(&revision.before)))
            .collect();
        if !things.is_empty() {
            write.alone().await?;
        }
        Reach::of(write, &things).await
    }

    /// Tells of what is seen by way of the things that changed, or leans on them.
    async fn tell_what_follows(&self, write: &mut Write, reach: Reach) -> Result<()> {
        let Some(kind) = D::SHARED else {
            return Ok(());
        };
        let mut told: HashSet<Uuid> =
            self.revised.iter().map(|revision| D::id_of(&revision.before)).collect();
        told.extend(reach.tell(write, &told).await?);
        let is_withdrawn = |revision: &&Revision<RowOf<D>>| {
            D::operation(&revision.before, &revision.after) == ChangeOperation::Withdrawn
        };
        let withdrawn = self.revised.iter().filter(is_withdrawn);
        let withdrawn: Vec<Thing> =
            withdrawn.map(|revision| (kind, D::id_of(&revision.before))).collect();
        reach::tell_of_what_leans(write, &withdrawn, &told).await?;

        let until = |row: &RowOf<D>| D::sharing_of(row).and_then(|state| state.embargoed_until);
        let new = self.new.iter().map(|(_, row)| row);
        let revised = self.revised.iter();
        let revised = revised.filter(|revision| until(&revision.before) != until(&revision.after));
        let revised: Vec<&RowOf<D>> = revised.map(|revision| &revision.after).collect();
        let known = revised.iter().map(|row| D::id_of(row)).collect();
        let rows = new.chain(revised).map(|row| (D::id_of(row), until(row)));
        reach::note_embargoes(write, kind, rows, known).await
    }
}
