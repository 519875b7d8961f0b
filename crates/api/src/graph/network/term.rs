//! The controlled vocabularies: interventions, outcomes and populations, each a tree.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject, TypeName};
use macros::paged;
use service::entity::{RatedKind, TermId, Vocabulary};
use service::evidence::parents::StudiesOf;
use service::network::directory;
use service::page::{Page, PageRequest};
use service::spelling::folded;
use service::{Error, Result};

use super::Centre;
use crate::graph::connection::{Connection, Listed, Total};
use crate::graph::date::Date;
use crate::graph::evidence::{
    FindingConnection, FindingFilterInput, RatingComparison, RatingConnection, StudyConnection,
    StudyFilterInput, StudyOrder, findings_on, ratings_of, studies_of, wrap_comparison,
};
use crate::graph::global_id::{NodeKind, global_id};
use crate::graph::loaders;
use crate::graph::shared::Withdrawal;
use crate::graph::young_people::{SafeCount, StatisticsWhere, safe_count};
use crate::loading::Loaders;

/// What a centre calls a term.
#[derive(SimpleObject)]
struct TermLabel {
    /// The centre.
    centre: Centre,
    /// Its own label for the term.
    label: String,
}

fn labels(loaders: &Loaders, term: &directory::Term) -> Vec<TermLabel> {
    let label = |(centre, label): &(_, String)| {
        Centre::find(loaders, *centre).map(|centre| TermLabel { centre, label: label.clone() })
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
        loaders: &Loaders,
        vocabulary: Vocabulary,
    ) -> Result<Vec<Arc<directory::Term>>> {
        let terms = loaders.directory.terms(vocabulary);
        let within = match self.broader {
            None => None,
            Some(slug) => {
                let broader = terms.by_key(&slug).ok_or_else(|| {
                    Error::bad_input(
                        "filter.broader",
                        format!("There is no term '{slug}' in this vocabulary."),
                    )
                })?;
                let mut ids = loaders.directory.term_ids(vocabulary, &[slug], true);
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

/// A term in the graph: the three vocabularies differ in their names, and in little else.
pub(crate) trait VocabularyTerm: Listed + From<Arc<directory::Term>> {
    const VOCABULARY: Vocabulary;
    const NODE: NodeKind;
    /// A name for the fields' own type, which no schema shows.
    const FIELDS: &'static str;

    fn find(loaders: &Loaders, id: TermId) -> Option<Self> {
        loaders.directory.terms(Self::VOCABULARY).by_id(id).cloned().map(Self::from)
    }
}

/// The fields that the terms of every vocabulary have.
struct TermFields<T> {
    term: Arc<directory::Term>,
    of: PhantomData<fn() -> T>,
}

impl<T> TermFields<T> {
    fn new(term: &Arc<directory::Term>) -> Self {
        Self { term: Arc::clone(term), of: PhantomData }
    }
}

impl<T: VocabularyTerm> TypeName for TermFields<T> {
    fn type_name() -> Cow<'static, str> {
        T::FIELDS.into()
    }
}

#[paged]
#[Object(name_type)]
impl<T: VocabularyTerm> TermFields<T> {
    /// Its name in filters, bundles and addresses.
    async fn slug(&self) -> &str {
        &self.term.row.slug
    }

    /// That it was withdrawn, when and why; null while it stands.
    async fn withdrawal(&self, ctx: &Context<'_>) -> Result<Option<Withdrawal>> {
        let row = &self.term.row;
        let reason = row.withdrawal_reason.as_ref();
        let by = row.superseded_by.map(Into::into);
        Withdrawal::of(loaders(ctx), T::NODE, row.withdrawn_at, reason, by).await
    }

    /// Counts up from 1 with each revision; give it as `expectedVersion` to revise.
    async fn version(&self, ctx: &Context<'_>) -> Result<i32> {
        loaders(ctx).version(self.term.row.id).await
    }

    /// Its preferred name.
    async fn name(&self) -> &str {
        &self.term.row.name
    }

    /// Other names for it.
    async fn synonyms(&self) -> &[String] {
        &self.term.synonyms
    }

    /// What centres call it.
    async fn labels(&self, ctx: &Context<'_>) -> Vec<TermLabel> {
        labels(loaders(ctx), &self.term)
    }

    /// The centre that added it and keeps it.
    async fn owner(&self, ctx: &Context<'_>) -> Option<Centre> {
        self.term.row.owner.and_then(|id| Centre::find(loaders(ctx), id))
    }

    /// The next broader term.
    async fn broader(&self, ctx: &Context<'_>) -> Option<T> {
        self.term.row.broader.and_then(|id| T::find(loaders(ctx), id))
    }

    /// The next narrower terms, by slug, without those that were withdrawn.
    async fn narrower(&self, ctx: &Context<'_>, request: PageRequest) -> Result<Connection<T>> {
        let terms = loaders(ctx).directory.terms(T::VOCABULARY);
        let narrower = self.term.narrower.iter().filter_map(|id| terms.by_id(*id));
        let mut list: Vec<_> =
            narrower.filter(|term| term.row.withdrawn_at.is_none()).cloned().collect();
        list.sort_by(|one, other| one.row.slug.cmp(&other.row.slug));
        let total = Total::known(list.len());
        let page = Page::of_sorted(&request, list, |term| term.row.slug.clone())?;
        Ok(Connection::new(page.map(T::from), total))
    }

    /// The studies about it, and about what is narrower unless the filter says otherwise.
    async fn studies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which studies; the term is added.")] filter: Option<StudyFilterInput>,
        #[graphql(desc = "How they are sorted: the latest begun first, when nothing is said.")]
        order_by: Option<StudyOrder>,
        request: PageRequest,
    ) -> Result<StudyConnection> {
        let of = StudiesOf::Term(T::VOCABULARY);
        studies_of(loaders(ctx), of, self.term.row.id, filter, order_by, request).await
    }

    /// The findings on it, and on what is narrower unless the filter says otherwise.
    async fn findings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which findings; the term is added.")] filter: Option<FindingFilterInput>,
        request: PageRequest,
    ) -> Result<FindingConnection> {
        findings_on(loaders(ctx), T::VOCABULARY, self.term.row.id, filter, request).await
    }
}

/// What is done to help: a practice, a programme or a policy.
#[derive(Clone)]
pub(crate) struct Intervention(pub(crate) Arc<directory::Term>);

pub(crate) type InterventionConnection = Connection<Intervention>;

impl From<Arc<directory::Term>> for Intervention {
    fn from(term: Arc<directory::Term>) -> Self {
        Self(term)
    }
}

impl Listed for Intervention {
    const CONNECTION: &'static str = "InterventionConnection";
    const EDGE: &'static str = "InterventionEdge";
    const PAGE: &'static str = "A page of interventions, by slug.";
}

impl VocabularyTerm for Intervention {
    const VOCABULARY: Vocabulary = Vocabulary::Intervention;
    const NODE: NodeKind = NodeKind::Intervention;
    const FIELDS: &'static str = "InterventionFields";
}

/// What is done to help: a practice, a programme or a policy.
#[paged]
#[Object]
impl Intervention {
    /// The term's global id.
    pub(crate) async fn id(&self) -> ID {
        global_id(NodeKind::Intervention, self.0.row.id)
    }

    /// What it means.
    async fn description(&self) -> Option<&str> {
        self.0.row.description.as_deref()
    }

    /// What centres hold of it, each on its own standard, newest first: by the day on which they rated it, and of one day
    /// the last that was contributed.
    async fn ratings(&self, ctx: &Context<'_>, request: PageRequest) -> Result<RatingConnection> {
        ratings_of(ctx, RatedKind::Intervention, self.0.row.id, request).await
    }

    /// The ratings that stand, side by side, and why those that differ do so.
    async fn rating_comparison(&self, ctx: &Context<'_>) -> Result<RatingComparison> {
        Ok(wrap_comparison(loaders(ctx).intervention_comparison(self.0.row.id).await?))
    }

    #[graphql(flatten)]
    async fn term_fields(&self) -> TermFields<Self> {
        TermFields::new(&self.0)
    }
}

/// What is measured: what an intervention is meant to change.
#[derive(Clone)]
pub(crate) struct Outcome(pub(crate) Arc<directory::Term>);

pub(crate) type OutcomeConnection = Connection<Outcome>;

impl From<Arc<directory::Term>> for Outcome {
    fn from(term: Arc<directory::Term>) -> Self {
        Self(term)
    }
}

impl Listed for Outcome {
    const CONNECTION: &'static str = "OutcomeConnection";
    const EDGE: &'static str = "OutcomeEdge";
    const PAGE: &'static str = "A page of outcomes, by slug.";
}

impl VocabularyTerm for Outcome {
    const VOCABULARY: Vocabulary = Vocabulary::Outcome;
    const NODE: NodeKind = NodeKind::Outcome;
    const FIELDS: &'static str = "OutcomeFields";
}

/// What is measured: what an intervention is meant to change.
#[Object]
impl Outcome {
    /// The term's global id.
    pub(crate) async fn id(&self) -> ID {
        global_id(NodeKind::Outcome, self.0.row.id)
    }

    /// What it means.
    async fn description(&self) -> Option<&str> {
        self.0.row.description.as_deref()
    }

    #[graphql(flatten)]
    async fn term_fields(&self) -> TermFields<Self> {
        TermFields::new(&self.0)
    }
}

/// Whom it is for: the group of people that studies are about, and that young people belong to.
#[derive(Clone)]
pub(crate) struct Population(pub(crate) Arc<directory::Term>);

pub(crate) type PopulationConnection = Connection<Population>;

impl From<Arc<directory::Term>> for Population {
    fn from(term: Arc<directory::Term>) -> Self {
        Self(term)
    }
}

impl Listed for Population {
    const CONNECTION: &'static str = "PopulationConnection";
    const EDGE: &'static str = "PopulationEdge";
    const PAGE: &'static str = "A page of populations, by slug.";
}

impl VocabularyTerm for Population {
    const VOCABULARY: Vocabulary = Vocabulary::Population;
    const NODE: NodeKind = NodeKind::Population;
    const FIELDS: &'static str = "PopulationFields";
}

/// Whom it is for: the group of people that studies are about, and that young people belong to.
#[Object]
impl Population {
    /// The term's global id.
    pub(crate) async fn id(&self) -> ID {
        global_id(NodeKind::Population, self.0.row.id)
    }

    /// Who belongs to it.
    async fn definition(&self) -> Option<&str> {
        self.0.row.description.as_deref()
    }

    /// How many young people are in it, safely: null for a population that the returns of local authorities don't
    /// tell of. It needs `young-people:statistics`; the reference day is a 31 March.
    async fn young_people(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Of which of them; the population is added.")]
        filter: Option<StatisticsWhere>,
        #[graphql(desc = "The reference day: 31 March of a year.")] as_at: Date,
    ) -> Result<Option<SafeCount>> {
        safe_count(loaders(ctx), &self.0.row.slug, filter, as_at).await
    }

    #[graphql(flatten)]
    async fn term_fields(&self) -> TermFields<Self> {
        TermFields::new(&self.0)
    }
}
