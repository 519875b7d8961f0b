//! Recording feedback.

use chrono::{DateTime, NaiveDate, Utc};
use entity::{CentreId, CollaborationId, FeedbackId, ProgrammeId, StudyId, feedback, shared_with};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::error::Result;
use crate::record::columns::{Table, Target, Value, columns, sharing_of};
use crate::record::{
    Draft, Fault, Problems, RowOf, SharedDraft, Sharing, keyed_within, parts_before, parts_of,
    shared_draft,
};

columns! {
    /// What feedback should be.
    pub struct FeedbackDraft, FeedbackFields FEEDBACK within { contributed_by: CentreId [.input("centre")], } {
        /// Its key within the centre that received it.
        reference: String [.key()],
        /// The study that it is about.
        study: Option<StudyId>,
        /// The programme that it is about; the centre itself, if it is about neither.
        programme: Option<ProgrammeId>,
        /// From whom it came, as a role: never a name.
        from_role: String,
        /// What was said.
        text: String,
        /// When it was received.
        received_on: NaiveDate,
        /// When it was answered.
        answered_on: Option<NaiveDate>,
        /// What was answered.
        answer: Option<String>,
    }
    groups {
        /// Which centre received it, and who may see it.
        sharing: Sharing<FeedbackId>,
    }
}

/// The file of feedback.
pub(crate) static FEEDBACK_FILE: Table = Table::new("feedback", FeedbackDraft::COLUMNS)
    .of(Target::Feedback)
    .shared(Value::Within(Target::Feedback, &["contributed_by"]));

impl FeedbackDraft {
    const fn contributed_by(&self) -> CentreId {
        self.sharing.contributed_by
    }
}

impl Draft for FeedbackDraft {
    type Table = feedback::Entity;
    type Key = (Uuid, String);
    type Parts = (shared_with::Entity,);

    keyed_within!(feedback, contributed_by ContributedBy, reference Reference);
    shared_draft!(feedback, Feedback, WriteCollaboration);

    async fn from_rows(
        connection: &impl ConnectionTrait,
        rows: &[feedback::Model],
    ) -> Result<Vec<Self>> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id.into()).collect();
        let (mut with,) = parts_before::<Self>(connection, &ids).await?;
        let draft = |row: &feedback::Model| Self {
            reference: row.reference.clone(),
            study: row.study_id,
            programme: row.programme_id,
            from_role: row.from_role.clone(),
            text: row.text.clone(),
            received_on: row.received_on,
            answered_on: row.answered_on,
            answer: row.answer.clone(),
            sharing: sharing_of!(row, parts_of(&mut with, row.id)),
        };
        Ok(rows.iter().map(draft).collect())
    }

    fn row(
        &self,
        id: Uuid,
        before: Option<&feedback::Model>,
        now: DateTime<Utc>,
    ) -> feedback::Model {
        let draft = self.clone();
        feedback::Model {
            id: id.into(),
            reference: draft.reference,
            study_id: draft.study,
            programme_id: draft.programme,
            from_role: draft.from_role,
            text: draft.text,
            received_on: draft.received_on,
            answered_on: draft.answered_on,
            answer: draft.answer,
            contributed_by: draft.sharing.contributed_by,
            visibility: draft.sharing.visibility,
            embargoed_until: draft.sharing.embargoed_until,
            version: before.map_or(1, |before| before.version),
            created_at: before.map_or(now, |before| before.created_at),
            updated_at: before.map_or(now, |before| before.updated_at),
            withdrawn_at: draft.sharing.withdrawn_at,
            withdrawal_reason: draft.sharing.withdrawal_reason,
            superseded_by: draft.sharing.superseded_by,
        }
    }

    fn check(&self, problems: &mut Problems) {
        problems.key(FEEDBACK.reference.name(), &self.reference);
        if self.study.is_some() && self.programme.is_some() {
            problems.add(
                FEEDBACK.programme.name(),
                Fault::Inconsistent,
                "It is about a study and about a programme.",
                "Name one of the two, or neither if it is about the centre.",
            );
        }
        problems.name(FEEDBACK.from_role.name(), &self.from_role);
        problems.text(FEEDBACK.text.name(), Some(&self.text));
        problems.in_order(FEEDBACK.answered_on.name(), Some(self.received_on), self.answered_on);
        match (&self.answer, self.answered_on) {
            (Some(_), None) => problems.add(
                FEEDBACK.answered_on.name(),
                Fault::Inconsistent,
                "There is an answer, but not when it was given.",
                "Say when it was answered.",
            ),
            (None, Some(_)) => problems.add(
                FEEDBACK.answer.name(),
                Fault::Inconsistent,
                "It was answered, but the answer is not there.",
                "Give the answer, or leave out the day.",
            ),
            _ => {}
        }
        problems.text(FEEDBACK.answer.name(), self.answer.as_ref());
        self.sharing.check(problems, true);
    }
}

impl SharedDraft for FeedbackDraft {
    fn shared_with(&self, _row: &RowOf<Self>) -> Vec<CollaborationId> {
        self.sharing.shared_with.clone()
    }
}
