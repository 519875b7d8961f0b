//! The loaders of one request, one for each way from a thing to others.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use service::entity::{
    CentreId, ChangeKind, LevelId, RatedKind, TermId, access_token, audit_event, change,
    collaboration, engagement, feedback, finding, loaded_return, possible_duplicate, publication,
    publication_author, rating, return_problem, study, study_centre, study_partner, study_site,
    study_status_change,
};
use service::evidence::comparison::Comparison;
use service::evidence::reliance::ReliedUpon;
use service::history::Revision;
use service::network::Directory;
use service::network::engagement::EngagementsOf;
use service::page::{Page, PageRequest};
use service::young_people::agreement::{self, Agreement};
use service::young_people::link::{self, Evidence};
use service::young_people::people::{self, YoungPerson};
use service::young_people::returns;
use service::young_people::statistics::{self, Question, Table};
use service::{
    Error, RequestContext, Result, Space, Viewer, access, collaboration as collaborations,
    evidence, feed, history, network, shared,
};
use uuid::Uuid;

use super::batch::{Batch, Fetch, by_arguments, for_each};
use super::lists::Lists;

/// A request, and what has been read for it so far.
pub(crate) struct Loaders {
    /// Who asks, of what, and when.
    pub(crate) context: RequestContext,
    /// The network as it was at the beginning of the request.
    pub(crate) directory: Arc<Directory>,
    batches: Batches,
    pub(super) lists: Lists,
}

impl Loaders {
    /// Begins a request.
    pub(crate) async fn new(space: &Arc<Space>, viewer: Viewer) -> Result<Arc<Self>> {
        let context = RequestContext::new(space, viewer);
        let directory = context.directory().await?;
        Ok(Self::of(context, directory))
    }

    /// Returns the loaders of a request of the past. The network is as it is now.
    pub(crate) fn of_the_past(&self, past: &Arc<Space>) -> Arc<Self> {
        let context = RequestContext::new(past, self.context.viewer().clone());
        Self::of(context, Arc::clone(&self.directory))
    }

    fn of(context: RequestContext, directory: Arc<Directory>) -> Arc<Self> {
        let (batches, lists) = (Batches::default(), Lists::default());
        Arc::new(Self { context, directory, batches, lists })
    }
}

impl Loaders {
    /// Returns a table of counts of young people: however many fields of a request ask for it, it is made once.
    pub(crate) async fn statistics(self: &Arc<Self>, question: Question) -> Result<Arc<Table>> {
        // A question that is refused costs no other.
        let fetch: Fetch<Question, Result<Arc<Table>>> = |loaders, questions| {
            Box::pin(async move {
                let mut tables = HashMap::new();
                for question in questions {
                    let table = statistics::table(&loaders.context, &question).await;
                    tables.insert(question, table.map(Arc::new));
                }
                Ok(tables)
            })
        };
        let table = self.batches.statistics.load(self, question, fetch).await?;
        table.unwrap_or_else(|| Err(Error::not_found("table")))
    }

    /// Returns how much of the evidence that the viewer sees speaks to each population of young people.
    pub(crate) async fn population_evidence(self: &Arc<Self>) -> Result<Arc<Vec<Evidence>>> {
        let fetch: Fetch<(), Arc<Vec<Evidence>>> = |loaders, _| {
            Box::pin(async move {
                let evidence = link::evidence(&loaders.context).await?;
                Ok(HashMap::from([((), Arc::new(evidence))]))
            })
        };
        let evidence = self.batches.population_evidence.load(self, (), fetch).await?;
        Ok(evidence.unwrap_or_default())
    }
}

/// A page of each parent's list.
type Pages<T> = Batch<(Uuid, PageRequest), Result<Arc<Page<T>>>>;

#[derive(Default)]
pub(crate) struct Batches {
    statistics: Batch<Question, Result<Arc<Table>>>,
    population_evidence: Batch<(), Arc<Vec<Evidence>>>,
    studies: Batch<Uuid, Arc<study::Model>>,
    publications: Batch<Uuid, Arc<publication::Model>>,
    standing_publications: Batch<Uuid, Arc<publication::Model>>,
    possible_duplicates: Batch<Uuid, Arc<Vec<possible_duplicate::Model>>>,
    findings: Batch<Uuid, Arc<finding::Model>>,
    ratings: Batch<Uuid, Arc<rating::Model>>,
    collaborations: Batch<Uuid, Arc<collaboration::Model>>,
    feedback: Batch<Uuid, Arc<feedback::Model>>,
    engagements: Batch<Uuid, Arc<engagement::Model>>,
    study_terms: Batch<Uuid, Arc<BTreeSet<TermId>>>,
    study_centres: Batch<Uuid, Arc<Vec<study_centre::Model>>>,
    study_sites: Batch<Uuid, Arc<Vec<study_site::Model>>>,
    study_partners: Batch<Uuid, Arc<Vec<study_partner::Model>>>,
    study_statuses: Batch<Uuid, Arc<Vec<study_status_change::Model>>>,
    study_publications: Pages<publication::Model>,
    study_publication_counts: Batch<Uuid, u64>,
    study_findings: Pages<finding::Model>,
    study_finding_counts: Batch<Uuid, u64>,
    study_ratings: Pages<rating::Model>,
    study_rating_counts: Batch<Uuid, u64>,
    publication_ratings: Pages<rating::Model>,
    publication_rating_counts: Batch<Uuid, u64>,
    intervention_ratings: Pages<rating::Model>,
    intervention_rating_counts: Batch<Uuid, u64>,
    rating_scores: Batch<Uuid, Arc<Vec<LevelId>>>,
    considered_studies: Pages<study::Model>,
    considered_study_counts: Batch<Uuid, u64>,
    considered_publications: Pages<publication::Model>,
    considered_publication_counts: Batch<Uuid, u64>,
    study_comparisons: Batch<Uuid, Arc<Comparison>>,
    publication_comparisons: Batch<Uuid, Arc<Comparison>>,
    intervention_comparisons: Batch<Uuid, Arc<Comparison>>,
    relied_on_by_studies: Batch<Uuid, Arc<Vec<ReliedUpon>>>,
    relied_on_by_findings: Batch<Uuid, Arc<Vec<ReliedUpon>>>,
    relied_on_by_ratings: Batch<Uuid, Arc<Vec<ReliedUpon>>>,
    publication_authors: Batch<Uuid, Arc<Vec<publication_author::Model>>>,
    publication_studies: Pages<study::Model>,
    publication_study_counts: Batch<Uuid, u64>,
    collaboration_members: Batch<Uuid, Arc<Vec<CentreId>>>,
    centre_engagements: Pages<engagement::Model>,
    centre_engagement_counts: Batch<Uuid, u64>,
    authority_engagements: Pages<engagement::Model>,
    authority_engagement_counts: Batch<Uuid, u64>,
    versions: Batch<Uuid, i32>,
    histories: Batch<(ChangeKind, Uuid), Arc<Vec<Revision>>>,
    access_tokens: Batch<Uuid, Arc<access_token::Model>>,
    audit_events: Batch<Uuid, Arc<audit_event::Model>>,
    agreements: Batch<Uuid, Arc<Agreement>>,
    agreement_reads: Batch<Uuid, Arc<audit_event::Model>>,
    loaded_returns: Batch<Uuid, Arc<loaded_return::Model>>,
    return_problems: Batch<(Uuid, i32), Arc<return_problem::Model>>,
    duplicate_pairs: Batch<Uuid, Arc<possible_duplicate::Model>>,
    changes: Batch<i64, Arc<change::Model>>,
    young_people: Batch<(Uuid, String), Result<Arc<YoungPerson>>>,
}

/// A loader that reads one value, or one list, for each key.
macro_rules! each {
    ($($(#[$doc:meta])* $name:ident: $loader:ident -> $value:ty, |$loaders:ident, $keys:ident| $read:expr;)*) => {
        impl Loaders {$(
            $(#[$doc])*
            pub(crate) async fn $name(self: &Arc<Self>, key: impl Into<Uuid>) -> Result<Option<$value>> {
                let fetch: Fetch<Uuid, $value> = |$loaders, $keys| {
                    Box::pin(async move {
                        let read = $read.await?;
                        Ok(read.into_iter().map(|(key, value)| (key, value.into())).collect())
                    })
                };
                self.batches.$loader.load(self, key.into(), fetch).await
            }
        )*}
    };
}

each! {
    study: studies -> Arc<study::Model>,
        |loaders, keys| shared::by_ids::<study::Entity>(&loaders.context, &keys);
    publication: publications -> Arc<publication::Model>,
        |loaders, keys| shared::by_ids::<publication::Entity>(&loaders.context, &keys);
    /// The publication that stands for an id: itself, or the one into which it was joined.
    standing_publication: standing_publications -> Arc<publication::Model>,
        |loaders, keys| evidence::duplicates::stands_for(&loaders.context, &keys);
    /// What may be the same as a publication.
    possible_duplicates: possible_duplicates -> Arc<Vec<possible_duplicate::Model>>,
        |loaders, keys| evidence::duplicates::of_publications(&loaders.context, &keys);
    finding: findings -> Arc<finding::Model>,
        |loaders, keys| shared::by_ids::<finding::Entity>(&loaders.context, &keys);
    rating: ratings -> Arc<rating::Model>,
        |loaders, keys| shared::by_ids::<rating::Entity>(&loaders.context, &keys);
    /// Feedback to a centre.
    feedback: feedback -> Arc<feedback::Model>,
        |loaders, keys| shared::by_ids::<feedback::Entity>(&loaders.context, &keys);
    collaboration: collaborations -> Arc<collaboration::Model>,
        |loaders, keys| shared::by_ids::<collaboration::Entity>(&loaders.context, &keys);
    /// The record of an access token.
    access_token: access_tokens -> Arc<access_token::Model>,
        |loaders, keys| access::token::by_ids(&loaders.context, &keys);
    audit_event: audit_events -> Arc<audit_event::Model>,
        |loaders, keys| access::audit::by_ids(&loaders.context, &keys);
    /// A data-sharing agreement.
    agreement: agreements -> Arc<Agreement>,
        |loaders, keys| agreement::by_ids(&loaders.context, &keys);
    /// That rows were read under an agreement.
    agreement_read: agreement_reads -> Arc<audit_event::Model>,
        |loaders, keys| agreement::reads_by_ids(&loaders.context, &keys);
    /// A statutory return.
    loaded_return: loaded_returns -> Arc<loaded_return::Model>,
        |loaders, keys| returns::by_ids(&loaders.context, &keys);
    /// A pair of publications that may be the same.
    possible_duplicate: duplicate_pairs -> Arc<possible_duplicate::Model>,
        |loaders, keys| evidence::duplicates::by_ids(&loaders.context, &keys);
    engagement: engagements -> Arc<engagement::Model>,
        |loaders, keys| network::engagement::by_ids(loaders.context.space(), &keys);
    /// The terms that a study is about.
    study_terms: study_terms -> Arc<BTreeSet<TermId>>,
        |loaders, keys| evidence::about::terms_of_studies(&loaders.context, &keys);
    study_centres: study_centres -> Arc<Vec<study_centre::Model>>,
        |loaders, keys| evidence::study::centres(loaders.context.space(), &keys);
    study_sites: study_sites -> Arc<Vec<study_site::Model>>,
        |loaders, keys| evidence::study::sites(loaders.context.space(), &keys);
    study_partners: study_partners -> Arc<Vec<study_partner::Model>>,
        |loaders, keys| evidence::study::partners(loaders.context.space(), &keys);
    /// The changes of a study's status.
    study_statuses: study_statuses -> Arc<Vec<study_status_change::Model>>,
        |loaders, keys| evidence::study::status_history(loaders.context.space(), &keys);
    /// How many ratings a study has.
    study_rating_count: study_rating_counts -> u64,
        |loaders, keys| evidence::rating::count_of_each(&loaders.context, RatedKind::Study, &keys);
    /// How many ratings a publication has.
    publication_rating_count: publication_rating_counts -> u64,
        |loaders, keys| evidence::rating::count_of_each(&loaders.context, RatedKind::Publication, &keys);
    /// How many ratings an intervention has.
    intervention_rating_count: intervention_rating_counts -> u64,
        |loaders, keys| evidence::rating::count_of_each(&loaders.context, RatedKind::Intervention, &keys);
    /// The levels that a rating gives.
    rating_scores: rating_scores -> Arc<Vec<LevelId>>,
        |loaders, keys| evidence::rating::scores(loaders.context.space(), &keys);
    /// How many studies a rating took into account.
    count_considered_studies: considered_study_counts -> u64,
        |loaders, keys| evidence::rating::count_considered_studies(&loaders.context, &keys);
    /// How many publications a rating took into account.
    count_considered_publications: considered_publication_counts -> u64,
        |loaders, keys| evidence::rating::count_considered_publications(&loaders.context, &keys);
    /// The ratings of a study, side by side.
    study_comparison: study_comparisons -> Arc<Comparison>,
        |loaders, keys| evidence::comparison::of_subjects(&loaders.context, RatedKind::Study, &keys);
    /// The ratings of a publication, side by side.
    publication_comparison: publication_comparisons -> Arc<Comparison>,
        |loaders, keys| evidence::comparison::of_subjects(&loaders.context, RatedKind::Publication, &keys);
    /// The ratings of an intervention, side by side.
    intervention_comparison: intervention_comparisons -> Arc<Comparison>,
        |loaders, keys| evidence::comparison::of_subjects(&loaders.context, RatedKind::Intervention, &keys);
    /// What a study leans on that no longer stands.
    relied_on_by_study: relied_on_by_studies -> Arc<Vec<ReliedUpon>>,
        |loaders, keys| evidence::reliance::of_studies(&loaders.context, &keys);
    /// What a finding leans on that no longer stands.
    relied_on_by_finding: relied_on_by_findings -> Arc<Vec<ReliedUpon>>,
        |loaders, keys| evidence::reliance::of_findings(&loaders.context, &keys);
    /// What a rating leans on that no longer stands.
    relied_on_by_rating: relied_on_by_ratings -> Arc<Vec<ReliedUpon>>,
        |loaders, keys| evidence::reliance::of_ratings(&loaders.context, &keys);
    publication_authors: publication_authors -> Arc<Vec<publication_author::Model>>,
        |loaders, keys| evidence::publication::authors(loaders.context.space(), &keys);
    collaboration_members: collaboration_members -> Arc<Vec<CentreId>>,
        |loaders, keys| collaborations::members(loaders.context.space(), &keys);
    /// How many publications report a study.
    study_publication_count: study_publication_counts -> u64,
        |loaders, keys| evidence::publication::count_of_studies(&loaders.context, &keys);
    /// How many findings a study has.
    study_finding_count: study_finding_counts -> u64,
        |loaders, keys| evidence::finding::count_of_studies(&loaders.context, &keys);
    /// How many studies a publication reports.
    publication_study_count: publication_study_counts -> u64,
        |loaders, keys| evidence::study::count_of_publications(&loaders.context, &keys);
    /// How many engagements a centre has.
    centre_engagement_count: centre_engagement_counts -> u64,
        |loaders, keys| network::engagement::count_of_each(loaders.context.space(), EngagementsOf::Centre, &keys);
    /// How many engagements there are in a local authority.
    authority_engagement_count: authority_engagement_counts -> u64,
        |loaders, keys| network::engagement::count_of_each(loaders.context.space(), EngagementsOf::LocalAuthority, &keys);
}

/// A loader that reads a page of each parent's list.
macro_rules! pages {
    ($($(#[$doc:meta])* $name:ident: $loader:ident -> $value:ty, |$loaders:ident, $keys:ident, $page:ident| $read:expr;)*) => {
        impl Loaders {$(
            $(#[$doc])*
            pub(crate) async fn $name(
                self: &Arc<Self>,
                parent: impl Into<Uuid>,
                request: PageRequest,
            ) -> Result<Arc<Page<$value>>> {
                let fetch: Fetch<_, _> = |loaders, keys| {
                    Box::pin(by_arguments(keys, move |$page: PageRequest, $keys: Vec<Uuid>| {
                        let $loaders = Arc::clone(&loaders);
                        async move { $read.await }
                    }))
                };
                let empty = Arc::new(Page::empty(&request));
                let found = self.batches.$loader.load(self, (parent.into(), request), fetch).await?;
                found.unwrap_or(Ok(empty))
            }
        )*}
    };
}

pages! {
    /// The publications that report a study.
    study_publications: study_publications -> publication::Model,
        |loaders, keys, page| evidence::publication::of_studies(&loaders.context, &keys, &page);
    study_findings: study_findings -> finding::Model,
        |loaders, keys, page| evidence::finding::of_studies(&loaders.context, &keys, &page);
    study_ratings: study_ratings -> rating::Model,
        |loaders, keys, page| evidence::rating::of_each(&loaders.context, RatedKind::Study, &keys, &page);
    publication_ratings: publication_ratings -> rating::Model,
        |loaders, keys, page| evidence::rating::of_each(&loaders.context, RatedKind::Publication, &keys, &page);
    intervention_ratings: intervention_ratings -> rating::Model,
        |loaders, keys, page| evidence::rating::of_each(&loaders.context, RatedKind::Intervention, &keys, &page);
    /// The studies that a publication reports.
    publication_studies: publication_studies -> study::Model,
        |loaders, keys, page| evidence::study::of_publications(&loaders.context, &keys, &page);
    /// The studies that a rating took into account.
    considered_studies: considered_studies -> study::Model,
        |loaders, keys, page| evidence::rating::considered_studies(&loaders.context, &keys, &page);
    /// The publications that a rating took into account.
    considered_publications: considered_publications -> publication::Model,
        |loaders, keys, page| evidence::rating::considered_publications(&loaders.context, &keys, &page);
    centre_engagements: centre_engagements -> engagement::Model,
        |loaders, keys, page| network::engagement::of_each(loaders.context.space(), EngagementsOf::Centre, &keys, &page);
    /// The engagements in a local authority.
    authority_engagements: authority_engagements -> engagement::Model,
        |loaders, keys, page| network::engagement::of_each(loaders.context.space(), EngagementsOf::LocalAuthority, &keys, &page);
}

impl Loaders {
    /// Returns the version of a thing of the network.
    pub(crate) async fn version(self: &Arc<Self>, id: impl Into<Uuid>) -> Result<i32> {
        let fetch: Fetch<Uuid, i32> = |loaders, ids| {
            Box::pin(async move { network::versions(loaders.context.space(), ids).await })
        };
        let found = self.batches.versions.load(self, id.into(), fetch).await?;
        Ok(found.unwrap_or(1))
    }

    /// Returns the versions of a shared thing, from the oldest.
    pub(crate) async fn history(
        self: &Arc<Self>,
        kind: ChangeKind,
        id: Uuid,
    ) -> Result<Arc<Vec<Revision>>> {
        let fetch: Fetch<(ChangeKind, Uuid), Arc<Vec<Revision>>> = |loaders, keys| {
            Box::pin(async move {
                let mut histories = history::of(&loaders.context, &keys).await?;
                let of_key = |key: (ChangeKind, Uuid)| {
                    let (_, id) = key;
                    (key, Arc::new(histories.remove(&id).unwrap_or_default()))
                };
                Ok(keys.into_iter().map(of_key).collect())
            })
        };
        let found = self.batches.histories.load(self, (kind, id), fetch).await?;
        Ok(found.unwrap_or_default())
    }
}

impl Loaders {
    /// Returns whether the space is asked as it stood at a moment.
    pub(crate) fn asks_of_the_past(&self) -> bool {
        self.context.space().is_past()
    }

    /// Returns the change at a place of the log.
    pub(crate) async fn change(self: &Arc<Self>, place: i64) -> Result<Option<Arc<change::Model>>> {
        let fetch: Fetch<i64, Arc<change::Model>> = |loaders, places| {
            Box::pin(async move {
                let found = feed::at(&loaders.context, &places).await?;
                let rows = found.into_iter();
                Ok(rows.map(|(place, row)| (place, Arc::new(row))).collect())
            })
        };
        self.batches.changes.load(self, place, fetch).await
    }

    /// Returns the problem at a place of a return's report.
    pub(crate) async fn return_problem(
        self: &Arc<Self>,
        of: Uuid,
        place: i32,
    ) -> Result<Option<Arc<return_problem::Model>>> {
        let fetch: Fetch<(Uuid, i32), Arc<return_problem::Model>> = |loaders, places| {
            Box::pin(async move {
                let found = returns::problems_at(&loaders.context, &places).await?;
                let rows = found.into_iter();
                Ok(rows.map(|(place, row)| (place, Arc::new(row))).collect())
            })
        };
        self.batches.return_problems.load(self, (of, place), fetch).await
    }

    /// Returns the young person who has a pseudonym under an agreement: those of one agreement are one reading.
    pub(crate) async fn young_person(
        self: &Arc<Self>,
        agreement: Uuid,
        pseudonym: String,
    ) -> Result<Option<Arc<YoungPerson>>> {
        let fetch: Fetch<(Uuid, String), Result<Arc<YoungPerson>>> = |loaders, keys| {
            Box::pin(async move {
                let mut pseudonyms: HashMap<Uuid, Vec<String>> = HashMap::new();
                for (agreement, pseudonym) in keys {
                    pseudonyms.entry(agreement).or_default().push(pseudonym);
                }
                let mut found = HashMap::new();
                for (id, names) in pseudonyms {
                    let read = people::persons(&loaders.context, id.into(), &names).await;
                    let persons = for_each(names, read).into_iter();
                    found.extend(persons.map(|(name, person)| ((id, name), person.map(Arc::new))));
                }
                Ok(found)
            })
        };
        let key = (agreement, pseudonym);
        let found = self.batches.young_people.load(self, key, fetch).await?;
        found.transpose()
    }
}
