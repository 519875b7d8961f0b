//! Anything that has a global id.

use std::sync::Arc;

use async_graphql::{Context, ID, Interface, Object};
use chrono::{DateTime, Utc};
use service::Result;
use service::entity::ChangeKind;
use uuid::Uuid;

use super::asker_as_of;
use super::collaboration::Collaboration;
use super::evidence::{Finding, Publication, Rating, Study};
use super::feedback::Feedback;
use super::global_id::{self, NodeKind};
use super::network::{
    Centre, CrosswalkReading, Engagement, EvidenceStandard, Intervention, LocalAuthority, Outcome,
    Partner, Person, Population, Programme,
};
use crate::loading::Asker;

/// Anything that has a global id.
#[derive(Clone, Interface)]
#[graphql(field(
    name = "id",
    ty = "ID",
    desc = "The thing's global id: opaque, and the same for ever."
))]
pub(crate) enum Node {
    Centre(Centre),
    Person(Person),
    LocalAuthority(LocalAuthority),
    Engagement(Engagement),
    Programme(Programme),
    Partner(Partner),
    EvidenceStandard(EvidenceStandard),
    Intervention(Intervention),
    Outcome(Outcome),
    Population(Population),
    Collaboration(Collaboration),
    Study(Study),
    Publication(Publication),
    Finding(Finding),
    Rating(Rating),
    Feedback(Feedback),
    CrosswalkReading(CrosswalkReading),
}

impl Node {
    /// What stands for this kind and id, if the viewer may see it: of what was joined, what was kept.
    async fn standing(asker: &Arc<Asker>, kind: NodeKind, id: Uuid) -> Result<Option<Self>> {
        if kind == NodeKind::Publication {
            let found = asker.standing_publication(id).await?;
            return Ok(found.map(Publication).map(Self::Publication));
        }
        Self::find(asker, kind, id).await
    }

    /// The thing of this kind and id, if the viewer may see it: itself, also when it was joined into
    /// another.
    pub(crate) async fn find(asker: &Arc<Asker>, kind: NodeKind, id: Uuid) -> Result<Option<Self>> {
        Ok(match kind {
            NodeKind::Centre => Centre::find(asker, id.into()).map(Self::Centre),
            NodeKind::Person => Person::find(asker, id.into()).map(Self::Person),
            NodeKind::LocalAuthority => {
                LocalAuthority::find(asker, id.into()).map(Self::LocalAuthority)
            }
            NodeKind::Programme => Programme::find(asker, id.into()).map(Self::Programme),
            NodeKind::Partner => Partner::find(asker, id.into()).map(Self::Partner),
            NodeKind::EvidenceStandard => {
                EvidenceStandard::find(asker, id.into()).map(Self::EvidenceStandard)
            }
            NodeKind::Intervention => Intervention::find(asker, id.into()).map(Self::Intervention),
            NodeKind::Outcome => Outcome::find(asker, id.into()).map(Self::Outcome),
            NodeKind::Population => Population::find(asker, id.into()).map(Self::Population),
            NodeKind::Engagement => asker
                .engagement(id)
                .await?
                .map(Engagement)
                .map(Self::Engagement),
            NodeKind::Collaboration => asker
                .collaboration(id)
                .await?
                .map(Collaboration)
                .map(Self::Collaboration),
            NodeKind::Study => asker.study(id).await?.map(Study).map(Self::Study),
            NodeKind::Publication => asker
                .publication(id)
                .await?
                .map(Publication)
                .map(Self::Publication),
            NodeKind::Finding => asker.finding(id).await?.map(Finding).map(Self::Finding),
            NodeKind::Rating => asker.rating(id).await?.map(Rating).map(Self::Rating),
            NodeKind::Feedback => asker.feedback(id).await?.map(Feedback).map(Self::Feedback),
            NodeKind::CrosswalkReading => {
                CrosswalkReading::find(asker, id.into()).map(Self::CrosswalkReading)
            }
            // These are no nodes: they are read where access is managed, and where young people are asked for.
            NodeKind::AccessToken | NodeKind::Return | NodeKind::DataSharingAgreement => None,
        })
    }
}

impl NodeKind {
    /// The kind of the changes of such things.
    pub(crate) const fn changes(self) -> ChangeKind {
        match self {
            Self::Centre => ChangeKind::Centre,
            Self::Person => ChangeKind::Person,
            Self::LocalAuthority => ChangeKind::LocalAuthority,
            Self::Engagement => ChangeKind::Engagement,
            Self::Programme => ChangeKind::Programme,
            Self::Partner => ChangeKind::Partner,
            // A reading is a part of the standard whose level it reads.
            Self::EvidenceStandard | Self::CrosswalkReading => ChangeKind::EvidenceStandard,
            Self::Intervention => ChangeKind::Intervention,
            Self::Outcome => ChangeKind::Outcome,
            Self::Population => ChangeKind::Population,
            Self::Collaboration => ChangeKind::Collaboration,
            Self::Study => ChangeKind::Study,
            Self::Publication => ChangeKind::Publication,
            Self::Finding => ChangeKind::Finding,
            Self::Rating => ChangeKind::Rating,
            Self::Feedback => ChangeKind::Feedback,
            Self::AccessToken => ChangeKind::AccessToken,
            Self::Return => ChangeKind::LoadedReturn,
            Self::DataSharingAgreement => ChangeKind::DataSharingAgreement,
        }
    }

    /// The kind of the things whose changes are of this kind.
    pub(crate) const fn of_change(kind: ChangeKind) -> Option<Self> {
        Some(match kind {
            ChangeKind::Centre => Self::Centre,
            ChangeKind::Person => Self::Person,
            ChangeKind::LocalAuthority => Self::LocalAuthority,
            ChangeKind::Engagement => Self::Engagement,
            ChangeKind::Programme => Self::Programme,
            ChangeKind::Partner => Self::Partner,
            ChangeKind::EvidenceStandard => Self::EvidenceStandard,
            ChangeKind::Intervention => Self::Intervention,
            ChangeKind::Outcome => Self::Outcome,
            ChangeKind::Population => Self::Population,
            ChangeKind::Collaboration => Self::Collaboration,
            ChangeKind::Study => Self::Study,
            ChangeKind::Publication => Self::Publication,
            ChangeKind::Finding => Self::Finding,
            ChangeKind::Rating => Self::Rating,
            ChangeKind::Feedback => Self::Feedback,
            ChangeKind::LoadedReturn => Self::Return,
            ChangeKind::DataSharingAgreement => Self::DataSharingAgreement,
            ChangeKind::AccessToken | ChangeKind::SigningKey | ChangeKind::IdentityProvider => {
                return None;
            }
        })
    }
}

#[derive(Default)]
pub(super) struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The thing with this global id, or null when there is none that you may see. For a publication that
    /// was joined into another, the one that was kept.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A global id, as an `id` field gave it.")] id: ID,
        #[graphql(
            name = "asOf",
            desc = "A moment: the answer is as the space stood then, to you as you are now. Terms and centres are as they are now."
        )]
        as_of: Option<DateTime<Utc>>,
    ) -> Result<Option<Node>> {
        let (kind, id) = global_id::parse(&id)?;
        Node::standing(asker_as_of(ctx, as_of).await?, kind, id).await
    }

    /// The things with these global ids, in the same order; null for those that are not there or that
    /// you may not see.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids, at most 100.")] ids: Vec<ID>,
        #[graphql(
            name = "asOf",
            desc = "A moment: the answer is as the space stood then, to you as you are now. Terms and centres are as they are now."
        )]
        as_of: Option<DateTime<Utc>>,
    ) -> Result<Vec<Option<Node>>> {
        service::page::check_size("ids", ids.len())?;
        let asker = asker_as_of(ctx, as_of).await?;
        let finds = ids.iter().map(|id| async {
            let (kind, id) = global_id::parse(id)?;
            Node::standing(asker, kind, id).await
        });
        futures::future::try_join_all(finds).await
    }
}
