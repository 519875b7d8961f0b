//! The inputs of the network: what may be said of a new thing, and of one that is there.

use async_graphql::{ID, InputObject};
use service::entity::{EngagementKind, NetworkStatus};
use service::interchange::entry::Entry;

use crate::graph::entry::{Say, inputs, item, row};
use crate::graph::enum_value::EnumValue;

/// How a centre stood in the network for a time.
#[derive(InputObject)]
pub(crate) struct StandingInput {
    /// Since when: `2019`, `2019-07` or `2019-07-15`.
    since: String,
    /// How it stood.
    status: EnumValue<NetworkStatus>,
    /// Until when.
    until: Option<String>,
    /// What is to be said of it.
    note: Option<String>,
}

impl Say for Vec<StandingInput> {
    fn say(self, _column: &'static str, entry: &mut Entry) {
        let rows = self.into_iter().map(|standing| {
            row([
                ("since", Some(item(standing.since))),
                ("status", Some(item(standing.status))),
                ("until", standing.until.map(item)),
                ("note", standing.note.map(item)),
            ])
        });
        entry.children("centre_statuses", rows.collect());
    }

    fn say_none(_column: &'static str, entry: &mut Entry) {
        entry.children("centre_statuses", Vec::new());
    }
}

/// What a person is at a centre for a time.
#[derive(InputObject)]
pub(crate) struct RoleInput {
    /// The centre.
    centre: ID,
    /// What they are there.
    title: String,
    /// Since when: `2019`, `2019-07` or `2019-07-15`.
    since: Option<String>,
    /// Until when.
    until: Option<String>,
}

impl Say for Vec<RoleInput> {
    fn say(self, _column: &'static str, entry: &mut Entry) {
        let rows = self.into_iter().map(|role| {
            row([
                ("centre", Some(item(role.centre))),
                ("title", Some(item(role.title))),
                ("since", role.since.map(item)),
                ("until", role.until.map(item)),
            ])
        });
        entry.children("person_roles", rows.collect());
    }

    fn say_none(_column: &'static str, entry: &mut Entry) {
        entry.children("person_roles", Vec::new());
    }
}

/// What a centre calls a term.
#[derive(InputObject)]
pub(crate) struct LabelInput {
    /// The centre.
    centre: ID,
    /// What it calls it.
    label: String,
}

impl Say for Vec<LabelInput> {
    fn say(self, _column: &'static str, entry: &mut Entry) {
        let rows = self.into_iter().map(|label| {
            row([("centre", Some(item(label.centre))), ("label", Some(item(label.label)))])
        });
        entry.children("term_labels", rows.collect());
    }

    fn say_none(_column: &'static str, entry: &mut Entry) {
        entry.children("term_labels", Vec::new());
    }
}

inputs! {
    /// A centre to be added to the network. Things are named by slug, GSS code or global id.
    AddCentreInput {
        /// Its name in addresses: lower-case letters, digits and hyphens. Without one it is made from its name.
        may slug: String => "slug";
    }
    /// A centre to be revised. What is left out stays as it is; null empties it; a list is replaced whole.
    ReviseCentreInput {
        /// Its name.
        must name: String => "name";
        /// A shorter name.
        may short_name: String => "short_name";
        /// Its field, such as `crime reduction`.
        must policy_area: String => "policy_area";
        /// What it does.
        may description: String => "description";
        /// When it was founded: `2019`, `2019-07` or `2019-07-15`.
        may founded: String => "founded";
        /// Its address on the web.
        may homepage: String => "homepage";
        /// Its id in the Research Organization Registry.
        may ror_id: String => "ror_id";
        /// The centre that took its place.
        may successor: ID => "successor";
        /// How it stood in the network over time.
        may statuses: Vec<StandingInput> => "centre_statuses";
    }
}

inputs! {
    /// A person to be added to the network. Things are named by slug, GSS code or global id.
    AddPersonInput {
        /// Its name in addresses: lower-case letters, digits and hyphens. Without one it is made from its name.
        may slug: String => "slug";
    }
    /// A person to be revised. What is left out stays as it is; null empties it; a list is replaced whole.
    RevisePersonInput {
        /// Their name.
        must name: String => "name";
        /// Their ORCID iD.
        may orcid: String => "orcid";
        /// What they were at which centre.
        may roles: Vec<RoleInput> => "person_roles";
    }
}

inputs! {
    /// A local authority to be added to the network. Things are named by slug, GSS code or global id.
    AddLocalAuthorityInput {
        /// Its code of the Office for National Statistics.
        must gss_code: String => "gss_code";
    }
    /// A local authority to be revised. What is left out stays as it is; null empties it; a list is replaced whole.
    ReviseLocalAuthorityInput {
        /// Its name.
        must name: String => "name";
        /// Its official name.
        may official_name: String => "official_name";
        /// The country.
        must country: String => "country";
        /// The region.
        may region: String => "region";
        /// What kind of authority it is.
        may authority_type: String => "authority_type";
        /// Its number at the Department for Education.
        may dfe_number: String => "dfe_number";
        /// When it was established: `2019`, `2019-07` or `2019-07-15`.
        may established: String => "established";
        /// The first day on which it was no more: `2019`, `2019-07` or `2019-07-15`.
        may abolished: String => "abolished";
        /// The authorities that carry on its work, or a part of it: only of one that was abolished.
        may successors: Vec<ID> => "successors";
    }
}

inputs! {
    /// A partner organisation to be added to the network. Things are named by slug, GSS code or global id.
    AddPartnerInput {
        /// Its name in addresses: lower-case letters, digits and hyphens. Without one it is made from its name.
        may slug: String => "slug";
    }
    /// A partner organisation to be revised. What is left out stays as it is; null empties it; a list is replaced whole.
    RevisePartnerInput {
        /// Its name.
        must name: String => "name";
        /// What kind of organisation it is.
        may kind: String => "kind";
        /// Its address on the web.
        may homepage: String => "homepage";
    }
}

inputs! {
    /// A programme to be added to the network. Things are named by slug, GSS code or global id.
    AddProgrammeInput {
        /// Its name in addresses: lower-case letters, digits and hyphens. Without one it is made from its name.
        may slug: String => "slug";
    }
    /// A programme to be revised. What is left out stays as it is; null empties it; a list is replaced whole.
    ReviseProgrammeInput {
        /// Its title.
        must title: String => "title";
        /// What it is about.
        may summary: String => "summary";
        /// The centre that leads it; your own when nothing is said.
        may lead_centre: ID => "lead_centre";
        /// Its partners.
        may partners: Vec<ID> => "partners";
        /// When it began: `2019`, `2019-07` or `2019-07-15`.
        may started: String => "started";
        /// When it ended: `2019`, `2019-07` or `2019-07-15`.
        may ended: String => "ended";
        /// Its address on the web.
        may homepage: String => "homepage";
        /// How many studies it has by its own account, named or not.
        may studies_stated: i32 => "studies_stated";
        /// How many partners it has by its own account, named or not.
        may partners_stated: i32 => "partners_stated";
        /// In how many local authorities it works by its own account, named or not.
        may local_authorities_stated: i32 => "local_authorities_stated";
    }
}

inputs! {
    /// A visit of a centre to a local authority, or other work with one to be added to the network. Things are named by slug, GSS code or global id.
    AddEngagementInput {
        /// The centre; your own when nothing is said.
        may centre: ID => "centre";
        /// The centre's own reference for it. Without one it is made.
        may reference: String => "reference";
    }
    /// A visit of a centre to a local authority, or other work with one to be revised. What is left out stays as it is; null empties it; a list is replaced whole.
    ReviseEngagementInput {
        /// The authority, by its GSS code or global id.
        must local_authority: ID => "local_authority";
        /// What kind of work it is.
        must kind: EnumValue<EngagementKind> => "kind";
        /// What was done.
        may summary: String => "summary";
        /// When it began: `2019`, `2019-07` or `2019-07-15`.
        may started: String => "started";
        /// When it ended: `2019`, `2019-07` or `2019-07-15`.
        may ended: String => "ended";
    }
}

inputs! {
    /// An intervention to be added to the network. Things are named by slug, GSS code or global id.
    AddInterventionInput {
        /// Its name in addresses: lower-case letters, digits and hyphens. Without one it is made from its name.
        may slug: String => "slug";
    }
    /// An intervention to be revised. What is left out stays as it is; null empties it; a list is replaced whole.
    ReviseInterventionInput {
        /// Its name.
        must name: String => "name";
        /// What it means.
        may description: String => "description";
        /// The term that it is narrower than.
        may broader: ID => "broader";
        /// The centre that keeps it.
        may owner: ID => "owner";
        /// Other words for it.
        may synonyms: Vec<String> => "synonyms";
        /// What centres call it.
        may labels: Vec<LabelInput> => "term_labels";
    }
}

inputs! {
    /// An outcome to be added to the network. Things are named by slug, GSS code or global id.
    AddOutcomeInput {
        /// Its name in addresses: lower-case letters, digits and hyphens. Without one it is made from its name.
        may slug: String => "slug";
    }
    /// An outcome to be revised. What is left out stays as it is; null empties it; a list is replaced whole.
    ReviseOutcomeInput {
        /// Its name.
        must name: String => "name";
        /// What it means.
        may description: String => "description";
        /// The term that it is narrower than.
        may broader: ID => "broader";
        /// The centre that keeps it.
        may owner: ID => "owner";
        /// Other words for it.
        may synonyms: Vec<String> => "synonyms";
        /// What centres call it.
        may labels: Vec<LabelInput> => "term_labels";
    }
}

inputs! {
    /// A population to be added to the network. Things are named by slug, GSS code or global id.
    AddPopulationInput {
        /// Its name in addresses: lower-case letters, digits and hyphens. Without one it is made from its name.
        may slug: String => "slug";
    }
    /// A population to be revised. What is left out stays as it is; null empties it; a list is replaced whole.
    RevisePopulationInput {
        /// Its name.
        must name: String => "name";
        /// What it means.
        may description: String => "description";
        /// The term that it is narrower than.
        may broader: ID => "broader";
        /// The centre that keeps it.
        may owner: ID => "owner";
        /// Other words for it.
        may synonyms: Vec<String> => "synonyms";
        /// What centres call it.
        may labels: Vec<LabelInput> => "term_labels";
    }
}
