//! The controlled vocabularies: interventions, outcomes and populations, each a tree.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use macros::paged;
use service::entity::{RatedKind, TermId, Vocabulary};
use service::evidence::parents::StudiesOf;
use service::network::directory;
use service::page::{Page, PageRequest};
use service::spelling::folded;
use service::{Error, Result};

use super::Centre;
use crate::graph::asker;
use crate::graph::connection::{Connection, Listed, Total};
use crate::graph::date::Date;
use crate::graph::evidence::{
    FindingConnection, FindingFilterInput, RatingComparison, RatingConnection, StudyConnection,
    StudyFilterInput, StudyOrder, findings_on, ratings_of, studies_of, wrap_comparison,
};
use crate::graph::global_id::{NodeKind, global_id};
use crate::graph::shared::Withdrawal;
use crate::graph::young_people::{SafeCount, StatisticsWhere, safe_count};
use crate::loading::Asker;

/// What a centre calls a term.
#[derive(SimpleObject)]
struct TermLabel {
    /// The centre.
    centre: Centre,
    /// Its own label for the term.
    label: String,
}

fn labels(asker: &Asker, term: &directory::Term) -> Vec<TermLabel> {
    let label = |(centre, label): &(_, String)| {
        Centre::find(asker, *centre).map(|centre| TermLabel { centre, label: label.clone() })
    };
    term.labels.iter().filter_map(label).collect()
}

/// Which terms of a vocabulary.
#[derive(Default, InputObject)]
#[graphql(name = "VocabularyFilter")]
pub(crate) struct VocabularyFilterInput {
    /// With this text in the name, a synonym or a centre's label, whatever the case and the accents.
    text: Option<String>,
    /// Narrower than the term with this slug, at any depth.
    broader: Option<String>,
    /// Also those that were withdrawn.
    include_withdrawn: Option<bool>,
}

impl VocabularyFilterInput {
    /// The terms that pass, by slug.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when there is no such broader term.
    pub(super) fn apply(
        self,
        asker: &Asker,
        vocabulary: Vocabulary,
    ) -> Result<Vec<Arc<directory::Term>>> {
        let terms = asker.directory.terms(vocabulary);
        let within = match self.broader {
            None => None,
            Some(slug) => {
                let broader = terms.by_key(&slug).ok_or_else(|| {
                    Error::bad_input(
                        "filter.broader",
                        format!("There is no term '{slug}' in this vocabulary."),
                    )
                })?;
                let mut ids = asker.directory.term_ids(vocabulary, &[slug], true);
                ids.retain(|id| *id != broader.row.id);
                Some(ids.into_iter().collect::<std::collections::HashSet<_>>())
            }
        };
        let text = folded(&self.text.unwrap_or_default());
        let has_text = |name: &String| folded(name).contains(&text);
        let passes = |term: &&Arc<directory::Term>| {
            within.as_ref().is_none_or(|ids| ids.contains(&term.row.id))
                && (has_text(&term.row.name)
                    || term.synonyms.iter().any(has_text)
                    || term.labels.iter().any(|(_, label)| has_text(label)))
        };
        let listed = terms.listed(self.include_withdrawn.unwrap_or_default());
        Ok(listed.filter(passes).cloned().collect())
    }
}

/// A vocabulary's terms in the graph: the three differ in their names, and in little else.
macro_rules! vocabulary {
    (
        $(#[$doc:meta])* $name:ident in $list:ident;
        $(#[$about:meta])* $about_name:ident;
        $connection:ident, $edge:literal, $page:literal;
        $($more:tt)*
    ) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub(crate) struct $name(pub(crate) Arc<directory::Term>);

        impl $name {
            pub(crate) fn find(asker: &Asker, id: TermId) -> Option<Self> {
                asker.directory.$list.by_id(id).cloned().map(Self)
            }
        }

        $(#[$doc])*
        #[paged]
        #[Object]
        impl $name {
            /// The term's global id.
            pub(crate) async fn id(&self) -> ID {
                global_id(NodeKind::$name, self.0.row.id)
            }

            /// Its name in filters, bundles and addresses.
            async fn slug(&self) -> &str {
                &self.0.row.slug
            }

            /// That it was withdrawn, when and why; null while it stands.
            async fn withdrawal(&self, ctx: &Context<'_>) -> Result<Option<Withdrawal>> {
                let row = &self.0.row;
                let reason = row.withdrawal_reason.as_ref();
                let by = row.superseded_by.map(Into::into);
                Withdrawal::of(asker(ctx), NodeKind::$name, row.withdrawn_at, reason, by).await
            }

            /// Counts up from 1 with each revision; give it as `expectedVersion` to revise.
            async fn version(&self, ctx: &Context<'_>) -> Result<i32> {
                asker(ctx).version(self.0.row.id).await
            }

            /// Its preferred name.
            async fn name(&self) -> &str {
                &self.0.row.name
            }

            $(#[$about])*
            async fn $about_name(&self) -> Option<&str> {
                self.0.row.description.as_deref()
            }

            /// Other names for it.
            async fn synonyms(&self) -> &[String] {
                &self.0.synonyms
            }

            /// What centres call it.
            async fn labels(&self, ctx: &Context<'_>) -> Vec<TermLabel> {
                labels(asker(ctx), &self.0)
            }

            /// The centre that added it and keeps it.
            async fn owner(&self, ctx: &Context<'_>) -> Option<Centre> {
                self.0.row.owner.and_then(|id| Centre::find(asker(ctx), id))
            }

            /// The next broader term.
            async fn broader(&self, ctx: &Context<'_>) -> Option<Self> {
                self.0.row.broader.and_then(|id| Self::find(asker(ctx), id))
            }

            /// The next narrower terms, by slug, without those that were withdrawn.
            async fn narrower(
                &self,
                ctx: &Context<'_>,
                request: PageRequest,
            ) -> Result<$connection> {
                let narrower = self.0.narrower.iter();
                let narrower = narrower.filter_map(|id| Self::find(asker(ctx), *id));
                let mut list: Vec<Self> = narrower
                    .filter(|term| term.0.row.withdrawn_at.is_none())
                    .collect();
                list.sort_by(|one, other| one.0.row.slug.cmp(&other.0.row.slug));
                let total = Total::known(list.len());
                let page = Page::of_sorted(&request, list, |term| term.0.row.slug.clone())?;
                Ok($connection::new(page, total))
            }

            $($more)*

            /// The studies about it, and about what is narrower unless the filter says otherwise.
            async fn studies(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "Which studies; the term is added.")] filter: Option<StudyFilterInput>,
                #[graphql(desc = "How they are sorted: the latest begun first, when nothing is said.")]
                order_by: Option<StudyOrder>,
                request: PageRequest,
            ) -> Result<StudyConnection> {
                let of = StudiesOf::Term(Vocabulary::$name);
                studies_of(asker(ctx), of, self.0.row.id, filter, order_by, request).await
            }

            /// The findings on it, and on what is narrower unless the filter says otherwise.
            async fn findings(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "Which findings; the term is added.")] filter: Option<FindingFilterInput>,
                request: PageRequest,
            ) -> Result<FindingConnection> {
                let on = Vocabulary::$name;
                findings_on(asker(ctx), on, self.0.row.id, filter, request).await
            }
        }

impl Listed for $name {
            const CONNECTION: &'static str = stringify!($connection);
            const EDGE: &'static str = $edge;
            const PAGE: &'static str = $page;
        }

        pub(crate) type $connection = Connection<$name>;
    };
}

vocabulary! {
    /// What is done to help: a practice, a programme or a policy.
    Intervention in interventions;
    /// What it means.
    description;
    InterventionConnection, "InterventionEdge", "A page of interventions, by slug.";

    /// What centres hold of it, each on its own standard, newest first: by the day on which they rated it, and of one day
    /// the last that was contributed.
    async fn ratings(
        &self,
        ctx: &Context<'_>,
        request: PageRequest,
    ) -> Result<RatingConnection> {
        ratings_of(ctx, RatedKind::Intervention, self.0.row.id, request).await
    }

    /// The ratings that stand, side by side, and why those that differ do so.
    async fn rating_comparison(&self, ctx: &Context<'_>) -> Result<RatingComparison> {
        Ok(wrap_comparison(
            asker(ctx).intervention_comparison(self.0.row.id).await?,
        ))
    }
}

vocabulary! {
    /// What is measured: what an intervention is meant to change.
    Outcome in outcomes;
    /// What it means.
    description;
    OutcomeConnection, "OutcomeEdge", "A page of outcomes, by slug.";
}

vocabulary! {
    /// Whom it is for: the group of people that studies are about, and that young people belong to.
    Population in populations;
    /// Who belongs to it.
    definition;
    PopulationConnection, "PopulationEdge", "A page of populations, by slug.";

    /// How many young people are in it, safely: null for a population that the returns of local authorities don't
    /// tell of. It needs `young-people:statistics`; the reference day is a 31 March.
    async fn young_people(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Of which of them; the population is added.")]
        filter: Option<StatisticsWhere>,
        #[graphql(desc = "The reference day: 31 March of a year.")] as_at: Date,
    ) -> Result<Option<SafeCount>> {
        safe_count(asker(ctx), &self.0.row.slug, filter, as_at).await
    }
}
