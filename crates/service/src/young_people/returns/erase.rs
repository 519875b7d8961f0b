//! What a return brought goes again: when it is replaced, given up, or erased on the controller's word.

use entity::{
    ChangeKind, LoadedReturnId, ReturnState, agreement_pseudonym, child_record, episode,
    loaded_return, return_problem,
};
use returns::CollectionYear;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, QueryFilter};

use super::persons;
use crate::access::scope;
use crate::error::{Code, Error, Result};
use crate::request::RequestContext;
use crate::store::{Revision, Subject, Write};
use crate::young_people::{standing, stewards};

/// Erases a return that is in use: its rows, whom nothing else tells of, and what counts said of them from then
/// on. Its report stays.
///
/// # Errors
/// `FORBIDDEN`; `NOT_FOUND`; `CONFLICT` when it isn't in use.
pub async fn erase(context: &RequestContext, id: LoadedReturnId) -> Result<loaded_return::Model> {
    let authority = super::by_id(context, id).await?.local_authority_id;
    stewards::may_contribute(context, authority).await?;
    context
        .store()
        .write(context.viewer(), "return.erase", move |write| {
            Box::pin(async move {
                persons::in_turn(write).await?;
                let row = scope::locked::<loaded_return::Entity>(
                    write.connection().get_database_backend(),
                    Condition::all().add(loaded_return::Column::Id.eq(id)),
                )
                .one(write.connection())
                .await?
                .ok_or_else(|| Error::not_found("return"))?;
                if row.state != ReturnState::Current {
                    return Err(Error::new(
                        Code::Conflict,
                        "The return isn't in use: nothing of it is kept but its report.",
                    ));
                }
                let (authority, year) = (row.local_authority_id, CollectionYear(row.year));
                forget(write, id, Named::Forgotten).await?;
                forget_hints(write, id).await?;
                let row = end(write, row, ReturnState::Erased).await?;
                standing::make(write, authority, year).await?;
                Ok(row)
            })
        })
        .await
}

/// Gives up a return whose loading did not come to its end.
pub(super) async fn abandon(context: &RequestContext, id: LoadedReturnId) -> Result<()> {
    context
        .store()
        .write(context.viewer(), "return.abandon", move |write| {
            Box::pin(async move {
                persons::in_turn(write).await?;
                let row = scope::for_writing::<loaded_return::Entity>()
                    .filter(loaded_return::Column::Id.eq(id))
                    .filter(loaded_return::Column::State.eq(ReturnState::Loading))
                    .one(write.connection())
                    .await?;
                if let Some(row) = row {
                    forget(write, id, Named::Kept).await?;
                    end(write, row, ReturnState::Abandoned).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Gives up what was being loaded when the space last stopped: at most a day's loading is still under way.
///
/// # Errors
/// When the database cannot be written.
pub async fn abandon_unfinished(context: &RequestContext) -> Result<usize> {
    let since = context.now() - chrono::TimeDelta::days(1);
    let unfinished = scope::for_writing::<loaded_return::Entity>()
        .filter(loaded_return::Column::State.eq(ReturnState::Loading))
        .filter(loaded_return::Column::BeganAt.lt(since))
        .all(context.store().connection())
        .await?;
    let count = unfinished.len();
    for row in unfinished {
        abandon(context, row.id).await?;
    }
    Ok(count)
}

/// Notes that a return is used no more.
pub(super) async fn end(
    write: &mut Write,
    row: loaded_return::Model,
    state: ReturnState,
) -> Result<loaded_return::Model> {
    let ended = loaded_return::Model { state, ended_at: Some(write.source().now()), ..row.clone() };
    let subject = Subject::itself(ChangeKind::LoadedReturn, row.id);
    write.withdraw::<loaded_return::Entity>(Revision::of(subject, row, ended.clone())).await?;
    Ok(ended)
}

/// Whether those are forgotten too whom an agreement has given a pseudonym.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Named {
    /// They are: the controller asked for it.
    Forgotten,
    /// They are not: the next return may tell of them again, and their pseudonyms and participations are to last.
    Kept,
}

/// Deletes what a return told, and the persons of whom no other return tells.
pub(super) async fn forget(write: &mut Write, id: LoadedReturnId, named: Named) -> Result<()> {
    let nobody_else = |column: sea_orm::sea_query::ColumnRef| {
        let other = Alias::new("other");
        let elsewhere = Query::select()
            .expr(Expr::val(1))
            .from_as(child_record::Entity, other.clone())
            .and_where(
                Expr::col((other.clone(), child_record::Column::YoungPersonId))
                    .equals((child_record::Entity, child_record::Column::YoungPersonId)),
            )
            .and_where(Expr::col((other, child_record::Column::ReturnId)).ne(uuid::Uuid::from(id)))
            .to_owned();
        let of_return = Query::select()
            .column((child_record::Entity, child_record::Column::YoungPersonId))
            .from(child_record::Entity)
            .and_where(child_record::Column::ReturnId.eq(id))
            .and_where(Expr::exists(elsewhere).not())
            .and_where_option((named == Named::Kept).then(|| Expr::exists(has_name()).not()))
            .to_owned();
        Expr::col(column).in_subquery(of_return)
    };
    persons::forget(write, nobody_else).await?;
    let times = Condition::all().add(episode::Column::ReturnId.eq(id));
    write.remove::<episode::Entity>(times).await?;
    let records = Condition::all().add(child_record::Column::ReturnId.eq(id));
    write.remove::<child_record::Entity>(records).await?;
    Ok(())
}

/// Takes out of a return's report what was probably meant: it is near to what stood in the rows.
pub(in crate::young_people) async fn forget_hints(write: &Write, id: LoadedReturnId) -> Result<()> {
    let nothing = (return_problem::Column::Nearest, Expr::val(None::<String>));
    let of_return = Condition::all().add(return_problem::Column::ReturnId.eq(id));
    write.set::<return_problem::Entity>([nothing], of_return).await?;
    Ok(())
}

/// That the person of a record has a pseudonym under some agreement.
fn has_name() -> SelectStatement {
    Query::select()
        .expr(Expr::val(1))
        .from(agreement_pseudonym::Entity)
        .and_where(
            Expr::col((agreement_pseudonym::Entity, agreement_pseudonym::Column::YoungPersonId))
                .equals((child_record::Entity, child_record::Column::YoungPersonId)),
        )
        .to_owned()
}
