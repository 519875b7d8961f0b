//! Turns the names in a filter into ids, and says so when a name is none.

use std::hash::Hash;
use std::sync::Arc;

use entity::{TermId, Vocabulary};

use crate::error::{Error, Result};
use crate::network::directory::{Directory, Keyed, Listing};

/// Returns the ids of the things with those keys.
///
/// # Errors
/// `BAD_USER_INPUT` naming the filter's field, for a key that nothing has.
pub(crate) fn ids<Id, T>(
    list: &Listing<Id, T>,
    keys: &[String],
    field: &str,
    what: &str,
) -> Result<Vec<Id>>
where
    Id: Copy + Eq + Hash,
    T: Keyed<Id>,
{
    keys.iter()
        .map(|key| {
            list.by_key(key)
                .map(|thing: &Arc<T>| thing.id())
                .ok_or_else(|| unknown(key, field, what))
        })
        .collect()
}

/// Returns the ids of the terms with those slugs, and of all narrower ones if wanted.
///
/// # Errors
/// `BAD_USER_INPUT` naming the filter's field, for a slug that no term has.
pub(crate) fn terms(
    directory: &Directory,
    vocabulary: Vocabulary,
    slugs: &[String],
    narrower: bool,
) -> Result<Vec<TermId>> {
    let (field, what) = match vocabulary {
        Vocabulary::Intervention => ("filter.interventions", "intervention"),
        Vocabulary::Outcome => ("filter.outcomes", "outcome"),
        Vocabulary::Population => ("filter.populations", "population"),
    };
    ids(directory.terms(vocabulary), slugs, field, what)?;
    Ok(directory.term_ids(vocabulary, slugs, narrower))
}

fn unknown(key: &str, field: &str, what: &str) -> Error {
    let shown: String = key.chars().take(100).collect();
    Error::bad_input(
        field,
        format!("There is no {what} '{shown}'. Check its spelling, or list what there is."),
    )
}
