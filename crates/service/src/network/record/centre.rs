//! Centres, with their standing in the network.

use chrono::{DateTime, Utc};
use entity::{CentreId, ChangeKind, NetworkStatus, PartialDate, centre, centre_status};
use uuid::Uuid;

use crate::record::{
    Chain, Children, Draft, Part, Problems, Subject, Wanted, Whole, identifier, keyed_by,
    of_the_network,
};

/// What a centre should be.
#[derive(Clone, Debug)]
pub struct CentreDraft {
    /// Its key.
    pub slug: String,
    /// Its full name.
    pub name: String,
    /// What people call it.
    pub short_name: Option<String>,
    /// The policy area that it gathers evidence for.
    pub policy_area: String,
    /// What it does.
    pub description: Option<String>,
    /// When it was founded.
    pub founded: Option<PartialDate>,
    /// Its website.
    pub homepage: Option<String>,
    /// Its id in the Research Organization Registry.
    pub ror_id: Option<String>,
    /// The centre that carries on its work.
    pub successor: Option<CentreId>,
    /// Its standing in the network.
    pub statuses: Children<StatusDraft>,
}

/// A standing in the network.
#[derive(Clone, Debug)]
pub struct StatusDraft {
    /// From when.
    pub since: PartialDate,
    /// The standing.
    pub status: NetworkStatus,
    /// Until when.
    pub until: Option<PartialDate>,
    /// What happened.
    pub note: Option<String>,
}

impl StatusDraft {
    /// What is wrong with it.
    pub fn check(&self, problems: &mut Problems) {
        problems.partly_in_order("until", Some(&self.since), self.until.as_ref());
        problems.text("note", self.note.as_ref());
    }

    pub(crate) fn row(&self, centre_id: CentreId) -> centre_status::Model {
        let Self { since, status, until, note } = self.clone();
        centre_status::Model { centre_id, since: since.to_string(), status, until, note }
    }
}

impl Draft for CentreDraft {
    type Table = centre::Entity;
    type Key = String;
    type Parts = (centre_status::Entity,);

    const CHAINS: &'static [Chain<Self>] = &[Chain {
        field: "successor",
        next: |draft| draft.successor.map(Uuid::from),
        next_of: |row| row.successor.map(Uuid::from),
    }];

    keyed_by!(centre, slug, Slug);
    of_the_network!(centre, Centre);

    fn row(&self, id: Uuid, _before: Option<&centre::Model>, _now: DateTime<Utc>) -> centre::Model {
        let draft = self.clone();
        centre::Model {
            id: id.into(),
            slug: draft.slug,
            name: draft.name,
            short_name: draft.short_name,
            policy_area: draft.policy_area,
            description: draft.description,
            founded: draft.founded,
            homepage: draft.homepage,
            ror_id: draft.ror_id,
            successor: draft.successor,
        }
    }

    fn check(&self, problems: &mut Problems) {
        problems.slug("slug", &self.slug);
        problems.name("name", &self.name);
        problems.short("short_name", self.short_name.as_ref());
        problems.name("policy_area", &self.policy_area);
        problems.text("description", self.description.as_ref());
        problems.address("homepage", self.homepage.as_ref());
        problems.identifier(
            "ror_id",
            self.ror_id.as_ref(),
            identifier::ror,
            "https://ror.org/00f2yqf98",
        );
        self.statuses.check(problems, StatusDraft::check);
    }
}

impl Whole for CentreDraft {
    fn subject_of(row: &centre::Model) -> Subject {
        Subject::itself(ChangeKind::Centre, row.id)
    }
}

impl Part<CentreDraft> for centre_status::Entity {
    const NAME: &'static str = "statuses";

    fn whole(row: &centre_status::Model) -> Uuid {
        row.centre_id.into()
    }

    fn wanted(draft: &CentreDraft, row: &centre::Model) -> Option<Wanted<centre_status::Model>> {
        draft.statuses.wanted(|status| status.row(row.id))
    }

    fn replaces(new: &centre_status::Model, old: &centre_status::Model) -> bool {
        new.since == old.since
    }
}
