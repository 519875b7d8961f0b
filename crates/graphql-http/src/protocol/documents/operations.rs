//! The list of the operations that a server may run.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Hash;
use crate::document::{self, Limits};

/// The word by which Apollo's lists are known.
const APOLLO: &str = "apollo-persisted-query-manifest";

/// The operations that a server may run, by their ids and by their texts.
#[derive(Debug, Clone, Default)]
pub struct Operations {
    ids: HashMap<String, Arc<str>>,
    texts: HashMap<Hash, Arc<str>>,
}

/// One operation of Apollo's list, as far as we need it.
#[derive(Deserialize)]
struct Listed {
    id: String,
    body: String,
}

impl Operations {
    /// Reads a list, as Apollo's tools write it (`{"format": "apollo-persisted-query-manifest",
    /// "version": 1, "operations": [{"id": …, "body": …}]}`) or Relay's (`{id: text}`).
    ///
    /// # Errors
    /// A sentence that names the operation that is malformed.
    pub fn parse(list: &str) -> Result<Self, String> {
        let list: Map<String, Value> = serde_json::from_str(list)
            .map_err(|error| format!("It is not a JSON object: {error}."))?;
        let listed = match list.get("format") {
            Some(Value::String(format)) if format == APOLLO => of_apollo(&list)?,
            _ => of_relay(list)?,
        };
        let mut operations = Self::default();
        for (id, text) in listed {
            operations.add(id, &text)?;
        }
        if operations.ids.is_empty() {
            return Err("It has no operation, so that nothing could be asked.".to_owned());
        }
        Ok(operations)
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.ids.len()
    }

    /// The text under an id of the list, or with this hash.
    pub(super) fn by_id(&self, id: &str) -> Option<Arc<str>> {
        let by_hash = || self.texts.get(&Hash::parse(id)?);
        self.ids.get(id).or_else(by_hash).cloned()
    }

    /// The same text, if it is of the list.
    pub(super) fn by_text(&self, text: &str) -> Option<Arc<str>> {
        self.texts.get(&Hash::of(text)).cloned()
    }

    fn add(&mut self, id: String, text: &str) -> Result<(), String> {
        document::parse(text, &Limits::default()).map_err(|refusal| {
            format!("The operation '{id}' cannot be run. {}", refusal.message)
        })?;
        let text: Arc<str> = text.into();
        self.texts.insert(Hash::of(&text), Arc::clone(&text));
        match self.ids.insert(id.clone(), text) {
            None => Ok(()),
            Some(_) => Err(format!("The operation '{id}' stands in it twice.")),
        }
    }
}

fn of_apollo(list: &Map<String, Value>) -> Result<Vec<(String, String)>, String> {
    if list.get("version") != Some(&Value::from(1)) {
        return Err("It is not of `version` 1, the one that is known.".to_owned());
    }
    let Some(Value::Array(operations)) = list.get("operations") else {
        return Err("It has no list `operations`.".to_owned());
    };
    let operations = operations.iter().enumerate().map(|(place, operation)| {
        let listed = Listed::deserialize(operation).map_err(|error| {
            let name = operation.get("name").and_then(Value::as_str);
            let name = name.unwrap_or("without a name");
            format!("Operation {} ({name}) is malformed: {error}.", place + 1)
        })?;
        Ok((listed.id, listed.body))
    });
    operations.collect()
}

fn of_relay(list: Map<String, Value>) -> Result<Vec<(String, String)>, String> {
    let operations = list.into_iter().map(|(id, text)| match text {
        Value::String(text) => Ok((id, text)),
        _ => Err(format!(
            "What stands under '{id}' is not the text of an operation, and it is no list of Apollo's either."
        )),
    });
    operations.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TEXT: &str = "query A { a }";

    fn apollo(operations: Value) -> String {
        json!({ "format": APOLLO, "version": 1, "operations": operations }).to_string()
    }

    fn refusal(list: &str) -> String {
        Operations::parse(list).unwrap_err()
    }

    #[test]
    fn the_lists_of_apollo_and_relay_are_read() {
        let of_apollo = apollo(json!([{"id": "a1", "name": "A", "type": "query", "body": TEXT}]));
        let of_relay = json!({ "a1": TEXT }).to_string();
        for list in [of_apollo, of_relay] {
            let operations = Operations::parse(&list).unwrap();
            assert_eq!(operations.count(), 1);
            assert_eq!(operations.by_id("a1").as_deref(), Some(TEXT));
            assert_eq!(operations.by_text(TEXT).as_deref(), Some(TEXT));
            assert_eq!(operations.by_text("query A { a b }"), None);
            assert_eq!(operations.by_id("a2"), None);
        }
    }

    #[test]
    fn a_malformed_list_is_refused_with_the_operation_that_is_to_blame() {
        let no_body =
            apollo(json!([{"id": "a1", "name": "A", "body": TEXT}, {"id": "b1", "name": "B"}]));
        assert!(
            refusal(&no_body).starts_with("Operation 2 (B) is malformed: missing field `body`")
        );
        let broken = json!({ "a1": TEXT, "b1": "query B { " }).to_string();
        assert!(refusal(&broken).starts_with("The operation 'b1' cannot be run. Syntax error"));
        let twice = apollo(json!([{"id": "a1", "body": TEXT}, {"id": "a1", "body": TEXT}]));
        assert!(refusal(&twice).contains("'a1' stands in it twice"));
        let other = json!({ "format": "other", "operations": [] }).to_string();
        assert!(refusal(&other).contains("'operations'") || refusal(&other).contains("'format'"));
    }

    #[test]
    fn what_is_no_list_at_all_is_refused() {
        for list in ["", "[]", "7", "{}", "not JSON"] {
            assert!(refusal(list).ends_with('.'), "{list}");
        }
        assert!(refusal(&apollo(json!([]))).contains("no operation"));
        let version = json!({ "format": APOLLO, "version": 2, "operations": [] }).to_string();
        assert!(refusal(&version).contains("version"));
    }
}
