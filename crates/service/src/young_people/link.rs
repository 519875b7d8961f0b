//! Joins young people and evidence: which evidence speaks to the young people of a place, and where many of them
//! have little of it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use entity::{
    EvidenceStrength, LocalAuthorityId, SocialWorkPopulation, StatisticsDimension, TermId,
    Vocabulary, rating, study, study_term,
};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait};

use super::disclosure::Published;
use super::standing::{population, term};
use super::statistics::{self, Question, Table, Where};
use crate::access::scope;
use crate::error::{Error, Result};
use crate::network::directory::Directory;
use crate::space::Space;
use crate::viewer::Viewer;

/// How many young people of a population there are in a place, and how much evidence speaks to them.
#[derive(Clone, Debug)]
pub struct EvidenceNeed {
    /// The population.
    pub population: SocialWorkPopulation,
    /// The term of the vocabulary that it is.
    pub term: TermId,
    /// How many young people are in it, as far as can be shown.
    pub young_people: Published,
    /// How many studies about it, or about what is narrower, the viewer sees.
    pub studies: u64,
    /// How many of them some centre rated with each strength. A study that centres rate differently counts in each.
    pub studies_of_strength: BTreeMap<EvidenceStrength, u64>,
}

/// The safe number of young people of one population, or of all, that `filter` leaves.
///
/// # Errors
/// As [`statistics::table`].
pub async fn count(
    space: &Space,
    viewer: &Viewer,
    filter: Where,
    as_at: NaiveDate,
) -> Result<(Published, Table)> {
    let question = Question {
        by: Vec::new(),
        filter,
        as_at,
    };
    let table = statistics::table(space, viewer, &question).await?;
    let count = table
        .cells
        .first()
        .map_or(Published::Hidden, |cell| cell.count);
    Ok((count, table))
}

/// For each population, the young people of an authority and the evidence that speaks to them: first where there
/// are many for each study whose evidence is moderate or better.
///
/// # Errors
/// As [`statistics::table`].
pub async fn evidence_need(
    space: &Space,
    viewer: &Viewer,
    authority: LocalAuthorityId,
    as_at: NaiveDate,
) -> Result<Vec<EvidenceNeed>> {
    let directory = space.directory().await?;
    let place = directory.local_authorities.by_id(authority);
    let place = place.ok_or_else(|| Error::not_found("local authority"))?;
    let question = Question {
        by: vec![StatisticsDimension::Population],
        filter: Where {
            local_authorities: vec![place.gss_code.clone()],
            ..Where::default()
        },
        as_at,
    };
    let table = statistics::table(space, viewer, &question).await?;
    let counts = statistics::by_population(&table);
    let mut needs = Vec::new();
    for population in SocialWorkPopulation::ALL.iter().copied() {
        let Some(of) = directory.populations.by_key(term(population)) else {
            continue;
        };
        let slug = vec![of.row.slug.clone()];
        let terms = directory.term_ids(Vocabulary::Population, &slug, true);
        let count = counts.get(population.as_str()).copied();
        needs.push(EvidenceNeed {
            population,
            term: of.row.id,
            young_people: count.unwrap_or(Published::Hidden),
            studies: studies(space, viewer, &terms).await?,
            studies_of_strength: strengths(space, viewer, &terms).await?,
        });
    }
    needs.sort_by(|one, other| other.pressing().total_cmp(&one.pressing()));
    Ok(needs)
}

impl EvidenceNeed {
    /// Young people for each study of moderate strength or better; a hidden number presses least.
    fn pressing(&self) -> f64 {
        let strong = self.studies_of_strength.iter();
        let strong: u64 = strong
            .filter(|(strength, _)| **strength >= EvidenceStrength::Moderate)
            .map(|(_, studies)| *studies)
            .sum();
        let shown = self.young_people.shown().map_or(-1.0, as_float);
        shown / (1.0 + as_float(strong))
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "numbers of people and studies, to sort by"
)]
const fn as_float(count: u64) -> f64 {
    count as f64
}

async fn studies(space: &Space, viewer: &Viewer, terms: &[TermId]) -> Result<u64> {
    let now = space.store().source().now();
    let about = about(terms);
    Ok(scope::shared::<study::Entity>(viewer, now)
        .filter(study::Column::WithdrawnAt.is_null())
        .filter(study::Column::Id.in_subquery(about))
        .count(space.store().connection())
        .await?)
}

async fn strengths(
    space: &Space,
    viewer: &Viewer,
    terms: &[TermId],
) -> Result<BTreeMap<EvidenceStrength, u64>> {
    use rating::Column::{Strength, StudyId, WithdrawnAt};

    let now = space.store().source().now();
    let distinct = Expr::col(StudyId.as_column_ref()).count_distinct();
    let counted: Vec<(EvidenceStrength, i64)> = scope::shared::<rating::Entity>(viewer, now)
        .filter(WithdrawnAt.is_null())
        .filter(Strength.is_not_null())
        .filter(StudyId.in_subquery(about(terms)))
        .select_only()
        .column(Strength)
        .column_as(distinct, "studies")
        .group_by(Strength)
        .into_tuple()
        .all(space.store().connection())
        .await?;
    let counted = counted.into_iter();
    Ok(counted
        .map(|(strength, studies)| (strength, studies.unsigned_abs()))
        .collect())
}

fn about(terms: &[TermId]) -> sea_orm::sea_query::SelectStatement {
    scope::parts_of_seen::<study_term::Entity>()
        .filter(study_term::Column::TermId.is_in(terms.iter().copied()))
        .select_only()
        .column(study_term::Column::StudyId)
        .into_query()
}

/// The safe numbers of young people in the populations and at the sites of a study: a cell for each site and
/// population; for England where it has no sites. Nothing when it is about none of the counted populations.
///
/// # Errors
/// As [`statistics::table`].
pub async fn reach(
    space: &Space,
    viewer: &Viewer,
    sites: Vec<String>,
    terms: &[TermId],
    as_at: NaiveDate,
) -> Result<Option<Table>> {
    let directory = space.directory().await?;
    let mut populations: Vec<_> = terms
        .iter()
        .filter_map(|id| nearest(&directory, *id))
        .collect();
    populations.sort_unstable();
    populations.dedup();
    if populations.is_empty() {
        return Ok(None);
    }
    let mut by = vec![StatisticsDimension::Population];
    if !sites.is_empty() {
        by.insert(0, StatisticsDimension::LocalAuthority);
    }
    let question = Question {
        by,
        filter: Where {
            local_authorities: sites,
            populations,
            ..Where::default()
        },
        as_at,
    };
    statistics::table(space, viewer, &question).await.map(Some)
}

/// The population that a term is, or the nearest broader term is.
fn nearest(directory: &Directory, term: TermId) -> Option<SocialWorkPopulation> {
    let mut at = directory.populations.by_id(term)?;
    loop {
        if let Some(found) = population(&at.row.slug) {
            return Some(found);
        }
        at = directory.populations.by_id(at.row.broader?)?;
    }
}
