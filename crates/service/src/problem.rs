//! What is wrong with a value: which, why, and how to mend it, with a stable code.

use std::borrow::Cow;

macro_rules! faults {
    ($($name:ident $text:literal $meaning:literal;)*) => {
        /// A stable name for what is wrong with a value or a row. Programs may rely on it.
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub enum Fault {$(#[doc = $meaning] $name,)*}

        impl Fault {
            /// Every fault.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code as reports give it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// What it means.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)* }
            }
        }
    };
}

faults! {
    Required "REQUIRED" "A value that must be there is not.";
    NotASlug "NOT_A_SLUG" "Slugs are lower-case letters, digits and hyphens.";
    NotADate "NOT_A_DATE" "Dates are written as 2019-07-15; partial ones also as 2019-07 or 2019.";
    NotATime "NOT_A_TIME" "Times are written as in RFC 3339.";
    NotANumber "NOT_A_NUMBER" "Numbers have a decimal point and are finite.";
    NotAWholeNumber "NOT_A_WHOLE_NUMBER" "Whole numbers have digits only.";
    UnknownWord "UNKNOWN_WORD" "The word is not one of its vocabulary.";
    NotAnAddress "NOT_AN_ADDRESS" "Addresses begin with http:// or https://.";
    NotAnIdentifier "NOT_AN_IDENTIFIER" "The identifier (DOI, ORCID, ROR, GSS code …) is not well formed, or its check digit is wrong.";
    NotText "NOT_TEXT" "The text has a character that cannot be kept, or spaces around it.";
    TooLong "TOO_LONG" "The value is longer than can be kept.";
    OutOfRange "OUT_OF_RANGE" "The value is outside of what makes sense.";
    OutOfOrder "OUT_OF_ORDER" "An end lies before its beginning.";
    Inconsistent "INCONSISTENT" "Values of the row contradict each other, or one needs another.";
    Repeated "REPEATED" "The same thing is named twice.";
    UnknownReference "UNKNOWN_REFERENCE" "It refers to something that is neither in the bundle nor in the space.";
    Circle "CIRCLE" "It would refer to itself, by way of others.";
    DuplicateKey "DUPLICATE_KEY" "Another row before it has the same key.";
    Taken "TAKEN" "Something else has this value already, and it must be unique.";
    InUse "IN_USE" "Other things rest on it as it is, and it can't change under them.";
    Forbidden "FORBIDDEN" "It is not yours to write.";
    Refused "REFUSED" "The database refused the row.";
    NotUtf8 "NOT_UTF8" "The text is not in UTF-8.";
    NotJson "NOT_JSON" "The line is not an object of JSON with texts, numbers and lists of texts.";
    WrongWidth "WRONG_WIDTH" "The row has more or fewer cells than the header.";
    RowTooLong "ROW_TOO_LONG" "The row is longer than a row may be, often because a quote is never closed.";
    QuoteNotClosed "QUOTE_NOT_CLOSED" "A quote is never closed.";
    UnknownColumn "UNKNOWN_COLUMN" "The file has a column that the format does not name.";
    MissingColumn "MISSING_COLUMN" "The file lacks a column that it must have.";
    DuplicateColumn "DUPLICATE_COLUMN" "The file, or an object of it, has a column twice.";
    WrongSeparator "WRONG_SEPARATOR" "The cells are not separated by commas.";
    TwoFiles "TWO_FILES" "The same file is there twice, or the same table as CSV and as NDJSON.";
    NotAFile "NOT_A_FILE" "A folder stands where a file should.";
    UnknownFile "UNKNOWN_FILE" "The file is none that the format names; it was not read.";
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
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
