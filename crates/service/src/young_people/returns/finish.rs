//! Puts a return into use: adoptions are severed from what comes after, the earlier return goes, the times of each
//! person are held against each other, and the standings of the reference day are made anew. All in one step.

use entity::{ChangeKind, LoadedReturnId, ReturnState, episode, loaded_return};
use returns::{Found, Problem};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, QueryFilter};

use super::adoption::{self, Told};
use super::compare::compare;
use super::erase::{self, Named, forget};
use super::keep::{Loading, Numbers, keep_problems};
use super::{Heading, losses, persons};
use crate::access::scope;
use crate::error::{Error, Result};
use crate::request::RequestContext;
use crate::store::{Revision, Subject, Write};
use crate::young_people::pseudonym::PseudonymKeys;
use crate::young_people::standing::Standings;

/// Puts a return into use. Unless it may lose them, most of the children of the earlier one must be in it.
///
/// # Errors
/// `RETURN_NEEDS_CONFIRMATION`.
pub(super) async fn finish(
    context: &RequestContext,
    loading: Loading,
    may_lose: bool,
) -> Result<loaded_return::Model> {
    let keys = context.space().pseudonym_keys().clone();
    context
        .store()
        .write(context.viewer(), "return.load", move |write| {
            Box::pin(async move {
                persons::in_turn(write).await?;
                let earlier = earlier(write, &loading).await?;
                if let Some(earlier) = &earlier
                    && !may_lose
                {
                    losses::of_children(write, loading.id, earlier).await?;
                }
                let mut doubts = part_adoptions(write, &keys, &loading).await?;
                if let Some(earlier) = earlier {
                    forget(write, earlier.id, Named::Kept).await?;
                    erase::end(write, earlier, ReturnState::Replaced).await?;
                }
                let mut row = put_into_use(write, &loading).await?;

                let Heading { authority_id, year, .. } = loading.heading;
                let mut standings = Standings::of(write, authority_id, year).await?;
                check_and_stand(write, loading.id, &mut standings, &mut doubts).await?;
                standings.publish(write).await?;
                row.doubtful =
                    i64::try_from(loading.doubtful_with(&doubts)).map_err(Error::internal)?;
                let mut found = Found::default();
                doubts.into_iter().for_each(|doubt| found.add(doubt));
                let doubts = found.arranged(|doubt| loading.tally.rows_like(doubt));
                keep_problems(write, loading.id, loading.problems, &doubts).await?;
                let doubtful = (loaded_return::Column::Doubtful, Expr::val(row.doubtful));
                let which = Condition::all().add(loaded_return::Column::Id.eq(row.id));
                write.derive::<loaded_return::Entity>([doubtful], which).await?;
                Ok(row)
            })
        })
        .await
}

async fn put_into_use(write: &mut Write, loading: &Loading) -> Result<loaded_return::Model> {
    let before = scope::for_writing::<loaded_return::Entity>()
        .filter(loaded_return::Column::Id.eq(loading.id))
        .one(write.connection())
        .await?
        .ok_or_else(|| Error::not_found("return"))?;
    let Numbers { children, read, kept, checked, refused, doubtful } = loading.numbers()?;
    let after = loaded_return::Model {
        state: ReturnState::Current,
        completed_at: Some(write.source().now()),
        children,
        read,
        kept,
        checked,
        refused,
        doubtful,
        ..before.clone()
    };
    let subject = Subject::itself(ChangeKind::LoadedReturn, loading.id);
    write.revise::<loaded_return::Entity>(&[Revision::of(subject, before, after.clone())]).await?;
    Ok(after)
}

/// Parts what must not be linked, and gives what is doubtful about it.
async fn part_adoptions(
    write: &mut Write,
    keys: &PseudonymKeys,
    loading: &Loading,
) -> Result<Vec<Problem>> {
    let told = Told::by(loading.id, loading.heading.year);
    for (person, before) in &loading.before {
        adoption::give_back(write, told, *person, before).await?;
    }
    let mut doubts = Vec::new();
    for (person, day) in &loading.adopted {
        let mut before = loading.before.get(person).into_iter().flatten();
        // An adoption that is told once more has parted them already.
        if before.all(|(_, known)| known != day) {
            doubts.extend(adoption::sever(write, keys, told, *person, *day).await?);
        }
    }
    Ok(doubts)
}

/// The return of the same authority, kind and year that is in use.
async fn earlier(write: &Write, loading: &Loading) -> Result<Option<loaded_return::Model>> {
    let earlier = scope::locked::<loaded_return::Entity>(
        write.backend(),
        Condition::all()
            .add(loaded_return::Column::LocalAuthorityId.eq(loading.heading.authority_id))
            .add(loaded_return::Column::Kind.eq(loading.kind))
            .add(loaded_return::Column::Year.eq(loading.heading.year.0))
            .add(loaded_return::Column::State.eq(ReturnState::Current)),
    )
    .one(write.connection())
    .await?;
    Ok(earlier)
}

/// Walks everybody once: holds the times that a return tells of against each other, and makes the standings.
async fn check_and_stand(
    write: &Write,
    id: LoadedReturnId,
    standings: &mut Standings,
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
