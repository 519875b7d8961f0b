//! Single things, entered or revised by patches, as the rows of a bundle are.
//!
//! So there is one set of rules for what may stand in a thing, whichever way it comes in. A revision is the row of
//! the thing as it stands, and a patch.

mod amend;
mod enter;
mod kinds;
mod member;
mod problems;
mod scale;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use self::enter::{New, enter};
pub use self::kinds::Enterable;
pub(super) use self::kinds::Entered;
use self::problems::{forbidden, refused};
use super::bundle::format::TABLES;
pub use super::kinds::{
    Centres, Collaborations, Crosswalk, Engagements, Feedback, Findings, Interventions,
    LocalAuthorities, Outcomes, Partners, People, Populations, Programmes, Publications, Ratings,
    Standards, Studies,
};
use crate::access::policy;
use crate::error::{Error, InputProblem, Result};
use crate::once::Once;
pub use crate::record::columns::Field;
use crate::record::columns::WITHDRAWAL;
use crate::record::patch::Item;
pub use crate::record::patch::{Patch, Reference, Score, ValueFor};
pub use crate::record::reading::Listed;
use crate::request::RequestContext;
use crate::viewer::Viewer;

/// How many things may be entered at once.
pub const LARGEST_BATCH: usize = 500;

/// How to enter.
#[derive(Clone, Debug, Default)]
pub struct How {
    /// Whether to say only what would come of it, and write nothing.
    pub dry_run: bool,
    /// The client's own name for the request: sent again, it is answered as before.
    pub key: Option<String>,
    /// Why, for the history.
    pub reason: Option<String>,
}

/// A thing that was entered, or all that is wrong with it.
pub type Entering<R> = std::result::Result<R, Vec<InputProblem>>;

/// Enters new things, each for itself: what is wrong with one costs no other. Gives for each what it is now.
///
/// A request that is sent again makes what it didn't make before, and nothing twice. One that makes nothing leaves its
/// key free for another try.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`; `BAD_USER_INPUT` for too many at once; `IDEMPOTENCY_KEY_REUSED`.
#[expect(private_bounds, reason = "how things are entered is the bundle's own business")]
pub async fn contribute_all<K: Entered>(
    context: &RequestContext,
    patches: Vec<Patch>,
    how: How,
) -> Result<Vec<Entering<K::Row>>> {
    let entered = enter_all::<K>(context, patches, how).await?;
    // What is refused as a whole is noted where the request is answered; here it is a part of the answer.
    let refused = entered.iter().filter_map(|one| one.as_ref().err());
    for refusal in refused.filter_map(|problems| forbidden::<K>(problems)) {
        let now = context.now();
        context.space().journal().refused(context.viewer(), &refusal, now);
    }
    Ok(entered)
}

/// Enters one new thing.
///
/// # Errors
/// As [`contribute_all`], and `FORBIDDEN` or `BAD_USER_INPUT` with all that is wrong.
#[expect(private_bounds, reason = "how things are entered is the bundle's own business")]
pub async fn contribute<K: Entered>(
    context: &RequestContext,
    patch: Patch,
    how: How,
) -> Result<K::Row> {
    let mut entered = enter_all::<K>(context, vec![patch], how).await?;
    match entered.pop() {
        Some(one) => one.map_err(refused::<K>),
        None => Err(Error::not_found("thing")),
    }
}

async fn enter_all<K: Entered>(
    context: &RequestContext,
    patches: Vec<Patch>,
    how: How,
) -> Result<Vec<Entering<K::Row>>> {
    let centre = context.viewer().centre().unwrap_or_default();
    policy::authorise(context.viewer(), &K::may(centre))?;
    if patches.len() > LARGEST_BATCH {
        let message =
            format!("There are {} of them; send at most {LARGEST_BATCH} at once.", patches.len());
        return Err(Error::bad_input("input", message));
    }
    let [action, _] = K::CALLED;
    let once = match &how.key {
        Some(key) => Some(Once::try_new(context.viewer(), key, action, &patches)?),
        None => None,
    };
    let directory = context.directory().await?;
    let today = context.now().date_naive();
    let mut patches = patches;
    for patch in &mut patches {
        of_centre::<K>(patch, context.viewer());
        K::complete(patch, &directory, today);
    }
    let first = context.store().source().id();
    let asker = context.viewer().clone();
    context
        .store()
        .write_or_rehearse(context.viewer(), action, how.dry_run, |write| {
            Box::pin(async move {
                write.because(how.reason);
                let point = write.savepoint().await?;
                let before = match once {
                    Some(once) => once.claim(write, first).await?,
                    None => None,
                };
                let new = New { first: before.unwrap_or(first), is_again: before.is_some() };
                let entered = enter::<K>(write, &asker, patches, new).await?;
                if entered.iter().all(|one| one.is_err()) {
                    write.take_back(point).await?;
                } else {
                    write.release(point).await?;
                }
                Ok(entered)
            })
        })
        .await
}

/// Revises a thing.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`, `NOT_FOUND`; `CONFLICT` with the current version when it is another than the
/// expected one; `BAD_USER_INPUT` with all that is wrong.
#[expect(private_bounds, reason = "how things are entered is the bundle's own business")]
pub async fn revise<K: Entered>(
    context: &RequestContext,
    id: Uuid,
    expected_version: i32,
    patch: Patch,
    how: How,
) -> Result<K::Row> {
    revise_at::<K>(context, id, expected_version, |_| patch, how).await
}

/// The same, for what says when it is written.
async fn revise_at<K: Entered>(
    context: &RequestContext,
    id: Uuid,
    expected_version: i32,
    patch: impl FnOnce(DateTime<Utc>) -> Patch + Send,
    how: How,
) -> Result<K::Row> {
    let [_, action] = K::CALLED;
    let asker = context.viewer().clone();
    context
        .store()
        .write_or_rehearse(context.viewer(), action, how.dry_run, |write| {
            let patch = patch(write.source().now());
            Box::pin(async move {
                write.because(how.reason);
                amend::amend::<K>(write, &asker, id, expected_version, patch).await
            })
        })
        .await
}

/// That a thing is to be withdrawn.
#[derive(Clone, Debug)]
pub struct Withdrawal {
    /// Why.
    pub reason: String,
    /// What takes its place.
    pub superseded_by: Option<Uuid>,
    /// Whether to say only what would come of it, and write nothing.
    pub dry_run: bool,
}

/// Withdraws a thing, or lets another take its place.
///
/// # Errors
/// As [`revise`].
#[expect(private_bounds, reason = "how things are entered is the bundle's own business")]
pub async fn withdraw<K: Entered>(
    context: &RequestContext,
    id: Uuid,
    expected_version: i32,
    withdrawal: Withdrawal,
) -> Result<K::Row> {
    let superseded_by = WITHDRAWAL.superseded_by::<Uuid>();
    if withdrawal.superseded_by.is_some() && K::TABLE.column(superseded_by.name()).is_none() {
        let message = "Nothing can take the place of a thing of this kind: leave it out.";
        return Err(Error::bad_input("supersededBy", message));
    }
    let mut patch = Patch::default();
    patch.set(WITHDRAWAL.withdrawal_reason, withdrawal.reason.clone());
    if let Some(other) = withdrawal.superseded_by {
        patch.set(superseded_by, Reference::Id(other));
    }
    let how = How { dry_run: withdrawal.dry_run, key: None, reason: Some(withdrawal.reason) };
    let withdrawn = |now: DateTime<Utc>| {
        patch.set(WITHDRAWAL.withdrawn_at, now);
        patch
    };
    revise_at::<K>(context, id, expected_version, withdrawn, how).await
}

/// Fills in the viewer's own centre where nothing is said.
fn of_centre<K: Entered>(patch: &mut Patch, viewer: &Viewer) {
    if let Some(centre) = viewer.centre() {
        for column in K::OF_CENTRE {
            if !patch.has(column.name) {
                patch.set_column(*column, vec![Item::Id(centre.into())]);
            }
        }
    }
}

/// The field of an input that a column of a thing stands for.
#[must_use]
pub fn field_of(column: &str) -> &str {
    let things = TABLES.iter().filter(|table| table.parent.is_empty() && table.input == table.name);
    let mut columns = things.flat_map(|table| table.columns());
    columns.find(|found| found.name == column).map_or(column, |found| found.in_input())
}
