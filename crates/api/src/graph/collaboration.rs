//! Collaborations in the graph.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use macros::paged;
use service::collaboration::CollaborationFilter;
use service::collaboration::record::COLLABORATION;
use service::entity::{Visibility, collaboration};
use service::page::PageRequest;
use service::record::columns::SHARING;
use service::{Result, collaboration as collaborations};

use super::connection::{Connection, Listed, Total};
use super::date::{ApproximateDate, Moment, approximate};
use super::entry::{contribute, inputs, revise};
use super::enum_value::EnumValue;
use super::loaders;
use super::network::Centre;
use super::shared::{Common, SharedThing, shared_thing};

/// A collaboration.
#[derive(Clone)]
pub(crate) struct Collaboration(pub(crate) Arc<collaboration::Model>);

shared_thing!(Collaboration);

/// A shared initiative of several centres.
#[Object]
impl Collaboration {
    #[graphql(flatten)]
    async fn shared_fields(&self) -> Common {
        self.common()
    }

    /// Its name in filters, bundles and addresses.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// Its title.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// What it is about.
    async fn summary(&self) -> Option<&str> {
        self.0.summary.as_deref()
    }

    /// When it began, as precisely as is known.
    async fn started(&self) -> Option<ApproximateDate> {
        approximate(self.0.started.as_ref())
    }

    /// When it ended.
    async fn ended(&self) -> Option<ApproximateDate> {
        approximate(self.0.ended.as_ref())
    }

    /// The centres that take part.
    async fn members(&self, ctx: &Context<'_>) -> Result<Vec<Centre>> {
        let loaders = loaders(ctx);
        let ids = loaders.collaboration_members(self.0.id).await?.unwrap_or_default();
        let mut centres: Vec<_> = ids.iter().filter_map(|id| Centre::find(loaders, *id)).collect();
        centres.sort_by(|one, other| one.0.row.slug.cmp(&other.0.row.slug));
        Ok(centres)
    }
}

impl Listed for Collaboration {
    const CONNECTION: &'static str = "CollaborationConnection";
    const EDGE: &'static str = "CollaborationEdge";
    const PAGE: &'static str = "A page of collaborations, by slug.";
}

pub(crate) type CollaborationConnection = Connection<Collaboration>;

/// Which collaborations. A list that is left out, or null, restricts nothing; an empty one admits nothing.
#[derive(Clone, Default, InputObject)]
#[graphql(name = "CollaborationFilter")]
struct CollaborationFilterInput {
    /// With one of these centres as a member, by slug.
    members: Option<Vec<String>>,
    /// Also those that were withdrawn.
    include_withdrawn: Option<bool>,
}

impl From<CollaborationFilterInput> for CollaborationFilter {
    fn from(input: CollaborationFilterInput) -> Self {
        Self {
            members: input.members.into(),
            include_withdrawn: input.include_withdrawn.unwrap_or_default(),
        }
    }
}

#[derive(Default)]
pub(super) struct CollaborationQuery;

#[paged]
#[Object]
impl CollaborationQuery {
    /// The collaboration with this slug, or null when there is none that you may see.
    async fn collaboration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its slug.")] slug: String,
    ) -> Result<Option<Collaboration>> {
        let loaders = loaders(ctx);
        let row = collaborations::get(&loaders.context, &slug).await?;
        Ok(row.map(|row| Collaboration(Arc::new(row))))
    }

    /// The collaborations that you may see, sorted by slug.
    async fn collaborations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<CollaborationFilterInput>,
        request: PageRequest,
    ) -> Result<CollaborationConnection> {
        let loaders = loaders(ctx);
        let filter = Arc::new(CollaborationFilter::from(filter.unwrap_or_default()));
        let page = collaborations::list(&loaders.context, &filter, &request).await?;
        let total = Total::of(move |loaders| {
            let filter = Arc::clone(&filter);
            async move { collaborations::count(&loaders.context, &filter).await }
        });
        Ok(CollaborationConnection::new(page.map(|row| Collaboration(Arc::new(row))), total))
    }
}

inputs! {
    /// A collaboration to be begun. Things are named by slug or global id.
    BeginCollaborationInput {
        /// Its name in addresses: lower-case letters, digits and hyphens. Without one it is made from the title.
        may slug: String => COLLABORATION.slug;
    }
    /// A collaboration to be revised. What is left out stays as it is; null empties it; a list is replaced whole.
    ReviseCollaborationInput {
        /// Its title.
        must title: String => COLLABORATION.title;
        /// What it is about.
        may summary: String => COLLABORATION.summary;
        /// The centres that take part.
        must members: Vec<ID> => COLLABORATION.members;
        /// When it began: `2019`, `2019-07` or `2019-07-15`.
        may started: String => COLLABORATION.started;
        /// When it ended: `2019`, `2019-07` or `2019-07-15`.
        may ended: String => COLLABORATION.ended;
        /// Who may see it; without a word only your centre. Its members see it where it is `COLLABORATION`.
        may visibility: EnumValue<Visibility> => SHARING.visibility;
        /// Other collaborations whose members may see it, where its visibility is `COLLABORATION`.
        may shared_with: Vec<ID> => SHARING.shared_with;
        /// Until then only your centre sees it, whatever its visibility.
        may embargoed_until: Moment => SHARING.embargoed_until;
    }
}

/// A collaboration that was begun.
#[derive(SimpleObject)]
struct BeginCollaborationPayload {
    /// The collaboration as it is now; with `dryRun`, as it would be.
    collaboration: Collaboration,
}

/// A collaboration that was revised.
#[derive(SimpleObject)]
struct ReviseCollaborationPayload {
    /// The collaboration as it is now; with `dryRun`, as it would be.
    collaboration: Collaboration,
}

/// What can be changed about collaborations.
#[derive(Default)]
pub(super) struct CollaborationMutation;

#[Object]
impl CollaborationMutation {
    /// Begins a collaboration of your centre with others. It needs `collaboration:write`.
    async fn begin_collaboration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The collaboration.")] input: BeginCollaborationInput,
    ) -> Result<BeginCollaborationPayload> {
        let row = contribute!(ctx, Collaborations, input);
        Ok(BeginCollaborationPayload { collaboration: Collaboration(Arc::new(row)) })
    }

    /// Revises a collaboration of your centre. It needs `collaboration:write`.
    async fn revise_collaboration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be different.")] input: ReviseCollaborationInput,
    ) -> Result<ReviseCollaborationPayload> {
        let row = revise!(ctx, Collaborations of Collaboration, input);
        Ok(ReviseCollaborationPayload { collaboration: Collaboration(Arc::new(row)) })
    }
}
