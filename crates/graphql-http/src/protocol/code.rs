//! The codes that the endpoint itself gives to errors, before any domain code is reached.

use axum::http::StatusCode;

/// What is wrong with a request, in the word that clients find in `extensions.code`.
///
/// A code is part of the published contract: it may gain company but never changes its meaning.
/// Where Apollo Server has a name for it, that is the word, as clients and gateways know those.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// The HTTP request is no well-formed GraphQL request, or contradicts itself.
    BadRequest,
    /// The HTTP method is not offered, or may not do what the document asks for.
    MethodNotAllowed,
    /// The client accepts no media type that we can answer in.
    NotAcceptable,
    /// The HTTP body is longer than the limit.
    BodyTooLarge,
    /// The HTTP body is not declared to be JSON.
    UnsupportedMediaType,
    /// A batch has more requests than the limit.
    BatchTooLarge,
    /// The client sent more requests at once than it may.
    TooManyRequests,
    /// The client's quota of cost is used up for now.
    QuotaExhausted,
    /// The operation costs more than the client's quota can ever hold.
    CostAboveQuota,
    /// The client sent the hash of a document that is not kept.
    PersistedQueryNotFound,
    /// The operation is not on the server's list.
    OperationNotAllowed,
    /// A subscription was sent as a plain HTTP request.
    SubscriptionNotSupported,
    /// A page of an origin that may not open sockets asks for one.
    OriginNotAllowed,
    /// As many streams are open as may be.
    TooManyStreams,
    /// The document has more bytes, or a longer name, than the limit.
    DocumentTooLong,
    /// The document has more tokens than the limit.
    TooManyTokens,
    /// The document does not follow the grammar of GraphQL.
    GraphqlParseFailed,
    /// Fields, fragments or input values are nested more deeply than the limit.
    TooDeep,
    /// The document asks for more fields than the limit, fragments expanded.
    TooManyFields,
    /// The operation starts from more root fields than the limit.
    TooManyRootFields,
    /// The document gives more aliases than the limit, fragments expanded.
    TooManyAliases,
    /// The document has more directives than the limit.
    TooManyDirectives,
    /// The document defines or spreads more fragments than the limit.
    TooManyFragments,
    /// The document defines more operations than the limit.
    TooManyOperations,
    /// An argument, a list, a string or a variable is larger than the limit.
    InputTooLarge,
    /// The operation, with its page sizes, costs more than the limit.
    TooComplex,
    /// The document does not fit the schema or the rules of GraphQL.
    GraphqlValidationFailed,
    /// Which operation of the document is to run cannot be told.
    OperationResolutionFailure,
    /// The value of a variable or an argument is not acceptable.
    BadUserInput,
    /// Something failed on our side.
    InternalServerError,
}

impl Code {
    /// Every code, in the order of the documentation.
    pub const ALL: [Self; 30] = [
        Self::BadRequest,
        Self::MethodNotAllowed,
        Self::NotAcceptable,
        Self::BodyTooLarge,
        Self::UnsupportedMediaType,
        Self::BatchTooLarge,
        Self::TooManyRequests,
        Self::QuotaExhausted,
        Self::CostAboveQuota,
        Self::PersistedQueryNotFound,
        Self::OperationNotAllowed,
        Self::SubscriptionNotSupported,
        Self::OriginNotAllowed,
        Self::TooManyStreams,
        Self::DocumentTooLong,
        Self::TooManyTokens,
        Self::GraphqlParseFailed,
        Self::TooDeep,
        Self::TooManyFields,
        Self::TooManyRootFields,
        Self::TooManyAliases,
        Self::TooManyDirectives,
        Self::TooManyFragments,
        Self::TooManyOperations,
        Self::InputTooLarge,
        Self::TooComplex,
        Self::GraphqlValidationFailed,
        Self::OperationResolutionFailure,
        Self::BadUserInput,
        Self::InternalServerError,
    ];

    /// The word that clients see.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BadRequest => "BAD_REQUEST",
            Self::MethodNotAllowed => "METHOD_NOT_ALLOWED",
            Self::NotAcceptable => "NOT_ACCEPTABLE",
            Self::BodyTooLarge => "BODY_TOO_LARGE",
            Self::UnsupportedMediaType => "UNSUPPORTED_MEDIA_TYPE",
            Self::BatchTooLarge => "BATCH_TOO_LARGE",
            Self::TooManyRequests => "TOO_MANY_REQUESTS",
            Self::QuotaExhausted => "QUOTA_EXHAUSTED",
            Self::CostAboveQuota => "COST_ABOVE_QUOTA",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::OperationNotAllowed => "OPERATION_NOT_ALLOWED",
            Self::SubscriptionNotSupported => "SUBSCRIPTION_NOT_SUPPORTED",
            Self::OriginNotAllowed => "ORIGIN_NOT_ALLOWED",
            Self::TooManyStreams => "TOO_MANY_STREAMS",
            Self::DocumentTooLong => "DOCUMENT_TOO_LONG",
            Self::TooManyTokens => "TOO_MANY_TOKENS",
            Self::GraphqlParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::TooDeep => "TOO_DEEP",
            Self::TooManyFields => "TOO_MANY_FIELDS",
            Self::TooManyRootFields => "TOO_MANY_ROOT_FIELDS",
            Self::TooManyAliases => "TOO_MANY_ALIASES",
            Self::TooManyDirectives => "TOO_MANY_DIRECTIVES",
            Self::TooManyFragments => "TOO_MANY_FRAGMENTS",
            Self::TooManyOperations => "TOO_MANY_OPERATIONS",
            Self::InputTooLarge => "INPUT_TOO_LARGE",
            Self::TooComplex => "TOO_COMPLEX",
            Self::GraphqlValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::OperationResolutionFailure => "OPERATION_RESOLUTION_FAILURE",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::InternalServerError => "INTERNAL_SERVER_ERROR",
        }
    }

    /// One sentence for the table of codes.
    pub fn description(self) -> &'static str {
        match self {
            Self::BadRequest => {
                "The HTTP request is not a well-formed GraphQL request: broken JSON, no `query`, a parameter of the wrong type, or a hash that is not the SHA-256 of the very bytes of the `query` beside it."
            }
            Self::MethodNotAllowed => {
                "The endpoint takes GET and POST, and GET runs queries only; the `Allow` header says what to use."
            }
            Self::NotAcceptable => {
                "The `Accept` header admits neither `application/graphql-response+json` nor `application/json`; accept one of them."
            }
            Self::BodyTooLarge => {
                "The HTTP body has more bytes than the server takes; send less at once, or put what changes into variables."
            }
            Self::UnsupportedMediaType => {
                "A POST must have `Content-Type: application/json`, in UTF-8 and not compressed."
            }
            Self::BatchTooLarge => {
                "A batch has more requests than the server takes in one; send several batches."
            }
            Self::TooManyRequests => {
                "Too many requests at once, or too many that wait for their turn; wait as long as `Retry-After` says, and send fewer."
            }
            Self::QuotaExhausted => {
                "The quota of cost is used up; wait as long as `Retry-After` says until there is enough for this operation, or ask for less."
            }
            Self::CostAboveQuota => {
                "The operation costs more than the whole quota; waiting is of no use, ask for less at once."
            }
            Self::PersistedQueryNotFound => {
                "No document with this hash is kept; send the document with its hash, and it will be."
            }
            Self::OperationNotAllowed => {
                "The server runs the operations of a list only, and this is none of them; ask whoever runs it."
            }
            Self::SubscriptionNotSupported => {
                "A subscription has no single answer: accept `text/event-stream`, or open a WebSocket."
            }
            Self::OriginNotAllowed => {
                "A page of this origin may not open WebSockets; the operator of the server can allow it."
            }
            Self::TooManyStreams => {
                "As many streams are open as may be; close one, or try again in a moment."
            }
            Self::DocumentTooLong => {
                "The document has too many bytes, or a name in it too many; put values into variables, or ask in several requests."
            }
            Self::TooManyTokens => {
                "The document has too many tokens; put values into variables, or ask in several requests."
            }
            Self::GraphqlParseFailed => {
                "The document is not written in the grammar of GraphQL; `locations` says where it goes wrong."
            }
            Self::TooDeep => {
                "Fields, brackets, fragments or input values are nested too deeply; ask for what lies below by its `id`, in a second request."
            }
            Self::TooManyFields => {
                "The document asks for too many fields, counted with its fragments expanded; ask in several requests."
            }
            Self::TooManyRootFields => {
                "The operation starts from too many root fields; ask by `nodes(ids:)` or a filter, or in several requests."
            }
            Self::TooManyAliases => {
                "The document gives too many aliases, counted with its fragments expanded; ask by `nodes(ids:)` or a filter, or in several requests."
            }
            Self::TooManyDirectives => "The document has too many directives; leave some out.",
            Self::TooManyFragments => {
                "The document defines or spreads too many fragments; join some, or ask in several requests."
            }
            Self::TooManyOperations => {
                "The document defines too many operations; send only the one to run."
            }
            Self::InputTooLarge => {
                "An argument list, a list, a string or the value of a variable is too large, or a large variable is used too often; the message says which, send it in parts."
            }
            Self::TooComplex => {
                "The fields asked for, each times the page sizes above it, cost more than one request may; ask for smaller pages, and price the query with `extensions.costOnly`. Or fields of one key stand in fragments on so many types that comparing them would take too long."
            }
            Self::GraphqlValidationFailed => {
                "The document does not fit the schema or breaks a rule of GraphQL, such as an unknown directive or a fragment that contains itself; the message says where, and the schema can be asked for with `__schema` or read in `schema.graphql`."
            }
            Self::OperationResolutionFailure => {
                "The document has no operation of the name asked for, or has several and `operationName` does not say which one to run."
            }
            Self::BadUserInput => {
                "The value of a variable or an argument is not of its type; the message says which."
            }
            Self::InternalServerError => {
                "The server failed; try again, and tell whoever runs it the request id of the message."
            }
        }
    }

    /// The HTTP status of a response that consists of this error alone.
    ///
    /// It shows in `application/graphql-response+json`; legacy `application/json` answers 200 to
    /// whatever concerns only the document.
    pub fn status(self) -> StatusCode {
        match self {
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::PersistedQueryNotFound => StatusCode::NOT_FOUND,
            Self::OperationNotAllowed => StatusCode::FORBIDDEN,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::OriginNotAllowed => StatusCode::FORBIDDEN,
            Self::TooManyRequests | Self::QuotaExhausted | Self::TooManyStreams => {
                StatusCode::TOO_MANY_REQUESTS
            }
            Self::InternalServerError => StatusCode::INTERNAL_SERVER_ERROR,
            Self::BadRequest
            | Self::BatchTooLarge
            | Self::CostAboveQuota
            | Self::SubscriptionNotSupported
            | Self::DocumentTooLong
            | Self::TooManyTokens
            | Self::GraphqlParseFailed
            | Self::TooDeep
            | Self::TooManyFields
            | Self::TooManyRootFields
            | Self::TooManyAliases
            | Self::TooManyDirectives
            | Self::TooManyFragments
            | Self::TooManyOperations
            | Self::InputTooLarge
            | Self::TooComplex
            | Self::GraphqlValidationFailed
            | Self::OperationResolutionFailure
            | Self::BadUserInput => StatusCode::BAD_REQUEST,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_code_has_a_word_of_its_own() {
        let words: HashSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(words.len(), Code::ALL.len());
    }

    #[test]
    fn what_apollo_has_a_name_for_has_that_name() {
        for word in [
            "BAD_REQUEST",
            "BAD_USER_INPUT",
            "GRAPHQL_PARSE_FAILED",
            "GRAPHQL_VALIDATION_FAILED",
            "INTERNAL_SERVER_ERROR",
            "OPERATION_RESOLUTION_FAILURE",
            "PERSISTED_QUERY_NOT_FOUND",
        ] {
            assert!(Code::ALL.iter().any(|code| code.as_str() == word), "{word}");
        }
    }

    #[test]
    fn each_code_has_a_sentence_and_a_status_that_says_error() {
        for code in Code::ALL {
            assert!(code.description().ends_with('.'), "{}", code.as_str());
            assert!(code.status().as_u16() >= 400, "{}", code.as_str());
        }
    }
}
