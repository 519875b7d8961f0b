//! Feedback is given to a centre, and answered: entered as any other thing, with what goes without saying.

use chrono::NaiveDate;
use entity::{FeedbackId, Visibility, feedback};

use crate::error::{Error, Result};
use crate::interchange::entry::{self, Entry, How};
use crate::space::Space;
use crate::viewer::Viewer;

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
    space: &Space,
    viewer: &Viewer,
    new: NewFeedback,
    key: Option<String>,
) -> Result<feedback::Model> {
    if new.visibility == Visibility::Collaboration {
        return Err(Error::bad_input(
            "visibility",
            "Feedback is for everybody, the network or the centre. Choose PUBLIC, NETWORK or CENTRE.",
        ));
    }
    let mut said = Entry::default();
    said.set("contributed_by", new.centre);
    said.set("study", new.study.unwrap_or_default());
    said.set("programme", new.programme.unwrap_or_default());
    said.set("from_role", new.from_role);
    said.set("text", new.text);
    said.set("visibility", new.visibility.to_string());
    if let Some(day) = new.received_on {
        said.set("received_on", day.to_string());
    }
    let how = How { key, ..How::default() };
    entry::contribute::<entry::Feedback>(space, viewer, said, how).await
}

/// Answers feedback, or puts another answer in the place of the first.
///
/// # Errors
/// `NOT_FOUND` when there is none that the viewer may see; `FORBIDDEN` without `collaboration:write`
/// of the centre that received it; `CONFLICT` when it has changed since it was read; `BAD_USER_INPUT`.
pub async fn answer(
    space: &Space,
    viewer: &Viewer,
    id: FeedbackId,
    answer: Answer,
) -> Result<feedback::Model> {
    let today = space.store().source().now().date_naive();
    let mut said = Entry::default();
    said.set("answer", answer.text);
    said.set("answered_on", answer.answered_on.unwrap_or(today).to_string());
    let (version, how) = (answer.expected_version, How::default());
    entry::revise::<entry::Feedback>(space, viewer, id.into(), version, said, how).await
}
