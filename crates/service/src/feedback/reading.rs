//! Feedback of a time, as far as the viewer may see it.

use entity::feedback;
use sea_orm::{ColumnTrait, QueryFilter, Select};

use crate::access::scope;
use crate::error::Result;
use crate::listing::{self, KeyPart, SortKey};
use crate::page::{Page, PageRequest};
use crate::report_card::ReportCard;
use crate::request::RequestContext;

/// An event in the life of feedback.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum FeedbackEvent {
    Received,
    Answered,
}

impl FeedbackEvent {
    const fn column(self) -> feedback::Column {
        match self {
            Self::Received => feedback::Column::ReceivedOn,
            Self::Answered => feedback::Column::AnsweredOn,
        }
    }

    fn sort(self) -> SortKey<feedback::Model> {
        let columns = [self.column(), feedback::Column::Id].map(|column| column.as_column_ref());
        let (name, day): (_, fn(&feedback::Model) -> _) = match self {
            Self::Received => ("received", |row| row.received_on),
            Self::Answered => ("answered", |row| row.answered_on.unwrap_or_default()),
        };
        SortKey::new(name, columns, false, move |row| {
            vec![KeyPart::Day(day(row)), KeyPart::Id(row.id.0)]
        })
    }
}

/// Returns a page of the feedback that was received, or answered, in the time of a report card, from the
/// earliest.
///
/// # Errors
/// `INVALID_CURSOR`.
pub async fn list(
    context: &RequestContext,
    card: ReportCard,
    event: FeedbackEvent,
    request: &PageRequest,
) -> Result<Page<feedback::Model>> {
    let select = within(context, card, event);
    listing::read(context.store(), select, &event.sort(), request).await
}

/// Returns how much feedback was received, or answered, in the time of a report card.
pub async fn count(
    context: &RequestContext,
    card: ReportCard,
    event: FeedbackEvent,
) -> Result<u64> {
    listing::count(context.store(), within(context, card, event)).await
}

fn within(
    context: &RequestContext,
    card: ReportCard,
    event: FeedbackEvent,
) -> Select<feedback::Entity> {
    let select = scope::shared::<feedback::Entity>(context.viewer(), context.now())
        .filter(feedback::Column::WithdrawnAt.is_null())
        .filter(event.column().between(card.from, card.to));
    match card.centre {
        None => select,
        Some(centre) => select.filter(feedback::Column::ContributedBy.eq(centre)),
    }
}
