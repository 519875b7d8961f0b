//! The inputs of the network: what may be said of a new thing, and of one that is there.

use async_graphql::{ID, InputObject};
use service::entity::{EngagementKind, NetworkStatus};
use service::interchange::entry::Patch;
use service::network::record::{
    CENTRE, ENGAGEMENT, LABEL, LOCAL_AUTHORITY, LabelDraft, PARTNER, PERSON, PROGRAMME, ROLE,
    RoleDraft, STATUS, StatusDraft, TERM,
};

use crate::graph::entry::{Destination, inputs, rows, set_if_given};
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

impl From<StandingInput> for Patch {
    fn from(standing: StandingInput) -> Self {
        let mut patch = Self::default();
        STATUS.since.set(standing.since, &mut patch);
        STATUS.status.set(standing.status, &mut patch);
        set_if_given(standing.until, STATUS.until, &mut patch);
        set_if_given(standing.note, STATUS.note, &mut patch);
        patch
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

impl From<RoleInput> for Patch {
    fn from(role: RoleInput) -> Self {
        let mut patch = Self::default();
        ROLE.centre.set(role.centre, &mut patch);
        ROLE.title.set(role.title, &mut patch);
        set_if_given(role.since, ROLE.since, &mut patch);
        set_if_given(role.until, ROLE.until, &mut patch);
        patch
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

impl From<LabelInput> for Patch {
    fn from(label: LabelInput) -> Self {
        let mut patch = Self::default();
        LABEL.centre.set(label.centre, &mut patch);
        LABEL.label.set(label.label, &mut patch);
        patch
    }
}

inputs! {
    /// A centre to be added to the network. Things are named by slug, GSS code or global id.
    AddCentreInput {
        /// Its name in addresses: lower-case letters, digits and hyphens. Without one it is made from its name.
        may slug: String => CENTRE.slug;
    }
    /// A centre to be revised. What is left out stays as it is; null empties it; a list is replaced whole.
    ReviseCentreInput {
        /// Its name.
        must name: String => CENTRE.name;
        /// A shorter name.
        may short_name: String => CENTRE.short_name;
        /// Its field, such as `crime reduction`.
        must policy_area: String => CENTRE.policy_area;
        /// What it does.
        may description: String => CENTRE.description;
        /// When it was founded: `2019`, `2019-07` or `2019-07-15`.
        may founded: String => CENTRE.founded;
        /// Its address on the web.
        may homepage: String => CENTRE.homepage;
        /// Its id in the Research Organization Registry.
        may ror_id: String => CENTRE.ror_id;
        /// The centre that took its place.
        may successor: ID => CENTRE.successor;
        /// How it stood in the network over time.
        may statuses: Vec<StandingInput> => rows::<StatusDraft>();
    }
}

inputs! {
    /// A person to be added to the network. Things are named by slug, GSS code or global id.
    AddPersonInput {
        /// Its name in addresses: lower-case letters, digits and hyphens. Without one it is made from its name.
        may slug: String => PERSON.slug;
    }
    /// A person to be revised. What is left out stays as it is; null empties it; a list is replaced whole.
    RevisePersonInput {
        /// Their name.
        must name: String => PERSON.name;
        /// Their ORCID iD.
        may orcid: String => PERSON.orcid;
        /// What they were at which centre.
        may roles: Vec<RoleInput> => rows::<RoleDraft>();
    }
}

inputs! {
    /// A local authority to be added to the network. Things are named by slug, GSS code or global id.
    AddLocalAuthorityInput {
        /// Its code of the Office for National Statistics.
        must gss_code: String => LOCAL_AUTHORITY.gss_code;
    }
    /// A local authority to be revised. What is left out stays as it is; null empties it; a list is replaced whole.
    ReviseLocalAuthorityInput {
        /// Its name.
        must name: String => LOCAL_AUTHORITY.name;
        /// Its official name.
        may official_name: String => LOCAL_AUTHORITY.official_name;
        /// The country.
        must country: String => LOCAL_AUTHORITY.country;
        /// The region.
        may region: String => LOCAL_AUTHORITY.region;
        /// What kind of authority it is.
        may authority_type: String => LOCAL_AUTHORITY.authority_type;
        /// Its number at the Department for Education.
        may dfe_number: String => LOCAL_AUTHORITY.dfe_number;
        /// When it was established: `2019`, `2019-07` or `2019-07-15`.
        may established: String => LOCAL_AUTHORITY.established;
        /// The first day on which it was no more: `2019`, `2019-07` or `2019-07-15`.
        may abolished: String => LOCAL_AUTHORITY.abolished;
        /// The authorities that carry on its work, or a part of it: only of one that was abolished.
        may successors: Vec<ID> => LOCAL_AUTHORITY.successors;
    }
}

inputs! {
    /// A partner organisation to be added to the network. Things are named by slug, GSS code or global id.
    AddPartnerInput {
        /// Its name in addresses: lower-case letters, digits and hyphens. Without one it is made from its name.
        may slug: String => PARTNER.slug;
    }
    /// A partner organisation to be revised. What is left out stays as it is; null empties it; a list is replaced whole.
    RevisePartnerInput {
        /// Its name.
        must name: String => PARTNER.name;
        /// What kind of organisation it is.
        may kind: String => PARTNER.kind;
        /// Its address on the web.
        may homepage: String => PARTNER.homepage;
    }
}

inputs! {
    /// A programme to be added to the network. Things are named by slug, GSS code or global id.
    AddProgrammeInput {
        /// Its name in addresses: lower-case letters, digits and hyphens. Without one it is made from its name.
        may slug: String => PROGRAMME.slug;
    }
    /// A programme to be revised. What is left out stays as it is; null empties it; a list is replaced whole.
    ReviseProgrammeInput {
        /// Its title.
        must title: String => PROGRAMME.title;
        /// What it is about.
        may summary: String => PROGRAMME.summary;
        /// The centre that leads it; your own when nothing is said.
        may lead_centre: ID => PROGRAMME.lead_centre;
        /// Its partners.
        may partners: Vec<ID> => PROGRAMME.partners;
        /// When it began: `2019`, `2019-07` or `2019-07-15`.
        may started: String => PROGRAMME.started;
        /// When it ended: `2019`, `2019-07` or `2019-07-15`.
        may ended: String => PROGRAMME.ended;
        /// Its address on the web.
        may homepage: String => PROGRAMME.homepage;
        /// How many studies it has by its own account, named or not.
        may studies_stated: i32 => PROGRAMME.studies_stated;
        /// How many partners it has by its own account, named or not.
        may partners_stated: i32 => PROGRAMME.partners_stated;
        /// In how many local authorities it works by its own account, named or not.
        may local_authorities_stated: i32 => PROGRAMME.local_authorities_stated;
    }
}

inputs! {
    /// A visit of a centre to a local authority, or other work with one to be added to the network. Things are named by slug, GSS code or global id.
    AddEngagementInput {
        /// The centre; your own when nothing is said.
        may centre: ID => ENGAGEMENT.centre;
        /// The centre's own reference for it. Without one it is made.
        may reference: String => ENGAGEMENT.reference;
    }
    /// A visit of a centre to a local authority, or other work with one to be revised. What is left out stays as it is; null empties it; a list is replaced whole.
    ReviseEngagementInput {
        /// The authority, by its GSS code or global id.
        must local_authority: ID => ENGAGEMENT.local_authority;
        /// What kind of work it is.
        must kind: EnumValue<EngagementKind> => ENGAGEMENT.kind;
        /// What was done.
        may summary: String => ENGAGEMENT.summary;
        /// When it began: `2019`, `2019-07` or `2019-07-15`.
        may started: String => ENGAGEMENT.started;
        /// When it ended: `2019`, `2019-07` or `2019-07-15`.
        may ended: String => ENGAGEMENT.ended;
    }
}

inputs! {
    /// An intervention to be added to the network. Things are named by slug, GSS code or global id.
    AddInterventionInput {
        /// Its name in addresses: lower-case letters, digits and hyphens. Without one it is made from its name.
        may slug: String => TERM.slug;
    }
    /// An intervention to be revised. What is left out stays as it is; null empties it; a list is replaced whole.
    ReviseInterventionInput {
        /// Its name.
        must name: String => TERM.name;
        /// What it means.
        may description: String => TERM.description;
        /// The term that it is narrower than.
        may broader: ID => TERM.broader;
        /// The centre that keeps it.
        may owner: ID => TERM.owner;
        /// Other words for it.
        may synonyms: Vec<String> => TERM.synonyms;
        /// What centres call it.
        may labels: Vec<LabelInput> => rows::<LabelDraft>();
    }
}

inputs! {
    /// An outcome to be added to the network. Things are named by slug, GSS code or global id.
    AddOutcomeInput {
        /// Its name in addresses: lower-case letters, digits and hyphens. Without one it is made from its name.
        may slug: String => TERM.slug;
    }
    /// An outcome to be revised. What is left out stays as it is; null empties it; a list is replaced whole.
    ReviseOutcomeInput {
        /// Its name.
        must name: String => TERM.name;
        /// What it means.
        may description: String => TERM.description;
        /// The term that it is narrower than.
        may broader: ID => TERM.broader;
        /// The centre that keeps it.
        may owner: ID => TERM.owner;
        /// Other words for it.
        may synonyms: Vec<String> => TERM.synonyms;
        /// What centres call it.
        may labels: Vec<LabelInput> => rows::<LabelDraft>();
    }
}

inputs! {
    /// A population to be added to the network. Things are named by slug, GSS code or global id.
    AddPopulationInput {
        /// Its name in addresses: lower-case letters, digits and hyphens. Without one it is made from its name.
        may slug: String => TERM.slug;
    }
    /// A population to be revised. What is left out stays as it is; null empties it; a list is replaced whole.
    RevisePopulationInput {
        /// Its name.
        must name: String => TERM.name;
        /// What it means.
        may description: String => TERM.description;
        /// The term that it is narrower than.
        may broader: ID => TERM.broader;
        /// The centre that keeps it.
        may owner: ID => TERM.owner;
        /// Other words for it.
        may synonyms: Vec<String> => TERM.synonyms;
        /// What centres call it.
        may labels: Vec<LabelInput> => rows::<LabelDraft>();
    }
}
