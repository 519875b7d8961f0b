//! Evidence that was withdrawn or superseded, as what leans on it shows it.

use std::sync::Arc;

use async_graphql::{SimpleObject, Union};
use chrono::{DateTime, Utc};
use futures::future::try_join_all;
use service::Result;
use service::entity::Reliance;
use service::evidence::reliance::{self, Piece};

use super::publication::Publication;
use super::study::Study;
use crate::graph::word::Word;
use crate::loading::Asker;

/// Evidence on which something leans, and which was withdrawn or superseded.
#[derive(SimpleObject)]
pub(crate) struct ReliedUpon {
    /// How it leans on it.
    how: Word<Reliance>,
    /// What was withdrawn or superseded.
    what: PieceOfEvidence,
    /// Since when it no longer stands; null when it was superseded and nobody said when.
    since: Option<DateTime<Utc>>,
    /// Why it was withdrawn; null when it was superseded without a reason.
    reason: Option<String>,
    /// What took its place, when something did and you may see it.
    superseded_by: Option<PieceOfEvidence>,
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

impl ReliedUpon {
    async fn find(asker: &Arc<Asker>, relied: &reliance::ReliedUpon) -> Result<Option<Self>> {
        let successor = async {
            match relied.superseded_by {
                Some(piece) => PieceOfEvidence::find(asker, piece).await,
                None => Ok(None),
            }
        };
        let (what, superseded_by) =
            futures::try_join!(PieceOfEvidence::find(asker, relied.what), successor)?;
        Ok(what.map(|what| Self {
            how: Word(relied.how),
            what,
            since: relied.since,
            reason: relied.reason.clone(),
            superseded_by,
        }))
    }
}

/// Wraps what a loader found.
pub(super) async fn wrap_relied(
    asker: &Arc<Asker>,
    found: Option<Arc<Vec<reliance::ReliedUpon>>>,
) -> Result<Vec<ReliedUpon>> {
    let found = found.unwrap_or_default();
    let relied = try_join_all(found.iter().map(|one| ReliedUpon::find(asker, one))).await?;
    Ok(relied.into_iter().flatten().collect())
}
