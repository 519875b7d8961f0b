//! How the world reaches the service: the router, the schema, the viewer from a bearer token, the
//! loaders, the limits, and the map from errors to answers.
//!
//! Knows no SQL: whatever it needs it asks of `service`, as the viewer.

mod admission;
mod document;
mod endpoint;
mod error;
mod graph;
mod graphiql;
mod health;
mod imports;
mod keys;
mod loading;
mod peer;
mod protocol;
mod router;
pub mod server;
mod streams;

pub use admission::Rates;
pub use peer::TrustedProxies;
pub use protocol::Operations;
pub use router::{Settings, router};
pub use streams::StreamBounds;

/// The schema in the schema definition language, sorted so that a difference is easy to read.
#[must_use]
pub fn sdl() -> String {
    let options = async_graphql::SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items();
    graph::build().sdl_with_options(options)
}

/// Every code that `extensions.code` of an error can be: the code, the HTTP status of a response that
/// consists of such an error alone, and what it means. Those of the endpoint come first, then those
/// of the service.
#[must_use]
pub fn error_codes() -> Vec<(&'static str, u16, &'static str)> {
    let endpoint =
        protocol::Code::ALL.map(|code| (code.as_str(), code.status().as_u16(), code.description()));
    let service = service::Code::ALL
        .iter()
        .map(|code| (code.as_str(), code.status(), code.meaning()));
    let mut codes = endpoint.to_vec();
    // Some words both know, with one meaning and one status.
    codes.extend(service.filter(|(word, ..)| endpoint.iter().all(|(known, ..)| known != word)));
    codes
}
