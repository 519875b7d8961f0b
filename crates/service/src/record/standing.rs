//! Whether a thing of the network still stands, or was withdrawn: when, why, and what took its place.

use chrono::{DateTime, Utc};

use crate::problem::{Fault, Problems};

/// Whether a thing of the network still stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing<Id> {
    /// When it was withdrawn.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// Why it was withdrawn.
    pub withdrawal_reason: Option<String>,
    /// What took its place.
    pub superseded_by: Option<Id>,
}

impl<Id> Standing<Id> {
    /// What is wrong with it.
    pub(crate) fn check(&self, problems: &mut Problems) {
        problems.withdrawal(self.withdrawn_at, self.withdrawal_reason.as_ref());
    }
}

impl Problems {
    /// A withdrawal has its time and its reason, or neither.
    pub(crate) fn withdrawal(&mut self, at: Option<DateTime<Utc>>, reason: Option<&String>) {
        match (at, reason) {
            (Some(_), None) => self.add(
                "withdrawal_reason",
                Fault::Inconsistent,
                "It is withdrawn, but no reason is given.",
                "Say why it was withdrawn.",
            ),
            (None, Some(_)) => self.add(
                "withdrawn_at",
                Fault::Inconsistent,
                "A reason for a withdrawal is given, but not when it was withdrawn.",
                "Say when it was withdrawn, or leave out the reason.",
            ),
            _ => {}
        }
        self.text("withdrawal_reason", reason);
    }
}

/// A thing of the network that can be withdrawn.
macro_rules! can_be_withdrawn {
    ($table:ident) => {
        fn operation(
            before: &entity::$table::Model,
            after: &entity::$table::Model,
        ) -> entity::ChangeOperation {
            match before.withdrawn_at.is_none() && after.withdrawn_at.is_some() {
                true => entity::ChangeOperation::Withdrawn,
                false => entity::ChangeOperation::Updated,
            }
        }
    };
    // The same, where another can take its place.
    ($table:ident superseded $(, $chain:expr)?) => {
        const CHAINS: &'static [$crate::record::Chain<Self>] = &[
            $crate::record::Chain {
                field: "superseded_by",
                next: |draft| draft.standing.superseded_by.map(uuid::Uuid::from),
                next_of: |row| row.superseded_by.map(uuid::Uuid::from),
            },
            $($chain,)?
        ];

        $crate::record::can_be_withdrawn!($table);
    };
}
pub(crate) use can_be_withdrawn;
