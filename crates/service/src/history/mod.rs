//! The history of shared things: every version, with who made it, when, why, and what it changed.
//!
//! The log keeps of each change the way back to what the thing was before. Going these ways from the present state,
//! one after another, gives each version. A viewer is shown the versions during which they could have seen the thing:
//! what it was as a draft stays with those whose draft it was.

mod as_of;
mod difference;

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    AccessTokenId, CentreId, ChangeKind, ChangeOperation, CollaborationId, access_token, change,
    collaboration_member,
};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder};
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::access::{ScopeName, SharingState, scope};
use crate::collaboration::record::CollaborationDraft;
use crate::error::Result;
use crate::evidence::record::{FindingDraft, PublicationDraft, RatingDraft, StudyDraft};
use crate::feedback::record::FeedbackDraft;
use crate::record::{Draft, State, states};
use crate::request::RequestContext;
use crate::space::Space;
use crate::store::delta::go_back;
use crate::viewer::{Viewer, Who};

use self::difference::differences;
pub use as_of::as_of;
pub use difference::FieldChange;

/// A version of a shared thing.
#[derive(Clone, Debug)]
pub struct Revision {
    /// Its place in the log.
    pub sequence: i64,
    /// The version that it made.
    pub version: i32,
    pub operation: ChangeOperation,
    pub at: DateTime<Utc>,
    /// The centre that did it; nothing for the operator of the space.
    pub centre: Option<CentreId>,
    /// The name of the token with which it was done, for those who may know it: that centre itself.
    pub token_name: Option<String>,
    /// Why, in the words of who did it.
    pub reason: Option<String>,
    /// What it changed, if the viewer could see the version before.
    pub changes: Vec<FieldChange>,
}

/// Returns the versions of things that the viewer has been shown, from the oldest.
pub async fn of(
    context: &RequestContext,
    things: &[(ChangeKind, Uuid)],
) -> Result<HashMap<Uuid, Vec<Revision>>> {
    let connection = context.store().connection();
    let changes = changes(context.space(), things.iter().map(|(_, id)| *id)).await?;
    let revised: Vec<(ChangeKind, Uuid)> = things
        .iter()
        .copied()
        .filter(|(_, id)| changes.get(id).is_some_and(|rows| rows.len() > 1))
        .collect();
    let mut pasts = pasts(connection, &revised, &changes).await?;
    let needed: Vec<(ChangeKind, Uuid)> = pasts
        .values()
        .flat_map(PastStates::needs)
        .filter(|(_, id)| !pasts.contains_key(id))
        .collect::<HashSet<_>>()
        .into_iter()
        .collect();
    let of_needed = self::changes(context.space(), needed.iter().map(|(_, id)| *id)).await?;
    pasts.extend(self::pasts(connection, &needed, &of_needed).await?);
    let members = members(context.space(), pasts.values()).await?;
    let names = token_names(context, changes.values().flatten()).await?;
    let now = context.now();

    let mut histories = HashMap::new();
    for (_, id) in things {
        let rows = changes.get(id).map(Vec::as_slice).unwrap_or_default();
        let revisions = match pasts.get(id) {
            None => rows.iter().map(|row| revision(row, &names)).collect(),
            Some(past) => {
                let sees = |end: VersionEnd| past.is_seen(context.viewer(), end, &pasts, &members);
                past.revisions(rows, &names, sees, now)
            }
        };
        histories.insert(*id, revisions);
    }
    Ok(histories)
}

/// Returns the revisions of things in the log, from the oldest, without what only touched them.
async fn changes(
    space: &Space,
    ids: impl Iterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Vec<change::Model>>> {
    let ids: Vec<Uuid> = ids.collect();
    let mut changes: HashMap<Uuid, Vec<change::Model>> = HashMap::new();
    if ids.is_empty() {
        return Ok(changes);
    }
    let is_revision = change::Column::Before
        .is_not_null()
        .or(change::Column::Operation.eq(ChangeOperation::Created));
    let rows = scope::parts_of_seen::<change::Entity>()
        .filter(scope::among(space.store().backend(), change::Column::SubjectId, ids))
        .filter(is_revision)
        .order_by_asc(change::Column::Sequence)
        .all(space.store().connection())
        .await?;
    // What came since is no history yet, and would be told by what the thing was; collaborations are as they are now.
    let now = space.store().source().now();
    let came_since = |row: &change::Model| {
        space.is_past() && row.kind != ChangeKind::Collaboration && row.at > now
    };
    let mut ended = HashSet::new();
    for row in rows {
        if came_since(&row) {
            ended.insert(row.subject_id);
        }
        if !ended.contains(&row.subject_id) {
            changes.entry(row.subject_id).or_default().push(row);
        }
    }
    Ok(changes)
}

/// The states of a thing, version by version.
struct PastStates {
    /// What it was since which change, from the oldest.
    states: Vec<(VersionStart, State)>,
}

/// The beginning of a version.
#[derive(Clone, Copy)]
struct VersionStart {
    sequence: i64,
    at: DateTime<Utc>,
}

/// The end of a version: the moments of two changes may be the same, their places in the log are not.
#[derive(Clone, Copy)]
struct VersionEnd {
    /// The place of the change that ended it.
    before: i64,
    /// The last moment at which it stood.
    at: DateTime<Utc>,
}

async fn pasts(
    connection: &impl ConnectionTrait,
    things: &[(ChangeKind, Uuid)],
    changes: &HashMap<Uuid, Vec<change::Model>>,
) -> Result<HashMap<Uuid, PastStates>> {
    let mut pasts = HashMap::new();
    let mut present = PresentStates { connection, things, changes, pasts: &mut pasts };
    present.read::<CollaborationDraft>(ChangeKind::Collaboration).await?;
    present.read::<StudyDraft>(ChangeKind::Study).await?;
    present.read::<PublicationDraft>(ChangeKind::Publication).await?;
    present.read::<FindingDraft>(ChangeKind::Finding).await?;
    present.read::<RatingDraft>(ChangeKind::Rating).await?;
    present.read::<FeedbackDraft>(ChangeKind::Feedback).await?;
    Ok(pasts)
}

/// Goes back from the present states of things, kind by kind.
struct PresentStates<'a, C> {
    connection: &'a C,
    things: &'a [(ChangeKind, Uuid)],
    changes: &'a HashMap<Uuid, Vec<change::Model>>,
    pasts: &'a mut HashMap<Uuid, PastStates>,
}

impl<C: ConnectionTrait> PresentStates<'_, C> {
    async fn read<D: Draft>(&mut self, kind: ChangeKind) -> Result<()> {
        let of_kind = self.things.iter().filter(|(of, _)| *of == kind);
        let ids: Vec<Uuid> = of_kind.map(|(_, id)| *id).collect();
        if ids.is_empty() {
            return Ok(());
        }
        for (id, present) in states::<D>(self.connection, ids).await? {
            let rows = self.changes.get(&id).map(Vec::as_slice).unwrap_or_default();
            self.pasts.insert(id, PastStates::new(present, rows));
        }
        Ok(())
    }
}

impl PastStates {
    fn new(present: State, changes: &[change::Model]) -> Self {
        let mut state = present;
        let mut states = Vec::with_capacity(changes.len());
        for change in changes.iter().rev() {
            let began = VersionStart { sequence: change.sequence, at: change.at };
            states.push((began, state.clone()));
            if let Some(Value::Object(way)) = &change.before {
                go_back(&mut state, way);
            }
        }
        states.reverse();
        Self { states }
    }

    /// Returns what must be seen for it to be seen.
    fn needs(&self) -> Vec<(ChangeKind, Uuid)> {
        let Some((_, state)) = self.states.last() else {
            return Vec::new();
        };
        let named = |field: &str| state.get(field).and_then(uuid_of);
        // Of a finding the publication is only its source; a rating rates one of the two.
        let is_finding = state.contains_key("estimate");
        let study = named("study_id").map(|id| (ChangeKind::Study, id));
        let publication = named("publication_id").map(|id| (ChangeKind::Publication, id));
        match (study, publication) {
            (Some(study), _) => vec![study],
            (None, Some(publication)) if !is_finding => vec![publication],
            _ => Vec::new(),
        }
    }

    /// Returns what it was before a change of the log.
    fn before(&self, sequence: i64) -> Option<&State> {
        let begun = self.states.iter().rev();
        let mut begun = begun.filter(|(began, _)| began.sequence < sequence);
        begun.next().map(|(_, state)| state)
    }

    /// Returns whether a viewer, as they are today, could see it when a version ended.
    fn is_seen(
        &self,
        viewer: &Viewer,
        end: VersionEnd,
        pasts: &HashMap<Uuid, Self>,
        members: &HashMap<CollaborationId, BTreeSet<CentreId>>,
    ) -> bool {
        let Some(state) = self.before(end.before) else {
            return false;
        };
        let Some(sharing) = sharing(state) else {
            return false;
        };
        let of_collaborations = collaborations(state).filter_map(|id| members.get(&id)).flatten();
        let members_of_all = of_collaborations.copied().collect();
        sharing.audience(&members_of_all, end.at).includes(viewer)
            && self.needs().iter().all(|(_, id)| {
                pasts.get(id).is_none_or(|needed| needed.is_seen(viewer, end, pasts, members))
            })
    }

    /// Returns the versions that could be seen while they stood.
    fn revisions(
        &self,
        changes: &[change::Model],
        names: &HashMap<Uuid, String>,
        sees: impl Fn(VersionEnd) -> bool,
        now: DateTime<Utc>,
    ) -> Vec<Revision> {
        let ends = self.states.iter().skip(1).map(|(next, _)| VersionEnd {
            before: next.sequence,
            at: next.at - TimeDelta::microseconds(1),
        });
        let last = VersionEnd { before: i64::MAX, at: now };
        let seen: Vec<bool> = self
            .states
            .iter()
            .zip(ends.chain([last]))
            .map(|((began, _), end)| sees(VersionEnd { at: Ord::max(end.at, began.at), ..end }))
            .collect();
        let mut revisions = Vec::new();
        for (at, row) in changes.iter().enumerate() {
            if !seen.get(at).copied().unwrap_or_default() {
                continue;
            }
            let mut revision = revision(row, names);
            let before =
                at.checked_sub(1).filter(|before| seen.get(*before).copied().unwrap_or_default());
            if let Some((_, was)) = before.and_then(|before| self.states.get(before))
                && let Some((_, is)) = self.states.get(at)
            {
                revision.changes = differences(was, is);
            }
            revisions.push(revision);
        }
        revisions
    }
}

fn revision(row: &change::Model, names: &HashMap<Uuid, String>) -> Revision {
    Revision {
        sequence: row.sequence,
        version: row.version,
        operation: row.operation,
        at: row.at,
        centre: row.centre_id,
        token_name: row.token_id.and_then(|id| names.get(&id).cloned()),
        reason: row.reason.clone(),
        changes: Vec::new(),
    }
}

fn sharing(state: &Map<String, Value>) -> Option<SharingState> {
    #[derive(Deserialize)]
    struct SharingFields {
        contributed_by: CentreId,
        visibility: entity::Visibility,
        embargoed_until: Option<DateTime<Utc>>,
    }
    let field = |name: &str| Some((name.to_owned(), state.get(name)?.clone()));
    let fields = ["contributed_by", "visibility", "embargoed_until"];
    let kept: Map<String, Value> = fields.into_iter().filter_map(field).collect();
    let kept: SharingFields = serde_json::from_value(Value::Object(kept)).ok()?;
    Some(SharingState {
        contributed_by: kept.contributed_by,
        visibility: kept.visibility,
        embargoed_until: kept.embargoed_until,
    })
}

fn collaborations(state: &Map<String, Value>) -> impl Iterator<Item = CollaborationId> {
    let rows = state.get("shared_with").and_then(Value::as_array);
    let ids = rows.into_iter().flatten();
    ids.filter_map(|row| row.get("collaboration_id").and_then(uuid_of)).map(CollaborationId)
}

fn uuid_of(value: &Value) -> Option<Uuid> {
    value.as_str()?.parse().ok()
}

/// Returns the members, as they are today, of the collaborations with which things were ever shared.
async fn members<'p>(
    space: &Space,
    pasts: impl Iterator<Item = &'p PastStates>,
) -> Result<HashMap<CollaborationId, BTreeSet<CentreId>>> {
    let ids: HashSet<Uuid> = pasts
        .flat_map(|past| &past.states)
        .flat_map(|(_, state)| collaborations(state))
        .map(Uuid::from)
        .collect();
    let mut members: HashMap<CollaborationId, BTreeSet<CentreId>> = HashMap::new();
    if ids.is_empty() {
        return Ok(members);
    }
    let rows = scope::parts_of_seen::<collaboration_member::Entity>()
        .filter(scope::among(
            space.store().backend(),
            collaboration_member::Column::CollaborationId,
            ids,
        ))
        .all(space.store().connection())
        .await?;
    for row in rows {
        let of_one = members.entry(row.collaboration_id).or_default();
        of_one.insert(row.centre_id);
    }
    Ok(members)
}

/// Returns the names of the tokens with which changes were made, as far as the viewer may know them.
async fn token_names<'c>(
    context: &RequestContext,
    changes: impl Iterator<Item = &'c change::Model>,
) -> Result<HashMap<Uuid, String>> {
    let knows_all = matches!(context.viewer().who(), Who::Operator)
        || context.viewer().has(ScopeName::AuditReadAll);
    let own = context.viewer().centre();
    let ids: HashSet<Uuid> = changes
        .filter(|row| knows_all || (own.is_some() && row.centre_id == own))
        .filter_map(|row| row.token_id)
        .collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let tokens = scope::access_tokens()
        .filter(scope::among(context.store().backend(), access_token::Column::Id, ids))
        .all(context.store().connection())
        .await?;
    let named = tokens.into_iter().map(|token| {
        let AccessTokenId(id) = token.id;
        (id, token.name)
    });
    Ok(named.collect())
}
