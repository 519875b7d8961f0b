//! Digital object identifiers: one form for all the ways in which they are written.
//!
//! A DOI is any text after `10.`, a registrant and a slash; small and capital letters are the same (DOI Handbook,
//! 2.2 and 2.4). In an address `?`, `#` and `%` are encoded if they are part of it (Crossref, "Constructing your
//! identifiers"), so that what follows a bare one isn't. People write it bare with such an end all the same; so what
//! can only be a query or the name of a section is taken away there too, and `10.1000/456#789` is left whole.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::spelling::visible;

/// How long a DOI may be, in bytes.
const LONGEST: usize = 500;
/// What may stand before one, in any order and number.
const BEFORE: [&str; 14] = [
    "https://", "http://", "//", "/", "www.", "dx.", "doi.org/", "info:", "urn:", "doi:", "doi=",
    "doi/", "doi.", "doi ",
];

/// A digital object identifier in its normal form: lower case, without an address before it, and without what
/// was added to it: an encoding, a query, the name of a section, the punctuation of a sentence.
#[must_use]
pub fn doi(text: &str) -> Option<String> {
    let mut text = visible(text).to_lowercase();
    if text.len() > LONGEST * 6 {
        return None;
    }
    // Each step takes something away, so that there is an end, and the end is its own normal form.
    while let Some(barer) = barer(&text) {
        text = barer;
    }
    let (registrant, suffix) = text.strip_prefix("10.")?.split_once('/')?;
    let registrant_is_sound = registrant.len() >= 4
        && registrant
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    let suffix_is_sound = !suffix.is_empty()
        && !suffix.chars().any(|letter| letter.is_whitespace() || letter.is_control());
    (registrant_is_sound && suffix_is_sound && text.len() <= LONGEST).then_some(text)
}

/// The address at which a DOI in its normal form leads to what it names.
#[must_use]
pub fn doi_address(doi: &str) -> String {
    /// What would end the address, or stand for something else in it.
    const ENCODED: &AsciiSet = &CONTROLS
        .add(b' ')
        .add(b'"')
        .add(b'#')
        .add(b'%')
        .add(b'<')
        .add(b'>')
        .add(b'?')
        .add(b'[')
        .add(b'\\')
        .add(b']')
        .add(b'^')
        .add(b'`')
        .add(b'{')
        .add(b'|')
        .add(b'}');
    format!("https://doi.org/{}", utf8_percent_encode(doi, ENCODED))
}

/// The text with one thing less that is no part of a DOI, if there is such a thing.
fn barer(text: &str) -> Option<String> {
    let (is_address, rest) = without_what_stands_before(text);
    let rest = without_what_was_added(rest, is_address);
    // An encoded sign may end in what would be punctuation, or be another spelling of it.
    let rest = visible(&decoded(rest)).to_lowercase();
    let rest = without_punctuation(&rest);
    (rest != text).then(|| rest.to_owned())
}

/// The text from `10.` on, and whether it stood in an address.
fn without_what_stands_before(text: &str) -> (bool, &str) {
    const OPENING: [char; 8] = ['<', '(', '[', '{', '"', '\'', '“', '‘'];
    let mut rest = text.trim_start();
    let mut is_address = false;
    while !rest.starts_with("10.") {
        let known = BEFORE.iter().find_map(|before| {
            let after = rest.strip_prefix(before)?;
            Some((*before == "doi.org/", after))
        });
        let Some((names_the_site, after)) =
            known.or_else(|| Some((false, rest.strip_prefix(OPENING)?)))
        else {
            return (false, text.trim());
        };
        is_address |= names_the_site;
        rest = after.trim_start();
    }
    (is_address, rest)
}

/// The text without a query, the name of a section, or the end of an element of HTML.
fn without_what_was_added(text: &str, is_address: bool) -> &str {
    let text = text.split("</").next().unwrap_or(text);
    let is_added = |(at, mark): (usize, char)| {
        let after = &text[at + mark.len_utf8()..];
        match mark {
            '?' => is_address || is_query(after),
            // After `&` begins the number of a character in HTML.
            '#' if text[..at].ends_with('&') => false,
            '#' => !after.is_empty() && (is_address || after.starts_with(char::is_alphabetic)),
            _ => false,
        }
    };
    let end = text.char_indices().find(|found| is_added(*found));
    end.map_or(text, |(at, _)| &text[..at])
}

/// Whether a text is `name=value`.
fn is_query(text: &str) -> bool {
    let is_name = |name: &str| {
        let mut letters = name.chars();
        letters.next().is_some_and(char::is_alphabetic)
            && letters.all(|letter| letter.is_alphanumeric() || "_-.[]".contains(letter))
    };
    text.split_once('=').is_some_and(|(name, _)| is_name(name))
}

/// The text without what ends a sentence, a quotation or brackets that began before it.
fn without_punctuation(text: &str) -> &str {
    let mut text = text.trim();
    while let Some(last) = text.chars().next_back() {
        let opened_by = match last {
            ')' => Some('('),
            ']' => Some('['),
            '}' => Some('{'),
            '>' => Some('<'),
            _ => None,
        };
        let is_outside = match opened_by {
            Some(opening) => text.matches(last).count() > text.matches(opening).count(),
            // The check character of a SICI may be one.
            None if last == '#' => !text.ends_with(";2-#"),
            None => last.is_whitespace() || ".,;:!?/\"'”’»…*<([{".contains(last),
        };
        if !is_outside {
            break;
        }
        text = &text[..text.len() - last.len_utf8()];
    }
    text
}

/// The text without the encodings of addresses and of HTML.
fn decoded(text: &str) -> Cow<'_, str> {
    let unescaped = quick_xml::escape::unescape(text).unwrap_or(Cow::Borrowed(text));
    let decoded = percent_decode_str(&unescaped).decode_utf8();
    match decoded {
        Ok(decoded) if decoded != text => Cow::Owned(decoded.to_lowercase()),
        _ => unescaped,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_spelling_of_a_doi_has_one_normal_form() {
        for spelling in [
            "10.1002/CL2.1152",
            "https://doi.org/10.1002/cl2.1152",
            "http://dx.doi.org/10.1002/cl2.1152",
            "HTTPS://DOI.ORG/10.1002/CL2.1152",
            "https://www.doi.org/10.1002/cl2.1152",
            "www.doi.org/10.1002/cl2.1152",
            "doi.org/10.1002/cl2.1152",
            "dx.doi.org/10.1002/cl2.1152",
            "//doi.org/10.1002/cl2.1152",
            "https://doi.org/doi:10.1002/cl2.1152",
            "doi:10.1002/cl2.1152",
            "DOI: 10.1002/cl2.1152 ",
            "DOI 10.1002/cl2.1152",
            "doi:https://doi.org/10.1002/cl2.1152",
            "info:doi/10.1002/cl2.1152",
            "urn:doi:10.1002/cl2.1152",
            "10.1002%2Fcl2.1152",
            "10.1002%2fCL2%2E1152",
            "10.1002%252Fcl2.1152",
            "https%3A%2F%2Fdoi.org%2F10.1002%2Fcl2.1152",
            "https://doi.org/10.1002%2Fcl2.1152?utm_source=x&amp;utm_medium=y",
            "10.1002/cl2.1152?utm_source=newsletter",
            "https://doi.org/10.1002/cl2.1152?journalCode=x",
            "https://doi.org/10.1002/cl2.1152?",
            "10.1002/cl2.1152#abstract",
            "https://doi.org/10.1002/cl2.1152#12",
            "10.1002/cl2.1152#",
            "10.1002/cl2.1152.",
            "10.1002/cl2.1152.;",
            "10.1002/cl2.1152).",
            "(doi:10.1002/cl2.1152)",
            "<https://doi.org/10.1002/cl2.1152>.",
            "“10.1002/cl2.1152”,",
            "https://doi.org/10.1002/cl2.1152/",
            "10.1002/cl2.1152</a>",
            "10.1002/cl2.1152&lt;/a&gt;",
            "10.1002/cl2.1152&gt;.",
            "\u{feff}10.1002/cl2.1152\u{200b}",
            "doi:\u{a0}10.1002/\u{2060}cl2.1152\u{a0}",
        ] {
            assert_eq!(doi(spelling).as_deref(), Some("10.1002/cl2.1152"), "{spelling}");
        }
    }

    #[test]
    fn what_belongs_to_a_doi_stays() {
        const SICI: &str =
            "10.1002/(sici)1097-0258(19980815/30)17:15/16<1661::aid-sim968>3.0.co;2-2";
        for (spelling, normal) in [
            ("10.1002/(SICI)1097-0258(19980815/30)17:15/16<1661::AID-SIM968>3.0.CO;2-2", SICI),
            (
                "10.1002/(SICI)1097-0258(19980815/30)17:15/16&lt;1661::AID-SIM968&gt;3.0.CO;2-2",
                SICI,
            ),
            (
                "10.1002/(SICI)1097-0258(19980815/30)17:15/16&amp;lt;1661::AID-SIM968&amp;gt;3.0.CO;2-2",
                SICI,
            ),
            (
                "10.1002/(SICI)1097-0258(19980815/30)17:15/16&#60;1661::AID-SIM968&#x3e;3.0.CO;2-2.",
                SICI,
            ),
            (
                "https://doi.org/10.1002/(SICI)1097-0258(19980815/30)17:15/16%3C1661::AID-SIM968%3E3.0.CO;2-2",
                SICI,
            ),
            (
                "https://doi.org/10.1002/%28SICI%291097-0258%2819980815/30%2917%3A15/16%3C1661%3A%3AAID-SIM968%3E3.0.CO%3B2-2",
                SICI,
            ),
            (
                "10.1002/(SICI)1521-3951(199911)216:1<135::AID-PSSB135>3.0.CO;2-#",
                "10.1002/(sici)1521-3951(199911)216:1<135::aid-pssb135>3.0.co;2-#",
            ),
            (
                "10.1890/0012-9658(1998)079[0867:LHATSO]2.0.CO;2",
                "10.1890/0012-9658(1998)079[0867:lhatso]2.0.co;2",
            ),
            ("10.1016/S0140-6736(20)30183-5", "10.1016/s0140-6736(20)30183-5"),
            ("10.1016/0140-6736(20)", "10.1016/0140-6736(20)"),
            ("10.1000/e&lt;f&gt;", "10.1000/e<f>"),
            ("10.1000/456#789", "10.1000/456#789"),
            ("https://doi.org/10.1000/456%23789", "10.1000/456#789"),
            ("10.1000/a?b", "10.1000/a?b"),
            ("10.1000/R&D;x", "10.1000/r&d;x"),
            ("10.1000/100%pure", "10.1000/100%pure"),
            ("10.1000.10/123", "10.1000.10/123"),
            ("10.1000/tŷ", "10.1000/tŷ"),
            ("10.1000/ty\u{302}", "10.1000/tŷ"),
        ] {
            assert_eq!(doi(spelling).as_deref(), Some(normal), "{spelling}");
        }
    }

    #[test]
    fn in_an_address_what_would_end_it_is_encoded() {
        assert_eq!(
            doi_address("10.1002/(sici)1:1<135::aid>3.0.co;2-#"),
            "https://doi.org/10.1002/(sici)1:1%3C135::aid%3E3.0.co;2-%23"
        );
        assert_eq!(doi_address("10.1002/cl2.1152"), "https://doi.org/10.1002/cl2.1152");
    }

    #[test]
    fn what_is_no_doi_has_no_normal_form() {
        for other in [
            "",
            "10.1002",
            "10.1002/",
            "10.1002/.",
            "11.1002/x",
            "10.1002/a b",
            "10.1002/a%20b",
            "10.1002/a%00b",
            "10.x/y",
            "10./y",
            "https://example.org/10.1002/x",
            "https://doi.org/",
            "see 10.1002/x",
            // The Greek question mark is a semicolon.
            "10.1002/%CD%BE",
        ] {
            assert_eq!(doi(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn a_normal_form_is_its_own(text in "(https://doi.org/|doi:|<)?10\\.[0-9]{4}/([a-zA-Z0-9./()<>;#?=&%-]|%[0-9a-fA-F]{2}|&lt;|&amp;|\\PC){0,20}") {
            if let Some(normal) = doi(&text) {
                prop_assert_eq!(doi(&normal), Some(normal.clone()));
                prop_assert_eq!(doi(&doi_address(&normal).to_uppercase()), Some(normal));
            }
        }
    }
}
