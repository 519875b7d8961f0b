//! What studies came to.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::Datelike;
use service::Result;
use service::entity::{StopReason, StudyStatus, study_status_change};
use service::filter::AnyOf;
use service::page::PageRequest;
use service::report_card::{self, Milestone, MilestoneReached};
use uuid::Uuid;

use crate::graph::connection::{Connection, Listed, Total};
use crate::graph::date::Date;
use crate::graph::enum_value::EnumValue;
use crate::graph::evidence::Study;
use crate::graph::global_id::{self, NodeKind, part_id};
use crate::graph::loaders;
use crate::graph::network::Centre;
use crate::graph::number::Int;
use crate::loading::Loaders;

/// A study that came to a status on a day.
#[derive(Clone)]
pub(crate) struct StudyMilestone(MilestoneReached);

impl StudyMilestone {
    /// Returns what a study came to on the day that stands in a global id.
    pub(crate) async fn find(
        loaders: &Arc<Loaders>,
        study: Uuid,
        part: &[u8],
    ) -> Result<Option<Self>> {
        let day = i32::from_be_bytes(global_id::fixed(part)?);
        let Some(study) = loaders.study(study).await? else {
            return Ok(None);
        };
        let history = loaders.study_statuses(study.id).await?.unwrap_or_default();
        let on_day = |change: &&study_status_change::Model| change.on.num_days_from_ce() == day;
        let change = history.iter().find(on_day).cloned();
        Ok(change.map(|change| Self(MilestoneReached { change, study })))
    }
}

/// A study that came to a status on a day.
#[Object]
impl StudyMilestone {
    /// The global id of what the study came to on that day.
    pub(crate) async fn id(&self) -> ID {
        let day = self.0.change.on.num_days_from_ce().to_be_bytes();
        part_id(NodeKind::StudyMilestone, self.0.study.id, &day)
    }

    /// The study.
    async fn study(&self) -> Study {
        Study(Arc::clone(&self.0.study))
    }

    /// To what it came.
    async fn status(&self) -> EnumValue<StudyStatus> {
        EnumValue(self.0.change.status)
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
    async fn stop_reason(&self) -> Option<EnumValue<StopReason>> {
        self.0.change.stop_reason.map(EnumValue)
    }
}

impl Listed for StudyMilestone {
    const CONNECTION: &'static str = "StudyMilestoneConnection";
    const EDGE: &'static str = "StudyMilestoneEdge";
    const PAGE: &'static str = "A page of studies that came to a status, from the earliest.";
}

pub(crate) type StudyMilestoneConnection = Connection<StudyMilestone>;

/// How many studies were stopped for a kind of reason.
#[derive(SimpleObject)]
pub(super) struct StopReasonCount {
    /// The kind of reason; null when the source does not say.
    pub(super) stop_reason: Option<EnumValue<StopReason>>,
    /// How many.
    pub(super) studies: Int<u64>,
}

/// What became of the studies of one centre.
#[derive(SimpleObject)]
pub(super) struct ReportCardLine {
    /// The centre, which led them or took part.
    pub(super) centre: Centre,
    /// How many were announced.
    pub(super) studies_planned: Int<u64>,
    /// How many went into delivery.
    pub(super) studies_launched: Int<u64>,
    /// How many had first results.
    pub(super) studies_with_interim_results: Int<u64>,
    /// How many were reported.
    pub(super) studies_reported: Int<u64>,
    /// How many were stopped.
    pub(super) studies_stopped: Int<u64>,
}

/// Returns a page of the studies that came to a milestone.
pub(super) async fn milestones(
    ctx: &Context<'_>,
    card: report_card::ReportCard,
    milestone: Milestone,
    reasons: AnyOf<StopReason>,
    request: PageRequest,
) -> Result<StudyMilestoneConnection> {
    let loaders = loaders(ctx);
    let page =
        report_card::milestones(&loaders.context, card, milestone, &reasons, &request).await?;
    let total = Total::of(move |loaders| {
        let reasons = reasons.clone();
        async move { report_card::count_milestones(&loaders.context, card, milestone, &reasons).await }
    });
    Ok(StudyMilestoneConnection::new(page.map(StudyMilestone), total))
}
