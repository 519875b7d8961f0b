//! The second administrator's approval of a token that reaches rows about single young people.

use entity::{AccessTokenId, AccessTokenState, access_token};
use uuid::Uuid;

use super::revoke::seen_for_writing;
use super::{state, subject};
use crate::access::policy::{self, Action};
use crate::error::{Code, Error, Result};
use crate::request::RequestContext;
use crate::store::Revision;
use crate::viewer::Who;

/// Approves a token that waits for it. `approver` is who the second administrator is, which the
/// operator of the space writes down; a token speaks for itself.
///
/// Two administrators are two people, so the approver's own token must not descend from the same first
/// token as the one that is approved: whoever holds the first could have made both.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`; `APPROVAL_NOT_INDEPENDENT`; `BAD_USER_INPUT` when the operator names nobody, or
/// the token doesn't wait.
pub async fn approve(
    context: &RequestContext,
    id: AccessTokenId,
    approver: Option<&str>,
) -> Result<access_token::Model> {
    let approver = approver.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    if matches!(context.viewer().who(), Who::Operator) && approver.is_none() {
        return Err(Error::bad_input(
            "approver",
            "Say who the second administrator is that approves the token.",
        ));
    }
    let actor = context.viewer().clone();
    context.store()
        .write(context.viewer(), "token.approve", move |write| {
            Box::pin(async move {
                let record =
                    seen_for_writing(write, &actor, id, Action::ApproveToken).await?;
                let now = write.source().now();
                if record.approved_at.is_some() {
                    return Ok(record);
                }
                if state(&record, now) != AccessTokenState::PendingApproval {
                    return Err(Error::bad_input(
                        "id",
                        "The token doesn't wait for an approval.",
                    ));
                }
                policy::authorise(&actor, &Action::ApproveToken(record.centre_id))?;
                if actor.root().is_some() && actor.root() == record.root_id {
                    return Err(Error {
                        refused_action: Some("token.approve"),
                        ..Error::new(
                        Code::ApprovalNotIndependent,
                        "Your token and this one descend from the same first token. Somebody whose token the operator of the space, or another administrator, has issued must approve it.",
                    )});
                }
                let approved = access_token::Model {
                    approved_at: Some(now),
                    approved_by: actor.token().map(Uuid::from),
                    approver: approver.or(actor.identity().map(str::to_owned)),
                    ..record.clone()
                };
                write.of_centre(record.centre_id);
                let revision = Revision::of(subject(&record), record, approved.clone());
                write.revise::<access_token::Entity>(&[revision]).await?;
                Ok(approved)
            })
        })
        .await
}
