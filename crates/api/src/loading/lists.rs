//! The loaders of lists that have filters of their own, as the studies of a centre.
//!
//! What is asked of each parent is part of the key. Lists that are asked for in the same way are read
//! together; a filter that is refused fails its own lists and no others.

use std::collections::HashMap;
use std::sync::Arc;

use service::Result;
use service::entity::{finding, study};
use service::evidence::parents::{self, FindingLists, StudyLists};
use service::page::{Page, PageRequest};
use uuid::Uuid;

use super::Asker;
use super::batch::{Batch, Fetch, by_arguments, for_each};

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

macro_rules! lists {
    ($(
        $(#[$doc:meta])* $page:ident: $pages:ident = $read:path;
        $(#[$count_doc:meta])* $count:ident: $counts:ident = $read_count:path;
        of $lists:ty => $value:ty;
    )*) => {
        impl Asker {$(
            $(#[$doc])*
            pub(crate) async fn $page(
                self: &Arc<Self>,
                parent: Uuid,
                lists: Arc<$lists>,
                request: PageRequest,
            ) -> Result<Arc<Page<$value>>> {
                let fetch: Fetch<(Uuid, (Arc<$lists>, PageRequest)), Result<Arc<Page<$value>>>> = |asker, keys| {
                    Box::pin(async move {
                        let mut pages = HashMap::new();
                        for ((lists, request), parents) in by_arguments(keys) {
                            let read = $read(&asker.space, &asker.viewer, &lists, &parents, &request).await;
                            pages.extend(for_each(parents, read).into_iter().map(|(parent, page)| {
                                ((parent, (Arc::clone(&lists), request.clone())), page.map(Arc::new))
                            }));
                        }
                        Ok(pages)
                    })
                };
                let empty = Arc::new(Page::from_rows(&request, Vec::new(), |_| String::new()));
                let key = (parent, (lists, request));
                self.lists.$pages.load(self, key, fetch).await?.unwrap_or(Ok(empty))
            }

            $(#[$count_doc])*
            pub(crate) async fn $count(self: &Arc<Self>, parent: Uuid, lists: Arc<$lists>) -> Result<u64> {
                let fetch: Fetch<(Uuid, Arc<$lists>), Result<u64>> = |asker, keys| {
                    Box::pin(async move {
                        let mut counts = HashMap::new();
                        for (lists, parents) in by_arguments(keys) {
                            let read = $read_count(&asker.space, &asker.viewer, &lists, &parents).await;
                            counts.extend(for_each(parents, read).into_iter().map(|(parent, count)| {
                                ((parent, Arc::clone(&lists)), count)
                            }));
                        }
                        Ok(counts)
                    })
                };
                self.lists.$counts.load(self, (parent, lists), fetch).await?.unwrap_or(Ok(0))
            }
        )*}
    };
}

lists! {
    /// The studies of a centre, a programme, a local authority or a term.
    studies_of: studies = parents::studies_of_each;
    /// How many studies a centre, a programme, a local authority or a term has.
    count_studies_of: study_counts = parents::count_studies_of_each;
    of StudyLists => study::Model;

    /// The findings on a term.
    findings_on: findings = parents::findings_on_each;
    /// How many findings there are on a term.
    count_findings_on: finding_counts = parents::count_findings_on_each;
    of FindingLists => finding::Model;
}
