//! Chains must not lead back to where they began: successors, broader terms, what superseded what.

use std::collections::{HashMap, HashSet};

use sea_orm::{ConnectionTrait, QueryFilter};
use uuid::Uuid;

use super::{Chain, Draft, Fault, Slot};
use crate::access::scope;
use crate::error::Result;
use crate::store::Write;

/// Refuses drafts that would close a circle. Only what is there already can be on one: nothing
/// leads yet to what is new.
pub(super) async fn refuse<D: Draft>(write: &Write, slots: &mut [Slot<D>]) -> Result<()> {
    for chain in D::CHAINS {
        refuse_in(write, slots, chain).await?;
    }
    Ok(())
}

async fn refuse_in<D: Draft>(write: &Write, slots: &mut [Slot<D>], chain: &Chain<D>) -> Result<()> {
    let mut next: HashMap<Uuid, Option<Uuid>> = HashMap::new();
    let mut moved = Vec::new();
    for slot in slots.iter().filter(|slot| slot.problems.is_empty()) {
        if let Some(before) = &slot.before {
            let wanted = (chain.next)(&slot.draft);
            next.insert(D::id_of(before), wanted);
            if wanted.is_some() && wanted != (chain.next_of)(before) {
                moved.push(D::id_of(before));
            }
        }
    }
    if moved.is_empty() {
        return Ok(());
    }
    follow(write, &mut next, chain).await?;
    let circular: HashSet<Uuid> =
        moved.into_iter().filter(|start| leads_back(*start, &next)).collect();
    for slot in slots {
        if slot.before.as_ref().is_some_and(|before| circular.contains(&D::id_of(before))) {
            slot.problems.add(
                chain.field,
                Fault::Circle,
                "It would lead back to itself.",
                "Follow the chain and take out the step that is wrong.",
            );
        }
    }
    Ok(())
}

/// Reads the rest of every chain, a step of all chains at a time.
async fn follow<D: Draft>(
    write: &Write,
    next: &mut HashMap<Uuid, Option<Uuid>>,
    chain: &Chain<D>,
) -> Result<()> {
    let backend = write.connection().get_database_backend();
    loop {
        let ends: HashSet<Uuid> =
            next.values().flatten().filter(|id| !next.contains_key(id)).copied().collect();
        if ends.is_empty() {
            return Ok(());
        }
        let ends: Vec<Uuid> = ends.into_iter().collect();
        let rows = scope::for_writing::<D::Table>()
            .filter(D::with_ids(ends.clone(), backend))
            .all(write.connection())
            .await?;
        next.extend(ends.into_iter().map(|end| (end, None)));
        next.extend(rows.iter().map(|row| (D::id_of(row), (chain.next_of)(row))));
    }
}

fn leads_back(start: Uuid, next: &HashMap<Uuid, Option<Uuid>>) -> bool {
    let mut seen = HashSet::new();
    let mut here = next.get(&start).copied().flatten();
    while let Some(id) = here {
        if id == start {
            return true;
        }
        if !seen.insert(id) {
            return false;
        }
        here = next.get(&id).copied().flatten();
    }
    false
}
