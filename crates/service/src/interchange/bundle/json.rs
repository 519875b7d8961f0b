//! A line of NDJSON: an object whose fields are columns.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value as Json;

use super::cell;
use super::format::Column;
use crate::record::patch::Item;
use crate::record::{Fault, Problem};

/// The fields of an object in their order, also those that come twice.
pub(super) struct Fields(pub(super) Vec<(String, Json)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(
                self,
                mut map: A,
            ) -> std::result::Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// What a value says in a column.
pub(super) fn items(column: Column, json: Json) -> std::result::Result<Vec<Item>, Problem> {
    let Column { name, value, .. } = column;
    match json {
        Json::Null => Ok(Vec::new()),
        Json::String(text) => Ok(cell::read(value, text.trim())),
        Json::Number(number) => Ok(cell::read(value, &number.to_string())),
        Json::Array(items) if value.is_list() => {
            let mut texts = Vec::with_capacity(items.len());
            for item in items {
                let Json::String(text) = item else {
                    let reason = "An item of the list is no text.".to_owned();
                    return Err(not_json(Some(name), reason));
                };
                texts.extend(Some(text.trim().to_owned()).filter(|text| !text.is_empty()));
            }
            Ok(cell::read_list(value, texts))
        }
        Json::Array(_) | Json::Object(_) | Json::Bool(_) => {
            Err(not_json(Some(name), "The value is no text and no number.".to_owned()))
        }
    }
}

/// What is wrong with a line or a value of it.
pub(super) fn not_json(field: Option<&'static str>, reason: String) -> Problem {
    Problem {
        field,
        fault: Fault::NotJson,
        reason: reason.into(),
        remedy: "Write one object a line, with texts, numbers and (for lists) arrays of texts."
            .into(),
    }
}
