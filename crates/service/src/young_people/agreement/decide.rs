//! Agreements are approved, and ended.

use entity::{
    AgreementId, ChangeKind, agreement_controller, agreement_pseudonym, data_sharing_agreement,
};
use sea_orm::{ColumnTrait, Condition, QueryFilter};
use serde_json::{Map, Value};

use super::parties::parties;
use super::{Agreement, list};
use crate::access::scope;
use crate::error::{Code, Error, Result};
use crate::request::RequestContext;
use crate::store::{Revision, Subject, Write};

/// A party's decision.
#[derive(Clone, Copy, Debug)]
pub struct Decision {
    pub id: AgreementId,
    /// Its version as it was read.
    pub expected_version: i32,
}

/// Approves an agreement as one of its parties. A party that has approved it is answered with the agreement as it
/// is, whatever version it has read.
///
/// # Errors
/// `NOT_FOUND`; `FORBIDDEN` for whoever is no party that is still to approve it; `CONFLICT` when it has changed, or
/// has ended.
pub async fn approve(context: &RequestContext, decision: Decision) -> Result<Agreement> {
    let agreement = list::seen(context, decision.id).await?;
    let authorities = agreement.authorities();
    let parties = parties(context, agreement.recipient(), &authorities).await?;
    if parties.is_none() {
        return Err(no_party());
    }
    let token = context.viewer().token();
    context
        .store()
        .write(context.viewer(), "agreement.approve", move |write| {
            Box::pin(async move {
                let now = write.source().now();
                let agreement = locked(write, decision.id).await?;
                let (row, asked) = (&agreement.row, &parties.authorities);
                let controllers = agreement.controllers.iter();
                let waiting: Vec<_> = controllers
                    .filter(|controller| controller.approved_at.is_none())
                    .map(|controller| controller.local_authority_id)
                    .filter(|authority| asked.contains(authority))
                    .collect();
                let recipient_waits = parties.is_recipient && row.recipient_approved_at.is_none();
                if waiting.is_empty() && !recipient_waits {
                    return Ok(());
                }
                expect(row, &decision)?;
                let approved = data_sharing_agreement::Model {
                    recipient_approved_at: match recipient_waits {
                        true => Some(now),
                        false => row.recipient_approved_at,
                    },
                    version: row.version + 1,
                    ..row.clone()
                };
                let controllers = agreement.controllers.iter().cloned().map(|controller| {
                    match waiting.contains(&controller.local_authority_id) {
                        true => agreement_controller::Model {
                            approved_at: Some(now),
                            approved_by: token,
                            ..controller
                        },
                        false => controller,
                    }
                });
                let controllers: Vec<_> = controllers.collect();
                write.of_centre(row.recipient_id);
                let revision = revision(&agreement, approved)
                    .with_parts(told(&agreement.controllers)?, told(&controllers)?);
                write.revise::<data_sharing_agreement::Entity>(&[revision]).await?;
                let id = row.id.into();
                let controllers = controllers.into_iter().map(|row| (id, row)).collect();
                write.replace::<agreement_controller::Entity>(vec![id], controllers).await
            })
        })
        .await?;
    list::seen(context, decision.id).await
}

/// Ends an agreement before its last day: from then on no row is read under it, and its pseudonyms lead to nobody.
///
/// # Errors
/// `NOT_FOUND`; `FORBIDDEN` for whoever is no party; `CONFLICT` when it has changed, or has ended; `BAD_USER_INPUT` without
/// a reason.
pub async fn end(
    context: &RequestContext,
    decision: Decision,
    reason: String,
) -> Result<Agreement> {
    if reason.trim().is_empty() {
        return Err(Error::bad_input("reason", "Say why it ends."));
    }
    let agreement = list::seen(context, decision.id).await?;
    let authorities = agreement.authorities();
    let parties = parties(context, agreement.recipient(), &authorities).await?;
    let is_operator = matches!(context.viewer().who(), crate::viewer::Who::Operator);
    if parties.is_none() && !is_operator {
        return Err(no_party());
    }
    context
        .store()
        .write(context.viewer(), "agreement.end", move |write| {
            Box::pin(async move {
                let agreement = locked(write, decision.id).await?;
                let row = &agreement.row;
                expect(row, &decision)?;
                let ended = data_sharing_agreement::Model {
                    ended_at: Some(write.source().now()),
                    end_reason: Some(reason.trim().to_owned()),
                    version: row.version + 1,
                    ..row.clone()
                };
                // Pseudonyms are of use while their agreement is in force only.
                let pseudonyms =
                    Condition::all().add(agreement_pseudonym::Column::AgreementId.eq(row.id));
                write.remove::<agreement_pseudonym::Entity>(pseudonyms).await?;
                write.because(Some(reason));
                write.of_centre(row.recipient_id);
                let revision = revision(&agreement, ended);
                write.withdraw::<data_sharing_agreement::Entity>(revision).await
            })
        })
        .await?;
    list::seen(context, decision.id).await
}

/// Returns the agreement, which nobody else decides on meanwhile, if it hasn't ended.
async fn locked(write: &Write, id: AgreementId) -> Result<Agreement> {
    let row = scope::locked::<data_sharing_agreement::Entity>(
        write.backend(),
        Condition::all().add(data_sharing_agreement::Column::Id.eq(id)),
    )
    .one(write.connection())
    .await?
    .ok_or_else(|| Error::not_found("agreement"))?;
    let controllers = scope::for_writing::<agreement_controller::Entity>()
        .filter(agreement_controller::Column::AgreementId.eq(id))
        .all(write.connection())
        .await?;
    let agreement = Agreement { row, controllers };
    if agreement.has_ended(write.source().now().date_naive()) {
        return Err(Error::new(Code::Conflict, "The agreement has ended. Propose another."));
    }
    Ok(agreement)
}

fn expect(row: &data_sharing_agreement::Model, decision: &Decision) -> Result<()> {
    if row.version == decision.expected_version {
        return Ok(());
    }
    Err(Error::changed_since("expectedVersion", decision.expected_version, row.version))
}

fn revision(
    agreement: &Agreement,
    after: data_sharing_agreement::Model,
) -> Revision<data_sharing_agreement::Model> {
    let version = after.version;
    let subject = Subject::itself(ChangeKind::DataSharingAgreement, after.id);
    Revision::of(subject, agreement.row.clone(), after).numbered(Some(version))
}

/// Returns the controllers, as the log keeps them.
fn told(controllers: &[agreement_controller::Model]) -> Result<Map<String, Value>> {
    let controllers = serde_json::to_value(controllers).map_err(Error::internal)?;
    Ok(Map::from_iter([("controllers".to_owned(), controllers)]))
}

fn no_party() -> Error {
    Error {
        refused_action: Some("agreement.decide"),
        ..Error::new(
            Code::Forbidden,
            "Only its parties decide on an agreement: the recipient with young-people:read, and each authority's steward with young-people:contribute.",
        )
    }
}
