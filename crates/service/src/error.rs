//! What can go wrong, with a stable code for each: the one table of the service's errors.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::sync::Arc;

use strum::{EnumMessage, IntoStaticStr, VariantArray};

use crate::problem::Fault;

/// A stable name for what went wrong, with what it means and what to do. Clients may rely on it; messages may change.
#[derive(Clone, Copy, Debug, EnumMessage, Eq, Hash, IntoStaticStr, PartialEq, VariantArray)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Code {
    /// The value of a variable or an argument is not of its type or not acceptable; the message says which and how to mend it, and `extensions.field`, `extensions.problems` and `extensions.reason` say it to programs.
    BadUserInput,
    /// A cursor is not one that this list gave; start again from the first page.
    InvalidCursor,
    /// A page was asked to be longer than allowed; ask for less and follow the cursors.
    PageTooLarge,
    /// There is no such thing, or it is not for you to see.
    NotFound,
    /// This needs an access token; send it as `Authorization: Bearer …`.
    Unauthenticated,
    /// The access token is damaged, or none of this space's; send it whole, or ask for a new one.
    TokenInvalid,
    /// The access token has expired; ask for a new one.
    TokenExpired,
    /// The access token was revoked; ask whoever issued it.
    TokenRevoked,
    /// The access token reaches rows about single young people and waits for a second administrator's approval; ask one.
    TokenNotApproved,
    /// The access token is not accepted from the network that the request came from; ask from one that it is bound to, or for another token.
    TokenWrongNetwork,
    /// The approving token and the approved one descend from the same first token; another administrator must approve.
    ApprovalNotIndependent,
    /// The identity provider that issued the token can't be asked for its keys at the moment; try again.
    IssuerUnavailable,
    /// The token lacks the scope that `extensions.requiredScope` names; ask an administrator for one that has it.
    Forbidden,
    /// Something with this name or key is there already, or has changed since it was read; read it again and decide.
    Conflict,
    /// Something else was asked for with this idempotency key before; give each request a key of its own.
    IdempotencyKeyReused,
    /// Most rows of a table of the return were refused, or most children of the return in use are not in it, so it didn't come into use; mend it, or say that it is meant with `acceptLosses=true`.
    ReturnNeedsConfirmation,
    /// Counts of young people are given for 31 March of each year; ask for one.
    NotAReferenceDate,
    /// The counts that were asked for would not be safe; the message says why, and what can be asked for.
    NotCountable,
    /// The data-sharing agreement isn't in force: a party is still to approve it, its first day has not come, or it has ended.
    AgreementNotInForce,
    /// The data-sharing agreement doesn't open this field; the others are answered.
    NotInAgreement,
    /// The request took too long and was stopped; ask for less at once.
    TimedOut,
    /// Too many streams are open on the server, with the token or without one, or too many operations on the socket; close one, or try again in a moment.
    TooManyStreams,
    /// The database cannot be reached at the moment; try again.
    Unavailable,
    /// The server failed; try again, and tell whoever runs it the request id of the message, under which its log tells more.
    InternalServerError,
}

impl Code {
    /// Every code.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the code as clients see it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns what it means and what to do.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        self.get_documentation().unwrap_or_default()
    }

    /// Returns the HTTP status, where the whole request fails for it.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::BadUserInput
            | Self::InvalidCursor
            | Self::PageTooLarge
            | Self::NotAReferenceDate
            | Self::NotCountable => 400,
            Self::Unauthenticated
            | Self::TokenInvalid
            | Self::TokenExpired
            | Self::TokenRevoked => 401,
            Self::TokenNotApproved
            | Self::TokenWrongNetwork
            | Self::ApprovalNotIndependent
            | Self::Forbidden
            | Self::AgreementNotInForce
            | Self::NotInAgreement => 403,
            Self::NotFound => 404,
            Self::Conflict | Self::IdempotencyKeyReused | Self::ReturnNeedsConfirmation => 409,
            Self::TooManyStreams => 429,
            Self::InternalServerError => 500,
            Self::IssuerUnavailable | Self::TimedOut | Self::Unavailable => 503,
        }
    }

    /// Returns the more general code that clients are told beside this one as its reason, if this is one of the
    /// ways in which an argument is not acceptable. Gateways and fuzzers know only Apollo's codes, and
    /// would take this one for a failure of the server.
    #[must_use]
    pub const fn general(self) -> Option<Self> {
        match self {
            Self::InvalidCursor
            | Self::PageTooLarge
            | Self::NotAReferenceDate
            | Self::NotCountable => Some(Self::BadUserInput),
            _ => None,
        }
    }
}

/// An error of the service.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// The stable code.
    pub code: Code,
    /// A sentence for people: what, where, and how to mend it.
    pub message: Cow<'static, str>,
    /// The input field that it is about.
    pub field: Option<String>,
    /// The scope that would have allowed it.
    pub required_scope: Option<&'static str>,
    /// All that is wrong with the input, where that is more than one thing can say.
    pub problems: Option<Box<InputProblems>>,
    /// The thing's version as it is, where another was expected.
    pub current_version: Option<i32>,
    /// The action that was refused to the viewer, for the audit.
    pub refused_action: Option<&'static str>,
    /// The internal cause: logged once at the edge, never sent.
    #[source]
    pub cause: Option<Arc<dyn StdError + Send + Sync>>,
}

/// One thing that is wrong with an input.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InputProblem {
    /// The field, as `title` or `sites[2].step`; nothing when it is about the whole.
    pub field: Option<String>,
    /// Its stable code.
    pub fault: Fault,
    /// Why it is refused.
    pub reason: Cow<'static, str>,
    /// How to mend it.
    pub remedy: Cow<'static, str>,
}

/// All that is wrong with an input. Errors hold it boxed, as most have none and all are passed on.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct InputProblems(pub Vec<InputProblem>);

/// The result of a function of the service.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Creates an error with a code and a sentence.
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            message: message.into(),
            field: None,
            required_scope: None,
            problems: None,
            current_version: None,
            refused_action: None,
            cause: None,
        }
    }

    /// Creates the error for an unacceptable value of one input field.
    pub fn bad_input(field: impl Into<String>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { field: Some(field.into()), ..Self::new(Code::BadUserInput, message) }
    }

    /// Creates the error for a thing that is not there, as far as the viewer may know.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format!("There is no such {what}."))
    }

    /// Creates the error for a thing that somebody else has changed since it was read; `field` is where its expected version was given.
    #[must_use]
    pub fn changed_since(field: &str, expected: i32, current: i32) -> Self {
        Self {
            field: Some(field.to_owned()),
            current_version: Some(current),
            ..Self::new(
                Code::Conflict,
                format!(
                    "It has changed since: you expected version {expected}, and it is at version {current}. Read it again and decide."
                ),
            )
        }
    }

    /// Creates the error for a viewer who lacks a scope.
    #[must_use]
    pub fn forbidden(scope: &'static str) -> Self {
        Self {
            required_scope: Some(scope),
            ..Self::new(Code::Forbidden, format!("This needs a token with the scope {scope}."))
        }
    }

    /// Creates the error for something that should not have happened, with its cause for the log.
    pub fn internal(cause: impl StdError + Send + Sync + 'static) -> Self {
        Self {
            cause: Some(Arc::new(cause)),
            ..Self::new(Code::InternalServerError, "Something went wrong on our side.")
        }
    }
}

impl From<sea_orm::DbErr> for Error {
    /// Returns the one place where what the database refuses becomes an error of the input.
    fn from(refusal: sea_orm::DbErr) -> Self {
        use sea_orm::SqlErr;

        match refusal.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(text)) => {
                let field = constrained_field(&text);
                let message = match &field {
                    Some(field) => format!("Another one has this {field} already."),
                    None => "Another one has this key already.".to_owned(),
                };
                return Self { field, ..Self::new(Code::Conflict, message) };
            }
            Some(SqlErr::ForeignKeyConstraintViolation(text)) => {
                let field = constrained_field(&text);
                return Self {
                    field,
                    ..Self::new(Code::BadUserInput, "It refers to something that is not there.")
                };
            }
            _ => {}
        }
        match database_code(&refusal).as_deref() {
            // PostgreSQL's query_canceled, SQLite's SQLITE_INTERRUPT: see `time_limit`.
            Some("57014" | "9") => {
                return Self::new(
                    Code::TimedOut,
                    "The database took too long and was stopped; ask for less at once.",
                );
            }
            // PostgreSQL's character_not_in_repertoire.
            Some("22021") => {
                return Self::new(
                    Code::BadUserInput,
                    "A text has the character U+0000 in it, which can be neither kept nor found.",
                );
            }
            _ => {}
        }
        if is_out_of_reach(&refusal) {
            return Self {
                cause: Some(Arc::new(refusal)),
                ..Self::new(Code::Unavailable, "The database cannot be reached at the moment.")
            };
        }
        Self::internal(refusal)
    }
}

/// Returns whether there is no connection to the database, or the one that was used broke or was ended from there.
fn is_out_of_reach(refusal: &sea_orm::DbErr) -> bool {
    use sea_orm::{DbErr, RuntimeErr, sqlx};

    let cause = match refusal {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => return true,
        DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => {
            cause
        }
        _ => return false,
    };
    match cause.as_ref() {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        // PostgreSQL's class 57P (operator intervention: it shuts down, crashed or starts) and 08 (connection).
        sqlx::Error::Database(told) => told.code().is_some_and(|code| {
            code.len() == 5 && (code.starts_with("57P") || code.starts_with("08"))
        }),
        _ => false,
    }
}

/// Returns the database's own code of an error.
fn database_code(refusal: &sea_orm::DbErr) -> Option<String> {
    use sea_orm::{DbErr, RuntimeErr};

    let (DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause))) =
        refusal
    else {
        return None;
    };
    let code = cause.as_database_error()?.code()?;
    Some(code.into_owned())
}

/// Returns the column in a constraint's name (`uq_study_slug`), or in SQLite's own words (`study.slug`).
fn constrained_field(text: &str) -> Option<String> {
    let word = text
        .split(|letter: char| !(letter.is_ascii_alphanumeric() || "_.".contains(letter)))
        .find(|word| word.starts_with("uq_") || word.starts_with("fk_") || word.contains('.'))?;
    let column = word.rsplit(['.', '_']).next()?;
    (!column.is_empty()).then(|| column.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constraints_name_becomes_the_field_of_the_input() {
        assert_eq!(
            constrained_field(r#"duplicate key value violates unique constraint "uq_study_slug""#),
            Some("slug".to_owned())
        );
        assert_eq!(
            constrained_field("UNIQUE constraint failed: study.slug"),
            Some("slug".to_owned())
        );
    }

    #[test]
    fn a_connection_that_broke_is_told_apart_from_a_failure_of_ours() {
        use sea_orm::{DbErr, RuntimeErr, sqlx};

        let told = |cause: sqlx::Error| {
            Error::from(DbErr::Query(RuntimeErr::SqlxError(Arc::new(cause)))).code
        };
        let cut = std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
        assert_eq!(told(sqlx::Error::Io(cut)), Code::Unavailable);
        assert_eq!(told(sqlx::Error::RowNotFound), Code::InternalServerError);
    }

    #[test]
    fn each_code_is_named_once() {
        let names: std::collections::BTreeSet<_> =
            Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
    }
}
