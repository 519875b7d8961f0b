//! Joining two publications: one is kept, with what leaned on the other and what only the other knew; the
//! other is superseded, and its id and DOI lead to the one that was kept.

use entity::{
    ChangeKind, ChangeOperation, DuplicateOutcome, PartialDate, PublicationId, joined_publication,
    publication, publication_author,
};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, QueryFilter};
use serde_json::Map;
use uuid::Uuid;

use super::decide::{authorise, checked_reason, note, two_standing};
use super::{moving, refresh};
use crate::access::policy::{self, Action};
use crate::access::scope;
use crate::error::{Error, Result};
use crate::record::{identifier, reach};
use crate::request::RequestContext;
use crate::store::{Revision, Subject, Write};
use crate::viewer::Viewer;

/// Two publications that somebody holds to be the same.
#[derive(Clone, Debug)]
pub struct Join {
    /// The one that is kept.
    pub keep: Uuid,
    /// The version of it that was looked at.
    pub expected_version_of_kept: i32,
    /// The one that is joined into it.
    pub join: Uuid,
    /// The version of it that was looked at.
    pub expected_version_of_joined: i32,
    /// Why they are the same.
    pub reason: String,
    /// Whether it is only to be tried.
    pub dry_run: bool,
}

/// Two publications that were joined.
#[derive(Clone, Debug)]
pub struct Joined {
    /// The one that was kept, as it is now.
    pub kept: publication::Model,
    /// The one that was joined into it, as it is now.
    pub joined: publication::Model,
}

/// Joins two publications. After a dry run everything is as it was; the answer says how it would be.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`; `BAD_USER_INPUT` for two with different DOIs, and when fewer would see the one that
/// is kept; `CONFLICT` when one of them has changed since.
pub async fn join(context: &RequestContext, join: Join) -> Result<Joined> {
    let reason = checked_reason(&join.reason)?;
    let viewer_of_write = context.viewer().clone();
    context
        .store()
        .write(context.viewer(), "publication.join", |write| {
            Box::pin(async move {
                let point = write.savepoint().await?;
                let joined = carry_out(write, &viewer_of_write, &join, reason).await?;
                if join.dry_run {
                    write.take_back(point).await?;
                } else {
                    write.release(point).await?;
                }
                Ok(joined)
            })
        })
        .await
}

async fn carry_out(
    write: &mut Write,
    viewer: &Viewer,
    join: &Join,
    reason: String,
) -> Result<Joined> {
    let ids = (PublicationId(join.keep), PublicationId(join.join));
    let (kept, joined) = two_standing(write, viewer, ("keep", ids.0), ("join", ids.1)).await?;
    let decides_for_both = authorise(viewer, &kept, &joined);
    if let Err(refusal) = &decides_for_both
        && !may_give_up(viewer, &kept, &joined)
    {
        return Err(refusal.clone());
    }
    is_at("expectedVersionOfKept", &kept, join.expected_version_of_kept)?;
    is_at("expectedVersionOfJoined", &joined, join.expected_version_of_joined)?;
    if let (Some(one), Some(other)) = (normal_doi(&kept), normal_doi(&joined))
        && one != other
    {
        return Err(Error::bad_input(
            "join",
            "The two have different DOIs, so they are not the same. If one DOI is wrong, correct it first.",
        ));
    }
    if !is_seen_by_all_of(write, &kept, &joined).await? {
        return Err(Error::bad_input(
            "keep",
            "Some who see the other can't see this one. Keep the other, or let as many see this one first.",
        ));
    }
    // What only the joined one's readers know must not become known to more, unless its centre does it.
    let may_fill = is_seen_by_all_of(write, &joined, &kept).await?
        || viewer.centre().is_none_or(|centre| centre == joined.contributed_by);

    note(write, viewer, (&kept, &joined), DuplicateOutcome::Joined, &reason).await?;
    let superseded = supersede(write, &joined, kept.id, &reason).await?;
    lead_to(write, viewer, &joined, &kept, reason).await?;
    let kept = if may_fill { fill(write, kept, &joined).await? } else { kept };
    moving::to_the_kept(write, joined.id, kept.id).await?;
    refresh(write, &[kept.clone(), superseded.clone()]).await?;
    let centres = [joined.contributed_by, kept.contributed_by];
    let concerned = centres.into_iter().find(|centre| viewer.centre() != Some(*centre));
    write.of_centre(concerned.unwrap_or(kept.contributed_by));
    Ok(Joined { kept, joined: superseded })
}

/// Whether the viewer may give up a publication of its own centre for another's with the same DOI.
fn may_give_up(viewer: &Viewer, kept: &publication::Model, own: &publication::Model) -> bool {
    let is_its_own_to_write = Action::WriteEvidence(own.contributed_by);
    own.doi.is_some()
        && normal_doi(own) == normal_doi(kept)
        && policy::authorise(viewer, &is_its_own_to_write).is_ok()
}

/// The DOI of a publication in its normal form. What was contributed before there was one, and stands in the way of
/// another with the same, may have another form.
fn normal_doi(row: &publication::Model) -> Option<String> {
    let doi = row.doi.as_deref()?;
    Some(identifier::doi(doi).unwrap_or_else(|| doi.to_owned()))
}

/// Whether all those who see another, now or once the embargoes of the two have passed, see this one too.
async fn is_seen_by_all_of(
    write: &Write,
    this: &publication::Model,
    other: &publication::Model,
) -> Result<bool> {
    let now = write.source().now();
    let ends = [this.embargoed_until, other.embargoed_until];
    let ends = ends.into_iter().flatten().filter(|end| *end > now);
    let two = [this.id, other.id].map(|id| (ChangeKind::Publication, Uuid::from(id)));
    for at in std::iter::once(now).chain(ends) {
        let audiences = reach::audiences(write, &two, at).await?;
        let [seeing, others] = two.map(|(_, id)| audiences.get(&id));
        let is_as_wide =
            seeing.zip(others).is_some_and(|(seeing, others)| seeing.includes_all_of(others));
        if !is_as_wide {
            return Ok(false);
        }
    }
    Ok(true)
}

fn is_at(field: &str, row: &publication::Model, expected: i32) -> Result<()> {
    if row.version == expected {
        return Ok(());
    }
    Err(Error::changed_since(field, expected, row.version))
}

/// Withdraws the joined one, with the kept one in its place.
async fn supersede(
    write: &mut Write,
    joined: &publication::Model,
    kept: PublicationId,
    reason: &str,
) -> Result<publication::Model> {
    let now = write.source().now();
    let after = publication::Model {
        doi: normal_doi(joined),
        version: joined.version + 1,
        updated_at: now,
        withdrawn_at: Some(now),
        withdrawal_reason: Some(reason.to_owned()),
        superseded_by: Some(kept),
        ..joined.clone()
    };
    update(write, joined, &after, ChangeOperation::Withdrawn, (&[], &[])).await?;
    Ok(after)
}

/// Lets the joined one's id lead to the kept one, and those that led to the joined one.
async fn lead_to(
    write: &Write,
    viewer: &Viewer,
    joined: &publication::Model,
    kept: &publication::Model,
    reason: String,
) -> Result<()> {
    let leading_to_joined = Condition::all().add(joined_publication::Column::KeptId.eq(joined.id));
    let to_kept = (joined_publication::Column::KeptId, Expr::val(kept.id));
    write.set::<joined_publication::Entity>([to_kept], leading_to_joined).await?;
    let row = joined_publication::ActiveModel {
        id: Set(joined.id),
        kept_id: Set(kept.id),
        joined_by: Set(viewer.centre()),
        reason: Set(reason),
        at: Set(write.source().now()),
    };
    write.add::<joined_publication::Entity>(vec![row]).await
}

/// Completes the kept one by what only the joined one says. Gives it as it is then.
async fn fill(
    write: &mut Write,
    kept: publication::Model,
    joined: &publication::Model,
) -> Result<publication::Model> {
    let other = joined.clone();
    let mut after = publication::Model {
        abstract_text: kept.abstract_text.clone().or(other.abstract_text),
        doi: normal_doi(&kept).or_else(|| normal_doi(joined)),
        venue: kept.venue.clone().or(other.venue),
        language: kept.language.clone().or(other.language),
        licence: kept.licence.clone().or(other.licence),
        url: kept.url.clone().or(other.url),
        ..kept.clone()
    };
    if kept.published.is_none()
        && let Some(published) = other.published
    {
        after.year = Some(PartialDate::year(&published));
        after.sort_on = published.first_day();
        after.published = Some(published);
    }
    let (authors, others) = (authors(write, kept.id).await?, authors(write, joined.id).await?);
    let gained: Vec<publication_author::Model> = match authors.is_empty() {
        true => others
            .into_iter()
            .map(|author| publication_author::Model { publication_id: kept.id, ..author })
            .collect(),
        false => Vec::new(),
    };
    if after == kept && gained.is_empty() {
        return Ok(kept);
    }
    after.version += 1;
    after.updated_at = write.source().now();
    let now = if gained.is_empty() { &authors } else { &gained };
    let lists = (authors.as_slice(), now.as_slice());
    update(write, &kept, &after, ChangeOperation::Updated, lists).await?;
    let gained = gained.into_iter().map(|author| (kept.id.into(), author));
    write.replace::<publication_author::Entity>(vec![], gained.collect()).await?;
    Ok(after)
}

async fn authors(write: &Write, of: PublicationId) -> Result<Vec<publication_author::Model>> {
    Ok(scope::for_writing::<publication_author::Entity>()
        .filter(publication_author::Column::PublicationId.eq(of))
        .all(write.connection())
        .await?)
}

/// Writes a publication as it is now, and tells the log how it was.
pub(super) async fn update(
    write: &mut Write,
    before: &publication::Model,
    after: &publication::Model,
    operation: ChangeOperation,
    (authors_before, authors_after): (&[publication_author::Model], &[publication_author::Model]),
) -> Result<()> {
    let listed = |authors: &[publication_author::Model]| {
        let mut parts = Map::new();
        if !authors.is_empty() {
            let authors = serde_json::to_value(authors).map_err(Error::internal)?;
            parts.insert("authors".to_owned(), authors);
        }
        Ok::<_, Error>(parts)
    };
    let subject = Subject::itself(ChangeKind::Publication, after.id);
    let revision = Revision::of(subject, before.clone(), after.clone())
        .with_parts(listed(authors_before)?, listed(authors_after)?)
        .numbered(Some(after.version))
        .told_as(operation);
    write.revise::<publication::Entity>(&[revision]).await
}
