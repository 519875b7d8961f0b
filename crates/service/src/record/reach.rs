//! How far a change is felt: what else is seen, or leaned on, by way of the things that changed.
//!
//! A finding is seen only with its study, a rating only with what it rates, and what is shared with a
//! collaboration by its members. When that changes, these things stay the same and still appear to some and
//! disappear for others; the log tells of each of them, so that a reader who follows findings alone hears it.
//! And when something is withdrawn, the log tells of what leans on it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::{
    CentreId, ChangeKind, RatingId, StudyId, Visibility, collaboration, collaboration_member,
    considered_publication, considered_study, embargo, feedback, finding, publication, rating,
    shared_with, study, study_publication,
};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, Condition, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QuerySelect,
};
use uuid::Uuid;

use crate::access::scope;
use crate::access::{Audience, SharingState};
use crate::error::Result;
use crate::store::Write;

/// A thing of a kind.
pub(crate) type Thing = (ChangeKind, Uuid);

/// Things and who sees them.
#[derive(Debug, Default)]
pub(super) struct Reach(BTreeMap<Uuid, Reached>);

#[derive(Debug)]
struct Reached {
    kind: ChangeKind,
    version: i32,
    audience: Audience,
}

/// A row of a shared kind, as far as it decides who sees it.
struct Row {
    kind: ChangeKind,
    id: Uuid,
    version: i32,
    state: SharingState,
    /// What must be seen for it to be seen.
    needs: Option<Thing>,
}

impl Reach {
    /// Who sees these things, and what is seen by way of them, as it stands now.
    pub(super) async fn of(write: &Write, things: &[Thing]) -> Result<Self> {
        if things.is_empty() {
            return Ok(Self::default());
        }
        let mut rows = HashMap::new();
        read(write, things, &mut rows).await?;
        let of_members = shared_with_collaborations(write, things).await?;
        read(write, &of_members, &mut rows).await?;
        let seen_with: Vec<Thing> = rows.values().map(|row: &Row| (row.kind, row.id)).collect();
        read_what_needs(write, &seen_with, &mut rows).await?;
        Self::judge(write, rows, write.source().now()).await
    }

    /// The same things, as they stand now.
    async fn again(&self, write: &Write) -> Result<Self> {
        let things: Vec<Thing> = self.0.iter().map(|(id, known)| (known.kind, *id)).collect();
        let mut rows = HashMap::new();
        read(write, &things, &mut rows).await?;
        Self::judge(write, rows, write.source().now()).await
    }

    async fn judge(write: &Write, mut rows: HashMap<Uuid, Row>, at: DateTime<Utc>) -> Result<Self> {
        let reached: Vec<Uuid> = rows.keys().copied().collect();
        let needed: Vec<Thing> = rows.values().filter_map(|row| row.needs).collect();
        let needed: Vec<Thing> =
            needed.into_iter().filter(|(_, id)| !rows.contains_key(id)).collect();
        read(write, &needed, &mut rows).await?;
        let members = members(write, &rows).await?;
        let nobody = BTreeSet::new();
        let own = |row: &Row| {
            let members = members.get(&row.id).unwrap_or(&nobody);
            row.state.audience(members, at)
        };
        let reached = reached.into_iter().filter_map(|id| {
            let row = rows.get(&id)?;
            let audience = match row.needs.and_then(|(_, needed)| rows.get(&needed)) {
                Some(needed) => own(row).and(&own(needed)),
                None => own(row),
            };
            let reached = Reached { kind: row.kind, version: row.version, audience };
            Some((id, reached))
        });
        Ok(Self(reached.collect()))
    }

    /// Tells the log whose sight of which thing has changed since, but for things whose change it tells already:
    /// of these only who lost them. Gives the things that it told of.
    pub(super) async fn tell(
        self,
        write: &mut Write,
        told: &HashSet<Uuid>,
    ) -> Result<HashSet<Uuid>> {
        let now = self.again(write).await?;
        let mut touched = HashSet::new();
        for (id, before) in &self.0 {
            let Some(after) = now.0.get(id).filter(|after| after.audience != before.audience)
            else {
                continue;
            };
            if !told.contains(id) {
                write.touch(after.kind, *id, after.version);
                touched.insert(*id);
            }
            if let Some(loss) = before.audience.loss(&after.audience) {
                write.hide(*id, loss);
            }
        }
        Ok(touched)
    }
}

/// Who sees things at a time, as they are shared now.
pub(crate) async fn audiences(
    write: &Write,
    things: &[Thing],
    at: DateTime<Utc>,
) -> Result<HashMap<Uuid, Audience>> {
    let mut rows = HashMap::new();
    read(write, things, &mut rows).await?;
    let Reach(reached) = Reach::judge(write, rows, at).await?;
    let audiences = reached.into_iter();
    Ok(audiences.map(|(id, reached)| (id, reached.audience)).collect())
}

/// Tells the log of what leans on things that were withdrawn, but for things that it tells of already.
pub(super) async fn tell_of_what_leans(
    write: &mut Write,
    withdrawn: &[Thing],
    told: &HashSet<Uuid>,
) -> Result<()> {
    let mut leaning = HashMap::new();
    read_what_needs(write, withdrawn, &mut leaning).await?;
    let publications = ids_of(withdrawn, ChangeKind::Publication);
    if !publications.is_empty() {
        let backend = write.connection().get_database_backend();
        let reported = scope::among(backend, finding::Column::PublicationId, publications.clone());
        read_findings(write, reported, &mut leaning).await?;
        let reports: Vec<StudyId> = scope::for_writing::<study_publication::Entity>()
            .select_only()
            .column(study_publication::Column::StudyId)
            .filter(scope::among(backend, study_publication::Column::PublicationId, publications))
            .into_tuple()
            .all(write.connection())
            .await?;
        let studies = reports.into_iter().map(|id| (ChangeKind::Study, id.into()));
        let studies: Vec<Thing> = studies.collect();
        read(write, &studies, &mut leaning).await?;
    }
    let ratings = ratings_that_considered(write, withdrawn).await?;
    read(write, &ratings, &mut leaning).await?;
    let withdrawn: HashSet<Uuid> = withdrawn.iter().map(|(_, id)| *id).collect();
    let mut leaning: Vec<Row> = leaning.into_values().collect();
    leaning.sort_by_key(|row| row.id);
    for row in leaning {
        if !told.contains(&row.id) && !withdrawn.contains(&row.id) {
            write.touch(row.kind, row.id, row.version);
        }
    }
    Ok(())
}

/// The ratings that took studies or publications into account.
async fn ratings_that_considered(write: &Write, things: &[Thing]) -> Result<Vec<Thing>> {
    let backend = write.connection().get_database_backend();
    let mut ratings: Vec<RatingId> = Vec::new();
    macro_rules! considered {
        ($($kind:ident $table:ident $column:ident;)*) => {$(
            let ids = ids_of(things, ChangeKind::$kind);
            if !ids.is_empty() {
                let found: Vec<RatingId> = scope::for_writing::<$table::Entity>()
                    .select_only()
                    .column($table::Column::RatingId)
                    .filter(scope::among(backend, $table::Column::$column, ids))
                    .into_tuple()
                    .all(write.connection())
                    .await?;
                ratings.extend(found);
            }
        )*};
    }
    considered! {
        Study considered_study StudyId;
        Publication considered_publication PublicationId;
    }
    let things = ratings.into_iter().map(|id| (ChangeKind::Rating, id.into()));
    Ok(things.collect())
}

/// Keeps which embargoes of these things are still to pass.
pub(super) async fn note_embargoes(
    write: &Write,
    kind: ChangeKind,
    rows: impl Iterator<Item = (Uuid, Option<DateTime<Utc>>)>,
    known: Vec<Uuid>,
) -> Result<()> {
    if !known.is_empty() {
        forget_embargoes(write, known).await?;
    }
    let now = write.source().now();
    let to_pass = rows.filter_map(|(id, until)| Some((id, until.filter(|until| *until > now)?)));
    let to_pass: Vec<_> = to_pass
        .map(|(id, until)| embargo::ActiveModel {
            thing_id: Set(id),
            kind: Set(kind),
            until: Set(until),
        })
        .collect();
    write.add::<embargo::Entity>(to_pass).await
}

/// Forgets embargoes: they were lifted, or have passed.
pub(crate) async fn forget_embargoes(write: &Write, things: Vec<Uuid>) -> Result<()> {
    let these = scope::among(write.backend(), embargo::Column::ThingId, things);
    write.remove::<embargo::Entity>(Condition::all().add(these)).await?;
    Ok(())
}

/// Tells the log of things whose embargo has passed, and of what is seen by way of them.
pub(crate) async fn tell_of_passed(write: &mut Write, passed: &[Thing]) -> Result<()> {
    let mut rows = HashMap::new();
    read(write, passed, &mut rows).await?;
    read_what_needs(write, passed, &mut rows).await?;
    let mut rows: Vec<Row> = rows.into_values().collect();
    rows.sort_by_key(|row| row.id);
    for row in rows {
        write.touch(row.kind, row.id, row.version);
    }
    Ok(())
}

fn ids_of(things: &[Thing], kind: ChangeKind) -> Vec<Uuid> {
    let of_kind = things.iter().filter(|(of, _)| *of == kind);
    of_kind.map(|(_, id)| *id).collect()
}

async fn read(write: &Write, things: &[Thing], into: &mut HashMap<Uuid, Row>) -> Result<()> {
    let backend = write.connection().get_database_backend();
    macro_rules! read {
        ($($kind:ident $table:ident $needs:expr;)*) => {$(
            let ids = ids_of(things, ChangeKind::$kind);
            if !ids.is_empty() {
                let rows = scope::for_writing::<$table::Entity>()
                    .filter(scope::among(backend, $table::Column::Id, ids))
                    .all(write.connection())
                    .await?;
                let needs: fn(&$table::Model) -> Option<Thing> = $needs;
                into.extend(rows.into_iter().map(|row| {
                    let row = Row {
                        kind: ChangeKind::$kind,
                        id: row.id.into(),
                        version: row.version,
                        state: SharingState {
                            contributed_by: row.contributed_by,
                            visibility: row.visibility,
                            embargoed_until: row.embargoed_until,
                        },
                        needs: needs(&row),
                    };
                    (row.id, row)
                }));
            }
        )*};
    }
    read! {
        Collaboration collaboration |_| None;
        Study study |_| None;
        Publication publication |_| None;
        Finding finding |row| Some((ChangeKind::Study, row.study_id.into()));
        Feedback feedback |row| row.study_id.map(|id| (ChangeKind::Study, id.into()));
        Rating rating |row| {
            let study = row.study_id.map(|id| (ChangeKind::Study, id.into()));
            study.or(row.publication_id.map(|id| (ChangeKind::Publication, id.into())))
        };
    }
    Ok(())
}

async fn read_findings(write: &Write, which: Expr, into: &mut HashMap<Uuid, Row>) -> Result<()> {
    let findings: Vec<Uuid> = scope::for_writing::<finding::Entity>()
        .select_only()
        .column(finding::Column::Id)
        .filter(which)
        .into_tuple()
        .all(write.connection())
        .await?;
    let findings: Vec<Thing> = findings.into_iter().map(|id| (ChangeKind::Finding, id)).collect();
    read(write, &findings, into).await
}

/// Findings and feedback of studies, ratings of studies and of publications.
async fn read_what_needs(
    write: &Write,
    things: &[Thing],
    into: &mut HashMap<Uuid, Row>,
) -> Result<()> {
    let backend = write.connection().get_database_backend();
    let studies = ids_of(things, ChangeKind::Study);
    let publications = ids_of(things, ChangeKind::Publication);
    if studies.is_empty() && publications.is_empty() {
        return Ok(());
    }
    if !studies.is_empty() {
        let of_studies = scope::among(backend, finding::Column::StudyId, studies.clone());
        read_findings(write, of_studies, into).await?;
        let feedback: Vec<Uuid> = scope::for_writing::<feedback::Entity>()
            .select_only()
            .column(feedback::Column::Id)
            .filter(scope::among(backend, feedback::Column::StudyId, studies.clone()))
            .into_tuple()
            .all(write.connection())
            .await?;
        let feedback = feedback.into_iter().map(|id| (ChangeKind::Feedback, id));
        let feedback: Vec<Thing> = feedback.collect();
        read(write, &feedback, into).await?;
    }
    let ratings: Vec<Uuid> = scope::for_writing::<rating::Entity>()
        .select_only()
        .column(rating::Column::Id)
        .filter(
            Condition::any()
                .add(scope::among(backend, rating::Column::StudyId, studies))
                .add(scope::among(backend, rating::Column::PublicationId, publications)),
        )
        .into_tuple()
        .all(write.connection())
        .await?;
    let ratings: Vec<Thing> = ratings.into_iter().map(|id| (ChangeKind::Rating, id)).collect();
    read(write, &ratings, into).await
}

/// What is shared with the collaborations among these things.
async fn shared_with_collaborations(write: &Write, things: &[Thing]) -> Result<Vec<Thing>> {
    let collaborations = ids_of(things, ChangeKind::Collaboration);
    if collaborations.is_empty() {
        return Ok(Vec::new());
    }
    let backend = write.connection().get_database_backend();
    let shared: Vec<Uuid> = scope::for_writing::<shared_with::Entity>()
        .select_only()
        .column(shared_with::Column::ThingId)
        .distinct()
        .filter(scope::among(backend, shared_with::Column::CollaborationId, collaborations))
        .into_tuple()
        .all(write.connection())
        .await?;
    // The table doesn't say of which kind a thing is; an id of another kind finds nothing.
    let kinds = [
        ChangeKind::Feedback,
        ChangeKind::Collaboration,
        ChangeKind::Study,
        ChangeKind::Publication,
        ChangeKind::Finding,
        ChangeKind::Rating,
    ];
    let of_each_kind = |id: Uuid| kinds.into_iter().map(move |kind| (kind, id));
    Ok(shared.into_iter().flat_map(of_each_kind).collect())
}

/// The centres of the collaborations with which things are shared.
async fn members(
    write: &Write,
    rows: &HashMap<Uuid, Row>,
) -> Result<HashMap<Uuid, BTreeSet<CentreId>>> {
    let shared = rows.values().filter(|row| row.state.visibility == Visibility::Collaboration);
    let shared: Vec<Uuid> = shared.map(|row| row.id).collect();
    let mut members: HashMap<Uuid, BTreeSet<CentreId>> = HashMap::new();
    if shared.is_empty() {
        return Ok(members);
    }
    let backend = write.connection().get_database_backend();
    let of_collaboration = collaboration_member::Entity::belongs_to(shared_with::Entity)
        .from(collaboration_member::Column::CollaborationId)
        .to(shared_with::Column::CollaborationId)
        .into();
    let found: Vec<(Uuid, CentreId)> = scope::for_writing::<collaboration_member::Entity>()
        .select_only()
        .column(shared_with::Column::ThingId)
        .column(collaboration_member::Column::CentreId)
        .join(JoinType::InnerJoin, of_collaboration)
        .filter(scope::among(backend, shared_with::Column::ThingId, shared))
        .into_tuple()
        .all(write.connection())
        .await?;
    for (thing, centre) in found {
        members.entry(thing).or_default().insert(centre);
    }
    Ok(members)
}
