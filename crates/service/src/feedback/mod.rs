//! Feedback: what people said to a centre of its work, and what the centre answered.

mod changing;
mod reading;
pub mod record;

pub use changing::{Answer, NewFeedback, answer, give};
pub use reading::{FeedbackEvent, count, list};
