//! What can be changed about the network: centres, people, places, partners, programmes, vocabularies and standards.

mod inputs;
mod standards;
mod withdrawing;

use crate::graph::network::VocabularyTerm;
use async_graphql::{Context, Object, SimpleObject};
use service::Result;

pub(crate) use self::standards::StandardMutation;
pub(crate) use self::withdrawing::WithdrawalMutation;

use self::inputs::{
    AddCentreInput, AddEngagementInput, AddInterventionInput, AddLocalAuthorityInput,
    AddOutcomeInput, AddPartnerInput, AddPersonInput, AddPopulationInput, AddProgrammeInput,
    ReviseCentreInput, ReviseEngagementInput, ReviseInterventionInput, ReviseLocalAuthorityInput,
    ReviseOutcomeInput, RevisePartnerInput, RevisePersonInput, RevisePopulationInput,
    ReviseProgrammeInput,
};
use super::{
    Centre, Engagement, Intervention, LocalAuthority, Outcome, Partner, Person, Population,
    Programme,
};
use crate::graph::entry::{contribute, revise};
use crate::graph::loaders;

macro_rules! payloads {
    ($($(#[$doc:meta])* $payload:ident $field:ident $thing:ident;)*) => {$(
        $(#[$doc])*
        #[derive(SimpleObject)]
        pub(crate) struct $payload {
            /// The thing as it is now; null with `dryRun`, if it is new.
            $field: Option<$thing>,
        }
    )*};
}

payloads! {
    /// A centre that was added.
    AddCentrePayload centre Centre;
    /// A centre that was revised.
    ReviseCentrePayload centre Centre;
    /// A person that was added.
    AddPersonPayload person Person;
    /// A person that was revised.
    RevisePersonPayload person Person;
    /// A local authority that was added.
    AddLocalAuthorityPayload local_authority LocalAuthority;
    /// A local authority that was revised.
    ReviseLocalAuthorityPayload local_authority LocalAuthority;
    /// A partner organisation that was added.
    AddPartnerPayload partner Partner;
    /// A partner organisation that was revised.
    RevisePartnerPayload partner Partner;
    /// A programme that was added.
    AddProgrammePayload programme Programme;
    /// A programme that was revised.
    ReviseProgrammePayload programme Programme;
    /// A visit of a centre to a local authority, or other work with one that was added.
    AddEngagementPayload engagement Engagement;
    /// A visit of a centre to a local authority, or other work with one that was revised.
    ReviseEngagementPayload engagement Engagement;
    /// An intervention that was added.
    AddInterventionPayload intervention Intervention;
    /// An intervention that was revised.
    ReviseInterventionPayload intervention Intervention;
    /// An outcome that was added.
    AddOutcomePayload outcome Outcome;
    /// An outcome that was revised.
    ReviseOutcomePayload outcome Outcome;
    /// A population that was added.
    AddPopulationPayload population Population;
    /// A population that was revised.
    RevisePopulationPayload population Population;
}

/// What can be changed about the network.
#[derive(Default)]
pub(crate) struct NetworkMutation;

#[Object]
impl NetworkMutation {
    /// Adds a centre. It needs `network:write`.
    async fn add_centre(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be added.")] input: AddCentreInput,
    ) -> Result<AddCentrePayload> {
        let row = contribute!(ctx, Centres, input);
        let centre = Centre::find(loaders(ctx), row.id);
        Ok(AddCentrePayload { centre })
    }

    /// Revises a centre. It needs `network:write`.
    async fn revise_centre(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be different.")] input: ReviseCentreInput,
    ) -> Result<ReviseCentrePayload> {
        let row = revise!(ctx, Centres of Centre, input);
        let centre = Centre::find(loaders(ctx), row.id);
        Ok(ReviseCentrePayload { centre })
    }

    /// Adds a person. It needs `network:write`.
    async fn add_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be added.")] input: AddPersonInput,
    ) -> Result<AddPersonPayload> {
        let row = contribute!(ctx, People, input);
        let person = Person::find(loaders(ctx), row.id);
        Ok(AddPersonPayload { person })
    }

    /// Revises a person. It needs `network:write`.
    async fn revise_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be different.")] input: RevisePersonInput,
    ) -> Result<RevisePersonPayload> {
        let row = revise!(ctx, People of Person, input);
        let person = Person::find(loaders(ctx), row.id);
        Ok(RevisePersonPayload { person })
    }

    /// Adds a local authority. It needs `network:write`.
    async fn add_local_authority(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be added.")] input: AddLocalAuthorityInput,
    ) -> Result<AddLocalAuthorityPayload> {
        let row = contribute!(ctx, LocalAuthorities, input);
        let local_authority = LocalAuthority::find(loaders(ctx), row.id);
        Ok(AddLocalAuthorityPayload { local_authority })
    }

    /// Revises a local authority. It needs `network:write`.
    async fn revise_local_authority(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be different.")] input: ReviseLocalAuthorityInput,
    ) -> Result<ReviseLocalAuthorityPayload> {
        let row = revise!(ctx, LocalAuthorities of LocalAuthority, input);
        let local_authority = LocalAuthority::find(loaders(ctx), row.id);
        Ok(ReviseLocalAuthorityPayload { local_authority })
    }

    /// Adds a partner organisation. It needs `network:write`.
    async fn add_partner(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be added.")] input: AddPartnerInput,
    ) -> Result<AddPartnerPayload> {
        let row = contribute!(ctx, Partners, input);
        let partner = Partner::find(loaders(ctx), row.id);
        Ok(AddPartnerPayload { partner })
    }

    /// Revises a partner organisation. It needs `network:write`.
    async fn revise_partner(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be different.")] input: RevisePartnerInput,
    ) -> Result<RevisePartnerPayload> {
        let row = revise!(ctx, Partners of Partner, input);
        let partner = Partner::find(loaders(ctx), row.id);
        Ok(RevisePartnerPayload { partner })
    }

    /// Adds a programme. It needs `network:write`.
    async fn add_programme(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be added.")] input: AddProgrammeInput,
    ) -> Result<AddProgrammePayload> {
        let row = contribute!(ctx, Programmes, input);
        let programme = Programme::find(loaders(ctx), row.id);
        Ok(AddProgrammePayload { programme })
    }

    /// Revises a programme. It needs `network:write`.
    async fn revise_programme(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be different.")] input: ReviseProgrammeInput,
    ) -> Result<ReviseProgrammePayload> {
        let row = revise!(ctx, Programmes of Programme, input);
        let programme = Programme::find(loaders(ctx), row.id);
        Ok(ReviseProgrammePayload { programme })
    }

    /// Adds a visit of a centre to a local authority, or other work with one. It needs `network:write`.
    async fn add_engagement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be added.")] input: AddEngagementInput,
    ) -> Result<AddEngagementPayload> {
        let row = contribute!(ctx, Engagements, input);
        let engagement = loaders(ctx).engagement(row.id).await?.map(Engagement);
        Ok(AddEngagementPayload { engagement })
    }

    /// Revises a visit of a centre to a local authority, or other work with one. It needs `network:write`.
    async fn revise_engagement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be different.")] input: ReviseEngagementInput,
    ) -> Result<ReviseEngagementPayload> {
        let row = revise!(ctx, Engagements of Engagement, input);
        let engagement = loaders(ctx).engagement(row.id).await?.map(Engagement);
        Ok(ReviseEngagementPayload { engagement })
    }

    /// Adds an intervention. It needs `network:write`.
    async fn add_intervention(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be added.")] input: AddInterventionInput,
    ) -> Result<AddInterventionPayload> {
        let row = contribute!(ctx, Interventions, input);
        let intervention = Intervention::find(loaders(ctx), row.id);
        Ok(AddInterventionPayload { intervention })
    }

    /// Revises an intervention. It needs `network:write`.
    async fn revise_intervention(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be different.")] input: ReviseInterventionInput,
    ) -> Result<ReviseInterventionPayload> {
        let row = revise!(ctx, Interventions of Intervention, input);
        let intervention = Intervention::find(loaders(ctx), row.id);
        Ok(ReviseInterventionPayload { intervention })
    }

    /// Adds an outcome. It needs `network:write`.
    async fn add_outcome(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be added.")] input: AddOutcomeInput,
    ) -> Result<AddOutcomePayload> {
        let row = contribute!(ctx, Outcomes, input);
        let outcome = Outcome::find(loaders(ctx), row.id);
        Ok(AddOutcomePayload { outcome })
    }

    /// Revises an outcome. It needs `network:write`.
    async fn revise_outcome(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be different.")] input: ReviseOutcomeInput,
    ) -> Result<ReviseOutcomePayload> {
        let row = revise!(ctx, Outcomes of Outcome, input);
        let outcome = Outcome::find(loaders(ctx), row.id);
        Ok(ReviseOutcomePayload { outcome })
    }

    /// Adds a population. It needs `network:write`.
    async fn add_population(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be added.")] input: AddPopulationInput,
    ) -> Result<AddPopulationPayload> {
        let row = contribute!(ctx, Populations, input);
        let population = Population::find(loaders(ctx), row.id);
        Ok(AddPopulationPayload { population })
    }

    /// Revises a population. It needs `network:write`.
    async fn revise_population(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be different.")] input: RevisePopulationInput,
    ) -> Result<RevisePopulationPayload> {
        let row = revise!(ctx, Populations of Population, input);
        let population = Population::find(loaders(ctx), row.id);
        Ok(RevisePopulationPayload { population })
    }
}
