//! Keeps the keys and the proposals in step with the publications: what is written is looked for among
//! all others by its keys, and compared with those alone.

use std::collections::{BTreeSet, HashMap, HashSet};

use entity::{PublicationId, possible_duplicate, publication, publication_author, publication_key};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{
    ColumnTrait, Condition, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use super::{Facts, Judgement, LARGEST_BLOCK, dois, judge, keys};
use crate::Viewer;
use crate::access::scope;
use crate::error::{Error, Result};
use crate::space::Space;
use crate::store::{ROWS_PER_STATEMENT, Write};

/// A pair of publications, the lower id first.
pub(super) type Pair = (PublicationId, PublicationId);

/// The pair of two publications.
pub(super) fn pair(one: PublicationId, other: PublicationId) -> Pair {
    if one <= other { (one, other) } else { (other, one) }
}

/// Looks anew for what may be the same as publications that were written. What was decided stays.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn refresh(write: &Write, rows: &[publication::Model]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id.into()).collect();
    forget(write, &ids).await?;
    let standing: Vec<&publication::Model> =
        rows.iter().filter(|row| row.withdrawn_at.is_none()).collect();
    let mut facts = facts_of(write, &standing).await?;
    let keys = keep_keys(write, &facts).await?;
    let candidates = candidates(write, keys, &facts).await?;
    let missing: HashSet<Uuid> = candidates
        .iter()
        .flat_map(|(one, other)| [*one, *other])
        .filter(|id| !facts.contains_key(id))
        .map(Uuid::from)
        .collect();
    if !missing.is_empty() {
        let backend = write.backend();
        let others = scope::for_writing::<publication::Entity>()
            .filter(scope::among(backend, publication::Column::Id, missing))
            .all(write.connection())
            .await?;
        let others: Vec<&publication::Model> = others.iter().collect();
        facts.extend(facts_of(write, &others).await?);
    }
    let decided = decided(write, &ids).await?;
    let now = write.source().now();
    let mut proposals = Vec::new();
    for (one, other) in candidates.into_iter().filter(|pair| !decided.contains(pair)) {
        let (Some(left), Some(right)) = (facts.get(&one), facts.get(&other)) else {
            continue;
        };
        let judgement = judge(left, right);
        if judgement.proposes() {
            let id = write.source().id();
            proposals.push(row(id, (one, other), &judgement, now)?.into_active_model());
        }
    }
    let unless_there = OnConflict::new().do_nothing().to_owned();
    write.add_or::<possible_duplicate::Entity>(proposals, unless_there).await?;
    Ok(())
}

/// Looks for what may be the same as publications that have no keys yet: those that were there before
/// keys were kept. DOIs that were kept in another form are brought into their normal form first. Gives how many
/// publications there were.
///
/// # Errors
/// When the database refuses.
pub async fn complete(space: &Space) -> Result<usize> {
    let mut done = dois::complete(space).await?;
    let mut after = Uuid::nil();
    loop {
        let rows = without_keys(space, after).await?;
        let Some(last) = rows.last() else {
            return Ok(done);
        };
        after = last.id.into();
        done += rows.len();
        space
            .store()
            .write(&Viewer::operator(), "publication.index", |write| {
                Box::pin(async move { refresh(write, &rows).await })
            })
            .await?;
    }
}

async fn without_keys(space: &Space, after: Uuid) -> Result<Vec<publication::Model>> {
    let key = Query::select()
        .expr(Expr::val(1))
        .from(publication_key::Entity)
        .and_where(
            Expr::col(publication_key::Column::PublicationId.as_column_ref())
                .equals(publication::Column::Id.as_column_ref()),
        )
        .to_owned();
    Ok(scope::for_writing::<publication::Entity>()
        .filter(publication::Column::WithdrawnAt.is_null())
        .filter(publication::Column::Id.gt(after))
        .filter(Expr::exists(key).not())
        .order_by_asc(publication::Column::Id)
        .limit(ROWS_PER_STATEMENT as u64)
        .all(space.store().connection())
        .await?)
}

/// The row of a proposal.
pub(super) fn row(
    id: Uuid,
    (one_id, other_id): Pair,
    judgement: &Judgement,
    found_at: chrono::DateTime<chrono::Utc>,
) -> Result<possible_duplicate::Model> {
    Ok(possible_duplicate::Model {
        id,
        one_id,
        other_id,
        similarity: (judgement.similarity * 1000.0).round() as i32,
        reasons: serde_json::to_value(&judgement.reasons).map_err(Error::internal)?,
        found_at,
        outcome: None,
        decision_reason: None,
        decided_at: None,
        decided_by: None,
    })
}

/// What is known of publications.
pub(super) async fn facts_of(
    write: &Write,
    rows: &[&publication::Model],
) -> Result<HashMap<PublicationId, Facts>> {
    let backend = write.backend();
    let ids = rows.iter().map(|row| Uuid::from(row.id));
    let column = publication_author::Column::PublicationId;
    let mut authors: HashMap<PublicationId, Vec<publication_author::Model>> = HashMap::new();
    for author in scope::for_writing::<publication_author::Entity>()
        .filter(scope::among(backend, column, ids))
        .order_by_asc(publication_author::Column::Position)
        .all(write.connection())
        .await?
    {
        authors.entry(author.publication_id).or_default().push(author);
    }
    let facts = |row: &&publication::Model| {
        let authors = authors.get(&row.id).map_or(&[][..], Vec::as_slice);
        (row.id, Facts::of(row, authors))
    };
    Ok(rows.iter().map(facts).collect())
}

/// Takes away the keys and the open proposals of publications.
async fn forget(write: &Write, ids: &[Uuid]) -> Result<()> {
    let of = publication_key::Column::PublicationId;
    let keys = Condition::all().add(scope::among(write.backend(), of, ids.iter().copied()));
    write.remove::<publication_key::Entity>(keys).await?;
    let undecided =
        Condition::all().add(possible_duplicate::Column::Outcome.is_null()).add(of_any(write, ids));
    write.remove::<possible_duplicate::Entity>(undecided).await?;
    Ok(())
}

/// The pairs that have one of these publications.
fn of_any(write: &Write, ids: &[Uuid]) -> Condition {
    use possible_duplicate::Column::{OneId, OtherId};

    let backend = write.backend();
    Condition::any().add(scope::among(backend, OneId, ids.iter().copied())).add(scope::among(
        backend,
        OtherId,
        ids.iter().copied(),
    ))
}

/// Writes the keys of publications, and gives them all.
async fn keep_keys(
    write: &Write,
    facts: &HashMap<PublicationId, Facts>,
) -> Result<BTreeSet<String>> {
    let mut all = BTreeSet::new();
    let mut rows = BTreeSet::new();
    for (publication_id, facts) in facts {
        for key in keys(facts) {
            all.insert(key.clone());
            rows.insert((key, *publication_id));
        }
    }
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(key, publication_id)| {
            publication_key::Model { key, publication_id }.into_active_model()
        })
        .collect();
    let unless_there = OnConflict::new().do_nothing().to_owned();
    write.add_or::<publication_key::Entity>(rows, unless_there).await?;
    Ok(all)
}

/// The pairs that share a key which isn't that of too many, and of which one was written.
async fn candidates(
    write: &Write,
    keys: BTreeSet<String>,
    written: &HashMap<PublicationId, Facts>,
) -> Result<BTreeSet<Pair>> {
    use publication_key::Column::{Key, PublicationId as OfPublication};

    let mut pairs = BTreeSet::new();
    if keys.is_empty() {
        return Ok(pairs);
    }
    let backend = write.backend();
    let largest = i64::try_from(LARGEST_BLOCK).map_err(Error::internal)?;
    let telling = scope::for_writing::<publication_key::Entity>()
        .select_only()
        .column(Key)
        .filter(scope::among(backend, Key, keys))
        .group_by(Key)
        .having(OfPublication.count().lte(largest))
        .into_query();
    let rows = scope::for_writing::<publication_key::Entity>()
        .filter(Key.in_subquery(telling))
        .all(write.connection())
        .await?;
    let mut blocks: HashMap<String, Vec<PublicationId>> = HashMap::new();
    for row in rows {
        blocks.entry(row.key).or_default().push(row.publication_id);
    }
    for block in blocks.into_values() {
        for one in block.iter().filter(|id| written.contains_key(id)) {
            let others = block.iter().filter(|other| *other != one);
            pairs.extend(others.map(|other| pair(*one, *other)));
        }
    }
    Ok(pairs)
}

/// The pairs of publications of which something was decided.
async fn decided(write: &Write, ids: &[Uuid]) -> Result<HashSet<Pair>> {
    let rows = scope::for_writing::<possible_duplicate::Entity>()
        .filter(possible_duplicate::Column::Outcome.is_not_null())
        .filter(of_any(write, ids))
        .all(write.connection())
        .await?;
    Ok(rows.iter().map(|row| (row.one_id, row.other_id)).collect())
}
