//! People, with their roles at centres.

use chrono::{DateTime, Utc};
use entity::{CentreId, ChangeKind, PartialDate, PersonId, person, person_role};
use uuid::Uuid;

use crate::record::{
    Children, Draft, Part, Problems, Standing, Subject, Wanted, Whole, can_be_withdrawn,
    identifier, keyed_by, of_the_network,
};

/// What the network should know of a person.
#[derive(Clone, Debug)]
pub struct PersonDraft {
    /// Their key.
    pub slug: String,
    /// Their name.
    pub name: String,
    /// Their ORCID iD.
    pub orcid: Option<String>,
    /// Their roles.
    pub roles: Children<RoleDraft>,
    /// Whether it still stands.
    pub standing: Standing<PersonId>,
}

/// A role at a centre for a time.
#[derive(Clone, Debug)]
pub struct RoleDraft {
    /// The centre.
    pub centre: CentreId,
    /// The role.
    pub title: String,
    /// From when.
    pub since: Option<PartialDate>,
    /// Until when.
    pub until: Option<PartialDate>,
}

impl RoleDraft {
    /// What is wrong with it.
    pub fn check(&self, problems: &mut Problems) {
        problems.key("title", &self.title);
        problems.partly_in_order("until", self.since.as_ref(), self.until.as_ref());
    }

    pub(crate) fn row(&self, person_id: PersonId) -> person_role::Model {
        let Self { centre, title, since, until } = self.clone();
        let since = since.map(String::from).unwrap_or_default();
        person_role::Model { person_id, centre_id: centre, title, since, until }
    }
}

impl Draft for PersonDraft {
    type Table = person::Entity;
    type Key = String;
    type Parts = (person_role::Entity,);

    keyed_by!(person, slug, Slug);
    of_the_network!(person, Person);
    can_be_withdrawn!(person superseded);

    fn row(&self, id: Uuid, _before: Option<&person::Model>, _now: DateTime<Utc>) -> person::Model {
        let Self { slug, name, orcid, roles: _, standing } = self.clone();
        person::Model {
            id: id.into(),
            slug,
            name,
            orcid,
            withdrawn_at: standing.withdrawn_at,
            withdrawal_reason: standing.withdrawal_reason,
            superseded_by: standing.superseded_by,
        }
    }

    fn check(&self, problems: &mut Problems) {
        problems.slug("slug", &self.slug);
        problems.name("name", &self.name);
        problems.identifier("orcid", self.orcid.as_ref(), identifier::orcid, "0000-0002-1825-0097");
        self.roles.check(problems, RoleDraft::check);
        self.standing.check(problems);
    }
}

impl Whole for PersonDraft {
    fn subject_of(row: &person::Model) -> Subject {
        Subject::itself(ChangeKind::Person, row.id)
    }
}

impl Part<PersonDraft> for person_role::Entity {
    const NAME: &'static str = "roles";

    fn whole(row: &person_role::Model) -> Uuid {
        row.person_id.into()
    }

    fn wanted(draft: &PersonDraft, row: &person::Model) -> Option<Wanted<person_role::Model>> {
        draft.roles.wanted(|role| role.row(row.id))
    }

    fn replaces(new: &person_role::Model, old: &person_role::Model) -> bool {
        (new.centre_id, &new.title, &new.since) == (old.centre_id, &old.title, &old.since)
    }
}
