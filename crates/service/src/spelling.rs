//! Texts that look the same or nearly so: in which form they are kept, compared and sorted.

use std::borrow::Cow;
use std::sync::LazyLock;

use icu_collator::options::CollatorOptions;
use icu_collator::{Collator, CollatorBorrowed};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, is_nfc_quick};

/// How many letters of a text count in its place in a list.
const LETTERS: usize = 100;
/// How long a sort key may be. It stands in indexes, whose entries are bounded.
const LONGEST_SORT_KEY: usize = 1_000;

/// Returns the text with each letter and its accents in one character where there is one (Unicode's form NFC), which
/// is how texts are kept.
#[must_use]
pub fn composed(text: &str) -> Cow<'_, str> {
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        IsNormalized::No | IsNormalized::Maybe => Cow::Owned(text.nfc().collect()),
    }
}

/// Returns the text without what nobody sees: marks of no width and of direction, and spaces around it.
#[must_use]
pub fn visible(text: &str) -> String {
    let is_unseen = |letter: &char| matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}');
    let seen: String = text.chars().filter(|letter| !is_unseen(letter)).collect();
    composed(seen.trim()).into_owned()
}

/// Returns the spelling in which names made of small letters, such as slugs, are looked for.
#[must_use]
pub fn slug(text: &str) -> String {
    visible(text).to_lowercase()
}

/// Returns the text in the form in which it is compared with others: without accents, in small letters.
#[must_use]
pub fn folded(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.nfkd().filter(|letter| !is_combining_mark(*letter)) {
        match letter {
            'ß' | 'ẞ' => plain.push_str("ss"),
            'ø' | 'Ø' => plain.push('o'),
            'æ' | 'Æ' => plain.push_str("ae"),
            'œ' | 'Œ' => plain.push_str("oe"),
            'ł' | 'Ł' => plain.push('l'),
            'đ' | 'Đ' | 'ð' | 'Ð' => plain.push('d'),
            letter => plain.extend(letter.to_lowercase()),
        }
    }
    plain
}

/// Returns the key by which a title is sorted: its bytes are in the order that the Unicode collation algorithm gives,
/// with the letters of other alphabets beside ours (É with E, Ŵ with W, Ø with O), and accents and capitals counting
/// only where all else is the same. Both databases sort it alike, as it has digits and the letters from a to f alone.
///
/// Its rules come with a release of the library. If they change, a migration must empty the keys that are stored; see
/// [`crate::evidence::complete_sort_keys`].
#[must_use]
pub fn sort_key(text: &str) -> String {
    // The root's rules are those of English; they need no data but what is compiled in.
    static RULES: LazyLock<Option<CollatorBorrowed<'static>>> =
        LazyLock::new(|| Collator::try_new(Default::default(), CollatorOptions::default()).ok());
    let beginning: String = composed(text).chars().take(LETTERS).collect();
    let mut key = Vec::new();
    let is_written =
        RULES.as_ref().is_some_and(|rules| rules.write_sort_key_to(&beginning, &mut key).is_ok());
    if !is_written {
        key = folded(&beginning).into_bytes();
    }
    let digits = key.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let digits = digits.filter_map(|digit| char::from_digit(u32::from(digit), 16));
    digits.take(LONGEST_SORT_KEY).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_reader_of_english_or_welsh_finds_a_title_where_they_look_for_it() {
        let titles = [
            "\"Quoted\"",
            "12 steps",
            "a",
            "A",
            "Ábaco",
            "Abacus",
            "Eabc",
            "élan",
            "Elan",
            "Élan vital",
            "Ezra",
            "Oslo",
            "Øst",
            "Otter",
            "tŷ",
            "Tŷ",
            "Tyne",
            "Ŵyn",
            "wyna",
            "Zebra",
        ];
        let mut sorted = titles;
        sorted.reverse();
        sorted.sort_by_key(|title| sort_key(title));
        assert_eq!(
            sorted,
            [
                "\"Quoted\"",
                "12 steps",
                "a",
                "A",
                "Ábaco",
                "Abacus",
                "Eabc",
                "Elan",
                "élan",
                "Élan vital",
                "Ezra",
                "Oslo",
                "Øst",
                "Otter",
                "tŷ",
                "Tŷ",
                "Tyne",
                "Ŵyn",
                "wyna",
                "Zebra",
            ]
        );
    }

    #[test]
    fn the_rules_of_stored_sort_keys_have_not_changed() {
        // If this fails, a migration must empty `title_key` of study and publication, so that the keys are made anew.
        assert_eq!(sort_key("Tŷ 2"), "515b041601448e0601dc08");
    }

    #[test]
    fn accents_and_capitals_are_no_difference_where_texts_are_compared() {
        for (one, other) in [
            ("Ynys Môn", "ynys mo\u{302}n"),
            ("TŶ", "ty"),
            ("Møller", "moller"),
            ("Straße", "STRASSE"),
        ] {
            assert_eq!(folded(one), folded(other));
        }
        assert_eq!(visible("\u{feff} a\u{200b}b\u{a0}"), "ab");
        assert_eq!(slug(" Alpha-Centre\u{200b}"), "alpha-centre");
    }

    proptest! {
        #[test]
        fn the_same_text_composed_or_not_is_kept_compared_and_sorted_alike(text in "\\PC{0,120}") {
            let (nfc, nfd): (String, String) = (text.nfc().collect(), text.nfd().collect());
            prop_assert_eq!(composed(&nfd), composed(&nfc));
            prop_assert_eq!(folded(&nfd), folded(&nfc));
            prop_assert_eq!(sort_key(&nfd), sort_key(&nfc));
            prop_assert!(sort_key(&text).len() <= LONGEST_SORT_KEY);
        }

        #[test]
        fn the_order_of_sort_keys_is_that_of_the_collation(one in "[a-zA-ZéÉŵŷØø '\"0-9-]{0,30}", other in "[a-zA-ZéÉŵŷØø '\"0-9-]{0,30}") {
            let rules = Collator::try_new(Default::default(), CollatorOptions::default()).unwrap();
            prop_assert_eq!(sort_key(&one).cmp(&sort_key(&other)), rules.compare(&one, &other));
        }
    }
}
