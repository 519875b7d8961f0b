//! Parts an adopted child from whom the same identifiers name after the adoption.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use entity::{
    EpisodeKind, LoadedReturnId, YoungPersonId, child_record, episode, loaded_return, young_person,
    young_person_key,
};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::CollectionYear;
use super::parsed::Problem;
use crate::access::scope;
use crate::error::Result;
use crate::store::{Write, bulk};
use crate::young_people::pseudonym::{KeyHash, PseudonymKeys};
use crate::young_people::standing;

/// Stops recognising a person from the day of the adoption on, and gives to another person what happened after it: in
/// the return that tells of the adoption, and in those of later collections, if they were loaded before. Gives what is
/// doubtful about it.
pub(super) async fn sever(
    write: &mut Write,
    keys: &PseudonymKeys,
    id: LoadedReturnId,
    person: YoungPersonId,
    day: NaiveDate,
) -> Result<Vec<Problem>> {
    let known = scope::for_writing::<young_person_key::Entity>()
        .filter(young_person_key::Column::YoungPersonId.eq(person))
        .all(write.connection())
        .await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "what recognises a person is no shared thing"
    )]
    young_person_key::Entity::update_many()
        .col_expr(young_person_key::Column::SeveredOn, Expr::val(day))
        .filter(young_person_key::Column::YoungPersonId.eq(person))
        .filter(young_person_key::Column::SeveredOn.is_null())
        .exec(write.connection())
        .await?;
    let mut after = scope::for_writing::<episode::Entity>()
        .filter(episode::Column::ReturnId.eq(id))
        .filter(episode::Column::YoungPersonId.eq(person))
        .filter(episode::Column::StartedOn.gte(day))
        .all(write.connection())
        .await?;
    after.retain(|time| !is_adoption(time));
    let later = later_returns(write, person, day).await?;
    if after.is_empty() && later.is_empty() {
        return Ok(Vec::new());
    }
    let other = another_person(write, keys, &known).await?;
    if !after.is_empty() {
        copy_record(write, id, person, other).await?;
        let ordinals = after.iter().map(|time| time.ordinal).collect();
        move_times(write, id, person, other, Some(ordinals)).await?;
    }
    let mut standings = BTreeSet::new();
    for row in later {
        move_record(write, row.id, person, other).await?;
        move_times(write, row.id, person, other, None).await?;
        standings.insert((row.local_authority_id, row.year));
    }
    for (authority, year) in standings {
        standing::make(write, authority, CollectionYear(year)).await?;
    }
    let episodes = after
        .iter()
        .filter(|time| time.kind == EpisodeKind::LookedAfter);
    let doubts = episodes.map(|time| Problem {
        is_refusal: false,
        file: "Episodes",
        line: time.line.unsigned_abs(),
        column: Some("CHILD"),
        rule: "199",
    });
    Ok(doubts.collect())
}

fn is_adoption(time: &episode::Model) -> bool {
    matches!(time.reason_ended.as_deref(), Some("E11" | "E12"))
}

/// The returns that tell of a person and whose collection began after a day.
async fn later_returns(
    write: &Write,
    person: YoungPersonId,
    day: NaiveDate,
) -> Result<Vec<loaded_return::Model>> {
    let records = scope::for_writing::<child_record::Entity>()
        .filter(child_record::Column::YoungPersonId.eq(person))
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
    let backend = write.connection().get_database_backend();
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
    bulk::insert(write.connection(), vec![row.into_active_model()]).await?;
    let rows = hashes.iter().map(|hash| {
        young_person_key::Model {
            hash: hash.to_vec(),
            young_person_id: person,
            severed_on: None,
        }
        .into_active_model()
    });
    bulk::insert(write.connection(), rows.collect()).await?;
    Ok(person)
}

async fn copy_record(
    write: &Write,
    id: LoadedReturnId,
    person: YoungPersonId,
    other: YoungPersonId,
) -> Result<()> {
    let record = scope::for_writing::<child_record::Entity>()
        .filter(child_record::Column::ReturnId.eq(id))
        .filter(child_record::Column::YoungPersonId.eq(person))
        .one(write.connection())
        .await?;
    let record = record.map(|record| {
        child_record::Model {
            young_person_id: other,
            ..record
        }
        .into_active_model()
    });
    bulk::insert(write.connection(), record.into_iter().collect()).await
}

#[expect(
    clippy::disallowed_methods,
    reason = "rows of a return follow whom they are of"
)]
async fn move_record(
    write: &Write,
    id: LoadedReturnId,
    person: YoungPersonId,
    other: YoungPersonId,
) -> Result<()> {
    child_record::Entity::update_many()
        .col_expr(
            child_record::Column::YoungPersonId,
            Expr::val(uuid::Uuid::from(other)),
        )
        .filter(child_record::Column::ReturnId.eq(id))
        .filter(child_record::Column::YoungPersonId.eq(person))
        .exec(write.connection())
        .await?;
    Ok(())
}

/// Moves some times of a return, or all that it tells of a person.
#[expect(
    clippy::disallowed_methods,
    reason = "rows of a return follow whom they are of"
)]
async fn move_times(
    write: &Write,
    id: LoadedReturnId,
    person: YoungPersonId,
    other: YoungPersonId,
    ordinals: Option<Vec<i64>>,
) -> Result<()> {
    let backend = write.connection().get_database_backend();
    let which = ordinals.map(|some| scope::among(backend, episode::Column::Ordinal, some));
    episode::Entity::update_many()
        .col_expr(
            episode::Column::YoungPersonId,
            Expr::val(uuid::Uuid::from(other)),
        )
        .filter(episode::Column::ReturnId.eq(id))
        .filter(episode::Column::YoungPersonId.eq(person))
        .filter(Condition::all().add_option(which))
        .exec(write.connection())
        .await?;
    Ok(())
}
