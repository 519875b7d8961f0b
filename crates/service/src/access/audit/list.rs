//! Reads the audit, for those who may.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{AccessTokenId, AuditOutcome, CentreId, ChangeKind, audit_event};
use futures::stream::{self, Stream};
use sea_orm::{ColumnTrait, Condition, QueryFilter, Select};
use uuid::Uuid;

use crate::access::policy::{self, Action};
use crate::access::scope;
use crate::error::Result;
use crate::filter::{AnyOf, any};
use crate::listing::{self, KeyPart, SortKey};
use crate::page::{LARGEST_SIZE, Page, PageRequest};
use crate::request::RequestContext;
use crate::viewer::Viewer;

/// Which events: any of the values within a field, and all of the fields.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Of these centres: they acted, or it was their thing.
    pub centres: AnyOf<CentreId>,
    /// By these tokens.
    pub tokens: AnyOf<AccessTokenId>,
    /// These actions, such as `token.issue`; one that ends in `.` stands for all that begin so.
    pub actions: AnyOf<String>,
    /// To these kinds of thing.
    pub kinds: AnyOf<ChangeKind>,
    /// To this thing.
    pub subject: Option<Uuid>,
    /// That ended so.
    pub outcomes: AnyOf<AuditOutcome>,
    /// In this request.
    pub request_id: Option<String>,
    /// At this moment or later.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub before: Option<DateTime<Utc>>,
}

/// A page of the events, newest first.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`, `INVALID_CURSOR`.
pub async fn list(
    context: &RequestContext,
    filter: &AuditFilter,
    request: &PageRequest,
) -> Result<Page<audit_event::Model>> {
    let select = selected(context.viewer(), filter)?;
    listing::read(context.store(), select, &sort(true), request).await
}

/// How many events there are.
///
/// # Errors
/// As [`list`].
pub async fn count(context: &RequestContext, filter: &AuditFilter) -> Result<u64> {
    listing::count(context.store(), selected(context.viewer(), filter)?).await
}

/// The events with these ids that the viewer may read.
///
/// # Errors
/// When the database cannot be read.
pub async fn by_ids(
    context: &RequestContext,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, audit_event::Model>> {
    // Whoever may read none finds none.
    let Ok(select) = selected(context.viewer(), &AuditFilter::default()) else {
        return Ok(HashMap::new());
    };
    let store = context.store();
    let ids = ids.iter().copied();
    let rows = select
        .filter(scope::among(store.backend(), audit_event::Column::Id, ids))
        .all(store.connection())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id.into(), row)).collect())
}

/// All the events from the oldest, page by page, so that any number can be exported.
pub fn pages<'a>(
    context: &'a RequestContext,
    filter: &'a AuditFilter,
) -> impl Stream<Item = Result<Vec<audit_event::Model>>> + 'a {
    stream::try_unfold(Some(PageRequest::first(LARGEST_SIZE)), move |request| async move {
        let Some(request) = request else {
            return Ok(None);
        };
        let select = selected(context.viewer(), filter)?;
        let page = listing::read(context.store(), select, &sort(false), &request).await?;
        let after = page.items.last().map(|(cursor, _)| cursor.clone());
        let next = (page.has_next && after.is_some())
            .then(|| PageRequest { after, ..PageRequest::first(LARGEST_SIZE) });
        let rows = page.items.into_iter().map(|(_, row)| row).collect();
        Ok(Some((rows, next)))
    })
}

fn selected(viewer: &Viewer, filter: &AuditFilter) -> Result<Select<audit_event::Entity>> {
    use audit_event::Column;

    let whose = policy::authorise(viewer, &Action::ReadAudit(None));
    let mut select = match (whose, viewer.centre()) {
        (Ok(()), _) => scope::audit_events(None),
        (Err(_), Some(own)) => {
            policy::authorise(viewer, &Action::ReadAudit(Some(own)))?;
            scope::audit_events(Some(own))
        }
        (Err(refusal), None) => return Err(refusal),
    };
    // One without a place was put there by something else: `verify` tells of it.
    select = select.filter(Column::Sequence.is_not_null());
    if let Some(centres) = filter.centres.named() {
        let centres = || centres.iter().copied();
        select = select.filter(
            Condition::any()
                .add(Column::CentreId.is_in(centres()))
                .add(Column::SubjectCentreId.is_in(centres())),
        );
    }
    if let Some(tokens) = filter.tokens.named() {
        let tokens = tokens.iter().copied().map(Uuid::from);
        select = select.filter(Column::TokenId.is_in(tokens));
    }
    if let Some(actions) = filter.actions.named() {
        select = select.filter(any(actions, |action| match action.ends_with('.') {
            true => Column::Action.starts_with(action),
            false => Column::Action.eq(action),
        }));
    }
    if let Some(kinds) = filter.kinds.named() {
        select = select.filter(Column::SubjectKind.is_in(kinds.iter().copied()));
    }
    if let Some(outcomes) = filter.outcomes.named() {
        select = select.filter(Column::Outcome.is_in(outcomes.iter().copied()));
    }
    if let Some(subject) = filter.subject {
        select = select.filter(Column::SubjectId.eq(subject));
    }
    if let Some(request_id) = &filter.request_id {
        select = select.filter(Column::RequestId.eq(request_id));
    }
    if let Some(from) = filter.from {
        select = select.filter(Column::At.gte(from));
    }
    if let Some(before) = filter.before {
        select = select.filter(Column::At.lt(before));
    }
    Ok(select)
}

/// By their place in the chain.
fn sort(descending: bool) -> SortKey<audit_event::Model> {
    SortKey::new(
        "audit",
        [audit_event::Column::Sequence],
        descending,
        |row: &audit_event::Model| vec![KeyPart::Number(row.sequence.unwrap_or_default())],
    )
}
