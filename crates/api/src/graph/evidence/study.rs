//! Studies.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};
use macros::paged;
use service::entity::{
    RatedKind, StopReason, StudyDesign, StudyRole, StudyStatus, study, study_site,
    study_status_change,
};
use service::evidence::parents::{StudiesOf, StudyLists};
use service::page::PageRequest;
use service::{Result, evidence};
use uuid::Uuid;

use super::comparison::{RatingComparison, wrap_comparison};
use super::filters::{StudyFilterInput, StudyOrder};
use super::finding::{Finding, FindingConnection};
use super::publication::{Publication, PublicationConnection};
use super::rating::{RatingConnection, ratings_of};
use super::reliance::{ReliedUpon, wrap_relied};
use crate::graph::connection::{Connection, Listed, Total, wrapped};
use crate::graph::date::Date;
use crate::graph::enum_value::EnumValue;
use crate::graph::loaders;
use crate::graph::network::VocabularyTerm;
use crate::graph::network::{
    Centre, Intervention, LocalAuthority, Outcome, Partner, Population, Programme,
};
use crate::graph::shared::{Common, SharedThing, shared_thing};
use crate::graph::young_people::{Reach, reach};
use crate::loading::Loaders;

/// A study.
#[derive(Clone)]
pub(crate) struct Study(pub(crate) Arc<study::Model>);

shared_thing!(Study);

/// One evaluation or research project, however many documents report it.
#[paged]
#[Object]
impl Study {
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

    /// What it asks and does.
    async fn summary(&self) -> Option<&str> {
        self.0.summary.as_deref()
    }

    /// How it is, or will be, done.
    async fn design(&self) -> EnumValue<StudyDesign> {
        EnumValue(self.0.design)
    }

    /// How far it has come.
    async fn status(&self) -> EnumValue<StudyStatus> {
        EnumValue(self.0.status)
    }

    /// How its status changed, from the oldest, as far as the source gives dates.
    async fn status_history(&self, ctx: &Context<'_>) -> Result<Vec<StatusChange>> {
        let changes = loaders(ctx).study_statuses(self.0.id).await?;
        Ok(changes.iter().flat_map(|list| list.iter()).map(StatusChange::new).collect())
    }

    /// When it begins.
    async fn starts_on(&self) -> Option<Date> {
        self.0.starts_on.map(Date)
    }

    /// When it ends.
    async fn ends_on(&self) -> Option<Date> {
        self.0.ends_on.map(Date)
    }

    /// Where it was registered before it began; null when the source does not say.
    async fn registration(&self) -> Option<Registration> {
        let row = &self.0;
        let known = row.registry.is_some()
            || row.registration_id.is_some()
            || row.registration_url.is_some();
        known.then(|| Registration {
            registry: row.registry.clone(),
            number: row.registration_id.clone(),
            url: row.registration_url.clone(),
        })
    }

    /// The centre that leads it.
    async fn lead_centre(&self, ctx: &Context<'_>) -> Result<Centre> {
        Centre::of(loaders(ctx), self.0.lead_centre)
    }

    /// The other centres that take part.
    async fn collaborating_centres(&self, ctx: &Context<'_>) -> Result<Vec<Centre>> {
        let loaders = loaders(ctx);
        let rows = loaders.study_centres(self.0.id).await?;
        let collaborators = rows
            .iter()
            .flat_map(|list| list.iter())
            .filter(|row| row.role == StudyRole::Collaborator);
        Ok(by_slug(
            collaborators.filter_map(|row| Centre::find(loaders, row.centre_id)),
            |centre| &centre.0.row.slug,
        ))
    }

    /// The programme that it belongs to.
    async fn programme(&self, ctx: &Context<'_>) -> Option<Programme> {
        self.0.programme_id.and_then(|id| Programme::find(loaders(ctx), id))
    }

    /// The organisations that take part, as far as they are named.
    async fn partners(&self, ctx: &Context<'_>) -> Result<Vec<Partner>> {
        let loaders = loaders(ctx);
        let rows = loaders.study_partners(self.0.id).await?;
        let partners = rows
            .iter()
            .flat_map(|list| list.iter())
            .filter_map(|row| Partner::find(loaders, row.partner_id));
        Ok(by_slug(partners, |partner| &partner.0.slug))
    }

    /// The local authorities where it takes place.
    async fn sites(&self, ctx: &Context<'_>) -> Result<Vec<Site>> {
        let loaders = loaders(ctx);
        let rows = loaders.study_sites(self.0.id).await?;
        let sites =
            rows.iter().flat_map(|list| list.iter()).filter_map(|row| Site::new(loaders, row));
        Ok(by_slug(sites, |site| &site.local_authority.0.gss_code))
    }

    /// The interventions that it is about: those that it names itself, and those of its findings that you may see and
    /// that stand. A finding's go with it; the change feed tells of the finding, not of the study.
    async fn interventions(&self, ctx: &Context<'_>) -> Result<Vec<Intervention>> {
        let loaders = loaders(ctx);
        let rows = loaders.study_terms(self.0.id).await?;
        let terms = rows.iter().flat_map(|list| list.iter());
        Ok(by_slug(terms.filter_map(|term| Intervention::find(loaders, *term)), |term| {
            &term.0.row.slug
        }))
    }

    /// The outcomes that it measures: those that it names itself, and those of its findings that you may see and that
    /// stand. A finding's go with it; the change feed tells of the finding, not of the study.
    async fn outcomes(&self, ctx: &Context<'_>) -> Result<Vec<Outcome>> {
        let loaders = loaders(ctx);
        let rows = loaders.study_terms(self.0.id).await?;
        let terms = rows.iter().flat_map(|list| list.iter());
        Ok(by_slug(terms.filter_map(|term| Outcome::find(loaders, *term)), |term| &term.0.row.slug))
    }

    /// How many young people there are in its populations and at its sites, safely: null when the returns of local
    /// authorities tell of none of its populations. It needs `young-people:statistics`; the reference day is a 31
    /// March.
    async fn reach(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The reference day: 31 March of a year.")] as_at: Date,
    ) -> Result<Option<Reach>> {
        let loaders = loaders(ctx);
        let rows = loaders.study_sites(self.0.id).await?;
        let sites = rows.iter().flat_map(|list| list.iter());
        let sites = sites.filter_map(|row| LocalAuthority::find(loaders, row.local_authority_id));
        let sites = sites.map(|place| place.0.gss_code.clone()).collect();
        let terms = loaders.study_terms(self.0.id).await?;
        let terms = terms.iter().flat_map(|list| list.iter());
        let terms: Vec<_> = terms.copied().collect();
        reach(loaders, sites, &terms, as_at).await
    }

    /// The populations that it is about: those that it names itself, and those of its findings that you may see and
    /// that stand. A finding's go with it; the change feed tells of the finding, not of the study.
    async fn populations(&self, ctx: &Context<'_>) -> Result<Vec<Population>> {
        let loaders = loaders(ctx);
        let rows = loaders.study_terms(self.0.id).await?;
        let terms = rows.iter().flat_map(|list| list.iter());
        Ok(by_slug(terms.filter_map(|term| Population::find(loaders, *term)), |term| {
            &term.0.row.slug
        }))
    }

    /// The documents that report it, newest first.
    async fn publications(
        &self,
        ctx: &Context<'_>,
        request: PageRequest,
    ) -> Result<PublicationConnection> {
        let id = self.0.id;
        let page = loaders(ctx).study_publications(id, request).await?;
        let total = Total::of(move |loaders| async move {
            Ok(loaders.study_publication_count(id).await?.unwrap_or_default())
        });
        Ok(PublicationConnection::new(wrapped(&page, Publication), total))
    }

    /// Its findings, in the order of their contribution.
    async fn findings(&self, ctx: &Context<'_>, request: PageRequest) -> Result<FindingConnection> {
        let id = self.0.id;
        let page = loaders(ctx).study_findings(id, request).await?;
        let total = Total::of(move |loaders| async move {
            Ok(loaders.study_finding_count(id).await?.unwrap_or_default())
        });
        Ok(FindingConnection::new(wrapped(&page, Finding), total))
    }

    /// What centres hold of it, each on its own standard, newest first: by the day on which they rated it, and of one day
    /// the last that was contributed.
    async fn ratings(&self, ctx: &Context<'_>, request: PageRequest) -> Result<RatingConnection> {
        ratings_of(ctx, RatedKind::Study, self.0.id, request).await
    }

    /// The ratings that stand, side by side, and why those that differ do so.
    async fn rating_comparison(&self, ctx: &Context<'_>) -> Result<RatingComparison> {
        Ok(wrap_comparison(loaders(ctx).study_comparison(self.0.id).await?))
    }

    /// What it leans on and was withdrawn or superseded: publications that report it, as far as you may see it.
    async fn relies_on_withdrawn(&self, ctx: &Context<'_>) -> Result<Vec<ReliedUpon>> {
        Ok(wrap_relied(loaders(ctx).relied_on_by_study(self.0.id).await?))
    }
}

impl Listed for Study {
    const CONNECTION: &'static str = "StudyConnection";
    const EDGE: &'static str = "StudyEdge";
    const PAGE: &'static str = "A page of studies.";
}

pub(crate) type StudyConnection = Connection<Study>;

/// Returns a page of the studies that the viewer may see.
pub(super) async fn list_studies(
    loaders: &Arc<Loaders>,
    filter: StudyFilterInput,
    order_by: Option<StudyOrder>,
    request: PageRequest,
) -> Result<StudyConnection> {
    let filter = Arc::new(evidence::study::StudyFilter::from(filter));
    let order = order_by.map(Into::into).unwrap_or_default();
    let page = evidence::study::list(&loaders.context, &filter, order, &request).await?;
    let total = Total::of(move |loaders| {
        let filter = Arc::clone(&filter);
        async move { evidence::study::count(&loaders.context, &filter).await }
    });
    Ok(StudyConnection::new(page.map(|row| Study(Arc::new(row))), total))
}

/// Returns a page of the studies of a parent, read together with those of its siblings.
pub(crate) async fn studies_of(
    loaders: &Arc<Loaders>,
    of: StudiesOf,
    parent: impl Into<Uuid>,
    filter: Option<StudyFilterInput>,
    order_by: Option<StudyOrder>,
    request: PageRequest,
) -> Result<StudyConnection> {
    let filter = filter.unwrap_or_default();
    let filter = match of {
        StudiesOf::Term(_) => filter.or_narrower(),
        StudiesOf::Centre | StudiesOf::Programme | StudiesOf::LocalAuthority => filter,
    };
    let parent = parent.into();
    let lists = Arc::new(StudyLists {
        of,
        filter: filter.into(),
        order: order_by.map(Into::into).unwrap_or_default(),
    });
    let page = loaders.studies_of(parent, Arc::clone(&lists), request).await?;
    let total = Total::of(move |loaders| {
        let lists = Arc::clone(&lists);
        async move { loaders.count_studies_of(parent, lists).await }
    });
    Ok(StudyConnection::new(wrapped(&page, Study), total))
}

fn by_slug<T>(things: impl Iterator<Item = T>, slug: impl Fn(&T) -> &String) -> Vec<T> {
    let mut list: Vec<T> = things.collect();
    list.sort_by(|one, other| slug(one).cmp(slug(other)));
    list
}

/// Where a study was registered before it began.
#[derive(SimpleObject)]
struct Registration {
    /// The register, such as `ISRCTN` or `OSF`.
    registry: Option<String>,
    /// The number in the register.
    number: Option<String>,
    /// Where the registration can be read.
    url: Option<String>,
}

/// A change of a study's status.
#[derive(SimpleObject)]
struct StatusChange {
    /// To what it changed.
    status: EnumValue<StudyStatus>,
    /// When.
    on: Date,
    /// Why; above all, why a centre changed its mind.
    reason: Option<String>,
    /// Of a study that was stopped, what kind of reason it was; null when the source does not say.
    stop_reason: Option<EnumValue<StopReason>>,
}

impl StatusChange {
    fn new(row: &study_status_change::Model) -> Self {
        Self {
            status: EnumValue(row.status),
            on: Date(row.on),
            reason: row.reason.clone(),
            stop_reason: row.stop_reason.map(EnumValue),
        }
    }
}

/// A local authority where a study takes place.
#[derive(SimpleObject)]
struct Site {
    /// The authority.
    local_authority: LocalAuthority,
    /// In a stepped wedge, the step at which it starts, from 1.
    step: Option<i32>,
    /// When it starts there.
    starts_on: Option<Date>,
}

impl Site {
    fn new(loaders: &Loaders, row: &study_site::Model) -> Option<Self> {
        let local_authority = LocalAuthority::find(loaders, row.local_authority_id)?;
        Some(Self { local_authority, step: row.step, starts_on: row.starts_on.map(Date) })
    }
}
