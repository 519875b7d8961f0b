//! Agreements are proposed and decided; participations are recorded; returns and children are erased.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use service::entity::{PersonField, SocialWorkPopulation};
use service::young_people::agreement::{self, Decision, NewAgreement};
use service::young_people::people::{self, NewParticipation};
use service::young_people::{returns, stewards};
use service::{Error, Result};

use super::agreement::{DataSharingAgreement, agreement_id};
use super::person::YoungPerson;
use super::returns::{Return, return_id};
use crate::graph::date::Date;
use crate::graph::enum_value::{EnumValue, words};
use crate::graph::global_id::{self, NodeKind};
use crate::graph::network::LocalAuthority;
use crate::graph::number::Int;
use crate::graph::{after_a_write, loaders};

/// An agreement that is proposed.
#[derive(InputObject)]
struct ProposeDataSharingAgreementInput {
    /// The slug of the centre that is to read.
    recipient: String,
    /// The GSS codes of the authorities whose young people it is about.
    controllers: Vec<String>,
    /// What the rows are read for.
    purpose: String,
    /// What in law allows it.
    legal_basis: String,
    /// Of which populations.
    populations: Vec<EnumValue<SocialWorkPopulation>>,
    /// Which fields it opens; others stay closed.
    fields: Vec<EnumValue<PersonField>>,
    /// The first day on which rows may be read.
    starts_on: Date,
    /// The last day on which rows may be read.
    ends_on: Date,
    /// Only times that reach into this day or later ones.
    episodes_from: Option<Date>,
    /// Only times that began by this day.
    episodes_to: Option<Date>,
    /// The day by which the recipient deletes what it read: not before the last day.
    retention_until: Date,
    /// The disclosure rule for what the recipient publishes: `cell-key`, `dfe-children-in-need` or `opensafely`; the
    /// space's own when nothing is said.
    rule_set: Option<String>,
    /// A text of your own that names this request, such as a UUID: sent again with the same input, it is answered
    /// with the same agreement, and none is proposed twice.
    idempotency_key: Option<String>,
}

/// What is decided of an agreement.
#[derive(InputObject)]
struct ApproveDataSharingAgreementInput {
    /// The global id of the agreement.
    id: ID,
    /// The version that you have read: if it has changed since, the answer is a `CONFLICT`.
    expected_version: i32,
}

/// That an agreement is to end.
#[derive(InputObject)]
struct EndDataSharingAgreementInput {
    /// The global id of the agreement.
    id: ID,
    /// The version that you have read: if it has changed since, the answer is a `CONFLICT`.
    expected_version: i32,
    /// Why.
    reason: String,
}

/// An agreement as it is now.
#[derive(SimpleObject)]
struct DataSharingAgreementPayload {
    /// The agreement.
    agreement: DataSharingAgreement,
}

/// That a young person takes part in a study.
#[derive(InputObject)]
struct RecordParticipationInput {
    /// The global id of the agreement under which the person is known.
    agreement: ID,
    /// What they are called under it.
    pseudonym: String,
    /// The global id of the study.
    study: ID,
    /// The arm to which they belong.
    arm: String,
    /// The GSS code of the site, where the agreement opens the authorities.
    site: Option<String>,
    /// When they enrolled.
    enrolled_on: Date,
}

/// A participation that was recorded.
#[derive(SimpleObject)]
struct RecordParticipationPayload {
    /// Whose it is.
    person: YoungPerson,
}

/// A return that is to be erased.
#[derive(InputObject)]
struct EraseReturnInput {
    /// The global id of the return.
    id: ID,
}

/// A return that was erased.
#[derive(SimpleObject)]
struct EraseReturnPayload {
    /// What is left of it: its report.
    #[graphql(name = "return")]
    erased: Return,
}

/// A child whose rows are to be erased.
#[derive(InputObject)]
struct EraseYoungPersonInput {
    /// The GSS code of the authority.
    local_authority: String,
    /// The authority's own id of the child. It is hashed, and kept nowhere.
    child_id: String,
}

/// What was erased of a child.
#[derive(SimpleObject)]
struct EraseYoungPersonPayload {
    /// From how many of the authority's returns.
    returns: Int<usize>,
    /// Whether nothing at all is kept of the child any more: no other authority's return tells of them.
    forgotten: bool,
}

/// For whom the holder of a token acts.
#[derive(InputObject)]
struct AppointStewardInput {
    /// The global id of the token.
    access_token: ID,
    /// The GSS codes of the authorities, in place of those for which it acted; none to act for none.
    local_authorities: Vec<String>,
}

/// For whom the holder of a token acts now.
#[derive(SimpleObject)]
struct AppointStewardPayload {
    /// The authorities.
    local_authorities: Vec<LocalAuthority>,
}

/// What can be changed of young people.
#[derive(Default)]
pub(in crate::graph) struct YoungPeopleMutation;

#[Object]
impl YoungPeopleMutation {
    /// Proposes a data-sharing agreement, as one of its parties: the recipient's centre, or an authority's steward.
    /// That party has thereby approved it; it comes into force when all others have, on its first day.
    async fn propose_data_sharing_agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The agreement.")] input: ProposeDataSharingAgreementInput,
    ) -> Result<DataSharingAgreementPayload> {
        let loaders = loaders(ctx);
        let new = NewAgreement {
            recipient: input.recipient,
            controllers: input.controllers,
            purpose: input.purpose,
            legal_basis: input.legal_basis,
            populations: words(Some(input.populations)),
            fields: words(Some(input.fields)),
            starts_on: input.starts_on.0,
            ends_on: input.ends_on.0,
            episodes_from: input.episodes_from.map(|day| day.0),
            episodes_to: input.episodes_to.map(|day| day.0),
            retention_until: input.retention_until.0,
            rule_set: input.rule_set,
        };
        let key = input.idempotency_key;
        let made = agreement::propose(&loaders.context, new, key.as_deref()).await?;
        payload(ctx, made).await
    }

    /// Approves a data-sharing agreement for the party as which you act: each authority by its steward, with
    /// `young-people:contribute`; the recipient with `young-people:read`. A party that has approved it is answered
    /// with the agreement as it is.
    async fn approve_data_sharing_agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: ApproveDataSharingAgreementInput,
    ) -> Result<DataSharingAgreementPayload> {
        let loaders = loaders(ctx);
        let decision =
            Decision { id: agreement_id(&input.id)?, expected_version: input.expected_version };
        let approved = agreement::approve(&loaders.context, decision).await?;
        payload(ctx, approved).await
    }

    /// Ends a data-sharing agreement before its last day, as any of its parties: from then on no row is read under
    /// it.
    async fn end_data_sharing_agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: EndDataSharingAgreementInput,
    ) -> Result<DataSharingAgreementPayload> {
        let loaders = loaders(ctx);
        let decision =
            Decision { id: agreement_id(&input.id)?, expected_version: input.expected_version };
        let ended = agreement::end(&loaders.context, decision, input.reason).await?;
        payload(ctx, ended).await
    }

    /// Records that a young person takes part in a study, so that they can be followed through later returns. It
    /// takes the place of what was recorded of the same person and study. It needs `young-people:read` and an
    /// agreement in force that opens PARTICIPATION, and LOCAL_AUTHORITY for a site.
    async fn record_participation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and which study.")] input: RecordParticipationInput,
    ) -> Result<RecordParticipationPayload> {
        let loaders = loaders(ctx);
        let (NodeKind::Study, study) = global_id::parse(&input.study)? else {
            return Err(Error::not_found("study"));
        };
        let new = NewParticipation {
            agreement: agreement_id(&input.agreement)?,
            pseudonym: input.pseudonym,
            study: study.into(),
            arm: input.arm,
            site: input.site,
            enrolled_on: input.enrolled_on.0,
        };
        let person = people::participate(&loaders.context, new).await?;
        after_a_write(ctx).await?;
        Ok(RecordParticipationPayload { person: YoungPerson(Arc::new(person)) })
    }

    /// Erases a return that is in use, on the controller's word: its rows, and whom nothing else tells of. It needs
    /// `young-people:contribute`.
    async fn erase_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: EraseReturnInput,
    ) -> Result<EraseReturnPayload> {
        let loaders = loaders(ctx);
        let id = return_id(&input.id)?;
        let erased = returns::erase(&loaders.context, id).await?;
        after_a_write(ctx).await?;
        Ok(EraseReturnPayload { erased: Return(erased) })
    }

    /// Erases what an authority's returns tell of one child, on the controller's word. It needs
    /// `young-people:contribute`. A later return that tells of the child brings them again.
    async fn erase_young_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who.")] input: EraseYoungPersonInput,
    ) -> Result<EraseYoungPersonPayload> {
        let loaders = loaders(ctx);
        let (place, child) = (&input.local_authority, &input.child_id);
        let erased = people::erase_child(&loaders.context, place, child).await?;
        after_a_write(ctx).await?;
        Ok(EraseYoungPersonPayload { returns: Int(erased.returns), forgotten: erased.is_forgotten })
    }

    /// Has the holder of a token act for local authorities: load and erase their returns and no others', and decide
    /// on agreements for them. It needs `tokens:manage-all`.
    async fn appoint_steward(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and for whom.")] input: AppointStewardInput,
    ) -> Result<AppointStewardPayload> {
        let loaders = loaders(ctx);
        let (NodeKind::AccessToken, token) = global_id::parse(&input.access_token)? else {
            return Err(Error::not_found("access token"));
        };
        let codes = &input.local_authorities;
        let places = stewards::appoint(&loaders.context, token.into(), codes).await?;
        let places = places.into_iter();
        let local_authorities = places.filter_map(|id| LocalAuthority::find(loaders, id)).collect();
        after_a_write(ctx).await?;
        Ok(AppointStewardPayload { local_authorities })
    }
}

async fn payload(
    ctx: &Context<'_>,
    agreement: agreement::Agreement,
) -> Result<DataSharingAgreementPayload> {
    after_a_write(ctx).await?;
    Ok(DataSharingAgreementPayload { agreement: DataSharingAgreement(Arc::new(agreement)) })
}
