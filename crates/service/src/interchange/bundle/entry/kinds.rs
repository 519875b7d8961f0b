//! The kinds of thing that can be entered one by one.

use chrono::NaiveDate;
use entity::CentreId;
use futures::future::BoxFuture;
use sea_orm::{EntityTrait, FromQueryResult};

use super::{Entry, Item};
use crate::access::policy::Action;
use crate::error::Result;
use crate::interchange::bundle::export::{
    Exporter, evidence, feedback, network, standards, studies,
};
use crate::interchange::bundle::kinds::{self, Kind};
use crate::network::Directory;
use crate::record::Draft;

/// A kind of thing that can be entered one by one.
pub trait Enterable {
    /// Its row.
    type Row: FromQueryResult + Clone + Send + Sync;
}

/// How it is entered.
pub(in crate::interchange::bundle) trait Entered:
    Enterable + Kind<Draft: Draft<Table: EntityTrait<Model = Self::Row>>> + 'static
{
    /// The column that names it, among what it is named within.
    const NAMED_BY: &'static str = "slug";
    /// The column after which it is named where nobody names it.
    const NAMED_AFTER: Option<&'static str> = Some("name");
    /// The columns that are the contributing centre where nothing is said.
    const OF_CENTRE: &'static [&'static str] = &[];
    /// What the audit calls it.
    const CALLED: [&'static str; 2];

    /// What somebody must be allowed to do to enter one for a centre.
    fn may(centre: CentreId) -> Action;

    /// Completes what is said of a new one by what goes without saying.
    fn complete(_entry: &mut Entry, _directory: &Directory, _today: NaiveDate) {}

    /// Writes the one thing that an exporter is to write.
    fn export<'a>(to: &'a mut Exporter<'_>) -> BoxFuture<'a, Result<()>>;
}

macro_rules! entered {
    ($($kind:ident $row:ident [$contribute:literal $revise:literal] $by:literal $after:expr, $of_centre:expr, $may:expr, $export:path $(, $complete:path)?;)*) => {$(
        impl Enterable for kinds::$kind {
            type Row = entity::$row::Model;
        }

        impl Entered for kinds::$kind {
            const NAMED_BY: &'static str = $by;
            const NAMED_AFTER: Option<&'static str> = $after;
            const OF_CENTRE: &'static [&'static str] = $of_centre;
            const CALLED: [&'static str; 2] = [$contribute, $revise];

            fn may(centre: CentreId) -> Action {
                let may: fn(CentreId) -> Action = $may;
                may(centre)
            }

            $(fn complete(entry: &mut Entry, directory: &Directory, today: NaiveDate) {
                $complete(entry, directory, today);
            })?

            fn export<'a>(to: &'a mut Exporter<'_>) -> BoxFuture<'a, Result<()>> {
                Box::pin($export(to))
            }
        }
    )*};
}

entered! {
    Collaborations collaboration ["collaboration.contribute" "collaboration.revise"] "slug" Some("title"),
        &["contributed_by"], Action::WriteCollaboration, evidence::collaborations;
    Publications publication ["publication.contribute" "publication.revise"] "slug" Some("title"),
        &["contributed_by"], Action::WriteEvidence, evidence::publications;
    Studies study ["study.contribute" "study.revise"] "slug" Some("title"),
        &["contributed_by", "lead_centre"], Action::WriteEvidence, studies::write;
    Findings finding ["finding.contribute" "finding.revise"] "reference" None,
        &["contributed_by"], Action::WriteEvidence, studies::finding;
    Ratings rating ["rating.contribute" "rating.revise"] "reference" None,
        &["contributed_by"], Action::WriteEvidence, evidence::rating, on_the_current_version;
    Feedback feedback ["feedback.give" "feedback.answer"] "reference" None,
        &["contributed_by"], Action::WriteCollaboration, feedback::write, received_today;
    Centres centre ["centre.add" "centre.revise"] "slug" Some("name"),
        &[], |_| Action::WriteNetwork, network::centres;
    People person ["person.add" "person.revise"] "slug" Some("name"),
        &[], |_| Action::WriteNetwork, network::people;
    LocalAuthorities local_authority ["local_authority.add" "local_authority.revise"] "gss_code" None,
        &[], |_| Action::WriteNetwork, network::local_authorities;
    Partners partner ["partner.add" "partner.revise"] "slug" Some("name"),
        &[], |_| Action::WriteNetwork, network::partners;
    Programmes programme ["programme.add" "programme.revise"] "slug" Some("title"),
        &["lead_centre"], |_| Action::WriteNetwork, network::programmes;
    Engagements engagement ["engagement.add" "engagement.revise"] "reference" None,
        &["centre"], |_| Action::WriteNetwork, network::engagements;
    Interventions term ["intervention.add" "intervention.revise"] "slug" Some("name"),
        &[], |_| Action::WriteNetwork, network::terms;
    Outcomes term ["outcome.add" "outcome.revise"] "slug" Some("name"),
        &[], |_| Action::WriteNetwork, network::terms;
    Populations term ["population.add" "population.revise"] "slug" Some("name"),
        &[], |_| Action::WriteNetwork, network::terms;
    Standards evidence_standard ["standard.add" "standard.revise"] "slug" Some("name"),
        &[], |_| Action::WriteNetwork, standards::with_scales;
    Crosswalk crosswalk ["crosswalk.add" "crosswalk.revise"] "to_level" None,
        &[], |_| Action::WriteNetwork, standards::crosswalk, on_current_versions;
}

/// A rating means the version of its standard that is used now, where nothing is said.
fn on_the_current_version(entry: &mut Entry, directory: &Directory, _today: NaiveDate) {
    current_version(entry, directory, ["standard", "version"]);
}

/// So do both levels of a reading.
fn on_current_versions(entry: &mut Entry, directory: &Directory, _today: NaiveDate) {
    current_version(entry, directory, ["from_standard", "from_version"]);
    current_version(entry, directory, ["to_standard", "to_version"]);
}

fn current_version(
    entry: &mut Entry,
    directory: &Directory,
    [standard_column, version_column]: [&'static str; 2],
) {
    let standards = &directory.standards;
    let standard = match entry.cell(standard_column).one() {
        Some(Item::Id(id)) => standards.by_id((*id).into()),
        _ => standards.by_key(entry.get(standard_column)),
    };
    let Some(standard) = standard else { return };
    // A version and its levels are found by the standard's name.
    entry.set(standard_column, standard.row.slug.clone());
    if let Some(current) = standard.current()
        && !entry.says(version_column)
    {
        entry.set(version_column, current.row.code.clone());
    }
}

/// Feedback was received today, where nothing is said.
fn received_today(entry: &mut Entry, _directory: &Directory, today: NaiveDate) {
    if !entry.says("received_on") {
        entry.set("received_on", today.to_string());
    }
}
