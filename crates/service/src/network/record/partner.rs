//! Partner organisations.

use chrono::{DateTime, Utc};
use entity::{PartnerId, partner};
use uuid::Uuid;

use crate::record::{Draft, Problems, Standing, can_be_withdrawn, keyed_by, of_the_network};

/// What the network should know of a partner.
#[derive(Clone, Debug)]
pub struct PartnerDraft {
    /// Its key.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// What kind of organisation it is.
    pub kind: Option<String>,
    /// Its website.
    pub homepage: Option<String>,
    /// Whether it still stands.
    pub standing: Standing<PartnerId>,
}

impl Draft for PartnerDraft {
    type Table = partner::Entity;
    type Key = String;
    type Parts = ();

    keyed_by!(partner, slug, Slug);
    of_the_network!(partner, Partner);
    can_be_withdrawn!(partner superseded);

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
        problems.slug("slug", &self.slug);
        problems.name("name", &self.name);
        problems.short("kind", self.kind.as_ref());
        problems.address("homepage", self.homepage.as_ref());
        self.standing.check(problems);
    }
}
