//! Deciding about two publications: who may, and that they differ.

use entity::{
    AuditOutcome, ChangeKind, DuplicateOutcome, PublicationId, possible_duplicate, publication,
};
use sea_orm::sea_query::{LockType, OnConflict};
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::index::{facts_of, pair, row};
use super::judge;
use crate::access::policy::{self, Action};
use crate::access::scope;
use crate::error::{Code, Error, Result};
use crate::record::LONGEST_TEXT;
use crate::request::RequestContext;
use crate::store::Write;
use crate::store::audit::{Actor, Event};
use crate::viewer::Viewer;

/// Two publications that somebody holds to be different.
#[derive(Clone, Debug)]
pub struct NotTheSame {
    /// One of them.
    pub one: Uuid,
    /// The other.
    pub other: Uuid,
    /// Why they are different.
    pub reason: String,
}

/// Declares two publications different, so that they are no more proposed as the same. Gives the two.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `BAD_USER_INPUT`; `CONFLICT` when one of them stands no more.
pub async fn declare_distinct(
    context: &RequestContext,
    claim: NotTheSame,
) -> Result<(publication::Model, publication::Model)> {
    let reason = checked_reason(&claim.reason)?;
    let store = context.store();
    let two = {
        let now = context.now();
        let seen = scope::shared::<publication::Entity>(context.viewer(), now);
        let ids = [claim.one, claim.other];
        let rows = seen
            .filter(scope::among(store.backend(), publication::Column::Id, ids))
            .all(store.connection())
            .await?;
        of_two(rows, ("one", claim.one), ("other", claim.other))?
    };
    authorise(context.viewer(), &two.0, &two.1)?;
    let events = [&two.0, &two.1].map(|row| Event {
        at: context.now(),
        actor: Actor::from(context.viewer()),
        request_id: context.viewer().request_id().map(str::to_owned),
        action: "publication.declare_distinct".into(),
        kind: Some(ChangeKind::Publication),
        subject: Some(row.id.into()),
        subject_centre: Some(row.contributed_by),
        outcome: AuditOutcome::Allowed,
        detail: None,
        times: 1,
    });
    let (one, other) = (two.0.id, two.1.id);
    let viewer = context.viewer().clone();
    store
        .attest(events.into(), |write| {
            Box::pin(async move {
                let (one, other) =
                    two_standing(write, &viewer, ("one", one), ("other", other)).await?;
                note(write, &viewer, (&one, &other), DuplicateOutcome::Distinct, &reason).await
            })
        })
        .await?;
    Ok(two)
}

/// Whether the viewer may decide about two publications.
pub(super) fn authorise(
    viewer: &Viewer,
    one: &publication::Model,
    other: &publication::Model,
) -> Result<()> {
    let action = Action::ReviewEvidence(one.contributed_by, other.contributed_by);
    policy::authorise(viewer, &action)
}

/// Two publications that the viewer sees, held until the end of the write, so that nobody else decides
/// about one of them meanwhile. They must stand.
pub(super) async fn two_standing(
    write: &Write,
    viewer: &Viewer,
    one: (&'static str, PublicationId),
    other: (&'static str, PublicationId),
) -> Result<(publication::Model, publication::Model)> {
    let backend = write.connection().get_database_backend();
    let ids = [one.1, other.1].map(Uuid::from);
    let rows = scope::shared::<publication::Entity>(viewer, write.source().now())
        .filter(scope::among(backend, publication::Column::Id, ids))
        // In one order, so that two who hold the same two wait for each other and don't lock up.
        .order_by_asc(publication::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .all(write.connection())
        .await?;
    let two = of_two(rows, (one.0, one.1.into()), (other.0, other.1.into()))?;
    for (field, row) in [(one.0, &two.0), (other.0, &two.1)] {
        if row.withdrawn_at.is_some() || row.superseded_by.is_some() {
            return Err(Error {
                field: Some(field.to_owned()),
                ..Error::new(
                    Code::Conflict,
                    "It was withdrawn, or joined into another, since; look at it again.",
                )
            });
        }
    }
    Ok(two)
}

fn of_two(
    rows: Vec<publication::Model>,
    one: (&'static str, Uuid),
    other: (&'static str, Uuid),
) -> Result<(publication::Model, publication::Model)> {
    if one.1 == other.1 {
        return Err(Error::bad_input(other.0, "Both are the same publication; give two."));
    }
    let found = |(field, id): (&str, Uuid)| {
        let row = rows.iter().find(|row| Uuid::from(row.id) == id).cloned();
        row.ok_or_else(|| Error {
            field: Some(field.to_owned()),
            ..Error::not_found("publication")
        })
    };
    Ok((found(one)?, found(other)?))
}

/// A reason, without blanks around it.
pub(super) fn checked_reason(reason: &str) -> Result<String> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Error::bad_input(
            "reason",
            "Say why; whoever looks at the two later will want to know.",
        ));
    }
    if reason.len() > LONGEST_TEXT || reason.contains('\0') {
        return Err(Error::bad_input(
            "reason",
            format!("Give a text of at most {LONGEST_TEXT} bytes, without the character U+0000."),
        ));
    }
    Ok(reason.to_owned())
}

/// Writes what was decided of two publications, be they proposed or not.
pub(super) async fn note(
    write: &Write,
    viewer: &Viewer,
    (one, other): (&publication::Model, &publication::Model),
    outcome: DuplicateOutcome,
    reason: &str,
) -> Result<()> {
    use possible_duplicate::Column::{
        DecidedAt, DecidedBy, DecisionReason, OneId, OtherId, Outcome,
    };

    let facts = facts_of(write, &[one, other]).await?;
    let (Some(left), Some(right)) = (facts.get(&one.id), facts.get(&other.id)) else {
        return Err(Error::not_found("publication"));
    };
    let now = write.source().now();
    let proposal = row(write.source().id(), pair(one.id, other.id), &judge(left, right), now)?;
    let decided = possible_duplicate::Model {
        outcome: Some(outcome),
        decision_reason: Some(reason.to_owned()),
        decided_at: Some(now),
        decided_by: viewer.centre(),
        ..proposal
    };
    let replacing = OnConflict::columns([OneId, OtherId])
        .update_columns([Outcome, DecisionReason, DecidedAt, DecidedBy])
        .to_owned();
    write
        .add_or::<possible_duplicate::Entity>(vec![decided.into_active_model()], replacing)
        .await?;
    Ok(())
}
