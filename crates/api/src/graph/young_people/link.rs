//! Young people beside the evidence about them.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};
use service::Result;
use service::entity::{CountState, EvidenceStrength, SocialWorkPopulation, TermId};
use service::young_people::link;
use service::young_people::standing::population;
use service::young_people::statistics::{self, Count};

use super::statistics::{Coverage, DisclosureRule, StatisticsCell, StatisticsWhere};
use crate::graph::date::Date;
use crate::graph::enum_value::EnumValue;
use crate::graph::loaders;
use crate::graph::network::Population;
use crate::graph::network::VocabularyTerm;
use crate::graph::number::{Int, at_least};
use crate::loading::Loaders;

/// A number of young people that is safe to show.
#[derive(SimpleObject)]
pub(in crate::graph) struct SafeCount {
    /// The number as the rule makes it; null unless it is shown.
    count: Option<Int<u64>>,
    /// Whether it is shown, hidden, or not there to be counted.
    state: EnumValue<CountState>,
    /// The rule.
    rule: DisclosureRule,
    /// Whose returns are counted.
    coverage: Coverage,
}

/// Returns the young people of a population; nothing for a population that returns don't tell of.
pub(in crate::graph) async fn safe_count(
    loaders: &Arc<Loaders>,
    slug: &str,
    filter: Option<StatisticsWhere>,
    as_at: Date,
) -> Result<Option<SafeCount>> {
    let Some(population) = population(slug) else {
        return Ok(None);
    };
    let filter = filter.unwrap_or_default().into();
    let question = link::of_population(population, filter, as_at.0)?;
    let table = loaders.statistics(question).await?;
    let cells = link::cells_of(&table, &[&[population.as_str()]]);
    let count = cells.first().map_or(Count::NotCollected, |cell| cell.count);
    Ok(Some(SafeCount {
        count: count.shown().map(Int),
        state: EnumValue(count.state()),
        rule: DisclosureRule::new(&table.rule),
        coverage: Coverage::new(loaders, &table.coverage.of_populations(&[population])),
    }))
}

/// A population of a place, and the evidence that speaks to it.
pub(in crate::graph) struct EvidenceNeed {
    need: link::EvidenceNeed,
    coverage: statistics::Coverage,
}

/// For each population of an authority, its young people and the evidence.
pub(in crate::graph) async fn evidence_need(
    loaders: &Arc<Loaders>,
    authority: &str,
    as_at: Date,
) -> Result<Vec<EvidenceNeed>> {
    let question = link::by_authority_and_population(as_at.0);
    let table = loaders.statistics(question).await?;
    let evidence = loaders.population_evidence().await?;
    let needs = link::needs(&evidence, &table, authority).into_iter();
    let place = loaders.directory.local_authorities.by_key(authority);
    let place = place.map(|of| of.id);
    let coverage = table.coverage.of_places(|id| Some(id) == place);
    let need = |need: link::EvidenceNeed| EvidenceNeed {
        coverage: coverage.of_populations(&[need.evidence.population]),
        need,
    };
    Ok(needs.map(need).collect())
}

/// How many young people of a population there are in a place, and how much evidence speaks to them.
#[Object]
impl EvidenceNeed {
    /// The population, with its studies and findings.
    async fn population(&self, ctx: &Context<'_>) -> Option<Population> {
        Population::find(loaders(ctx), self.need.evidence.term)
    }

    /// How counts name the population.
    async fn counted_as(&self) -> EnumValue<SocialWorkPopulation> {
        EnumValue(self.need.evidence.population)
    }

    /// How many young people are in it there; null unless the number is shown.
    async fn young_people(&self) -> Option<Int<u64>> {
        self.need.young_people.shown().map(Int)
    }

    /// Whether the number of young people is shown, hidden, or not there to be counted.
    async fn state(&self) -> EnumValue<CountState> {
        EnumValue(self.need.young_people.state())
    }

    /// Whether its return that would tell of them is counted.
    async fn coverage(&self, ctx: &Context<'_>) -> Coverage {
        Coverage::new(loaders(ctx), &self.coverage)
    }

    /// How many studies about it, or about what is narrower, you see.
    async fn studies(&self) -> Int<u64> {
        Int(self.need.evidence.studies)
    }

    /// How many of them some centre rated with each strength. A study that centres rate differently counts in each.
    async fn studies_of_strength(&self) -> Vec<StudiesOfStrength> {
        let strengths = EvidenceStrength::ALL.iter();
        strengths
            .map(|strength| StudiesOfStrength {
                strength: EnumValue(*strength),
                studies: Int(self
                    .need
                    .evidence
                    .studies_of_strength
                    .get(strength)
                    .copied()
                    .unwrap_or_default()),
            })
            .collect()
    }
}

/// How many studies some centre rated with a strength.
#[derive(SimpleObject)]
struct StudiesOfStrength {
    /// The strength.
    strength: EnumValue<EvidenceStrength>,
    /// How many studies.
    studies: Int<u64>,
}

/// Whom a study could reach.
#[derive(SimpleObject)]
pub(in crate::graph) struct Reach {
    /// How many there are at least: the sum of the cells that are shown.
    at_least: i32,
    /// A cell for each site and population, or for each population everywhere where the study has no sites.
    cells: Vec<StatisticsCell>,
    /// The rule by which the numbers were made safe.
    rule: DisclosureRule,
    /// Whose returns are counted.
    coverage: Coverage,
}

/// Returns the young people in a study's populations and at its sites, each as the authority that it was on the day;
/// nothing when returns tell of none of them.
pub(in crate::graph) async fn reach(
    loaders: &Arc<Loaders>,
    sites: Vec<String>,
    terms: &[TermId],
    as_at: Date,
) -> Result<Option<Reach>> {
    let populations = link::populations_of(&loaders.directory, terms);
    if populations.is_empty() {
        return Ok(None);
    }
    let words: Vec<&str> = populations.iter().map(|word| word.as_str()).collect();
    let has_sites = !sites.is_empty();
    let sites = loaders.directory.codes_on(&sites, as_at.0);
    let sites: Vec<&str> = sites.iter().map(String::as_str).collect();
    let everywhere = StatisticsWhere::default();
    let (table, cells) = if !has_sites {
        let question = link::by_population(everywhere.into(), as_at.0);
        let table = loaders.statistics(question).await?;
        let cells = link::cells_of(&table, &[&words]);
        (table, cells)
    } else {
        let question = link::by_authority_and_population(as_at.0);
        let table = loaders.statistics(question).await?;
        let cells = link::cells_of(&table, &[&sites, &words]);
        (table, cells)
    };
    let directory = &loaders.directory.local_authorities;
    let is_site = |id| {
        let row = directory.by_id(id);
        !has_sites || row.is_some_and(|row| sites.contains(&row.gss_code.as_str()))
    };
    let coverage = table.coverage.of_places(is_site);
    let coverage = coverage.of_populations(&populations);
    let shown = cells.iter().filter_map(|cell| cell.count.shown());
    Ok(Some(Reach {
        at_least: at_least(shown.sum()),
        rule: DisclosureRule::new(&table.rule),
        coverage: Coverage::new(loaders, &coverage),
        cells: cells.into_iter().map(StatisticsCell::new).collect(),
    }))
}
