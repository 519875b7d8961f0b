//! One cheap pass over the text of a document, before it is parsed.
//!
//! The parser recurses as deep as the brackets go and builds a tree of all tokens. This pass
//! touches each byte once, remembers only the strings that the parser doesn't take as they are, and
//! makes sure that neither can hurt. Where the two could see the text differently it counts more than
//! the parser, or refuses.

use async_graphql::Pos;

use super::literals::{Kind, Literal};
use super::{Limits, Refusal, refusal::at_most};
use crate::protocol::Code;

/// What the pass has counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Scan {
    /// Names, numbers, strings and punctuators.
    pub(super) tokens: usize,
    /// The greatest number of brackets open at once, of any kind.
    pub(super) nesting: usize,
    /// The strings that are to be written otherwise before the text is parsed.
    pub(super) literals: Vec<Literal>,
}

/// Counts the tokens and the nesting of a document and refuses what is over the limits.
///
/// # Errors
/// `DOCUMENT_TOO_LONG`, `TOO_MANY_TOKENS` and `TOO_DEEP` for what is over a limit, `GRAPHQL_PARSE_FAILED`
/// for a string that does not end.
pub(super) fn scan(source: &str, limits: &Limits) -> Result<Scan, Refusal> {
    at_most(
        Code::DocumentTooLong,
        "Bytes of the document",
        source.len(),
        limits.bytes,
        "Send long values as variables, and split the document.",
    )?;
    let found = count(source, limits)?;
    at_most(
        Code::TooManyTokens,
        "Tokens of the document",
        found.tokens,
        limits.tokens,
        "Send values as variables, share selections through fragments, or split the document.",
    )?;
    at_most(
        Code::TooDeep,
        "Brackets within one another",
        found.nesting,
        limits.nesting,
        "Ask for the deeper things by their ids in a second request.",
    )?;
    Ok(found)
}

fn count(source: &str, limits: &Limits) -> Result<Scan, Refusal> {
    let bytes = source.as_bytes();
    let mut found = Scan::default();
    let mut open = 0_usize;
    let mut at = 0;
    // The last byte of the token before.
    let mut before = None;

    while let Some(&byte) = bytes.get(at) {
        let start = at;
        let mut is_ignored = false;
        at = match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b',' => {
                is_ignored = true;
                at + 1
            }
            0xEF if bytes[at..].starts_with("\u{FEFF}".as_bytes()) => {
                is_ignored = true;
                at + 3
            }
            // Part of a number: its digits are counted. Anywhere else the parser stops here.
            b'-' | b'+' => at + 1,
            b'#' => {
                is_ignored = true;
                end_of_line(bytes, at)
            }
            b'"' => {
                found.tokens += 1;
                let end = end_of_string(bytes, at).ok_or_else(|| {
                    Refusal::new(Code::GraphqlParseFailed, "This string does not end.")
                        .at(position(source, start))
                })?;
                let kind = if is_description(bytes, end, open, before) {
                    Some(Kind::Description)
                } else {
                    literal(&bytes[start..end])
                };
                let bytes = start..end;
                found.literals.extend(kind.map(|kind| Literal { bytes, kind }));
                end
            }
            b'{' | b'[' | b'(' => {
                found.tokens += 1;
                open += 1;
                found.nesting = found.nesting.max(open);
                at + 1
            }
            b'}' | b']' | b')' => {
                found.tokens += 1;
                open = open.saturating_sub(1);
                at + 1
            }
            b'.' => {
                let spread = bytes[at..].starts_with(b"...");
                found.tokens += usize::from(spread);
                at + if spread { 3 } else { 1 }
            }
            _ if is_word(byte) => {
                found.tokens += 1;
                let end = end_of_word(bytes, at);
                at_most(
                    Code::DocumentTooLong,
                    "Bytes of a name",
                    end - start,
                    limits.name_bytes,
                    "Use a shorter name.",
                )
                .map_err(|refusal| refusal.at(position(source, start)))?;
                end
            }
            _ => {
                found.tokens += 1;
                at + 1
            }
        };
        if !is_ignored {
            before = at.checked_sub(1).map(|last| bytes[last]);
        }
    }
    Ok(found)
}

/// What a string is that the parser doesn't take as it is.
fn literal(string: &[u8]) -> Option<Kind> {
    if string.starts_with(br#"""""#) {
        let has = |part: &[u8]| string.windows(part.len()).any(|window| window == part);
        return (has(b"\n") || has(b"\r") || has(br#"\""""#)).then_some(Kind::Block);
    }
    string.contains(&b'\\').then_some(Kind::Plain)
}

/// Whether the string before `end` describes what follows it: an operation or a fragment, or a variable
/// of an operation. `before` is the end of the token before the string.
fn is_description(bytes: &[u8], end: usize, open: usize, before: Option<u8>) -> bool {
    let mut next = end;
    loop {
        next = match bytes.get(next) {
            Some(b' ' | b'\t' | b'\r' | b'\n' | b',') => next + 1,
            Some(b'#') => end_of_line(bytes, next),
            _ => break,
        };
    }
    match (open, before) {
        (0, None | Some(b'}')) => {
            let word = bytes.get(next..end_of_word(bytes, next));
            matches!(word, Some(b"query" | b"mutation" | b"subscription" | b"fragment"))
        }
        // Else it is a default value, or an argument.
        (1, Some(b'=' | b':')) => false,
        (1, _) => bytes.get(next) == Some(&b'$'),
        _ => false,
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn end_of_word(bytes: &[u8], start: usize) -> usize {
    let length = bytes[start..].iter().take_while(|&&byte| is_word(byte));
    start + length.count()
}

fn end_of_line(bytes: &[u8], start: usize) -> usize {
    let length = bytes[start..].iter().take_while(|&&byte| byte != b'\n' && byte != b'\r');
    start + length.count()
}

/// The place after a string that begins at `start`; none when it does not end.
///
/// An unended block string must be refused here: the parser would take its first two quotes for
/// an empty string and read on, so that brackets hidden from this pass would be seen by it.
fn end_of_string(bytes: &[u8], start: usize) -> Option<usize> {
    if bytes[start..].starts_with(br#"""""#) {
        end_of_block_string(bytes, start + 3)
    } else {
        end_of_plain_string(bytes, start + 1)
    }
}

fn end_of_block_string(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let rest = bytes.get(at..)?;
        if rest.starts_with(br#"""""#) {
            return Some(at + 3);
        }
        if rest.is_empty() {
            return None;
        }
        at += if rest.starts_with(br#"\""""#) { 4 } else { 1 };
    }
}

fn end_of_plain_string(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\n' | b'\r' => return None,
            b'\\' if matches!(bytes.get(at + 1)?, b'\n' | b'\r') => return None,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// Line and column of a byte, both from one; only needed once something is refused.
pub(super) fn position(source: &str, at: usize) -> Pos {
    let before = source.get(..at).unwrap_or(source);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Pos { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::{
        parse_query,
        types::{Selection, SelectionSet},
    };
    use proptest::prelude::*;

    use super::*;

    fn found(source: &str) -> Scan {
        scan(source, &Limits::default()).unwrap()
    }

    fn code(source: &str) -> Code {
        scan(source, &Limits::default()).unwrap_err().code
    }

    #[test]
    fn every_name_number_string_and_punctuator_is_a_token() {
        let scan = found(r#"query Q($n: Int = -1) { study(slug: "a b", n: $n) { ...F } }"#);
        // query Q ( $ n : Int = 1 ) { study ( slug : "a b" n : $ n ) { ... F } }
        assert_eq!(scan.tokens, 26);
        assert_eq!(scan.nesting, 2);
    }

    #[test]
    fn comments_strings_and_block_strings_hide_their_brackets() {
        let scan = found("{ a(x: \"{[(\\\"{\", y: \"\"\"{{ \\\"\"\" {{\"\"\") # {{{{{\n }");
        assert_eq!(scan.nesting, 2);
    }

    #[test]
    fn a_comment_ends_at_a_carriage_return_as_it_does_for_the_parser() {
        assert_eq!(found("# {{{\r{ a }").nesting, 1);
    }

    #[test]
    fn numbers_in_a_row_without_spaces_are_counted_one_by_one() {
        assert_eq!(found("[-1-1-1-1]").tokens, 6);
    }

    #[test]
    fn deep_brackets_of_any_kind_are_refused() {
        assert_eq!(code(&"{a".repeat(49)), Code::TooDeep);
        assert_eq!(code(&"[".repeat(49)), Code::TooDeep);
        assert_eq!(code(&"({[".repeat(17)), Code::TooDeep);
    }

    #[test]
    fn a_long_document_is_refused_whatever_is_in_it() {
        assert_eq!(code(&" ".repeat(64 * 1024 + 1)), Code::DocumentTooLong);
    }

    #[test]
    fn many_tokens_are_refused() {
        assert_eq!(code(&"a ".repeat(2_001)), Code::TooManyTokens);
    }

    #[test]
    fn a_long_name_is_refused_where_it_stands() {
        let refusal =
            scan(&format!("{{\n  {} }}", "n".repeat(129)), &Limits::default()).unwrap_err();
        assert_eq!(refusal.code, Code::DocumentTooLong);
        assert_eq!(refusal.locations, [Pos { line: 2, column: 3 }]);
    }

    #[test]
    fn a_string_without_an_end_is_refused() {
        assert_eq!(code("{ a(x: \"b"), Code::GraphqlParseFailed);
        assert_eq!(code("{ a(x: \"b\n\") }"), Code::GraphqlParseFailed);
        assert_eq!(code("{ a(x: \"\"\" b \" [[[["), Code::GraphqlParseFailed);
        assert_eq!(code("\"\\"), Code::GraphqlParseFailed);
    }

    proptest! {
        #[test]
        fn the_scanner_takes_any_text(text in any::<String>()) {
            let _ = scan(&text, &Limits::default());
        }

        #[test]
        fn the_scanner_takes_any_soup_of_punctuation(text in "[{}()\\[\\]\"\\\\#.\n\r a1-]{0,200}") {
            let _ = scan(&text, &Limits::default());
        }

        #[test]
        fn the_parser_finds_nothing_deeper_than_the_scanner_did(
            text in "(\\{a|\\{|\\}|\"\"\"|\"|\\(x:|\\[|\\]|\\)|\\\\|#|\n|\r| |b){0,40}"
        ) {
            if let Ok(scan) = scan(&text, &Limits::default())
                && let Ok(document) = parse_query(&text)
            {
                for (_, operation) in document.operations.iter() {
                    prop_assert!(levels(&operation.node.selection_set.node) <= scan.nesting);
                }
            }
        }
    }

    fn levels(set: &SelectionSet) -> usize {
        let below = set.items.iter().map(|item| match &item.node {
            Selection::Field(field) if field.node.selection_set.node.items.is_empty() => 0,
            Selection::Field(field) => levels(&field.node.selection_set.node),
            Selection::InlineFragment(inline) => levels(&inline.node.selection_set.node),
            Selection::FragmentSpread(_) => 0,
        });
        1 + below.max().unwrap_or(0)
    }
}
