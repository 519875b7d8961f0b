//! Where each person stood on a reference day: which populations they were in, and by what they are counted.
//!
//! Counts are given for 31 March of each year and for no other day: what changes between two near days would be
//! what a few children did. So the standings can be made when a return comes into use, and a count reads one row a
//! person.
//!
//! A time holds on the day if it began by then and had not ended by its end: whoever ceased to be looked after on 31
//! March is not counted. The populations, and the terms of the vocabulary that they are:
//!
//! | population | from | term |
//! |---|---|---|
//! | in need | the census's referrals, but N9 and those without further action, which aren't kept | `children-in-need` |
//! | protection plan | the census's plans | `children-on-a-child-protection-plan` |
//! | looked after | episodes of all legal statuses but V3 and V4 | `looked-after-children` |
//! | unaccompanied asylum-seeking | looked after, and in the UASC table without an end by the day | `unaccompanied-asylum-seeking-children` |
//! | short breaks | episodes of V3 and V4 | `children-receiving-short-breaks` |
//! | care leaver | the OC3 table of the year, unless they died | `care-leavers` |

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    EpisodeKind, LocalAuthorityId, Need, ReturnKind, ReturnState, Sex, SocialWorkPopulation,
    YoungPersonId, child_record, episode, loaded_return, standing, young_person,
};
use returns::CollectionYear;
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};

use super::returns::Walk;
use super::{categories, editions};
use crate::access::scope;
use crate::error::Result;
use crate::store::Write;

/// Returns the slug of the vocabulary's term that a population is.
#[must_use]
pub const fn term(population: SocialWorkPopulation) -> &'static str {
    match population {
        SocialWorkPopulation::InNeed => "children-in-need",
        SocialWorkPopulation::ProtectionPlan => "children-on-a-child-protection-plan",
        SocialWorkPopulation::LookedAfter => "looked-after-children",
        SocialWorkPopulation::UnaccompaniedAsylumSeeking => "unaccompanied-asylum-seeking-children",
        SocialWorkPopulation::ShortBreaks => "children-receiving-short-breaks",
        SocialWorkPopulation::CareLeaver => "care-leavers",
    }
}

/// Returns the population that a term of the vocabulary is.
#[must_use]
pub fn population(slug: &str) -> Option<SocialWorkPopulation> {
    let mut all = SocialWorkPopulation::ALL.iter().copied();
    all.find(|population| term(*population) == slug)
}

/// Makes the standings of an authority anew, from its returns of the year that are in use.
pub(in crate::young_people) async fn make(
    write: &Write,
    authority: LocalAuthorityId,
    year: CollectionYear,
) -> Result<()> {
    let mut standings = Standings::of(write, authority, year).await?;
    let mut walk = standings.walk();
    while let Some(persons) = walk.next(write.connection()).await? {
        standings.stand(write, &persons).await?;
    }
    standings.publish(write).await
}

/// The standings of an authority that are being made anew.
pub(in crate::young_people) struct Standings {
    authority: LocalAuthorityId,
    year: CollectionYear,
    /// Its returns of the year that are in use.
    returns: Vec<loaded_return::Model>,
    rows: Vec<standing::Model>,
}

impl Standings {
    pub(in crate::young_people) async fn of(
        write: &Write,
        authority: LocalAuthorityId,
        year: CollectionYear,
    ) -> Result<Self> {
        let returns = scope::for_writing::<loaded_return::Entity>()
            .filter(loaded_return::Column::LocalAuthorityId.eq(authority))
            .filter(loaded_return::Column::Year.eq(year.0))
            .filter(loaded_return::Column::State.eq(ReturnState::Current))
            .all(write.connection())
            .await?;
        Ok(Self { authority, year, returns, rows: Vec::new() })
    }

    pub(in crate::young_people) const fn year(&self) -> CollectionYear {
        self.year
    }

    /// Walks everybody of whom the returns tell.
    pub(in crate::young_people) fn walk(&self) -> Walk {
        Walk::new(self.returns.iter().map(|row| row.id))
    }

    /// Makes the standings of some persons, each with all their times.
    pub(in crate::young_people) async fn stand(
        &mut self,
        write: &Write,
        persons: &[Vec<episode::Model>],
    ) -> Result<()> {
        let who: Vec<YoungPersonId> = persons
            .iter()
            .filter_map(|times| times.first())
            .map(|time| time.young_person_id)
            .collect();
        let about = About::read(write, &self.returns, &who).await?;
        for (person, times) in who.into_iter().zip(persons) {
            let Some((record, record_key)) = about.of(person) else {
                continue;
            };
            let of_person = stand(self.authority, self.year, record, record_key, times);
            self.rows.extend(of_person);
        }
        Ok(())
    }

    /// Publishes them, or leaves what was published.
    pub(in crate::young_people) async fn publish(self, write: &Write) -> Result<()> {
        editions::publish(write, self.authority, self.year, &self.returns, self.rows).await
    }
}

/// The facts about some persons besides their episodes.
struct About {
    records: HashMap<YoungPersonId, child_record::Model>,
    keys: HashMap<YoungPersonId, i16>,
}

impl About {
    async fn read(
        write: &Write,
        returns: &[loaded_return::Model],
        who: &[YoungPersonId],
    ) -> Result<Self> {
        let leading = returns.iter().find(|row| row.kind == ReturnKind::Ssda903).map(|row| row.id);
        let backend = write.connection().get_database_backend();
        let (mut records, mut keys) = (HashMap::new(), HashMap::new());
        for some in who.chunks(5_000) {
            let ids = || some.iter().copied().map(uuid::Uuid::from);
            let found = scope::for_writing::<child_record::Entity>()
                .filter(child_record::Column::ReturnId.is_in(returns.iter().map(|row| row.id)))
                .filter(scope::among(backend, child_record::Column::YoungPersonId, ids()))
                .all(write.connection())
                .await?;
            for record in found {
                // Of two returns the one on looked-after children says who somebody is.
                let is_leading = Some(record.return_id) == leading;
                if is_leading || !records.contains_key(&record.young_person_id) {
                    records.insert(record.young_person_id, record);
                }
            }
            let found = scope::for_writing::<young_person::Entity>()
                .filter(scope::among(backend, young_person::Column::Id, ids()))
                .all(write.connection())
                .await?;
            keys.extend(found.into_iter().map(|row| (row.id, row.record_key)));
        }
        Ok(Self { records, keys })
    }

    fn of(&self, person: YoungPersonId) -> Option<(&child_record::Model, i16)> {
        self.records.get(&person).zip(self.keys.get(&person).copied())
    }
}

/// Returns a person's rows for the reference day.
fn stand(
    authority: LocalAuthorityId,
    year: CollectionYear,
    record: &child_record::Model,
    record_key: i16,
    times: &[episode::Model],
) -> Vec<standing::Model> {
    let day = year.last_day();
    let on_the_day = |kind: EpisodeKind| {
        times
            .iter()
            .filter(move |time| time.kind == kind && holds(time, day))
            .max_by_key(|time| (time.started_on, time.ordinal))
    };
    let in_need = on_the_day(EpisodeKind::InNeed);
    let care = on_the_day(EpisodeKind::LookedAfter);
    let short_break = on_the_day(EpisodeKind::ShortBreak);
    let placed = care.or(short_break);
    let need_of = |time: Option<&episode::Model>| {
        categories::need(time.and_then(|time| time.category_of_need.as_deref()))
    };
    let need = match need_of(placed) {
        Need::NotStated => need_of(in_need),
        need => need,
    };
    let populations = [
        (SocialWorkPopulation::InNeed, in_need.is_some() && need_of(in_need) != Need::NotInNeed),
        (SocialWorkPopulation::ProtectionPlan, on_the_day(EpisodeKind::ProtectionPlan).is_some()),
        (SocialWorkPopulation::LookedAfter, care.is_some()),
        (
            SocialWorkPopulation::UnaccompaniedAsylumSeeking,
            care.is_some() && record.is_unaccompanied,
        ),
        (SocialWorkPopulation::ShortBreaks, short_break.is_some()),
        (SocialWorkPopulation::CareLeaver, on_the_day(EpisodeKind::CareLeaver).is_some()),
    ];
    let is_unborn = record.birth_month.is_none() && record.sex == Sex::NotKnown;
    let held = populations.into_iter().filter(|(_, holds)| *holds);
    held.zip(0..)
        .map(|((population, _), ordinal)| standing::Model {
            year: year.0,
            local_authority_id: authority,
            young_person_id: record.young_person_id,
            ordinal,
            population,
            age_band: categories::age_band(record.birth_month, is_unborn, year.0),
            sex: record.sex,
            ethnic_group: categories::ethnic_group(&record.ethnicity),
            legal_status: categories::legal_status(
                placed.and_then(|time| time.legal_status.as_deref()),
            ),
            placement_type: categories::placement_type(
                placed.and_then(|time| time.placement.as_deref()),
            ),
            category_of_need: need,
            record_key,
        })
        .collect()
}

/// Returns whether a time holds at the end of a day.
fn holds(time: &episode::Model, day: NaiveDate) -> bool {
    time.started_on <= day && time.ended_on.is_none_or(|ended_on| ended_on > day)
}
