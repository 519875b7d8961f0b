//! The file of feedback.

use entity::feedback;
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use super::Exporter;
use super::names::Named;
use super::shared::shared;
use crate::access::scope;
use crate::error::Result;
use crate::interchange::bundle::format;

pub(in super::super) async fn write(to: &mut Exporter<'_>) -> Result<()> {
    let mut sheet = to.sheet(&format::FEEDBACK);
    for centre in to.centres().await? {
        let mut after: Option<String> = None;
        loop {
            to.renew_names().await?;
            let select = scope::shared::<feedback::Entity>(to.viewer, to.now)
                .filter(feedback::Column::ContributedBy.eq(centre.id));
            let page = to.page(select, feedback::Column::Reference, after.as_deref()).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.reference.clone());
            let with = to.shared_with(page.iter().map(|row| Uuid::from(row.id))).await?;
            to.learn(Named::Feedback, page.iter().filter_map(|row| row.superseded_by)).await?;
            to.learn(Named::Study, page.iter().filter_map(|row| row.study_id)).await?;
            to.learn(Named::Programme, page.iter().filter_map(|row| row.programme_id)).await?;
            for row in &page {
                sheet.row(|line| {
                    line.set("reference", &row.reference);
                    line.refer("study", row.study_id.and_then(|id| to.names.of(id)));
                    line.refer("programme", row.programme_id.and_then(|id| to.names.of(id)));
                    line.set("from_role", &row.from_role);
                    line.set("text", &row.text);
                    line.set("received_on", row.received_on);
                    line.maybe("answered_on", row.answered_on);
                    line.maybe("answer", row.answer.as_ref());
                    shared!(row).fill(line, &to.names, &with);
                })?;
            }
        }
    }
    to.close(sheet)
}
