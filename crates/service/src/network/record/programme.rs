//! Programmes, with their partners.

use chrono::{DateTime, Utc};
use entity::{CentreId, PartialDate, PartnerId, ProgrammeId, programme, programme_partner};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::error::Result;
use crate::record::columns::{Table, Target, Value, columns};
use crate::record::{
    Draft, Problems, Standing, can_be_withdrawn, keyed_by, link_parts, of_the_network,
    parts_before, parts_of,
};

columns! {
    /// What a programme should be.
    pub struct ProgrammeDraft, ProgrammeFields PROGRAMME {
        /// Its key.
        slug: String [.key().holds(Value::Slug)],
        /// Its title.
        title: String,
        /// What it is.
        summary: Option<String>,
        /// The centre that leads it.
        lead_centre: CentreId,
        /// Its partners.
        partners: Vec<PartnerId>,
        /// When it began.
        started: Option<PartialDate>,
        /// When it ended.
        ended: Option<PartialDate>,
        /// Its page on the web.
        homepage: Option<String>,
        /// How many studies it has by its own account, named or not.
        studies_stated: Option<i32>,
        /// How many partners it has by its own account, named or not.
        partners_stated: Option<i32>,
        /// In how many local authorities it works by its own account, named or not.
        local_authorities_stated: Option<i32>,
    }
    groups {
        /// Whether it still stands.
        standing: Standing<ProgrammeId>,
    }
}

/// The file of programmes.
pub(crate) static PROGRAMMES: Table =
    Table::new("programmes", ProgrammeDraft::COLUMNS).of(Target::Programme).superseded();

impl Draft for ProgrammeDraft {
    type Table = programme::Entity;
    type Key = String;
    type Parts = (programme_partner::Entity,);

    keyed_by!(programme, slug, Slug);
    of_the_network!(programme, Programme);
    can_be_withdrawn!(programme superseded);

    async fn from_rows(
        connection: &impl ConnectionTrait,
        rows: &[programme::Model],
    ) -> Result<Vec<Self>> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id.into()).collect();
        let (mut partners,) = parts_before::<Self>(connection, &ids).await?;
        let draft = |row: &programme::Model| Self {
            slug: row.slug.clone(),
            title: row.title.clone(),
            summary: row.summary.clone(),
            lead_centre: row.lead_centre,
            partners: parts_of(&mut partners, row.id).iter().map(|row| row.partner_id).collect(),
            started: row.started.clone(),
            ended: row.ended.clone(),
            homepage: row.homepage.clone(),
            studies_stated: row.studies_stated,
            partners_stated: row.partners_stated,
            local_authorities_stated: row.local_authorities_stated,
            standing: Standing {
                withdrawn_at: row.withdrawn_at,
                withdrawal_reason: row.withdrawal_reason.clone(),
                superseded_by: row.superseded_by,
            },
        };
        Ok(rows.iter().map(draft).collect())
    }

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
        problems.slug(PROGRAMME.slug.name(), &self.slug);
        problems.name(PROGRAMME.title.name(), &self.title);
        problems.text(PROGRAMME.summary.name(), self.summary.as_ref());
        problems.distinct(PROGRAMME.partners.name(), &self.partners);
        problems.partly_in_order(
            PROGRAMME.ended.name(),
            self.started.as_ref(),
            self.ended.as_ref(),
        );
        problems.address(PROGRAMME.homepage.name(), self.homepage.as_ref());
        problems.at_least(PROGRAMME.studies_stated.name(), self.studies_stated, 0);
        problems.at_least(PROGRAMME.partners_stated.name(), self.partners_stated, 0);
        problems.at_least(
            PROGRAMME.local_authorities_stated.name(),
            self.local_authorities_stated,
            0,
        );
        self.standing.check(problems);
    }
}

link_parts! {
    programme_partner of ProgrammeDraft: programme_id, partner_id, "partners", |draft| draft.partners.clone();
}
