//! Joins young people and evidence: which evidence speaks to the young people of a place, and where many of them
//! have little of it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    EvidenceStrength, SocialWorkPopulation, StatisticsDimension, TermId, Vocabulary, rating, study,
};
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter, QuerySelect};

use super::standing::{population, term};
use super::statistics::{Cell, Count, Question, Table, Where};
use crate::access::scope;
use crate::error::{Error, Result};
use crate::evidence::about::{links, united};
use crate::filter::AnyOf;
use crate::network::directory::Directory;
use crate::request::RequestContext;
use crate::viewer::Viewer;

/// The amount of evidence that speaks to a population.
#[derive(Clone, Debug)]
pub struct Evidence {
    pub population: SocialWorkPopulation,
    /// The term of the vocabulary that it is.
    pub term: TermId,
    /// How many studies about it, or about what is narrower, the viewer sees.
    pub studies: u64,
    /// How many of them some centre rated with each strength. A study that centres rate differently counts in each.
    pub studies_of_strength: BTreeMap<EvidenceStrength, u64>,
}

/// The number of young people of a population in a place, and the amount of evidence that speaks to them.
#[derive(Clone, Debug)]
pub struct EvidenceNeed {
    pub evidence: Evidence,
    /// How many young people are in the population, as far as can be shown.
    pub young_people: Count,
}

/// Returns the question that finds the young people of a population, of those that a filter leaves: one table answers
/// for all populations.
///
/// # Errors
/// `BAD_USER_INPUT` when the filter names other populations.
pub fn of_population(
    population: SocialWorkPopulation,
    filter: Where,
    as_at: NaiveDate,
) -> Result<Question> {
    if !filter.populations.admits(&population) {
        return Err(Error::bad_input(
            "where.populations",
            format!(
                "The young people are those of {population}, and `where` names others. Leave `populations` out, or ask the other population."
            ),
        ));
    }
    Ok(by_population(filter, as_at))
}

/// Returns the question that finds the young people of each population, of those that a filter leaves; its populations
/// are left out.
#[must_use]
pub fn by_population(filter: Where, as_at: NaiveDate) -> Question {
    Question {
        by: vec![StatisticsDimension::Population],
        filter: Where {
            populations: match filter.populations.named() {
                // To be refused like any other that names nobody.
                Some([]) => filter.populations,
                _ => AnyOf::default(),
            },
            ..filter
        },
        as_at,
        share_of: Vec::new(),
    }
}

/// Returns the question that finds the young people of each population at each authority: one table answers for all.
#[must_use]
pub fn by_authority_and_population(as_at: NaiveDate) -> Question {
    Question {
        by: vec![StatisticsDimension::LocalAuthority, StatisticsDimension::Population],
        filter: Where::default(),
        as_at,
        share_of: Vec::new(),
    }
}

/// Returns the cells of a table that have one of these categories in each of its dimensions.
#[must_use]
pub fn cells_of(table: &Table, keys: &[&[&str]]) -> Vec<Cell> {
    let is_among = |cell: &&Cell| {
        let pairs = cell.keys.iter().zip(keys);
        pairs.into_iter().all(|(key, some)| some.contains(&key.as_str()))
    };
    table.cells.iter().filter(is_among).cloned().collect()
}

/// Returns how much of the evidence that the viewer sees speaks to each population that returns tell of.
pub async fn evidence(context: &RequestContext) -> Result<Vec<Evidence>> {
    let directory = context.directory().await?;
    let mut evidence = Vec::new();
    for population in SocialWorkPopulation::ALL.iter().copied() {
        let Some(of) = directory.populations.by_key(term(population)) else {
            continue;
        };
        let slug = vec![of.row.slug.clone()];
        let terms = directory.term_ids(Vocabulary::Population, &slug, true);
        evidence.push(Evidence {
            population,
            term: of.row.id,
            studies: studies(context, &terms).await?,
            studies_of_strength: strengths(context, &terms).await?,
        });
    }
    Ok(evidence)
}

/// Returns for each population the young people of an authority and the evidence that speaks to them: first where there
/// are many for each study whose evidence is moderate or better.
#[must_use]
pub fn needs(evidence: &[Evidence], table: &Table, authority: &str) -> Vec<EvidenceNeed> {
    let need = |evidence: &Evidence| {
        let cells = cells_of(table, &[&[authority], &[evidence.population.as_str()]]);
        EvidenceNeed {
            evidence: evidence.clone(),
            young_people: cells.first().map_or(Count::NotCollected, |cell| cell.count),
        }
    };
    let mut needs: Vec<_> = evidence.iter().map(need).collect();
    needs.sort_by(|one, other| other.pressing().total_cmp(&one.pressing()));
    needs
}

impl EvidenceNeed {
    /// Returns the young people for each study of moderate strength or better; a hidden number presses least.
    fn pressing(&self) -> f64 {
        let strong = self.evidence.studies_of_strength.iter();
        let strong: u64 = strong
            .filter(|(strength, _)| **strength >= EvidenceStrength::Moderate)
            .map(|(_, studies)| *studies)
            .sum();
        let shown = self.young_people.shown().map_or(-1.0, as_float);
        shown / (1.0 + as_float(strong))
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of people and studies, to sort by")]
const fn as_float(count: u64) -> f64 {
    count as f64
}

async fn studies(context: &RequestContext, terms: &[TermId]) -> Result<u64> {
    let now = context.now();
    let about = about(context.viewer(), now, terms);
    Ok(scope::shared::<study::Entity>(context.viewer(), now)
        .filter(study::Column::WithdrawnAt.is_null())
        .filter(study::Column::Id.in_subquery(about))
        .count(context.store().connection())
        .await?)
}

async fn strengths(
    context: &RequestContext,
    terms: &[TermId],
) -> Result<BTreeMap<EvidenceStrength, u64>> {
    use rating::Column::{Strength, StudyId, WithdrawnAt};

    let now = context.now();
    let distinct = Expr::col(StudyId.as_column_ref()).count_distinct();
    let counted: Vec<(EvidenceStrength, i64)> =
        scope::shared::<rating::Entity>(context.viewer(), now)
            .filter(WithdrawnAt.is_null())
            .filter(Strength.is_not_null())
            .filter(StudyId.in_subquery(about(context.viewer(), now, terms)))
            .select_only()
            .column(Strength)
            .column_as(distinct, "studies")
            .group_by(Strength)
            .into_tuple()
            .all(context.store().connection())
            .await?;
    let counted = counted.into_iter();
    Ok(counted.map(|(strength, studies)| (strength, studies.unsigned_abs())).collect())
}

/// Returns the studies about some populations.
fn about(viewer: &Viewer, now: DateTime<Utc>, terms: &[TermId]) -> SelectStatement {
    united(links(viewer, now, &[Vocabulary::Population]), |mut link| {
        link.rows
            .and_where(Expr::col(link.term).is_in(terms.iter().copied()))
            .expr(Expr::col(link.study))
            .take()
    })
}

/// Returns the populations that some terms are, or that the nearest broader terms are.
#[must_use]
pub fn populations_of(directory: &Directory, terms: &[TermId]) -> Vec<SocialWorkPopulation> {
    let found = terms.iter().filter_map(|id| nearest(directory, *id));
    let found: BTreeSet<_> = found.collect();
    found.into_iter().collect()
}

/// Returns the population that a term is, or the nearest broader term is.
fn nearest(directory: &Directory, term: TermId) -> Option<SocialWorkPopulation> {
    let mut at = directory.populations.by_id(term)?;
    loop {
        if let Some(found) = population(&at.row.slug) {
            return Some(found);
        }
        at = directory.populations.by_id(at.row.broader?)?;
    }
}
