//! What spreadsheets make of cells: noughts behind whole numbers, and formulas of texts.

use std::borrow::Cow;

use crate::record::columns::Value;

/// A number without a point that only noughts follow.
pub(super) fn without_point(text: &str) -> Cow<'_, str> {
    match text.split_once('.') {
        Some((whole, noughts))
            if whole.ends_with(|last: char| last.is_ascii_digit())
                && !noughts.is_empty()
                && noughts.bytes().all(|byte| byte == b'0') =>
        {
            Cow::Borrowed(whole)
        }
        _ => Cow::Borrowed(text),
    }
}

/// Whether a program that calculates would take a text for a formula. No text begins with a tabulator, which some pass
/// over there: cells have no spaces around them.
fn begins_a_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@'])
}

/// The text of a cell for CSV. Before what a spreadsheet would calculate stands an apostrophe, if it is meant for one; and
/// so it does, always, before a text that has an apostrophe there by itself, so that reading takes away what writing put.
pub(super) fn guarded(value: Value, text: &str, for_spreadsheet: bool) -> Cow<'_, str> {
    let is_number = matches!(value, Value::Number | Value::Whole);
    let bare = text.trim_start_matches('\'');
    let needs_guard = begins_a_formula(bare) && (for_spreadsheet || bare.len() < text.len());
    match needs_guard && !is_number {
        true => Cow::Owned(format!("'{text}")),
        false => Cow::Borrowed(text),
    }
}

/// A text in a table that is for spreadsheets and not read again.
pub(crate) fn guarded_text(text: &str) -> Cow<'_, str> {
    guarded(Value::Text, text, true)
}

/// The text of a cell of CSV, without the apostrophe that guards what looks like a formula.
pub(super) fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if begins_a_formula(rest.trim_start_matches('\'')) => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_whole_number_of_a_spreadsheet_is_a_whole_number() {
        for (text, kept) in [
            ("9.0", "9"),
            ("9.00", "9"),
            ("-9.0", "-9"),
            ("9", "9"),
            ("9.5", "9.5"),
            ("9.", "9."),
            (".0", ".0"),
            ("1e3", "1e3"),
            ("1,000", "1,000"),
        ] {
            assert_eq!(without_point(text), kept);
        }
    }

    #[test]
    fn what_a_spreadsheet_would_calculate_is_guarded_for_one_and_read_as_it_was() {
        for (text, guarded_text) in [
            ("=1+1", "'=1+1"),
            ("+44 20", "'+44 20"),
            ("-x", "'-x"),
            ("@here", "'@here"),
            ("'=1", "''=1"),
            ("'tis", "'tis"),
            ("plain", "plain"),
        ] {
            assert_eq!(guarded(Value::Text, text, true), guarded_text);
        }
        assert_eq!(guarded(Value::Number, "-0.25", true), "-0.25");
        assert_eq!(guarded(Value::Text, "=1+1", false), "=1+1");
        assert_eq!(guarded(Value::Text, "'=1+1", false), "''=1+1");
    }

    proptest! {
        #[test]
        fn every_text_is_read_as_it_was_written(text in "['=+@a-]{0,6}", for_spreadsheet: bool) {
            let written = guarded(Value::Text, &text, for_spreadsheet);
            prop_assert_eq!(unguarded(&written), text.as_str());
        }
    }
}
