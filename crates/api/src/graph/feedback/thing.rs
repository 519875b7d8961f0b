//! Feedback to a centre.

use std::sync::Arc;

use async_graphql::{Context, Object, Union};
use service::Result;
use service::entity::feedback;

use crate::graph::connection::{Connection, Listed};
use crate::graph::date::Date;
use crate::graph::evidence::Study;
use crate::graph::loaders;
use crate::graph::network::{Centre, Programme};
use crate::graph::shared::{Common, SharedThing, shared_thing};

/// Feedback to a centre.
#[derive(Clone)]
pub(crate) struct Feedback(pub(crate) Arc<feedback::Model>);

shared_thing!(Feedback);

/// What feedback is about.
#[derive(Union)]
enum FeedbackSubject {
    /// A study.
    Study(Study),
    /// A programme.
    Programme(Programme),
    /// The centre itself.
    Centre(Centre),
}

/// What somebody said to a centre of its work, and what the centre answered. The centre that received
/// it contributes it.
#[Object]
impl Feedback {
    #[graphql(flatten)]
    async fn shared_fields(&self) -> Common {
        self.common()
    }

    /// The centre's own reference for it.
    async fn reference(&self) -> &str {
        &self.0.reference
    }

    /// What it is about: a study, a programme, or the centre itself.
    async fn about(&self, ctx: &Context<'_>) -> Result<Option<FeedbackSubject>> {
        let loaders = loaders(ctx);
        let row = &self.0;
        if let Some(id) = row.study_id {
            let study = loaders.study(id).await?;
            return Ok(study.map(|study| FeedbackSubject::Study(Study(study))));
        }
        if let Some(id) = row.programme_id {
            return Ok(Programme::find(loaders, id).map(FeedbackSubject::Programme));
        }
        Ok(Some(FeedbackSubject::Centre(Centre::of(loaders, row.contributed_by)?)))
    }

    /// From whom it came, as a role such as `practice leader`; never a name.
    async fn from_role(&self) -> &str {
        &self.0.from_role
    }

    /// What was said.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// When it was received.
    async fn received_on(&self) -> Date {
        Date(self.0.received_on)
    }

    /// When it was answered; null while it is not.
    async fn answered_on(&self) -> Option<Date> {
        self.0.answered_on.map(Date)
    }

    /// What was answered; null while it is not.
    async fn answer(&self) -> Option<&str> {
        self.0.answer.as_deref()
    }
}

impl Listed for Feedback {
    const CONNECTION: &'static str = "FeedbackConnection";
    const EDGE: &'static str = "FeedbackEdge";
    const PAGE: &'static str = "A page of feedback, from the earliest.";
}

pub(crate) type FeedbackConnection = Connection<Feedback>;
