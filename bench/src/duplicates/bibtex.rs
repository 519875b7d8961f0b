//! As much of BibTeX as the labelled records use: entries whose fields stand in braces.

use std::collections::HashMap;

pub(crate) struct Entry {
    /// What kind it is, such as `article`.
    pub(crate) kind: String,
    pub(crate) fields: HashMap<String, String>,
}

/// Returns the entries of a file.
pub(crate) fn entries(text: &str) -> Vec<Entry> {
    let text = format!("\n{text}");
    let entry = |text: &str| {
        let (kind, rest) = text.split_once('{')?;
        let (_key, rest) = rest.split_once(',')?;
        Some(Entry { kind: kind.trim().to_lowercase(), fields: fields(rest) })
    };
    text.split("\n@").skip(1).filter_map(entry).collect()
}

fn fields(mut text: &str) -> HashMap<String, String> {
    let mut fields = HashMap::new();
    while let Some((name, rest)) = text.split_once('=') {
        let Some(opened) = rest.find('{') else { break };
        let value = &rest[opened + 1..];
        let Some(closed) = closing_brace(value) else {
            break;
        };
        let words: Vec<&str> = value[..closed].split_whitespace().collect();
        let name = name.trim_matches(|letter: char| letter == ',' || letter.is_whitespace());
        fields.insert(name.to_lowercase(), words.join(" "));
        text = &value[closed + 1..];
    }
    fields
}

/// Returns where the brace is closed that was opened before the text.
fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}
