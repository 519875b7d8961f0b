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
    Error, Result, Space, Viewer, access, collaboration as collaborations, evidence, feed, history,
    network, shared,
};
use uuid::Uuid;

use super::batch::{Batch, Fetch, by_arguments, for_each};
use super::lists::Lists;

/// Who asks, of what, and what has been read for them so far.
pub(crate) struct Asker {
    /// The space that is asked.
    pub(crate) space: Arc<Space>,
    /// Who asks.
    pub(crate) viewer: Viewer,
    /// The network as of the beginning of the request.
    pub(crate) directory: Arc<Directory>,
    loaders: Loaders,
    pub(super) lists: Lists,
}

impl Asker {
    /// Begins a request.
    pub(crate) async fn new(space: Arc<Space>, viewer: Viewer) -> Result<Arc<Self>> {
        let directory = space.directory().await?;
        Ok(Arc::new(Self {
            space,
            viewer,
            directory,
            loaders: Loaders::default(),
            lists: Lists::default(),
        }))
    }
}

impl Asker {
    /// Returns the same one, asking of the past. The network is as it is now.
    pub(crate) fn of_the_past(&self, past: Arc<Space>) -> Arc<Self> {
        Arc::new(Self {
            space: past,
            viewer: self.viewer.clone(),
            directory: Arc::clone(&self.directory),
            loaders: Loaders::default(),
            lists: Lists::default(),
        })
    }
}

impl Asker {
    /// Returns a table of counts of young people: however many fields of a request ask for it, it is made once.
    pub(crate) async fn statistics(self: &Arc<Self>, question: Question) -> Result<Arc<Table>> {
        // A question that is refused costs no other.
        let fetch: Fetch<Question, Result<Arc<Table>>> = |asker, questions| {
            Box::pin(async move {
                let mut tables = HashMap::new();
                for question in questions {
                    let table = statistics::table(&asker.space, &asker.viewer, &question).await;
                    tables.insert(question, table.map(Arc::new));
                }
                Ok(tables)
            })
        };
        let table = self.loaders.statistics.load(self, question, fetch).await?;
        table.unwrap_or_else(|| Err(Error::not_found("table")))
    }

    /// Returns how much of the evidence that the viewer sees speaks to each population of young people.
    pub(crate) async fn population_evidence(self: &Arc<Self>) -> Result<Arc<Vec<Evidence>>> {
        let fetch: Fetch<(), Arc<Vec<Evidence>>> = |asker, _| {
            Box::pin(async move {
                let evidence = link::evidence(&asker.space, &asker.viewer).await?;
                Ok(HashMap::from([((), Arc::new(evidence))]))
            })
        };
        let evidence = self.loaders.population_evidence.load(self, (), fetch).await?;
        Ok(evidence.unwrap_or_default())
    }
}

/// A page of each parent's list.
type Pages<T> = Batch<(Uuid, PageRequest), Result<Arc<Page<T>>>>;

#[derive(Default)]
pub(crate) struct Loaders {
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
    ($($(#[$doc:meta])* $name:ident: $loader:ident -> $value:ty, |$asker:ident, $keys:ident| $read:expr;)*) => {
        impl Asker {$(
            $(#[$doc])*
            pub(crate) async fn $name(self: &Arc<Self>, key: impl Into<Uuid>) -> Result<Option<$value>> {
                let fetch: Fetch<Uuid, $value> = |$asker, $keys| {
                    Box::pin(async move {
                        let read = $read.await?;
                        Ok(read.into_iter().map(|(key, value)| (key, value.into())).collect())
                    })
                };
                self.loaders.$loader.load(self, key.into(), fetch).await
            }
        )*}
    };
}

each! {
    study: studies -> Arc<study::Model>,
        |asker, keys| shared::by_ids::<study::Entity>(&asker.space, &asker.viewer, &keys);
    publication: publications -> Arc<publication::Model>,
        |asker, keys| shared::by_ids::<publication::Entity>(&asker.space, &asker.viewer, &keys);
    /// The publication that stands for an id: itself, or the one into which it was joined.
    standing_publication: standing_publications -> Arc<publication::Model>,
        |asker, keys| evidence::duplicates::stands_for(&asker.space, &asker.viewer, &keys);
    /// What may be the same as a publication.
    possible_duplicates: possible_duplicates -> Arc<Vec<possible_duplicate::Model>>,
        |asker, keys| evidence::duplicates::of_publications(&asker.space, &asker.viewer, &keys);
    finding: findings -> Arc<finding::Model>,
        |asker, keys| shared::by_ids::<finding::Entity>(&asker.space, &asker.viewer, &keys);
    rating: ratings -> Arc<rating::Model>,
        |asker, keys| shared::by_ids::<rating::Entity>(&asker.space, &asker.viewer, &keys);
    /// Feedback to a centre.
    feedback: feedback -> Arc<feedback::Model>,
        |asker, keys| shared::by_ids::<feedback::Entity>(&asker.space, &asker.viewer, &keys);
    collaboration: collaborations -> Arc<collaboration::Model>,
        |asker, keys| shared::by_ids::<collaboration::Entity>(&asker.space, &asker.viewer, &keys);
    /// The record of an access token.
    access_token: access_tokens -> Arc<access_token::Model>,
        |asker, keys| access::token::by_ids(&asker.space, &asker.viewer, &keys);
    audit_event: audit_events -> Arc<audit_event::Model>,
        |asker, keys| access::audit::by_ids(&asker.space, &asker.viewer, &keys);
    /// A data-sharing agreement.
    agreement: agreements -> Arc<Agreement>,
        |asker, keys| agreement::by_ids(&asker.space, &asker.viewer, &keys);
    /// That rows were read under an agreement.
    agreement_read: agreement_reads -> Arc<audit_event::Model>,
        |asker, keys| agreement::reads_by_ids(&asker.space, &asker.viewer, &keys);
    /// A statutory return.
    loaded_return: loaded_returns -> Arc<loaded_return::Model>,
        |asker, keys| returns::by_ids(&asker.space, &asker.viewer, &keys);
    /// A pair of publications that may be the same.
    possible_duplicate: duplicate_pairs -> Arc<possible_duplicate::Model>,
        |asker, keys| evidence::duplicates::by_ids(&asker.space, &asker.viewer, &keys);
    engagement: engagements -> Arc<engagement::Model>,
        |asker, keys| network::engagement::by_ids(&asker.space, &keys);
    /// The terms that a study is about.
    study_terms: study_terms -> Arc<BTreeSet<TermId>>,
        |asker, keys| evidence::about::terms_of_studies(&asker.space, &asker.viewer, &keys);
    study_centres: study_centres -> Arc<Vec<study_centre::Model>>,
        |asker, keys| evidence::study::centres(&asker.space, &keys);
    study_sites: study_sites -> Arc<Vec<study_site::Model>>,
        |asker, keys| evidence::study::sites(&asker.space, &keys);
    study_partners: study_partners -> Arc<Vec<study_partner::Model>>,
        |asker, keys| evidence::study::partners(&asker.space, &keys);
    /// The changes of a study's status.
    study_statuses: study_statuses -> Arc<Vec<study_status_change::Model>>,
        |asker, keys| evidence::study::status_history(&asker.space, &keys);
    /// How many ratings a study has.
    study_rating_count: study_rating_counts -> u64,
        |asker, keys| evidence::rating::count_of_each(&asker.space, &asker.viewer, RatedKind::Study, &keys);
    /// How many ratings a publication has.
    publication_rating_count: publication_rating_counts -> u64,
        |asker, keys| evidence::rating::count_of_each(&asker.space, &asker.viewer, RatedKind::Publication, &keys);
    /// How many ratings an intervention has.
    intervention_rating_count: intervention_rating_counts -> u64,
        |asker, keys| evidence::rating::count_of_each(&asker.space, &asker.viewer, RatedKind::Intervention, &keys);
    /// The levels that a rating gives.
    rating_scores: rating_scores -> Arc<Vec<LevelId>>,
        |asker, keys| evidence::rating::scores(&asker.space, &keys);
    /// How many studies a rating took into account.
    count_considered_studies: considered_study_counts -> u64,
        |asker, keys| evidence::rating::count_considered_studies(&asker.space, &asker.viewer, &keys);
    /// How many publications a rating took into account.
    count_considered_publications: considered_publication_counts -> u64,
        |asker, keys| evidence::rating::count_considered_publications(&asker.space, &asker.viewer, &keys);
    /// The ratings of a study, side by side.
    study_comparison: study_comparisons -> Arc<Comparison>,
        |asker, keys| evidence::comparison::of_subjects(&asker.space, &asker.viewer, RatedKind::Study, &keys);
    /// The ratings of a publication, side by side.
    publication_comparison: publication_comparisons -> Arc<Comparison>,
        |asker, keys| evidence::comparison::of_subjects(&asker.space, &asker.viewer, RatedKind::Publication, &keys);
    /// The ratings of an intervention, side by side.
    intervention_comparison: intervention_comparisons -> Arc<Comparison>,
        |asker, keys| evidence::comparison::of_subjects(&asker.space, &asker.viewer, RatedKind::Intervention, &keys);
    /// What a study leans on that no longer stands.
    relied_on_by_study: relied_on_by_studies -> Arc<Vec<ReliedUpon>>,
        |asker, keys| evidence::reliance::of_studies(&asker.space, &asker.viewer, &keys);
    /// What a finding leans on that no longer stands.
    relied_on_by_finding: relied_on_by_findings -> Arc<Vec<ReliedUpon>>,
        |asker, keys| evidence::reliance::of_findings(&asker.space, &asker.viewer, &keys);
    /// What a rating leans on that no longer stands.
    relied_on_by_rating: relied_on_by_ratings -> Arc<Vec<ReliedUpon>>,
        |asker, keys| evidence::reliance::of_ratings(&asker.space, &asker.viewer, &keys);
    publication_authors: publication_authors -> Arc<Vec<publication_author::Model>>,
        |asker, keys| evidence::publication::authors(&asker.space, &keys);
    collaboration_members: collaboration_members -> Arc<Vec<CentreId>>,
        |asker, keys| collaborations::members(&asker.space, &keys);
    /// How many publications report a study.
    study_publication_count: study_publication_counts -> u64,
        |asker, keys| evidence::publication::count_of_studies(&asker.space, &asker.viewer, &keys);
    /// How many findings a study has.
    study_finding_count: study_finding_counts -> u64,
        |asker, keys| evidence::finding::count_of_studies(&asker.space, &asker.viewer, &keys);
    /// How many studies a publication reports.
    publication_study_count: publication_study_counts -> u64,
        |asker, keys| evidence::study::count_of_publications(&asker.space, &asker.viewer, &keys);
    /// How many engagements a centre has.
    centre_engagement_count: centre_engagement_counts -> u64,
        |asker, keys| network::engagement::count_of_each(&asker.space, EngagementsOf::Centre, &keys);
    /// How many engagements there are in a local authority.
    authority_engagement_count: authority_engagement_counts -> u64,
        |asker, keys| network::engagement::count_of_each(&asker.space, EngagementsOf::LocalAuthority, &keys);
}

/// A loader that reads a page of each parent's list.
macro_rules! pages {
    ($($(#[$doc:meta])* $name:ident: $loader:ident -> $value:ty, |$asker:ident, $keys:ident, $page:ident| $read:expr;)*) => {
        impl Asker {$(
            $(#[$doc])*
            pub(crate) async fn $name(
                self: &Arc<Self>,
                parent: impl Into<Uuid>,
                request: PageRequest,
            ) -> Result<Arc<Page<$value>>> {
                let fetch: Fetch<_, _> = |asker, keys| {
                    Box::pin(by_arguments(keys, move |$page: PageRequest, $keys: Vec<Uuid>| {
                        let $asker = Arc::clone(&asker);
                        async move { $read.await }
                    }))
                };
                let empty = Arc::new(Page::empty(&request));
                let found = self.loaders.$loader.load(self, (parent.into(), request), fetch).await?;
                found.unwrap_or(Ok(empty))
            }
        )*}
    };
}

pages! {
    /// The publications that report a study.
    study_publications: study_publications -> publication::Model,
        |asker, keys, page| evidence::publication::of_studies(&asker.space, &asker.viewer, &keys, &page);
    study_findings: study_findings -> finding::Model,
        |asker, keys, page| evidence::finding::of_studies(&asker.space, &asker.viewer, &keys, &page);
    study_ratings: study_ratings -> rating::Model,
        |asker, keys, page| evidence::rating::of_each(&asker.space, &asker.viewer, RatedKind::Study, &keys, &page);
    publication_ratings: publication_ratings -> rating::Model,
        |asker, keys, page| evidence::rating::of_each(&asker.space, &asker.viewer, RatedKind::Publication, &keys, &page);
    intervention_ratings: intervention_ratings -> rating::Model,
        |asker, keys, page| evidence::rating::of_each(&asker.space, &asker.viewer, RatedKind::Intervention, &keys, &page);
    /// The studies that a publication reports.
    publication_studies: publication_studies -> study::Model,
        |asker, keys, page| evidence::study::of_publications(&asker.space, &asker.viewer, &keys, &page);
    /// The studies that a rating took into account.
    considered_studies: considered_studies -> study::Model,
        |asker, keys, page| evidence::rating::considered_studies(&asker.space, &asker.viewer, &keys, &page);
    /// The publications that a rating took into account.
    considered_publications: considered_publications -> publication::Model,
        |asker, keys, page| evidence::rating::considered_publications(&asker.space, &asker.viewer, &keys, &page);
    centre_engagements: centre_engagements -> engagement::Model,
        |asker, keys, page| network::engagement::of_each(&asker.space, EngagementsOf::Centre, &keys, &page);
    /// The engagements in a local authority.
    authority_engagements: authority_engagements -> engagement::Model,
        |asker, keys, page| network::engagement::of_each(&asker.space, EngagementsOf::LocalAuthority, &keys, &page);
}

impl Asker {
    /// Returns the version of a thing of the network.
    pub(crate) async fn version(self: &Arc<Self>, id: impl Into<Uuid>) -> Result<i32> {
        let fetch: Fetch<Uuid, i32> =
            |asker, ids| Box::pin(async move { network::versions(&asker.space, ids).await });
        let found = self.loaders.versions.load(self, id.into(), fetch).await?;
        Ok(found.unwrap_or(1))
    }

    /// Returns the versions of a shared thing, from the oldest.
    pub(crate) async fn history(
        self: &Arc<Self>,
        kind: ChangeKind,
        id: Uuid,
    ) -> Result<Arc<Vec<Revision>>> {
        let fetch: Fetch<(ChangeKind, Uuid), Arc<Vec<Revision>>> = |asker, keys| {
            Box::pin(async move {
                let mut histories = history::of(&asker.space, &asker.viewer, &keys).await?;
                let of_key = |key: (ChangeKind, Uuid)| {
                    let (_, id) = key;
                    (key, Arc::new(histories.remove(&id).unwrap_or_default()))
                };
                Ok(keys.into_iter().map(of_key).collect())
            })
        };
        let found = self.loaders.histories.load(self, (kind, id), fetch).await?;
        Ok(found.unwrap_or_default())
    }
}

impl Asker {
    /// Returns whether the space is asked as it stood at a moment.
    pub(crate) fn asks_of_the_past(&self) -> bool {
        self.space.is_past()
    }

    /// Returns the change at a place of the log.
    pub(crate) async fn change(self: &Arc<Self>, place: i64) -> Result<Option<Arc<change::Model>>> {
        let fetch: Fetch<i64, Arc<change::Model>> = |asker, places| {
            Box::pin(async move {
                let found = feed::at(&asker.space, &asker.viewer, &places).await?;
                let rows = found.into_iter();
                Ok(rows.map(|(place, row)| (place, Arc::new(row))).collect())
            })
        };
        self.loaders.changes.load(self, place, fetch).await
    }

    /// Returns the problem at a place of a return's report.
    pub(crate) async fn return_problem(
        self: &Arc<Self>,
        of: Uuid,
        place: i32,
    ) -> Result<Option<Arc<return_problem::Model>>> {
        let fetch: Fetch<(Uuid, i32), Arc<return_problem::Model>> = |asker, places| {
            Box::pin(async move {
                let found = returns::problems_at(&asker.space, &asker.viewer, &places).await?;
                let rows = found.into_iter();
                Ok(rows.map(|(place, row)| (place, Arc::new(row))).collect())
            })
        };
        self.loaders.return_problems.load(self, (of, place), fetch).await
    }

    /// Returns the young person who has a pseudonym under an agreement: those of one agreement are one reading.
    pub(crate) async fn young_person(
        self: &Arc<Self>,
        agreement: Uuid,
        pseudonym: String,
    ) -> Result<Option<Arc<YoungPerson>>> {
        let fetch: Fetch<(Uuid, String), Result<Arc<YoungPerson>>> = |asker, keys| {
            Box::pin(async move {
                let mut pseudonyms: HashMap<Uuid, Vec<String>> = HashMap::new();
                for (agreement, pseudonym) in keys {
                    pseudonyms.entry(agreement).or_default().push(pseudonym);
                }
                let mut found = HashMap::new();
                for (id, names) in pseudonyms {
                    let (space, viewer) = (&asker.space, &asker.viewer);
                    let read = people::persons(space, viewer, id.into(), &names).await;
                    let persons = for_each(names, read).into_iter();
                    found.extend(persons.map(|(name, person)| ((id, name), person.map(Arc::new))));
                }
                Ok(found)
            })
        };
        let key = (agreement, pseudonym);
        let found = self.loaders.young_people.load(self, key, fetch).await?;
        found.transpose()
    }
}
