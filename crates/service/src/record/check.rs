//! The checks that several kinds of thing share.

use chrono::NaiveDate;
use entity::PartialDate;

use super::identifier;
use crate::problem::{Fault, Problems, quoted};

/// How many characters a key may have: slugs, references, codes. They stand in indexes.
pub const LONGEST_KEY: usize = 200;
/// How many characters a name or title may have.
pub const LONGEST_NAME: usize = 2_000;
/// How many characters any text may have.
pub const LONGEST_TEXT: usize = 500_000;

impl Problems {
    /// A slug.
    pub fn slug(&mut self, field: &'static str, value: &str) {
        if !identifier::is_slug(value) {
            self.add(
                field,
                Fault::NotASlug,
                format!("{} is not a slug.", quoted(value)),
                "Write it with lower-case letters, digits and hyphens only, such as 'care-leavers'.",
            );
        }
        self.at_most(field, value, LONGEST_KEY);
    }

    /// A key that is any text, such as a reference.
    pub fn key(&mut self, field: &'static str, value: &str) {
        self.filled(field, value);
        self.plain(field, value);
        if value.chars().any(|letter| letter.is_control() && letter != '\0') {
            self.add(
                field,
                Fault::NotText,
                "It contains a line break or another control character.",
                "Remove it: other things name this one by it.",
            );
        }
        self.at_most(field, value, LONGEST_KEY);
    }

    /// A name or title, which must be there.
    pub fn name(&mut self, field: &'static str, value: &str) {
        self.filled(field, value);
        self.plain(field, value);
        self.at_most(field, value, LONGEST_NAME);
    }

    /// A short text that may be missing.
    pub fn short(&mut self, field: &'static str, value: Option<&String>) {
        if let Some(value) = value {
            self.name(field, value);
        }
    }

    /// A text that may be missing.
    pub fn text(&mut self, field: &'static str, value: Option<&String>) {
        if let Some(value) = value {
            self.filled(field, value);
            self.plain(field, value);
            self.at_most(field, value, LONGEST_TEXT);
        }
    }

    /// An address of the web that may be missing.
    pub fn address(&mut self, field: &'static str, value: Option<&String>) {
        let Some(value) = value else { return };
        let is_sound = url::Url::parse(value)
            .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            && !value.contains(char::is_whitespace);
        if !is_sound {
            self.add(
                field,
                Fault::NotAnAddress,
                format!("{} is not an address of the web.", quoted(value)),
                "Give the whole address, beginning with https://.",
            );
        }
        self.plain(field, value);
        self.at_most(field, value, LONGEST_NAME);
    }

    /// An identifier that may be missing and must stand in its normal form.
    pub fn identifier(
        &mut self,
        field: &'static str,
        value: Option<&String>,
        normal: fn(&str) -> Option<String>,
        example: &str,
    ) {
        let Some(value) = value else { return };
        if normal(value).as_ref() != Some(value) {
            self.not_an_identifier(field, value, example);
        }
    }

    /// An identifier that is not well formed.
    pub fn not_an_identifier(&mut self, field: &'static str, value: &str, example: &str) {
        self.add(
            field,
            Fault::NotAnIdentifier,
            format!("{} is not well formed, or its check digit is wrong.", quoted(value)),
            format!("Compare it with its source; it looks like {example}."),
        );
    }

    /// A beginning and an end.
    pub fn in_order(
        &mut self,
        field: &'static str,
        start: Option<NaiveDate>,
        end: Option<NaiveDate>,
    ) {
        if let (Some(start), Some(end)) = (start, end)
            && end < start
        {
            self.out_of_order(field, &start, &end);
        }
    }

    /// A beginning and an end of any precision: compared as far as both are known.
    pub fn partly_in_order(
        &mut self,
        field: &'static str,
        start: Option<&PartialDate>,
        end: Option<&PartialDate>,
    ) {
        if let (Some(start), Some(end)) = (start, end) {
            let known = usize::min(start.as_str().len(), end.as_str().len());
            if end.as_str().get(..known) < start.as_str().get(..known) {
                self.out_of_order(field, start, end);
            }
        }
    }

    fn out_of_order(
        &mut self,
        field: &'static str,
        start: &dyn std::fmt::Display,
        end: &dyn std::fmt::Display,
    ) {
        self.add(
            field,
            Fault::OutOfOrder,
            format!("It ends on {end}, before it begins on {start}."),
            "Exchange the two dates, or correct one.",
        );
    }

    /// A whole number with a least value.
    pub fn at_least(&mut self, field: &'static str, value: Option<i32>, least: i32) {
        if let Some(value) = value
            && value < least
        {
            self.add(
                field,
                Fault::OutOfRange,
                format!("{value} is below {least}."),
                format!("Give {least} or more, or leave it empty if the source does not say."),
            );
        }
    }

    /// A number that must be finite.
    pub fn finite(&mut self, field: &'static str, value: Option<f64>) {
        if value.is_some_and(|value| !value.is_finite()) {
            self.add(
                field,
                Fault::NotANumber,
                "It is not a finite number.",
                "Leave it empty if the source does not say.",
            );
        }
    }

    /// A list that names nothing twice.
    pub fn distinct<T: PartialEq>(&mut self, field: &'static str, list: &[T]) {
        let repeated = list.iter().enumerate().any(|(at, item)| list[..at].contains(item));
        if repeated {
            self.add(field, Fault::Repeated, "It names the same twice.", "Name each only once.");
        }
    }

    fn filled(&mut self, field: &'static str, value: &str) {
        if value.is_empty() {
            self.add(field, Fault::Required, "It is empty.", "Fill it in.");
        }
    }

    fn plain(&mut self, field: &'static str, value: &str) {
        if value.contains('\0') {
            self.add(
                field,
                Fault::NotText,
                "It contains the character NUL, which no database keeps in a text.",
                "Remove it.",
            );
        }
        if value.trim() != value {
            self.add(field, Fault::NotText, "It has spaces around it.", "Remove them.");
        }
    }

    fn at_most(&mut self, field: &'static str, value: &str, most: usize) {
        if value.chars().nth(most).is_some() {
            self.add(
                field,
                Fault::TooLong,
                format!("It has more than {most} characters."),
                "Shorten it.",
            );
        }
    }
}
