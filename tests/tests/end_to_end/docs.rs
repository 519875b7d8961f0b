//! The documents say what is true: their links lead somewhere, and nothing that can be set, asked for or refused is
//! left out.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use service::access::ScopeName;

#[test]
fn every_link_in_the_documents_leads_somewhere() {
    let mut broken = Vec::new();
    for path in documents() {
        let text = read(&path);
        for target in links(&text) {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file =
                if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            let leads =
                file.exists() && (anchor.is_empty() || headings(&read(&file)).contains(anchor));
            if !leads {
                broken.push(format!("{}: {target}", path.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_variable_that_is_read_is_documented_and_no_other() {
    let config = read(&root().join("crates/cli/src/config.rs"));
    let (_, list) = config.split_once("const VARIABLES: &[&str] = &[").unwrap();
    let (list, _) = list.split_once("];").unwrap();
    let known: BTreeSet<_> = variables(list).collect();
    assert!(!known.is_empty());
    let page = read(&root().join("docs/configuration.md"));
    let documented: BTreeSet<_> =
        page.lines().filter(|line| line.starts_with('|')).flat_map(variables).collect();
    assert_eq!(documented, known);
}

#[test]
fn every_error_code_stands_in_one_table() {
    let expected: Vec<_> = api::error_codes()
        .into_iter()
        .map(|told| {
            let reason = told.reason.map(|reason| format!(", reason `{reason}`"));
            let reason = reason.unwrap_or_default();
            format!("| `{}`{reason} | {} | {} |", told.code, told.status, told.meaning)
        })
        .collect();
    assert_eq!(rows("docs/errors.md"), expected, "the table must be:\n{}\n", expected.join("\n"));
}

#[test]
fn every_scope_stands_in_one_table() {
    let expected: Vec<_> =
        ScopeName::ALL.iter().map(|scope| format!("| `{scope}` | {} |", scope.meaning())).collect();
    assert_eq!(rows("docs/security.md"), expected, "the table must be:\n{}\n", expected.join("\n"));
}

#[test]
fn every_test_that_the_threat_model_names_is_there() {
    let page = read(&root().join("docs/security.md"));
    let (_, model) = page.split_once("## Threat model").unwrap();
    let named: Vec<_> = model
        .lines()
        .filter(|line| line.starts_with("| "))
        .filter_map(|row| row.trim_end_matches('|').rsplit_once('|'))
        .flat_map(|(_, tests)| tests.split('`').skip(1).step_by(2))
        .collect();
    assert!(named.len() > 20, "{named:?}");

    let mut code = String::new();
    for folder in ["crates", "tests"] {
        append_rust(&root().join(folder), &mut code);
    }
    let missing: Vec<_> =
        named.into_iter().filter(|name| !code.contains(&format!("fn {name}("))).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

fn append_rust(folder: &Path, code: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            append_rust(&path, code);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            code.push_str(&read(&path));
        }
    }
}

/// The rows of a document's tables that begin with a word in code.
fn rows(name: &str) -> Vec<String> {
    read(&root().join(name))
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(str::to_owned)
        .collect()
}

fn documents() -> Vec<PathBuf> {
    let mut documents = Vec::new();
    for folder in [".", "docs", "demo", "bench"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "md") {
                documents.push(path);
            }
        }
    }
    documents
}

/// What the links of a document lead to, within the repository.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(target, _)| target)
        .filter(|target| !target.contains("://"))
}

/// The anchors of a document's headings, as forges make them.
fn headings(text: &str) -> BTreeSet<String> {
    let title = |line: &str| {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept =
            title.chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
        kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
    };
    text.lines().filter(|line| line.starts_with('#')).map(title).collect()
}

/// The words with our prefix in a text.
fn variables(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !(letter.is_ascii_uppercase() || letter == '_'))
        .filter(|word| word.starts_with("COMMONGROUND_"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("a file that the documents or the tests name")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

#[test]
fn the_numbers_of_the_page_on_disclosure_are_those_of_the_server() {
    use service::young_people::disclosure::{NAMES, Rule};
    use service::young_people::editions::{LEAST_CHANGED, MOST_IN_A_YEAR};
    use service::young_people::statistics::MOST_DIMENSIONS;

    let page = read(&root().join("docs/disclosure.md"));
    let words =
        ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    let rule = Rule::named(NAMES[0]).unwrap();
    for sentence in [
        format!("**Suppressed** says that the count is below {}.", rule.hidden_below()),
        format!("fewer than {} children tell apart has no effect", words[rule.threshold as usize]),
        format!("it differs for {} children or more", words[LEAST_CHANGED]),
        format!("at most {} times within 365 days", words[MOST_IN_A_YEAR]),
        format!("in at most {} of nine dimensions", words[MOST_DIMENSIONS]),
        format!("| `{}` (default) |", rule.name),
    ] {
        assert!(page.contains(&sentence), "docs/disclosure.md doesn't say: {sentence}");
    }
    for name in NAMES {
        assert!(page.contains(&format!("| `{name}`")), "docs/disclosure.md has no row for {name}");
    }
}
