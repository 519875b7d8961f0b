//! Recognises the children of a return as persons whom earlier returns told of.
//!
//! The authority's own id is the surest; a pupil number recognises somebody where that is new. A person who was
//! adopted is recognised up to the adoption only: whoever comes with the same identifiers in a collection that
//! began after it is another person, with hashes of another kind, so that nothing stored leads from one to the
//! other.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use entity::{
    YoungPersonId, agreement_pseudonym, study_participation, young_person, young_person_key,
};
use returns::{Child, KeyHash};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{ColumnRef, Expr, IntoColumnRef};
use sea_orm::{ColumnTrait, Condition, QueryFilter};

use crate::access::scope;
use crate::error::Result;
use crate::store::Write;
use crate::young_people::pseudonym::PseudonymKeys;

/// The lock of those who recognise, part or forget persons on PostgreSQL: any number that is ours.
const TURN: i64 = 0x7065_7273_6f6e;

/// Waits until no other write recognises, parts or forgets persons, or makes their standings: two that did so at once
/// could take one child for two, or forget whom the other just recognised.
pub(in crate::young_people) async fn in_turn(write: &Write) -> Result<()> {
    write.take_turn(TURN).await
}

/// Forgets some persons, named by the column that tells them: by what they are recognised, and what was given out of
/// them.
pub(in crate::young_people) async fn forget(
    write: &Write,
    who: impl Fn(ColumnRef) -> Expr,
) -> Result<()> {
    let those = |column| Condition::all().add(who(column));
    write
        .remove::<young_person_key::Entity>(those(reference(
            young_person_key::Column::YoungPersonId,
        )))
        .await?;
    write
        .remove::<agreement_pseudonym::Entity>(those(reference(
            agreement_pseudonym::Column::YoungPersonId,
        )))
        .await?;
    write
        .remove::<study_participation::Entity>(those(reference(
            study_participation::Column::YoungPersonId,
        )))
        .await?;
    write.remove::<young_person::Entity>(those(reference(young_person::Column::Id))).await?;
    Ok(())
}

fn reference(column: impl ColumnTrait) -> ColumnRef {
    column.as_column_ref().into_column_ref()
}

/// What recognising takes.
pub(super) struct Known<'a> {
    pub(super) keys: &'a PseudonymKeys,
    /// The first day of the collection.
    pub(super) since: NaiveDate,
}

/// Whom a child is recognised as.
pub(super) struct Recognised {
    pub(super) person: YoungPersonId,
    /// Who the same identifiers named before, each up to the day of an adoption: the earliest first.
    pub(super) before: Vec<(YoungPersonId, NaiveDate)>,
}

/// The persons of some children, in their order; those who are new are written.
pub(super) async fn recognise(
    write: &Write,
    known: &Known<'_>,
    children: &[Child],
    taken: &mut HashSet<YoungPersonId>,
) -> Result<Vec<Recognised>> {
    let mut unread: Vec<KeyHash> =
        children.iter().flat_map(|child| child.hashes.iter().copied()).collect();
    let mut stored = Stored::default();
    while !unread.is_empty() {
        stored.read(write, &unread).await?;
        unread.retain(|hash| stored.severed(hash, known.since).is_some());
        for hash in &mut unread {
            *hash = known.keys.after_adoption(hash);
        }
    }

    let mut recognised = Vec::with_capacity(children.len());
    let (mut new_persons, mut new_keys) = (Vec::new(), Vec::new());
    for child in children {
        let mut before = Vec::new();
        let mut hashes = Vec::with_capacity(child.hashes.len());
        for hash in &child.hashes {
            let (last, adoptions) = stored.follow(*hash, known);
            hashes.push(last);
            if before.is_empty() {
                before = adoptions;
            }
        }
        let mut candidates = hashes.iter().filter_map(|hash| stored.person(hash));
        let found = candidates.find(|person| !taken.contains(person));
        let first = hashes.first();
        let person = found.unwrap_or_else(|| {
            let person = write.source().id();
            new_persons.push(young_person::ActiveModel {
                id: Set(person),
                record_key: Set(first.map_or(0, |hash| known.keys.record_key(hash))),
            });
            person
        });
        taken.insert(person);
        for hash in hashes {
            if stored.learn(hash, person) {
                new_keys.push(young_person_key::ActiveModel {
                    hash: Set(hash.to_vec()),
                    young_person_id: Set(person),
                    severed_on: Set(None),
                });
            }
        }
        recognised.push(Recognised { person, before });
    }
    write.add::<young_person::Entity>(new_persons).await?;
    write.add::<young_person_key::Entity>(new_keys).await?;
    Ok(recognised)
}

/// The hashes that are stored, of those that were asked for.
#[derive(Default)]
struct Stored(HashMap<KeyHash, (YoungPersonId, Option<NaiveDate>)>);

impl Stored {
    async fn read(&mut self, write: &Write, hashes: &[KeyHash]) -> Result<()> {
        use young_person_key::{Column, Entity};

        let backend = write.backend();
        for some in hashes.chunks(5_000) {
            let some = some.iter().map(|hash| hash.to_vec());
            let rows = scope::for_writing::<Entity>()
                .filter(scope::among(backend, Column::Hash, some))
                .all(write.connection())
                .await?;
            for row in rows {
                if let Ok(hash) = KeyHash::try_from(row.hash) {
                    self.0.insert(hash, (row.young_person_id, row.severed_on));
                }
            }
        }
        Ok(())
    }

    /// Who was adopted before a day, of a hash, and when.
    fn severed(&self, hash: &KeyHash, since: NaiveDate) -> Option<(YoungPersonId, NaiveDate)> {
        let (person, severed_on) = self.0.get(hash)?;
        let day = severed_on.filter(|day| *day < since)?;
        Some((*person, day))
    }

    /// The hash of whoever comes after all adoptions, and who was adopted.
    fn follow(
        &self,
        mut hash: KeyHash,
        known: &Known<'_>,
    ) -> (KeyHash, Vec<(YoungPersonId, NaiveDate)>) {
        let mut before = Vec::new();
        while let Some(adopted) = self.severed(&hash, known.since) {
            before.push(adopted);
            hash = known.keys.after_adoption(&hash);
        }
        (hash, before)
    }

    fn person(&self, hash: &KeyHash) -> Option<YoungPersonId> {
        self.0.get(hash).map(|(person, _)| *person)
    }

    /// Notes whose a hash is; says whether it is new.
    fn learn(&mut self, hash: KeyHash, person: YoungPersonId) -> bool {
        let is_new = !self.0.contains_key(&hash);
        if is_new {
            self.0.insert(hash, (person, None));
        }
        is_new
    }
}
