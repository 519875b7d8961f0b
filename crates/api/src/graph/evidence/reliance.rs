//! Evidence that was withdrawn or superseded, as what leans on it shows it.

use std::sync::Arc;

use async_graphql::{Context, Object, Union};
use chrono::{DateTime, Utc};
use service::Result;
use service::entity::Reliance;
use service::evidence::reliance::{self, EvidenceRow};

use super::publication::Publication;
use super::study::Study;
use crate::graph::enum_value::EnumValue;
use crate::graph::loaders;

/// Evidence that no longer stands.
pub(crate) struct ReliedUpon(reliance::ReliedUpon);

/// Evidence on which something leans, and which was withdrawn or superseded.
#[Object]
impl ReliedUpon {
    /// How it leans on it.
    async fn how(&self) -> EnumValue<Reliance> {
        EnumValue(self.0.how)
    }

    /// What was withdrawn or superseded.
    async fn what(&self) -> PieceOfEvidence {
        match &self.0.what {
            EvidenceRow::Study(row) => PieceOfEvidence::Study(Study(Arc::clone(row))),
            EvidenceRow::Publication(row) => {
                PieceOfEvidence::Publication(Publication(Arc::clone(row)))
            }
        }
    }

    /// Since when it no longer stands; null when it was superseded and nobody said when.
    async fn since(&self) -> Option<DateTime<Utc>> {
        match &self.0.what {
            EvidenceRow::Study(row) => row.withdrawn_at,
            EvidenceRow::Publication(row) => row.withdrawn_at,
        }
    }

    /// Why it was withdrawn; null when it was superseded without a reason.
    async fn reason(&self) -> Option<&str> {
        match &self.0.what {
            EvidenceRow::Study(row) => row.withdrawal_reason.as_deref(),
            EvidenceRow::Publication(row) => row.withdrawal_reason.as_deref(),
        }
    }

    /// What took its place, when something did and you may see it.
    async fn superseded_by(&self, ctx: &Context<'_>) -> Result<Option<PieceOfEvidence>> {
        let loaders = loaders(ctx);
        Ok(match &self.0.what {
            EvidenceRow::Study(row) => match row.superseded_by {
                None => None,
                Some(id) => loaders.study(id).await?.map(Study).map(PieceOfEvidence::Study),
            },
            EvidenceRow::Publication(row) => match row.superseded_by {
                None => None,
                Some(id) => loaders
                    .publication(id)
                    .await?
                    .map(Publication)
                    .map(PieceOfEvidence::Publication),
            },
        })
    }
}

/// A study or a publication.
#[derive(Union)]
enum PieceOfEvidence {
    /// A study.
    Study(Study),
    /// A publication.
    Publication(Publication),
}

/// Wraps what a loader found.
pub(super) fn wrap_relied(found: Option<Arc<Vec<reliance::ReliedUpon>>>) -> Vec<ReliedUpon> {
    let found = found.iter().flat_map(|list| list.iter());
    found.cloned().map(ReliedUpon).collect()
}
