//! What the inputs of evidence are made of: each becomes cells of its own, or the rows of a file of children.

use async_graphql::{ID, InputObject};
use service::entity::{StopReason, StudyStatus};
use service::interchange::entry::{Entry, Item};

use crate::graph::date::Date;
use crate::graph::entry::{Say, ToItem, item, row};
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

impl Say for Vec<StatusChangeInput> {
    fn say(self, _column: &'static str, entry: &mut Entry) {
        let rows = self.into_iter().map(|change| {
            row([
                ("on", Some(item(change.on))),
                ("status", Some(item(change.status))),
                ("reason", change.reason.map(item)),
                ("stop_reason", change.stop_reason.map(item)),
            ])
        });
        entry.children("study_statuses", rows.collect());
    }

    fn say_none(_column: &'static str, entry: &mut Entry) {
        entry.children("study_statuses", Vec::new());
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

impl Say for Vec<SiteInput> {
    fn say(self, _column: &'static str, entry: &mut Entry) {
        let rows = self.into_iter().map(|site| {
            row([
                ("local_authority", Some(item(site.local_authority))),
                ("step", site.step.map(item)),
                ("starts_on", site.starts_on.map(item)),
            ])
        });
        entry.children("study_sites", rows.collect());
    }

    fn say_none(_column: &'static str, entry: &mut Entry) {
        entry.children("study_sites", Vec::new());
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

impl Say for RegistrationInput {
    fn say(self, _column: &'static str, entry: &mut Entry) {
        entry.set("registry", self.registry.unwrap_or_default());
        entry.set("registration_id", self.number.unwrap_or_default());
        entry.set("registration_url", self.url.unwrap_or_default());
    }

    fn say_none(_column: &'static str, entry: &mut Entry) {
        for column in ["registry", "registration_id", "registration_url"] {
            entry.set(column, "");
        }
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

impl Say for Vec<AuthorInput> {
    fn say(self, _column: &'static str, entry: &mut Entry) {
        let rows = (1..).zip(self).map(|(position, author): (i32, _)| {
            row([
                ("position", Some(item(position))),
                ("name", Some(item(author.name))),
                ("orcid", author.orcid.map(item)),
                ("person", author.person.map(item)),
            ])
        });
        entry.children("publication_authors", rows.collect());
    }

    fn say_none(_column: &'static str, entry: &mut Entry) {
        entry.children("publication_authors", Vec::new());
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

impl Say for ConfidenceIntervalInput {
    fn say(self, _column: &'static str, entry: &mut Entry) {
        entry.set("interval_level", item(self.level));
        entry.set("interval_lower", item(self.lower));
        entry.set("interval_upper", item(self.upper));
    }

    fn say_none(_column: &'static str, entry: &mut Entry) {
        for column in ["interval_level", "interval_lower", "interval_upper"] {
            entry.set(column, "");
        }
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

impl Say for ParticipantsInput {
    fn say(self, _column: &'static str, entry: &mut Entry) {
        let mut set = |column, number: Option<i32>| {
            entry.set(column, number.map(item));
        };
        set("participants_intervention", self.intervention);
        set("participants_comparison", self.comparison);
        set("participants_total", self.total);
        set("clusters", self.clusters);
    }

    fn say_none(_column: &'static str, entry: &mut Entry) {
        for column in [
            "participants_intervention",
            "participants_comparison",
            "participants_total",
            "clusters",
        ] {
            entry.set(column, "");
        }
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

impl ToItem for ScoreInput {
    fn to_item(self) -> Item {
        Item::Score { dimension: self.dimension, level: self.level }
    }
}
