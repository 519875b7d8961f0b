//! What some rows of the log mean to this process, and telling it.

use entity::{ChangeKind, ChangeOperation};
use uuid::Uuid;

use crate::access::presence::AccessNews;
use crate::error::Result;
use crate::network::directory;
use crate::space::Space;

/// A row of the log, as far as the tail must know it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) sequence: i64,
    pub(super) kind: ChangeKind,
    pub(super) subject: Uuid,
    pub(super) operation: ChangeOperation,
}

/// What some rows of the log mean to this process.
#[derive(Debug, Default)]
pub(super) struct News {
    /// The last change to what the directory holds.
    directory: Option<i64>,
    has_new_keys: bool,
    access: AccessNews,
}

impl News {
    /// What is new at the beginning: anything may be.
    pub(super) fn whatever_it_was(head: i64) -> Self {
        Self {
            directory: Some(head),
            has_new_keys: true,
            access: AccessNews { is_anything: true, ..AccessNews::default() },
        }
    }

    pub(super) fn of(entries: &[Entry]) -> Self {
        let mut news = Self::default();
        for entry in entries {
            if directory::holds(entry.kind) {
                news.directory = Some(entry.sequence);
            }
            match (entry.kind, entry.operation) {
                (
                    ChangeKind::AccessToken | ChangeKind::IdentityProvider,
                    ChangeOperation::Created,
                ) => {}
                (ChangeKind::AccessToken, ChangeOperation::Withdrawn) => {
                    news.access.revoked.insert(entry.subject.into());
                }
                (ChangeKind::AccessToken, ChangeOperation::Updated) => {
                    news.access.changed.insert(entry.subject.into());
                }
                (ChangeKind::IdentityProvider, _) => {
                    news.access.providers.insert(entry.subject.into());
                }
                (ChangeKind::SigningKey, operation) => {
                    news.has_new_keys = true;
                    if operation == ChangeOperation::Withdrawn {
                        news.access.retired.insert(entry.subject.into());
                    }
                }
                (
                    ChangeKind::Centre
                    | ChangeKind::Person
                    | ChangeKind::LocalAuthority
                    | ChangeKind::Engagement
                    | ChangeKind::Programme
                    | ChangeKind::Partner
                    | ChangeKind::EvidenceStandard
                    | ChangeKind::Intervention
                    | ChangeKind::Outcome
                    | ChangeKind::Population
                    | ChangeKind::Collaboration
                    | ChangeKind::Study
                    | ChangeKind::Publication
                    | ChangeKind::Finding
                    | ChangeKind::Rating
                    | ChangeKind::Feedback
                    | ChangeKind::LoadedReturn
                    | ChangeKind::DataSharingAgreement,
                    _,
                ) => {}
            }
        }
        news
    }

    /// Tells it. What was told already may be told again.
    ///
    /// # Errors
    /// When something must be read for it and the database cannot be.
    pub(super) async fn tell(self, space: &Space) -> Result<()> {
        if let Some(sequence) = self.directory {
            space.store().network_changed(sequence);
        }
        if self.has_new_keys {
            space.keyring().read(space.store()).await?;
        }
        if !self.access.is_empty() {
            space.presences().hear(space, &self.access).await?;
        }
        Ok(())
    }
}
