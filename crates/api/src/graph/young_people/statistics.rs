//! Counts of young people.

use async_graphql::{InputObject, SimpleObject};
use chrono::{DateTime, Utc};
use service::entity::{
    AgeBand, CountState, EthnicGroup, LegalStatus, Need, PlacementType, ReturnKind, Sex,
    SocialWorkPopulation, StatisticsDimension,
};
use service::young_people::disclosure::Rule;
use service::young_people::statistics::{self, Cell, Question, Table, Where};

use crate::graph::date::Date;
use crate::graph::enum_value::{EnumValue, any_of, words};
use crate::graph::network::LocalAuthority;
use crate::graph::number::Int;
use crate::loading::Loaders;

/// What is counted, and by what.
#[derive(InputObject)]
pub(super) struct StatisticsInput {
    /// By what the table is broken down; one number when empty.
    by: Vec<EnumValue<StatisticsDimension>>,
    /// What it is restricted to.
    #[graphql(name = "where")]
    filter: Option<StatisticsWhere>,
    /// The reference day: 31 March of a year.
    as_at: Date,
    /// Of what each cell is to be a `share`: the cell without these dimensions, of those in `by`. Of a table by
    /// LOCAL_AUTHORITY and POPULATION, the share of POPULATION is that of each authority's young people. No shares
    /// when nothing is named.
    share_of: Option<Vec<EnumValue<StatisticsDimension>>>,
}

/// The categories that are shown. A dimension that the table isn't broken down by takes one category; several would
/// be a sum that is not given. A list that is left out, or null, restricts nothing; an empty one, which nobody is in,
/// is refused with `BAD_USER_INPUT`.
#[derive(Clone, Default, InputObject)]
pub(in crate::graph) struct StatisticsWhere {
    /// GSS codes of local authorities.
    local_authorities: Option<Vec<String>>,
    /// Names of regions, such as `North West`.
    regions: Option<Vec<String>>,
    /// Populations.
    populations: Option<Vec<EnumValue<SocialWorkPopulation>>>,
    /// Age bands.
    age_bands: Option<Vec<EnumValue<AgeBand>>>,
    /// Sexes.
    sexes: Option<Vec<EnumValue<Sex>>>,
    /// Ethnic groups.
    ethnic_groups: Option<Vec<EnumValue<EthnicGroup>>>,
    /// Legal statuses.
    legal_statuses: Option<Vec<EnumValue<LegalStatus>>>,
    /// Placement types.
    placement_types: Option<Vec<EnumValue<PlacementType>>>,
    /// Categories of need.
    categories_of_need: Option<Vec<EnumValue<Need>>>,
}

impl From<StatisticsWhere> for Where {
    fn from(input: StatisticsWhere) -> Self {
        Self {
            local_authorities: input.local_authorities.into(),
            regions: input.regions.into(),
            populations: any_of(input.populations),
            age_bands: any_of(input.age_bands),
            sexes: any_of(input.sexes),
            ethnic_groups: any_of(input.ethnic_groups),
            legal_statuses: any_of(input.legal_statuses),
            placement_types: any_of(input.placement_types),
            categories_of_need: any_of(input.categories_of_need),
        }
    }
}

impl From<StatisticsInput> for Question {
    fn from(input: StatisticsInput) -> Self {
        Self {
            by: words(Some(input.by)),
            filter: input.filter.unwrap_or_default().into(),
            as_at: input.as_at.0,
            share_of: words(input.share_of),
        }
    }
}

/// A table of counts that are safe to show.
#[derive(SimpleObject)]
pub(super) struct StatisticsTable {
    /// The rule by which they were made safe.
    rule: DisclosureRule,
    /// The cells: every combination of the categories, also those with nobody in them.
    cells: Vec<StatisticsCell>,
    /// Whose returns are counted.
    coverage: Coverage,
}

impl StatisticsTable {
    pub(super) fn new(loaders: &Loaders, table: Table) -> Self {
        let coverage = Coverage::new(loaders, &table.coverage);
        Self {
            rule: DisclosureRule::new(&table.rule),
            cells: table.cells.into_iter().map(StatisticsCell::new).collect(),
            coverage,
        }
    }
}

/// Whose returns a count counts: all others are missing from it.
#[derive(SimpleObject)]
pub(in crate::graph) struct Coverage {
    /// The authorities whose returns are counted, of those that were asked about.
    authorities: Vec<CoveredAuthority>,
    /// How many authorities make returns, of those that were asked about.
    of: Int<usize>,
    /// For each kind of return that tells of those who were asked about, of how many authorities it is counted.
    by_kind: Vec<CoveredKind>,
    /// Whether each of these is there of each authority: only then is a count without a place one of England.
    is_whole: bool,
}

/// Of how many authorities a kind of return is counted.
#[derive(SimpleObject)]
struct CoveredKind {
    /// The kind: SSDA903 tells of those who are or were looked after, CIN_CENSUS of those in need.
    kind: EnumValue<ReturnKind>,
    /// Of how many authorities.
    authorities: Int<usize>,
}

/// An authority whose returns are counted.
#[derive(SimpleObject)]
struct CoveredAuthority {
    /// The authority.
    local_authority: LocalAuthority,
    /// Which of its returns are counted.
    kinds: Vec<EnumValue<ReturnKind>>,
    /// The number of the edition. Counts change when another is published, and only then.
    edition: i32,
    /// When it was published.
    published_at: DateTime<Utc>,
}

impl Coverage {
    pub(super) fn new(loaders: &Loaders, coverage: &statistics::Coverage) -> Self {
        let by_kind = coverage.kinds.iter().map(|kind| CoveredKind {
            kind: EnumValue(*kind),
            authorities: Int(coverage.counted(*kind)),
        });
        let covered = coverage.authorities.iter().filter_map(|of| {
            Some(CoveredAuthority {
                local_authority: LocalAuthority::find(loaders, of.authority)?,
                kinds: of.kinds.iter().copied().map(EnumValue).collect(),
                edition: of.edition,
                published_at: of.published_at,
            })
        });
        let mut authorities: Vec<_> = covered.collect();
        authorities.sort_by(|one, other| {
            let code = |of: &CoveredAuthority| of.local_authority.0.gss_code.clone();
            code(one).cmp(&code(other))
        });
        Self {
            by_kind: by_kind.collect(),
            is_whole: coverage.is_whole(),
            of: Int(coverage.of.len()),
            authorities,
        }
    }
}

/// How a count is made safe before it is shown.
#[derive(Clone, SimpleObject)]
pub(in crate::graph) struct DisclosureRule {
    /// Its name.
    name: String,
    /// Changes whenever the same records would be answered otherwise.
    version: String,
    /// What it does.
    description: String,
    /// What is below is hidden.
    threshold: Int<u64>,
}

impl DisclosureRule {
    pub(super) fn new(rule: &Rule) -> Self {
        Self {
            name: rule.name.to_owned(),
            version: rule.version.clone(),
            description: rule.description.to_owned(),
            threshold: Int(rule.hidden_below()),
        }
    }
}

/// One count.
#[derive(SimpleObject)]
pub(super) struct StatisticsCell {
    /// Its category in each dimension of the table, in the order of `by`.
    keys: Vec<String>,
    /// What these are called.
    labels: Vec<String>,
    /// The count as the rule makes it; null unless it is shown.
    count: Option<Int<u64>>,
    /// Whether it is shown, hidden, or not there to be counted.
    state: EnumValue<CountState>,
    /// The count over that of the cell without the dimensions of `shareOf`, both as they are published: 0.25 is a
    /// quarter. Null without `shareOf`, and when one of the two is hidden or 0. As both are perturbed, it can be more
    /// than 1.
    share: Option<f64>,
}

impl StatisticsCell {
    pub(super) fn new(cell: Cell) -> Self {
        let count = cell.count.shown();
        Self {
            keys: cell.keys,
            labels: cell.labels,
            count: count.map(Int),
            state: EnumValue(cell.count.state()),
            share: cell.share,
        }
    }
}
