//! The kinds of thing that can be entered one by one.

use chrono::NaiveDate;
use entity::{CentreId, StandardId, StandardVersionId};
use sea_orm::{EntityTrait, FromQueryResult};

use super::Patch;
use crate::access::policy::Action;
use crate::collaboration::record::COLLABORATION;
use crate::evidence::record::{FINDING, PUBLICATION, RATING, STUDY};
use crate::feedback::record::FEEDBACK;
use crate::interchange::kinds::{self, Kind};
use crate::network::Directory;
use crate::network::record::{
    CENTRE, CROSSWALK, ENGAGEMENT, LOCAL_AUTHORITY, PARTNER, PERSON, PROGRAMME, STANDARD, TERM,
};
use crate::record::Draft;
use crate::record::columns::{Column, Field, SHARING};
use crate::record::patch::{Item, Reference};

/// A kind of thing that can be entered one by one.
pub trait Enterable {
    /// Its row.
    type Row: FromQueryResult + Clone + Send + Sync;
}

/// How it is entered.
pub(in crate::interchange) trait Entered:
    Enterable + Kind<Draft: Draft<Table: EntityTrait<Model = Self::Row>>> + 'static
{
    /// The column that names it, among what it is named within.
    const NAMED_BY: Column;
    /// Whether its name is one that somebody chose, or that was made.
    const NAMES_ARE_CHOSEN: bool = true;
    /// The column after which it is named where nobody names it.
    const NAMED_AFTER: Option<Column> = None;
    /// The columns that are the contributing centre where nothing is said.
    const OF_CENTRE: &'static [Column] = &[];
    /// What the audit calls it.
    const CALLED: [&'static str; 2];

    /// What somebody must be allowed to do to enter one for a centre.
    fn may(centre: CentreId) -> Action;

    /// Completes what is said of a new one by what goes without saying.
    fn complete(_patch: &mut Patch, _directory: &Directory, _today: NaiveDate) {}
}

macro_rules! entered {
    ($($kind:ident $row:ident [$contribute:literal $revise:literal] $may:expr, $by:expr $(, $name:ident: $value:expr)* $(=> $complete:path)?;)*) => {$(
        impl Enterable for kinds::$kind {
            type Row = entity::$row::Model;
        }

        impl Entered for kinds::$kind {
            const NAMED_BY: Column = $by.column;
            const CALLED: [&'static str; 2] = [$contribute, $revise];
            $(entered!(@ $name $value);)*

            fn may(centre: CentreId) -> Action {
                let may: fn(CentreId) -> Action = $may;
                may(centre)
            }

            $(fn complete(patch: &mut Patch, directory: &Directory, today: NaiveDate) {
                $complete(patch, directory, today);
            })?
        }
    )*};
    (@ after $value:expr) => { const NAMED_AFTER: Option<Column> = Some($value.column); };
    (@ of_centre $value:expr) => { const OF_CENTRE: &'static [Column] = &$value; };
    (@ chosen $value:expr) => { const NAMES_ARE_CHOSEN: bool = $value; };
}

const CONTRIBUTED_BY: Column = SHARING.contributed_by.column;

entered! {
    Collaborations collaboration ["collaboration.contribute" "collaboration.revise"]
        Action::WriteCollaboration, COLLABORATION.slug, after: COLLABORATION.title, of_centre: [CONTRIBUTED_BY];
    Publications publication ["publication.contribute" "publication.revise"]
        Action::WriteEvidence, PUBLICATION.slug, after: PUBLICATION.title, of_centre: [CONTRIBUTED_BY];
    Studies study ["study.contribute" "study.revise"]
        Action::WriteEvidence, STUDY.slug, after: STUDY.title, of_centre: [CONTRIBUTED_BY, STUDY.lead_centre.column];
    Findings finding ["finding.contribute" "finding.revise"]
        Action::WriteEvidence, FINDING.reference, of_centre: [CONTRIBUTED_BY];
    Ratings rating ["rating.contribute" "rating.revise"]
        Action::WriteEvidence, RATING.reference, of_centre: [CONTRIBUTED_BY] => on_the_current_version;
    Feedback feedback ["feedback.give" "feedback.answer"]
        Action::WriteCollaboration, FEEDBACK.reference, of_centre: [CONTRIBUTED_BY] => received_today;
    Centres centre ["centre.add" "centre.revise"]
        |_| Action::WriteNetwork, CENTRE.slug, after: CENTRE.name;
    People person ["person.add" "person.revise"]
        |_| Action::WriteNetwork, PERSON.slug, after: PERSON.name;
    LocalAuthorities local_authority ["local_authority.add" "local_authority.revise"]
        |_| Action::WriteNetwork, LOCAL_AUTHORITY.gss_code, chosen: false;
    Partners partner ["partner.add" "partner.revise"]
        |_| Action::WriteNetwork, PARTNER.slug, after: PARTNER.name;
    Programmes programme ["programme.add" "programme.revise"]
        |_| Action::WriteNetwork, PROGRAMME.slug, after: PROGRAMME.title, of_centre: [PROGRAMME.lead_centre.column];
    Engagements engagement ["engagement.add" "engagement.revise"]
        |_| Action::WriteNetwork, ENGAGEMENT.reference, of_centre: [ENGAGEMENT.centre.column];
    Interventions term ["intervention.add" "intervention.revise"]
        |_| Action::WriteNetwork, TERM.slug, after: TERM.name;
    Outcomes term ["outcome.add" "outcome.revise"]
        |_| Action::WriteNetwork, TERM.slug, after: TERM.name;
    Populations term ["population.add" "population.revise"]
        |_| Action::WriteNetwork, TERM.slug, after: TERM.name;
    Standards evidence_standard ["standard.add" "standard.revise"]
        |_| Action::WriteNetwork, STANDARD.slug, after: STANDARD.name;
    Crosswalk crosswalk ["crosswalk.add" "crosswalk.revise"]
        |_| Action::WriteNetwork, CROSSWALK.to_level, chosen: false => on_current_versions;
}

/// A rating means the version of its standard that is used now, where nothing is said.
fn on_the_current_version(patch: &mut Patch, directory: &Directory, _today: NaiveDate) {
    current_version(patch, directory, RATING.standard, RATING.version);
}

/// So do both levels of a reading.
fn on_current_versions(patch: &mut Patch, directory: &Directory, _today: NaiveDate) {
    current_version(patch, directory, CROSSWALK.from_standard, CROSSWALK.from_version);
    current_version(patch, directory, CROSSWALK.to_standard, CROSSWALK.to_version);
}

fn current_version(
    patch: &mut Patch,
    directory: &Directory,
    of: Field<StandardId>,
    version: Field<StandardVersionId>,
) {
    let standards = &directory.standards;
    let standard = match patch.item(of.name()) {
        Item::Id(id) => standards.by_id(id.into()),
        named => standards.by_key(named.text()),
    };
    let Some(standard) = standard else { return };
    if let Some(current) = standard.current()
        && !patch.has(version.name())
    {
        patch.set(version, Reference::Id(current.row.id.into()));
    }
}

/// Feedback was received today, where nothing is said.
fn received_today(patch: &mut Patch, _directory: &Directory, today: NaiveDate) {
    if !patch.has(FEEDBACK.received_on.name()) {
        patch.set(FEEDBACK.received_on, today);
    }
}
