//! The controlled vocabularies: interventions, outcomes and populations, each a tree.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use service::entity::{TermId, Vocabulary};
use service::evidence::parents::StudiesOf;
use service::network::directory;
use service::{Error, Result};

use super::Centre;
use crate::graph::asker;
use crate::graph::connection::{connection, page_request};
use crate::graph::evidence::{
    FindingConnection, FindingFilterInput, Rating, StudyConnection, StudyFilterInput, StudyOrder,
    findings_on, studies_of, wrap_ratings,
};
use crate::graph::global_id::{NodeKind, global_id};
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
        Centre::find(asker, *centre).map(|centre| TermLabel {
            centre,
            label: label.clone(),
        })
    };
    term.labels.iter().filter_map(label).collect()
}

/// Which terms of a vocabulary.
#[derive(Default, InputObject)]
#[graphql(name = "VocabularyFilter")]
pub(crate) struct VocabularyFilterInput {
    /// With this text in the name, a synonym or a centre's label, whatever the case.
    text: Option<String>,
    /// Narrower than the term with this slug, at any depth.
    broader: Option<String>,
}

impl VocabularyFilterInput {
    /// The terms that pass, by slug.
    ///
    /// # Errors
    /// `BAD_INPUT` when there is no such broader term.
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
        let text = self.text.unwrap_or_default().to_lowercase();
        let has_text = |name: &String| name.to_lowercase().contains(&text);
        let passes = |term: &&Arc<directory::Term>| {
            within.as_ref().is_none_or(|ids| ids.contains(&term.row.id))
                && (has_text(&term.row.name)
                    || term.synonyms.iter().any(has_text)
                    || term.labels.iter().any(|(_, label)| has_text(label)))
        };
        Ok(terms.all().iter().filter(passes).cloned().collect())
    }
}

/// What is done to help: a practice, a programme or a policy.
#[derive(Clone)]
pub(crate) struct Intervention(pub(crate) Arc<directory::Term>);

impl Intervention {
    pub(crate) fn find(asker: &Asker, id: TermId) -> Option<Self> {
        asker.directory.interventions.by_id(id).cloned().map(Self)
    }
}

/// What is done to help: a practice, a programme or a policy.
#[Object]
impl Intervention {
    /// The term's global id.
    pub(crate) async fn id(&self) -> ID {
        global_id(NodeKind::Intervention, self.0.row.id)
    }

    /// Its name in filters, bundles and addresses.
    async fn slug(&self) -> &str {
        &self.0.row.slug
    }

    /// Its preferred name.
    async fn name(&self) -> &str {
        &self.0.row.name
    }

    /// What it means.
    async fn description(&self) -> Option<&str> {
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

    /// The next narrower terms.
    async fn narrower(&self, ctx: &Context<'_>) -> Vec<Self> {
        self.0
            .narrower
            .iter()
            .filter_map(|id| Self::find(asker(ctx), *id))
            .collect()
    }

    /// What centres hold of it, each on its own standard, newest first.
    async fn ratings(&self, ctx: &Context<'_>) -> Result<Vec<Rating>> {
        Ok(wrap_ratings(
            asker(ctx).intervention_ratings(self.0.row.id).await?,
        ))
    }

    /// The studies about it, and about what is narrower unless the filter says otherwise.
    async fn studies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which studies; the term is added.")] filter: Option<StudyFilterInput>,
        #[graphql(desc = "How they are sorted: the latest begun first, when nothing is said.")]
        order_by: Option<StudyOrder>,
        #[graphql(desc = "How many from the beginning, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<StudyConnection> {
        let request = page_request(first, after, last, before)?;
        let of = StudiesOf::Term(Vocabulary::Intervention);
        studies_of(asker(ctx), of, self.0.row.id, filter, order_by, request).await
    }

    /// The findings on it, and on what is narrower unless the filter says otherwise.
    async fn findings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which findings; the term is added.")] filter: Option<FindingFilterInput>,
        #[graphql(desc = "How many from the beginning, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<FindingConnection> {
        let request = page_request(first, after, last, before)?;
        let on = Vocabulary::Intervention;
        findings_on(asker(ctx), on, self.0.row.id, filter, request).await
    }
}

connection! {
    /// A page of interventions, by slug.
    InterventionConnection, InterventionEdge, Intervention
}

/// What is measured: what an intervention is meant to change.
#[derive(Clone)]
pub(crate) struct Outcome(pub(crate) Arc<directory::Term>);

impl Outcome {
    pub(crate) fn find(asker: &Asker, id: TermId) -> Option<Self> {
        asker.directory.outcomes.by_id(id).cloned().map(Self)
    }
}

/// What is measured: what an intervention is meant to change.
#[Object]
impl Outcome {
    /// The term's global id.
    pub(crate) async fn id(&self) -> ID {
        global_id(NodeKind::Outcome, self.0.row.id)
    }

    /// Its name in filters, bundles and addresses.
    async fn slug(&self) -> &str {
        &self.0.row.slug
    }

    /// Its preferred name.
    async fn name(&self) -> &str {
        &self.0.row.name
    }

    /// What it means.
    async fn description(&self) -> Option<&str> {
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

    /// The next narrower terms.
    async fn narrower(&self, ctx: &Context<'_>) -> Vec<Self> {
        self.0
            .narrower
            .iter()
            .filter_map(|id| Self::find(asker(ctx), *id))
            .collect()
    }

    /// The studies about it, and about what is narrower unless the filter says otherwise.
    async fn studies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which studies; the term is added.")] filter: Option<StudyFilterInput>,
        #[graphql(desc = "How they are sorted: the latest begun first, when nothing is said.")]
        order_by: Option<StudyOrder>,
        #[graphql(desc = "How many from the beginning, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<StudyConnection> {
        let request = page_request(first, after, last, before)?;
        let of = StudiesOf::Term(Vocabulary::Outcome);
        studies_of(asker(ctx), of, self.0.row.id, filter, order_by, request).await
    }

    /// The findings on it, and on what is narrower unless the filter says otherwise.
    async fn findings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which findings; the term is added.")] filter: Option<FindingFilterInput>,
        #[graphql(desc = "How many from the beginning, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<FindingConnection> {
        let request = page_request(first, after, last, before)?;
        let on = Vocabulary::Outcome;
        findings_on(asker(ctx), on, self.0.row.id, filter, request).await
    }
}

connection! {
    /// A page of outcomes, by slug.
    OutcomeConnection, OutcomeEdge, Outcome
}

/// Whom it is for: the group of people that studies are about, and that young people belong to.
#[derive(Clone)]
pub(crate) struct Population(pub(crate) Arc<directory::Term>);

impl Population {
    pub(crate) fn find(asker: &Asker, id: TermId) -> Option<Self> {
        asker.directory.populations.by_id(id).cloned().map(Self)
    }
}

/// Whom it is for: the group of people that studies are about, and that young people belong to.
#[Object]
impl Population {
    /// The term's global id.
    pub(crate) async fn id(&self) -> ID {
        global_id(NodeKind::Population, self.0.row.id)
    }

    /// Its name in filters, bundles and addresses.
    async fn slug(&self) -> &str {
        &self.0.row.slug
    }

    /// Its preferred name.
    async fn name(&self) -> &str {
        &self.0.row.name
    }

    /// Who belongs to it.
    async fn definition(&self) -> Option<&str> {
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

    /// The next narrower terms.
    async fn narrower(&self, ctx: &Context<'_>) -> Vec<Self> {
        self.0
            .narrower
            .iter()
            .filter_map(|id| Self::find(asker(ctx), *id))
            .collect()
    }

    /// The studies about it, and about what is narrower unless the filter says otherwise.
    async fn studies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which studies; the term is added.")] filter: Option<StudyFilterInput>,
        #[graphql(desc = "How they are sorted: the latest begun first, when nothing is said.")]
        order_by: Option<StudyOrder>,
        #[graphql(desc = "How many from the beginning, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<StudyConnection> {
        let request = page_request(first, after, last, before)?;
        let of = StudiesOf::Term(Vocabulary::Population);
        studies_of(asker(ctx), of, self.0.row.id, filter, order_by, request).await
    }

    /// The findings on it, and on what is narrower unless the filter says otherwise.
    async fn findings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which findings; the term is added.")] filter: Option<FindingFilterInput>,
        #[graphql(desc = "How many from the beginning, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<FindingConnection> {
        let request = page_request(first, after, last, before)?;
        let on = Vocabulary::Population;
        findings_on(asker(ctx), on, self.0.row.id, filter, request).await
    }
}

connection! {
    /// A page of populations, by slug.
    PopulationConnection, PopulationEdge, Population
}
