//! The loaders of lists that have filters of their own, as the studies of a centre.
//!
//! What is asked of each parent is part of the key. Lists that are asked for in the same way are read
//! together; a filter that is refused fails its own lists and no others.

use std::sync::Arc;

use service::Result;
use service::entity::{finding, study};
use service::evidence::parents::{self, FindingLists, StudyLists};
use service::page::{Page, PageRequest};
use uuid::Uuid;

use super::Loaders;
use super::batch::{Batch, Fetch, by_arguments};

/// A page of each parent's list.
type Pages<L, T> = Batch<(Uuid, (Arc<L>, PageRequest)), Result<Arc<Page<T>>>>;
/// The length of each parent's list.
type Counts<L> = Batch<(Uuid, Arc<L>), Result<u64>>;

#[derive(Default)]
pub(super) struct Lists {
    studies: Pages<StudyLists, study::Model>,
    study_counts: Counts<StudyLists>,
    findings: Pages<FindingLists, finding::Model>,
    finding_counts: Counts<FindingLists>,
}

impl Loaders {
    /// Returns the studies of a centre, a programme, a local authority or a term.
    pub(crate) async fn studies_of(
        self: &Arc<Self>,
        parent: Uuid,
        lists: Arc<StudyLists>,
        request: PageRequest,
    ) -> Result<Arc<Page<study::Model>>> {
        let fetch: Fetch<_, _> = |loaders, keys| {
            Box::pin(by_arguments(
                keys,
                move |(lists, request): (Arc<StudyLists>, PageRequest), parents| {
                    let loaders = Arc::clone(&loaders);
                    async move {
                        parents::studies_of_each(&loaders.context, &lists, &parents, &request).await
                    }
                },
            ))
        };
        let empty = Arc::new(Page::empty(&request));
        let found = self.lists.studies.load(self, (parent, (lists, request)), fetch).await?;
        found.unwrap_or(Ok(empty))
    }

    /// Returns how many studies a centre, a programme, a local authority or a term has.
    pub(crate) async fn count_studies_of(
        self: &Arc<Self>,
        parent: Uuid,
        lists: Arc<StudyLists>,
    ) -> Result<u64> {
        let fetch: Fetch<_, _> = |loaders, keys| {
            Box::pin(by_arguments(keys, move |lists: Arc<StudyLists>, parents| {
                let loaders = Arc::clone(&loaders);
                async move { parents::count_studies_of_each(&loaders.context, &lists, &parents).await }
            }))
        };
        self.lists.study_counts.load(self, (parent, lists), fetch).await?.unwrap_or(Ok(0))
    }

    /// Returns the findings on a term.
    pub(crate) async fn findings_on(
        self: &Arc<Self>,
        parent: Uuid,
        lists: Arc<FindingLists>,
        request: PageRequest,
    ) -> Result<Arc<Page<finding::Model>>> {
        let fetch: Fetch<_, _> = |loaders, keys| {
            Box::pin(by_arguments(
                keys,
                move |(lists, request): (Arc<FindingLists>, PageRequest), parents| {
                    let loaders = Arc::clone(&loaders);
                    async move {
                        parents::findings_on_each(&loaders.context, &lists, &parents, &request)
                            .await
                    }
                },
            ))
        };
        let empty = Arc::new(Page::empty(&request));
        let found = self.lists.findings.load(self, (parent, (lists, request)), fetch).await?;
        found.unwrap_or(Ok(empty))
    }

    /// Returns how many findings there are on a term.
    pub(crate) async fn count_findings_on(
        self: &Arc<Self>,
        parent: Uuid,
        lists: Arc<FindingLists>,
    ) -> Result<u64> {
        let fetch: Fetch<_, _> = |loaders, keys| {
            Box::pin(by_arguments(keys, move |lists: Arc<FindingLists>, parents| {
                let loaders = Arc::clone(&loaders);
                async move { parents::count_findings_on_each(&loaders.context, &lists, &parents).await }
            }))
        };
        self.lists.finding_counts.load(self, (parent, lists), fetch).await?.unwrap_or(Ok(0))
    }
}
