//! Puts a return into use: the times of each person are held against each other, adoptions are severed from what
//! comes after, the earlier return goes, and the standings of the reference day are made anew. All in one step.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    ChangeKind, EpisodeKind, LoadedReturnId, ReturnState, YoungPersonId, episode, loaded_return,
};
use sea_orm::ActiveValue::{Set, Unchanged};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::adoption;
use super::erase::{self, forget};
use super::keep::{Loading, keep_problems};
use super::parsed::Problem;
use crate::access::scope;
use crate::error::{Error, Result};
use crate::space::Space;
use crate::store::Write;
use crate::viewer::Viewer;
use crate::young_people::pseudonym::PseudonymKeys;
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
    let (kept_problems, told) = (loading.problems, loading.tally.doubtful);
    let adopted = loading.adopted.clone();
    let keys = space.pseudonym_keys().clone();
    space
        .store()
        .write(viewer, "return.load", move |write| {
            Box::pin(async move {
                let now = write.source().now();
                let doubts = check(write, &keys, id, adopted).await?;
                keep_problems(write, id, kept_problems, &doubts).await?;
                let doubtful = i64::try_from(told + doubts.len() as u64);

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
                let row = loaded_return::ActiveModel {
                    id: Unchanged(id),
                    state: Set(ReturnState::Current),
                    completed_at: Set(Some(now)),
                    doubtful: Set(doubtful.map_err(Error::internal)?),
                    ..numbers
                };
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
    mut adopted: HashMap<YoungPersonId, NaiveDate>,
) -> Result<Vec<Problem>> {
    let mut doubts = Vec::new();
    let mut pages = PersonPages::new(vec![id]);
    while let Some(persons) = pages.next(write.connection()).await? {
        for times in persons {
            if let Some(first) = times.first()
                && let Some(day) = adopted.remove(&first.young_person_id)
            {
                adoption::sever(write, keys, first.young_person_id, day, &times).await?;
            }
            let mut care: Vec<_> = times
                .iter()
                .filter(|time| time.kind == EpisodeKind::LookedAfter)
                .collect();
            care.sort_by_key(|time| (time.started_on, time.ordinal));
            for pair in care.windows(2) {
                if let [one, next] = pair {
                    compare(one, next, &mut doubts);
                }
            }
        }
    }
    // Those of whom no time is kept.
    for (person, day) in adopted {
        adoption::sever(write, keys, person, day, &[]).await?;
    }
    // What was parted by an adoption was walked twice.
    doubts.sort_by_key(|doubt| (doubt.line, doubt.rule));
    doubts.dedup();
    Ok(doubts)
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
