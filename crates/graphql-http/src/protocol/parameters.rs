//! The parameters of one GraphQL request, from JSON or from a URL.

use std::{fmt, marker::PhantomData};

use async_graphql::Variables;
use axum::{extract::Query, http::Uri};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

use super::Code;
use crate::document::Refusal;

/// What a GraphQL request consists of.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Parameters {
    /// The document; its absence is told apart from a wrong type.
    pub(super) query: Option<String>,
    /// The id of a document, in place of its text.
    document_id: Option<String>,
    /// The operation of the document to run.
    pub(super) operation_name: Option<String>,
    /// The values of its variables.
    #[serde(default)]
    pub(super) variables: Variables,
    /// Agreements beyond the protocol.
    #[serde(default, deserialize_with = "object_or_null")]
    pub(super) extensions: Extensions,
}

/// The agreements that are known; others are left for the future.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Extensions {
    /// Whether only the cost is asked for.
    #[serde(deserialize_with = "or_null")]
    pub(super) cost_only: bool,
    persisted_query: Option<PersistedQuery>,
}

/// A document that is named by its hash, as Apollo's clients do.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PersistedQuery {
    #[serde(rename = "version")]
    _version: One,
    sha256_hash: String,
}

/// The only version of that protocol.
#[derive(Debug, Deserialize)]
#[serde(try_from = "u64")]
struct One;

impl TryFrom<u64> for One {
    type Error = &'static str;

    fn try_from(version: u64) -> Result<Self, Self::Error> {
        match version {
            1 => Ok(Self),
            _ => Err("only version 1 of `persistedQuery` is known"),
        }
    }
}

/// The same in the query of a URL, where maps are JSON in a string.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InUrl {
    query: Option<String>,
    document_id: Option<String>,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

impl Parameters {
    /// Reads a JSON object.
    ///
    /// # Errors
    /// `BAD_REQUEST`.
    pub fn from_json(text: &str) -> Result<Self, Refusal> {
        serde_json::from_str(text)
            .map(|Object(parameters)| parameters)
            .map_err(|error| malformed("The HTTP body", &error))
    }

    /// Reads a JSON array; none when it has more than `limit` items, of which the rest is not kept.
    ///
    /// # Errors
    /// `BAD_REQUEST`.
    pub(super) fn batch_from_json(text: &str, limit: usize) -> Result<Option<Vec<Self>>, Refusal> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        deserializer
            .deserialize_seq(UpTo(limit))
            .and_then(|batch| deserializer.end().map(|()| batch))
            .map_err(|error| malformed("The HTTP body", &error))
    }

    /// Reads the query of a URL.
    ///
    /// # Errors
    /// `BAD_REQUEST`.
    pub(super) fn from_url(uri: &Uri) -> Result<Self, Refusal> {
        let Query(found) =
            Query::<InUrl>::try_from_uri(uri).map_err(|error| malformed("The URL", &error))?;
        Ok(Self {
            query: found.query,
            document_id: found.document_id,
            operation_name: found.operation_name,
            variables: json_in_url("variables", found.variables)?,
            extensions: json_in_url::<Option<Object<_>>>("extensions", found.extensions)?
                .map_or_else(Extensions::default, |Object(extensions)| extensions),
        })
    }

    /// The id by which the document is asked for, a hash without its prefix.
    pub(super) fn document_id(&self) -> Option<&str> {
        let hash = self.extensions.persisted_query.as_ref();
        let hash = hash.map(|persisted| persisted.sha256_hash.as_str());
        hash.or_else(|| {
            let id = self.document_id.as_deref()?;
            Some(id.strip_prefix("sha256:").unwrap_or(id))
        })
    }

    /// Whether there is no document, nor the id of one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.query.is_none() && self.document_id().is_none()
    }
}

fn json_in_url<T: Default + for<'de> Deserialize<'de>>(
    name: &str,
    text: Option<String>,
) -> Result<T, Refusal> {
    match text.as_deref() {
        None | Some("") => Ok(T::default()),
        Some(text) => serde_json::from_str(text)
            .map_err(|error| malformed(&format!("`{name}` in the URL"), &error)),
    }
}

/// An error may repeat a value of any length, of which its beginning is enough.
fn malformed(what: &str, error: &dyn fmt::Display) -> Refusal {
    let reason: String = error.to_string().chars().take(300).collect();
    Refusal::new(
        Code::BadRequest,
        format!("{what} is not a well-formed GraphQL request: {reason}."),
    )
}

/// What is read from an object only: what serde derives would take its values from a list as well.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData)).map(Self)
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(object))
    }
}

fn object_or_null<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: Deserializer<'de>,
{
    let found = Option::<Object<T>>::deserialize(deserializer)?;
    Ok(found.map_or_else(T::default, |Object(found)| found))
}

fn or_null<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Keeps the items of a list up to a limit; none when there are more.
struct UpTo(usize);

impl<'de> Visitor<'de> for UpTo {
    type Value = Option<Vec<Parameters>>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a list of requests")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut kept = Vec::new();
        while kept.len() < self.0 {
            match items.next_element()? {
                Some(Object(item)) => kept.push(item),
                None => return Ok(Some(kept)),
            }
        }
        let mut is_over = false;
        while items.next_element::<IgnoredAny>()?.is_some() {
            is_over = true;
        }
        Ok((!is_over).then_some(kept))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Option<Code> {
        Parameters::from_json(text).err().map(|refusal| refusal.code)
    }

    #[test]
    fn null_is_the_same_as_nothing() {
        let text =
            r#"{"query": "{a}", "operationName": null, "variables": null, "extensions": null}"#;
        let parameters = Parameters::from_json(text).unwrap();
        assert!(parameters.operation_name.is_none() && parameters.variables.is_empty());
    }

    #[test]
    fn parameters_of_another_type_are_malformed() {
        for text in [
            r#"{"query": 7}"#,
            r#"{"query": "{a}", "operationName": []}"#,
            r#"{"query": "{a}", "variables": [7]}"#,
            r#"{"query": "{a}", "variables": "x"}"#,
            r#"{"query": "{a}", "extensions": 0}"#,
            r#"{"query": "{a}", "extensions": ["array"]}"#,
            r#"{"query": "{a}", "extensions": {"costOnly": "yes"}}"#,
            r#"{"extensions": {"persistedQuery": {}}}"#,
            r#"{"extensions": {"persistedQuery": {"version": 2, "sha256Hash": "a"}}}"#,
            r#"{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": 7}}}"#,
            r#"{"documentId": 7}"#,
            r#"{"query": "{a}", "query": "{b}"}"#,
            r#""{a}""#,
            r#"{"query": "#,
            "",
        ] {
            assert_eq!(code(text), Some(Code::BadRequest), "{text}");
        }
    }

    #[test]
    fn unknown_parameters_are_left_for_the_future() {
        assert_eq!(code(r#"{"query": "{a}", "id": 7}"#), None);
    }

    #[test]
    fn what_is_wrong_is_not_repeated_at_length() {
        let text = format!(r#"{{"variables": "{}"}}"#, "x".repeat(10_000));
        let refusal = Parameters::from_json(&text).unwrap_err();
        assert!(refusal.message.len() < 500);
    }

    #[test]
    fn a_batch_over_the_limit_is_counted_out() {
        let one = r#"{"query": "{a}"}"#;
        let batch = |count: usize| format!("[{}]", vec![one; count].join(","));
        let length =
            |count| Parameters::batch_from_json(&batch(count), 3).unwrap().map(|kept| kept.len());
        assert_eq!(length(0), Some(0));
        assert_eq!(length(3), Some(3));
        assert_eq!(length(4), None);
        assert!(Parameters::batch_from_json("[{}] x", 3).is_err());
        assert!(Parameters::batch_from_json("[\"sample\"]", 3).is_err());
        assert!(Parameters::batch_from_json("[[\"{a}\"]]", 3).is_err());
    }
}
