//! Agreements are approved, and ended.

use chrono::{DateTime, Utc};
use entity::{
    AgreementId, ChangeKind, ChangeOperation, LocalAuthorityId, agreement_controller,
    agreement_pseudonym, data_sharing_agreement,
};
use sea_orm::ActiveValue::{Set, Unchanged};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::parties::parties;
use super::{Agreement, list};
use crate::access::scope;
use crate::error::{Code, Error, Result};
use crate::space::Space;
use crate::store::Write;
use crate::viewer::Viewer;

/// What a party decides.
#[derive(Clone, Copy, Debug)]
pub struct Decision {
    /// The agreement.
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
pub async fn approve(space: &Space, viewer: &Viewer, decision: Decision) -> Result<Agreement> {
    let agreement = list::seen(space, viewer, decision.id).await?;
    let authorities = agreement.authorities();
    let parties = parties(space, viewer, agreement.recipient(), &authorities).await?;
    if parties.is_none() {
        return Err(no_party());
    }
    let token = viewer.token();
    space
        .store()
        .write(viewer, "agreement.approve", move |write| {
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
                let approved = data_sharing_agreement::ActiveModel {
                    id: Unchanged(row.id),
                    recipient_approved_at: Set(match recipient_waits {
                        true => Some(now),
                        false => row.recipient_approved_at,
                    }),
                    version: Set(row.version + 1),
                    ..Default::default()
                };
                data_sharing_agreement::Entity::update(approved).exec(write.connection()).await?;
                approve_for(write, decision.id, &waiting, token, now).await?;
                note(write, row, ChangeOperation::Updated)
            })
        })
        .await?;
    list::seen(space, viewer, decision.id).await
}

/// Ends an agreement before its last day: from then on no row is read under it, and its pseudonyms lead to nobody.
///
/// # Errors
/// `NOT_FOUND`; `FORBIDDEN` for whoever is no party; `CONFLICT` when it has changed, or has ended; `BAD_USER_INPUT` without
/// a reason.
pub async fn end(
    space: &Space,
    viewer: &Viewer,
    decision: Decision,
    reason: String,
) -> Result<Agreement> {
    if reason.trim().is_empty() {
        return Err(Error::bad_input("reason", "Say why it ends."));
    }
    let agreement = list::seen(space, viewer, decision.id).await?;
    let authorities = agreement.authorities();
    let parties = parties(space, viewer, agreement.recipient(), &authorities).await?;
    let is_operator = matches!(viewer.who(), crate::viewer::Who::Operator);
    if parties.is_none() && !is_operator {
        return Err(no_party());
    }
    space
        .store()
        .write(viewer, "agreement.end", move |write| {
            Box::pin(async move {
                let row = locked(write, decision.id).await?.row;
                expect(&row, &decision)?;
                let ended = data_sharing_agreement::ActiveModel {
                    id: Unchanged(row.id),
                    ended_at: Set(Some(write.source().now())),
                    end_reason: Set(Some(reason.trim().to_owned())),
                    version: Set(row.version + 1),
                    ..Default::default()
                };
                data_sharing_agreement::Entity::update(ended).exec(write.connection()).await?;
                #[expect(
                    clippy::disallowed_methods,
                    reason = "pseudonyms are of use while their agreement is in force only"
                )]
                agreement_pseudonym::Entity::delete_many()
                    .filter(agreement_pseudonym::Column::AgreementId.eq(row.id))
                    .exec(write.connection())
                    .await?;
                write.because(Some(reason));
                note(write, &row, ChangeOperation::Withdrawn)
            })
        })
        .await?;
    list::seen(space, viewer, decision.id).await
}

/// The agreement, which nobody else decides on meanwhile, if it hasn't ended.
async fn locked(write: &Write, id: AgreementId) -> Result<Agreement> {
    let row = scope::locked::<data_sharing_agreement::Entity>(
        write.connection().get_database_backend(),
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

async fn approve_for(
    write: &Write,
    id: AgreementId,
    authorities: &[LocalAuthorityId],
    token: Option<entity::AccessTokenId>,
    now: DateTime<Utc>,
) -> Result<()> {
    for authority in authorities {
        let approved = agreement_controller::ActiveModel {
            agreement_id: Unchanged(id),
            local_authority_id: Unchanged(*authority),
            approved_at: Set(Some(now)),
            approved_by: Set(token),
        };
        agreement_controller::Entity::update(approved).exec(write.connection()).await?;
    }
    Ok(())
}

fn note(
    write: &mut Write,
    row: &data_sharing_agreement::Model,
    operation: ChangeOperation,
) -> Result<()> {
    write.of_centre(row.recipient_id);
    let id: Uuid = row.id.into();
    let nothing = serde_json::json!({});
    write.updated(ChangeKind::DataSharingAgreement, id, operation, row.version + 1, &nothing)
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
