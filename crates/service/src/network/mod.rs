//! The network: centres, people, places, programmes, partners, vocabularies and standards.

use std::collections::HashMap;

use uuid::Uuid;

use crate::error::Result;
use crate::space::Space;

pub mod authority;
pub mod directory;
pub mod engagement;
pub mod record;

pub use directory::Directory;

/// Returns the versions of things of the network: their tables keep none, the log counts them.
pub async fn versions(space: &Space, ids: Vec<Uuid>) -> Result<HashMap<Uuid, i32>> {
    crate::store::versions(space.store().connection(), ids).await
}
