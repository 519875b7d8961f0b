//! Puts a return into use: adoptions are severed from what comes after, the earlier return goes, the times of each
//! person are held against each other, and the standings of the reference day are made anew. All in one step.

use entity::{ChangeKind, LoadedReturnId, ReturnState, episode, loaded_return};
use sea_orm::ActiveValue::{Set, Unchanged};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait};

use super::adoption;
use super::compare::compare;
use super::erase::{self, forget};
use super::keep::{Loading, keep_problems};
use super::parsed::Problem;
use super::persons;
use crate::access::scope;
use crate::error::{Error, Result};
use crate::space::Space;
use crate::store::Write;
use crate::viewer::Viewer;
use crate::young_people::standing::Standings;

/// Puts a return into use.
pub(super) async fn finish(
    space: &Space,
    viewer: &Viewer,
    loading: &Loading,
) -> Result<loaded_return::Model> {
    let (id, kind, heading) = (loading.id, loading.kind, loading.heading.clone());
    let numbers = loading.numbers()?;
    let (kept_problems, told) = (loading.problems, loading.tally.doubtful);
    let adopted = loading.adopted.clone();
    let keys = space.pseudonym_keys().clone();
    space
        .store()
        .write(viewer, "return.load", move |write| {
            Box::pin(async move {
                persons::in_turn(write).await?;
                let mut doubts = Vec::new();
                for (person, day) in adopted {
                    doubts.extend(adoption::sever(write, &keys, id, person, day).await?);
                }
                let earlier = scope::locked::<loaded_return::Entity>(
                    write.connection().get_database_backend(),
                    Condition::all()
                        .add(loaded_return::Column::LocalAuthorityId.eq(heading.authority_id))
                        .add(loaded_return::Column::Kind.eq(kind))
                        .add(loaded_return::Column::Year.eq(heading.year.0))
                        .add(loaded_return::Column::State.eq(ReturnState::Current)),
                )
                .one(write.connection())
                .await?;
                if let Some(earlier) = earlier {
                    forget(write, earlier.id).await?;
                    erase::end(write, earlier, ReturnState::Replaced).await?;
                }
                let now = write.source().now();
                let row = loaded_return::ActiveModel {
                    id: Unchanged(id),
                    state: Set(ReturnState::Current),
                    completed_at: Set(Some(now)),
                    ..numbers
                };
                loaded_return::Entity::update(row)
                    .exec(write.connection())
                    .await?;

                let standings = Standings::of(write, heading.authority_id, heading.year).await?;
                check_and_stand(write, id, &standings, &mut doubts).await?;
                keep_problems(write, id, kept_problems, &doubts).await?;
                let doubtful = i64::try_from(told + doubts.len() as u64);
                let row = loaded_return::ActiveModel {
                    id: Unchanged(id),
                    doubtful: Set(doubtful.map_err(Error::internal)?),
                    ..Default::default()
                };
                let row = loaded_return::Entity::update(row)
                    .exec(write.connection())
                    .await?;
                write.touched(ChangeKind::LoadedReturn, id.into(), 1);
                Ok(row)
            })
        })
        .await
}

/// Walks everybody once: holds the times that a return tells of against each other, and makes the standings.
async fn check_and_stand(
    write: &Write,
    id: LoadedReturnId,
    standings: &Standings,
    doubts: &mut Vec<Problem>,
) -> Result<()> {
    let mut walk = standings.walk();
    while let Some(persons) = walk.next(write.connection()).await? {
        for times in &persons {
            let told: Vec<&episode::Model> =
                times.iter().filter(|time| time.return_id == id).collect();
            compare(&told, standings.year(), doubts);
        }
        standings.stand(write, &persons).await?;
    }
    Ok(())
}
