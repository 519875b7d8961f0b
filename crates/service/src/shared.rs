//! What all shared things have in common.

use std::collections::HashMap;

use entity::{collaboration, feedback, finding, publication, rating, study};
use sea_orm::QueryFilter;
use uuid::Uuid;

use crate::access::scope::{self, SharedEntity};
use crate::error::Result;
use crate::request::RequestContext;

/// Returns the things with these ids that the viewer may see, withdrawn ones too: by id they stay reachable.
pub async fn by_ids<E>(context: &RequestContext, ids: &[Uuid]) -> Result<HashMap<Uuid, E::Model>>
where
    E: SharedEntity,
    E::Model: Identified,
{
    let store = context.store();
    let rows = scope::shared::<E>(context.viewer(), context.now())
        .filter(scope::among(store.backend(), E::ID, ids.iter().copied()))
        .all(store.connection())
        .await?;
    Ok(rows.into_iter().map(|row| (row.uuid(), row)).collect())
}

/// A row with an id.
pub trait Identified {
    /// Returns the id.
    fn uuid(&self) -> Uuid;
}

impl Identified for collaboration::Model {
    fn uuid(&self) -> Uuid {
        self.id.into()
    }
}

impl Identified for study::Model {
    fn uuid(&self) -> Uuid {
        self.id.into()
    }
}

impl Identified for publication::Model {
    fn uuid(&self) -> Uuid {
        self.id.into()
    }
}

impl Identified for finding::Model {
    fn uuid(&self) -> Uuid {
        self.id.into()
    }
}

impl Identified for rating::Model {
    fn uuid(&self) -> Uuid {
        self.id.into()
    }
}

impl Identified for feedback::Model {
    fn uuid(&self) -> Uuid {
        self.id.into()
    }
}
