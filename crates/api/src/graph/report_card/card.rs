//! The report card itself.

use std::sync::Arc;

use async_graphql::{Context, Object};
use macros::paged;
use service::Result;
use service::entity::StopReason;
use service::feedback::{self, FeedbackEvent};
use service::filter::AnyOf;
use service::network::directory;
use service::page::{Page, PageRequest};
use service::report_card::{self, Collaborators, Milestone, Places};
use tokio::sync::OnceCell;

use super::milestone::{ReportCardLine, StopReasonCount, StudyMilestoneConnection, milestones};
use super::reach::{Reach, authorities};
use crate::graph::collaboration::{Collaboration, CollaborationConnection};
use crate::graph::connection::Total;
use crate::graph::date::Date;
use crate::graph::enum_value::{EnumValue, any_of};
use crate::graph::feedback::{Feedback, FeedbackConnection};
use crate::graph::loaders;
use crate::graph::network::{
    Centre, CentreConnection, Engagement, EngagementConnection, LocalAuthorityConnection, Partner,
    PartnerConnection, Programme, ProgrammeConnection,
};
use crate::graph::number::{Int, at_least};
use crate::loading::Loaders;

/// A report card.
pub(super) struct ReportCard {
    card: report_card::ReportCard,
    /// Read when the first of its fields is asked for.
    places: OnceCell<Arc<Places>>,
    /// The same.
    collaborators: OnceCell<Arc<Collaborators>>,
}

impl ReportCard {
    pub(super) fn new(card: report_card::ReportCard) -> Self {
        Self { card, places: OnceCell::new(), collaborators: OnceCell::new() }
    }

    async fn places(&self, loaders: &Loaders) -> Result<&Arc<Places>> {
        let read = || async {
            let places = report_card::places(&loaders.context, self.card);
            Ok(Arc::new(places.await?))
        };
        self.places.get_or_try_init(read).await
    }

    async fn collaborators(&self, loaders: &Loaders) -> Result<&Arc<Collaborators>> {
        let read = || async {
            let collaborators = report_card::collaborators(&loaders.context, self.card);
            Ok(Arc::new(collaborators.await?))
        };
        self.collaborators.get_or_try_init(read).await
    }
}

/// What changed between two days, at a centre or in the whole network, as far as you may see it. Each
/// number leads to the things behind it. A date of which only the month or the year is known counts if
/// it may lie in the time; what has no date is in no time.
#[paged]
#[Object]
impl ReportCard {
    /// The first day.
    async fn from(&self) -> Date {
        Date(self.card.from)
    }

    /// The last day.
    async fn to(&self) -> Date {
        Date(self.card.to)
    }

    /// The centre; null for the whole network.
    async fn centre(&self, ctx: &Context<'_>) -> Option<Centre> {
        Centre::find(loaders(ctx), self.card.centre?)
    }

    /// The studies that were announced.
    async fn studies_planned(
        &self,
        ctx: &Context<'_>,
        request: PageRequest,
    ) -> Result<StudyMilestoneConnection> {
        milestones(ctx, self.card, Milestone::Planned, AnyOf::default(), request).await
    }

    /// The studies that went into delivery for the first time.
    async fn studies_launched(
        &self,
        ctx: &Context<'_>,
        request: PageRequest,
    ) -> Result<StudyMilestoneConnection> {
        milestones(ctx, self.card, Milestone::Launched, AnyOf::default(), request).await
    }

    /// How many studies were launched at least: those that are named, and those that programmes which
    /// began in this time say they have without naming them (`Programme.stated`).
    async fn studies_launched_at_least(&self, ctx: &Context<'_>) -> Result<Option<i32>> {
        let loaders = loaders(ctx);
        let count = report_card::launched_at_least(&loaders.context, self.card).await?;
        Ok(Some(at_least(count)))
    }

    /// The studies that had first results.
    async fn studies_with_interim_results(
        &self,
        ctx: &Context<'_>,
        request: PageRequest,
    ) -> Result<StudyMilestoneConnection> {
        milestones(ctx, self.card, Milestone::InterimResults, AnyOf::default(), request).await
    }

    /// The studies that were reported.
    async fn studies_reported(
        &self,
        ctx: &Context<'_>,
        request: PageRequest,
    ) -> Result<StudyMilestoneConnection> {
        milestones(ctx, self.card, Milestone::Reported, AnyOf::default(), request).await
    }

    /// The studies that were stopped, with the reasons. A study that went on and was stopped again is
    /// there for each time.
    async fn studies_stopped(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Only for reasons of one of these kinds; for any when nothing is said, for none when the list is empty."
        )]
        reasons: Option<Vec<EnumValue<StopReason>>>,
        request: PageRequest,
    ) -> Result<StudyMilestoneConnection> {
        let reasons = any_of(reasons);
        milestones(ctx, self.card, Milestone::Stopped, reasons, request).await
    }

    /// For which kinds of reason studies were stopped, the most frequent first.
    async fn stop_reasons(&self, ctx: &Context<'_>) -> Result<Option<Vec<StopReasonCount>>> {
        let loaders = loaders(ctx);
        let counts = report_card::stop_reasons(&loaders.context, self.card).await?;
        let counts = counts.into_iter().map(|(reason, studies)| StopReasonCount {
            stop_reason: reason.map(EnumValue),
            studies: Int(studies),
        });
        Ok(Some(counts.collect()))
    }

    /// The programmes that began.
    async fn programmes_begun(
        &self,
        ctx: &Context<'_>,
        request: PageRequest,
    ) -> Result<ProgrammeConnection> {
        programmes(report_card::begun(&loaders(ctx).directory, self.card), &request)
    }

    /// The programmes that were running, with their partners and with how much they state. One whose end
    /// is not known goes on.
    async fn programmes(
        &self,
        ctx: &Context<'_>,
        request: PageRequest,
    ) -> Result<ProgrammeConnection> {
        programmes(report_card::running(&loaders(ctx).directory, self.card), &request)
    }

    /// The partners of the programmes that were running, as far as they are named.
    async fn partners(&self, ctx: &Context<'_>, request: PageRequest) -> Result<PartnerConnection> {
        let list = report_card::partners(&loaders(ctx).directory, self.card);
        let total = Total::known(list.len());
        let list = list.into_iter().map(Partner).collect();
        let page = Page::of_sorted(&request, list, |partner| partner.0.slug.clone())?;
        Ok(PartnerConnection::new(page, total))
    }

    /// How many partners the programmes had at least: as many as are named, or as one programme states,
    /// whichever is more.
    async fn partners_at_least(&self, ctx: &Context<'_>) -> i32 {
        at_least(report_card::partners_at_least(&loaders(ctx).directory, self.card))
    }

    /// The local authorities where there was an engagement, or a study with a site there was under way.
    async fn local_authorities(
        &self,
        ctx: &Context<'_>,
        request: PageRequest,
    ) -> Result<LocalAuthorityConnection> {
        let places = self.places(loaders(ctx)).await?;
        authorities(&places.worked_with, &request)
    }

    /// In how many local authorities there was work at least: as many as are named, or as one programme
    /// states, whichever is more.
    async fn local_authorities_at_least(&self, ctx: &Context<'_>) -> Result<Option<i32>> {
        Ok(Some(at_least(self.places(loaders(ctx)).await?.at_least)))
    }

    /// Of each nation, how many of all its local authorities have been reached so far: by the last day.
    async fn reach(&self, ctx: &Context<'_>) -> Result<Option<Vec<Reach>>> {
        let places = self.places(loaders(ctx)).await?;
        Ok(Some(places.reached.iter().cloned().map(Reach).collect()))
    }

    /// The engagements of which no date is known. They are in no time, and count neither among the
    /// authorities worked with nor among those reached.
    async fn undated_engagements(
        &self,
        ctx: &Context<'_>,
        request: PageRequest,
    ) -> Result<EngagementConnection> {
        let card = self.card;
        let page =
            report_card::undated_engagements(loaders(ctx).context.space(), card, &request).await?;
        let total = Total::of(move |loaders| async move {
            report_card::count_undated_engagements(loaders.context.space(), card).await
        });
        Ok(EngagementConnection::new(page.map(|row| Engagement(Arc::new(row))), total))
    }

    /// The centres with which the centre worked, in collaborations that were running and in studies that
    /// were under way; of the whole network, all that worked with another.
    async fn collaborating_centres(
        &self,
        ctx: &Context<'_>,
        request: PageRequest,
    ) -> Result<CentreConnection> {
        let list = &self.collaborators(loaders(ctx)).await?.centres;
        let total = Total::known(list.len());
        let list = list.iter().cloned().map(Centre).collect();
        let page = Page::of_sorted(&request, list, |centre: &Centre| centre.0.row.slug.clone())?;
        Ok(CentreConnection::new(page, total))
    }

    /// The collaborations that were running.
    async fn collaborations(
        &self,
        ctx: &Context<'_>,
        request: PageRequest,
    ) -> Result<CollaborationConnection> {
        let list = &self.collaborators(loaders(ctx)).await?.collaborations;
        let total = Total::known(list.len());
        let list = list.iter().cloned().map(Collaboration).collect();
        let page = Page::of_sorted(&request, list, |row: &Collaboration| row.0.slug.clone())?;
        Ok(CollaborationConnection::new(page, total))
    }

    /// The feedback that was received, answered or not.
    async fn feedback_received(
        &self,
        ctx: &Context<'_>,
        request: PageRequest,
    ) -> Result<FeedbackConnection> {
        feedback_of(loaders(ctx), self.card, FeedbackEvent::Received, &request).await
    }

    /// The feedback that was answered, whenever it was received.
    async fn feedback_answered(
        &self,
        ctx: &Context<'_>,
        request: PageRequest,
    ) -> Result<FeedbackConnection> {
        feedback_of(loaders(ctx), self.card, FeedbackEvent::Answered, &request).await
    }

    /// What became of the studies of each centre that led or took part in any, by slug. A study of
    /// several centres is in the line of each.
    async fn by_centre(&self, ctx: &Context<'_>) -> Result<Option<Vec<ReportCardLine>>> {
        let loaders = loaders(ctx);
        let lines = report_card::by_centre(&loaders.context, self.card).await?;
        let lines = lines.into_iter().map(|line| {
            Ok(ReportCardLine {
                centre: Centre::of(loaders, line.centre)?,
                studies_planned: Int(line.planned),
                studies_launched: Int(line.launched),
                studies_with_interim_results: Int(line.with_interim_results),
                studies_reported: Int(line.reported),
                studies_stopped: Int(line.stopped),
            })
        });
        lines.collect::<Result<_>>().map(Some)
    }
}

fn programmes(
    list: Vec<Arc<directory::Programme>>,
    request: &PageRequest,
) -> Result<ProgrammeConnection> {
    let total = Total::known(list.len());
    let list = list.into_iter().map(Programme).collect();
    let page =
        Page::of_sorted(request, list, |programme: &Programme| programme.0.row.slug.clone())?;
    Ok(ProgrammeConnection::new(page, total))
}

async fn feedback_of(
    loaders: &Arc<Loaders>,
    card: report_card::ReportCard,
    event: FeedbackEvent,
    request: &PageRequest,
) -> Result<FeedbackConnection> {
    let page = feedback::list(&loaders.context, card, event, request).await?;
    let total =
        Total::of(
            move |loaders| async move { feedback::count(&loaders.context, card, event).await },
        );
    Ok(FeedbackConnection::new(page.map(|row| Feedback(Arc::new(row))), total))
}
