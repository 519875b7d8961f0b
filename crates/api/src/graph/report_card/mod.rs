//! The report card in the graph.

mod card;
mod milestone;
mod reach;

use async_graphql::{Context, Object};
use service::{Result, report_card};

use super::date::Date;
use super::loaders;
use card::ReportCard;
pub(super) use milestone::StudyMilestone;

#[derive(Default)]
pub(super) struct ReportCardQuery;

#[Object]
impl ReportCardQuery {
    /// What changed between two days, at a centre or in the whole network, as far as you may see it:
    /// each number leads to the things behind it. It tells of dated facts, not of when they were
    /// recorded here; what has no date is in no time.
    async fn report_card(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first day.")] from: Date,
        #[graphql(desc = "The last day.")] to: Date,
        #[graphql(desc = "The slug of a centre; the whole network when none is given.")]
        centre: Option<String>,
    ) -> Result<ReportCard> {
        let card = report_card::open(loaders(ctx).context.space(), from.0, to.0, centre.as_deref())
            .await?;
        Ok(ReportCard::new(card))
    }
}
