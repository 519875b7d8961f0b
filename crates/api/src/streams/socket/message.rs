//! The messages of the subprotocol.

use graphql_http::{Answer, Parameters};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The longest id of an operation, in bytes.
const LONGEST_ID: usize = 256;

/// What a client may say.
#[derive(Debug)]
pub(super) enum ClientMessage {
    /// Who it is.
    Init(Option<Box<RawValue>>),
    /// Whether we are there.
    Ping(Option<Box<RawValue>>),
    /// That it is there.
    Pong,
    /// That an operation is to be carried out.
    Subscribe(String, Box<Parameters>),
    /// That it wants no more of an operation.
    Complete(String),
}

#[derive(Deserialize)]
struct Envelope {
    r#type: String,
    id: Option<String>,
    payload: Option<Box<RawValue>>,
}

impl ClientMessage {
    /// Reads a message.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn read(text: &str) -> Result<Self, &'static str> {
        let message: Envelope =
            serde_json::from_str(text).map_err(|_| "it is no JSON object with a `type`")?;
        let payload = message.payload.filter(|payload| payload.get() != "null");
        match message.r#type.as_str() {
            "connection_init" => Ok(Self::Init(object(payload)?)),
            "ping" => Ok(Self::Ping(object(payload)?)),
            "pong" => object(payload).map(|_| Self::Pong),
            "subscribe" => {
                let id = id(message.id)?;
                let payload = payload.ok_or("`subscribe` has no payload")?;
                let parameters = Parameters::from_json(payload.get())
                    .map_err(|_| "the payload of `subscribe` is malformed")?;
                if parameters.is_empty() {
                    return Err("the payload of `subscribe` has no `query`");
                }
                Ok(Self::Subscribe(id, Box::new(parameters)))
            }
            "complete" => Ok(Self::Complete(id(message.id)?)),
            _ => Err("its `type` is none that a client may send"),
        }
    }
}

fn id(id: Option<String>) -> Result<String, &'static str> {
    match id {
        Some(id) if !id.is_empty() && id.len() <= LONGEST_ID => Ok(id),
        Some(_) => Err("its `id` must have 1 to 256 bytes"),
        None => Err("it has no `id`"),
    }
}

fn object(payload: Option<Box<RawValue>>) -> Result<Option<Box<RawValue>>, &'static str> {
    match payload {
        Some(payload) if !payload.get().starts_with('{') => Err("its payload is no object"),
        payload => Ok(payload),
    }
}

/// What the server says.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Say<'m> {
    /// That the client may begin.
    ConnectionAck,
    /// That we are there.
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<&'m RawValue>,
    },
    /// A result.
    Next { id: &'m str, payload: &'m Answer },
    /// That the operation was not carried out, and why.
    Error { id: &'m str, payload: &'m [async_graphql::ServerError] },
    /// That the operation is over.
    Complete { id: &'m str },
}

impl Say<'_> {
    /// The message as it is sent.
    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|error| {
            tracing::error!(%error, "a message could not be written as JSON");
            String::new()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_read(text: &str) -> bool {
        ClientMessage::read(text).is_ok()
    }

    #[test]
    fn each_message_of_a_client_is_read_with_and_without_what_it_may_lack() {
        for text in [
            r#"{"type": "connection_init"}"#,
            r#"{"type": "connection_init", "payload": null}"#,
            r#"{"type": "connection_init", "payload": {"token": "x"}}"#,
            r#"{"type": "ping"}"#,
            r#"{"type": "ping", "payload": {"at": 7}}"#,
            r#"{"type": "pong"}"#,
            r#"{"id": "1", "type": "subscribe", "payload": {"query": "{ a }"}}"#,
            r#"{"id": "1", "type": "subscribe", "payload": {"query": "{ a }", "operationName": null, "variables": {}, "extensions": {}}}"#,
            r#"{"id": "1", "type": "complete"}"#,
            r#"{"id": "1", "type": "complete", "more": true}"#,
        ] {
            assert!(is_read(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_message_of_a_client_is_refused() {
        let long = format!(r#"{{"id": "{}", "type": "complete"}}"#, "x".repeat(LONGEST_ID + 1));
        for text in [
            "",
            "{",
            "[]",
            "7",
            "{}",
            r#"{"type": 7}"#,
            r#"{"type": "start", "id": "1", "payload": {"query": "{ a }"}}"#,
            r#"{"type": "connection_ack"}"#,
            r#"{"type": "next", "id": "1", "payload": {}}"#,
            r#"{"type": "connection_init", "payload": "token"}"#,
            r#"{"type": "ping", "payload": 7}"#,
            r#"{"type": "complete"}"#,
            r#"{"type": "complete", "id": ""}"#,
            r#"{"type": "complete", "id": 1}"#,
            r#"{"type": "subscribe", "payload": {"query": "{ a }"}}"#,
            r#"{"type": "subscribe", "id": "1"}"#,
            r#"{"type": "subscribe", "id": "1", "payload": {}}"#,
            r#"{"type": "subscribe", "id": "1", "payload": {"query": 7}}"#,
            r#"{"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "variables": []}}"#,
            &long,
        ] {
            assert!(!is_read(text), "{text}");
        }
    }
}
