//! Feedback is given to a centre, and answered: entered as any other thing, with what goes without saying.

use chrono::NaiveDate;
use entity::{FeedbackId, Visibility, feedback};

use crate::error::{Error, Result};
use crate::feedback::record::FEEDBACK;
use crate::interchange::entry::{self, How, Patch, Reference};
use crate::record::columns::SHARING;
use crate::request::RequestContext;

/// Feedback that somebody gives to a centre.
#[derive(Clone, Debug)]
pub struct NewFeedback {
    /// The centre that received it, by slug.
    pub centre: String,
    /// The study that it is about, by slug.
    pub study: Option<String>,
    /// The programme that it is about, by slug.
    pub programme: Option<String>,
    /// From whom it came, as a role: never a name.
    pub from_role: String,
    pub text: String,
    /// When it was received; today when nothing is said.
    pub received_on: Option<NaiveDate>,
    /// Who may see it, besides the members of a collaboration.
    pub visibility: Visibility,
}

/// A centre's answer to feedback.
#[derive(Clone, Debug)]
pub struct Answer {
    pub text: String,
    /// When; today when nothing is said.
    pub answered_on: Option<NaiveDate>,
    /// The version of the feedback that it answers.
    pub expected_version: i32,
}

/// Records what somebody said to a centre. Asked for again with the same key, nothing new is made. Whoever may give it
/// is shown what they gave, though they may not be able to read it later.
///
/// # Errors
/// `BAD_USER_INPUT` for what is not acceptable or not there; `FORBIDDEN` without `collaboration:write` of
/// the centre; `IDEMPOTENCY_KEY_REUSED`.
pub async fn give(
    context: &RequestContext,
    new: NewFeedback,
    key: Option<String>,
) -> Result<feedback::Model> {
    if new.visibility == Visibility::Collaboration {
        return Err(Error::bad_input(
            "visibility",
            "Feedback is for everybody, the network or the centre. Choose PUBLIC, NETWORK or CENTRE.",
        ));
    }
    let mut patch = Patch::default();
    patch.set(SHARING.contributed_by, Reference::Named(new.centre));
    if let Some(study) = new.study {
        patch.set(FEEDBACK.study, Reference::Named(study));
    }
    if let Some(programme) = new.programme {
        patch.set(FEEDBACK.programme, Reference::Named(programme));
    }
    patch.set(FEEDBACK.from_role, new.from_role);
    patch.set(FEEDBACK.text, new.text);
    patch.set(SHARING.visibility, new.visibility);
    if let Some(day) = new.received_on {
        patch.set(FEEDBACK.received_on, day);
    }
    let how = How { key, ..How::default() };
    entry::contribute::<entry::Feedback>(context, patch, how).await
}

/// Answers feedback, or puts another answer in the place of the first.
///
/// # Errors
/// `NOT_FOUND` when there is none that the viewer may see; `FORBIDDEN` without `collaboration:write`
/// of the centre that received it; `CONFLICT` when it has changed since it was read; `BAD_USER_INPUT`.
pub async fn answer(
    context: &RequestContext,
    id: FeedbackId,
    answer: Answer,
) -> Result<feedback::Model> {
    let today = context.now().date_naive();
    let mut patch = Patch::default();
    patch.set(FEEDBACK.answer, answer.text);
    patch.set(FEEDBACK.answered_on, answer.answered_on.unwrap_or(today));
    let (version, how) = (answer.expected_version, How::default());
    entry::revise::<entry::Feedback>(context, id.into(), version, patch, how).await
}
