//! Anything that has a global id.

use std::sync::Arc;

use async_graphql::{Context, ID, Interface, Object};
use service::entity::ChangeKind;
use service::{Error, Result};
use uuid::Uuid;

use super::access::{AccessToken, AuditEvent};
use super::collaboration::Collaboration;
use super::date::Moment;
use super::evidence::{Finding, PossibleDuplicate, Publication, Rating, Study};
use super::feed::Change;
use super::feedback::Feedback;
use super::global_id::{self, NodeKind};
use super::history::Revision;
use super::loaders_as_of;
use super::network::{
    Centre, CrosswalkReading, Engagement, EvidenceStandard, Intervention, LocalAuthority, Outcome,
    Partner, Person, Population, Programme,
};
use super::report_card::StudyMilestone;
use super::shared::SharedThing;
use super::young_people::{
    AgreementRead, DataSharingAgreement, Return, ReturnProblem, YoungPerson,
};
use crate::graph::network::VocabularyTerm;
use crate::loading::Loaders;

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
    AccessToken(AccessToken),
    AuditEvent(AuditEvent),
    Return(Return),
    DataSharingAgreement(DataSharingAgreement),
    AgreementRead(AgreementRead),
    PossibleDuplicate(PossibleDuplicate),
    Revision(Revision),
    Change(Change),
    StudyMilestone(StudyMilestone),
    ReturnProblem(ReturnProblem),
    YoungPerson(YoungPerson),
}

impl Node {
    /// What stands for a global id, if the viewer may see it: of what was joined, what was kept.
    async fn standing(loaders: &Arc<Loaders>, id: &ID) -> Result<Option<Self>> {
        let (kind, id, part) = global_id::parse_part(id)?;
        if loaders.asks_of_the_past() && !kind.has_a_past() {
            return Err(Error::bad_input(
                "asOf",
                "What the id names is told of as it is now only; ask for it without `asOf`.",
            ));
        }
        Ok(match kind {
            NodeKind::Publication => {
                let found = loaders.standing_publication(id).await?;
                found.map(Publication).map(Self::Publication)
            }
            NodeKind::PossibleDuplicate => {
                let found = PossibleDuplicate::find(loaders, id, &part).await?;
                found.map(Self::PossibleDuplicate)
            }
            NodeKind::Revision => Revision::find(loaders, id, &part).await?.map(Self::Revision),
            NodeKind::Change => Change::find(loaders, id, &part).await?.map(Self::Change),
            NodeKind::StudyMilestone => {
                let found = StudyMilestone::find(loaders, id, &part).await?;
                found.map(Self::StudyMilestone)
            }
            NodeKind::ReturnProblem => {
                let found = ReturnProblem::find(loaders, id, &part).await?;
                found.map(Self::ReturnProblem)
            }
            NodeKind::YoungPerson => {
                let found = YoungPerson::find(loaders, id, part).await?;
                found.map(Self::YoungPerson)
            }
            _ => Self::find(loaders, kind, id).await?,
        })
    }

    /// Returns the thing of this kind and id, if the viewer may see it: itself, also when it was joined into
    /// another.
    pub(crate) async fn find(
        loaders: &Arc<Loaders>,
        kind: NodeKind,
        id: Uuid,
    ) -> Result<Option<Self>> {
        Ok(match kind {
            NodeKind::Centre => Centre::find(loaders, id.into()).map(Self::Centre),
            NodeKind::Person => Person::find(loaders, id.into()).map(Self::Person),
            NodeKind::LocalAuthority => {
                LocalAuthority::find(loaders, id.into()).map(Self::LocalAuthority)
            }
            NodeKind::Programme => Programme::find(loaders, id.into()).map(Self::Programme),
            NodeKind::Partner => Partner::find(loaders, id.into()).map(Self::Partner),
            NodeKind::EvidenceStandard => {
                EvidenceStandard::find(loaders, id.into()).map(Self::EvidenceStandard)
            }
            NodeKind::Intervention => {
                Intervention::find(loaders, id.into()).map(Self::Intervention)
            }
            NodeKind::Outcome => Outcome::find(loaders, id.into()).map(Self::Outcome),
            NodeKind::Population => Population::find(loaders, id.into()).map(Self::Population),
            NodeKind::Engagement => {
                loaders.engagement(id).await?.map(Engagement).map(Self::Engagement)
            }
            NodeKind::Collaboration => {
                loaders.collaboration(id).await?.map(Collaboration).map(Self::Collaboration)
            }
            NodeKind::Study => loaders.study(id).await?.map(Study).map(Self::Study),
            NodeKind::Publication => {
                loaders.publication(id).await?.map(Publication).map(Self::Publication)
            }
            NodeKind::Finding => loaders.finding(id).await?.map(Finding).map(Self::Finding),
            NodeKind::Rating => loaders.rating(id).await?.map(Rating).map(Self::Rating),
            NodeKind::Feedback => loaders.feedback(id).await?.map(Feedback).map(Self::Feedback),
            NodeKind::CrosswalkReading => {
                CrosswalkReading::find(loaders, id.into()).map(Self::CrosswalkReading)
            }
            NodeKind::AccessToken => {
                let found = loaders.access_token(id).await?;
                found.map(AccessToken).map(Self::AccessToken)
            }
            NodeKind::AuditEvent => {
                let found = loaders.audit_event(id).await?;
                found.map(AuditEvent).map(Self::AuditEvent)
            }
            NodeKind::Return => {
                let found = loaders.loaded_return(id).await?;
                found.map(|row| Self::Return(Return((*row).clone())))
            }
            NodeKind::DataSharingAgreement => {
                let found = loaders.agreement(id).await?;
                found.map(DataSharingAgreement).map(Self::DataSharingAgreement)
            }
            NodeKind::AgreementRead => {
                let found = loaders.agreement_read(id).await?;
                found.map(AgreementRead).map(Self::AgreementRead)
            }
            // The id of the thing that they are a part of doesn't say which.
            NodeKind::PossibleDuplicate
            | NodeKind::Revision
            | NodeKind::Change
            | NodeKind::StudyMilestone
            | NodeKind::ReturnProblem
            | NodeKind::YoungPerson => None,
        })
    }
}

impl NodeKind {
    /// Returns whether such things are shared by a centre, and so have a history.
    pub(crate) const fn is_shared(self) -> bool {
        matches!(
            self,
            Self::Collaboration
                | Self::Study
                | Self::Publication
                | Self::Finding
                | Self::Rating
                | Self::Feedback
        )
    }

    /// Returns whether it can be told how such things stood at a moment. The network is as it is now, and says so.
    const fn has_a_past(self) -> bool {
        !matches!(
            self,
            Self::AccessToken
                | Self::AuditEvent
                | Self::Return
                | Self::ReturnProblem
                | Self::DataSharingAgreement
                | Self::AgreementRead
                | Self::YoungPerson
                | Self::PossibleDuplicate
                | Self::Change
        )
    }

    /// Returns the kind of the changes of such things; nothing for what has none of its own.
    pub(crate) const fn changes(self) -> Option<ChangeKind> {
        Some(match self {
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
            Self::AuditEvent
            | Self::AgreementRead
            | Self::PossibleDuplicate
            | Self::Revision
            | Self::Change
            | Self::StudyMilestone
            | Self::ReturnProblem
            | Self::YoungPerson => return None,
        })
    }

    /// Returns the kind of the things whose changes are of this kind.
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
            ChangeKind::AccessToken => Self::AccessToken,
            ChangeKind::SigningKey | ChangeKind::IdentityProvider => return None,
        })
    }
}

#[derive(Default)]
pub(super) struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The thing with this global id, or null when there is none that you may see: what a list shows you, its ids find
    /// again by the same rule. For a publication that was joined into another, the one that was kept. Finding a young
    /// person is a reading under their agreement, and is written to its audit first.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A global id, as an `id` field gave it.")] id: ID,
        #[graphql(
            name = "asOf",
            desc = "A moment: the answer is as the space stood then, to you as you are now. Terms and centres are as they are now; what is no shared thing, nor a part of one, is refused."
        )]
        as_of: Option<Moment>,
    ) -> Result<Option<Node>> {
        Node::standing(loaders_as_of(ctx, as_of).await?, &id).await
    }

    /// The things with these global ids, in the same order; null for those that are not there or that
    /// you may not see.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids, at most 100.")] ids: Vec<ID>,
        #[graphql(
            name = "asOf",
            desc = "A moment: the answer is as the space stood then, to you as you are now. Terms and centres are as they are now; what is no shared thing, nor a part of one, is refused."
        )]
        as_of: Option<Moment>,
    ) -> Result<Vec<Option<Node>>> {
        service::page::check_size("ids", ids.len())?;
        let loaders = loaders_as_of(ctx, as_of).await?;
        let finds = ids.iter().map(|id| Node::standing(loaders, id));
        futures::future::try_join_all(finds).await
    }
}
