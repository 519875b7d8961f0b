//! What studies came to.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};
use service::Result;
use service::entity::{StopReason, StudyStatus};
use service::filter::AnyOf;
use service::page::PageRequest;
use service::report_card::{self, Arrival, Milestone};

use crate::graph::asker;
use crate::graph::connection::{Total, connection};
use crate::graph::date::Date;
use crate::graph::evidence::Study;
use crate::graph::network::Centre;
use crate::graph::word::Word;

/// A study that came to a status on a day.
#[derive(Clone)]
pub(crate) struct StudyMilestone(Arrival);

/// A study that came to a status on a day.
#[Object]
impl StudyMilestone {
    /// The study.
    async fn study(&self) -> Study {
        Study(Arc::clone(&self.0.study))
    }

    /// To what it came.
    async fn status(&self) -> Word<StudyStatus> {
        Word(self.0.change.status)
    }

    /// When.
    async fn on(&self) -> Date {
        Date(self.0.change.on)
    }

    /// Why; above all, why a centre changed its mind.
    async fn reason(&self) -> Option<&str> {
        self.0.change.reason.as_deref()
    }

    /// Of a study that was stopped, what kind of reason it was; null when the source does not say.
    async fn stop_reason(&self) -> Option<Word<StopReason>> {
        self.0.change.stop_reason.map(Word)
    }
}

connection! {
    /// A page of studies that came to a status, from the earliest.
    StudyMilestoneConnection, StudyMilestoneEdge, StudyMilestone
}

/// How many studies were stopped for a kind of reason.
#[derive(SimpleObject)]
pub(super) struct StopReasonCount {
    /// The kind of reason; null when the source does not say.
    pub(super) stop_reason: Option<Word<StopReason>>,
    /// How many.
    pub(super) studies: u64,
}

/// What became of the studies of one centre.
#[derive(SimpleObject)]
pub(super) struct ReportCardLine {
    /// The centre, which led them or took part.
    pub(super) centre: Centre,
    /// How many were announced.
    pub(super) studies_planned: u64,
    /// How many went into delivery.
    pub(super) studies_launched: u64,
    /// How many had first results.
    pub(super) studies_with_interim_results: u64,
    /// How many were reported.
    pub(super) studies_reported: u64,
    /// How many were stopped.
    pub(super) studies_stopped: u64,
}

/// A page of the studies that came to a milestone.
pub(super) async fn milestones(
    ctx: &Context<'_>,
    card: report_card::ReportCard,
    milestone: Milestone,
    reasons: AnyOf<StopReason>,
    request: PageRequest,
) -> Result<StudyMilestoneConnection> {
    let asker = asker(ctx);
    let (space, viewer) = (&asker.space, &asker.viewer);
    let page = report_card::milestones(space, viewer, card, milestone, &reasons, &request).await?;
    let total = Total::of(move |asker| {
        let reasons = reasons.clone();
        async move {
            let (space, viewer) = (&asker.space, &asker.viewer);
            report_card::count_milestones(space, viewer, card, milestone, &reasons).await
        }
    });
    Ok(StudyMilestoneConnection::new(
        page.map(StudyMilestone),
        total,
    ))
}
