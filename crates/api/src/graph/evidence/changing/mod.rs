//! What can be changed about the evidence: it is contributed, revised, rated and withdrawn.

mod batches;
mod inputs;
mod parts;

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use service::entity::RatedKind;
use service::error::{Error, Result};
use service::evidence::record::RATING;
use service::interchange::entry::{self, How, Patch, Withdrawal};

use self::batches::{
    ContributeFindingsInput, ContributeFindingsPayload, RateManyInput, RateManyPayload, all,
};
use self::inputs::{
    ContributeFindingInput, ContributePublicationInput, ContributeStudyInput, RateInput,
    ReviseFindingInput, RevisePublicationInput, ReviseRatingInput, ReviseStudyInput,
};
use super::finding::Finding;
use super::publication::Publication;
use super::rating::Rating;
use super::study::Study;
use crate::graph::collaboration::Collaboration;
use crate::graph::entry::{contribute, revise};
use crate::graph::global_id::{self, NodeKind};
use crate::graph::shared::Shared;
use crate::graph::{after_a_write, loaders};

/// A thing to be withdrawn or superseded.
#[derive(InputObject)]
struct WithdrawInput {
    /// The global id of a study, a publication, a finding, a rating or a collaboration.
    id: ID,
    /// Why; everybody who sees the thing is told.
    reason: String,
    /// The version of the thing as you know it. If it has another by now, nothing is changed, and you are told so.
    expected_version: i32,
    /// The global id of what takes its place, of the same kind.
    superseded_by: Option<ID>,
    /// Check everything and write nothing: the answer is what would come of it.
    #[graphql(default)]
    dry_run: bool,
}

macro_rules! payloads {
    ($($(#[$doc:meta])* $payload:ident $field:ident $thing:ident;)*) => {$(
        $(#[$doc])*
        #[derive(SimpleObject)]
        pub(crate) struct $payload {
            /// The thing as it is now; with `dryRun`, as it would be, without what would hang on it.
            $field: $thing,
        }
    )*};
}

payloads! {
    /// A study that was contributed.
    ContributeStudyPayload study Study;
    /// A study that was revised.
    ReviseStudyPayload study Study;
    /// A publication that was contributed.
    ContributePublicationPayload publication Publication;
    /// A publication that was revised.
    RevisePublicationPayload publication Publication;
    /// A finding that was contributed.
    ContributeFindingPayload finding Finding;
    /// A finding that was revised.
    ReviseFindingPayload finding Finding;
    /// A rating that was given.
    RatePayload rating Rating;
    /// A rating that was revised.
    ReviseRatingPayload rating Rating;
    /// A thing that was withdrawn.
    WithdrawPayload thing Shared;
}

/// What can be changed about the evidence.
#[derive(Default)]
pub(crate) struct EvidenceMutation;

#[Object]
impl EvidenceMutation {
    /// Contributes a study of your centre. It needs `evidence:write`.
    async fn contribute_study(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The study.")] input: ContributeStudyInput,
    ) -> Result<ContributeStudyPayload> {
        let row = contribute!(ctx, Studies, input);
        Ok(ContributeStudyPayload { study: Study(Arc::new(row)) })
    }

    /// Revises a study of your centre. It needs `evidence:write`.
    async fn revise_study(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be different.")] input: ReviseStudyInput,
    ) -> Result<ReviseStudyPayload> {
        let row = revise!(ctx, Studies of Study, input);
        Ok(ReviseStudyPayload { study: Study(Arc::new(row)) })
    }

    /// Contributes a publication of your centre. It needs `evidence:write`.
    async fn contribute_publication(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The publication.")] input: ContributePublicationInput,
    ) -> Result<ContributePublicationPayload> {
        let row = contribute!(ctx, Publications, input);
        Ok(ContributePublicationPayload { publication: Publication(Arc::new(row)) })
    }

    /// Revises a publication of your centre. It needs `evidence:write`.
    async fn revise_publication(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be different.")] input: RevisePublicationInput,
    ) -> Result<RevisePublicationPayload> {
        let row = revise!(ctx, Publications of Publication, input);
        Ok(RevisePublicationPayload { publication: Publication(Arc::new(row)) })
    }

    /// Contributes a finding of your centre. It needs `evidence:write`.
    async fn contribute_finding(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The finding.")] input: ContributeFindingInput,
    ) -> Result<ContributeFindingPayload> {
        let row = contribute!(ctx, Findings, input);
        Ok(ContributeFindingPayload { finding: Finding(Arc::new(row)) })
    }

    /// Contributes findings of your centre together. A finding that is refused costs no other. It needs `evidence:write`.
    async fn contribute_findings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The findings.")] input: ContributeFindingsInput,
    ) -> Result<ContributeFindingsPayload> {
        let loaders = loaders(ctx);
        let patches = input.findings.into_iter().map(|finding| finding.patch().0);
        let how = How { dry_run: input.dry_run, key: input.idempotency_key, reason: None };
        let entered =
            entry::contribute_all::<entry::Findings>(&loaders.context, patches.collect(), how)
                .await?;
        after_a_write(ctx).await?;
        let wrapped =
            entered.into_iter().map(|one| one.map(|row| Finding(Arc::new(row))).map_err(all));
        Ok(ContributeFindingsPayload::new(wrapped.collect()))
    }

    /// Revises a finding of your centre. It needs `evidence:write`.
    async fn revise_finding(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be different.")] input: ReviseFindingInput,
    ) -> Result<ReviseFindingPayload> {
        let row = revise!(ctx, Findings of Finding, input);
        Ok(ReviseFindingPayload { finding: Finding(Arc::new(row)) })
    }

    /// Rates a study, a publication or an intervention for your centre. It needs `evidence:write`.
    async fn rate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rating.")] input: RateInput,
    ) -> Result<RatePayload> {
        let row = contribute!(ctx, Ratings, Rated::try_from(input)?);
        Ok(RatePayload { rating: Rating(Arc::new(row)) })
    }

    /// Gives ratings of your centre together. A rating that is refused costs no other. It needs `evidence:write`.
    async fn rate_many(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ratings.")] input: RateManyInput,
    ) -> Result<RateManyPayload> {
        let loaders = loaders(ctx);
        let patches = input
            .ratings
            .into_iter()
            .map(|rating| Ok(Rated::try_from(rating)?.patch().0))
            .collect::<Result<Vec<_>>>()?;
        let how = How { dry_run: input.dry_run, key: input.idempotency_key, reason: None };
        let entered =
            entry::contribute_all::<entry::Ratings>(&loaders.context, patches, how).await?;
        after_a_write(ctx).await?;
        let wrapped =
            entered.into_iter().map(|one| one.map(|row| Rating(Arc::new(row))).map_err(all));
        Ok(RateManyPayload::new(wrapped.collect()))
    }

    /// Revises a rating of your centre. It needs `evidence:write`.
    async fn revise_rating(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be different.")] input: ReviseRatingInput,
    ) -> Result<ReviseRatingPayload> {
        let row = revise!(ctx, Ratings of Rating, input);
        Ok(ReviseRatingPayload { rating: Rating(Arc::new(row)) })
    }

    /// Withdraws something of your centre, or lets something else take its place. It stays reachable by its id, and what
    /// leans on it says so. It needs the scope with which it was contributed.
    async fn withdraw(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What, and why.")] input: WithdrawInput,
    ) -> Result<WithdrawPayload> {
        let loaders = loaders(ctx);
        let (kind, id) = global_id::parse(&input.id)?;
        let withdrawal = Withdrawal {
            reason: input.reason,
            superseded_by: global_id::other_of(kind, input.superseded_by.as_ref())?,
            dry_run: input.dry_run,
        };
        let (context, expected) = (&loaders.context, input.expected_version);
        macro_rules! revised {
            ($kind:ident $thing:ident) => {
                Shared::$thing($thing(Arc::new(
                    entry::withdraw::<entry::$kind>(context, id, expected, withdrawal).await?,
                )))
            };
        }
        let thing = match kind {
            NodeKind::Study => revised!(Studies Study),
            NodeKind::Publication => revised!(Publications Publication),
            NodeKind::Finding => revised!(Findings Finding),
            NodeKind::Rating => revised!(Ratings Rating),
            NodeKind::Collaboration => revised!(Collaborations Collaboration),
            _ => {
                return Err(Error::bad_input(
                    "id",
                    "Only what centres share can be withdrawn so: a study, a publication, a finding, a rating or a collaboration. For things of the network there is `withdrawFromNetwork`.",
                ));
            }
        };
        after_a_write(ctx).await?;
        Ok(WithdrawPayload { thing })
    }
}

/// A rating, with the kind of thing that it rates: its subject's id says it.
struct Rated {
    input: RateInput,
    kind: RatedKind,
}

impl TryFrom<RateInput> for Rated {
    type Error = Error;

    fn try_from(input: RateInput) -> Result<Self> {
        let kind = match global_id::parse(&input.subject)? {
            (NodeKind::Study, _) => RatedKind::Study,
            (NodeKind::Publication, _) => RatedKind::Publication,
            (NodeKind::Intervention, _) => RatedKind::Intervention,
            _ => {
                return Err(Error::bad_input(
                    "subject",
                    "Only a study, a publication or an intervention can be rated.",
                ));
            }
        };
        Ok(Self { input, kind })
    }
}

impl Rated {
    fn patch(self) -> (Patch, How) {
        let (mut patch, how) = self.input.patch();
        patch.set(RATING.subject_kind, self.kind);
        (patch, how)
    }
}
