//! The string literals and descriptions of a document, as the parser takes them.
//!
//! The parser knows an older specification. It refuses `\u{1F600}`, surrogate pairs and descriptions,
//! leaves the backslash of `\"""` in block strings, and doesn't always take their indentation away. So
//! these are written otherwise before it reads the text: escapes as the characters that they are, block
//! strings as plain ones, descriptions as spaces. What follows them keeps its line and its column.

use std::borrow::Cow;
use std::ops::Range;

use super::{Refusal, scan::position};
use crate::protocol::Code;

/// A part of the text that is written otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Literal {
    /// Its bytes, quotes included.
    pub(super) bytes: Range<usize>,
    pub(super) kind: Kind,
}

/// What a string is in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Between single quotes, with escapes.
    Plain,
    /// Between three quotes.
    Block,
    /// Of an operation, a fragment or a variable: a comment for readers.
    Description,
}

/// The text with its literals written so that the parser takes them.
///
/// # Errors
/// `GRAPHQL_PARSE_FAILED` for an escape that stands for no character, where it stands.
pub(super) fn write<'s>(source: &'s str, literals: &[Literal]) -> Result<Cow<'s, str>, Refusal> {
    if literals.is_empty() {
        return Ok(source.into());
    }
    let mut text = String::with_capacity(source.len());
    let mut written = 0;
    for Literal { bytes, kind } in literals {
        text.push_str(&source[written..bytes.start]);
        written = bytes.end;
        let literal = &source[bytes.clone()];
        let value = match kind {
            Kind::Plain => value(literal).map_err(|(at, message)| {
                Refusal::new(Code::GraphqlParseFailed, message)
                    .at(position(source, bytes.start + at))
            })?,
            Kind::Block => block_value(literal),
            Kind::Description => {
                text.extend(literal.chars().map(|char| if is_line_end(char) { char } else { ' ' }));
                continue;
            }
        };
        let start = text.len();
        push_quoted(&mut text, &value);
        let mut width = text[start..].chars().count();
        if literal.contains(is_line_end) {
            text.extend(literal.chars().filter(|char| is_line_end(*char)));
            width = 0;
        }
        let last_line = literal.rsplit(is_line_end).next().unwrap_or_default();
        text.extend(std::iter::repeat_n(' ', last_line.chars().count().saturating_sub(width)));
    }
    text.push_str(&source[written..]);
    Ok(text.into())
}

fn push_quoted(text: &mut String, value: &str) {
    text.push('"');
    for char in value.chars() {
        match char {
            '"' | '\\' => text.extend(['\\', char]),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            _ => text.push(char),
        }
    }
    text.push('"');
}

const fn is_line_end(char: char) -> bool {
    matches!(char, '\n' | '\r')
}

/// The value of a plain string; else the place of the first wrong escape in it, and what is wrong.
fn value(literal: &str) -> Result<String, (usize, String)> {
    let mut value = String::with_capacity(literal.len());
    let mut rest = literal.get(1..literal.len() - 1).unwrap_or_default();
    while let Some(at) = rest.find('\\') {
        value.push_str(&rest[..at]);
        rest = &rest[at..];
        let (char, length) = escaped(rest).map_err(|message| {
            let at = literal.len() - 1 - rest.len();
            (at, message)
        })?;
        value.push(char);
        rest = &rest[length..];
    }
    value.push_str(rest);
    Ok(value)
}

/// The character for which the escape at the beginning of a text stands, and the length of the escape.
fn escaped(text: &str) -> Result<(char, usize), String> {
    let simple = match text[1..].chars().next() {
        Some(char @ ('"' | '\\' | '/')) => char,
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('u') => return unicode(text),
        Some(other) => {
            return Err(format!(
                "Syntax error: \"\\{}\" is no escape; write a backslash as \"\\\\\".",
                other.escape_debug()
            ));
        }
        None => return Err("Syntax error: a backslash begins an escape.".to_owned()),
    };
    Ok((simple, 2))
}

/// The character of `\u{1F600}`, `\u0041`, or of a surrogate pair.
fn unicode(text: &str) -> Result<(char, usize), String> {
    let wrong = |escape: &str| {
        format!(
            "Syntax error: \"{escape}\" stands for no character; write \\u and four hexadecimal digits, two of these as a surrogate pair, or \\u{{…}} up to 10FFFF."
        )
    };
    if let Some(inner) = text.strip_prefix("\\u{") {
        let digits =
            inner.len() - inner.trim_start_matches(|char: char| char.is_ascii_hexdigit()).len();
        let end = 3 + digits;
        let code = inner[..digits].trim_start_matches('0');
        let code = if digits > 0 && code.is_empty() { "0" } else { code };
        let found = u32::from_str_radix(code, 16).ok().and_then(char::from_u32);
        return match found {
            Some(char) if text[end..].starts_with('}') => Ok((char, end + 1)),
            _ => Err(wrong(&text.chars().take(12).collect::<String>())),
        };
    }
    let shown = || text.chars().take(6).collect::<String>();
    let first = unit(text).ok_or_else(|| wrong(&shown()))?;
    if let Some(char) = char::from_u32(first) {
        return Ok((char, 6));
    }
    let pair = unit(&text[6..]).map(|second| [first, second].map(|unit| unit as u16));
    let found = pair.and_then(|pair| char::decode_utf16(pair).next()?.ok());
    found.map(|char| (char, 12)).ok_or_else(|| wrong(&shown()))
}

/// The number in `\uXXXX` at the beginning of a text.
fn unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let are_digits = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u32::from_str_radix(digits, 16).ok().filter(|_| are_digits)
}

/// The value of a block string: without the indentation that all its lines have, and without the empty
/// lines at its ends.
fn block_value(literal: &str) -> String {
    let raw = literal.get(3..literal.len() - 3).unwrap_or_default();
    let raw = raw.replace("\\\"\"\"", "\"\"\"").replace("\r\n", "\n");
    let lines: Vec<&str> = raw.split(is_line_end).collect();
    let indentation = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let is_blank = |line: &&str| indentation(line) == line.len();
    let filled = lines.iter().skip(1).filter(|line| !is_blank(line));
    let common = filled.map(|line| indentation(line)).min().unwrap_or(0);
    let first = lines.iter().position(|line| !is_blank(line));
    let last = lines.iter().rposition(|line| !is_blank(line));
    let (Some(first), Some(last)) = (first, last) else {
        return String::new();
    };
    let kept = lines.iter().enumerate().take(last + 1).skip(first);
    let kept = kept.map(|(number, line)| match number {
        0 => line,
        _ => line.get(common..).unwrap_or_default(),
    });
    kept.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use async_graphql::Pos;
    use async_graphql::parser::types::{DocumentOperations, Selection};
    use async_graphql_value::Value;
    use proptest::prelude::*;

    use super::super::{Limits, read};
    use super::*;

    fn argument(source: &str) -> Result<Value, Refusal> {
        let (_, document) = read(source, &Limits::default())?;
        let DocumentOperations::Single(operation) = &document.operations else {
            unreachable!("the documents here have one operation without a name");
        };
        match &operation.node.selection_set.node.items[0].node {
            Selection::Field(field) => Ok(field.node.arguments[0].1.node.clone()),
            _ => unreachable!("the documents here begin with a field"),
        }
    }

    fn text(literal: &str) -> Result<String, Refusal> {
        match argument(&format!("{{ a(x: {literal}) }}"))? {
            Value::String(text) => Ok(text),
            other => unreachable!("{other} is no string"),
        }
    }

    #[test]
    fn an_escape_is_the_character_it_stands_for() {
        for (literal, value) in [
            (r#""\ud83d\ude00""#, "😀"),
            (r#""\uD83D\uDE00\uD83D\uDE01""#, "😀😁"),
            (r#""\u{1F600}""#, "😀"),
            (r#""\u{1f600}b""#, "😀b"),
            (r#""\u{41}\u{0000041}\u0041""#, "AAA"),
            (r#""\u{22}\u{5C}\u{A}\u{D}""#, "\"\\\n\r"),
            (r#""\u{10FFFF}\u{0}""#, "\u{10FFFF}\0"),
            (r#""\\u{41} \\ud83d""#, r"\u{41} \ud83d"),
            (r#""\"\/\b\f\n\r\t""#, "\"/\u{8}\u{c}\n\r\t"),
            (r#""\u{1F600}\"""#, "😀\""),
            (r#""""#, ""),
        ] {
            assert_eq!(text(literal).as_deref(), Ok(value), "{literal}");
        }
    }

    #[test]
    fn an_escape_that_stands_for_no_character_is_refused_where_it_stands() {
        for escape in [
            r"\ud83d",
            r"\ude00",
            r"\ude00\ud83d",
            r"\ud83d\u0041",
            r"\ud83d\u{de00}",
            r"\u{D83D}\u{DE00}",
            r"\u{110000}",
            r"\u{FFFFFFFFFFFFFFFFF}",
            r"\u{}",
            r"\u{1F600",
            r"\u{G}",
            r"\u{+41}",
            r"\u41",
            r"\u+041",
            r"\u00é0",
            r"\x41",
            r"\é",
        ] {
            let refusal = text(&format!("\"é{escape}\"")).unwrap_err();
            assert_eq!(refusal.code, Code::GraphqlParseFailed, "{escape}");
            assert_eq!(refusal.locations, [Pos::from((1, 10))], "{escape}");
        }
    }

    #[test]
    fn a_block_string_takes_no_escapes_but_that_of_its_own_end() {
        for (literal, value) in [
            (r#""""\u{1F600} \ud83d \n""""#, r"\u{1F600} \ud83d \n"),
            (r#""""a \""" b""""#, "a \"\"\" b"),
            ("\"\"\"\n    a\n  \n      b\\\n    \"\"\"", "a\n\n  b\\"),
            ("\"\"\"a\r\n\tb\rc\n\"\"\"", "a\n\tb\nc"),
            ("\"\"\"\n\n\"\"\"", ""),
            ("\"\"\"\"\"\"", ""),
        ] {
            assert_eq!(text(literal).as_deref(), Ok(value), "{literal}");
        }
    }

    #[test]
    fn escapes_are_read_wherever_a_string_may_stand() {
        for source in [
            r#"{ a(x: ["\ud83d\ude00""b"]) }"#,
            r#"{ a(x: {k: "\u{1F600}"}) }"#,
            r#"query($v: String = "\u{1F600}" $w: [String] = ["\ud83d\ude00"]) { a(x: $v, y: $w) }"#,
            r#"{ a(x: 1) @skip(if: "\u{1F600}") }"#,
        ] {
            assert!(argument(source).is_ok(), "{source}");
        }
    }

    #[test]
    fn what_follows_a_literal_keeps_its_place() {
        for source in [
            "{ a(x: \"\\ud83d\\ude00\") $ }",
            "{ a(x: \"\\u{1F600}\\u{000022}\") $ }",
            "{ a(x: \"\"\"\n  b \\\"\"\"\n\n  \"\"\") $ }",
            "{ a(x: \"\"\"a \\\"\"\" b\"\"\") $ }",
            "\"é\"\nquery { a $ }",
            "\"\"\"\n é \"\"\" query { a $ }",
        ] {
            let refusal = read(source, &Limits::default()).unwrap_err();
            let at = source.find('$').unwrap();
            assert_eq!(refusal.locations, [position(source, at)], "{source}");
        }
    }

    #[test]
    fn operations_fragments_and_variables_may_be_described() {
        for source in [
            "\"What it asks.\" query Q { a }",
            "# First\n\"\"\"\nWhat it { asks.\n\"\"\"\nquery Q { a }",
            "query Q { a } \"One\" query R { b } \"A part\" fragment F on T { c }",
            "\"What it does\" mutation { a }",
            "query Q(\"One\" $x: Int, \"Two\" $y: String = \"def\" \"\"\"Three\"\"\" $z: [Int] = [1]) { a }",
        ] {
            assert!(read(source, &Limits::default()).is_ok(), "{source}");
        }
        let default = "query Q($y: String = \"def\" $z: Int) { a(x: $y) }";
        let (_, document) = read(default, &Limits::default()).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let variable = &operation.node.variable_definitions[0].node;
        assert_eq!(variable.default_value().unwrap().to_string(), "\"def\"");
    }

    #[test]
    fn a_description_stands_nowhere_else() {
        for source in [
            "\"What\" { a }",
            "query \"What\" Q { a }",
            "query Q \"What\" { a }",
            "query \"What\" fragment { a }",
            "{ \"What\" a }",
            "query { a } \"What\"",
            "\"One\" \"Two\" query { a }",
            "query Q($x: Int \"What\") { a }",
        ] {
            let refused = read(source, &Limits::default()).unwrap_err();
            assert_eq!(refused.code, Code::GraphqlParseFailed, "{source}");
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_back_from_its_escapes(value in any::<String>(), form in 0..3) {
            let escape = |char: char| match form {
                0 => format!("\\u{{{:x}}}", char as u32),
                1 => char.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04X}")).collect(),
                _ => format!("\\u{{{:010X}}}", char as u32),
            };
            let literal: String = value.chars().map(escape).collect();
            prop_assert_eq!(text(&format!("\"{literal}\"")).unwrap(), value);
        }

        #[test]
        fn any_soup_of_strings_is_read_or_refused(
            source in "(\\{|\\}|\\(x:|\\)|\"|\"\"\"|\\\\\"\"\"|\\\\u\\{|\\\\ud83d|\\\\ude00|1F600|é|😀|query|\\$x|=|\n|\r| ){0,30}"
        ) {
            let _ = read(&source, &Limits::default());
        }
    }
}
