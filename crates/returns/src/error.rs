//! Why files can't be read as a return.

use std::borrow::Cow;

/// Why files can't be read as a return: a sentence for whoever sent them, which holds nothing that stands in a row.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Error {
    /// What was sent can't be accepted.
    #[error("{message}")]
    Unacceptable {
        /// What it is about: `files`, `authority` or `year`.
        field: &'static str,
        /// What is wrong, where, and how to mend it.
        message: Cow<'static, str>,
    },
    /// Whoever takes what is read has gone.
    #[error("The loading was broken off; nothing of it was kept.")]
    BrokenOff,
}

/// What reading gives.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn unacceptable(field: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::Unacceptable { field, message: message.into() }
    }

    /// The files themselves can't be accepted.
    pub(crate) fn of_files(message: impl Into<Cow<'static, str>>) -> Self {
        Self::unacceptable("files", message)
    }

    /// The files did not come to their end.
    pub(crate) fn cut(failure: &std::io::Error) -> Self {
        Self::of_files(format!(
            "The files did not come whole ({}). Nothing of them was kept; send them again.",
            failure.kind()
        ))
    }
}
