//! Data-sharing agreements.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use macros::paged;
use service::entity::{
    AgreementId, AgreementState, PersonField, SocialWorkPopulation, audit_event,
};
use service::page::PageRequest;
use service::young_people::agreement::{self, Agreement};
use service::young_people::people;
use service::{Error, Result};

use super::statistics::{StatisticsInput, StatisticsTable};
use crate::graph::connection::{Listed, UncountedConnection};
use crate::graph::date::Date;
use crate::graph::enum_value::EnumValue;
use crate::graph::global_id::{self, NodeKind, global_id};
use crate::graph::loaders;
use crate::graph::network::{Centre, LocalAuthority};

/// A data-sharing agreement.
#[derive(Clone)]
pub(crate) struct DataSharingAgreement(pub(in crate::graph) Arc<Agreement>);

/// Returns the agreement that a global id names.
///
/// # Errors
/// `BAD_USER_INPUT`; `NOT_FOUND` for the id of another kind of thing.
pub(super) fn agreement_id(id: &ID) -> Result<AgreementId> {
    match global_id::parse(id)? {
        (NodeKind::DataSharingAgreement, id) => Ok(id.into()),
        _ => Err(Error::not_found("agreement")),
    }
}

/// An agreement under which a centre reads rows about young people of some authorities. It ends by itself.
#[paged]
#[Object]
impl DataSharingAgreement {
    /// The agreement's global id.
    pub(crate) async fn id(&self) -> ID {
        global_id(NodeKind::DataSharingAgreement, self.0.id())
    }

    /// Counts up from 1 with each decision; give it as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.row.version
    }

    /// Where it stands today.
    async fn state(&self, ctx: &Context<'_>) -> EnumValue<AgreementState> {
        let now = loaders(ctx).context.now();
        EnumValue(self.0.state(now.date_naive()))
    }

    /// The authorities whose young people it is about, each with its approval.
    async fn controllers(&self, ctx: &Context<'_>) -> Vec<AgreementController> {
        let controllers = self.0.controllers.iter();
        controllers
            .filter_map(|row| {
                Some(AgreementController {
                    local_authority: LocalAuthority::find(loaders(ctx), row.local_authority_id)?,
                    approved_at: row.approved_at,
                })
            })
            .collect()
    }

    /// The centre that reads.
    async fn recipient(&self, ctx: &Context<'_>) -> Option<Centre> {
        Centre::find(loaders(ctx), self.0.recipient())
    }

    /// When the recipient approved it.
    async fn recipient_approved_at(&self) -> Option<DateTime<Utc>> {
        self.0.row.recipient_approved_at
    }

    /// What it reads them for.
    async fn purpose(&self) -> &str {
        &self.0.row.purpose
    }

    /// What in law allows it.
    async fn legal_basis(&self) -> &str {
        &self.0.row.legal_basis
    }

    /// Of which populations.
    async fn populations(&self) -> Vec<EnumValue<SocialWorkPopulation>> {
        self.0.populations().into_iter().map(EnumValue).collect()
    }

    /// Which fields it opens.
    async fn fields(&self) -> Vec<EnumValue<PersonField>> {
        self.0.fields().into_iter().map(EnumValue).collect()
    }

    /// The first day on which rows may be read.
    async fn starts_on(&self) -> Date {
        Date(self.0.row.starts_on)
    }

    /// The last day on which rows may be read.
    async fn ends_on(&self) -> Date {
        Date(self.0.row.ends_on)
    }

    /// Only times that reach into this day or later ones.
    async fn episodes_from(&self) -> Option<Date> {
        self.0.row.episodes_from.map(Date)
    }

    /// Only times that began by this day.
    async fn episodes_to(&self) -> Option<Date> {
        self.0.row.episodes_to.map(Date)
    }

    /// The day by which the recipient deletes what it read.
    async fn retention_until(&self) -> Date {
        Date(self.0.row.retention_until)
    }

    /// The disclosure rule for what the recipient publishes of it: that of `statistics`.
    async fn rule_set(&self) -> &str {
        &self.0.row.rule_set
    }

    /// Counts of its young people, made safe by its rule set and not by that of the space: for what the recipient
    /// publishes. It takes what reading rows takes, counts as a reading, and is restricted to the authorities,
    /// populations, fields and days of the agreement (`NOT_IN_AGREEMENT`). By a rule that shows true or rounded counts,
    /// a table is kept, protected together with all that were given before of the same year, and refused with
    /// `NOT_COUNTABLE` if it can't be.
    async fn statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is counted, and by what.")] input: StatisticsInput,
    ) -> Result<StatisticsTable> {
        let loaders = loaders(ctx);
        let table = people::count(&loaders.context, self.0.id(), input.into()).await?;
        Ok(StatisticsTable::new(loaders, table))
    }

    /// When it was proposed.
    async fn proposed_at(&self) -> DateTime<Utc> {
        self.0.row.proposed_at
    }

    /// When a party ended it before its last day.
    async fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.0.row.ended_at
    }

    /// Why a party ended it.
    async fn end_reason(&self) -> Option<&str> {
        self.0.row.end_reason.as_deref()
    }

    /// Who read rows under it, and when: the latest first.
    async fn reads(
        &self,
        ctx: &Context<'_>,
        request: PageRequest,
    ) -> Result<AgreementReadConnection> {
        let loaders = loaders(ctx);
        let page = agreement::reads(loaders.context.space(), &self.0, &request).await?;
        Ok(page.map(|row| AgreementRead(Arc::new(row))).into())
    }
}

impl Listed for DataSharingAgreement {
    const CONNECTION: &'static str = "DataSharingAgreementConnection";
    const EDGE: &'static str = "DataSharingAgreementEdge";
    const PAGE: &'static str = "A page of agreements, the latest first.";
}

pub(crate) type DataSharingAgreementConnection = UncountedConnection<DataSharingAgreement>;

/// An authority of an agreement.
#[derive(SimpleObject)]
struct AgreementController {
    /// The authority.
    local_authority: LocalAuthority,
    /// When its steward approved the agreement; null while that is to come.
    approved_at: Option<DateTime<Utc>>,
}

impl Listed for AgreementRead {
    const CONNECTION: &'static str = "AgreementReadConnection";
    const EDGE: &'static str = "AgreementReadEdge";
    const PAGE: &'static str = "A page of readings, the latest first.";
}

pub(crate) type AgreementReadConnection = UncountedConnection<AgreementRead>;

/// A reading.
#[derive(Clone)]
pub(crate) struct AgreementRead(pub(in crate::graph) Arc<audit_event::Model>);

/// That rows were read under an agreement. It is written before a row leaves.
#[Object]
impl AgreementRead {
    /// The reading's global id.
    pub(crate) async fn id(&self) -> ID {
        global_id(NodeKind::AgreementRead, self.0.id)
    }

    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// The centre that read.
    async fn by(&self, ctx: &Context<'_>) -> Option<Centre> {
        Centre::find(loaders(ctx), self.0.centre_id?)
    }

    /// The global id of the token that read.
    async fn access_token_id(&self) -> Option<ID> {
        let token = self.0.token_id;
        token.map(|id| global_id(NodeKind::AccessToken, id))
    }

    /// What was read: a page of people, or one person.
    async fn what(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// The request, as in the `x-request-id` of its answer.
    async fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }
}
