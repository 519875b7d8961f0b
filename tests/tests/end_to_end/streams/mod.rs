//! Streams: WebSockets and server-sent events.

mod access;
mod closing;
mod dialogue;
mod events;
mod feed;

use serde_json::Value;
use tests::support::app::TestApp;
use tests::support::client::fault;

/// Follows all changes.
const CHANGES: &str = "subscription ($after: String, $kinds: [ChangeKind!]) {
    changes(after: $after, kinds: $kinds) { cursor node { id kind operation subject { ... on Study { slug } } } } }";

/// Asks for something that costs nothing.
const NAME: &str = "{ __typename }";

/// The slug of the study in a message or an event.
fn slug(message: &Value) -> Option<&str> {
    let data = message.get("payload").unwrap_or(message);
    data.pointer("/data/changes/node/subject/slug")?.as_str()
}

/// The cursor in a message or an event.
fn cursor(message: &Value) -> Option<&str> {
    let data = message.get("payload").unwrap_or(message);
    data.pointer("/data/changes/cursor")?.as_str()
}

/// The reason of the first error in a message or an event, or its code where that says all.
fn code(message: &Value) -> Option<&str> {
    let errors = ["/payload", "/payload/errors", "/errors"]
        .into_iter()
        .find_map(|path| message.pointer(path).filter(|found| found.is_array()));
    fault(errors?.get(0)?)
}

/// The cursor of the last change: a subscription from there misses nothing, whenever it begins.
async fn last_cursor(app: &TestApp) -> Value {
    let query = "{ changes(first: 100) { pageInfo { endCursor hasNextPage } } }";
    let answer = app.nobody().ask(query).await;
    assert_eq!(answer.at("/changes/pageInfo/hasNextPage"), false);
    answer.at("/changes/pageInfo/endCursor").clone()
}
