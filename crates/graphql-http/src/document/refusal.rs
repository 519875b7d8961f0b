//! Why a document, or the request around it, is not carried out.

use async_graphql::{ErrorExtensionValues, Pos, ServerError};

use crate::protocol::Code;

/// An error that is raised before anything was executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The kind of error, for programs.
    pub code: Code,
    /// What is wrong and how to mend it, for people.
    pub message: String,
    /// Where in the document, when it is about a place.
    pub locations: Vec<Pos>,
}

impl Refusal {
    /// A refusal that concerns no place in the document.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), locations: Vec::new() }
    }

    /// The same refusal, pointing at a place in the document.
    pub fn at(mut self, position: Pos) -> Self {
        self.locations.push(position);
        self
    }
}

impl From<Refusal> for ServerError {
    fn from(refusal: Refusal) -> Self {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", refusal.code.as_str());
        let mut error = Self::new(refusal.message, None);
        error.locations = refusal.locations;
        error.extensions = Some(extensions);
        error
    }
}

/// Refuses when `found` things are more than `limit`.
///
/// The message reads `{what}: {found}; at most {limit} {are allowed}. {remedy}`.
pub(super) fn at_most<N: PartialOrd + std::fmt::Display>(
    code: Code,
    what: &str,
    found: N,
    limit: N,
    remedy: &str,
) -> Result<(), Refusal> {
    if found > limit {
        return Err(Refusal::new(
            code,
            format!("{what}: {found}, where at most {limit} are allowed. {remedy}"),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_says_what_how_many_the_limit_and_the_remedy() {
        let refusal =
            at_most(Code::TooManyAliases, "Aliases", 60, 50, "Ask for fewer things at once.")
                .unwrap_err();
        assert_eq!(
            refusal.message,
            "Aliases: 60, where at most 50 are allowed. Ask for fewer things at once."
        );
    }

    #[test]
    fn exactly_the_limit_passes() {
        assert!(at_most(Code::TooManyAliases, "Aliases", 50, 50, "").is_ok());
    }

    #[test]
    fn the_code_travels_in_the_extensions() {
        let error = ServerError::from(Refusal::new(Code::TooDeep, "deep"));
        let code = error.extensions.unwrap().get("code").cloned();
        assert_eq!(code, Some("TOO_DEEP".into()));
    }
}
