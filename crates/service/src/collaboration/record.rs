//! Recording collaborations, with their members.

use chrono::{DateTime, Utc};
use entity::{
    CentreId, CollaborationId, PartialDate, Visibility, collaboration, collaboration_member,
    shared_with,
};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::error::Result;
use crate::record::columns::{Table, Target, Value, columns, sharing_of};
use crate::record::{
    Draft, Fault, Problems, RowOf, SharedDraft, Sharing, keyed_by, link_parts, parts_before,
    parts_of, shared_draft,
};

columns! {
    /// What a collaboration should be.
    pub struct CollaborationDraft, CollaborationFields COLLABORATION {
        /// Its key.
        slug: String [.key().holds(Value::Slug)],
        /// Its title.
        title: String,
        /// What it is about.
        summary: Option<String>,
        /// The centres that take part.
        members: Vec<CentreId> [.required()],
        /// When it began.
        started: Option<PartialDate>,
        /// When it ended.
        ended: Option<PartialDate>,
    }
    groups {
        /// Who contributes it, and who may see it.
        sharing: Sharing<CollaborationId>,
    }
}

/// The file of collaborations.
pub(crate) static COLLABORATIONS: Table = Table::new("collaborations", CollaborationDraft::COLUMNS)
    .of(Target::Collaboration)
    .shared(Value::Same);

impl Draft for CollaborationDraft {
    type Table = collaboration::Entity;
    type Key = String;
    type Parts = (collaboration_member::Entity, shared_with::Entity);

    keyed_by!(collaboration, slug, Slug);
    shared_draft!(collaboration, Collaboration, WriteCollaboration);

    async fn from_rows(
        connection: &impl ConnectionTrait,
        rows: &[collaboration::Model],
    ) -> Result<Vec<Self>> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id.into()).collect();
        let (mut members, mut with) = parts_before::<Self>(connection, &ids).await?;
        let draft = |row: &collaboration::Model| Self {
            slug: row.slug.clone(),
            title: row.title.clone(),
            summary: row.summary.clone(),
            members: parts_of(&mut members, row.id).iter().map(|row| row.centre_id).collect(),
            started: row.started.clone(),
            ended: row.ended.clone(),
            sharing: sharing_of!(row, parts_of(&mut with, row.id)),
        };
        Ok(rows.iter().map(draft).collect())
    }

    fn row(
        &self,
        id: Uuid,
        before: Option<&collaboration::Model>,
        now: DateTime<Utc>,
    ) -> collaboration::Model {
        let draft = self.clone();
        collaboration::Model {
            id: id.into(),
            slug: draft.slug,
            title: draft.title,
            summary: draft.summary,
            started: draft.started,
            ended: draft.ended,
            contributed_by: draft.sharing.contributed_by,
            visibility: draft.sharing.visibility,
            embargoed_until: draft.sharing.embargoed_until,
            version: before.map_or(1, |before| before.version),
            created_at: before.map_or(now, |before| before.created_at),
            updated_at: before.map_or(now, |before| before.updated_at),
            withdrawn_at: draft.sharing.withdrawn_at,
            withdrawal_reason: draft.sharing.withdrawal_reason,
            superseded_by: draft.sharing.superseded_by,
        }
    }

    fn check(&self, problems: &mut Problems) {
        problems.slug(COLLABORATION.slug.name(), &self.slug);
        problems.name(COLLABORATION.title.name(), &self.title);
        problems.text(COLLABORATION.summary.name(), self.summary.as_ref());
        if self.members.is_empty() {
            problems.add(
                COLLABORATION.members.name(),
                Fault::Required,
                "It has no members.",
                "Name at least one centre.",
            );
        }
        problems.distinct(COLLABORATION.members.name(), &self.members);
        problems.partly_in_order(
            COLLABORATION.ended.name(),
            self.started.as_ref(),
            self.ended.as_ref(),
        );
        self.sharing.check(problems, false);
    }
}

impl SharedDraft for CollaborationDraft {
    /// A collaboration for members is for its own members too.
    fn shared_with(&self, row: &RowOf<Self>) -> Vec<CollaborationId> {
        let mut with = self.sharing.shared_with.clone();
        if self.sharing.visibility == Visibility::Collaboration && !with.contains(&row.id) {
            with.push(row.id);
        }
        with
    }
}

link_parts! {
    collaboration_member of CollaborationDraft: collaboration_id, centre_id, "members", |draft| draft.members.clone();
}
