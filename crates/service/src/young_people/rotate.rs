//! Puts what recognises people under a new key.

use entity::{ChangeKind, change, young_person_key};
use returns::KeyHash;
use sea_orm::{ColumnTrait, Condition, IntoActiveModel, PaginatorTrait, QueryFilter};

use super::pseudonym::PseudonymKeys;
use super::returns::in_turn;
use crate::access::scope;
use crate::error::Result;
use crate::space::Space;
use crate::viewer::Viewer;

/// Hashes every stored hash once more under the newest of some keys, which the space's own are but for that one.
/// Gives how many there were. From then on the space must be opened with these keys.
pub async fn rotate(space: &Space, keys: &PseudonymKeys) -> Result<usize> {
    let keys = keys.clone();
    space
        .store()
        .write(&Viewer::operator(), "pseudonym-key.rotate", move |write| {
            Box::pin(async move {
                in_turn(write).await?;
                let rows = scope::for_writing::<young_person_key::Entity>()
                    .all(write.connection())
                    .await?;
                write.remove::<young_person_key::Entity>(Condition::all()).await?;
                let count = rows.len();
                let renewed = rows.into_iter().filter_map(|row| {
                    let hash = KeyHash::try_from(row.hash.as_slice()).ok()?;
                    let row = young_person_key::Model { hash: keys.renewed(hash).to_vec(), ..row };
                    Some(row.into_active_model())
                });
                write.add::<young_person_key::Entity>(renewed.collect()).await?;
                write.touch(ChangeKind::SigningKey, keys.id(), 1);
                Ok(count)
            })
        })
        .await
}

/// Returns whether what is stored is under these keys by a rotation that was carried through.
pub async fn is_under(space: &Space, keys: &PseudonymKeys) -> Result<bool> {
    let rotations = scope::for_writing::<change::Entity>()
        .filter(change::Column::Kind.eq(ChangeKind::SigningKey))
        .filter(change::Column::SubjectId.eq(keys.id()));
    let count = rotations.count(space.store().connection()).await?;
    Ok(count > 0)
}
