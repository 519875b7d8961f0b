//! The register of the centres' identity providers: added, listed and removed by the operator of the space.

use chrono::{DateTime, Utc};
use entity::{ChangeKind, access_token, identity_provider};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{Mapping, address, certificates};
use crate::access::{scope, token};
use crate::error::{Code, Error, Result};
use crate::record::identifier::is_slug;
use crate::space::Space;
use crate::store::{Revision, Subject, Write};
use crate::viewer::Viewer;

/// How long a text of a provider may be, in bytes.
const LONGEST: usize = 256;
/// How long its short name may be: it stands in every pseudonym.
const LONGEST_SLUG: usize = 64;

/// An identity provider to be accepted.
#[derive(Clone, Debug)]
pub struct NewIssuer {
    /// Its short name here.
    pub slug: String,
    /// The slug of the centre for which its tokens are accepted.
    pub centre: String,
    /// Its name of itself, the `iss` of its tokens.
    pub issuer: String,
    /// The `aud` that its tokens for this space carry.
    pub audience: String,
    /// The claim that says what the bearer may.
    pub claim: String,
    /// What the values of the claim are worth.
    pub mapping: Mapping,
    /// The certificate authorities that its address is trusted by, in PEM, in place of the web's.
    pub certificates: Option<String>,
}

/// An identity provider that was removed.
#[derive(Clone, Debug)]
pub struct Removed {
    pub provider: identity_provider::Model,
    /// How many tokens that were accepted until then descend from its identities.
    pub tokens: usize,
}

/// Adds an identity provider: its tokens are accepted from now on. It isn't asked for anything yet.
///
/// # Errors
/// `BAD_USER_INPUT`; `CONFLICT` when one that is accepted has the slug or the issuer.
pub async fn add(space: &Space, new: NewIssuer) -> Result<identity_provider::Model> {
    let directory = space.directory().await?;
    let centre = directory.centres.by_key(&new.centre).ok_or_else(|| {
        Error::bad_input("centre", format!("There is no centre '{}'.", new.centre))
    })?;
    if !is_slug(&new.slug) || new.slug.len() > LONGEST_SLUG {
        return Err(Error::bad_input(
            "slug",
            "Name the provider with small letters, digits and hyphens, 64 at most.",
        ));
    }
    address::checked_issuer(&new.issuer)?;
    for (field, text) in [("audience", &new.audience), ("claim", &new.claim)] {
        if text.trim().is_empty() || text.len() > LONGEST {
            return Err(Error::bad_input(
                field,
                format!("The {field} must be there, and have 256 bytes at most."),
            ));
        }
    }
    new.certificates.as_deref().map_or(Ok(()), certificates::checked)?;
    let source = space.store().source();
    let row = identity_provider::Model {
        id: source.id(),
        slug: new.slug,
        centre_id: centre.row.id,
        issuer: new.issuer,
        audience: new.audience,
        scope_claim: new.claim,
        mapping: new.mapping.to_record(),
        certificates: new.certificates,
        created_at: source.now(),
        removed_at: None,
    };
    let kept = row.clone();
    space
        .store()
        .write(&Viewer::operator(), "issuer.add", |write| {
            Box::pin(async move { keep(write, kept).await })
        })
        .await?;
    Ok(row)
}

/// Returns every identity provider, the newest first.
pub async fn list(space: &Space) -> Result<Vec<identity_provider::Model>> {
    Ok(scope::identity_providers()
        .order_by_desc(identity_provider::Column::Id)
        .all(space.store().connection())
        .await?)
}

/// Removes an identity provider: its tokens stop at the next request. Those that its identities have
/// issued here are tokens of the space's own, and are revoked only if that is wanted, with all that
/// descend from them.
///
/// # Errors
/// `NOT_FOUND` when none of this slug is accepted.
pub async fn remove(space: &Space, slug: &str, including_issued: bool) -> Result<Removed> {
    let slug = slug.to_owned();
    space
        .store()
        .write(&Viewer::operator(), "issuer.remove", move |write| {
            Box::pin(async move {
                let provider = accepted(write.connection(), &slug).await?;
                let now = write.source().now();
                let removed = end(write, &provider, now).await?;
                let issued = issued_by_identities_of(write, &provider, now).await?;
                let tokens = issued.len();
                let reason = format!("Its identity provider '{}' was removed.", provider.slug);
                for record in issued.into_iter().filter(|_| including_issued) {
                    token::end(write, record, &reason, now).await?;
                }
                Ok(Removed { provider: removed, tokens })
            })
        })
        .await
}

/// Returns the identity provider of this slug that is accepted.
///
/// # Errors
/// `NOT_FOUND`.
pub(super) async fn accepted<C: ConnectionTrait>(
    connection: &C,
    slug: &str,
) -> Result<identity_provider::Model> {
    scope::identity_providers()
        .filter(identity_provider::Column::Slug.eq(slug))
        .filter(identity_provider::Column::RemovedAt.is_null())
        .one(connection)
        .await?
        .ok_or_else(|| Error::not_found("identity provider that is accepted"))
}

async fn keep(write: &mut Write, row: identity_provider::Model) -> Result<()> {
    write.of_centre(row.centre_id);
    let subject = Subject::itself(ChangeKind::IdentityProvider, row.id);
    write.insert::<identity_provider::Entity>(&[(subject, row)]).await.map_err(said_clearly)
}

async fn end(
    write: &mut Write,
    provider: &identity_provider::Model,
    now: DateTime<Utc>,
) -> Result<identity_provider::Model> {
    let removed = identity_provider::Model { removed_at: Some(now), ..provider.clone() };
    let subject = Subject::itself(ChangeKind::IdentityProvider, provider.id);
    let revision = Revision::of(subject, provider.clone(), removed.clone());
    write.withdraw::<identity_provider::Entity>(revision).await?;
    write.of_centre(provider.centre_id);
    Ok(removed)
}

/// Returns the tokens that are accepted still and descend from an identity of the provider.
async fn issued_by_identities_of(
    write: &Write,
    provider: &identity_provider::Model,
    now: DateTime<Utc>,
) -> Result<Vec<access_token::Model>> {
    let issued = scope::access_tokens()
        .filter(access_token::Column::IssuedByIdentity.starts_with(format!("{}:", provider.slug)))
        .filter(access_token::Column::CreatedAt.gte(provider.created_at))
        .all(write.connection())
        .await?;
    let identities: Vec<Uuid> = issued.iter().filter_map(|token| token.root_id).collect();
    if identities.is_empty() {
        return Ok(Vec::new());
    }
    Ok(scope::access_tokens()
        .filter(access_token::Column::RootId.is_in(identities))
        .filter(access_token::Column::RevokedAt.is_null())
        .filter(access_token::Column::ExpiresAt.gt(now))
        .all(write.connection())
        .await?)
}

fn said_clearly(refusal: Error) -> Error {
    match (refusal.code, refusal.field.as_deref()) {
        (Code::Conflict, Some("issuer")) => Error {
            message: "An identity provider with this issuer is accepted already; an issuer speaks for one centre. Remove that one first: `commonground issuer remove`.".into(),
            ..refusal
        },
        _ => refusal,
    }
}
