//! Editions: what is counted of an authority's returns of a year changes in steps.
//!
//! Who compares the answers before and after a return was replaced sees whom it changed, the better the fewer they
//! are. So counts change when an edition is published, and only then: by rule, for ten changed children or more, and
//! a few times a year. What an edition counts stays until the next, also of a child whom a later return leaves out or
//! whom the controller erases; nothing leads from such a row to a child any more. docs/disclosure.md says what that
//! withstands.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{LocalAuthorityId, ReturnKind, YoungPersonId, edition, loaded_return, standing};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, IntoActiveModel, QueryFilter, QueryOrder};

use super::returns::{CollectionYear, in_turn};
use super::standing::make;
use crate::access::scope;
use crate::error::Result;
use crate::store::{Store, Write};
use crate::viewer::Viewer;

/// For how many changed children an edition is published at least.
pub const LEAST_CHANGED: usize = 10;
/// How many editions of an authority's returns of a year are published within 365 days.
pub const MOST_IN_A_YEAR: usize = 4;
/// How often is looked for editions whose time has come.
const LOOK: Duration = Duration::from_mins(1);

/// Publishes the standings of an authority as an edition, if the rule allows it; else what was published stays.
pub(in crate::young_people) async fn publish(
    write: &Write,
    authority: LocalAuthorityId,
    year: CollectionYear,
    returns: &[loaded_return::Model],
    standings: Vec<standing::Model>,
) -> Result<()> {
    let of_year = Condition::all()
        .add(standing::Column::Year.eq(year.0))
        .add(standing::Column::LocalAuthorityId.eq(authority));
    let published = scope::for_writing::<standing::Entity>()
        .filter(of_year.clone())
        .all(write.connection())
        .await?;
    let editions = scope::for_writing::<edition::Entity>()
        .filter(edition::Column::LocalAuthorityId.eq(authority))
        .filter(edition::Column::Year.eq(year.0))
        .order_by_asc(edition::Column::Number)
        .all(write.connection())
        .await?;
    let now = write.source().now();
    let moments: Vec<DateTime<Utc>> = editions.iter().map(|row| row.published_at).collect();
    let verdict = match returns.is_empty() {
        // The controller erased all there was: nothing is left that could be compared.
        true => Verdict::Publish,
        false => verdict(changed(&published, &standings), &moments, now),
    };
    if let Verdict::Wait(next_at) = verdict {
        wait(write, &published, &standings, editions.last(), next_at).await?;
        return Ok(());
    }
    replace(write, of_year, standings).await?;
    if verdict == Verdict::Publish {
        let is_there = |kind: ReturnKind| returns.iter().any(|row| row.kind == kind);
        plan(write, authority, year, None).await?;
        let edition = edition::ActiveModel {
            local_authority_id: Set(authority),
            year: Set(year.0),
            number: Set(editions.last().map_or(1, |last| last.number + 1)),
            published_at: Set(now),
            of_ssda903: Set(is_there(ReturnKind::Ssda903)),
            of_cin_census: Set(is_there(ReturnKind::CinCensus)),
            next_at: Set(None),
        };
        write.add::<edition::Entity>(vec![edition]).await?;
    }
    Ok(())
}

async fn replace(write: &Write, of_year: Condition, standings: Vec<standing::Model>) -> Result<()> {
    write.remove::<standing::Entity>(of_year).await?;
    let rows = standings.into_iter().map(IntoActiveModel::into_active_model);
    write.add::<standing::Entity>(rows.collect()).await
}

/// Leaves what is published, and cuts it off from the persons of whom the returns tell no more.
async fn wait(
    write: &Write,
    published: &[standing::Model],
    standings: &[standing::Model],
    last: Option<&edition::Model>,
    next_at: Option<DateTime<Utc>>,
) -> Result<()> {
    let told: std::collections::HashSet<YoungPersonId> =
        standings.iter().map(|row| row.young_person_id).collect();
    let mut gone: Vec<YoungPersonId> = published
        .iter()
        .map(|row| row.young_person_id)
        .filter(|person| !told.contains(person))
        .collect();
    gone.dedup();
    for person in gone {
        unlink(write, published, person).await?;
    }
    match last {
        Some(last) => {
            let year = CollectionYear(last.year);
            plan(write, last.local_authority_id, year, next_at).await
        }
        None => Ok(()),
    }
}

async fn unlink(write: &Write, published: &[standing::Model], person: YoungPersonId) -> Result<()> {
    let Some(row) = published.iter().find(|row| row.young_person_id == person) else {
        return Ok(());
    };
    let nobody: YoungPersonId = write.source().id();
    let which = Condition::all()
        .add(standing::Column::Year.eq(row.year))
        .add(standing::Column::LocalAuthorityId.eq(row.local_authority_id))
        .add(standing::Column::YoungPersonId.eq(person));
    let nobody = Expr::value(uuid::Uuid::from(nobody));
    write.set::<standing::Entity>([(standing::Column::YoungPersonId, nobody)], which).await?;
    Ok(())
}

/// Notes when the next edition may be published, if one waits for the time.
async fn plan(
    write: &Write,
    authority: LocalAuthorityId,
    year: CollectionYear,
    next_at: Option<DateTime<Utc>>,
) -> Result<()> {
    let which = Condition::all()
        .add(edition::Column::LocalAuthorityId.eq(authority))
        .add(edition::Column::Year.eq(year.0));
    write.set::<edition::Entity>([(edition::Column::NextAt, Expr::value(next_at))], which).await?;
    Ok(())
}

/// The decision on standings that were computed anew.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Verdict {
    /// They say the same, of persons who may be known by other ids: no edition.
    Same,
    /// They are a new edition.
    Publish,
    /// They wait for more changes, or for the time.
    Wait(Option<DateTime<Utc>>),
}

fn verdict(changed: usize, published: &[DateTime<Utc>], now: DateTime<Utc>) -> Verdict {
    let within = TimeDelta::days(365);
    let recent = published.iter().filter(|moment| **moment > now - within);
    match changed {
        0 => Verdict::Same,
        1..LEAST_CHANGED => Verdict::Wait(None),
        _ if recent.count() < MOST_IN_A_YEAR => Verdict::Publish,
        _ => {
            let first_of_them = published.iter().rev().nth(MOST_IN_A_YEAR - 1);
            Verdict::Wait(first_of_them.map(|moment| *moment + within))
        }
    }
}

/// Returns how many children came or left, whichever is more; a child of whom something else is told has done both.
/// Who they are doesn't matter, as no count says it.
fn changed(published: &[standing::Model], standings: &[standing::Model]) -> usize {
    let mut children: HashMap<Vec<Told>, i64> = HashMap::new();
    for (rows, sign) in [(published, -1), (standings, 1)] {
        let mut of_persons: HashMap<YoungPersonId, Vec<Told>> = HashMap::new();
        for row in rows {
            of_persons.entry(row.young_person_id).or_default().push(told(row));
        }
        for mut of_person in of_persons.into_values() {
            of_person.sort_unstable();
            *children.entry(of_person).or_default() += sign;
        }
    }
    let sum = |counts: &dyn Fn(i64) -> i64| -> i64 { children.values().map(|n| counts(*n)).sum() };
    let most = sum(&|count| count.max(0)).max(sum(&|count| (-count).max(0)));
    usize::try_from(most).unwrap_or(usize::MAX)
}

/// Everything of a row by which it is counted.
type Told = (
    i16,
    entity::SocialWorkPopulation,
    entity::AgeBand,
    entity::Sex,
    entity::EthnicGroup,
    entity::LegalStatus,
    entity::PlacementType,
    entity::Need,
);

const fn told(row: &standing::Model) -> Told {
    (
        row.ordinal,
        row.population,
        row.age_band,
        row.sex,
        row.ethnic_group,
        row.legal_status,
        row.placement_type,
        row.category_of_need,
    )
}

/// Publishes the editions whose time comes, for as long as it is polled.
pub(crate) async fn watch(store: &Store) {
    loop {
        tokio::time::sleep(LOOK).await;
        if let Err(failure) = publish_due(store).await {
            tracing::warn!(cause = ?failure.cause, "could not publish an edition of the counts of young people; trying again");
        }
    }
}

/// Publishes the editions whose time has come, and says how many.
pub async fn publish_due(store: &Store) -> Result<usize> {
    let due = scope::for_writing::<edition::Entity>()
        .filter(edition::Column::NextAt.lte(store.source().now()))
        .all(store.connection())
        .await?;
    let mut due: Vec<_> = due.into_iter().map(|row| (row.local_authority_id, row.year)).collect();
    due.dedup();
    for (authority, year) in &due {
        let (authority, year) = (*authority, CollectionYear(*year));
        store
            .write(&Viewer::operator(), "edition.publish", move |write| {
                Box::pin(async move {
                    in_turn(write).await?;
                    make(write, authority, year).await
                })
            })
            .await?;
    }
    Ok(due.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> DateTime<Utc> {
        format!("{text}T00:00:00Z").parse().unwrap()
    }

    #[test]
    fn what_says_the_same_is_no_edition_and_a_few_children_wait_for_more() {
        assert_eq!(verdict(0, &[], day("2026-01-01")), Verdict::Same);
        assert_eq!(verdict(9, &[], day("2026-01-01")), Verdict::Wait(None));
        assert_eq!(verdict(10, &[], day("2026-01-01")), Verdict::Publish);
    }

    #[test]
    fn after_four_editions_in_a_year_the_next_waits_until_the_first_is_a_year_old() {
        let published = ["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"].map(day);
        let waits = Verdict::Wait(Some(day("2027-01-01")));
        assert_eq!(verdict(500, &published, day("2026-12-31")), waits);
        assert_eq!(verdict(500, &published, day("2027-01-01")), Verdict::Publish);
        assert_eq!(verdict(500, &published[1..], day("2026-12-31")), Verdict::Publish);
    }
}
