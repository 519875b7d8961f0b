//! Documents that are asked for by their hash or id: those that clients have sent before, or, with an
//! allow-list, those of the list and no others.
//!
//! Clients of Apollo send `extensions.persistedQuery` with the SHA-256 of the document; the appendix of
//! GraphQL over HTTP has `documentId`, which is `sha256:` and the same, or an id of the list.

mod hash;
mod operations;

use std::borrow::Cow;
use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;

pub use operations::Operations;

use hash::Hash;

use super::{Code, parameters::Parameters};
use crate::document::Refusal;

/// How many bytes of documents are kept.
const KEPT_BYTES: u64 = 8 * 1024 * 1024;
/// What a kept document takes besides its text.
const OVERHEAD: u64 = 128;
/// About how many there are, for the cache to begin with.
const EXPECTED: usize = 4_096;

/// Where documents come from that are not in the request.
#[derive(Debug)]
pub enum Documents {
    /// From clients that sent them before, as far as there is room.
    Kept(Cache<Hash, Arc<str>, Length>),
    /// From a list, and nothing else runs.
    Listed(Operations),
}

/// The document of a request.
#[derive(Debug)]
pub(super) struct Found {
    /// Its text.
    pub(super) text: Arc<str>,
    /// Under which it is to be kept once it has passed the checks.
    pub(super) keep: Option<Hash>,
}

/// Weighs documents by their length.
#[derive(Clone, Copy, Debug)]
pub struct Length;

impl Weighter<Hash, Arc<str>> for Length {
    fn weight(&self, _: &Hash, text: &Arc<str>) -> u64 {
        text.len() as u64 + OVERHEAD
    }
}

impl Default for Documents {
    fn default() -> Self {
        Self::Kept(Cache::with_weighter(EXPECTED, KEPT_BYTES, Length))
    }
}

impl Documents {
    /// Those of a list if there is one.
    pub fn new(list: Option<Operations>) -> Self {
        list.map_or_else(Self::default, Self::Listed)
    }

    /// The document that a request means.
    ///
    /// # Errors
    /// `PERSISTED_QUERY_NOT_FOUND`, `OPERATION_NOT_ALLOWED`, or `BAD_REQUEST` when it names none or
    /// its hash is another document's.
    pub(super) fn find(&self, parameters: &mut Parameters) -> Result<Found, Refusal> {
        let id = parameters.document_id().map(str::to_owned);
        match (self, parameters.query.take(), id) {
            (_, None, None) => Err(Refusal::new(
                Code::BadRequest,
                "The request has no `query`; send the text of a GraphQL document in it.",
            )),
            (Self::Kept(_), Some(query), None) => Ok(Found { text: query.into(), keep: None }),
            (Self::Kept(_), Some(query), Some(id)) => {
                let hash = Hash::of(&query);
                if Hash::parse(&id) != Some(hash) {
                    return Err(mismatch());
                }
                Ok(Found { text: query.into(), keep: Some(hash) })
            }
            (Self::Kept(kept), None, Some(id)) => Hash::parse(&id)
                .and_then(|hash| kept.get(&hash))
                .map(|text| Found { text, keep: None })
                .ok_or_else(not_found),
            (Self::Listed(list), query, id) => {
                let text = match &query {
                    Some(query) => list.by_text(query),
                    None => id.as_deref().and_then(|id| list.by_id(id)),
                };
                text.map(|text| Found { text, keep: None }).ok_or_else(not_allowed)
            }
        }
    }

    /// The text of a request's document, as far as it is known and may run.
    pub(super) fn text<'p>(&self, parameters: &'p Parameters) -> Option<Cow<'p, str>> {
        if let Some(query) = &parameters.query {
            return Some(query.into());
        }
        let id = parameters.document_id()?;
        let text = match self {
            Self::Kept(kept) => kept.get(&Hash::parse(id)?)?,
            Self::Listed(list) => list.by_id(id)?,
        };
        Some(Cow::Owned(text.to_string()))
    }

    /// Keeps a document that has passed the checks.
    pub(super) fn keep(&self, hash: Hash, text: Arc<str>) {
        match self {
            Self::Kept(kept) => kept.insert(hash, text),
            Self::Listed(_) => {}
        }
    }
}

/// Clients compare this text, and then send the document.
fn not_found() -> Refusal {
    Refusal::new(Code::PersistedQueryNotFound, "PersistedQueryNotFound")
}

fn mismatch() -> Refusal {
    Refusal::new(
        Code::BadRequest,
        "The hash that was sent is not the SHA-256 of the document beside it, in 64 hexadecimal digits.",
    )
}

fn not_allowed() -> Refusal {
    Refusal::new(
        Code::OperationNotAllowed,
        "This server runs the operations of its list only; ask whoever runs it to add yours.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_bounded_in_bytes() {
        let documents = Documents::default();
        let text: Arc<str> = "x".repeat(64 * 1024).into();
        for number in 0..1_000_u32 {
            documents.keep(Hash::of(&number.to_string()), Arc::clone(&text));
        }
        let Documents::Kept(kept) = &documents else {
            unreachable!("there is no list");
        };
        assert!(kept.weight() <= KEPT_BYTES, "{}", kept.weight());
        assert!(kept.len() > 50, "{}", kept.len());
    }
}
