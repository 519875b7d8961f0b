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
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{ColumnRef, Expr, IntoColumnRef};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter};

use super::parsed::Child;
use crate::access::scope;
use crate::error::Result;
use crate::store::{Write, bulk};
use crate::young_people::pseudonym::{KeyHash, PseudonymKeys};

/// The lock of those who recognise, part or forget persons on PostgreSQL: any number that is ours.
const TURN: i64 = 0x7065_7273_6f6e;

/// Waits until no other write recognises, parts or forgets persons, or makes their standings: two that did so at once
/// could take one child for two, or forget whom the other just recognised. SQLite has one writer at a time.
pub(in crate::young_people) async fn in_turn(write: &Write) -> Result<()> {
    let connection = write.connection();
    if connection.get_database_backend() == DbBackend::Postgres {
        // However long the others' returns are, waiting for them is no reason to give this one up.
        let lock =
            format!("SET LOCAL statement_timeout TO 0; SELECT pg_advisory_xact_lock({TURN})");
        connection.execute_unprepared(&lock).await?;
    }
    Ok(())
}

/// Forgets some persons, named by the column that tells them: by what they are recognised, and what was given out of
/// them.
#[expect(
    clippy::disallowed_methods,
    reason = "of whom no return tells, nothing is kept"
)]
pub(in crate::young_people) async fn forget(
    write: &Write,
    who: impl Fn(ColumnRef) -> Expr,
) -> Result<()> {
    let connection = write.connection();
    young_person_key::Entity::delete_many()
        .filter(who(reference(young_person_key::Column::YoungPersonId)))
        .exec(connection)
        .await?;
    agreement_pseudonym::Entity::delete_many()
        .filter(who(reference(agreement_pseudonym::Column::YoungPersonId)))
        .exec(connection)
        .await?;
    study_participation::Entity::delete_many()
        .filter(who(reference(study_participation::Column::YoungPersonId)))
        .exec(connection)
        .await?;
    young_person::Entity::delete_many()
        .filter(who(reference(young_person::Column::Id)))
        .exec(connection)
        .await?;
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

/// The persons of some children, in their order; those who are new are written.
pub(super) async fn recognise(
    write: &Write,
    known: &Known<'_>,
    children: &[Child],
    taken: &mut HashSet<YoungPersonId>,
) -> Result<Vec<YoungPersonId>> {
    let mut stored = Stored::read(write, children.iter().flat_map(|child| &child.hashes)).await?;
    let after: Vec<KeyHash> = children
        .iter()
        .flat_map(|child| &child.hashes)
        .filter(|hash| stored.is_severed(hash, known.since))
        .map(|hash| known.keys.after_adoption(hash))
        .collect();
    stored.add(Stored::read(write, &after).await?);

    let mut persons = Vec::with_capacity(children.len());
    let (mut new_persons, mut new_keys) = (Vec::new(), Vec::new());
    for child in children {
        let hashes: Vec<KeyHash> = child
            .hashes
            .iter()
            .map(|hash| match stored.is_severed(hash, known.since) {
                true => known.keys.after_adoption(hash),
                false => *hash,
            })
            .collect();
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
        persons.push(person);
    }
    bulk::insert(write.connection(), new_persons).await?;
    bulk::insert(write.connection(), new_keys).await?;
    Ok(persons)
}

/// The hashes that are stored, of those that were asked for.
struct Stored(HashMap<KeyHash, (YoungPersonId, Option<NaiveDate>)>);

impl Stored {
    async fn read(write: &Write, hashes: impl IntoIterator<Item = &KeyHash>) -> Result<Self> {
        use young_person_key::{Column, Entity};

        let hashes: Vec<Vec<u8>> = hashes.into_iter().map(|hash| hash.to_vec()).collect();
        let backend = write.connection().get_database_backend();
        let mut found = HashMap::new();
        for some in hashes.chunks(5_000) {
            let rows = scope::for_writing::<Entity>()
                .filter(scope::among(backend, Column::Hash, some.iter().cloned()))
                .all(write.connection())
                .await?;
            for row in rows {
                if let Ok(hash) = KeyHash::try_from(row.hash) {
                    found.insert(hash, (row.young_person_id, row.severed_on));
                }
            }
        }
        Ok(Self(found))
    }

    fn add(&mut self, more: Self) {
        self.0.extend(more.0);
    }

    /// Whether a hash is of somebody who was adopted before a day.
    fn is_severed(&self, hash: &KeyHash, since: NaiveDate) -> bool {
        let stored = self.0.get(hash);
        stored.is_some_and(|(_, severed_on)| severed_on.is_some_and(|day| day < since))
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
