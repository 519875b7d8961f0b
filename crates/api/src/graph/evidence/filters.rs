//! The filters and orders of evidence, as a client gives them.

use async_graphql::{Enum, ID, InputObject};
use service::entity::{EffectMeasure, EvidenceStrength, PublicationKind, StudyDesign, StudyStatus};
use service::evidence::finding::FindingFilter;
use service::evidence::publication::{self, PublicationFilter};
use service::evidence::rating::LevelFilter;
use service::evidence::study::{self, StudyFilter};
use service::filter::AnyOf;
use service::{Error, Result};

use crate::graph::date::Date;
use crate::graph::enum_value::{EnumValue, any_of};
use crate::graph::global_id::{self, NodeKind};

/// In which direction a list is sorted.
#[derive(Clone, Copy, Enum, Eq, PartialEq)]
pub(crate) enum OrderDirection {
    /// The lowest or earliest first.
    Asc,
    /// The highest or latest first.
    Desc,
}

/// By what studies are sorted.
#[derive(Clone, Copy, Enum, Eq, PartialEq)]
#[graphql(remote = "study::StudyOrderField")]
pub(crate) enum StudyOrderField {
    /// When they began; when that is not known, when they ended.
    Started,
    /// Their title.
    Title,
    /// When they were last revised.
    Updated,
    /// When they were contributed.
    Created,
}

/// How studies are sorted.
#[derive(Clone, InputObject)]
pub(crate) struct StudyOrder {
    /// By what.
    field: StudyOrderField,
    /// In which direction.
    direction: OrderDirection,
}

impl From<StudyOrder> for study::StudyOrder {
    fn from(order: StudyOrder) -> Self {
        Self { field: order.field.into(), descending: order.direction == OrderDirection::Desc }
    }
}

/// By what publications are sorted.
#[derive(Clone, Copy, Enum, Eq, PartialEq)]
#[graphql(remote = "publication::PublicationOrderField")]
pub(crate) enum PublicationOrderField {
    /// When they were published.
    Published,
    /// Their title.
    Title,
    /// When they were last revised.
    Updated,
    /// When they were contributed.
    Created,
}

/// How publications are sorted.
#[derive(Clone, InputObject)]
pub(crate) struct PublicationOrder {
    /// By what.
    field: PublicationOrderField,
    /// In which direction.
    direction: OrderDirection,
}

impl From<PublicationOrder> for publication::PublicationOrder {
    fn from(order: PublicationOrder) -> Self {
        Self { field: order.field.into(), descending: order.direction == OrderDirection::Desc }
    }
}

/// Levels of an evidence standard. A list that is left out, or null, restricts nothing; an empty one admits nothing.
#[derive(Clone, InputObject)]
#[graphql(name = "RatingLevelFilter")]
pub(crate) struct LevelFilterInput {
    /// The standard's slug.
    standard: String,
    /// One of its versions; any of them when nothing is said.
    version: Option<String>,
    /// One of its dimensions, by key; any of them when nothing is said.
    dimension: Option<String>,
    /// The codes of the levels; any of them when nothing is said.
    levels: Option<Vec<String>>,
}

impl From<LevelFilterInput> for LevelFilter {
    fn from(input: LevelFilterInput) -> Self {
        Self {
            standard: input.standard,
            version: input.version,
            dimension: input.dimension,
            levels: input.levels.into(),
        }
    }
}

/// Which studies: any of the values within a field, and all of the fields. A list that is left out, or null, restricts nothing; an empty one admits nothing.
#[derive(Clone, Default, InputObject)]
#[graphql(name = "StudyFilter")]
pub(crate) struct StudyFilterInput {
    /// Led by, or with the collaboration of, one of these centres, by slug.
    centres: Option<Vec<String>>,
    /// With one of these designs.
    designs: Option<Vec<EnumValue<StudyDesign>>>,
    /// With one of these statuses.
    statuses: Option<Vec<EnumValue<StudyStatus>>>,
    /// About one of these populations, by slug.
    populations: Option<Vec<String>>,
    /// About one of these interventions, by slug.
    interventions: Option<Vec<String>>,
    /// About one of these outcomes, by slug.
    outcomes: Option<Vec<String>>,
    /// With a site in one of these local authorities, by GSS code.
    local_authorities: Option<Vec<String>>,
    /// In one of these programmes, by slug.
    programmes: Option<Vec<String>>,
    /// Beginning on or after this day. Studies whose beginning is not known are left out.
    started_from: Option<Date>,
    /// Beginning on or before this day. Studies whose beginning is not known are left out.
    started_to: Option<Date>,
    /// With a rating, that you may see, of at least this strength.
    minimum_strength: Option<EnumValue<EvidenceStrength>>,
    /// With a rating, that you may see, on one of these levels.
    rated: Option<Vec<LevelFilterInput>>,
    /// Also about what is narrower than the terms named.
    include_narrower: Option<bool>,
    /// Also those that were withdrawn.
    include_withdrawn: Option<bool>,
}

impl StudyFilterInput {
    /// With what is narrower, unless the client has said otherwise.
    pub(crate) fn or_narrower(mut self) -> Self {
        self.include_narrower.get_or_insert(true);
        self
    }
}

impl From<StudyFilterInput> for StudyFilter {
    fn from(input: StudyFilterInput) -> Self {
        Self {
            centres: input.centres.into(),
            designs: any_of(input.designs),
            statuses: any_of(input.statuses),
            populations: input.populations.into(),
            interventions: input.interventions.into(),
            outcomes: input.outcomes.into(),
            local_authorities: input.local_authorities.into(),
            programmes: input.programmes.into(),
            started_from: input.started_from.map(|date| date.0),
            started_to: input.started_to.map(|date| date.0),
            minimum_strength: input.minimum_strength.map(|word| word.0),
            rated: AnyOf::from(input.rated).map(Into::into),
            include_narrower: input.include_narrower.unwrap_or_default(),
            include_withdrawn: input.include_withdrawn.unwrap_or_default(),
        }
    }
}

/// Which publications: any of the values within a field, and all of the fields. A list that is left out, or null, restricts nothing; an empty one admits nothing.
#[derive(Clone, Default, InputObject)]
#[graphql(name = "PublicationFilter")]
pub(crate) struct PublicationFilterInput {
    /// Contributed by one of these centres, by slug.
    centres: Option<Vec<String>>,
    /// Of one of these kinds.
    kinds: Option<Vec<EnumValue<PublicationKind>>>,
    /// Published in this year or later.
    year_from: Option<i32>,
    /// Published in this year or earlier.
    year_to: Option<i32>,
    /// In one of these languages, as codes of ISO 639 such as `en`.
    languages: Option<Vec<String>>,
    /// Reporting a study about one of these populations, by slug.
    populations: Option<Vec<String>>,
    /// Reporting a study about one of these interventions, by slug.
    interventions: Option<Vec<String>>,
    /// Also about what is narrower than the terms named.
    include_narrower: Option<bool>,
    /// Also those that were withdrawn.
    include_withdrawn: Option<bool>,
}

impl From<PublicationFilterInput> for PublicationFilter {
    fn from(input: PublicationFilterInput) -> Self {
        Self {
            centres: input.centres.into(),
            kinds: any_of(input.kinds),
            year_from: input.year_from,
            year_to: input.year_to,
            languages: input.languages.into(),
            populations: input.populations.into(),
            interventions: input.interventions.into(),
            include_narrower: input.include_narrower.unwrap_or_default(),
            include_withdrawn: input.include_withdrawn.unwrap_or_default(),
        }
    }
}

/// Which findings: any of the values within a field, and all of the fields. A list that is left out, or null, restricts nothing; an empty one admits nothing.
#[derive(Clone, Default, InputObject)]
#[graphql(name = "FindingFilter")]
pub(crate) struct FindingFilterInput {
    /// Of these studies, by global id.
    studies: Option<Vec<ID>>,
    /// Of one of these interventions, by slug.
    interventions: Option<Vec<String>>,
    /// On one of these outcomes, by slug.
    outcomes: Option<Vec<String>>,
    /// In one of these populations, by slug.
    populations: Option<Vec<String>>,
    /// On one of these scales.
    measures: Option<Vec<EnumValue<EffectMeasure>>>,
    /// Of studies with one of these designs.
    designs: Option<Vec<EnumValue<StudyDesign>>>,
    /// Contributed by one of these centres, by slug.
    centres: Option<Vec<String>>,
    /// Also on what is narrower than the terms named.
    include_narrower: Option<bool>,
    /// Also those that were withdrawn.
    include_withdrawn: Option<bool>,
}

impl FindingFilterInput {
    /// With what is narrower, unless the client has said otherwise.
    pub(crate) fn or_narrower(mut self) -> Self {
        self.include_narrower.get_or_insert(true);
        self
    }
}

impl TryFrom<FindingFilterInput> for FindingFilter {
    type Error = Error;

    fn try_from(input: FindingFilterInput) -> Result<Self> {
        let study = |id: ID| match global_id::parse(&id)? {
            (NodeKind::Study, id) => Ok(id.into()),
            _ => Err(Error::bad_input("filter.studies", "Every id must be a study's.")),
        };
        Ok(Self {
            studies: AnyOf::from(input.studies).try_map(study)?,
            interventions: input.interventions.into(),
            outcomes: input.outcomes.into(),
            populations: input.populations.into(),
            measures: any_of(input.measures),
            designs: any_of(input.designs),
            centres: input.centres.into(),
            include_narrower: input.include_narrower.unwrap_or_default(),
            include_withdrawn: input.include_withdrawn.unwrap_or_default(),
        })
    }
}
