//! Texts as spreadsheets and case systems leave them behind: with spaces that aren't seen, and with whole numbers
//! that have become decimal ones.

use std::borrow::Cow;

/// Returns a text without what isn't seen: spaces of any kind around it, and signs of no width within it.
#[must_use]
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    match text.contains(is_unseen) {
        false => Cow::Borrowed(text.trim()),
        true => {
            let seen: String = text.chars().filter(|letter| !is_unseen(*letter)).collect();
            Cow::Owned(seen.trim().to_owned())
        }
    }
}

/// Signs without width: those that join or part words, say which way a text runs, or mark a file's first byte.
const fn is_unseen(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}'
    )
}

/// Returns the digits of a whole number that was written as a decimal one: those of `9.0` are `9`.
#[must_use]
pub(crate) fn whole(text: &str) -> Option<&str> {
    let (digits, zeros) = text.split_once('.')?;
    let is_whole = !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !zeros.is_empty()
        && zeros.bytes().all(|byte| byte == b'0');
    is_whole.then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_taken_away() {
        for text in [
            "A 1",
            " A 1\t",
            "\u{a0}A 1\u{2009}",
            "\u{feff}A\u{200b} 1\u{202c}",
            "A\u{ad} 1\u{3000}",
        ] {
            assert_eq!(clean(text), "A 1", "{text:?}");
        }
    }

    #[test]
    fn a_whole_number_is_recognised_with_a_decimal_point() {
        assert_eq!(whole("9.0"), Some("9"));
        assert_eq!(whole("100200.00"), Some("100200"));
        for text in ["9", "9.", ".0", "9.5", "-9.0", "9.0.0", "1.0E+05", "A.0"] {
            assert_eq!(whole(text), None, "{text}");
        }
    }
}
