//! Values for arguments and variables: mostly of the right type, and as unkind as a value of it can be.

use async_graphql::parser::types::{BaseType, Type};
use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::{Map, Value, json};

use super::schema::{Kind, Schema};

/// Texts that somebody has not thought of.
const TEXTS: [&str; 22] = [
    "",
    " ",
    "a",
    "alpha-centre",
    "study-1",
    "2026-01-15",
    "2026-02-30",
    "0000-00-00",
    "2026-01-15T12:00:00Z",
    "99999-12-31T23:59:60Z",
    "\u{0}",
    "a\u{0}b",
    "é🙂\u{202e}",
    "%",
    "_%\\",
    "' OR 1=1 --",
    "\"; DROP TABLE study; --",
    "${x}",
    "<script>",
    "../../etc/passwd",
    "evidence:read",
    "U3R1ZHk6MDE5OWMwZGUtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAw",
];

const NUMBERS: [i64; 12] =
    [0, 1, -1, 2, 10, 100, 101, 1_000_000, i32::MAX as i64, i32::MIN as i64, i64::MAX, i64::MIN];

/// A value of a type, or now and then of another.
pub(super) fn value(
    schema: &Schema,
    known: &[String],
    ty: &Type,
    depth: usize,
    random: &mut StdRng,
) -> Value {
    if ty.nullable && random.random_bool(0.1) {
        return Value::Null;
    }
    if random.random_bool(0.04) {
        return anything(random);
    }
    match &ty.base {
        BaseType::List(item) => {
            let length = random.random_range(0..4);
            (0..length).map(|_| value(schema, known, item, depth, random)).collect()
        }
        BaseType::Named(name) => match schema.kind(ty) {
            Kind::Enum(words) => json!(words.choose(random)),
            Kind::Input(fields) => {
                let mut object = Map::new();
                for field in fields {
                    let is_wanted = if field.ty.nullable { 0.3 } else { 0.97 };
                    if depth < 4 && random.random_bool(is_wanted) {
                        let inner = value(schema, known, &field.ty, depth + 1, random);
                        object.insert(field.name.clone(), inner);
                    }
                }
                Value::Object(object)
            }
            Kind::Composite(_) => Value::Null,
            Kind::Scalar => scalar(name, known, random),
        },
    }
}

fn scalar(name: &str, known: &[String], random: &mut StdRng) -> Value {
    match name {
        "Int" => json!(NUMBERS.choose(random)),
        "Float" => match random.random_range(0..3) {
            0 => json!(NUMBERS.choose(random)),
            1 => json!(1.0e308),
            _ => json!(random.random_range(-2.0..2.0)),
        },
        "Boolean" => json!(random.random_bool(0.5)),
        _ => text(known, random),
    }
}

fn text(known: &[String], random: &mut StdRng) -> Value {
    match random.random_range(0..10) {
        0 => json!("x".repeat(random.random_range(0..3_000))),
        1 => json!(damaged(known.choose(random).map_or("x", String::as_str), random)),
        2..5 => json!(known.choose(random)),
        _ => json!(TEXTS.choose(random)),
    }
}

fn anything(random: &mut StdRng) -> Value {
    match random.random_range(0..8) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(NUMBERS.choose(random)),
        3 => json!(1.5e300),
        4 => json!(TEXTS.choose(random)),
        5 => json!([[1, [null]], {}]),
        6 => json!({ "id": { "id": [] } }),
        _ => json!([]),
    }
}

/// A text with one letter changed, left out or put in.
pub(super) fn damaged(text: &str, random: &mut StdRng) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let place = random.random_range(0..=letters.len());
    let letter =
        ['{', '}', '"', '(', ')', ':', '$', '@', '!', '\\', '\u{0}', 'z', '9', ' ', '#', '.'];
    let letter = letter.choose(random).copied().unwrap_or('z');
    match random.random_range(0..3) {
        0 if place < letters.len() => letters[place] = letter,
        1 if place < letters.len() => {
            letters.remove(place);
        }
        _ => letters.insert(place, letter),
    }
    letters.into_iter().collect()
}

/// A value as it is written in a document.
pub(super) fn written(value: &Value, is_enum: bool) -> String {
    match value {
        Value::String(word) if is_enum => word.clone(),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| written(item, is_enum)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            let fields: Vec<_> = fields
                .iter()
                .map(|(name, value)| {
                    let looks_like_enum = matches!(value, Value::String(word)
                        if !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'));
                    format!("{name}: {}", written(value, looks_like_enum))
                })
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
        other => other.to_string(),
    }
}
