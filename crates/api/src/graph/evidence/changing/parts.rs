//! What the inputs of evidence are made of: values that say something of several fields, and rows of lists.

use async_graphql::{ID, InputObject};
use service::entity::{StopReason, StudyStatus};
use service::evidence::record::{AUTHOR, AuthorDraft, FINDING, SITE, STATUS_CHANGE, STUDY};
use service::interchange::entry::{Patch, Score};

use crate::graph::date::Date;
use crate::graph::entry::{Composite, Destination, Plain, replace, set_if_given};
use crate::graph::enum_value::EnumValue;

/// A change of a study's status.
#[derive(InputObject)]
pub(crate) struct StatusChangeInput {
    /// When it changed.
    on: Date,
    /// To what it changed.
    status: EnumValue<StudyStatus>,
    /// Why it changed.
    reason: Option<String>,
    /// Why it stopped, if it did.
    stop_reason: Option<EnumValue<StopReason>>,
}

impl From<StatusChangeInput> for Patch {
    fn from(change: StatusChangeInput) -> Self {
        let mut patch = Self::default();
        STATUS_CHANGE.on.set(change.on, &mut patch);
        STATUS_CHANGE.status.set(change.status, &mut patch);
        set_if_given(change.reason, STATUS_CHANGE.reason, &mut patch);
        set_if_given(change.stop_reason, STATUS_CHANGE.stop_reason, &mut patch);
        patch
    }
}

/// A local authority where a study takes place.
#[derive(InputObject)]
pub(crate) struct SiteInput {
    /// The authority, by its GSS code or global id.
    local_authority: ID,
    /// In a stepped wedge, the step at which it starts, from 1.
    step: Option<i32>,
    /// When it starts there.
    starts_on: Option<Date>,
}

impl From<SiteInput> for Patch {
    fn from(site: SiteInput) -> Self {
        let mut patch = Self::default();
        SITE.local_authority.set(site.local_authority, &mut patch);
        set_if_given(site.step, SITE.step, &mut patch);
        set_if_given(site.starts_on, SITE.starts_on, &mut patch);
        patch
    }
}

/// Where a study was registered before it began. All of it is replaced.
#[derive(InputObject)]
pub(crate) struct RegistrationInput {
    /// The registry.
    registry: Option<String>,
    /// The study's number in it.
    number: Option<String>,
    /// Where its entry can be read.
    url: Option<String>,
}

impl Composite for RegistrationInput {
    fn set(value: Option<Self>, patch: &mut Patch) {
        let (registry, number, url) = match value {
            Some(registration) => (registration.registry, registration.number, registration.url),
            None => (None, None, None),
        };
        replace(registry, STUDY.registry, patch);
        replace(number, STUDY.registration_id, patch);
        replace(url, STUDY.registration_url, patch);
    }
}

/// An author of a publication. Authors stand in the order of the list.
#[derive(InputObject)]
pub(crate) struct AuthorInput {
    /// Their name as the publication gives it.
    name: String,
    /// Their ORCID iD.
    orcid: Option<String>,
    /// The person, by slug or global id, when known to the network.
    person: Option<ID>,
}

impl AuthorInput {
    fn at(self, position: i32) -> Patch {
        let mut patch = Patch::default();
        AUTHOR.position.set(position, &mut patch);
        AUTHOR.name.set(self.name, &mut patch);
        set_if_given(self.orcid, AUTHOR.orcid, &mut patch);
        set_if_given(self.person, AUTHOR.person, &mut patch);
        patch
    }
}

/// The list of a publication's authors, whose places are those in the list.
pub(crate) struct Authors;

impl Destination<Vec<AuthorInput>> for Authors {
    fn set(self, authors: Vec<AuthorInput>, patch: &mut Patch) {
        let rows = (1..).zip(authors).map(|(position, author)| author.at(position));
        patch.set_rows::<AuthorDraft>(rows.collect());
    }

    fn clear(self, patch: &mut Patch) {
        patch.set_rows::<AuthorDraft>(Vec::new());
    }
}

/// An interval around an estimate, on the scale of its measure. All of it is replaced.
#[derive(InputObject)]
pub(crate) struct ConfidenceIntervalInput {
    /// Its level, such as 0.95.
    level: f64,
    /// Its lower limit.
    lower: f64,
    /// Its upper limit.
    upper: f64,
}

impl Composite for ConfidenceIntervalInput {
    fn set(value: Option<Self>, patch: &mut Patch) {
        let value = value.as_ref();
        replace(value.map(|interval| interval.level), FINDING.interval_level, patch);
        replace(value.map(|interval| interval.lower), FINDING.interval_lower, patch);
        replace(value.map(|interval| interval.upper), FINDING.interval_upper, patch);
    }
}

/// How many took part. All of it is replaced.
#[derive(InputObject)]
pub(crate) struct ParticipantsInput {
    /// In the intervention group.
    intervention: Option<i32>,
    /// In the comparison group.
    comparison: Option<i32>,
    /// In all.
    total: Option<i32>,
    /// Clusters in all, such as schools.
    clusters: Option<i32>,
}

impl Composite for ParticipantsInput {
    fn set(value: Option<Self>, patch: &mut Patch) {
        let value = value.as_ref();
        let intervention = value.and_then(|participants| participants.intervention);
        replace(intervention, FINDING.participants_intervention, patch);
        let comparison = value.and_then(|participants| participants.comparison);
        replace(comparison, FINDING.participants_comparison, patch);
        let total = value.and_then(|participants| participants.total);
        replace(total, FINDING.participants_total, patch);
        replace(value.and_then(|participants| participants.clusters), FINDING.clusters, patch);
    }
}

/// A level on one dimension of a standard.
#[derive(InputObject)]
pub(crate) struct ScoreInput {
    /// The key of the dimension.
    dimension: String,
    /// The code of the level.
    level: String,
}

impl Plain for ScoreInput {
    type Plain = Score;

    fn plain(self) -> Score {
        Score { dimension: self.dimension, level: self.level }
    }
}
