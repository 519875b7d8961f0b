//! By what candidates for the same publication are found: texts that two descriptions of the same share,
//! in spite of another spelling here or there.

use std::collections::BTreeSet;

use super::Facts;

/// The keys of a publication, each with a letter before it that says what it is made of. Two publications
/// that have none in common are not compared.
#[must_use]
pub fn keys(facts: &Facts) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    keys.extend(facts.doi.as_ref().map(|doi| format!("d:{doi}")));
    if facts.title.is_empty() {
        return keys;
    }
    let letters: Vec<char> = facts.title.concat().chars().collect();
    let beginning: String = letters.iter().take(LETTERS).collect();
    let end: String = letters[letters.len().saturating_sub(LETTERS)..].iter().collect();
    keys.insert(format!("b:{beginning}"));
    keys.insert(format!("e:{end}"));
    let mut longest: Vec<&String> = facts.title.iter().collect();
    longest.sort_by_key(|word| (std::cmp::Reverse(word.chars().count()), (*word).clone()));
    longest.dedup();
    longest.truncate(WORDS);
    let longest: Vec<&str> = longest.into_iter().map(String::as_str).collect();
    keys.insert(format!("w:{}", longest.join(" ")));
    if let Some(first) = facts.authors.first() {
        let year = facts.year.unwrap_or_default();
        let word = longest.first().copied().unwrap_or_default();
        // The year and the one after it, so that neighbouring years have one in common.
        keys.insert(format!("a:{first} {year}"));
        keys.insert(format!("a:{first} {}", year + 1));
        keys.insert(format!("n:{first} {word}"));
    }
    keys
}

/// More publications than these under one key are not compared by it: the key tells too little.
pub const LARGEST_BLOCK: usize = 50;

/// How much of a title's beginning and end stands in a key.
const LETTERS: usize = 20;
/// How many of a title's longest words stand in a key.
const WORDS: usize = 3;

#[cfg(test)]
mod tests {
    use entity::PublicationKind;

    use super::super::{Described, Facts};
    use super::*;

    fn keys_of(title: &str, author: &str, year: i32) -> BTreeSet<String> {
        keys(&Facts::from(&Described {
            title: title.to_owned(),
            year: Some(year),
            authors: vec![author.to_owned()],
            venue: None,
            kind: PublicationKind::Report,
            doi: None,
            pages: None,
        }))
    }

    #[test]
    fn two_spellings_of_the_same_share_a_key() {
        let one = keys_of("Family Group Conferencing: a Randomised Trial", "Taylor, S.", 2023);
        for other in [
            keys_of("The family-group conferencing: a randomized trial", "S. Taylor", 2023),
            keys_of("Familly group conferencing", "Taylor S", 2024),
            keys_of("Family group conferencing", "Anon", 2010),
        ] {
            assert!(!one.is_disjoint(&other), "{other:?}");
        }
        let another = keys_of("Mockingbird: an evaluation", "Ott, E.", 2020);
        assert!(one.is_disjoint(&another));
    }
}
