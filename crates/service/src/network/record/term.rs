//! Terms of the controlled vocabularies, with the labels that centres give them.

use chrono::{DateTime, Utc};
use entity::{CentreId, TermId, Vocabulary, term, term_label};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbBackend};
use serde_json::Value;
use uuid::Uuid;

use crate::access::scope;
use crate::error::Result;
use crate::record::columns::{Table, Target, Value as Holds, columns};
use crate::record::reading::{Child, Listed};
use crate::record::{
    Chain, Children, Draft, Part, Problems, Standing, Subject, Wanted, Whole, can_be_withdrawn,
    of_the_network, parts_before, parts_of,
};

columns! {
    /// What a term should be.
    pub struct TermDraft, TermFields TERM {
        /// Its key within the vocabulary.
        slug: String [.key().holds(Holds::Slug)],
        /// Its preferred name.
        name: String,
        /// What it means.
        description: Option<String>,
        /// The next broader term, of the same vocabulary.
        broader: Option<TermId>,
        /// The centre that keeps it.
        owner: Option<CentreId>,
        /// Other names for it.
        synonyms: Vec<String>,
    }
    children {
        /// What centres call it.
        labels: LabelDraft,
    }
    groups {
        /// Whether it still stands.
        standing: Standing<TermId>,
    }
    besides {
        /// The vocabulary that it belongs to.
        vocabulary: Vocabulary = |from| from.vocabulary(),
    }
}

/// The file of interventions.
pub(crate) static INTERVENTIONS: Table =
    Table::new("interventions", TermDraft::COLUMNS).of(Target::Intervention).superseded();
/// The file of outcomes.
pub(crate) static OUTCOMES: Table =
    Table::new("outcomes", TermDraft::COLUMNS).of(Target::Outcome).superseded();
/// The file of populations.
pub(crate) static POPULATIONS: Table =
    Table::new("populations", TermDraft::COLUMNS).of(Target::Population).superseded();

columns! {
    /// A centre's own label for a term.
    pub struct LabelDraft, LabelFields LABEL within { vocabulary: Vocabulary, term: TermId [.holds(Holds::Term)], } {
        /// The centre.
        centre: CentreId [.key()],
        /// What it calls the term.
        label: String,
    }
}

/// The file of terms' labels.
pub(crate) static TERM_LABELS: Table =
    Table::new("term_labels", LabelDraft::COLUMNS).child(2).input("labels");

impl Listed for LabelDraft {
    const TABLE: &'static Table = &TERM_LABELS;
}

impl Child for LabelDraft {
    type Whole = TermDraft;
    type Part = term_label::Entity;

    fn check(&self, problems: &mut Problems) {
        problems.name(LABEL.label.name(), &self.label);
    }

    fn row(&self, whole: Uuid) -> term_label::Model {
        let Self { centre: centre_id, label } = self.clone();
        term_label::Model { term_id: whole.into(), centre_id, label }
    }

    fn from_row(row: term_label::Model) -> Self {
        Self { centre: row.centre_id, label: row.label }
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

    async fn from_rows(
        connection: &impl ConnectionTrait,
        rows: &[term::Model],
    ) -> Result<Vec<Self>> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id.into()).collect();
        let (mut labels,) = parts_before::<Self>(connection, &ids).await?;
        let draft = |row: &term::Model| Self {
            slug: row.slug.clone(),
            name: row.name.clone(),
            description: row.description.clone(),
            broader: row.broader,
            owner: row.owner,
            synonyms: row
                .synonyms
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|text| Some(text.as_str()?.to_owned()))
                .collect(),
            labels: Children::from_rows(parts_of(&mut labels, row.id)),
            standing: Standing {
                withdrawn_at: row.withdrawn_at,
                withdrawal_reason: row.withdrawal_reason.clone(),
                superseded_by: row.superseded_by,
            },
            vocabulary: row.vocabulary,
        };
        Ok(rows.iter().map(draft).collect())
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
        problems.slug(TERM.slug.name(), &self.slug);
        problems.name(TERM.name.name(), &self.name);
        problems.text(TERM.description.name(), self.description.as_ref());
        for synonym in &self.synonyms {
            problems.name(TERM.synonyms.name(), synonym);
        }
        problems.distinct(TERM.synonyms.name(), &self.synonyms);
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
        draft.labels.wanted(|label| label.row(row.id.into()))
    }

    fn replaces(new: &term_label::Model, old: &term_label::Model) -> bool {
        new.centre_id == old.centre_id
    }
}
