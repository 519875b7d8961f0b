//! Recording collaborations, with their members.

use chrono::{DateTime, Utc};
use entity::{
    CentreId, CollaborationId, PartialDate, Visibility, collaboration, collaboration_member,
    shared_with,
};
use uuid::Uuid;

use crate::record::{
    Draft, Fault, Problems, RowOf, SharedDraft, Sharing, keyed_by, link_parts, shared_draft,
};

/// What a collaboration should be.
#[derive(Clone, Debug)]
pub struct CollaborationDraft {
    /// Its key.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub summary: Option<String>,
    /// The centres that take part.
    pub members: Vec<CentreId>,
    /// When it began.
    pub started: Option<PartialDate>,
    /// When it ended.
    pub ended: Option<PartialDate>,
    /// Who contributes it, and who may see it.
    pub sharing: Sharing<CollaborationId>,
}

impl Draft for CollaborationDraft {
    type Table = collaboration::Entity;
    type Key = String;
    type Parts = (collaboration_member::Entity, shared_with::Entity);

    keyed_by!(collaboration, slug, Slug);
    shared_draft!(collaboration, Collaboration, WriteCollaboration);

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
        problems.slug("slug", &self.slug);
        problems.name("title", &self.title);
        problems.text("summary", self.summary.as_ref());
        if self.members.is_empty() {
            problems.add(
                "members",
                Fault::Required,
                "It has no members.",
                "Name at least one centre.",
            );
        }
        problems.distinct("members", &self.members);
        problems.partly_in_order("ended", self.started.as_ref(), self.ended.as_ref());
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
