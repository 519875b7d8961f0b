//! Tables of true counts that are given: released to be published, or to the recipient of an agreement by a rule for
//! fixed tables. What is given stays known, so each is kept, and a new one is protected together with all before it
//! of the same year, whoever was given them: recipients publish, and readers compare.
//!
//! A table that is asked for again is answered as it was given. Another edition of an authority's counts differs in
//! ten children or more; what earlier tables tell and is true in it still counts as known of the same children.

mod people;
mod protecting;
mod shape;

use std::collections::BTreeSet;

use entity::{AgreementId, StatisticsDimension as By, given_table};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};

use self::people::atoms;
use self::protecting::Protecting;
use self::shape::{Keys, Shape, extended};
use super::disclosure::suppression::linked::Known;
use super::disclosure::{Area, Published, Records, Rule};
use super::returns::{CollectionYear, in_turn};
use super::statistics::{
    Axis, Cell, Count, Coverage, Covered, Question, Table, Within, axis, not_countable, places,
};
use crate::access::scope;
use crate::error::{Code, Error, Result};
use crate::network::directory::Directory;
use crate::request::RequestContext;
use crate::space::Space;
use crate::store::audit::Event;

/// How many cells a table may have, totals included.
const MOST_CELLS: usize = 10_000;
/// How often a table is protected anew when another was given meanwhile.
const MOST_ATTEMPTS: usize = 3;

/// A table that is asked for.
pub(super) struct Asked {
    pub(super) question: Question,
    pub(super) has_totals: bool,
    /// The way in which counts are shown.
    pub(super) showing: Showing,
    /// The agreement to whose recipient it is given.
    pub(super) agreement: Option<AgreementId>,
    pub(super) authorities: Option<Vec<entity::LocalAuthorityId>>,
}

/// The way in which counts are shown.
#[derive(Clone, Debug)]
pub(super) enum Showing {
    /// As they are, but for those from 1 to below a threshold.
    Truly(u64),
    /// By a rule for fixed tables.
    By(std::sync::Arc<Rule>),
}

/// A table as it was given.
pub(super) struct Given {
    pub(super) axes: Vec<Axis>,
    pub(super) cells: Vec<GivenCell>,
    pub(super) coverage: Coverage,
}

/// A cell of a table that was given.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct GivenCell {
    pub(super) keys: Keys,
    /// The count that is shown.
    pub(super) count: Option<u64>,
    least: u64,
    greatest: Option<u64>,
}

impl GivenCell {
    const fn known(&self) -> Known {
        Known { least: self.least, greatest: self.greatest }
    }
}

impl Showing {
    fn name(&self) -> &str {
        match self {
            Self::Truly(_) => "release",
            Self::By(rule) => rule.name,
        }
    }

    fn threshold(&self) -> u64 {
        match self {
            Self::Truly(threshold) => *threshold,
            Self::By(rule) => rule.threshold,
        }
    }

    fn published(&self, count: u64, area: Area) -> Published {
        match self {
            Self::Truly(threshold) if (1..*threshold).contains(&count) => Published::Hidden,
            Self::Truly(_) => Published::Shown(count),
            Self::By(rule) => rule.cell(Records { count, key_sum: 0 }, area),
        }
    }

    fn tells(&self, published: Published, area: Area) -> Known {
        match (self, published) {
            (_, Published::Hidden) => {
                let shows_zero = self.published(0, area) == Published::Shown(0);
                Known::hidden(shows_zero.into())
            }
            (Self::Truly(_), Published::Shown(count)) => Known::exactly(count),
            (Self::By(rule), Published::Shown(_)) => {
                let (least, greatest) = rule.behind(published, area);
                Known { least, greatest: Some(greatest) }
            }
        }
    }
}

/// Returns a table of counts by the rule of an agreement.
pub(super) async fn table(
    context: &RequestContext,
    year: CollectionYear,
    question: &Question,
    within: &Within,
) -> Result<Table> {
    let asked = Asked {
        question: question.clone(),
        has_totals: false,
        showing: Showing::By(within.rule.clone()),
        agreement: within.agreement,
        authorities: within.authorities.clone(),
    };
    let given = give(context, year, &asked, &[]).await?;
    let label = |at: usize, key: &String| {
        let named = given.axes.get(at).into_iter().flatten();
        let mut named = named.filter(|(word, _)| word == key);
        named.next().map_or_else(|| key.clone(), |(_, label)| label.clone())
    };
    let cells = given.cells.iter().map(|cell| {
        let keys: Vec<String> = cell.keys.iter().flatten().cloned().collect();
        let labels = keys.iter().enumerate().map(|(at, key)| label(at, key));
        Cell {
            labels: labels.collect(),
            count: match is_collected(question, &cell.keys, &given.coverage.authorities) {
                false => Count::NotCollected,
                true => cell.count.map_or(Count::Suppressed, Count::Shown),
            },
            keys,
            share: None,
        }
    });
    Ok(Table { rule: within.rule.clone(), cells: cells.collect(), coverage: given.coverage })
}

/// Returns whether a return is counted that tells of the population of a cell.
fn is_collected(question: &Question, keys: &Keys, coverage: &[Covered]) -> bool {
    let at = question.by.iter().position(|one| *one == By::Population);
    let named = question.filter.populations.named();
    let mut populations = named.into_iter().flatten().filter(|population| {
        let key = at.and_then(|at| keys.get(at)?.as_ref());
        key.is_none_or(|key| key == population.as_str())
    });
    let tells = |population| coverage.iter().any(|of| of.tells_of(population));
    named.is_none() && !coverage.is_empty() || populations.any(|one| tells(*one))
}

/// Gives a table, protected together with all that were given before of the year, and keeps it.
///
/// # Errors
/// `NOT_COUNTABLE` when no choice of hidden cells would protect it, or it is too large; `BAD_USER_INPUT`; `CONFLICT` when
/// others were given all the while.
pub(super) async fn give(
    context: &RequestContext,
    year: CollectionYear,
    asked: &Asked,
    events: &[Event],
) -> Result<Given> {
    let mut attempts = 1;
    loop {
        match attempt(context, year, asked, events).await {
            Err(refusal) if refusal.code == Code::Conflict && attempts < MOST_ATTEMPTS => {
                attempts += 1;
            }
            answer => return answer,
        }
    }
}

async fn attempt(
    context: &RequestContext,
    year: CollectionYear,
    asked: &Asked,
    events: &[Event],
) -> Result<Given> {
    let directory = context.directory().await?;
    let question = &asked.question;
    let named = places(&question.filter, &directory)?;
    let is_asked = |id: entity::LocalAuthorityId| {
        let is_own = |own: &Vec<_>| own.contains(&id);
        named.as_ref().is_none_or(|places| places.contains(&id))
            && asked.authorities.as_ref().is_none_or(is_own)
    };
    let populations = &question.filter.populations;
    let coverage = Coverage::read(context.space(), &directory, year, populations, is_asked).await?;
    let ids: Vec<_> = coverage.authorities.iter().map(|of| of.authority).collect();
    let axes: Vec<Axis> = question
        .by
        .iter()
        .map(|dimension| axis(*dimension, &question.filter, &directory, &ids))
        .collect::<Result<_>>()?;
    let keys = all_keys(question, &axes, asked.has_totals, &directory)?;
    if coverage.authorities.is_empty() {
        let nothing = |keys| GivenCell { keys, count: None, least: 0, greatest: None };
        let cells = keys.into_iter().map(nothing).collect();
        return Ok(Given { axes, cells, coverage });
    }
    let shape = shape(asked, &coverage.authorities, &directory);

    let earlier = scope::given_tables()
        .filter(given_table::Column::Year.eq(year.0))
        .order_by_asc(given_table::Column::Number)
        .all(context.store().connection())
        .await?;
    let mut others = Vec::with_capacity(earlier.len());
    for row in &earlier {
        let other: Shape = read(&row.question)?;
        let cells: Vec<GivenCell> = read(&row.cells)?;
        let is_same = other == shape
            && row.rule_set == asked.showing.name()
            && u64::try_from(row.threshold).ok() == Some(asked.showing.threshold());
        if is_same {
            context.store().attest(events.to_vec(), |_| Box::pin(async { Ok(()) })).await?;
            return Ok(Given { axes, cells, coverage });
        }
        others.push((other, cells, row.threshold.unsigned_abs().into()));
    }

    let shapes: Vec<&Shape> = others.iter().map(|(of, ..)| of).chain([&shape]).collect();
    let atoms = atoms(context.space(), year, &shapes, &directory).await?;
    let area = area(question);
    let protecting = Protecting {
        atoms,
        shape: shape.clone(),
        others,
        keys,
        showing: asked.showing.clone(),
        area,
        directory,
    };
    // Choosing takes seconds of a processor: not on a thread that answers others.
    let cells = tokio::task::spawn_blocking(move || protecting.protect())
        .await
        .map_err(Error::internal)??;

    let number = earlier.last().map_or(0, |row| row.number) + 1;
    let row = given_table::ActiveModel {
        year: Set(year.0),
        number: Set(number),
        agreement_id: Set(asked.agreement),
        rule_set: Set(asked.showing.name().to_owned()),
        threshold: Set(i32::try_from(asked.showing.threshold()).map_err(Error::internal)?),
        question: Set(serde_json::to_value(&shape).map_err(Error::internal)?),
        editions: Set(serde_json::to_value(&shape.authorities).map_err(Error::internal)?),
        cells: Set(serde_json::to_value(&cells).map_err(Error::internal)?),
        given_at: Set(context.now()),
        centre_id: Set(context.viewer().centre()),
        token_id: Set(context.viewer().token()),
    };
    keep(context.space(), year, number, row, events).await?;
    Ok(Given { axes, cells, coverage })
}

/// Keeps a table, if none was given since those with which it is protected.
async fn keep(
    space: &Space,
    year: CollectionYear,
    number: i32,
    row: given_table::ActiveModel,
    events: &[Event],
) -> Result<()> {
    space
        .store()
        .attest(events.to_vec(), move |write| {
            Box::pin(async move {
                in_turn(write).await?;
                let last = scope::given_tables()
                    .filter(given_table::Column::Year.eq(year.0))
                    .order_by_desc(given_table::Column::Number)
                    .one(write.connection())
                    .await?;
                if last.map_or(0, |row| row.number) + 1 != number {
                    return Err(Error::new(
                        Code::Conflict,
                        "Other tables of the year were given meanwhile. Ask again.",
                    ));
                }
                write.add_one::<given_table::Entity>(row).await
            })
        })
        .await
}

/// Returns the cells of a table in order, the last dimension's categories changing first.
fn all_keys(
    question: &Question,
    axes: &[Axis],
    has_totals: bool,
    directory: &Directory,
) -> Result<Vec<Keys>> {
    let mut options: Vec<Keys> = Vec::with_capacity(axes.len());
    for (dimension, axis) in question.by.iter().zip(axes) {
        let mut all: Keys = axis.iter().map(|(key, _)| Some(key.clone())).collect();
        if has_totals {
            if *dimension == By::LocalAuthority {
                let region = |(key, _): &(String, String)| {
                    let place = directory.local_authorities.by_key(key);
                    place.and_then(|row| row.region.clone())
                };
                let regions: BTreeSet<String> = axis.iter().filter_map(region).collect();
                all.extend(regions.into_iter().map(Some));
            }
            all.push(None);
        }
        options.push(all);
    }
    let cells = options.iter().map(Vec::len).product::<usize>();
    if cells > MOST_CELLS {
        return Err(not_countable(
            "by",
            format!(
                "The table would have {cells} cells with its totals, and may have {MOST_CELLS}. Leave a dimension out, or name regions."
            ),
        ));
    }
    let first: Vec<Keys> = vec![Vec::new()];
    Ok(options.iter().fold(first, |keys, options| extended(&keys, options)))
}

fn shape(asked: &Asked, coverage: &[Covered], directory: &Directory) -> Shape {
    let named = asked.question.filter.names().into_iter();
    let is_place = |dimension| matches!(dimension, By::LocalAuthority | By::Region);
    let among = named.filter(|(dimension, ..)| !is_place(*dimension));
    Shape {
        by: asked.question.by.clone(),
        among: among
            .filter_map(|(dimension, _, named)| Some((dimension, named?.into_iter().collect())))
            .collect(),
        has_totals: asked.has_totals,
        authorities: coverage
            .iter()
            .filter_map(|of| {
                let row = directory.local_authorities.by_id(of.authority)?;
                Some((row.gss_code.clone(), of.edition))
            })
            .collect(),
    }
}

/// Returns the kind of place that the counts of a table are of: some rules round those of large ones.
fn area(question: &Question) -> Area {
    let filter = &question.filter;
    let names = |dimension, is_named: bool| question.by.contains(&dimension) || is_named;
    if names(By::LocalAuthority, filter.local_authorities.named().is_some()) {
        Area::LocalAuthority
    } else if names(By::Region, filter.regions.named().is_some()) {
        Area::Region
    } else {
        Area::England
    }
}

fn read<T: serde::de::DeserializeOwned>(json: &serde_json::Value) -> Result<T> {
    T::deserialize(json).map_err(Error::internal)
}
