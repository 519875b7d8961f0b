//! A revision of a thing: its row and a patch.

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::enter::{answered, rows};
use super::member::{Member, known};
use super::problems::{refused, refused_by_the_database};
use super::scale::There;
use super::{Entered, Patch};
use crate::Viewer;
use crate::access::{policy, scope};
use crate::error::{Error, Result};
use crate::record::{Draft, record_one};
use crate::store::Write;

/// Revises a thing that stands.
pub(super) async fn amend<K: Entered>(
    write: &mut Write,
    viewer: &Viewer,
    id: Uuid,
    expected_version: i32,
    patch: Patch,
) -> Result<K::Row> {
    let unseen = || Error::not_found(K::TABLE.name.trim_end_matches('s'));
    // Before anything is looked at: whoever may revise nothing is not told what there is.
    policy::authorise(viewer, &K::may(viewer.centre().unwrap_or_default()))?;
    if !K::Draft::is_seen(write, viewer, id).await? {
        return Err(unseen());
    }
    let backend = write.connection().get_database_backend();
    let row =
        scope::locked::<<K::Draft as Draft>::Table>(backend, K::Draft::with_ids(vec![id], backend))
            .one(write.connection())
            .await?
            .ok_or_else(unseen)?;
    policy::authorise(viewer, &K::Draft::action_on(&row))?;
    let version = K::Draft::version(write, &row).await?;
    if version != expected_version {
        return Err(Error::changed_since("expectedVersion", expected_version, version));
    }
    let rows_before = std::slice::from_ref(&row);
    let draft =
        K::Draft::from_rows(write.connection(), rows_before).await?.pop().ok_or_else(unseen)?;
    let before = Patch::of(&draft);
    let mut member = Member::new::<K>(patch);
    member.patch.complete(&before);
    if !member.scale.is_empty() {
        member.scale.complete(&There::read(write, id).await?);
    }
    let mut known = known::<K>(write, viewer, [&member]).await?;
    // What the thing refers to already it may go on referring to, whoever sees that.
    let all = self::known::<K>(write, &Viewer::operator(), [&member]).await?;
    known.complete(all.only(&before.ids().collect()));
    let draft = member.draft::<K>(&known).map_err(refused::<K>)?;
    let recorded = match record_one(write, viewer, draft, id).await {
        Ok(answer) => answered(K::TABLE, answer).map_err(refused::<K>)?,
        Err(refusal) => {
            return Err(refused::<K>(vec![refused_by_the_database(K::TABLE, refusal)?]));
        }
    };
    let problems = member.take_scale().record(write, viewer, recorded).await?;
    if !problems.is_empty() {
        return Err(refused::<K>(problems));
    }
    let mut rows = rows::<K>(write, vec![recorded]).await?;
    rows.remove(&recorded).ok_or_else(unseen)
}
