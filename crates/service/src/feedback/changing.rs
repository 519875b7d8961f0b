//! Feedback is given to a centre, and answered.

use chrono::NaiveDate;
use entity::{CollaborationId, FeedbackId, Visibility, feedback, shared_with};
use sea_orm::{ColumnTrait, QueryFilter};
use serde::Serialize;
use uuid::Uuid;

use super::record::FeedbackDraft;
use crate::access::policy::{self, Action};
use crate::access::scope;
use crate::error::{Error, Result};
use crate::evidence;
use crate::evidence::named;
use crate::once::Once;
use crate::record::{self, Problem, Sharing};
use crate::shared;
use crate::space::Space;
use crate::store::Write;
use crate::viewer::Viewer;

/// What somebody said to a centre.
#[derive(Clone, Debug, Serialize)]
pub struct NewFeedback {
    /// The centre that received it, by slug.
    pub centre: String,
    /// The study that it is about, by slug.
    pub study: Option<String>,
    /// The programme that it is about, by slug.
    pub programme: Option<String>,
    /// From whom it came, as a role: never a name.
    pub from_role: String,
    /// What was said.
    pub text: String,
    /// When it was received; today when nothing is said.
    pub received_on: Option<NaiveDate>,
    /// Who may see it, besides the members of a collaboration.
    pub visibility: Visibility,
}

/// What a centre answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What was answered.
    pub text: String,
    /// When; today when nothing is said.
    pub answered_on: Option<NaiveDate>,
    /// The version of the feedback that it answers.
    pub expected_version: i32,
}

/// Records what somebody said to a centre. Asked for again with the same key, nothing new is made.
///
/// # Errors
/// `BAD_INPUT` for what is not acceptable or not there; `FORBIDDEN` without `collaboration:write` of
/// the centre; `IDEMPOTENCY_KEY_REUSED`.
pub async fn give(
    space: &Space,
    viewer: &Viewer,
    new: NewFeedback,
    key: Option<&str>,
) -> Result<feedback::Model> {
    let once = match key {
        Some(key) => Some(Once::try_new(viewer, key, "feedback.give", &new)?),
        None => None,
    };
    let directory = space.directory().await?;
    let centres = named::ids(
        &directory.centres,
        std::slice::from_ref(&new.centre),
        "centre",
        "centre",
    )?;
    let Some(contributed_by) = centres.first().copied() else {
        return Err(Error::not_found("centre"));
    };
    policy::authorise(viewer, &Action::WriteCollaboration(contributed_by))?;
    if new.visibility == Visibility::Collaboration {
        return Err(Error::bad_input(
            "visibility",
            "Feedback is for everybody, the network or the centre. Choose PUBLIC, NETWORK or CENTRE.",
        ));
    }
    let programmes = named::ids(
        &directory.programmes,
        new.programme.as_slice(),
        "programme",
        "programme",
    )?;
    let study = match &new.study {
        None => None,
        Some(slug) => {
            let study = evidence::study::get(space, viewer, slug).await?;
            let study = study.ok_or_else(|| {
                Error::bad_input(
                    "study",
                    "There is no such study. Check the spelling of its slug.",
                )
            })?;
            Some(study.id)
        }
    };
    let source = space.store().source();
    let draft = FeedbackDraft {
        reference: source.id::<Uuid>().to_string(),
        study,
        programme: programmes.first().copied(),
        from_role: new.from_role,
        text: new.text,
        received_on: new.received_on.unwrap_or_else(|| source.now().date_naive()),
        answered_on: None,
        answer: None,
        sharing: Sharing {
            contributed_by,
            visibility: new.visibility,
            shared_with: Vec::new(),
            embargoed_until: None,
            withdrawn_at: None,
            withdrawal_reason: None,
            superseded_by: None,
        },
    };
    let asking = viewer.clone();
    // Whoever may give it is shown what they gave, though they may not be able to read it later.
    space
        .store()
        .write(viewer, "feedback.give", move |write| {
            Box::pin(async move {
                let mark = write.mark().await?;
                let made = keep(write, &asking, draft).await?;
                let first = match once {
                    Some(once) => once.claim(write, made).await?,
                    None => None,
                };
                match first {
                    None => write.keep(mark).await?,
                    Some(_) => write.take_back(mark).await?,
                }
                there(write, first.unwrap_or(made).into()).await
            })
        })
        .await
}

/// Answers feedback, or puts another answer in the place of the first.
///
/// # Errors
/// `NOT_FOUND` when there is none that the viewer may see; `FORBIDDEN` without `collaboration:write`
/// of the centre that received it; `CONFLICT` when it has changed since it was read; `BAD_INPUT`.
pub async fn answer(
    space: &Space,
    viewer: &Viewer,
    id: FeedbackId,
    answer: Answer,
) -> Result<feedback::Model> {
    let mut seen = shared::by_ids::<feedback::Entity>(space, viewer, &[id.into()]).await?;
    let seen = seen
        .remove(&id.into())
        .ok_or_else(|| Error::not_found("feedback"))?;
    policy::authorise(viewer, &Action::WriteCollaboration(seen.contributed_by))?;
    let asking = viewer.clone();
    space
        .store()
        .write(viewer, "feedback.answer", move |write| {
            Box::pin(async move {
                write.alone().await?;
                let row = there(write, id).await?;
                if row.version != answer.expected_version {
                    return Err(Error::changed_since(
                        "expectedVersion",
                        answer.expected_version,
                        row.version,
                    ));
                }
                let shared_with = collaborations(write, id).await?;
                let today = write.source().now().date_naive();
                let draft = FeedbackDraft {
                    answered_on: Some(answer.answered_on.unwrap_or(today)),
                    answer: Some(answer.text),
                    ..as_it_is(row, shared_with)
                };
                keep(write, &asking, draft).await?;
                there(write, id).await
            })
        })
        .await
}

fn as_it_is(row: feedback::Model, shared_with: Vec<CollaborationId>) -> FeedbackDraft {
    FeedbackDraft {
        reference: row.reference,
        study: row.study_id,
        programme: row.programme_id,
        from_role: row.from_role,
        text: row.text,
        received_on: row.received_on,
        answered_on: row.answered_on,
        answer: row.answer,
        sharing: Sharing {
            contributed_by: row.contributed_by,
            visibility: row.visibility,
            shared_with,
            embargoed_until: row.embargoed_until,
            withdrawn_at: row.withdrawn_at,
            withdrawal_reason: row.withdrawal_reason,
            superseded_by: row.superseded_by,
        },
    }
}

async fn collaborations(write: &Write, id: FeedbackId) -> Result<Vec<CollaborationId>> {
    let rows = scope::for_writing::<shared_with::Entity>()
        .filter(shared_with::Column::ThingId.eq(Uuid::from(id)))
        .all(write.connection())
        .await?;
    Ok(rows.into_iter().map(|row| row.collaboration_id).collect())
}

async fn keep(write: &mut Write, viewer: &Viewer, draft: FeedbackDraft) -> Result<Uuid> {
    let answers = record::record(write, viewer, vec![draft]).await?;
    match answers.into_iter().next() {
        Some(Ok(recorded)) => Ok(recorded.id),
        Some(Err(problems)) => Err(refused(&problems)),
        None => Err(Error::internal(std::io::Error::other(
            "a draft has no answer",
        ))),
    }
}

/// All that is wrong, with the field of the first.
fn refused(problems: &[Problem]) -> Error {
    let field = problems.iter().find_map(|problem| problem.field);
    let sentences: Vec<String> = problems
        .iter()
        .map(|problem| match problem.field {
            Some(field) => {
                let field = of_the_input(field);
                format!("{field}: {} {}", problem.reason, problem.remedy)
            }
            None => format!("{} {}", problem.reason, problem.remedy),
        })
        .collect();
    Error::bad_input(field.map_or("input", of_the_input), sentences.join(" "))
}

/// What a mutation's input calls a field.
fn of_the_input(field: &'static str) -> &'static str {
    match field {
        "from_role" => "fromRole",
        "answered_on" => "answeredOn",
        same => same,
    }
}

async fn there(write: &Write, id: FeedbackId) -> Result<feedback::Model> {
    scope::for_writing::<feedback::Entity>()
        .filter(feedback::Column::Id.eq(id))
        .one(write.connection())
        .await?
        .ok_or_else(|| Error::not_found("feedback"))
}
