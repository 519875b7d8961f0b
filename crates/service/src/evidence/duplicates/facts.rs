//! What is known of a publication that helps to recognise it.

use entity::{PublicationKind, publication, publication_author};

use super::normal::{surname, words};
use crate::record::identifier;

/// What is known of a publication that helps to recognise it, as it was written.
#[derive(Clone, Debug)]
pub struct Described {
    /// Its title.
    pub title: String,
    /// The year in which it was published.
    pub year: Option<i32>,
    /// Its authors, in their order.
    pub authors: Vec<String>,
    /// The journal, series or publisher.
    pub venue: Option<String>,
    /// What kind of document it is.
    pub kind: PublicationKind,
    /// Its DOI, in any spelling.
    pub doi: Option<String>,
    /// Its pages, where they are known.
    pub pages: Option<String>,
}

/// The same in a form that can be compared.
#[derive(Clone, Debug)]
pub struct Facts {
    pub(super) title: Vec<String>,
    /// The words before the first colon, dash or full stop that something follows.
    pub(super) main_title: Vec<String>,
    pub(super) year: Option<i32>,
    /// Family names.
    pub(super) authors: Vec<String>,
    pub(super) venue: Vec<String>,
    pub(super) kind: PublicationKind,
    pub(super) doi: Option<String>,
    pub(super) first_page: Option<String>,
}

impl From<&Described> for Facts {
    fn from(described: &Described) -> Self {
        Self {
            title: words(&described.title),
            main_title: words(before_subtitle(&described.title)),
            year: described.year,
            authors: described.authors.iter().filter_map(|name| surname(name)).collect(),
            venue: described.venue.as_deref().map(words).unwrap_or_default(),
            kind: described.kind,
            doi: described.doi.as_deref().and_then(identifier::doi),
            first_page: described.pages.as_deref().and_then(first_page),
        }
    }
}

impl Facts {
    /// The facts of a row and its authors.
    pub(super) fn of(row: &publication::Model, authors: &[publication_author::Model]) -> Self {
        Self::from(&Described {
            title: row.title.clone(),
            year: row.year,
            authors: authors.iter().map(|author| author.name.clone()).collect(),
            venue: row.venue.clone(),
            kind: row.kind,
            doi: row.doi.clone(),
            pages: None,
        })
    }
}

fn before_subtitle(title: &str) -> &str {
    const BREAKS: [&str; 5] = [": ", " - ", " – ", " — ", ". "];
    let end = BREAKS.iter().filter_map(|mark| title.find(mark)).min();
    end.map_or(title, |end| &title[..end])
}

fn first_page(pages: &str) -> Option<String> {
    words(pages).into_iter().next()
}
