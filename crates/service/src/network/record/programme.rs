//! Programmes, with their partners.

use chrono::{DateTime, Utc};
use entity::{CentreId, PartialDate, PartnerId, ProgrammeId, programme, programme_partner};
use uuid::Uuid;

use crate::record::{
    Draft, Problems, Standing, can_be_withdrawn, keyed_by, link_parts, of_the_network,
};

/// What a programme should be.
#[derive(Clone, Debug)]
pub struct ProgrammeDraft {
    /// Its key.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// What it is.
    pub summary: Option<String>,
    /// The centre that leads it.
    pub lead_centre: CentreId,
    /// Its partners.
    pub partners: Vec<PartnerId>,
    /// When it began.
    pub started: Option<PartialDate>,
    /// When it ended.
    pub ended: Option<PartialDate>,
    /// Its page on the web.
    pub homepage: Option<String>,
    /// How many studies it has by its own account, named or not.
    pub studies_stated: Option<i32>,
    /// How many partners it has by its own account, named or not.
    pub partners_stated: Option<i32>,
    /// In how many local authorities it works by its own account, named or not.
    pub local_authorities_stated: Option<i32>,
    /// Whether it still stands.
    pub standing: Standing<ProgrammeId>,
}

impl Draft for ProgrammeDraft {
    type Table = programme::Entity;
    type Key = String;
    type Parts = (programme_partner::Entity,);

    keyed_by!(programme, slug, Slug);
    of_the_network!(programme, Programme);
    can_be_withdrawn!(programme superseded);

    fn row(
        &self,
        id: Uuid,
        _before: Option<&programme::Model>,
        _now: DateTime<Utc>,
    ) -> programme::Model {
        let draft = self.clone();
        programme::Model {
            id: id.into(),
            slug: draft.slug,
            title: draft.title,
            summary: draft.summary,
            lead_centre: draft.lead_centre,
            started: draft.started,
            ended: draft.ended,
            homepage: draft.homepage,
            studies_stated: draft.studies_stated,
            partners_stated: draft.partners_stated,
            local_authorities_stated: draft.local_authorities_stated,
            withdrawn_at: draft.standing.withdrawn_at,
            withdrawal_reason: draft.standing.withdrawal_reason,
            superseded_by: draft.standing.superseded_by,
        }
    }

    fn check(&self, problems: &mut Problems) {
        problems.slug("slug", &self.slug);
        problems.name("title", &self.title);
        problems.text("summary", self.summary.as_ref());
        problems.distinct("partners", &self.partners);
        problems.partly_in_order("ended", self.started.as_ref(), self.ended.as_ref());
        problems.address("homepage", self.homepage.as_ref());
        problems.at_least("studies_stated", self.studies_stated, 0);
        problems.at_least("partners_stated", self.partners_stated, 0);
        problems.at_least("local_authorities_stated", self.local_authorities_stated, 0);
        self.standing.check(problems);
    }
}

link_parts! {
    programme_partner of ProgrammeDraft: programme_id, partner_id, "partners", |draft| draft.partners.clone();
}
