//! What stands in a column of a row, whichever way it came: from a file, from an input, or from what is there.

use std::fmt;

use serde::Serialize;
use uuid::Uuid;

use super::format::Value;
use crate::spelling::composed;

/// A value of a column, or one of a list.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Item {
    /// A text: a value as it is written, or the name of a thing.
    Text(String),
    /// A thing by its id. No text means one.
    Id(Uuid),
    /// A level on a dimension of a rating's standard.
    Score {
        /// The key of the dimension.
        dimension: String,
        /// The code of the level.
        level: String,
    },
}

impl Item {
    /// The text; of anything else an empty one.
    fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Id(_) | Self::Score { .. } => "",
        }
    }

    /// The same in Unicode's form NFC.
    fn composed(self) -> Self {
        let composed = |text: String| composed(&text).into_owned();
        match self {
            Self::Text(text) => Self::Text(composed(text)),
            Self::Id(id) => Self::Id(id),
            Self::Score { dimension, level } => {
                Self::Score { dimension: composed(dimension), level: composed(level) }
            }
        }
    }
}

/// As it is written where a list is one text.
impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Id(id) => id.fmt(f),
            Self::Score { dimension, level } => write!(f, "{dimension}={level}"),
        }
    }
}

impl Default for Item {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

/// What stands in a column: nothing, a value, or the values of a list.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq, Serialize)]
pub struct Cell(Vec<Item>);

impl From<Item> for Cell {
    fn from(item: Item) -> Self {
        match item {
            Item::Text(text) if text.is_empty() => Self::default(),
            item => Self(vec![item.composed()]),
        }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Item::Text(text).into()
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<Option<Item>> for Cell {
    fn from(item: Option<Item>) -> Self {
        item.map(Self::from).unwrap_or_default()
    }
}

impl From<Vec<Item>> for Cell {
    fn from(items: Vec<Item>) -> Self {
        Self(items.into_iter().map(Item::composed).collect())
    }
}

impl Cell {
    /// Nothing.
    pub(super) const NOTHING: &'static Self = &Self(Vec::new());

    /// What a text of a file says in a column.
    pub(super) fn read(value: Value, text: &str) -> Self {
        match value.is_list() {
            true => Self::of_texts(value, items(text)),
            false => text.into(),
        }
    }

    /// What the texts of a list of a file say in a column.
    pub(super) fn of_texts(value: Value, texts: impl IntoIterator<Item = String>) -> Self {
        let item = |text: String| match (value, text.split_once('=')) {
            (Value::Scores, Some((dimension, level))) => Item::Score {
                dimension: dimension.trim().to_owned(),
                level: level.trim().to_owned(),
            },
            _ => Item::Text(text),
        };
        texts.into_iter().map(item).collect::<Vec<_>>().into()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn items(&self) -> &[Item] {
        &self.0
    }

    /// The value, where it is one.
    pub(super) fn one(&self) -> Option<&Item> {
        self.0.first()
    }

    /// The text of the value; of anything else an empty one.
    pub(super) fn text(&self) -> &str {
        self.one().map_or("", Item::text)
    }

    /// The same with other items.
    pub(super) fn map(&self, item: impl FnMut(&Item) -> Item) -> Self {
        Self(self.0.iter().map(item).collect())
    }

    /// How much memory its texts take.
    pub(super) fn bytes(&self) -> usize {
        let of_items = self.0.iter().map(|item| {
            let texts = match item {
                Item::Text(text) => text.len(),
                Item::Id(_) => 0,
                Item::Score { dimension, level } => dimension.len() + level.len(),
            };
            texts + size_of::<Item>()
        });
        size_of::<Self>() + of_items.sum::<usize>()
    }

    /// As one text for a file, from which [`Cell::read`] makes the same again.
    pub(super) fn written(&self, value: Value) -> String {
        let texts = self.0.iter().map(Item::to_string);
        let texts: Vec<String> = match value.is_list() {
            true => texts.map(quoted_if_needed).collect(),
            false => texts.collect(),
        };
        texts.join(";")
    }
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
            let cell = Cell::of_texts(Value::Texts, texts);
            prop_assert_eq!(Cell::read(Value::Texts, &cell.written(Value::Texts)), cell);
        }
    }
}
