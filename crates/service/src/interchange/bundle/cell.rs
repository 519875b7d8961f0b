//! The cells of a bundle: texts, which are read as items and written from them.

use std::str::FromStr;

use entity::PartialDate;
use entity::moment::{day, moment};

use super::kept::without_point;
use crate::record::columns::Value;
use crate::record::patch::Item;

/// What a text says in a column.
pub(super) fn read(value: Value, text: &str) -> Vec<Item> {
    match value.is_list() {
        true => read_list(value, items(text)),
        false if text.is_empty() => Vec::new(),
        false => vec![item(value, text)],
    }
}

/// What the texts of a list say in a column.
pub(super) fn read_list(value: Value, texts: impl IntoIterator<Item = String>) -> Vec<Item> {
    texts.into_iter().map(|text| item(value, &text)).collect()
}

/// What a text says; what can't be read stays a text, which is then no date, number or word.
fn item(value: Value, text: &str) -> Item {
    let found = match value {
        Value::Date => day(text).map(Item::Date),
        Value::PartialDate => {
            let year = without_point(text);
            let text = if year.len() == 4 { &*year } else { text };
            PartialDate::from_str(text).ok().map(Item::PartialDate)
        }
        Value::Time => moment(text).ok().map(Item::Time),
        Value::Number => number(text).map(Item::Number),
        Value::Whole => without_point(text).parse().ok().map(Item::Whole),
        Value::Word(words) => words.iter().find(|word| **word == text).map(|word| Item::Word(word)),
        Value::Scores => text.split_once('=').map(|(dimension, level)| Item::Score {
            dimension: dimension.trim().to_owned(),
            level: level.trim().to_owned(),
        }),
        _ => None,
    };
    found.unwrap_or_else(|| Item::Text(text.to_owned()))
}

/// A finite number in plain digits.
fn number(text: &str) -> Option<f64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    text.parse().ok().filter(|value: &f64| is_plain && value.is_finite())
}

/// Items as one text, from which [`read`] makes the same again.
pub(super) fn written(value: Value, items: &[Item]) -> String {
    let texts = items.iter().map(Item::to_string);
    let texts: Vec<String> = match value.is_list() {
        true => texts.map(quoted_if_needed).collect(),
        false => texts.collect(),
    };
    texts.join(";")
}

/// The item of a list in quotes, where it would not be read as it is.
fn quoted_if_needed(item: String) -> String {
    let is_plain = !item.is_empty()
        && !item.contains(';')
        && !item.starts_with('"')
        && item.trim().len() == item.len();
    match is_plain {
        true => item,
        false => format!("\"{}\"", item.replace('"', "\"\"")),
    }
}

/// The items of a list that is one text: separated by semicolons, but for those within quotes.
fn items(text: &str) -> Vec<String> {
    let mut items = Vec::new();
    let mut rest = text;
    loop {
        let (item, after) = match quoted_item(rest) {
            Some(found) => found,
            None => match rest.split_once(';') {
                Some((item, after)) => (item.trim().to_owned(), Some(after)),
                None => (rest.trim().to_owned(), None),
            },
        };
        if !item.is_empty() {
            items.push(item);
        }
        match after {
            Some(after) => rest = after,
            None => return items,
        }
    }
}

/// The item in quotes with which a text begins, in which a quote stands twice, and what comes after its semicolon. What
/// goes on behind its last quote is no such item, and is read as it is.
fn quoted_item(text: &str) -> Option<(String, Option<&str>)> {
    let mut rest = text.trim_start().strip_prefix('"')?;
    let mut item = String::new();
    loop {
        let (before, after) = rest.split_once('"')?;
        item.push_str(before);
        match after.strip_prefix('"') {
            Some(after) => {
                item.push('"');
                rest = after;
            }
            None => {
                let after = after.trim_start();
                return match after.strip_prefix(';') {
                    Some(next) => Some((item, Some(next))),
                    None => after.is_empty().then_some((item, None)),
                };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_list_is_split_at_the_semicolons_that_no_quotes_hold() {
        for (text, expected) in [
            ("", vec![]),
            (";; ;", vec![]),
            ("a", vec!["a"]),
            (" a ; b;", vec!["a", "b"]),
            (r#""a;b";c"#, vec!["a;b", "c"]),
            (r#"c; "a;b" "#, vec!["c", "a;b"]),
            (r#""say ""a;b""""#, vec![r#"say "a;b""#]),
            (r#""a" b;c"#, vec![r#""a" b"#, "c"]),
            (r#""a;b"#, vec![r#""a"#, "b"]),
            (r#"5" screen;a"b"#, vec![r#"5" screen"#, r#"a"b"#]),
        ] {
            assert_eq!(items(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_list_is_read_as_it_was_written(texts in prop::collection::vec(r#"["';,=a \t\n|#\\-]{1,6}"#, 0..5)) {
            let texts: Vec<String> = texts.iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect();
            let items = read_list(Value::Texts, texts);
            prop_assert_eq!(read(Value::Texts, &written(Value::Texts, &items)), items);
        }
    }
}
