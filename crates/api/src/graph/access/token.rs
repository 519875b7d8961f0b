//! The records of access tokens in the graph.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};
use macros::paged;
use service::Result;
use service::access::token;
use service::entity::{AccessTokenState, access_token};
use service::page::{Page, PageRequest};
use uuid::Uuid;

use super::super::connection::{Connection, Listed, Total};
use super::super::enum_value::EnumValue;
use super::super::global_id::{NodeKind, global_id};
use super::super::loaders;
use super::super::network::Centre;
use super::super::number::{BigInt, Int};
use super::preview::AccessTokenPreview;

/// The record of an access token. The token itself is shown once, when it is issued, and kept nowhere.
#[derive(Clone)]
pub(crate) struct AccessToken(pub(in crate::graph) Arc<access_token::Model>);

impl AccessToken {
    pub(super) fn new(row: access_token::Model) -> Self {
        Self(Arc::new(row))
    }
}

/// The record of an access token. The token itself is shown once, when it is issued, and kept nowhere.
#[Object]
impl AccessToken {
    /// The record's global id.
    pub(crate) async fn id(&self) -> ID {
        global_id(NodeKind::AccessToken, self.0.id)
    }

    /// What the token is for.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The centre whose token it is.
    async fn centre(&self, ctx: &Context<'_>) -> Result<Centre> {
        Centre::of(loaders(ctx), self.0.centre_id)
    }

    /// What it allows.
    async fn scopes(&self) -> Vec<&str> {
        words(self.0.scopes.as_array())
    }

    /// The networks from which it is accepted, in CIDR notation; from everywhere when there is none.
    async fn networks(&self) -> Vec<&str> {
        words(self.0.networks.as_ref().and_then(|list| list.as_array()))
    }

    /// Where it stands now.
    async fn state(&self, ctx: &Context<'_>) -> EnumValue<AccessTokenState> {
        let now = loaders(ctx).context.now();
        EnumValue(token::state(&self.0, now))
    }

    /// The token with which it was issued, if you may see it; null when the operator of the space or an
    /// identity of the centre's own provider did.
    async fn issued_by(&self, ctx: &Context<'_>) -> Result<Option<AccessToken>> {
        seen(ctx, self.0.issued_by).await
    }

    /// The identity of the centre's own provider that issued it, as a pseudonym.
    async fn issued_by_identity(&self) -> Option<&str> {
        self.0.issued_by_identity.as_deref()
    }

    /// The token whose place it takes, if you may see it.
    async fn replaces(&self, ctx: &Context<'_>) -> Result<Option<AccessToken>> {
        seen(ctx, self.0.replaces).await
    }

    /// The second administrator's approval; null as long as there is none, or where none is needed.
    async fn approval(&self) -> Option<Approval> {
        self.0.approved_at.map(|at| Approval {
            at,
            by: self.0.approved_by,
            approver: self.0.approver.clone(),
        })
    }

    /// When it was issued.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Until when it is accepted.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }

    /// When it was last used: as of some seconds ago, as uses are written together.
    async fn last_used_at(&self) -> Option<DateTime<Utc>> {
        self.0.last_used_at
    }

    /// How often it was used, as of some seconds ago.
    async fn uses(&self) -> BigInt {
        BigInt(self.0.uses)
    }

    /// When it was last sent and refused: after its end, before its approval, or from a network that it
    /// is not for.
    async fn last_refused_at(&self) -> Option<DateTime<Utc>> {
        self.0.last_refused_at
    }

    /// How often it was sent and refused, as of some seconds ago.
    async fn refused_uses(&self) -> BigInt {
        BigInt(self.0.refused_uses)
    }

    /// When it was revoked.
    async fn revoked_at(&self) -> Option<DateTime<Utc>> {
        self.0.revoked_at
    }

    /// Why it was revoked.
    async fn revocation_reason(&self) -> Option<&str> {
        self.0.revocation_reason.as_deref()
    }

    /// What its holder would see by asking now, as counts, and why not more.
    async fn preview(&self, ctx: &Context<'_>) -> Result<Option<AccessTokenPreview>> {
        let loaders = loaders(ctx);
        let preview = token::preview(loaders.context.space(), &self.0).await?;
        Ok(Some(preview.into()))
    }
}

/// A second administrator's approval of a token that reaches rows about single young people.
struct Approval {
    at: DateTime<Utc>,
    by: Option<Uuid>,
    approver: Option<String>,
}

/// A second administrator's approval of a token that reaches rows about single young people.
#[Object(name = "AccessTokenApproval")]
impl Approval {
    /// When it was given.
    async fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// The token with which it was given, if you may see it; null when the operator of the space wrote it
    /// down.
    async fn by(&self, ctx: &Context<'_>) -> Result<Option<AccessToken>> {
        seen(ctx, self.by).await
    }

    /// Who gave it, as the operator of the space wrote it down, or as a pseudonym of an identity of the
    /// centre's own provider.
    async fn approver(&self) -> Option<&str> {
        self.approver.as_deref()
    }
}

/// A week of the forecast.
pub(super) struct ForecastWeek {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    tokens: Vec<AccessToken>,
}

/// A week of the forecast, counted from now.
#[paged]
#[Object(name = "AccessTokenForecastWeek")]
impl ForecastWeek {
    /// When it begins.
    async fn starts_at(&self) -> DateTime<Utc> {
        self.from
    }

    /// When it ends.
    async fn ends_at(&self) -> DateTime<Utc> {
        self.to
    }

    /// How many tokens end in it.
    async fn ending(&self) -> Int<usize> {
        Int(self.tokens.len())
    }

    /// Which, the first to end first.
    async fn access_tokens(&self, request: PageRequest) -> Result<AccessTokenConnection> {
        let total = Total::known(self.tokens.len());
        let key = |token: &AccessToken| (token.0.expires_at, Uuid::from(token.0.id));
        let page = Page::of_sorted(&request, self.tokens.clone(), key)?;
        Ok(AccessTokenConnection::new(page, total))
    }
}

impl From<token::ForecastWeek> for ForecastWeek {
    fn from(week: token::ForecastWeek) -> Self {
        Self {
            from: week.from,
            to: week.to,
            tokens: week.tokens.into_iter().map(AccessToken::new).collect(),
        }
    }
}

impl Listed for AccessToken {
    const CONNECTION: &'static str = "AccessTokenConnection";
    const EDGE: &'static str = "AccessTokenEdge";
    const PAGE: &'static str = "Records of access tokens.";
}

pub(crate) type AccessTokenConnection = Connection<AccessToken>;

/// Returns the record of a token, if the viewer may see it.
async fn seen(ctx: &Context<'_>, id: Option<Uuid>) -> Result<Option<AccessToken>> {
    match id {
        None => Ok(None),
        Some(id) => Ok(loaders(ctx).access_token(id).await?.map(AccessToken)),
    }
}

fn words(list: Option<&Vec<serde_json::Value>>) -> Vec<&str> {
    list.into_iter().flatten().filter_map(|word| word.as_str()).collect()
}
