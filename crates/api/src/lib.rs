//! How the world reaches the service: the router, the schema, the viewer from a bearer token, the
//! loaders, the limits, and the map from errors to answers.
//!
//! Knows no SQL: whatever it needs it asks of `service`, as the viewer.

mod admission;
mod authentication;
mod caller;
mod csv_tables;
mod endpoint;
mod error;
mod graph;
mod graphiql;
mod health;
mod imports;
mod keys;
mod loading;
mod operations;
mod peer;
mod router;
pub mod server;
mod streams;

pub use admission::Rates;
pub use graphql_http::Operations;
pub use peer::TrustedProxies;
pub use router::{Settings, router};
pub use streams::StreamBounds;

/// Returns the schema in the schema definition language, sorted so that a difference is easy to read.
#[must_use]
pub fn sdl() -> String {
    let options = async_graphql::SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items();
    graph::build().sdl_with_options(options)
}

/// A code that the `extensions` of an error can have.
#[derive(Clone, Copy, Debug)]
pub struct ErrorCode {
    /// `extensions.code`.
    pub code: &'static str,
    /// `extensions.reason`, where the code alone doesn't tell.
    pub reason: Option<&'static str>,
    /// The HTTP status of a response that consists of such an error alone.
    pub status: u16,
    /// What it means and what to do.
    pub meaning: &'static str,
}

/// Returns every code that an error can have. Those of the endpoint come first, then those of the service.
#[must_use]
pub fn error_codes() -> Vec<ErrorCode> {
    let endpoint = graphql_http::Code::ALL.map(|code| ErrorCode {
        code: code.as_str(),
        reason: None,
        status: code.status().as_u16(),
        // Of a word that both know the service tells more.
        meaning: known_to_service(code.as_str()).map_or(code.description(), |same| same.meaning()),
    });
    let service = service::Code::ALL.iter().map(|code| {
        let general = code.general();
        ErrorCode {
            code: general.unwrap_or(*code).as_str(),
            reason: general.map(|_| code.as_str()),
            status: code.status(),
            meaning: code.meaning(),
        }
    });
    let known = |told: &ErrorCode| {
        told.reason.is_none() && endpoint.iter().any(|known| known.code == told.code)
    };
    let mut codes = endpoint.to_vec();
    codes.extend(service.filter(|told| !known(told)));
    codes
}

/// The service's code of a word.
fn known_to_service(word: &str) -> Option<service::Code> {
    service::Code::ALL.iter().copied().find(|code| code.as_str() == word)
}

#[cfg(test)]
mod tests {
    use super::known_to_service;

    #[test]
    fn a_word_of_the_endpoint_that_the_service_has_too_has_one_status() {
        for code in graphql_http::Code::ALL {
            if let Some(same) = known_to_service(code.as_str()) {
                assert_eq!(code.status().as_u16(), same.status(), "{}", code.as_str());
            }
        }
    }
}
