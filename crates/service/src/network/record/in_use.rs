//! Versions of standards that ratings use: their scales stay as they are.

use std::collections::HashSet;

use entity::{StandardVersionId, rating, standard_version};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, QueryFilter, QueryOrder, QuerySelect};

use crate::access::scope;
use crate::error::Result;
use crate::record::{Fault, Problems};
use crate::store::Write;

/// Which of these versions ratings use. Until the write ends nobody begins to use another.
pub(super) async fn versions_in_use(
    write: &Write,
    versions: HashSet<StandardVersionId>,
) -> Result<HashSet<StandardVersionId>> {
    if versions.is_empty() {
        return Ok(versions);
    }
    let backend = write.connection().get_database_backend();
    if backend == DbBackend::Postgres {
        // A rating refers to its version, which waits for this lock.
        scope::for_writing::<standard_version::Entity>()
            .filter(standard_version::Column::Id.is_in(versions.iter().copied()))
            .order_by_asc(standard_version::Column::Id)
            .lock_exclusive()
            .all(write.connection())
            .await?;
    }
    let used: Vec<StandardVersionId> = scope::for_writing::<rating::Entity>()
        .filter(rating::Column::VersionId.is_in(versions))
        .select_only()
        .column(rating::Column::VersionId)
        .distinct()
        .into_tuple()
        .all(write.connection())
        .await?;
    Ok(used.into_iter().collect())
}

/// That something of a scale may not change.
pub(super) fn refuse(field: &'static str, problems: &mut Problems) {
    problems.add(
        field,
        Fault::InUse,
        "Ratings use this version of the standard as it is.",
        "Add a version with the scale as it is now.",
    );
}
