//! JSON as people read it: in the order in which it was written, and short things on one line.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// How long a line may be.
const WIDTH: usize = 100;

/// A JSON value whose objects keep their order.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    /// Null, a number, a truth value or a text, as it is written.
    Leaf(String),
    /// A list.
    List(Vec<Json>),
    /// An object.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads a text.
    ///
    /// # Errors
    /// When it is no JSON.
    pub(super) fn parse(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str(text)
    }

    /// The member of an object.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => {
                members.iter().find(|(key, _)| key == name).map(|(_, value)| value)
            }
            Self::Leaf(_) | Self::List(_) => None,
        }
    }

    /// The value as text, over several lines where one would be too long.
    pub(super) fn pretty(&self) -> String {
        self.indented(0, 0)
    }

    /// `before` is what stands on the line already.
    fn indented(&self, indent: usize, before: usize) -> String {
        let line = self.on_one_line();
        if line.chars().count() + before <= WIDTH {
            return line;
        }
        let inner = indent + 2;
        let pad = " ".repeat(inner);
        let (open, items, close) = match self {
            Self::Leaf(text) => return text.clone(),
            Self::List(items) => {
                let items =
                    items.iter().map(|item| format!("{pad}{}", item.indented(inner, inner + 1)));
                ('[', items.collect::<Vec<_>>(), ']')
            }
            Self::Object(members) => {
                let members = members.iter().map(|(key, value)| {
                    let head = format!("{pad}{}: ", quoted(key));
                    let before = head.chars().count() + 1;
                    format!("{head}{}", value.indented(inner, before))
                });
                ('{', members.collect(), '}')
            }
        };
        format!("{open}\n{}\n{}{close}", items.join(",\n"), " ".repeat(indent))
    }

    fn on_one_line(&self) -> String {
        match self {
            Self::Leaf(text) => text.clone(),
            Self::List(items) => {
                let items: Vec<_> = items.iter().map(Self::on_one_line).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Object(members) => {
                let members = members
                    .iter()
                    .map(|(key, value)| format!("{}: {}", quoted(key), value.on_one_line()));
                format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
            }
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a text is JSON")
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

fn leaf(value: impl Into<serde_json::Value>) -> Json {
    Json::Leaf(value.into().to_string())
}

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(leaf(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(leaf(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(leaf(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(leaf(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(leaf(value))
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Leaf("null".to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut object = Vec::new();
        while let Some(member) = members.next_entry()? {
            object.push(member);
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_short_stands_on_one_line_in_its_own_order() {
        let json = Json::parse(r#"{"b":[1,2.5,null],"a":{"c":"\"x\""}}"#).unwrap();
        assert_eq!(json.pretty(), r#"{ "b": [1, 2.5, null], "a": { "c": "\"x\"" } }"#);
    }

    #[test]
    fn what_is_long_stands_on_several_lines() {
        let long = "x".repeat(60);
        let json = Json::parse(&format!(r#"{{"a":["{long}","{long}"],"b":1}}"#)).unwrap();
        let expected =
            format!("{{\n  \"a\": [\n    \"{long}\",\n    \"{long}\"\n  ],\n  \"b\": 1\n}}");
        assert_eq!(json.pretty(), expected);
    }
}
