//! What is wrong with a value: which, why, and how to mend it, with a stable code.

use std::borrow::Cow;

use strum::{Display, EnumMessage, IntoStaticStr, VariantArray};

/// A stable name for what is wrong with a value or a row, with what it means. Programs may rely on it.
#[derive(
    Clone, Copy, Debug, Display, EnumMessage, Eq, Hash, IntoStaticStr, PartialEq, VariantArray,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Fault {
    /// A value that must be there is not.
    Required,
    /// Slugs are lower-case letters, digits and hyphens.
    NotASlug,
    /// Dates are written as 2019-07-15; partial ones also as 2019-07 or 2019.
    NotADate,
    /// Times are written as in RFC 3339.
    NotATime,
    /// Numbers have a decimal point and are finite.
    NotANumber,
    /// Whole numbers have digits only.
    NotAWholeNumber,
    /// The word is not one of its vocabulary.
    UnknownWord,
    /// Addresses begin with http:// or https://.
    NotAnAddress,
    /// The identifier (DOI, ORCID, ROR, GSS code …) is not well formed, or its check digit is wrong.
    NotAnIdentifier,
    /// The text has a character that cannot be kept, or spaces around it.
    NotText,
    /// The value is longer than can be kept.
    TooLong,
    /// The value is outside of what makes sense.
    OutOfRange,
    /// An end lies before its beginning.
    OutOfOrder,
    /// Values of the row contradict each other, or one needs another.
    Inconsistent,
    /// The same thing is named twice.
    Repeated,
    /// It refers to something that is neither in the bundle nor in the space.
    UnknownReference,
    /// It would refer to itself, by way of others.
    Circle,
    /// Another row before it has the same key.
    DuplicateKey,
    /// Something else has this value already, and it must be unique.
    Taken,
    /// Other things rest on it as it is, and it can't change under them.
    InUse,
    /// It is not yours to write.
    Forbidden,
    /// The database refused the row.
    Refused,
    /// The text is not in UTF-8.
    NotUtf8,
    /// The line is not an object of JSON with texts, numbers and lists of texts.
    NotJson,
    /// The row has more or fewer cells than the header.
    WrongWidth,
    /// The row is longer than a row may be, often because a quote is never closed.
    RowTooLong,
    /// A quote is never closed.
    QuoteNotClosed,
    /// The file has a column that the format does not name.
    UnknownColumn,
    /// The file lacks a column that it must have.
    MissingColumn,
    /// The file, or an object of it, has a column twice.
    DuplicateColumn,
    /// The cells are not separated by commas.
    WrongSeparator,
    /// The same file is there twice, or the same table as CSV and as NDJSON.
    TwoFiles,
    /// A folder stands where a file should.
    NotAFile,
    /// The file is none that the format names; it was not read.
    UnknownFile,
}

impl Fault {
    /// Every fault.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the code as reports give it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns what it means.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        self.get_documentation().unwrap_or_default()
    }
}

/// What is wrong with a value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    /// The field, which is the column of a bundle; nothing when it is about the whole.
    pub field: Option<&'static str>,
    /// Its stable code.
    pub fault: Fault,
    /// Why it is refused.
    pub reason: Words,
    /// How to mend it.
    pub remedy: Words,
}

/// What is said of a problem. Where a thing comes in decides what a value is called: a bundle has rows with cells, an
/// input has fields.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Words {
    /// The same everywhere.
    Everywhere(Cow<'static, str>),
    /// Other words for a bundle than for an input.
    Apart {
        /// For whoever brings a bundle.
        bundle: Cow<'static, str>,
        /// For whoever sends an input.
        input: Cow<'static, str>,
    },
}

impl<T: Into<Cow<'static, str>>> From<T> for Words {
    fn from(words: T) -> Self {
        Self::Everywhere(words.into())
    }
}

impl Words {
    /// Other words for a bundle than for an input.
    pub fn apart(
        bundle: impl Into<Cow<'static, str>>,
        input: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::Apart { bundle: bundle.into(), input: input.into() }
    }

    /// For whoever brings a bundle.
    #[must_use]
    pub fn for_bundle(self) -> Cow<'static, str> {
        match self {
            Self::Everywhere(words) | Self::Apart { bundle: words, .. } => words,
        }
    }

    /// For whoever sends an input.
    #[must_use]
    pub fn for_input(self) -> Cow<'static, str> {
        match self {
            Self::Everywhere(words) | Self::Apart { input: words, .. } => words,
        }
    }
}

/// All that is wrong with a draft or a row.
#[derive(Clone, Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Adds a problem of a field.
    pub fn add(
        &mut self,
        field: &'static str,
        fault: Fault,
        reason: impl Into<Words>,
        remedy: impl Into<Words>,
    ) {
        self.push(Problem {
            field: Some(field),
            fault,
            reason: reason.into(),
            remedy: remedy.into(),
        });
    }

    /// Adds a problem.
    pub fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// Keeps those problems that are meant.
    pub fn retain(&mut self, is_meant: impl FnMut(&Problem) -> bool) {
        self.0.retain(is_meant);
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The problems, in the order in which they were found.
    #[must_use]
    pub fn into_vec(self) -> Vec<Problem> {
        self.0
    }
}

/// A value as it may be repeated to whoever sent it: not too long, and on one line.
#[must_use]
pub fn quoted(value: &str) -> String {
    const LONGEST: usize = 60;
    let mut shown: String = value
        .chars()
        .take(LONGEST)
        .map(|letter| if letter.is_control() { '\u{fffd}' } else { letter })
        .collect();
    if value.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    format!("'{shown}'")
}
