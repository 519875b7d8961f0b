//! How to cite a publication, as plain text made of its fields: what is not known is left out.

use entity::{publication, publication_author};

use crate::record::identifier;

/// A style of citation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Authors (year). Title. Venue. Address: after the manual of the American Psychological
    /// Association, 7th edition.
    Apa,
    /// Authors (year) 'Title', Venue. Available at: address: the Harvard style of *Cite Them Right*.
    Harvard,
}

/// Returns the citation of a publication by its authors.
#[must_use]
pub fn text(
    publication: &publication::Model,
    authors: &[publication_author::Model],
    style: Style,
) -> String {
    let names: Vec<&str> = authors.iter().map(|author| author.name.as_str()).collect();
    let year = publication.year.map_or_else(|| "n.d.".to_owned(), |year| year.to_string());
    let title = publication.title.trim_end_matches('.');
    let address = match (&publication.doi, &publication.url) {
        (Some(doi), _) => Some(identifier::doi_address(doi)),
        (None, url) => url.clone(),
    };
    let venue = publication.venue.as_deref().map(|venue| venue.trim_end_matches('.'));
    match style {
        Style::Apa => {
            let head = match names.is_empty() {
                true => format!("{title}. ({year})."),
                false => format!("{} ({year}). {title}.", joined(&names, "&")),
            };
            let venue = venue.map(|venue| format!(" {venue}.")).unwrap_or_default();
            let address = address.map(|address| format!(" {address}")).unwrap_or_default();
            format!("{head}{venue}{address}")
        }
        Style::Harvard => {
            let head = match names.is_empty() {
                true => format!("'{title}' ({year})"),
                false => format!("{} ({year}) '{title}'", joined(&names, "and")),
            };
            let venue = venue.map(|venue| format!(", {venue}")).unwrap_or_default();
            let address =
                address.map(|address| format!(" Available at: {address}")).unwrap_or_default();
            format!("{head}{venue}.{address}")
        }
    }
}

fn joined(names: &[&str], and: &str) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first, second] => format!("{first} {and} {second}"),
        [others @ .., last] => format!("{}, {and} {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_joined_as_in_a_list_of_references() {
        assert_eq!(joined(&["A, B."], "&"), "A, B.");
        assert_eq!(joined(&["A, B.", "C, D."], "&"), "A, B. & C, D.");
        assert_eq!(joined(&["A, B.", "C, D.", "E, F."], "and"), "A, B., C, D., and E, F.");
    }
}
