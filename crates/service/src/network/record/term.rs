//! Terms of the controlled vocabularies, with the labels that centres give them.

use chrono::{DateTime, Utc};
use entity::{CentreId, TermId, Vocabulary, term, term_label};
use sea_orm::{ColumnTrait, Condition, DbBackend};
use serde_json::Value;
use uuid::Uuid;

use crate::access::scope;
use crate::record::{
    Chain, Children, Draft, Part, Problems, Standing, Subject, Wanted, Whole, can_be_withdrawn,
    of_the_network,
};

/// What a term should be.
#[derive(Clone, Debug)]
pub struct TermDraft {
    /// The vocabulary that it belongs to.
    pub vocabulary: Vocabulary,
    /// Its key within the vocabulary.
    pub slug: String,
    /// Its preferred name.
    pub name: String,
    /// What it means.
    pub description: Option<String>,
    /// The next broader term, of the same vocabulary.
    pub broader: Option<TermId>,
    /// The centre that keeps it.
    pub owner: Option<CentreId>,
    /// Other names for it.
    pub synonyms: Vec<String>,
    /// What centres call it.
    pub labels: Children<LabelDraft>,
    /// Whether it still stands.
    pub standing: Standing<TermId>,
}

/// A centre's own label for a term.
#[derive(Clone, Debug)]
pub struct LabelDraft {
    /// The centre.
    pub centre: CentreId,
    /// What it calls the term.
    pub label: String,
}

impl LabelDraft {
    /// What is wrong with it.
    pub fn check(&self, problems: &mut Problems) {
        problems.name("label", &self.label);
    }

    pub(crate) fn row(&self, term_id: TermId) -> term_label::Model {
        term_label::Model { term_id, centre_id: self.centre, label: self.label.clone() }
    }
}

impl Draft for TermDraft {
    type Table = term::Entity;
    type Key = (Vocabulary, String);
    type Parts = (term_label::Entity,);

    of_the_network!(term);
    can_be_withdrawn!(
        term superseded,
        Chain {
            field: "broader",
            next: |draft| draft.broader.map(Uuid::from),
            next_of: |row| row.broader.map(Uuid::from),
        }
    );

    fn key(&self) -> Self::Key {
        (self.vocabulary, self.slug.clone())
    }

    fn key_of(row: &term::Model) -> Self::Key {
        (row.vocabulary, row.slug.clone())
    }

    fn matching(drafts: &[&Self], backend: DbBackend) -> Condition {
        let slugs = drafts.iter().map(|draft| draft.slug.clone());
        let vocabularies = Vocabulary::ALL.iter().copied();
        let named =
            vocabularies.filter(|named| drafts.iter().any(|draft| draft.vocabulary == *named));
        Condition::all().add(term::Column::Vocabulary.is_in(named)).add(scope::among(
            backend,
            term::Column::Slug,
            slugs,
        ))
    }

    fn subject(&self, row: &term::Model) -> Subject {
        Self::subject_of(row)
    }

    fn row(&self, id: Uuid, _before: Option<&term::Model>, _now: DateTime<Utc>) -> term::Model {
        let draft = self.clone();
        term::Model {
            id: id.into(),
            vocabulary: draft.vocabulary,
            slug: draft.slug,
            name: draft.name,
            description: draft.description,
            broader: draft.broader,
            owner: draft.owner,
            synonyms: Value::from(draft.synonyms),
            withdrawn_at: draft.standing.withdrawn_at,
            withdrawal_reason: draft.standing.withdrawal_reason,
            superseded_by: draft.standing.superseded_by,
        }
    }

    fn check(&self, problems: &mut Problems) {
        problems.slug("slug", &self.slug);
        problems.name("name", &self.name);
        problems.text("description", self.description.as_ref());
        for synonym in &self.synonyms {
            problems.name("synonyms", synonym);
        }
        problems.distinct("synonyms", &self.synonyms);
        self.labels.check(problems, LabelDraft::check);
        self.standing.check(problems);
    }
}

impl Whole for TermDraft {
    fn subject_of(row: &term::Model) -> Subject {
        Subject::itself(row.vocabulary.into(), row.id)
    }
}

impl Part<TermDraft> for term_label::Entity {
    const NAME: &'static str = "labels";

    fn whole(row: &term_label::Model) -> Uuid {
        row.term_id.into()
    }

    fn wanted(draft: &TermDraft, row: &term::Model) -> Option<Wanted<term_label::Model>> {
        draft.labels.wanted(|label| label.row(row.id))
    }

    fn replaces(new: &term_label::Model, old: &term_label::Model) -> bool {
        new.centre_id == old.centre_id
    }
}
