//! New things: named, recorded, and answered each for itself.

use std::collections::{BTreeMap, HashMap, HashSet};

use sea_orm::{ConnectionTrait, QueryFilter};
use uuid::Uuid;

use super::member::{Member, known};
use super::problems::{of_itself, refused_by_the_database};
use super::scale::{Scale, There};
use super::{Entered, Entering, Patch};
use crate::Viewer;
use crate::access::scope;
use crate::error::{Code, Error, InputProblem, Result};
use crate::record::columns::Table;
use crate::record::patch::Item;
use crate::record::references::Known;
use crate::record::{Answer, Draft, Fault, RowOf, record_new};
use crate::store::Write;

/// New things, whose ids follow each other.
#[derive(Clone, Copy)]
pub(super) struct New {
    pub(super) first: Uuid,
    /// Whether the request was sent before: then some of them may be there.
    pub(super) is_again: bool,
}

impl New {
    /// The id of the thing at a place: the ids of one request count up from the first, in the part that is drawn by
    /// chance, so that a request that is sent again finds what it made.
    fn id(self, at: usize) -> Uuid {
        const BY_CHANCE: u128 = (1 << 62) - 1;
        let bits = self.first.as_u128();
        let drawn = (bits & BY_CHANCE).wrapping_add(at as u128) & BY_CHANCE;
        Uuid::from_u128((bits & !BY_CHANCE) | drawn)
    }
}

/// Enters things, and gives for each what it is now.
pub(super) async fn enter<K: Entered>(
    write: &mut Write,
    viewer: &Viewer,
    patches: Vec<Patch>,
    new: New,
) -> Result<Vec<Entering<K::Row>>> {
    let ids: Vec<Uuid> = (0..patches.len()).map(|at| new.id(at)).collect();
    let mut there = match new.is_again {
        true => rows::<K>(write, ids.clone()).await?,
        false => HashMap::new(),
    };
    let missing: Vec<(usize, Patch)> =
        (0..).zip(patches).filter(|(at, _)| !there.contains_key(&new.id(*at))).collect();
    let mut answers = enter_anew::<K>(write, viewer, missing, new).await?;
    let made: Vec<Uuid> =
        answers.values().filter_map(|answer| answer.as_ref().ok().copied()).collect();
    if !made.is_empty() {
        there.extend(rows::<K>(write, made).await?);
    }
    let answers = ids.iter().enumerate().map(|(at, id)| {
        if let Some(Err(problems)) = answers.remove(&at) {
            return Ok(Err(problems));
        }
        there.remove(id).map(Ok).ok_or_else(not_there)
    });
    answers.collect()
}

fn not_there() -> Error {
    Error::internal(std::io::Error::other("what was entered is not there"))
}

/// Enters things that are not there, and gives for each place its id, or all that is wrong with it.
async fn enter_anew<K: Entered>(
    write: &mut Write,
    viewer: &Viewer,
    patches: Vec<(usize, Patch)>,
    new: New,
) -> Result<BTreeMap<usize, Entering<Uuid>>> {
    let mut answers = BTreeMap::new();
    if patches.is_empty() {
        return Ok(answers);
    }
    let mut members: Vec<(usize, Member)> = Vec::with_capacity(patches.len());
    let mut said = HashMap::new();
    for (at, mut patch) in patches {
        let is_named = patch.has(K::NAMED_BY.name);
        said.insert(at, is_named);
        if !is_named {
            let name = proposed_name::<K>(&patch, new.id(at));
            patch.set_column(K::NAMED_BY, vec![Item::Text(name)]);
        }
        let mut member = Member::new::<K>(patch);
        member.scale.complete(&There::default());
        members.push((at, member));
    }
    let known = known::<K>(write, viewer, members.iter().map(|(_, member)| member)).await?;
    let mut drafts = Vec::new();
    let mut scales = HashMap::new();
    for (at, mut member) in members {
        match member.draft::<K>(&known) {
            Ok(draft) => {
                scales.insert(at, member.take_scale());
                drafts.push((at, member, draft));
            }
            Err(problems) => {
                answers.insert(at, Err(problems));
            }
        }
    }
    let drafts = named_apart::<K>(write, viewer, drafts, &said, &known, &mut answers).await?;

    if scales.values().all(Scale::is_empty) {
        let point = write.savepoint().await?;
        let all = drafts.iter().map(|(_, draft)| draft.clone()).collect();
        let ids = drafts.iter().map(|(at, _)| new.id(*at)).collect();
        match record_new(write, viewer, all, ids).await {
            Ok(recorded) => {
                write.release(point).await?;
                for ((at, _), answer) in drafts.into_iter().zip(recorded) {
                    answers.insert(at, answered(K::TABLE, answer));
                }
                return Ok(answers);
            }
            Err(refusal) if refusal.code == Code::Unavailable => return Err(refusal),
            // The database refused one of them.
            Err(_) => write.take_back(point).await?,
        }
    }
    for (at, draft) in drafts {
        let scale = scales.remove(&at).unwrap_or_default();
        let answer = record_by_itself(write, viewer, K::TABLE, draft, new.id(at), scale).await?;
        answers.insert(at, answer);
    }
    Ok(answers)
}

/// Records a new thing for itself, so that it costs no other if it is refused.
async fn record_by_itself<D: Draft>(
    write: &mut Write,
    viewer: &Viewer,
    table: &'static Table,
    draft: D,
    id: Uuid,
    scale: Scale,
) -> Result<Entering<Uuid>> {
    let point = write.savepoint().await?;
    let mut answer = match record_new(write, viewer, vec![draft], vec![id]).await {
        Ok(mut recorded) => {
            recorded.pop().map_or_else(|| Err(Vec::new()), |answer| answered(table, answer))
        }
        Err(refusal) => Err(vec![refused_by_the_database(table, refusal)?]),
    };
    if answer.is_ok() {
        let problems = scale.record(write, viewer, id).await?;
        if !problems.is_empty() {
            answer = Err(problems);
        }
    }
    match &answer {
        Ok(_) => write.release(point).await?,
        Err(_) => write.take_back(point).await?,
    }
    Ok(answer)
}

/// The id of a draft that was recorded, or all that is wrong with it.
pub(super) fn answered(table: &Table, answer: Answer) -> Entering<Uuid> {
    match answer {
        Ok(recorded) => Ok(recorded.id),
        Err(problems) => {
            Err(problems.into_iter().map(|problem| of_itself(table, problem)).collect())
        }
    }
}

/// A name that is made of what the thing is called, or of its id.
fn proposed_name<K: Entered>(patch: &Patch, id: Uuid) -> String {
    const LONGEST: usize = 80;
    let called = K::NAMED_AFTER.map(|column| patch.text(column.name));
    let slug: String =
        called.map(slug::slugify).unwrap_or_default().chars().take(LONGEST).collect();
    match slug.trim_matches('-') {
        "" => id.to_string(),
        slug => slug.to_owned(),
    }
}

/// Gives things other names where theirs are taken: a thing that the viewer doesn't see must not show itself by
/// being in the way. Only a name that the viewer chose and can see in use is refused.
async fn named_apart<K: Entered>(
    write: &Write,
    viewer: &Viewer,
    drafts: Vec<(usize, Member, K::Draft)>,
    said: &HashMap<usize, bool>,
    known: &Known,
    answers: &mut BTreeMap<usize, Entering<Uuid>>,
) -> Result<Vec<(usize, K::Draft)>> {
    const TRIES: usize = 50;
    let backend = write.connection().get_database_backend();
    let mut free = Vec::with_capacity(drafts.len());
    let mut names = HashSet::new();
    let mut left = drafts;
    for attempt in 1..=TRIES {
        if left.is_empty() {
            break;
        }
        let wanted: Vec<&K::Draft> = left.iter().map(|(_, _, draft)| draft).collect();
        let rows = scope::for_writing::<<K::Draft as Draft>::Table>()
            .filter(K::Draft::matching(&wanted, backend))
            .all(write.connection())
            .await?;
        let taken: HashMap<_, Uuid> =
            rows.iter().map(|row| (K::Draft::key_of(row), K::Draft::id_of(row))).collect();
        let mut still = Vec::new();
        for (at, mut member, draft) in left {
            let holder = taken.get(&draft.key()).copied();
            if holder.is_none() && names.insert(draft.key()) {
                free.push((at, draft));
                continue;
            }
            let chose = said.get(&at).copied().unwrap_or_default();
            let is_seen = match holder {
                Some(holder) => K::Draft::is_seen(write, viewer, holder).await?,
                None => true,
            };
            if (chose && is_seen) || attempt == TRIES {
                answers.insert(at, Err(vec![taken_name::<K>()]));
                continue;
            }
            member.rename::<K>(attempt + 1);
            match member.draft::<K>(known) {
                Ok(draft) => still.push((at, member, draft)),
                Err(problems) => {
                    answers.insert(at, Err(problems));
                }
            }
        }
        left = still;
    }
    free.sort_by_key(|(at, _)| *at);
    Ok(free)
}

fn taken_name<K: Entered>() -> InputProblem {
    let (reason, remedy) = match K::NAMES_ARE_CHOSEN {
        true => (
            "Another one has this name already.",
            "Choose another, or leave it out: then one is made.",
        ),
        false => ("It is there already.", "Revise the one that is there."),
    };
    InputProblem {
        field: Some(K::NAMED_BY.in_input().to_owned()),
        fault: Fault::Taken,
        reason: reason.into(),
        remedy: remedy.into(),
    }
}

/// The rows of things, by their ids.
pub(super) async fn rows<K: Entered>(
    write: &Write,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, K::Row>> {
    let backend = write.connection().get_database_backend();
    let rows: Vec<RowOf<K::Draft>> = scope::for_writing::<<K::Draft as Draft>::Table>()
        .filter(K::Draft::with_ids(ids, backend))
        .all(write.connection())
        .await?;
    Ok(rows.into_iter().map(|row| (K::Draft::id_of(&row), row)).collect())
}
