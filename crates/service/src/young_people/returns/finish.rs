//! Puts a return into use: the times of each person are held against each other, adoptions are severed from what
//! comes after, the earlier return goes, and the standings of the reference day are made anew. All in one step.

use entity::{
    ChangeKind, EpisodeKind, LoadedReturnId, ReturnState, YoungPersonId, child_record, episode,
    loaded_return, young_person, young_person_key,
};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::erase::{self, forget};
use super::keep::Loading;
use super::parsed::Problem;
use crate::access::scope;
use crate::error::{Error, Result};
use crate::space::Space;
use crate::store::{Write, bulk};
use crate::viewer::Viewer;
use crate::young_people::pseudonym::{KeyHash, PseudonymKeys};
use crate::young_people::standing;

/// How many times are read at once.
const ROWS: u64 = 20_000;

/// Puts a return into use.
pub(super) async fn finish(
    space: &Space,
    viewer: &Viewer,
    loading: &Loading,
) -> Result<loaded_return::Model> {
    let (id, kind, heading) = (loading.id, loading.kind, loading.heading.clone());
    let numbers = loading.numbers()?;
    let kept_problems = loading.problems;
    let keys = space.pseudonym_keys().clone();
    space
        .store()
        .write(viewer, "return.load", move |write| {
            Box::pin(async move {
                let now = write.source().now();
                let doubts = check(write, &keys, id).await?;
                let doubtful = i64::try_from(doubts.len()).map_err(Error::internal)?;
                keep_doubts(write, id, kept_problems, doubts).await?;

                let earlier = scope::locked::<loaded_return::Entity>(
                    write.connection().get_database_backend(),
                    Condition::all()
                        .add(loaded_return::Column::LocalAuthorityId.eq(heading.authority_id))
                        .add(loaded_return::Column::Kind.eq(kind))
                        .add(loaded_return::Column::Year.eq(heading.year.0))
                        .add(loaded_return::Column::State.eq(ReturnState::Current)),
                )
                .one(write.connection())
                .await?;
                if let Some(earlier) = earlier {
                    forget(write, earlier.id).await?;
                    erase::end(write, earlier, ReturnState::Replaced).await?;
                }
                let row = scope::for_writing::<loaded_return::Entity>()
                    .filter(loaded_return::Column::Id.eq(id))
                    .one(write.connection())
                    .await?
                    .ok_or_else(|| Error::not_found("return"))?;
                let mut row = loaded_return::ActiveModel {
                    id: Set(id),
                    state: Set(ReturnState::Current),
                    completed_at: Set(Some(now)),
                    doubtful: Set(row.doubtful + doubtful),
                    ..numbers
                };
                row.id = sea_orm::ActiveValue::Unchanged(id);
                let row = loaded_return::Entity::update(row)
                    .exec(write.connection())
                    .await?;
                standing::make(write, heading.authority_id, heading.year).await?;
                write.touched(ChangeKind::LoadedReturn, id.into(), 1);
                Ok(row)
            })
        })
        .await
}

/// Holds the times of each person against each other, and severs adoptions.
async fn check(
    write: &mut Write,
    keys: &PseudonymKeys,
    id: LoadedReturnId,
) -> Result<Vec<Problem>> {
    let mut doubts = Vec::new();
    let mut pages = PersonPages::new(vec![id]);
    while let Some(persons) = pages.next(write.connection()).await? {
        for times in persons {
            let mut care: Vec<_> = times
                .iter()
                .filter(|time| time.kind == EpisodeKind::LookedAfter)
                .collect();
            care.sort_by_key(|time| (time.started_on, time.ordinal));
            if let Some(adopted) = care.iter().find(|time| is_adoption(time)) {
                sever(write, keys, adopted, &times).await?;
            }
            for pair in care.windows(2) {
                if let [one, next] = pair {
                    compare(one, next, &mut doubts);
                }
            }
        }
    }
    doubts.sort_by_key(|doubt| doubt.line);
    Ok(doubts)
}

fn is_adoption(time: &episode::Model) -> bool {
    matches!(time.reason_ended.as_deref(), Some("E11" | "E12"))
}

/// Two episodes of being looked after that follow each other.
fn compare(one: &episode::Model, next: &episode::Model, doubts: &mut Vec<Problem>) {
    let mut doubt = |line: i64, column, rule| {
        doubts.push(Problem {
            is_refusal: false,
            file: "Episodes",
            line: line.unsigned_abs(),
            column: Some(column),
            rule,
        });
    };
    let Some(ended_on) = one.ended_on else {
        return doubt(one.line, "DEC", "142");
    };
    if next.started_on < ended_on {
        return doubt(next.line, "DECOM", "501");
    }
    let goes_on = one.reason_ended.as_deref() == Some("X1");
    let starts = next.reason_started.as_deref() == Some("S");
    match (goes_on, starts) {
        (true, _) if next.started_on > ended_on => doubt(next.line, "DECOM", "433"),
        (false, true) if next.started_on == ended_on => doubt(next.line, "RNE", "431"),
        (false, false) => doubt(next.line, "RNE", "432"),
        _ => {}
    }
    if matches!(
        one.reason_ended.as_deref(),
        Some("E2" | "E7" | "E15" | "E17")
    ) {
        doubt(next.line, "REC", "437");
    }
}

/// Gives what happened from an adoption on to another person, and stops recognising the adopted one after it.
async fn sever(
    write: &mut Write,
    keys: &PseudonymKeys,
    adopted: &episode::Model,
    times: &[episode::Model],
) -> Result<()> {
    let Some(day) = adopted.ended_on else {
        return Ok(());
    };
    let person = adopted.young_person_id;
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
    let later: Vec<i64> = times
        .iter()
        .filter(|time| time.started_on >= day && time.ordinal != adopted.ordinal)
        .map(|time| time.ordinal)
        .collect();
    if later.is_empty() {
        return Ok(());
    }
    let other = another_person(write, keys, &known).await?;
    move_times(write, adopted.return_id, person, other, later).await
}

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

#[expect(
    clippy::disallowed_methods,
    reason = "rows of a return that counts for nothing yet"
)]
async fn move_times(
    write: &mut Write,
    id: LoadedReturnId,
    person: YoungPersonId,
    other: YoungPersonId,
    ordinals: Vec<i64>,
) -> Result<()> {
    let record = scope::for_writing::<child_record::Entity>()
        .filter(child_record::Column::ReturnId.eq(id))
        .filter(child_record::Column::YoungPersonId.eq(person))
        .one(write.connection())
        .await?;
    if let Some(record) = record {
        let record = child_record::Model {
            young_person_id: other,
            ..record
        };
        bulk::insert(write.connection(), vec![record.into_active_model()]).await?;
    }
    let backend = write.connection().get_database_backend();
    episode::Entity::update_many()
        .col_expr(
            episode::Column::YoungPersonId,
            Expr::val(uuid::Uuid::from(other)),
        )
        .filter(episode::Column::ReturnId.eq(id))
        .filter(episode::Column::YoungPersonId.eq(person))
        .filter(scope::among(backend, episode::Column::Ordinal, ordinals))
        .exec(write.connection())
        .await?;
    Ok(())
}

async fn keep_doubts(
    write: &mut Write,
    id: LoadedReturnId,
    kept: usize,
    doubts: Vec<Problem>,
) -> Result<()> {
    let room = super::KEPT_PROBLEMS.saturating_sub(kept);
    let mut rows = Vec::new();
    for (doubt, ordinal) in doubts.into_iter().take(room).zip(kept + 1..) {
        rows.push(entity::return_problem::ActiveModel {
            return_id: Set(id),
            ordinal: Set(i32::try_from(ordinal).map_err(Error::internal)?),
            is_refusal: Set(false),
            file: Set(doubt.file.to_owned()),
            line: Set(doubt.line.cast_signed()),
            column_name: Set(doubt.column.map(str::to_owned)),
            rule: Set(doubt.rule.to_owned()),
        });
    }
    bulk::insert(write.connection(), rows).await
}

/// The times of some returns, a person after another, some thousands at once.
pub(crate) struct PersonPages {
    returns: Vec<LoadedReturnId>,
    after: Option<YoungPersonId>,
    is_done: bool,
}

impl PersonPages {
    pub(crate) const fn new(returns: Vec<LoadedReturnId>) -> Self {
        Self {
            returns,
            after: None,
            is_done: false,
        }
    }

    /// The next persons, each with all their times.
    pub(crate) async fn next(
        &mut self,
        connection: &impl ConnectionTrait,
    ) -> Result<Option<Vec<Vec<episode::Model>>>> {
        use episode::Column::{Ordinal, ReturnId, YoungPersonId};

        if self.is_done {
            return Ok(None);
        }
        let mut limit = ROWS;
        let mut rows = loop {
            let mut select = scope::for_writing::<episode::Entity>()
                .filter(ReturnId.is_in(self.returns.iter().copied()));
            if let Some(after) = self.after {
                select = select.filter(YoungPersonId.gt(after));
            }
            let rows = select
                .order_by_asc(YoungPersonId)
                .order_by_asc(ReturnId)
                .order_by_asc(Ordinal)
                .limit(limit)
                .all(connection)
                .await?;
            let is_one = rows.first().map(|row| row.young_person_id)
                == rows.last().map(|row| row.young_person_id);
            if rows.len() as u64 == limit && is_one {
                limit *= 2;
                continue;
            }
            self.is_done = (rows.len() as u64) < limit;
            break rows;
        };
        // The last person's times may go on beyond what was read.
        if !self.is_done
            && let Some(last) = rows.last().map(|row| row.young_person_id)
        {
            rows.retain(|row| row.young_person_id != last);
        }
        self.after = rows.last().map(|row| row.young_person_id);
        let mut persons: Vec<Vec<episode::Model>> = Vec::new();
        for row in rows {
            match persons.last_mut() {
                Some(times)
                    if times
                        .first()
                        .is_some_and(|time| time.young_person_id == row.young_person_id) =>
                {
                    times.push(row);
                }
                _ => persons.push(vec![row]),
            }
        }
        Ok(Some(persons))
    }
}
