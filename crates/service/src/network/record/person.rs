//! People, with their roles at centres.

use chrono::{DateTime, Utc};
use entity::{CentreId, ChangeKind, PartialDate, PersonId, person, person_role};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::error::Result;
use crate::record::columns::{Table, Target, Value, columns};
use crate::record::reading::{Child, Listed};
use crate::record::{
    Children, Draft, Part, Problems, Standing, Subject, Wanted, Whole, can_be_withdrawn,
    identifier, keyed_by, of_the_network, parts_before, parts_of,
};

columns! {
    /// What the network should know of a person.
    pub struct PersonDraft, PersonFields PERSON {
        /// Their key.
        slug: String [.key().holds(Value::Slug)],
        /// Their name.
        name: String,
        /// Their ORCID iD.
        orcid: Option<String> [.holds(Value::Orcid)],
    }
    children {
        /// Their roles.
        roles: RoleDraft,
    }
    groups {
        /// Whether it still stands.
        standing: Standing<PersonId>,
    }
}

/// The file of people.
pub(crate) static PEOPLE: Table =
    Table::new("people", PersonDraft::COLUMNS).of(Target::Person).superseded();

columns! {
    /// A role at a centre for a time.
    pub struct RoleDraft, RoleFields ROLE within { person: PersonId, } {
        /// The centre.
        centre: CentreId [.key()],
        /// The role.
        title: String [.key()],
        /// From when.
        since: Option<PartialDate> [.key()],
        /// Until when.
        until: Option<PartialDate>,
    }
}

/// The file of people's roles.
pub(crate) static PERSON_ROLES: Table =
    Table::new("person_roles", RoleDraft::COLUMNS).child(1).input("roles");

impl Listed for RoleDraft {
    const TABLE: &'static Table = &PERSON_ROLES;
}

impl Child for RoleDraft {
    type Whole = PersonDraft;
    type Part = person_role::Entity;

    fn check(&self, problems: &mut Problems) {
        problems.key(ROLE.title.name(), &self.title);
        problems.partly_in_order(ROLE.until.name(), self.since.as_ref(), self.until.as_ref());
    }

    fn row(&self, whole: Uuid) -> person_role::Model {
        let Self { centre: centre_id, title, since, until } = self.clone();
        let since = since.map(String::from).unwrap_or_default();
        person_role::Model { person_id: whole.into(), centre_id, title, since, until }
    }

    fn from_row(row: person_role::Model) -> Self {
        let person_role::Model { person_id: _, centre_id, title, since, until } = row;
        Self { centre: centre_id, title, since: since.parse().ok(), until }
    }
}

impl Draft for PersonDraft {
    type Table = person::Entity;
    type Key = String;
    type Parts = (person_role::Entity,);

    keyed_by!(person, slug, Slug);
    of_the_network!(person, Person);
    can_be_withdrawn!(person superseded);

    async fn from_rows(
        connection: &impl ConnectionTrait,
        rows: &[person::Model],
    ) -> Result<Vec<Self>> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id.into()).collect();
        let (mut roles,) = parts_before::<Self>(connection, &ids).await?;
        let draft = |row: &person::Model| Self {
            slug: row.slug.clone(),
            name: row.name.clone(),
            orcid: row.orcid.clone(),
            roles: Children::from_rows(parts_of(&mut roles, row.id)),
            standing: Standing {
                withdrawn_at: row.withdrawn_at,
                withdrawal_reason: row.withdrawal_reason.clone(),
                superseded_by: row.superseded_by,
            },
        };
        Ok(rows.iter().map(draft).collect())
    }

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
        problems.slug(PERSON.slug.name(), &self.slug);
        problems.name(PERSON.name.name(), &self.name);
        problems.identifier(
            PERSON.orcid.name(),
            self.orcid.as_ref(),
            identifier::orcid,
            "0000-0002-1825-0097",
        );
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
        draft.roles.wanted(|role| role.row(row.id.into()))
    }

    fn replaces(new: &person_role::Model, old: &person_role::Model) -> bool {
        (new.centre_id, &new.title, &new.since) == (old.centre_id, &old.title, &old.since)
    }
}
