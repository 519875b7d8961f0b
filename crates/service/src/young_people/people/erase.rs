//! Erases what an authority's returns tell of one child, on the controller's word.

use std::collections::BTreeSet;

use entity::{ChangeKind, YoungPersonId, child_record, episode, loaded_return, young_person_key};
use returns::{ChildId, CollectionYear, Identifier, Pseudonyms};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, QueryFilter};

use crate::access::policy::{self, Action};
use crate::access::scope;
use crate::error::{Error, Result};
use crate::request::RequestContext;
use crate::store::Write;
use crate::young_people::returns::{forget, forget_hints, in_turn};
use crate::young_people::standing::make;
use crate::young_people::stewards;

/// The outcome of erasing a child from the returns of an authority.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Erased {
    pub returns: usize,
    /// Whether nothing at all is kept of the child any more: no other authority's return tells of them.
    pub is_forgotten: bool,
}

/// Erases what an authority's returns tell of the child whom the authority's own id names, and those of the
/// authorities before it whose work no other carries on. A later return that
/// tells of the child brings them again: take them out of it.
///
/// # Errors
/// `FORBIDDEN`; `BAD_USER_INPUT` when there is no such authority; `NOT_FOUND` when no return tells of the child.
pub async fn erase_child(
    context: &RequestContext,
    authority: &str,
    child_id: &str,
) -> Result<Erased> {
    policy::authorise(context.viewer(), &Action::ContributeReturns)?;
    let directory = context.directory().await?;
    let authority = directory.local_authorities.by_key(authority);
    let authority = authority.ok_or_else(|| {
        Error::bad_input("localAuthority", "There is no such local authority. Give its GSS code.")
    })?;
    stewards::may_contribute(context, authority.id).await?;
    let keys = context.space().pseudonym_keys();
    let id = ChildId::read(child_id).map_err(|_| {
        Error::bad_input(
            "childId",
            "This is no child's id: it is empty, or a spreadsheet has shortened it. Give the authority's own id of the child, whole.",
        )
    })?;
    // Returns from before an authority was known to have been another have its own code.
    let codes = [authority.gss_code.as_str(), directory.code_of_ids(authority)];
    let hashes_of = |authority| {
        let hash = keys.hash(Identifier::OfAuthority { authority, id: &id });
        keys.earlier_hash(authority, &id).into_iter().chain([hash])
    };
    let hashes: Vec<Vec<u8>> = codes
        .into_iter()
        .flat_map(hashes_of)
        .flat_map(|hash| [hash.to_vec(), keys.after_adoption(&hash).to_vec()])
        .collect();
    let authorities = directory.with_predecessors(&[authority.id]);
    context
        .store()
        .write(context.viewer(), "child.erase", move |write| {
            Box::pin(async move {
                in_turn(write).await?;
                let known = scope::for_writing::<young_person_key::Entity>()
                    .filter(young_person_key::Column::Hash.is_in(hashes))
                    .all(write.connection())
                    .await?;
                let people: BTreeSet<_> = known.iter().map(|row| row.young_person_id).collect();
                let mut erased = Erased::default();
                for person in people {
                    let of_person = erase(write, &authorities, person).await?;
                    erased.returns += of_person.returns;
                    erased.is_forgotten |= of_person.is_forgotten;
                }
                if erased.returns == 0 && !erased.is_forgotten {
                    return Err(Error::not_found("child in the returns of this authority"));
                }
                Ok(erased)
            })
        })
        .await
}

async fn erase(
    write: &mut Write,
    authorities: &[entity::LocalAuthorityId],
    person: YoungPersonId,
) -> Result<Erased> {
    let returns = scope::for_writing::<loaded_return::Entity>()
        .filter(loaded_return::Column::LocalAuthorityId.is_in(authorities.iter().copied()))
        .all(write.connection())
        .await?;
    let mut erased = Erased::default();
    for row in returns {
        let record = Condition::all()
            .add(child_record::Column::ReturnId.eq(row.id))
            .add(child_record::Column::YoungPersonId.eq(person));
        if write.remove::<child_record::Entity>(record).await? == 0 {
            continue;
        }
        let times = Condition::all()
            .add(episode::Column::ReturnId.eq(row.id))
            .add(episode::Column::YoungPersonId.eq(person));
        write.remove::<episode::Entity>(times).await?;
        forget_hints(write, row.id).await?;
        make(write, row.local_authority_id, CollectionYear(row.year)).await?;
        write.touch(ChangeKind::LoadedReturn, row.id, 1);
        erased.returns += 1;
    }
    let elsewhere = scope::for_writing::<child_record::Entity>()
        .filter(child_record::Column::YoungPersonId.eq(person))
        .one(write.connection())
        .await?;
    if elsewhere.is_none() {
        let id = uuid::Uuid::from(person);
        forget(write, |column| Expr::col(column).eq(id)).await?;
        erased.is_forgotten = true;
    }
    Ok(erased)
}
