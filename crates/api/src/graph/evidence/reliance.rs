//! Evidence that was withdrawn or superseded, as what leans on it shows it.

use std::sync::Arc;

use async_graphql::{Context, Object, Union};
use chrono::{DateTime, Utc};
use service::entity::Reliance;
use service::evidence::reliance::{self, Piece};
use service::{Error, Result};

use super::publication::Publication;
use super::study::Study;
use crate::graph::asker;
use crate::graph::word::Word;
use crate::loading::Asker;

/// Evidence that no longer stands.
pub(crate) struct ReliedUpon(reliance::ReliedUpon);

/// Evidence on which something leans, and which was withdrawn or superseded.
#[Object]
impl ReliedUpon {
    /// How it leans on it.
    async fn how(&self) -> Word<Reliance> {
        Word(self.0.how)
    }

    /// What was withdrawn or superseded.
    async fn what(&self, ctx: &Context<'_>) -> Result<PieceOfEvidence> {
        let found = PieceOfEvidence::find(asker(ctx), self.0.what).await?;
        found.ok_or_else(|| Error::not_found("evidence"))
    }

    /// Since when it no longer stands; null when it was superseded and nobody said when.
    async fn since(&self) -> Option<DateTime<Utc>> {
        self.0.since
    }

    /// Why it was withdrawn; null when it was superseded without a reason.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// What took its place, when something did and you may see it.
    async fn superseded_by(&self, ctx: &Context<'_>) -> Result<Option<PieceOfEvidence>> {
        match self.0.superseded_by {
            None => Ok(None),
            Some(piece) => PieceOfEvidence::find(asker(ctx), piece).await,
        }
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

impl PieceOfEvidence {
    async fn find(asker: &Arc<Asker>, piece: Piece) -> Result<Option<Self>> {
        Ok(match piece {
            Piece::Study(id) => asker.study(id).await?.map(Study).map(Self::Study),
            Piece::Publication(id) => asker
                .publication(id)
                .await?
                .map(Publication)
                .map(Self::Publication),
        })
    }
}

/// Wraps what a loader found.
pub(super) fn wrap_relied(found: Option<Arc<Vec<reliance::ReliedUpon>>>) -> Vec<ReliedUpon> {
    let found = found.iter().flat_map(|list| list.iter());
    found.cloned().map(ReliedUpon).collect()
}
