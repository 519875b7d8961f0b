//! How far the log has been read, kind by kind.

use entity::ChangeKind;

use super::news::Entry;

/// How far the log has been read, and where each kind of thing last changed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Position {
    sequence: i64,
    latest: [i64; ChangeKind::ALL.len()],
}

impl Position {
    /// The last number that was read.
    #[must_use]
    pub const fn sequence(&self) -> i64 {
        self.sequence
    }

    /// Whether something of these kinds may have changed after a number.
    #[must_use]
    pub fn has_news(&self, kinds: &[ChangeKind], after: i64) -> bool {
        kinds.iter().any(|kind| self.latest[*kind as usize] > after)
    }

    /// What is known at the beginning: the last number, and of what came before nothing.
    pub(super) const fn beginning_at(head: i64) -> Self {
        Self { sequence: head, latest: [head; ChangeKind::ALL.len()] }
    }

    pub(super) fn advance(&mut self, entries: &[Entry]) {
        for entry in entries {
            self.sequence = entry.sequence;
            self.latest[entry.kind as usize] = entry.sequence;
        }
    }
}

#[cfg(test)]
mod tests {
    use entity::ChangeOperation;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn there_is_news_of_what_changed_and_of_nothing_else() {
        let mut position = Position::beginning_at(7);
        position.advance(&[Entry {
            sequence: 8,
            kind: ChangeKind::Study,
            subject: Uuid::nil(),
            operation: ChangeOperation::Created,
        }]);
        assert_eq!(position.sequence(), 8);
        assert!(position.has_news(&[ChangeKind::Rating, ChangeKind::Study], 7));
        assert!(!position.has_news(&[ChangeKind::Rating], 7));
        assert!(!position.has_news(&[ChangeKind::Study], 8));
    }

    #[test]
    fn before_the_beginning_anything_may_have_changed() {
        assert!(Position::beginning_at(7).has_news(&[ChangeKind::Person], 3));
    }
}
