//! Completing the errors that the library returns, so that each has a code.

use async_graphql::{ServerError, Value};

use super::Code;

/// The most errors in one answer: one bad word in a large document can raise thousands.
const MOST: usize = 100;

/// Gives each error a code, hides what is not for the client, and cuts off a long list.
///
/// An error that a resolver meant for the client has its code already. One without a code is the
/// library's opinion of the document when nothing was executed. Later it is the library's opinion
/// of an argument, or else a failure of ours: that is logged, and the client gets the id of its
/// request to quote.
pub(super) fn complete(errors: &mut Vec<ServerError>, was_executed: bool, request_id: &str) {
    let left_out = errors.len().saturating_sub(MOST);
    errors.truncate(MOST);
    for error in errors.iter_mut().filter(|error| code(error).is_none()) {
        if !was_executed {
            set_code(error, Code::GraphqlValidationFailed);
        } else if is_about_input(&error.message) {
            set_code(error, Code::BadUserInput);
        } else {
            hide(error, request_id);
        }
    }
    if left_out > 0 {
        let mut error = ServerError::new(
            format!("{left_out} more errors are left out; mend these first."),
            None,
        );
        // It stands for more like the last, whoever's fault they are.
        if let Some(code) = errors.last().and_then(code) {
            error.extensions.get_or_insert_default().set("code", code);
        }
        errors.push(error);
    }
}

/// The code of an error, if it has one.
pub(super) fn code(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code),
        _ => None,
    }
}

fn set_code(error: &mut ServerError, code: Code) {
    error.extensions.get_or_insert_default().set("code", code.as_str());
}

/// Whether the message is one of the two that the library makes of a value that a scalar refuses.
/// It comes without a code or a source; a test holds these words against the library.
fn is_about_input(message: &str) -> bool {
    message.starts_with("Failed to parse \"") || message.starts_with("Expected input type \"")
}

fn hide(error: &mut ServerError, request_id: &str) {
    tracing::error!(
        request_id,
        message = error.message,
        path = ?error.path,
        "a resolver failed"
    );
    error.message = format!(
        "Something failed on our side. Please quote the request id {request_id} when you report it."
    );
    error.source = None;
    error.extensions = None;
    set_code(error, Code::InternalServerError);
}

#[cfg(test)]
mod tests {
    use async_graphql::PathSegment;

    use super::*;

    fn error(message: &str) -> ServerError {
        ServerError::new(message, None)
    }

    fn codes(errors: &[ServerError]) -> Vec<&str> {
        errors.iter().filter_map(code).collect()
    }

    #[test]
    fn an_error_before_execution_is_about_the_document() {
        let mut errors = vec![error("Unknown field")];
        complete(&mut errors, false, "r1");
        assert_eq!(codes(&errors), ["GRAPHQL_VALIDATION_FAILED"]);
        assert_eq!(errors[0].message, "Unknown field");
    }

    #[test]
    fn a_failure_without_a_code_is_hidden_behind_the_request_id() {
        let mut errors = vec![error("password of the database is wrong")];
        errors[0].path = vec![PathSegment::Field("study".to_owned())];
        complete(&mut errors, true, "r1");
        assert_eq!(codes(&errors), ["INTERNAL_SERVER_ERROR"]);
        assert!(errors[0].message.contains("r1"));
        assert!(!errors[0].message.contains("password"));
        assert_eq!(errors[0].path.len(), 1);
    }

    #[test]
    fn an_error_with_a_code_is_sent_as_it_is() {
        let mut errors = vec![error("no such study")];
        errors[0].extensions.get_or_insert_default().set("code", "NOT_FOUND");
        complete(&mut errors, true, "r1");
        assert_eq!(codes(&errors), ["NOT_FOUND"]);
        assert_eq!(errors[0].message, "no such study");
    }

    #[test]
    fn a_long_list_of_errors_is_cut_and_says_so() {
        let mut errors = vec![error("Unknown field"); 1_000];
        complete(&mut errors, false, "r1");
        assert_eq!(errors.len(), MOST + 1);
        assert_eq!(errors[MOST].message, "900 more errors are left out; mend these first.");
        assert_eq!(code(&errors[MOST]), code(&errors[0]));
    }
}
