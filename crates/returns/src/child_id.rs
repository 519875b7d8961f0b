//! An authority's own id of a child, in the one form in which ids are compared: within a return, between returns, and
//! when a child is erased.

use unicode_normalization::UnicodeNormalization;

use super::text::{clean, whole};

/// How many digits a spreadsheet keeps of a number.
const DIGITS: usize = 15;

/// An authority's own id of a child: in capitals, composed, and without what isn't seen.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct ChildId {
    key: String,
    /// The form in which ids were compared before, where it is another one: earlier returns are recognised by it.
    earlier: Option<String>,
    is_decimal: bool,
}

/// A text that is no id.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NotAnId {
    /// There is nothing in it.
    Empty,
    /// A spreadsheet has shortened it to a power of ten, or kept 15 digits of it: which id it was can't be told.
    Shortened,
}

impl ChildId {
    /// Reads an id as it is written. A number that a spreadsheet made a decimal one (`100200.0`) is the whole number.
    ///
    /// # Errors
    /// When it is empty, or a spreadsheet has shortened it.
    pub fn read(text: &str) -> Result<Self, NotAnId> {
        let written = clean(text);
        let composed = match written.is_ascii() {
            true => written,
            false => written.nfkc().collect(),
        };
        let key = match whole(&composed) {
            Some(digits) if digits.len() > DIGITS => return Err(NotAnId::Shortened),
            Some(digits) => digits.to_owned(),
            None if is_power_of_ten(&composed) => return Err(NotAnId::Shortened),
            None => folded(&composed),
        };
        if key.is_empty() {
            return Err(NotAnId::Empty);
        }
        let is_decimal = whole(&composed).is_some();
        let is_plain = text.is_ascii() && !is_decimal;
        let earlier = (!is_plain).then(|| text.trim().nfc().collect::<String>().to_uppercase());
        Ok(Self { earlier: earlier.filter(|earlier| *earlier != key), is_decimal, key })
    }

    /// Returns the form in which it is compared.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns the form in which it was compared by earlier versions, if that was another.
    #[must_use]
    pub fn earlier(&self) -> Option<&str> {
        self.earlier.as_deref()
    }

    /// Returns whether it was written as a decimal number.
    #[must_use]
    pub const fn is_decimal(&self) -> bool {
        self.is_decimal
    }
}

/// Returns the text in capitals, small letters that have none alone (ß, ſ) as others write them.
fn folded(text: &str) -> String {
    let capitals = text.trim().to_lowercase().to_uppercase();
    match capitals.is_ascii() {
        true => capitals,
        false => capitals.nfc().collect(),
    }
}

/// Returns whether it is a number such as `1.0E+05`. Without a point or a sign it may be an id that has an E.
fn is_power_of_ten(text: &str) -> bool {
    let Some((number, power)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
    let unsigned = power.strip_prefix(['+', '-']).unwrap_or(power);
    let are_digits =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_written_out = unsigned == power && !number.contains('.');
    are_digits(whole) && are_digits(decimals) && are_digits(unsigned) && !is_written_out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(text: &str) -> String {
        ChildId::read(text).expect("an id").key().to_owned()
    }

    #[test]
    fn an_id_is_the_same_however_it_is_typed() {
        for text in [
            "ab0001",
            " AB0001 ",
            "\u{a0}Ab0001\u{2009}",
            "AB\u{200b}0001",
            "\u{feff}ab0001",
            "\u{ff21}\u{ff22}0001",
        ] {
            assert_eq!(key(text), "AB0001", "{text:?}");
        }
        assert_eq!(key("\u{c5}sa-7"), key("A\u{30a}sa-7"));
        assert_eq!(key("AB\u{a0}1"), key("AB 1"));
        assert_eq!(key("gro\u{df}"), key("GROSS"));
    }

    #[test]
    fn a_decimal_number_is_the_whole_one_and_zeros_before_it_stay() {
        assert_eq!((key("100200.0").as_str(), key("00123.00").as_str()), ("100200", "00123"));
        assert!(ChildId::read("100200.0").is_ok_and(|id| id.is_decimal()));
        assert!(ChildId::read("100200").is_ok_and(|id| !id.is_decimal()));
        assert_ne!(key("100200.5"), key("100200"));
    }

    #[test]
    fn what_a_spreadsheet_has_shortened_is_no_id() {
        for text in
            ["1.0E+05", "1E+05", "1.00e+05", "1.0E5", "1.23457E+11", "1E-05", "1234567890123456.0"]
        {
            assert_eq!(ChildId::read(text), Err(NotAnId::Shortened), "{text}");
        }
        for text in ["1E5", "12E45", "E+05", "1E", "A1.0E+05"] {
            assert_eq!(key(text), text);
        }
        for text in ["", " \u{a0}", "\u{feff}"] {
            assert_eq!(ChildId::read(text), Err(NotAnId::Empty), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_plain_id_is_compared_as_earlier_versions_did(text in "[ -~]{0,12}") {
            if let Ok(id) = ChildId::read(&text) && !id.is_decimal() {
                prop_assert_eq!(id.key(), text.trim().to_uppercase());
                prop_assert_eq!(id.earlier(), None);
            }
        }

        #[test]
        fn whatever_the_form_the_form_of_the_form_is_the_same(text in "\\PC{0,12}") {
            if let Ok(id) = ChildId::read(&text) {
                let again = ChildId::read(id.key());
                prop_assert!(again.is_ok_and(|again| again.key() == id.key()), "{text:?}");
            }
        }
    }
}
