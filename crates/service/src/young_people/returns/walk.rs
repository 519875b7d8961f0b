//! Walks the times of some returns, a person after another, some thousands at once.

use entity::{LoadedReturnId, YoungPersonId, episode};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::access::scope;
use crate::error::Result;

/// How many times of a return are read at once.
const ROWS: u64 = 20_000;

/// A walk: each return is read in the order of its key by itself, as a database plans that well, and the persons of
/// all are brought together here.
pub(in crate::young_people) struct Walk(Vec<OfReturn>);

/// The times of one return, as far as they are read and not handed on.
struct OfReturn {
    id: LoadedReturnId,
    after: Option<YoungPersonId>,
    /// All times of some persons.
    waiting: Vec<episode::Model>,
    is_read: bool,
}

impl Walk {
    pub(in crate::young_people) fn new(returns: impl IntoIterator<Item = LoadedReturnId>) -> Self {
        let returns = returns.into_iter().map(|id| OfReturn {
            id,
            after: None,
            waiting: Vec::new(),
            is_read: false,
        });
        Self(returns.collect())
    }

    /// The next persons, each with all their times: those of a return after those of another.
    pub(in crate::young_people) async fn next(
        &mut self,
        connection: &impl ConnectionTrait,
    ) -> Result<Option<Vec<Vec<episode::Model>>>> {
        for one in &mut self.0 {
            one.read_on(connection).await?;
        }
        let unread = self.0.iter().filter(|one| !one.is_read);
        let up_to =
            unread.filter_map(|one| one.waiting.last()).map(|time| time.young_person_id).min();
        let mut times: Vec<episode::Model> = Vec::new();
        for one in &mut self.0 {
            times.extend(one.take(up_to));
        }
        if times.is_empty() {
            return Ok(None);
        }
        times.sort_by_key(|time| time.young_person_id);
        let mut persons: Vec<Vec<episode::Model>> = Vec::new();
        for time in times {
            match persons.last_mut() {
                Some(of_person) if is_of(time.young_person_id, of_person) => of_person.push(time),
                _ => persons.push(vec![time]),
            }
        }
        Ok(Some(persons))
    }
}

impl OfReturn {
    /// Reads more, if all that was read is handed on.
    async fn read_on(&mut self, connection: &impl ConnectionTrait) -> Result<()> {
        use episode::Column::{Ordinal, ReturnId, YoungPersonId};

        if self.is_read || !self.waiting.is_empty() {
            return Ok(());
        }
        let mut limit = ROWS;
        loop {
            let mut select = scope::for_writing::<episode::Entity>().filter(ReturnId.eq(self.id));
            if let Some(after) = self.after {
                select = select.filter(YoungPersonId.gt(after));
            }
            let mut rows = select
                .order_by_asc(YoungPersonId)
                .order_by_asc(Ordinal)
                .limit(limit)
                .all(connection)
                .await?;
            self.is_read = (rows.len() as u64) < limit;
            // The last person's times may go on beyond what was read.
            if !self.is_read
                && let Some(last) = rows.last().map(|row| row.young_person_id)
            {
                rows.retain(|row| row.young_person_id != last);
            }
            if rows.is_empty() && !self.is_read {
                limit *= 2;
                continue;
            }
            self.after = rows.last().map(|row| row.young_person_id);
            self.waiting = rows;
            return Ok(());
        }
    }

    /// Hands on the times of the persons up to one, or of all.
    fn take(&mut self, up_to: Option<YoungPersonId>) -> impl Iterator<Item = episode::Model> {
        let end = up_to.map_or(self.waiting.len(), |last| {
            self.waiting.partition_point(|time| time.young_person_id <= last)
        });
        self.waiting.drain(..end)
    }
}

fn is_of(person: YoungPersonId, times: &[episode::Model]) -> bool {
    times.first().is_some_and(|time| time.young_person_id == person)
}
