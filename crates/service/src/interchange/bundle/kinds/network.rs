//! Rows of the network: centres, people, places, partners, programmes and vocabularies.

use entity::Vocabulary;

use super::Kind;
use crate::interchange::bundle::cell::Item;
use crate::interchange::bundle::cells::Cells;
use crate::interchange::bundle::family::Kin;
use crate::interchange::bundle::format::{self, Table};
use crate::interchange::bundle::references::Key;
use crate::network::record::{
    CentreDraft, EngagementDraft, LabelDraft, LocalAuthorityDraft, PartnerDraft, PersonDraft,
    ProgrammeDraft, RoleDraft, StatusDraft, TermDraft,
};
use crate::record::identifier;

/// Centres, with their standing in the network.
#[derive(Debug)]
pub struct Centres;

impl Kind for Centres {
    type Draft = CentreDraft;
    const TABLE: &'static Table = &format::CENTRES;
    const CHILDREN: &'static [&'static Table] = &[&format::CENTRE_STATUSES];

    fn read(cells: &Cells<'_>, kin: &mut Kin<'_>) -> Option<CentreDraft> {
        Some(CentreDraft {
            slug: cells.text("slug")?,
            name: cells.text("name")?,
            short_name: cells.text("short_name"),
            policy_area: cells.text("policy_area")?,
            description: cells.text("description"),
            founded: cells.value("founded"),
            homepage: cells.text("homepage"),
            ror_id: cells.identifier("ror_id", identifier::ror),
            successor: cells.one("successor"),
            statuses: kin.children(&format::CENTRE_STATUSES, status, StatusDraft::check),
        })
    }
}

pub(in super::super) fn status(cells: &Cells<'_>) -> Option<StatusDraft> {
    Some(StatusDraft {
        since: cells.value("since")?,
        status: cells.value("status")?,
        until: cells.value("until"),
        note: cells.text("note"),
    })
}

/// People, with their roles.
#[derive(Debug)]
pub struct People;

impl Kind for People {
    type Draft = PersonDraft;
    const TABLE: &'static Table = &format::PEOPLE;
    const CHILDREN: &'static [&'static Table] = &[&format::PERSON_ROLES];

    fn read(cells: &Cells<'_>, kin: &mut Kin<'_>) -> Option<PersonDraft> {
        Some(PersonDraft {
            slug: cells.text("slug")?,
            name: cells.text("name")?,
            orcid: cells.identifier("orcid", identifier::orcid),
            roles: kin.children(&format::PERSON_ROLES, role, RoleDraft::check),
            standing: cells.standing(),
        })
    }
}

pub(in super::super) fn role(cells: &Cells<'_>) -> Option<RoleDraft> {
    Some(RoleDraft {
        centre: cells.one("centre")?,
        title: cells.text("title")?,
        since: cells.value("since"),
        until: cells.value("until"),
    })
}

/// Local authorities.
#[derive(Debug)]
pub struct LocalAuthorities;

impl Kind for LocalAuthorities {
    type Draft = LocalAuthorityDraft;
    const TABLE: &'static Table = &format::LOCAL_AUTHORITIES;

    fn read(cells: &Cells<'_>, _kin: &mut Kin<'_>) -> Option<LocalAuthorityDraft> {
        Some(LocalAuthorityDraft {
            gss_code: cells
                .identifier("gss_code", identifier::gss_code)
                .or_else(|| cells.text("gss_code"))?,
            name: cells.text("name")?,
            official_name: cells.text("official_name"),
            country: cells.text("country")?,
            region: cells.text("region"),
            authority_type: cells.text("authority_type"),
            dfe_number: cells.text("dfe_number"),
            established: cells.value("established"),
            abolished: cells.value("abolished"),
            successors: cells.many("successors"),
            standing: cells.standing(),
        })
    }
}

/// Partner organisations.
#[derive(Debug)]
pub struct Partners;

impl Kind for Partners {
    type Draft = PartnerDraft;
    const TABLE: &'static Table = &format::PARTNERS;

    fn read(cells: &Cells<'_>, _kin: &mut Kin<'_>) -> Option<PartnerDraft> {
        Some(PartnerDraft {
            slug: cells.text("slug")?,
            name: cells.text("name")?,
            kind: cells.text("kind"),
            homepage: cells.text("homepage"),
            standing: cells.standing(),
        })
    }
}

/// Programmes.
#[derive(Debug)]
pub struct Programmes;

impl Kind for Programmes {
    type Draft = ProgrammeDraft;
    const TABLE: &'static Table = &format::PROGRAMMES;

    fn read(cells: &Cells<'_>, _kin: &mut Kin<'_>) -> Option<ProgrammeDraft> {
        Some(ProgrammeDraft {
            slug: cells.text("slug")?,
            title: cells.text("title")?,
            summary: cells.text("summary"),
            lead_centre: cells.one("lead_centre")?,
            partners: cells.many("partners"),
            started: cells.value("started"),
            ended: cells.value("ended"),
            homepage: cells.text("homepage"),
            studies_stated: cells.value("studies_stated"),
            partners_stated: cells.value("partners_stated"),
            local_authorities_stated: cells.value("local_authorities_stated"),
            standing: cells.standing(),
        })
    }
}

/// Engagements of centres with authorities.
#[derive(Debug)]
pub struct Engagements;

impl Kind for Engagements {
    type Draft = EngagementDraft;
    const TABLE: &'static Table = &format::ENGAGEMENTS;

    fn read(cells: &Cells<'_>, _kin: &mut Kin<'_>) -> Option<EngagementDraft> {
        Some(EngagementDraft {
            centre: cells.one("centre")?,
            reference: cells.text("reference")?,
            local_authority: cells.one("local_authority")?,
            kind: cells.value("kind")?,
            summary: cells.text("summary"),
            started: cells.value("started"),
            ended: cells.value("ended"),
            standing: cells.standing(),
        })
    }
}

macro_rules! vocabularies {
    ($($name:ident $table:ident $vocabulary:ident;)*) => {$(
        #[doc = concat!("The vocabulary of ", stringify!($name), ".")]
        #[derive(Debug)]
        pub struct $name;

        impl Kind for $name {
            type Draft = TermDraft;
            const TABLE: &'static Table = &format::$table;
            const CHILDREN: &'static [&'static Table] = &[&format::TERM_LABELS];

            fn called_by_children(cells: &Cells<'_>) -> Key {
                let vocabulary = Vocabulary::$vocabulary.as_str().to_owned();
                Key::of([Item::Text(vocabulary), cells.item("slug")]).unwrap_or_default()
            }

            fn read(cells: &Cells<'_>, kin: &mut Kin<'_>) -> Option<TermDraft> {
                term(Vocabulary::$vocabulary, cells, kin)
            }
        }
    )*};
}

vocabularies! {
    Interventions INTERVENTIONS Intervention;
    Outcomes OUTCOMES Outcome;
    Populations POPULATIONS Population;
}

fn term(vocabulary: Vocabulary, cells: &Cells<'_>, kin: &mut Kin<'_>) -> Option<TermDraft> {
    Some(TermDraft {
        vocabulary,
        slug: cells.text("slug")?,
        name: cells.text("name")?,
        description: cells.text("description"),
        broader: cells.one("broader"),
        owner: cells.one("owner"),
        synonyms: cells.texts("synonyms"),
        labels: kin.children(&format::TERM_LABELS, label, LabelDraft::check),
        standing: cells.standing(),
    })
}

pub(in super::super) fn label(cells: &Cells<'_>) -> Option<LabelDraft> {
    Some(LabelDraft { centre: cells.one("centre")?, label: cells.text("label")? })
}
