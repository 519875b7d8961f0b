//! Counts of young people that everybody with the scope may ask for, made safe cell by cell.
//!
//! What can be asked for is closed: a cell has for each of nine dimensions either all or one of its categories, of
//! at most four dimensions one, on a reference day. There are no ranges, no negations and no unions, so that nobody
//! can ask for a cell that is another one and a single child; and the same cell is always answered alike, however
//! often and in whatever table it is asked for. docs/disclosure.md says what that withstands.

mod axes;
mod coverage;
pub mod csv;
mod cube;
mod lattice;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use entity::{
    AgeBand, AgreementId, CountState, EthnicGroup, LegalStatus, LocalAuthorityId, Need,
    PlacementType, Sex, SocialWorkPopulation, StatisticsDimension,
};

use self::axes::combinations;
pub(super) use self::axes::{Axis, axis, places};
pub use self::coverage::{Coverage, Covered, kind};
use self::cube::{Cube, is_place};
use self::lattice::{check, without_whole_dimensions};
use super::disclosure::{Area, Published, Rule, Suits};
use super::given;
use crate::access::policy::{self, Action};
use crate::error::{Code, Error, Result};
use crate::filter::AnyOf;
use crate::request::RequestContext;
use returns::CollectionYear;

/// Of how many dimensions a cell may have one category.
pub const MOST_DIMENSIONS: usize = 4;
/// How many cells a table may have.
pub const MOST_CELLS: usize = 50_000;

/// The categories that a table shows; all of a dimension of which nothing is said. A dimension with one category
/// here need not be among those that the table is broken down by.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Where {
    /// GSS codes.
    pub local_authorities: AnyOf<String>,
    /// Names of regions.
    pub regions: AnyOf<String>,
    pub populations: AnyOf<SocialWorkPopulation>,
    pub age_bands: AnyOf<AgeBand>,
    pub sexes: AnyOf<Sex>,
    pub ethnic_groups: AnyOf<EthnicGroup>,
    pub legal_statuses: AnyOf<LegalStatus>,
    pub placement_types: AnyOf<PlacementType>,
    pub categories_of_need: AnyOf<Need>,
}

/// A table that is asked for.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Question {
    /// By what it is broken down.
    pub by: Vec<StatisticsDimension>,
    /// What it is restricted to.
    pub filter: Where,
    pub as_at: NaiveDate,
    /// Of what each cell is to be a share: the cell without these dimensions of the table. No shares when empty.
    pub share_of: Vec<StatisticsDimension>,
}

impl Question {
    /// Returns the dimensions that it names, by which it is broken down and to which it is restricted.
    pub(super) fn dimensions(&self) -> impl Iterator<Item = StatisticsDimension> {
        let named = self.filter.named().into_iter();
        let named = named.filter_map(|(dimension, _, named)| named.map(|_| dimension));
        self.by.iter().copied().chain(named)
    }

    /// Returns the table of the cells of which those of this one are shares, and which of its dimensions are left.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a dimension by which the table isn't broken down.
    fn bases(&self) -> Result<(Self, Vec<usize>)> {
        if let Some(other) = self.share_of.iter().find(|one| !self.by.contains(one)) {
            return Err(Error::bad_input(
                "shareOf",
                format!("The table isn't broken down by {other}. Name dimensions of `by`."),
            ));
        }
        let mut bases = Self { share_of: Vec::new(), ..self.clone() };
        bases.by.retain(|dimension| !self.share_of.contains(dimension));
        for dimension in &self.share_of {
            bases.filter.forget(*dimension);
        }
        let left = self.by.iter().enumerate();
        let left = left.filter(|(_, dimension)| !self.share_of.contains(dimension));
        Ok((bases, left.map(|(at, _)| at).collect()))
    }
}

/// A table of counts that are safe to show.
#[derive(Clone, Debug)]
pub struct Table {
    /// The rule by which they were made safe.
    pub rule: Arc<Rule>,
    /// The cells: every combination of the categories, also those with nobody in them.
    pub cells: Vec<Cell>,
    /// Whose returns are counted, of those that the table is restricted to.
    pub coverage: Coverage,
}

/// A count as it is shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Count {
    /// A number.
    Shown(u64),
    /// Nothing but that there is nothing to see: it isn't zero, and may be.
    Suppressed,
    /// No return that would tell of it is counted.
    NotCollected,
    /// Its categories contradict each other, as those of an authority and of a region do in which it isn't.
    NotApplicable,
}

impl Count {
    /// Returns the number, if one is shown.
    #[must_use]
    pub const fn shown(self) -> Option<u64> {
        match self {
            Self::Shown(count) => Some(count),
            Self::Suppressed | Self::NotCollected | Self::NotApplicable => None,
        }
    }

    /// Returns which of the four it is.
    #[must_use]
    pub const fn state(self) -> CountState {
        match self {
            Self::Shown(_) => CountState::Shown,
            Self::Suppressed => CountState::Suppressed,
            Self::NotCollected => CountState::NotCollected,
            Self::NotApplicable => CountState::NotApplicable,
        }
    }
}

impl From<Published> for Count {
    fn from(published: Published) -> Self {
        published.shown().map_or(Self::Suppressed, Self::Shown)
    }
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Its category in each dimension of the table.
    pub keys: Vec<String>,
    pub labels: Vec<String>,
    /// What is said of its count.
    pub count: Count,
    /// The published count over that of the cell without the dimensions that the question names.
    pub share: Option<f64>,
}

/// Returns a table of counts.
///
/// # Errors
/// `FORBIDDEN`; `NOT_A_REFERENCE_DATE`; `NOT_COUNTABLE` for what would not be safe, with the reason; `BAD_USER_INPUT`.
pub async fn table(context: &RequestContext, question: &Question) -> Result<Table> {
    policy::authorise(context.viewer(), &Action::CountYoungPeople)?;
    let within =
        Within { authorities: None, rule: context.space().disclosure_rule()?, agreement: None };
    made(context, question, within).await
}

/// The people who are counted, and the way in which their counts are made safe.
pub(super) struct Within {
    /// Only the young people of these authorities.
    pub(super) authorities: Option<Vec<LocalAuthorityId>>,
    pub(super) rule: Arc<Rule>,
    /// The agreement to whose recipient the table is given.
    pub(super) agreement: Option<AgreementId>,
}

/// Returns a table of counts, for whoever may have it.
pub(super) async fn made(
    context: &RequestContext,
    question: &Question,
    within: Within,
) -> Result<Table> {
    let mut table = counted(context, question, &within).await?;
    if !question.share_of.is_empty() {
        let (bases, rest) = question.bases()?;
        let bases = counted(context, &bases, &within).await?;
        add_shares(&mut table, bases, &rest);
    }
    Ok(table)
}

/// Adds rates. A rate is made from what is published of both counts, so that it tells nothing more.
fn add_shares(table: &mut Table, bases: Table, rest: &[usize]) {
    let bases: HashMap<Vec<String>, Count> =
        bases.cells.into_iter().map(|cell| (cell.keys, cell.count)).collect();
    for cell in &mut table.cells {
        let keys: Vec<String> = rest.iter().filter_map(|at| cell.keys.get(*at).cloned()).collect();
        let base = bases.get(&keys).and_then(|base| base.shown());
        let shown = cell.count.shown().zip(base.filter(|base| *base > 0));
        cell.share = shown.map(|(count, base)| count as f64 / base as f64);
    }
}

async fn counted(context: &RequestContext, question: &Question, within: &Within) -> Result<Table> {
    let Within { authorities, rule, .. } = within;
    let year = past_year(context.now(), question.as_at)?;
    let question = &without_whole_dimensions(question);
    check(question)?;
    // True counts are protected as tables, and together with those given before.
    if rule.suits == Suits::FixedTables {
        return given::table(context, year, question, within).await;
    }
    let directory = context.directory().await?;
    let mut places = places(&question.filter, &directory)?;
    if let Some(authorities) = authorities {
        let among = |id: &LocalAuthorityId| authorities.contains(id);
        places = Some(places.map_or_else(
            || authorities.clone(),
            |named| named.into_iter().filter(among).collect(),
        ));
    }
    let is_asked = |id: LocalAuthorityId| places.as_ref().is_none_or(|places| places.contains(&id));
    let populations = &question.filter.populations;
    let coverage = Coverage::read(context.space(), &directory, year, populations, is_asked).await?;

    // Places that are named are shown, whether there are returns of them or not.
    let by = |dimension| question.by.contains(&dimension);
    let named = |row: &&Arc<entity::local_authority::Model>| {
        is_named(&question.filter.local_authorities, &row.gss_code)
            || by(StatisticsDimension::Region)
                && !by(StatisticsDimension::LocalAuthority)
                && row.region.as_ref().is_some_and(|of| is_named(&question.filter.regions, of))
    };
    let named = directory.local_authorities.all().iter().filter(named);
    let ids = coverage.authorities.iter().map(|of| of.authority).chain(named.map(|row| row.id));
    let ids: BTreeSet<LocalAuthorityId> = ids.collect();
    let ids: Vec<LocalAuthorityId> = ids.into_iter().collect();
    let axes: Vec<Axis> = question
        .by
        .iter()
        .map(|dimension| axis(*dimension, &question.filter, &directory, &ids))
        .collect::<Result<_>>()?;
    let cells = axes.iter().map(|axis| axis.len()).product::<usize>();
    if cells > MOST_CELLS {
        return Err(not_countable(
            "by",
            format!(
                "The table would have {cells} cells, and may have {MOST_CELLS}. Restrict it with `where`, or ask region by region."
            ),
        ));
    }
    let fixed = question.fixed();
    let dimensions = question.by.iter().copied();
    let dimensions = dimensions.chain(fixed.iter().map(|(dimension, _)| *dimension));
    let cube =
        Cube::read(context.space(), year, dimensions.collect(), &coverage.authorities, &directory)
            .await?;
    let cells = combinations(&axes).map(|places| {
        let categories = places.iter().zip(&axes).filter_map(|(at, axis)| axis.get(*at));
        let (keys, labels): (Vec<String>, Vec<String>) = categories.cloned().unzip();
        let asked = question.by.iter().copied().zip(keys.iter().map(String::as_str));
        let fixed = fixed.iter().map(|(dimension, word)| (*dimension, word.as_str()));
        let conditions: Vec<_> = asked.chain(fixed).collect();
        Cell {
            count: count(&cube, &coverage.authorities, rule, &conditions),
            keys,
            labels,
            share: None,
        }
    });
    Ok(Table { cells: cells.collect(), rule: Arc::clone(rule), coverage })
}

fn is_named(named: &AnyOf<String>, value: &String) -> bool {
    named.named().is_some_and(|named| named.contains(value))
}

/// Returns the count of the cell that some conditions describe.
fn count(
    cube: &Cube,
    coverage: &[Covered],
    rule: &Rule,
    conditions: &[cube::Condition<'_>],
) -> Count {
    let told = |(dimension, word): &cube::Condition<'_>| {
        let is_population = *dimension == StatisticsDimension::Population;
        is_population.then(|| population(word)).flatten()
    };
    let population = conditions.iter().find_map(told);
    let tells = |of: &Covered| population.is_none_or(|population| of.tells_of(population));
    let Some(cell) = cube.cell(conditions.iter().copied()) else {
        let place = conditions.iter().find(|(dimension, _)| is_place(*dimension));
        return match place {
            Some((_, place)) if !cube.has_place(place) => Count::NotCollected,
            _ => Count::NotApplicable,
        };
    };
    let mut covering = coverage.iter().enumerate();
    match covering.any(|(at, of)| cube.covers(&cell, at) && tells(of)) {
        true => rule.answer(cube, &cell, cube.area(&cell)).into(),
        false => Count::NotCollected,
    }
}

fn population(word: &str) -> Option<SocialWorkPopulation> {
    let all = SocialWorkPopulation::ALL.iter().copied();
    let mut found = all.filter(|population| population.as_str() == word);
    found.next()
}

/// Returns the year of a reference day that has come.
pub(super) fn past_year(now: DateTime<Utc>, as_at: NaiveDate) -> Result<CollectionYear> {
    let year = reference_year(as_at)?;
    match as_at > now.date_naive() {
        true => Err(not_a_reference_date("This 31 March has not come yet.")),
        false => Ok(year),
    }
}

/// Returns the year of a reference day.
///
/// # Errors
/// `NOT_A_REFERENCE_DATE` for another day.
pub fn reference_year(as_at: NaiveDate) -> Result<CollectionYear> {
    let year = CollectionYear::try_new(as_at.year());
    match year {
        Ok(year) if year.last_day() == as_at => Ok(year),
        _ => Err(not_a_reference_date(
            "Counts are given for 31 March of each year from 2017 on: the difference between two near days would be what a few children did. Ask for a 31 March.",
        )),
    }
}

fn not_a_reference_date(why: &'static str) -> Error {
    Error { field: Some("asAt".to_owned()), ..Error::new(Code::NotAReferenceDate, why) }
}

pub(super) fn not_countable(field: &str, why: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error { field: Some(field.to_owned()), ..Error::new(Code::NotCountable, why) }
}
