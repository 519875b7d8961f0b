//! Centres, with their standing in the network.

use chrono::{DateTime, Utc};
use entity::{CentreId, ChangeKind, NetworkStatus, PartialDate, centre, centre_status};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::error::Result;
use crate::record::columns::{Table, Target, Value, columns};
use crate::record::reading::{Child, Listed};
use crate::record::{
    Chain, Children, Draft, Part, Problems, Subject, Wanted, Whole, identifier, keyed_by,
    of_the_network, parts_before, parts_of,
};

columns! {
    /// What a centre should be.
    pub struct CentreDraft, CentreFields CENTRE {
        /// Its key.
        slug: String [.key().holds(Value::Slug)],
        /// Its full name.
        name: String,
        /// What people call it.
        short_name: Option<String>,
        /// The policy area that it gathers evidence for.
        policy_area: String,
        /// What it does.
        description: Option<String>,
        /// When it was founded.
        founded: Option<PartialDate>,
        /// Its website.
        homepage: Option<String>,
        /// Its id in the Research Organization Registry.
        ror_id: Option<String> [.holds(Value::Ror)],
        /// The centre that carries on its work.
        successor: Option<CentreId>,
    }
    children {
        /// Its standing in the network.
        statuses: StatusDraft,
    }
}

/// The file of centres.
pub(crate) static CENTRES: Table = Table::new("centres", CentreDraft::COLUMNS).of(Target::Centre);

columns! {
    /// A standing in the network.
    pub struct StatusDraft, StatusFields STATUS within { centre: CentreId, } {
        /// From when.
        since: PartialDate [.key()],
        /// The standing.
        status: NetworkStatus,
        /// Until when.
        until: Option<PartialDate>,
        /// What happened.
        note: Option<String>,
    }
}

/// The file of centres' standing in the network.
pub(crate) static CENTRE_STATUSES: Table =
    Table::new("centre_statuses", StatusDraft::COLUMNS).child(1).input("statuses");

impl Listed for StatusDraft {
    const TABLE: &'static Table = &CENTRE_STATUSES;
}

impl Child for StatusDraft {
    type Whole = CentreDraft;
    type Part = centre_status::Entity;

    fn check(&self, problems: &mut Problems) {
        problems.partly_in_order(STATUS.until.name(), Some(&self.since), self.until.as_ref());
        problems.text(STATUS.note.name(), self.note.as_ref());
    }

    fn row(&self, whole: Uuid) -> centre_status::Model {
        let Self { since, status, until, note } = self.clone();
        let since = since.to_string();
        centre_status::Model { centre_id: whole.into(), since, status, until, note }
    }

    fn from_row(row: centre_status::Model) -> Self {
        let centre_status::Model { centre_id: _, since, status, until, note } = row;
        Self { since: since.parse().unwrap_or_default(), status, until, note }
    }
}

impl Draft for CentreDraft {
    type Table = centre::Entity;
    type Key = String;
    type Parts = (centre_status::Entity,);

    const CHAINS: &'static [Chain<Self>] = &[Chain {
        field: "successor",
        next: |draft| draft.successor.map(Uuid::from),
        next_of: |row| row.successor.map(Uuid::from),
    }];

    keyed_by!(centre, slug, Slug);
    of_the_network!(centre, Centre);

    async fn from_rows(
        connection: &impl ConnectionTrait,
        rows: &[centre::Model],
    ) -> Result<Vec<Self>> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id.into()).collect();
        let (mut statuses,) = parts_before::<Self>(connection, &ids).await?;
        let draft = |row: &centre::Model| Self {
            slug: row.slug.clone(),
            name: row.name.clone(),
            short_name: row.short_name.clone(),
            policy_area: row.policy_area.clone(),
            description: row.description.clone(),
            founded: row.founded.clone(),
            homepage: row.homepage.clone(),
            ror_id: row.ror_id.clone(),
            successor: row.successor,
            statuses: Children::from_rows(parts_of(&mut statuses, row.id)),
        };
        Ok(rows.iter().map(draft).collect())
    }

    fn row(&self, id: Uuid, _before: Option<&centre::Model>, _now: DateTime<Utc>) -> centre::Model {
        let draft = self.clone();
        centre::Model {
            id: id.into(),
            slug: draft.slug,
            name: draft.name,
            short_name: draft.short_name,
            policy_area: draft.policy_area,
            description: draft.description,
            founded: draft.founded,
            homepage: draft.homepage,
            ror_id: draft.ror_id,
            successor: draft.successor,
        }
    }

    fn check(&self, problems: &mut Problems) {
        problems.slug(CENTRE.slug.name(), &self.slug);
        problems.name(CENTRE.name.name(), &self.name);
        problems.short(CENTRE.short_name.name(), self.short_name.as_ref());
        problems.name(CENTRE.policy_area.name(), &self.policy_area);
        problems.text(CENTRE.description.name(), self.description.as_ref());
        problems.address(CENTRE.homepage.name(), self.homepage.as_ref());
        problems.identifier(
            CENTRE.ror_id.name(),
            self.ror_id.as_ref(),
            identifier::ror,
            "https://ror.org/00f2yqf98",
        );
        self.statuses.check(problems, StatusDraft::check);
    }
}

impl Whole for CentreDraft {
    fn subject_of(row: &centre::Model) -> Subject {
        Subject::itself(ChangeKind::Centre, row.id)
    }
}

impl Part<CentreDraft> for centre_status::Entity {
    const NAME: &'static str = "statuses";

    fn whole(row: &centre_status::Model) -> Uuid {
        row.centre_id.into()
    }

    fn wanted(draft: &CentreDraft, row: &centre::Model) -> Option<Wanted<centre_status::Model>> {
        draft.statuses.wanted(|status| status.row(row.id.into()))
    }

    fn replaces(new: &centre_status::Model, old: &centre_status::Model) -> bool {
        new.since == old.since
    }
}
