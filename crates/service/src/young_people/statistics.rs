//! Counts of young people that everybody with the scope may ask for, made safe cell by cell.
//!
//! What can be asked for is closed: a cell has for each of nine dimensions either all or one of its categories, of
//! at most four dimensions one, on a reference day. There are no ranges, no negations and no unions, so that nobody
//! can ask for a cell that is another one and a single child; and the same cell is always answered alike, however
//! often and in whatever table it is asked for. docs/disclosure.md says what that withstands.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

use chrono::{Datelike, NaiveDate};
use entity::{
    AgeBand, ClosedVocabulary, EthnicGroup, LegalStatus, LocalAuthorityId, Need, PlacementType,
    ReturnState, Sex, SocialWorkPopulation, StatisticsDimension, Vocabulary, loaded_return,
    standing,
};
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QuerySelect, QueryTrait};

use super::disclosure::{Area, Published, Records, Rule};
use super::returns::CollectionYear;
use super::standing::term;
use crate::access::policy::{self, Action};
use crate::access::scope;
use crate::error::{Code, Error, Result};
use crate::network::directory::Directory;
use crate::space::Space;
use crate::viewer::Viewer;

/// Of how many dimensions a cell may have one category.
pub const MOST_DIMENSIONS: usize = 4;
/// How many cells a table may have.
pub const MOST_CELLS: usize = 50_000;

/// The categories that a table shows; all of a dimension where the list is empty. A dimension with one category
/// here need not be among those that the table is broken down by.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Where {
    /// GSS codes.
    pub local_authorities: Vec<String>,
    /// Names of regions.
    pub regions: Vec<String>,
    /// Populations.
    pub populations: Vec<SocialWorkPopulation>,
    /// Age bands.
    pub age_bands: Vec<AgeBand>,
    /// Sexes.
    pub sexes: Vec<Sex>,
    /// Ethnic groups.
    pub ethnic_groups: Vec<EthnicGroup>,
    /// Legal statuses.
    pub legal_statuses: Vec<LegalStatus>,
    /// Placement types.
    pub placement_types: Vec<PlacementType>,
    /// Categories of need.
    pub categories_of_need: Vec<Need>,
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
}

/// A table of counts that are safe to show.
#[derive(Clone, Debug)]
pub struct Table {
    /// The rule by which they were made safe.
    pub rule: Arc<Rule>,
    /// The cells: every combination of the categories, also those with nobody in them.
    pub cells: Vec<Cell>,
    /// The authorities whose returns are counted.
    pub coverage: Vec<LocalAuthorityId>,
}

/// A cell.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cell {
    /// Its category in each dimension of the table.
    pub keys: Vec<String>,
    /// What these are called.
    pub labels: Vec<String>,
    /// What is published of its count.
    pub count: Published,
}

/// The rule that is used where nobody chooses another.
///
/// # Errors
/// `INTERNAL`, if the table that is built in were damaged.
pub fn default_rule() -> Result<Arc<Rule>> {
    static RULE: LazyLock<Option<Arc<Rule>>> =
        LazyLock::new(|| Rule::cell_key().ok().map(Arc::new));
    RULE.clone()
        .ok_or_else(|| Error::internal(std::io::Error::other("the perturbation table is damaged")))
}

/// A table of counts.
///
/// # Errors
/// `FORBIDDEN`; `NOT_A_REFERENCE_DATE`; `NOT_COUNTABLE` for what would not be safe, with the reason; `BAD_INPUT`.
pub async fn table(space: &Space, viewer: &Viewer, question: &Question) -> Result<Table> {
    policy::authorise(viewer, &Action::CountYoungPeople)?;
    let year = reference_year(question.as_at)?;
    check(question)?;
    let directory = space.directory().await?;
    let coverage = coverage(space, year).await?;
    let axes: Vec<Axis> = question
        .by
        .iter()
        .map(|dimension| axis(*dimension, &question.filter, &directory, &coverage))
        .collect::<Result<_>>()?;
    let places = places(&question.filter, &directory)?;
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
    let rule = space.disclosure_rule()?;
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
        }
    });
    Ok(Table {
        cells: cells.collect(),
        rule,
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

/// Refuses what is no cell of the closed lattice.
fn check(question: &Question) -> Result<()> {
    let by = &question.by;
    for (at, dimension) in by.iter().enumerate() {
        if by.iter().take(at).any(|earlier| earlier == dimension) {
            return Err(Error::bad_input(
                "by",
                format!("`by` names {dimension} twice."),
            ));
        }
    }
    let mut dimensions = by.len();
    for (dimension, categories) in question.filter.sizes() {
        if categories == 0 || by.contains(&dimension) {
            continue;
        }
        dimensions += 1;
        if categories > 1 {
            return Err(not_countable(
                "where",
                format!(
                    "`where` has {categories} categories of {dimension}, and the table isn't broken down by it: their sum is no count that is given, as sums that differ by one category would tell of a few children. Add {dimension} to `by`, or name one category."
                ),
            ));
        }
    }
    if dimensions > MOST_DIMENSIONS {
        return Err(not_countable(
            "by",
            format!(
                "The table has {dimensions} dimensions, those of `where` among them, and may have {MOST_DIMENSIONS}. Leave some out."
            ),
        ));
    }
    Ok(())
}

impl Where {
    /// How many categories of each dimension are named.
    pub(super) fn sizes(&self) -> [(StatisticsDimension, usize); 9] {
        use StatisticsDimension as By;
        [
            (By::LocalAuthority, self.local_authorities.len()),
            (By::Region, self.regions.len()),
            (By::Population, self.populations.len()),
            (By::AgeBand, self.age_bands.len()),
            (By::Sex, self.sexes.len()),
            (By::EthnicGroup, self.ethnic_groups.len()),
            (By::LegalStatus, self.legal_statuses.len()),
            (By::PlacementType, self.placement_types.len()),
            (By::CategoryOfNeed, self.categories_of_need.len()),
        ]
    }
}

/// The categories of a dimension: key and label.
pub(super) type Axis = Vec<(String, String)>;

pub(super) fn axis(
    dimension: StatisticsDimension,
    filter: &Where,
    directory: &Directory,
    coverage: &[LocalAuthorityId],
) -> Result<Axis> {
    Ok(match dimension {
        StatisticsDimension::LocalAuthority => {
            let places = places(filter, directory)?;
            let mut axis: Axis = coverage
                .iter()
                .filter(|id| places.as_ref().is_none_or(|places| places.contains(id)))
                .filter_map(|id| directory.local_authorities.by_id(*id))
                .map(|row| (row.gss_code.clone(), row.name.clone()))
                .collect();
            axis.sort();
            axis
        }
        StatisticsDimension::Region => {
            let mut axis: Axis = coverage
                .iter()
                .filter_map(|id| directory.local_authorities.by_id(*id))
                .filter_map(|row| row.region.clone())
                .filter(|region| filter.regions.is_empty() || filter.regions.contains(region))
                .map(|region| (region.clone(), region))
                .collect();
            axis.sort();
            axis.dedup();
            axis
        }
        StatisticsDimension::Population => {
            let mut axis = words(&filter.populations);
            for (population, (_, label)) in kept(&filter.populations).zip(&mut axis) {
                let term = directory
                    .terms(Vocabulary::Population)
                    .by_key(term(population));
                if let Some(term) = term {
                    label.clone_from(&term.row.name);
                }
            }
            axis
        }
        StatisticsDimension::AgeBand => words(&filter.age_bands),
        StatisticsDimension::Sex => words(&filter.sexes),
        StatisticsDimension::EthnicGroup => words(&filter.ethnic_groups),
        StatisticsDimension::LegalStatus => words(&filter.legal_statuses),
        StatisticsDimension::PlacementType => words(&filter.placement_types),
        StatisticsDimension::CategoryOfNeed => words(&filter.categories_of_need),
    })
}

fn kept<V: ClosedVocabulary>(named: &[V]) -> impl Iterator<Item = V> {
    let all = V::MEANINGS.iter().map(|(word, _, _)| *word);
    all.filter(move |word| named.is_empty() || named.contains(word))
}

fn words<V: ClosedVocabulary>(named: &[V]) -> Axis {
    let kept = V::MEANINGS
        .iter()
        .filter(|(word, _, _)| named.is_empty() || named.contains(word));
    kept.map(|(_, text, meaning)| {
        let label = meaning.trim().trim_end_matches('.');
        ((*text).to_owned(), label.to_owned())
    })
    .collect()
}

/// The authorities that a table is restricted to, by themselves and by their regions.
pub(super) fn places(
    filter: &Where,
    directory: &Directory,
) -> Result<Option<Vec<LocalAuthorityId>>> {
    if filter.local_authorities.is_empty() && filter.regions.is_empty() {
        return Ok(None);
    }
    let all = directory.local_authorities.all();
    for code in &filter.local_authorities {
        if directory.local_authorities.by_key(code).is_none() {
            return Err(Error::bad_input(
                "where.localAuthorities",
                format!("There is no local authority {code:?}. Give GSS codes, such as E09000007."),
            ));
        }
    }
    for region in &filter.regions {
        if !all.iter().any(|row| row.region.as_ref() == Some(region)) {
            return Err(Error::bad_input(
                "where.regions",
                format!(
                    "There is no region {region:?}. Give names as in LocalAuthority.region, such as London."
                ),
            ));
        }
    }
    let of_code = |code: &String| {
        filter.local_authorities.is_empty() || filter.local_authorities.contains(code)
    };
    let of_region = |region: Option<&String>| {
        filter.regions.is_empty() || region.is_some_and(|region| filter.regions.contains(region))
    };
    let kept = all
        .iter()
        .filter(|row| of_code(&row.gss_code) && of_region(row.region.as_ref()));
    Ok(Some(kept.map(|row| row.id).collect()))
}

/// The authorities that have a return of the year in use.
pub(super) async fn coverage(space: &Space, year: CollectionYear) -> Result<Vec<LocalAuthorityId>> {
    use loaded_return::Column::{LocalAuthorityId, State, Year};

    Ok(scope::counted::<loaded_return::Entity>()
        .filter(Year.eq(year.0))
        .filter(State.eq(ReturnState::Current))
        .select_only()
        .column(LocalAuthorityId)
        .distinct()
        .into_tuple()
        .all(space.store().connection())
        .await?)
}

const fn area(question: &Question) -> Area {
    let filter = &question.filter;
    let mut at = 0;
    let mut area = if !filter.local_authorities.is_empty() {
        Area::LocalAuthority
    } else if !filter.regions.is_empty() {
        Area::Region
    } else {
        Area::England
    };
    while at < question.by.len() {
        match question.by.as_slice()[at] {
            StatisticsDimension::LocalAuthority => return Area::LocalAuthority,
            StatisticsDimension::Region => area = Area::Region,
            _ => {}
        }
        at += 1;
    }
    area
}

/// The column of a dimension; a region is that of the authority.
const fn column(dimension: StatisticsDimension) -> standing::Column {
    use standing::Column;
    match dimension {
        StatisticsDimension::LocalAuthority | StatisticsDimension::Region => {
            Column::LocalAuthorityId
        }
        StatisticsDimension::Population => Column::Population,
        StatisticsDimension::AgeBand => Column::AgeBand,
        StatisticsDimension::Sex => Column::Sex,
        StatisticsDimension::EthnicGroup => Column::EthnicGroup,
        StatisticsDimension::LegalStatus => Column::LegalStatus,
        StatisticsDimension::PlacementType => Column::PlacementType,
        StatisticsDimension::CategoryOfNeed => Column::CategoryOfNeed,
    }
}

/// The people of each cell that has any, by the places of its categories on the axes.
pub(super) async fn records(
    space: &Space,
    question: &Question,
    year: CollectionYear,
    axes: &[Axis],
    places: Option<&[LocalAuthorityId]>,
    directory: &Directory,
) -> Result<HashMap<Vec<usize>, Records>> {
    use standing::Column;

    let filter = &question.filter;
    let mut select = scope::counted::<standing::Entity>().filter(Column::Year.eq(year.0));
    let by_population = question.by.contains(&StatisticsDimension::Population);
    if !by_population && filter.populations.is_empty() {
        select = select.filter(Column::Ordinal.eq(0));
    }
    if let Some(places) = places {
        select = select.filter(Column::LocalAuthorityId.is_in(places.iter().copied()));
    }
    macro_rules! among {
        ($($column:ident $field:ident;)*) => {$(
            if !filter.$field.is_empty() {
                select = select.filter(Column::$column.is_in(filter.$field.iter().copied()));
            }
        )*};
    }
    among! {
        Population populations;
        AgeBand age_bands;
        Sex sexes;
        EthnicGroup ethnic_groups;
        LegalStatus legal_statuses;
        PlacementType placement_types;
        CategoryOfNeed categories_of_need;
    }
    let mut select = select.select_only();
    for dimension in &question.by {
        select = select
            .column(column(*dimension))
            .group_by(column(*dimension));
    }
    let sum = Func::sum(Expr::col(Column::RecordKey.as_column_ref())).cast_as("bigint");
    let statement = select
        .column_as(Expr::val(1).count(), "people")
        .column_as(sum, "keys")
        .build(space.store().backend());
    let rows = space.store().connection().query_all_raw(statement).await?;

    let index: Vec<HashMap<&str, usize>> = axes
        .iter()
        .map(|axis| {
            axis.iter()
                .enumerate()
                .map(|(at, (key, _))| (key.as_str(), at))
                .collect()
        })
        .collect();
    let mut records: HashMap<Vec<usize>, Records> = HashMap::new();
    for row in rows {
        let mut place = Vec::with_capacity(question.by.len());
        for (at, dimension) in question.by.iter().enumerate() {
            let key = match dimension {
                StatisticsDimension::LocalAuthority | StatisticsDimension::Region => {
                    let id: LocalAuthorityId = row.try_get_by_index(at)?;
                    let authority = directory.local_authorities.by_id(id);
                    let is_region = *dimension == StatisticsDimension::Region;
                    authority.and_then(|row| match is_region {
                        true => row.region.clone(),
                        false => Some(row.gss_code.clone()),
                    })
                }
                _ => Some(row.try_get_by_index(at)?),
            };
            let at = key.and_then(|key| index.get(at)?.get(key.as_str()).copied());
            place.extend(at);
        }
        if place.len() < question.by.len() {
            continue;
        }
        let (people, keys): (i64, Option<i64>) = (
            row.try_get_by_index(question.by.len())?,
            row.try_get_by_index(question.by.len() + 1)?,
        );
        let cell = records.entry(place).or_insert(Records {
            count: 0,
            key_sum: 0,
        });
        cell.count += people.unsigned_abs();
        cell.key_sum += keys.unwrap_or_default().unsigned_abs();
    }
    Ok(records)
}

/// Every combination of places on the axes, the last axis fastest.
pub(super) fn combinations(axes: &[Axis]) -> impl Iterator<Item = Vec<usize>> {
    let sizes: Vec<usize> = axes.iter().map(Vec::len).collect();
    let count = sizes.iter().product::<usize>();
    (0..count).map(move |number| {
        let mut rest = number;
        let mut place: Vec<usize> = sizes
            .iter()
            .rev()
            .map(|size| {
                let at = rest % size;
                rest /= size;
                at
            })
            .collect();
        place.reverse();
        place
    })
}

/// The published counts of each population, by its word, of a table that is broken down by population alone.
#[must_use]
pub fn by_population(table: &Table) -> BTreeMap<&str, Published> {
    let cells = table.cells.iter();
    cells
        .filter_map(|cell| Some((cell.keys.first()?.as_str(), cell.count)))
        .collect()
}
