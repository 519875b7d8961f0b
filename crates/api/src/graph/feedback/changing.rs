//! Feedback is given and answered.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use service::entity::Visibility;
use service::feedback::{self, Answer, NewFeedback};
use service::{Error, Result};

use super::Feedback;
use crate::graph::date::Date;
use crate::graph::enum_value::EnumValue;
use crate::graph::global_id::{self, NodeKind};
use crate::graph::{after_a_write, loaders};

/// What somebody said to a centre of its work.
#[derive(InputObject)]
struct GiveFeedbackInput {
    /// The slug of the centre that received it: your own.
    centre: String,
    /// The slug of the study that it is about.
    study: Option<String>,
    /// The slug of the programme that it is about; the centre itself when neither is named.
    programme: Option<String>,
    /// From whom it came, as a role such as `practice leader`. Give no name, here or in the text.
    from_role: String,
    /// What was said.
    text: String,
    /// When it was received: today when nothing is said.
    received_on: Option<Date>,
    /// Who may see it: `PUBLIC`, `NETWORK` or `CENTRE`; your own centre alone when nothing is said.
    visibility: Option<EnumValue<Visibility>>,
    /// A text of your own that names this request, such as a UUID: sent again with the same input, it is
    /// answered with the same feedback, and none is recorded twice.
    idempotency_key: Option<String>,
}

/// Feedback that was recorded.
#[derive(SimpleObject)]
struct GiveFeedbackPayload {
    /// The feedback.
    feedback: Feedback,
}

/// What a centre answers.
#[derive(InputObject)]
struct AnswerFeedbackInput {
    /// The global id of the feedback.
    id: ID,
    /// The answer. It takes the place of an earlier one.
    answer: String,
    /// When it was given: today when nothing is said.
    answered_on: Option<Date>,
    /// The version of the feedback that you have read: if it has changed since, the answer is a
    /// `CONFLICT` and nothing is written.
    expected_version: i32,
}

/// Feedback that was answered.
#[derive(SimpleObject)]
struct AnswerFeedbackPayload {
    /// The feedback.
    feedback: Feedback,
}

/// How feedback comes into the space.
#[derive(Default)]
pub(in crate::graph) struct FeedbackMutation;

#[Object]
impl FeedbackMutation {
    /// Records what somebody said to your centre of its work. It needs `collaboration:write`.
    async fn give_feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was said.")] input: GiveFeedbackInput,
    ) -> Result<GiveFeedbackPayload> {
        let loaders = loaders(ctx);
        let new = NewFeedback {
            centre: input.centre,
            study: input.study,
            programme: input.programme,
            from_role: input.from_role,
            text: input.text,
            received_on: input.received_on.map(|day| day.0),
            visibility: input.visibility.map_or(Visibility::Centre, |word| word.0),
        };
        let key = input.idempotency_key;
        let row = feedback::give(&loaders.context, new, key).await?;
        after_a_write(ctx).await?;
        Ok(GiveFeedbackPayload { feedback: Feedback(Arc::new(row)) })
    }

    /// Answers feedback that your centre received. It needs `collaboration:write`.
    async fn answer_feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The answer.")] input: AnswerFeedbackInput,
    ) -> Result<AnswerFeedbackPayload> {
        let loaders = loaders(ctx);
        let (NodeKind::Feedback, id) = global_id::parse(&input.id)? else {
            return Err(Error::not_found("feedback"));
        };
        let answer = Answer {
            text: input.answer,
            answered_on: input.answered_on.map(|day| day.0),
            expected_version: input.expected_version,
        };
        let row = feedback::answer(&loaders.context, id.into(), answer).await?;
        after_a_write(ctx).await?;
        Ok(AnswerFeedbackPayload { feedback: Feedback(Arc::new(row)) })
    }
}
