//! Stewards: tokens whose holders act for local authorities, the controllers of what their returns tell.
//!
//! A steward loads and erases returns of those authorities only, and alone may approve agreements for them. A token
//! that may load returns and is no steward's may load those of every authority, and approves nothing.

use entity::{AccessTokenId, LocalAuthorityId, access_token_authority};
use sea_orm::{ColumnTrait, QueryFilter};

use crate::access::policy::{self, Action};
use crate::access::{scope, token};
use crate::error::{Code, Error, Result};
use crate::request::RequestContext;
use crate::space::Space;
use crate::viewer::Who;

/// Returns the authorities for which the viewer's token acts, with those before them whose work no other carries on.
pub async fn authorities(context: &RequestContext) -> Result<Vec<LocalAuthorityId>> {
    match context.viewer().token() {
        None => Ok(Vec::new()),
        Some(token) => {
            let own = of_token(context.space(), token).await?;
            Ok(context.directory().await?.with_predecessors(&own))
        }
    }
}

/// Returns the authorities for which the holder of a token acts.
pub async fn of_token(space: &Space, token: AccessTokenId) -> Result<Vec<LocalAuthorityId>> {
    use access_token_authority::{Column, Entity};

    let rows = scope::parts_of_seen::<Entity>()
        .filter(Column::TokenId.eq(token))
        .all(space.store().connection())
        .await?;
    Ok(rows.into_iter().map(|row| row.local_authority_id).collect())
}

/// Returns whether the viewer acts for an authority.
pub async fn acts_for(context: &RequestContext, authority: LocalAuthorityId) -> Result<bool> {
    if matches!(context.viewer().who(), Who::Operator) {
        return Ok(true);
    }
    Ok(authorities(context).await?.contains(&authority))
}

/// Allows loading and erasing an authority's returns, or says why not.
///
/// # Errors
/// `FORBIDDEN`.
pub(super) async fn may_contribute(
    context: &RequestContext,
    authority: LocalAuthorityId,
) -> Result<()> {
    policy::authorise(context.viewer(), &Action::ContributeReturns)?;
    let own = authorities(context).await?;
    if own.is_empty() || own.contains(&authority) {
        return Ok(());
    }
    Err(Error {
        field: Some("authority".to_owned()),
        refused_action: Some("young-people.contribute"),
        ..Error::new(Code::Forbidden, "Your token acts for other authorities. Ask their steward.")
    })
}

/// Returns the authorities of which the viewer may release tables: those for which a steward acts, and all for the
/// operator.
///
/// # Errors
/// `FORBIDDEN`.
pub(super) async fn released(context: &RequestContext) -> Result<Option<Vec<LocalAuthorityId>>> {
    policy::authorise(context.viewer(), &Action::ContributeReturns)?;
    if matches!(context.viewer().who(), Who::Operator) {
        return Ok(None);
    }
    let own = authorities(context).await?;
    if own.is_empty() {
        return Err(Error {
            refused_action: Some("young-people.release"),
            ..Error::new(
                Code::Forbidden,
                "Only the steward of an authority releases tables of it. Have one appointed.",
            )
        });
    }
    Ok(Some(own))
}

/// Appoints the holder of a token to act for authorities, in place of those for which it acted.
///
/// # Errors
/// `FORBIDDEN`; `NOT_FOUND`; `BAD_USER_INPUT` for a code that is no authority's, and for none.
pub async fn appoint(
    context: &RequestContext,
    token: AccessTokenId,
    codes: &[String],
) -> Result<Vec<LocalAuthorityId>> {
    policy::authorise(context.viewer(), &Action::AppointSteward)?;
    let record = token::get(context, token).await?;
    let record = record.ok_or_else(|| Error::not_found("access token"))?;
    if codes.is_empty() {
        return Err(Error::bad_input(
            "localAuthorities",
            "Name an authority: a token that acts for none may load the returns of every authority. To take a steward's work away, revoke the token.",
        ));
    }
    let directory = context.directory().await?;
    let mut ids = Vec::new();
    for code in codes {
        let authority = directory.local_authorities.by_key(code).ok_or_else(|| {
            Error::bad_input(
                "localAuthorities",
                format!("There is no local authority {code:?}. Give GSS codes, such as E09000007."),
            )
        })?;
        if !ids.contains(&authority.id) {
            ids.push(authority.id);
        }
    }
    let rows = ids.clone();
    context
        .store()
        .write(context.viewer(), "steward.appoint", move |write| {
            Box::pin(async move {
                write.touch(entity::ChangeKind::AccessToken, token, 1);
                let rows = rows.into_iter().map(|local_authority_id| {
                    let row = access_token_authority::Model { token_id: token, local_authority_id };
                    (token.into(), row)
                });
                let (outdated, rows) = (vec![token.into()], rows.collect());
                write.replace::<access_token_authority::Entity>(outdated, rows).await?;
                write.of_centre(record.centre_id);
                Ok(())
            })
        })
        .await?;
    Ok(ids)
}
