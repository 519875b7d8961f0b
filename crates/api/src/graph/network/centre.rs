//! Centres.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use macros::paged;
use service::entity::{CentreId, NetworkStatus, PartialDate, centre_status, person_role};
use service::evidence::parents::StudiesOf;
use service::filter::AnyOf;
use service::network::directory;
use service::page::PageRequest;
use service::{Error, Result};

use super::engagement::{Engagement, EngagementConnection};
use super::person::Role;
use crate::graph::connection::{Connection, Listed, Total, wrapped};
use crate::graph::date::{ApproximateDate, approximate};
use crate::graph::enum_value::{EnumValue, any_of};
use crate::graph::evidence::{StudyConnection, StudyFilterInput, StudyOrder, studies_of};
use crate::graph::global_id::{NodeKind, global_id};
use crate::graph::loaders;
use crate::loading::Loaders;

/// A What Works Centre.
#[derive(Clone)]
pub(crate) struct Centre(pub(crate) Arc<directory::Centre>);

impl Centre {
    /// Returns the centre of this id.
    pub(crate) fn find(loaders: &Loaders, id: CentreId) -> Option<Self> {
        loaders.directory.centres.by_id(id).cloned().map(Self)
    }

    /// Returns the centre to which something refers, which must be there.
    ///
    /// # Errors
    /// `INTERNAL_SERVER_ERROR`: the database does not let a centre go to which something refers.
    pub(crate) fn of(loaders: &Loaders, id: CentreId) -> Result<Self> {
        Self::find(loaders, id).ok_or_else(|| {
            Error::internal(std::io::Error::other(format!("centre {id} is not in the directory")))
        })
    }
}

/// A What Works Centre: it gathers, makes and shares evidence for one area of policy.
#[paged]
#[Object]
impl Centre {
    /// The centre's global id.
    pub(crate) async fn id(&self) -> ID {
        global_id(NodeKind::Centre, self.0.row.id)
    }

    /// Its name in filters, bundles and addresses: the full name in kebab case.
    async fn slug(&self) -> &str {
        &self.0.row.slug
    }

    /// Counts up from 1 with each revision; give it as `expectedVersion` to revise.
    async fn version(&self, ctx: &Context<'_>) -> Result<i32> {
        loaders(ctx).version(self.0.row.id).await
    }

    /// Its full name.
    async fn name(&self) -> &str {
        &self.0.row.name
    }

    /// What people call it.
    async fn short_name(&self) -> Option<&str> {
        self.0.row.short_name.as_deref()
    }

    /// The area of policy that it gathers evidence for.
    async fn policy_area(&self) -> &str {
        &self.0.row.policy_area
    }

    /// What it does, in a sentence or two.
    async fn description(&self) -> Option<&str> {
        self.0.row.description.as_deref()
    }

    /// When it was founded, as precisely as is known.
    async fn founded(&self) -> Option<ApproximateDate> {
        approximate(self.0.row.founded.as_ref())
    }

    /// Its standing in the What Works Network today.
    async fn network_status(&self, ctx: &Context<'_>) -> EnumValue<NetworkStatus> {
        let today = loaders(ctx).context.now().date_naive();
        EnumValue(self.0.status_on(today))
    }

    /// Its standing in the network over time, from the oldest.
    async fn status_history(&self) -> Vec<NetworkStatusPeriod> {
        self.0.statuses.iter().filter_map(NetworkStatusPeriod::new).collect()
    }

    /// Its id in the Research Organization Registry.
    async fn ror_id(&self) -> Option<&str> {
        self.0.row.ror_id.as_deref()
    }

    /// Its website.
    async fn homepage(&self) -> Option<&str> {
        self.0.row.homepage.as_deref()
    }

    /// The centre that carries on its work.
    async fn successor(&self, ctx: &Context<'_>) -> Option<Self> {
        self.0.row.successor.and_then(|id| Self::find(loaders(ctx), id))
    }

    /// The centres whose work it carries on.
    async fn predecessors(&self, ctx: &Context<'_>) -> Vec<Self> {
        self.0.predecessors.iter().filter_map(|id| Self::find(loaders(ctx), *id)).collect()
    }

    /// The people who work, or worked, for it, without those whose entries were withdrawn.
    async fn people(&self, ctx: &Context<'_>) -> Vec<Role> {
        let people = &loaders(ctx).directory.people;
        let stands = |role: &&person_role::Model| {
            let person = people.by_id(role.person_id);
            person.is_some_and(|person| person.row.withdrawn_at.is_none())
        };
        self.0.roles.iter().filter(stands).cloned().map(Role).collect()
    }

    /// The studies that it leads or takes part in.
    async fn studies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which studies; the centre is added.")] filter: Option<StudyFilterInput>,
        #[graphql(desc = "How they are sorted: the latest begun first, when nothing is said.")]
        order_by: Option<StudyOrder>,
        request: PageRequest,
    ) -> Result<StudyConnection> {
        let of = StudiesOf::Centre;
        studies_of(loaders(ctx), of, self.0.row.id, filter, order_by, request).await
    }

    /// Its visits to, and work with, local authorities.
    async fn engagements(
        &self,
        ctx: &Context<'_>,
        request: PageRequest,
    ) -> Result<EngagementConnection> {
        let id = self.0.row.id;
        let page = loaders(ctx).centre_engagements(id, request).await?;
        let total = Total::of(move |loaders| async move {
            Ok(loaders.centre_engagement_count(id).await?.unwrap_or_default())
        });
        Ok(EngagementConnection::new(wrapped(&page, Engagement), total))
    }
}

impl Listed for Centre {
    const CONNECTION: &'static str = "CentreConnection";
    const EDGE: &'static str = "CentreEdge";
    const PAGE: &'static str = "A page of centres.";
}

pub(crate) type CentreConnection = Connection<Centre>;

/// A centre's standing in the network for a time.
#[derive(SimpleObject)]
struct NetworkStatusPeriod {
    /// The standing.
    status: EnumValue<NetworkStatus>,
    /// From when, as precisely as is known.
    since: ApproximateDate,
    /// Until when; null while it lasts.
    until: Option<ApproximateDate>,
    /// What happened, and how sure the source is.
    note: Option<String>,
}

impl NetworkStatusPeriod {
    fn new(row: &centre_status::Model) -> Option<Self> {
        Some(Self {
            status: EnumValue(row.status),
            since: ApproximateDate(PartialDate::try_from(row.since.clone()).ok()?),
            until: approximate(row.until.as_ref()),
            note: row.note.clone(),
        })
    }
}

/// Which centres: any of the values within a field, and all of the fields. A list that is left out, or null, restricts nothing; an empty one admits nothing.
#[derive(Default, InputObject)]
#[graphql(name = "CentreFilter")]
pub(crate) struct CentreFilterInput {
    /// With one of these standings today.
    network_statuses: Option<Vec<EnumValue<NetworkStatus>>>,
    /// For one of these areas of policy, in the words of the centres themselves.
    policy_areas: Option<Vec<String>>,
}

impl CentreFilterInput {
    /// Returns the centres that pass, by slug.
    pub(super) fn apply(self, loaders: &Loaders) -> Vec<Centre> {
        let today = loaders.context.now().date_naive();
        let statuses = any_of(self.network_statuses);
        let areas = AnyOf::from(self.policy_areas);
        let passes = |centre: &&Arc<directory::Centre>| {
            statuses.admits(&centre.status_on(today)) && areas.admits(&centre.row.policy_area)
        };
        loaders.directory.centres.all().iter().filter(passes).cloned().map(Centre).collect()
    }
}
