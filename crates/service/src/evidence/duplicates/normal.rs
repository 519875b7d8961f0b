//! Titles, names and venues in a form in which spellings of the same are equal.

use crate::spelling::folded;

/// The words of a text: lower case, without accents and punctuation. An apostrophe joins what it stands
/// between, `&` is `and`.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut plain = String::with_capacity(text.len());
    for letter in folded(text).chars() {
        match letter {
            '\'' | '’' | '‘' | 'ʼ' | '`' => {}
            '&' => plain.push_str(" and "),
            letter if letter.is_alphanumeric() => plain.push(letter),
            _ => plain.push(' '),
        }
    }
    plain.split_whitespace().map(str::to_owned).collect()
}

/// The family name of an author, as far as a name tells it: what stands before the comma, before initials
/// at the end (`Tan A.`), else the last word.
pub(super) fn surname(name: &str) -> Option<String> {
    if let Some((family, _)) = name.split_once(',') {
        return joined(&words(family));
    }
    let mut parts: Vec<&str> = name.split_whitespace().collect();
    let begins_with_initials = parts.first().is_some_and(|part| is_initials(part));
    if begins_with_initials {
        return joined(&words(parts.pop()?));
    }
    let had = parts.len();
    while parts.len() > 1 && parts.last().is_some_and(|part| is_initials(part)) {
        parts.pop();
    }
    if parts.len() < had { joined(&words(&parts.join(" "))) } else { joined(&words(parts.pop()?)) }
}

/// One to three capitals, with points or without.
fn is_initials(part: &str) -> bool {
    let letters: Vec<char> = part.chars().filter(|c| c.is_alphabetic()).collect();
    let others_are_points = part.chars().all(|c| c.is_alphabetic() || ".-".contains(c));
    others_are_points
        && (1..=3).contains(&letters.len())
        && letters.iter().all(|c| c.is_uppercase())
}

fn joined(words: &[String]) -> Option<String> {
    (!words.is_empty()).then(|| words.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_the_same_title_have_the_same_words() {
        let words_of = |title| words(title).join(" ");
        assert_eq!(
            words_of("Évaluation – of “Children’s” Care & Schools."),
            "evaluation of childrens care and schools"
        );
        assert_eq!(words_of("ﬁrst Straße, Møller"), "first strasse moller");
    }

    #[test]
    fn a_family_name_is_found_in_each_way_of_writing() {
        for (name, family) in [
            ("O'Donnell, Colm P.", "odonnell"),
            ("O'Donnell C. P.", "odonnell"),
            ("Colm P. O’Donnell", "odonnell"),
            ("C. P. O'Donnell", "odonnell"),
            ("Begré S", "begre"),
            ("van der Berg, A.", "vanderberg"),
            ("Plato", "plato"),
        ] {
            assert_eq!(surname(name).as_deref(), Some(family), "{name}");
        }
        assert_eq!(surname(" . "), None);
    }
}
