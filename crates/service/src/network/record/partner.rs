//! Partner organisations.

use chrono::{DateTime, Utc};
use entity::{PartnerId, partner};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::error::Result;
use crate::record::columns::{Table, Target, Value, columns};
use crate::record::{Draft, Problems, Standing, can_be_withdrawn, keyed_by, of_the_network};

columns! {
    /// What the network should know of a partner.
    pub struct PartnerDraft, PartnerFields PARTNER {
        /// Its key.
        slug: String [.key().holds(Value::Slug)],
        /// Its name.
        name: String,
        /// What kind of organisation it is.
        kind: Option<String>,
        /// Its website.
        homepage: Option<String>,
    }
    groups {
        /// Whether it still stands.
        standing: Standing<PartnerId>,
    }
}

/// The file of partners.
pub(crate) static PARTNERS: Table =
    Table::new("partners", PartnerDraft::COLUMNS).of(Target::Partner).superseded();

impl Draft for PartnerDraft {
    type Table = partner::Entity;
    type Key = String;
    type Parts = ();

    keyed_by!(partner, slug, Slug);
    of_the_network!(partner, Partner);
    can_be_withdrawn!(partner superseded);

    async fn from_rows(
        _connection: &impl ConnectionTrait,
        rows: &[partner::Model],
    ) -> Result<Vec<Self>> {
        let draft = |row: &partner::Model| Self {
            slug: row.slug.clone(),
            name: row.name.clone(),
            kind: row.kind.clone(),
            homepage: row.homepage.clone(),
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
        _before: Option<&partner::Model>,
        _now: DateTime<Utc>,
    ) -> partner::Model {
        let Self { slug, name, kind, homepage, standing } = self.clone();
        partner::Model {
            id: id.into(),
            slug,
            name,
            kind,
            homepage,
            withdrawn_at: standing.withdrawn_at,
            withdrawal_reason: standing.withdrawal_reason,
            superseded_by: standing.superseded_by,
        }
    }

    fn check(&self, problems: &mut Problems) {
        problems.slug(PARTNER.slug.name(), &self.slug);
        problems.name(PARTNER.name.name(), &self.name);
        problems.short(PARTNER.kind.name(), self.kind.as_ref());
        problems.address(PARTNER.homepage.name(), self.homepage.as_ref());
        self.standing.check(problems);
    }
}
