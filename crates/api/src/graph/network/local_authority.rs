//! Local authorities.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object};
use macros::paged;
use service::Result;
use service::entity::{LocalAuthorityId, local_authority};
use service::evidence::parents::StudiesOf;
use service::filter::AnyOf;
use service::network::authority::{existed, has_social_care};
use service::page::PageRequest;
use service::spelling::folded;

use super::engagement::{Engagement, EngagementConnection};
use crate::graph::connection::{Connection, Listed, Total, wrapped};
use crate::graph::date::Date;
use crate::graph::date::{ApproximateDate, approximate};
use crate::graph::evidence::{StudyConnection, StudyFilterInput, StudyOrder, studies_of};
use crate::graph::global_id::{NodeKind, global_id};
use crate::graph::loaders;
use crate::graph::shared::Withdrawal;
use crate::graph::young_people::{EvidenceNeed, evidence_need};
use crate::loading::Loaders;

/// A local authority.
#[derive(Clone)]
pub(crate) struct LocalAuthority(pub(crate) Arc<local_authority::Model>);

impl LocalAuthority {
    pub(crate) fn find(loaders: &Loaders, id: LocalAuthorityId) -> Option<Self> {
        loaders.directory.local_authorities.by_id(id).cloned().map(Self)
    }

    /// Returns some authorities, by GSS code.
    fn all(loaders: &Loaders, ids: &[LocalAuthorityId]) -> Vec<Self> {
        let mut all: Vec<_> = ids.iter().filter_map(|id| Self::find(loaders, *id)).collect();
        all.sort_by(|one, other| one.0.gss_code.cmp(&other.0.gss_code));
        all
    }
}

/// A local authority: a council of today or of the past.
#[paged]
#[Object]
impl LocalAuthority {
    /// The authority's global id.
    pub(crate) async fn id(&self) -> ID {
        global_id(NodeKind::LocalAuthority, self.0.id)
    }

    /// Its nine-character code of the Office for National Statistics.
    async fn gss_code(&self) -> &str {
        &self.0.gss_code
    }

    /// That it was withdrawn, when and why; null while it stands.
    async fn withdrawal(&self, ctx: &Context<'_>) -> Result<Option<Withdrawal>> {
        let row = &self.0;
        let reason = row.withdrawal_reason.as_ref();
        let by = row.superseded_by.map(Into::into);
        Withdrawal::of(loaders(ctx), NodeKind::LocalAuthority, row.withdrawn_at, reason, by).await
    }

    /// Counts up from 1 with each revision; give it as `expectedVersion` to revise.
    async fn version(&self, ctx: &Context<'_>) -> Result<i32> {
        loaders(ctx).version(self.0.id).await
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Its full, official name.
    async fn official_name(&self) -> Option<&str> {
        self.0.official_name.as_deref()
    }

    /// The nation that it lies in.
    async fn country(&self) -> &str {
        &self.0.country
    }

    /// The region of England that it lies in.
    async fn region(&self) -> Option<&str> {
        self.0.region.as_deref()
    }

    /// The kind of authority, such as a county or a London borough.
    async fn authority_type(&self) -> Option<&str> {
        self.0.authority_type.as_deref()
    }

    /// The three-digit number that the Department for Education's returns use. Two authorities may have had one
    /// number, one after the other: North Yorkshire's county council until 31 March 2023, and its unitary council since.
    async fn dfe_number(&self) -> Option<&str> {
        self.0.dfe_number.as_deref()
    }

    /// When it came to be, as precisely as is known.
    async fn established(&self) -> Option<ApproximateDate> {
        approximate(self.0.established.as_ref())
    }

    /// The first day on which it was no more, as precisely as is known; null while no end is known. It may lie ahead.
    /// A source that gives the last day of a month means the last day on which it was.
    async fn abolished(&self) -> Option<ApproximateDate> {
        approximate(self.0.abolished.as_ref())
    }

    /// Whether it existed on a day, as far as is known: an unknown beginning is long ago, an unknown end far ahead.
    async fn existed_on(&self, #[graphql(desc = "The day.")] day: Date) -> bool {
        existed(&self.0, day.0)
    }

    /// Whether it answers for children's social care while it exists: counties, unitary authorities, metropolitan
    /// districts and London boroughs do; other districts, combined authorities and Northern Ireland's councils don't.
    async fn has_childrens_social_care(&self) -> bool {
        has_social_care(&self.0)
    }

    /// The authorities that carry on its work, or a part of it, by GSS code; several where its area was divided.
    async fn successors(&self, ctx: &Context<'_>) -> Vec<LocalAuthority> {
        let loaders = loaders(ctx);
        let successions = &loaders.directory.successions;
        Self::all(loaders, successions.successors(self.0.id))
    }

    /// The authorities whose work it carries on, or a part of it, by GSS code.
    async fn predecessors(&self, ctx: &Context<'_>) -> Vec<LocalAuthority> {
        let loaders = loaders(ctx);
        let successions = &loaders.directory.successions;
        Self::all(loaders, successions.predecessors(self.0.id))
    }

    /// The studies that have a site in it.
    async fn studies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which studies; the authority is added.")] filter: Option<
            StudyFilterInput,
        >,
        #[graphql(desc = "How they are sorted: the latest begun first, when nothing is said.")]
        order_by: Option<StudyOrder>,
        request: PageRequest,
    ) -> Result<StudyConnection> {
        let of = StudiesOf::LocalAuthority;
        studies_of(loaders(ctx), of, self.0.id, filter, order_by, request).await
    }

    /// For each population of young people in touch with social work there, how many they are, safely, and how much
    /// evidence of which strength speaks to them: first where there are many and little evidence. It needs
    /// `young-people:statistics`; the reference day is a 31 March.
    async fn evidence_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The reference day: 31 March of a year.")] as_at: Date,
    ) -> Result<Vec<EvidenceNeed>> {
        evidence_need(loaders(ctx), &self.0.gss_code, as_at).await
    }

    /// Centres' visits to it and work with it.
    async fn engagements(
        &self,
        ctx: &Context<'_>,
        request: PageRequest,
    ) -> Result<EngagementConnection> {
        let id = self.0.id;
        let page = loaders(ctx).authority_engagements(id, request).await?;
        let total = Total::of(move |loaders| async move {
            Ok(loaders.authority_engagement_count(id).await?.unwrap_or_default())
        });
        Ok(EngagementConnection::new(wrapped(&page, Engagement), total))
    }
}

impl Listed for LocalAuthority {
    const CONNECTION: &'static str = "LocalAuthorityConnection";
    const EDGE: &'static str = "LocalAuthorityEdge";
    const PAGE: &'static str = "A page of local authorities, by GSS code.";
}

pub(crate) type LocalAuthorityConnection = Connection<LocalAuthority>;

/// Which authorities: any of the values within a field, and all of the fields. A list that is left out, or null, restricts nothing; an empty one admits nothing.
#[derive(Default, InputObject)]
#[graphql(name = "LocalAuthorityFilter")]
pub(crate) struct LocalAuthorityFilterInput {
    /// In one of these nations, such as `England`.
    countries: Option<Vec<String>>,
    /// In one of these regions of England, such as `North West`.
    regions: Option<Vec<String>>,
    /// With this text in the name, whatever the case and the accents.
    text: Option<String>,
    /// With one of these numbers of the Department for Education; add `asAt` for whose it was on a day.
    dfe_numbers: Option<Vec<String>>,
    /// Only those that exist today.
    current: Option<bool>,
    /// Only those that existed on this day, such as the 31 March on which a collection ended.
    as_at: Option<Date>,
    /// Only those that answer for children's social care, or only those that don't.
    has_childrens_social_care: Option<bool>,
    /// Also those that were withdrawn.
    include_withdrawn: Option<bool>,
}

impl LocalAuthorityFilterInput {
    /// Returns the authorities that pass, by GSS code.
    pub(super) fn apply(self, loaders: &Loaders) -> Vec<LocalAuthority> {
        let countries = AnyOf::from(self.countries).map(|name| folded(&name));
        // An authority outside England has no region.
        let regions = AnyOf::from(self.regions).map(|name| Some(folded(&name)));
        let text = folded(&self.text.unwrap_or_default());
        let numbers = AnyOf::from(self.dfe_numbers).map(Some);
        let today = self.current.unwrap_or_default().then(|| loaders.context.now().date_naive());
        let as_at = self.as_at.map(|day| day.0);
        let passes = |authority: &&Arc<local_authority::Model>| {
            countries.admits(&folded(&authority.country))
                && regions.admits(&authority.region.as_deref().map(folded))
                && folded(&authority.name).contains(&text)
                && numbers.admits(&authority.dfe_number)
                && [today, as_at].into_iter().flatten().all(|day| existed(authority, day))
                && self
                    .has_childrens_social_care
                    .is_none_or(|wanted| wanted == has_social_care(authority))
        };
        loaders
            .directory
            .local_authorities
            .listed(self.include_withdrawn.unwrap_or_default())
            .filter(passes)
            .cloned()
            .map(LocalAuthority)
            .collect()
    }
}
