//! Feedback in the graph.

mod changing;
mod thing;

pub(super) use changing::FeedbackMutation;
pub(crate) use thing::{Feedback, FeedbackConnection};
