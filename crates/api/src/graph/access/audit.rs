//! The audit in the graph.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object};
use chrono::{DateTime, Utc};
use service::Result;
use service::access::audit::AuditFilter;
use service::entity::{AuditOutcome, ChangeKind, audit_event};
use service::filter::AnyOf;

use super::super::connection::{Connection, Listed};
use super::super::date::Moment;
use super::super::enum_value::{EnumValue, any_of};
use super::super::global_id::{self, NodeKind, global_id};
use super::super::loaders;
use super::super::network::Centre;
use super::super::node::Node;
use super::super::number::BigInt;
use super::token::AccessToken;
use crate::loading::Loaders;

/// Something that was done, or refused.
#[derive(Clone)]
pub(crate) struct AuditEvent(pub(in crate::graph) Arc<audit_event::Model>);

/// Something that was done, or refused. No event holds a secret, an address or a personal value.
#[Object]
impl AuditEvent {
    /// The event's global id.
    pub(crate) async fn id(&self) -> ID {
        global_id(NodeKind::AuditEvent, self.0.id)
    }

    /// Its place in the chain of events, from 1 on without gaps; 0 or less for events from before there was
    /// one.
    async fn sequence(&self) -> Option<BigInt> {
        self.0.sequence.map(BigInt)
    }

    /// When; of several that are alike, the first time.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// What was done, such as `token.issue`; for what was refused, the field of the graph.
    async fn action(&self) -> &str {
        &self.0.action
    }

    /// How it ended.
    async fn outcome(&self) -> EnumValue<AuditOutcome> {
        EnumValue(self.0.outcome)
    }

    /// How often: refusals that are alike are written together.
    async fn times(&self) -> i32 {
        self.0.times
    }

    /// What else is worth knowing, such as the code of a refusal.
    async fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// The centre that acted; null for the operator of the space and for nobody in particular.
    async fn centre(&self, ctx: &Context<'_>) -> Option<Centre> {
        let id = self.0.centre_id?;
        Centre::find(loaders(ctx), id)
    }

    /// The token with which it was done, if you may see its record.
    async fn access_token(&self, ctx: &Context<'_>) -> Result<Option<AccessToken>> {
        match self.0.token_id {
            None => Ok(None),
            Some(id) => Ok(loaders(ctx).access_token(id).await?.map(AccessToken)),
        }
    }

    /// The global id of the token with which it was done.
    async fn access_token_id(&self) -> Option<ID> {
        self.0.token_id.map(|id| global_id(NodeKind::AccessToken, id))
    }

    /// Who it was at the centre's own identity provider, as a pseudonym.
    async fn identity(&self) -> Option<&str> {
        self.0.identity.as_deref()
    }

    /// The kind of thing that it was done to.
    async fn subject_kind(&self) -> Option<EnumValue<ChangeKind>> {
        self.0.subject_kind.map(EnumValue)
    }

    /// The thing that it was done to, if it was one and you may see it.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Option<Node>> {
        let kind = self.0.subject_kind.and_then(NodeKind::of_change);
        match (kind, self.0.subject_id) {
            (Some(kind), Some(id)) => Node::find(loaders(ctx), kind, id).await,
            (None, _) | (_, None) => Ok(None),
        }
    }

    /// The request, as in the `x-request-id` of its answer and in the log; of several, the first.
    async fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }
}

impl Listed for AuditEvent {
    const CONNECTION: &'static str = "AuditEventConnection";
    const EDGE: &'static str = "AuditEventEdge";
    const PAGE: &'static str = "Events of the audit.";
}

pub(crate) type AuditEventConnection = Connection<AuditEvent>;

/// Which events: any of the values within a field, and all of the fields. A list that is left out, or null, restricts nothing; an empty one admits nothing.
#[derive(Default, InputObject)]
pub(super) struct AuditEventFilter {
    /// Slugs of centres that acted, or whose things were acted on.
    centres: Option<Vec<String>>,
    /// Global ids of the tokens with which it was done.
    access_tokens: Option<Vec<ID>>,
    /// Actions, such as `token.issue`; one that ends in a dot, as `token.`, stands for all that begin so.
    actions: Option<Vec<String>>,
    /// Kinds of thing that it was done to.
    subject_kinds: Option<Vec<EnumValue<ChangeKind>>>,
    /// The global id of the thing that it was done to.
    subject: Option<ID>,
    /// How it ended.
    outcomes: Option<Vec<EnumValue<AuditOutcome>>>,
    /// The id of the request.
    request_id: Option<String>,
    /// At this moment or later.
    from: Option<Moment>,
    /// Before this moment.
    before: Option<Moment>,
}

impl AuditEventFilter {
    pub(super) fn read(self, loaders: &Loaders) -> Result<AuditFilter> {
        let subject = self.subject.as_ref().map(global_id::parse).transpose()?;
        Ok(AuditFilter {
            centres: AnyOf::from(self.centres)
                .try_map(|slug| super::centre(loaders, "centres", &slug))?,
            tokens: AnyOf::from(self.access_tokens)
                .try_map(|id| super::token_id("accessTokens", &id))?,
            actions: self.actions.into(),
            kinds: any_of(self.subject_kinds),
            subject: subject.map(|(_, id)| id),
            outcomes: any_of(self.outcomes),
            request_id: self.request_id,
            from: self.from.map(|from| from.0),
            before: self.before.map(|before| before.0),
        })
    }
}
