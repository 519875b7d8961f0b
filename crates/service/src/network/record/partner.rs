//! Partner organisations.

use chrono::{DateTime, Utc};
use entity::partner;
use uuid::Uuid;

use crate::record::{Draft, Problems, keyed_by, of_the_network};

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
}

impl Draft for PartnerDraft {
    type Table = partner::Entity;
    type Key = String;
    type Parts = ();

    keyed_by!(partner, slug, Slug);
    of_the_network!(partner, Partner);

    fn row(
        &self,
        id: Uuid,
        _before: Option<&partner::Model>,
        _now: DateTime<Utc>,
    ) -> partner::Model {
        let Self {
            slug,
            name,
            kind,
            homepage,
        } = self.clone();
        partner::Model {
            id: id.into(),
            slug,
            name,
            kind,
            homepage,
        }
    }

    fn check(&self, problems: &mut Problems) {
        problems.slug("slug", &self.slug);
        problems.name("name", &self.name);
        problems.short("kind", self.kind.as_ref());
        problems.address("homepage", self.homepage.as_ref());
    }
}
