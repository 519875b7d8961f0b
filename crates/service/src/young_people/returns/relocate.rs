//! Returns stand under the authority of their time. One that was loaded under an authority which was founded later, or
//! was abolished before, moves to the one that made it, so that no child is counted under both.

use std::sync::Arc;
use std::time::Duration;

use entity::{ChangeKind, LocalAuthorityId, ReturnState, loaded_return};
use returns::CollectionYear;
use sea_orm::{ColumnTrait, Condition, QueryFilter};

use super::erase::{self, Named, forget};
use super::persons;
use crate::access::scope;
use crate::error::Result;
use crate::network::Directory;
use crate::network::authority::existed;
use crate::space::Space;
use crate::store::{Revision, Subject, Write};
use crate::viewer::Viewer;
use crate::young_people::standing;

/// How often the register is looked at for a change.
const REGISTER: Duration = Duration::from_secs(2);

/// Moves the returns in use that stand under an authority which wasn't there on their reference day, where it is known
/// whose they are. Gives how many were moved. It is for when a space begins, or its register of authorities changed.
///
/// # Errors
/// When the database cannot be read or written.
pub async fn relocate(space: &Space) -> Result<usize> {
    let directory = space.directory().await?;
    let rows = scope::returns()
        .filter(loaded_return::Column::State.eq(ReturnState::Current))
        .all(space.store().connection())
        .await?;
    let mut moved = 0;
    for row in rows {
        if let Some(right) = maker(&directory, &row) {
            relocate_one(space, row, right).await?;
            moved += 1;
        }
    }
    Ok(moved)
}

/// Has the returns in their places whenever the register of authorities has changed, as long as it runs.
pub async fn keep_in_place(space: Arc<Space>) {
    let mut known = None;
    loop {
        let version = space.store().network_version();
        if known != Some(version) {
            match relocate(&space).await {
                Ok(0) => {}
                Ok(returns) => tracing::warn!(
                    returns,
                    "moved returns to the authorities that there were in their years"
                ),
                Err(refusal) => tracing::error!(%refusal, "returns could not be moved"),
            }
            known = Some(version);
        }
        tokio::time::sleep(REGISTER).await;
    }
}

/// Who made a return that stands under an authority which wasn't there.
fn maker(directory: &Arc<Directory>, row: &loaded_return::Model) -> Option<LocalAuthorityId> {
    let on = CollectionYear(row.year).last_day();
    let authority = directory.local_authorities.by_id(row.local_authority_id)?;
    if existed(authority, on) {
        return None;
    }
    match directory.in_its_place(authority.id, on).as_slice() {
        [right] => Some(right.id),
        several => {
            tracing::warn!(
                authority = authority.gss_code,
                year = row.year,
                candidates = several.len(),
                "a return stands under an authority that was not there in its year, and whose it is can't be told: load it anew under the right one, and erase it here"
            );
            None
        }
    }
}

async fn relocate_one(
    space: &Space,
    row: loaded_return::Model,
    right: LocalAuthorityId,
) -> Result<()> {
    space
        .store()
        .write(&Viewer::operator(), "return.relocate", move |write| {
            Box::pin(async move {
                persons::in_turn(write).await?;
                let year = CollectionYear(row.year);
                let is_kept = make_room(write, &row, right).await?;
                let wrong = row.local_authority_id;
                if is_kept {
                    let moved = loaded_return::Model { local_authority_id: right, ..row.clone() };
                    let subject = Subject::itself(ChangeKind::LoadedReturn, row.id);
                    let revision = Revision::of(subject, row, moved);
                    write.revise::<loaded_return::Entity>(&[revision]).await?;
                } else {
                    forget(write, row.id, Named::Kept).await?;
                    erase::end(write, row, ReturnState::Replaced).await?;
                }
                for authority in [wrong, right] {
                    standing::make(write, authority, year).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Of two returns of one authority, kind and year the later one stays. Says whether that is the one that moves.
async fn make_room(
    write: &mut Write,
    row: &loaded_return::Model,
    right: LocalAuthorityId,
) -> Result<bool> {
    let there = scope::locked::<loaded_return::Entity>(
        write.backend(),
        Condition::all()
            .add(loaded_return::Column::LocalAuthorityId.eq(right))
            .add(loaded_return::Column::Kind.eq(row.kind))
            .add(loaded_return::Column::Year.eq(row.year))
            .add(loaded_return::Column::State.eq(ReturnState::Current)),
    )
    .one(write.connection())
    .await?;
    match there {
        Some(there) if there.completed_at > row.completed_at => Ok(false),
        Some(there) => {
            forget(write, there.id, Named::Kept).await?;
            erase::end(write, there, ReturnState::Replaced).await?;
            Ok(true)
        }
        None => Ok(true),
    }
}
