//! Counts of young people that everybody with the scope may ask for, made safe cell by cell.
//!
//! What can be asked for is closed: a cell has for each of nine dimensions either all or one of its categories, of
//! at most four dimensions one, on a reference day. There are no ranges, no negations and no unions, so that nobody
//! can ask for a cell that is another one and a single child; and the same cell is always answered alike, however
//! often and in whatever table it is asked for. docs/disclosure.md says what that withstands.

mod axes;
mod lattice;
mod people;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use chrono::{Datelike, NaiveDate};
use entity::{
    AgeBand, EthnicGroup, LegalStatus, LocalAuthorityId, Need, PlacementType, Sex,
    SocialWorkPopulation, StatisticsDimension,
};

pub(super) use self::axes::{Axis, axis, combinations, places};
use self::lattice::check;
use self::people::area;
pub(super) use self::people::{coverage, records};
use super::disclosure::{Published, Records, Rule};
use super::returns::CollectionYear;
use crate::access::policy::{self, Action};
use crate::error::{Code, Error, Result};
use crate::filter::AnyOf;
use crate::space::Space;
use crate::viewer::Viewer;

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
    /// Populations.
    pub populations: AnyOf<SocialWorkPopulation>,
    /// Age bands.
    pub age_bands: AnyOf<AgeBand>,
    /// Sexes.
    pub sexes: AnyOf<Sex>,
    /// Ethnic groups.
    pub ethnic_groups: AnyOf<EthnicGroup>,
    /// Legal statuses.
    pub legal_statuses: AnyOf<LegalStatus>,
    /// Placement types.
    pub placement_types: AnyOf<PlacementType>,
    /// Categories of need.
    pub categories_of_need: AnyOf<Need>,
}

/// A table that is asked for.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Question {
    /// By what it is broken down.
    pub by: Vec<StatisticsDimension>,
    /// What it is restricted to.
    pub filter: Where,
    /// The reference day.
    pub as_at: NaiveDate,
    /// Of what each cell is to be a share: the cell without these dimensions of the table. No shares when empty.
    pub share_of: Vec<StatisticsDimension>,
}

impl Question {
    /// The dimensions that it names, by which it is broken down and to which it is restricted.
    pub(super) fn dimensions(&self) -> impl Iterator<Item = StatisticsDimension> {
        let named = self.filter.named().into_iter();
        let named = named.filter_map(|(dimension, _, named)| named.map(|_| dimension));
        self.by.iter().copied().chain(named)
    }

    /// The table of the cells of which those of this one are shares, and which of its dimensions are left.
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
        let mut bases = Self {
            share_of: Vec::new(),
            ..self.clone()
        };
        bases
            .by
            .retain(|dimension| !self.share_of.contains(dimension));
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
    /// The authorities whose returns are counted, of those that the table is restricted to.
    pub coverage: Vec<LocalAuthorityId>,
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Its category in each dimension of the table.
    pub keys: Vec<String>,
    /// What these are called.
    pub labels: Vec<String>,
    /// What is published of its count.
    pub count: Published,
    /// The published count over that of the cell without the dimensions that the question names.
    pub share: Option<f64>,
}

/// The rule that is used where nobody chooses another.
///
/// # Errors
/// `INTERNAL_SERVER_ERROR`, if the table that is built in were damaged.
pub fn default_rule() -> Result<Arc<Rule>> {
    static RULE: LazyLock<Option<Arc<Rule>>> =
        LazyLock::new(|| Rule::cell_key().ok().map(Arc::new));
    RULE.clone()
        .ok_or_else(|| Error::internal(std::io::Error::other("the perturbation table is damaged")))
}

/// A table of counts.
///
/// # Errors
/// `FORBIDDEN`; `NOT_A_REFERENCE_DATE`; `NOT_COUNTABLE` for what would not be safe, with the reason; `BAD_USER_INPUT`.
pub async fn table(space: &Space, viewer: &Viewer, question: &Question) -> Result<Table> {
    policy::authorise(viewer, &Action::CountYoungPeople)?;
    let within = Within {
        authorities: None,
        rule: space.disclosure_rule()?,
    };
    made(space, question, within).await
}

/// Who is counted, and how the counts are made safe.
pub(super) struct Within {
    /// Only the young people of these authorities.
    pub(super) authorities: Option<Vec<LocalAuthorityId>>,
    /// The rule.
    pub(super) rule: Arc<Rule>,
}

/// A table of counts, for whoever may have it.
///
/// # Errors
/// As [`table`].
pub(super) async fn made(space: &Space, question: &Question, within: Within) -> Result<Table> {
    let mut table = counted(space, question, &within).await?;
    if !question.share_of.is_empty() {
        let (bases, rest) = question.bases()?;
        let bases = counted(space, &bases, &within).await?;
        add_shares(&mut table, bases, &rest);
    }
    Ok(table)
}

/// A rate is made from what is published of both counts, so that it tells nothing more.
fn add_shares(table: &mut Table, bases: Table, rest: &[usize]) {
    let bases: HashMap<Vec<String>, Published> = bases
        .cells
        .into_iter()
        .map(|cell| (cell.keys, cell.count))
        .collect();
    for cell in &mut table.cells {
        let keys: Vec<String> = rest
            .iter()
            .filter_map(|at| cell.keys.get(*at).cloned())
            .collect();
        let base = bases.get(&keys).and_then(|base| base.shown());
        let shown = cell.count.shown().zip(base.filter(|base| *base > 0));
        cell.share = shown.map(|(count, base)| count as f64 / base as f64);
    }
}

async fn counted(space: &Space, question: &Question, within: &Within) -> Result<Table> {
    let Within { authorities, rule } = within;
    let year = reference_year(question.as_at)?;
    check(question)?;
    let directory = space.directory().await?;
    let mut places = places(&question.filter, &directory)?;
    if let Some(authorities) = authorities {
        let among = |id: &LocalAuthorityId| authorities.contains(id);
        places = Some(places.map_or_else(
            || authorities.clone(),
            |named| named.into_iter().filter(among).collect(),
        ));
    }
    let mut coverage = coverage(space, year).await?;
    coverage.retain(|id| places.as_ref().is_none_or(|places| places.contains(id)));
    let axes: Vec<Axis> = question
        .by
        .iter()
        .map(|dimension| axis(*dimension, &question.filter, &directory, &coverage))
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
    let records = records(space, question, year, &axes, places.as_deref(), &directory).await?;
    let area = area(question);
    let cells = combinations(&axes).map(|places| {
        let categories = || {
            places
                .iter()
                .zip(&axes)
                .filter_map(|(at, axis)| axis.get(*at))
        };
        let counted = records.get(&places).copied().unwrap_or(Records {
            count: 0,
            key_sum: 0,
        });
        Cell {
            keys: categories().map(|(key, _)| key.clone()).collect(),
            labels: categories().map(|(_, label)| label.clone()).collect(),
            count: rule.cell(counted, area),
            share: None,
        }
    });
    Ok(Table {
        cells: cells.collect(),
        rule: Arc::clone(rule),
        coverage,
    })
}

/// The year of a reference day.
///
/// # Errors
/// `NOT_A_REFERENCE_DATE` for another day.
pub fn reference_year(as_at: NaiveDate) -> Result<CollectionYear> {
    let year = CollectionYear::try_new(as_at.year());
    match year {
        Ok(year) if year.last_day() == as_at => Ok(year),
        _ => Err(Error {
            field: Some("asAt".to_owned()),
            ..Error::new(
                Code::NotAReferenceDate,
                "Counts are given for 31 March of each year from 2017 on: the difference between two near days would be what a few children did. Ask for a 31 March.",
            )
        }),
    }
}

pub(super) fn not_countable(field: &str, why: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error {
        field: Some(field.to_owned()),
        ..Error::new(Code::NotCountable, why)
    }
}
