//! Pairs of publications that may be the same.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use macros::paged;
use service::entity::{
    ClosedVocabulary, DuplicateOutcome, DuplicateReason, PublicationId, possible_duplicate,
};
use service::page::PageRequest;
use service::{Result, evidence::duplicates};
use uuid::Uuid;

use crate::graph::connection::{Connection, Listed, Total};
use crate::graph::enum_value::EnumValue;
use crate::graph::evidence::Publication;
use crate::graph::global_id::{self, NodeKind, part_id};
use crate::graph::loaders;
use crate::graph::network::Centre;
use crate::loading::Loaders;

/// Two publications that may be the same.
#[derive(Clone)]
pub(crate) struct PossibleDuplicate {
    pair: possible_duplicate::Model,
    /// The publication from which the pair is looked at.
    of: PublicationId,
}

impl PossibleDuplicate {
    /// Creates a pair as seen from one of its publications.
    pub(crate) fn seen_from(publication: PublicationId, pair: &possible_duplicate::Model) -> Self {
        Self { pair: pair.clone(), of: publication }
    }

    /// Returns a pair, as seen from the publication whose side stands in a global id.
    pub(crate) async fn find(
        loaders: &Arc<Loaders>,
        pair: Uuid,
        part: &[u8],
    ) -> Result<Option<Self>> {
        let of: fn(&possible_duplicate::Model) -> PublicationId = match part {
            [0] => |pair| pair.one_id,
            [1] => |pair| pair.other_id,
            _ => return Err(global_id::invalid()),
        };
        let pair = loaders.possible_duplicate(pair).await?;
        Ok(pair.map(|pair| Self::seen_from(of(&pair), &pair)))
    }

    fn other(&self) -> PublicationId {
        let possible_duplicate::Model { one_id, other_id, .. } = self.pair;
        if self.of == one_id { other_id } else { one_id }
    }
}

/// Two publications that may be the same.
#[Object]
impl PossibleDuplicate {
    /// The global id of the pair as seen from this publication.
    pub(crate) async fn id(&self) -> ID {
        let side = u8::from(self.of != self.pair.one_id);
        part_id(NodeKind::PossibleDuplicate, self.pair.id, &[side])
    }

    /// The publication from which the pair is looked at. In the list of all pairs, the one that was
    /// contributed first.
    async fn of(&self, ctx: &Context<'_>) -> Result<Option<Publication>> {
        Ok(loaders(ctx).publication(self.of).await?.map(Publication))
    }

    /// The one that may be the same.
    async fn publication(&self, ctx: &Context<'_>) -> Result<Option<Publication>> {
        Ok(loaders(ctx).publication(self.other()).await?.map(Publication))
    }

    /// How alike they are, from 0 to 1. It orders the proposals; it is no probability.
    async fn similarity(&self) -> f64 {
        f64::from(self.pair.similarity) / 1000.0
    }

    /// What speaks for it, then what speaks against it.
    async fn reasons(&self) -> Result<Vec<Reason>> {
        let reasons = duplicates::reasons(&self.pair)?;
        Ok(reasons.into_iter().map(Reason::from).collect())
    }

    /// What was decided; null while nobody has.
    async fn decision(&self) -> Option<DuplicateDecision> {
        Some(DuplicateDecision {
            outcome: self.pair.outcome?,
            reason: self.pair.decision_reason.clone().unwrap_or_default(),
            at: self.pair.decided_at?,
            pair: self.pair.clone(),
        })
    }
}

/// Something that speaks for, or against, two publications being the same.
#[derive(SimpleObject)]
#[graphql(name = "PossibleDuplicateReason")]
struct Reason {
    /// What it is.
    kind: EnumValue<DuplicateReason>,
    /// The same as a sentence.
    sentence: &'static str,
}

impl From<DuplicateReason> for Reason {
    fn from(reason: DuplicateReason) -> Self {
        Self { kind: EnumValue(reason), sentence: reason.meaning() }
    }
}

/// What was decided of two publications that may be the same.
struct DuplicateDecision {
    outcome: DuplicateOutcome,
    reason: String,
    at: DateTime<Utc>,
    pair: possible_duplicate::Model,
}

/// What was decided of two publications that may be the same.
#[Object]
impl DuplicateDecision {
    /// What.
    async fn outcome(&self) -> EnumValue<DuplicateOutcome> {
        EnumValue(self.outcome)
    }

    /// Why.
    async fn reason(&self) -> &str {
        &self.reason
    }

    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// The centre that decided; null when the operator of the space did.
    async fn by(&self, ctx: &Context<'_>) -> Option<Centre> {
        self.pair.decided_by.and_then(|id| Centre::find(loaders(ctx), id))
    }
}

impl Listed for PossibleDuplicate {
    const CONNECTION: &'static str = "PossibleDuplicateConnection";
    const EDGE: &'static str = "PossibleDuplicateEdge";
    const PAGE: &'static str = "A page of pairs of publications that may be the same.";
}

pub(crate) type PossibleDuplicateConnection = Connection<PossibleDuplicate>;

#[derive(Default)]
pub(crate) struct DuplicatesQuery;

#[paged]
#[Object]
impl DuplicatesQuery {
    /// The pairs of publications that may be the same and concern your centre, as it contributed one of
    /// them; all that you may see, with the scope `evidence:review`. The most alike come first. Without a
    /// token there are none.
    async fn possible_duplicates(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Those of which somebody has decided, in place of those that wait for it.",
            default
        )]
        decided: bool,
        request: PageRequest,
    ) -> Result<PossibleDuplicateConnection> {
        let loaders = loaders(ctx);
        let page = duplicates::list(&loaders.context, decided, &request).await?;
        let total =
            Total::of(
                move |loaders| async move { duplicates::count(&loaders.context, decided).await },
            );
        // Ids grow with time: the lower one was contributed first.
        let page = page.map(|pair| PossibleDuplicate::seen_from(pair.one_id, &pair));
        Ok(PossibleDuplicateConnection::new(page, total))
    }
}
