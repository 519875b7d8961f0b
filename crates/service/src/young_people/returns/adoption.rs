//! Parts an adopted child from whom the same identifiers name after the adoption.
//!
//! In every return, what began before the day is the adopted child's, and the rest is another person's. A return of a
//! collection that began after the day tells of the other person; what ended by the day, if it is told once more,
//! stays the child's.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use entity::{
    EpisodeKind, LoadedReturnId, YoungPersonId, child_record, episode, loaded_return, young_person,
    young_person_key,
};
use returns::{CollectionYear, KeyHash, Problem};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, IntoActiveModel, QueryFilter};

use crate::access::scope;
use crate::error::Result;
use crate::store::Write;
use crate::young_people::pseudonym::PseudonymKeys;
use crate::young_people::standing;

/// A return, and when its collection began.
#[derive(Clone, Copy)]
pub(super) struct Told {
    by: LoadedReturnId,
    since: NaiveDate,
}

impl Told {
    pub(super) fn by(id: LoadedReturnId, year: CollectionYear) -> Self {
        Self { by: id, since: year.first_day() }
    }

    /// Whether a time is the adopted child's.
    fn is_before(self, time: &episode::Model, day: NaiveDate) -> bool {
        let is_over = time.ended_on.is_some_and(|end| end <= day);
        let is_adoption = matches!(time.reason_ended.as_deref(), Some("E11" | "E12"));
        match is_adoption {
            true => time.started_on <= day && (is_over || time.ended_on.is_none()),
            false => time.started_on < day && (is_over || self.since <= day),
        }
    }
}

/// Gives to those whom the same identifiers named before what a return tells of them once more.
pub(super) async fn give_back(
    write: &Write,
    told: Told,
    person: YoungPersonId,
    before: &[(YoungPersonId, NaiveDate)],
) -> Result<()> {
    for (earlier, day) in before {
        let mut times = times_of(write, told.by, person).await?;
        times.retain(|time| told.is_before(time, *day));
        part(write, told.by, person, *earlier, times).await?;
    }
    Ok(())
}

/// Stops recognising a person from the day of the adoption on, and gives to another person what happened after it: in
/// the return that tells of the adoption, and in those of later collections, if they were loaded before. Gives what is
/// doubtful about it.
pub(super) async fn sever(
    write: &mut Write,
    keys: &PseudonymKeys,
    told: Told,
    person: YoungPersonId,
    day: NaiveDate,
) -> Result<Vec<Problem>> {
    let known = scope::for_writing::<young_person_key::Entity>()
        .filter(young_person_key::Column::YoungPersonId.eq(person))
        .all(write.connection())
        .await?;
    let unsevered = Condition::all()
        .add(young_person_key::Column::YoungPersonId.eq(person))
        .add(young_person_key::Column::SeveredOn.is_null());
    let severed = (young_person_key::Column::SeveredOn, Expr::val(day));
    write.set::<young_person_key::Entity>([severed], unsevered).await?;
    let mut after = times_of(write, told.by, person).await?;
    after.retain(|time| !told.is_before(time, day));
    let later = later_returns(write, told.by, person, day).await?;
    if after.is_empty() && later.is_empty() {
        return Ok(Vec::new());
    }
    let other = another_person(write, keys, &known).await?;
    let doubts = after.iter().filter(|time| time.kind == EpisodeKind::LookedAfter);
    let doubts = doubts
        .map(|time| Problem::doubt("Episodes", time.line.unsigned_abs(), Some("CHILD"), "199"));
    let doubts = doubts.collect();
    part(write, told.by, person, other, after).await?;
    let mut standings = BTreeSet::new();
    for row in later {
        let told = Told::by(row.id, CollectionYear(row.year));
        let mut times = times_of(write, row.id, person).await?;
        times.retain(|time| !told.is_before(time, day));
        part(write, row.id, person, other, times).await?;
        if times_of(write, row.id, person).await?.is_empty() {
            forget_description(write, row.id, person).await?;
        }
        standings.insert((row.local_authority_id, row.year));
    }
    for (authority, year) in standings {
        standing::make(write, authority, CollectionYear(year)).await?;
    }
    Ok(doubts)
}

/// The other returns that tell of a person and whose collection began after a day.
async fn later_returns(
    write: &Write,
    told_by: LoadedReturnId,
    person: YoungPersonId,
    day: NaiveDate,
) -> Result<Vec<loaded_return::Model>> {
    let records = scope::for_writing::<child_record::Entity>()
        .filter(child_record::Column::YoungPersonId.eq(person))
        .filter(child_record::Column::ReturnId.ne(told_by))
        .all(write.connection())
        .await?;
    let ids = records.into_iter().map(|record| record.return_id);
    let mut returns = scope::for_writing::<loaded_return::Entity>()
        .filter(loaded_return::Column::Id.is_in(ids))
        .all(write.connection())
        .await?;
    returns.retain(|row| CollectionYear(row.year).first_day() > day);
    Ok(returns)
}

/// Whom the same identifiers name after the adoption.
async fn another_person(
    write: &mut Write,
    keys: &PseudonymKeys,
    known: &[young_person_key::Model],
) -> Result<YoungPersonId> {
    let hashes: Vec<KeyHash> = known
        .iter()
        .filter_map(|row| KeyHash::try_from(row.hash.as_slice()).ok())
        .map(|hash| keys.after_adoption(&hash))
        .collect();
    let backend = write.backend();
    let there = scope::for_writing::<young_person_key::Entity>()
        .filter(scope::among(
            backend,
            young_person_key::Column::Hash,
            hashes.iter().map(|hash| hash.to_vec()),
        ))
        .one(write.connection())
        .await?;
    if let Some(there) = there {
        return Ok(there.young_person_id);
    }
    let person = write.source().id();
    let row = young_person::Model {
        id: person,
        record_key: hashes.first().map_or(0, |hash| keys.record_key(hash)),
    };
    write.add::<young_person::Entity>(vec![row.into_active_model()]).await?;
    let rows = hashes.iter().map(|hash| {
        young_person_key::Model { hash: hash.to_vec(), young_person_id: person, severed_on: None }
            .into_active_model()
    });
    write.add::<young_person_key::Entity>(rows.collect()).await?;
    Ok(person)
}

async fn times_of(
    write: &Write,
    id: LoadedReturnId,
    person: YoungPersonId,
) -> Result<Vec<episode::Model>> {
    Ok(scope::for_writing::<episode::Entity>()
        .filter(episode::Column::ReturnId.eq(id))
        .filter(episode::Column::YoungPersonId.eq(person))
        .all(write.connection())
        .await?)
}

/// Gives some times that a return tells of a person to another. Who isn't described there yet is described as any
/// other return has it, or as the first person is, if no other return tells of them.
async fn part(
    write: &Write,
    id: LoadedReturnId,
    from: YoungPersonId,
    to: YoungPersonId,
    times: Vec<episode::Model>,
) -> Result<()> {
    if times.is_empty() {
        return Ok(());
    }
    let connection = write.connection();
    let ordinals = times.into_iter().map(|time| time.ordinal);
    let theirs = Condition::all()
        .add(episode::Column::ReturnId.eq(id))
        .add(episode::Column::YoungPersonId.eq(from))
        .add(scope::among(write.backend(), episode::Column::Ordinal, ordinals));
    let other = (episode::Column::YoungPersonId, Expr::val(uuid::Uuid::from(to)));
    write.set::<episode::Entity>([other], theirs).await?;
    let mut known = scope::for_writing::<child_record::Entity>()
        .filter(child_record::Column::YoungPersonId.eq(to))
        .all(connection)
        .await?;
    if known.iter().any(|record| record.return_id == id) {
        return Ok(());
    }
    if known.is_empty() {
        known = scope::for_writing::<child_record::Entity>()
            .filter(child_record::Column::ReturnId.eq(id))
            .filter(child_record::Column::YoungPersonId.eq(from))
            .all(connection)
            .await?;
    }
    if let Some(described) = known.pop() {
        let record = child_record::Model { return_id: id, young_person_id: to, ..described };
        write.add::<child_record::Entity>(vec![record.into_active_model()]).await?;
    }
    Ok(())
}

/// A person of whom a return tells no time isn't described by it either.
async fn forget_description(
    write: &Write,
    id: LoadedReturnId,
    person: YoungPersonId,
) -> Result<()> {
    let record = Condition::all()
        .add(child_record::Column::ReturnId.eq(id))
        .add(child_record::Column::YoungPersonId.eq(person));
    write.remove::<child_record::Entity>(record).await?;
    Ok(())
}
