//! `docs/bundle.md` names exactly the columns that are read and written.

use std::collections::BTreeMap;

use service::interchange::bundle::format::{
    Column, TABLES, Value, shared_columns, withdrawal_columns,
};

const DOCUMENT: &str = include_str!("../../../../docs/bundle.md");

/// A column as the documentation marks it: its name, whether it has a star, whether it is a key.
type Marked = (String, bool, bool);

/// The tables of columns, by the files that their headings name.
fn documented() -> BTreeMap<String, Vec<Marked>> {
    let mut tables: BTreeMap<String, Vec<Marked>> = BTreeMap::new();
    let mut files: Vec<String> = Vec::new();
    for line in DOCUMENT.lines() {
        if let Some(heading) = line.strip_prefix("#") {
            let heading = heading.trim_start_matches('#').trim();
            files = heading.split(", ").map(str::to_owned).collect();
        } else if line.starts_with("| `") {
            let mut cells = line.trim_matches('|').split('|');
            let names = cells.next().unwrap();
            let meaning: String = cells.collect();
            for name in names.split(',') {
                let has_star = name.trim().ends_with('*');
                let name = name.trim().trim_end_matches('*').trim().trim_matches('`').to_owned();
                for file in &files {
                    let marked = (name.clone(), has_star, meaning.contains("**key**"));
                    tables.entry(file.clone()).or_default().push(marked);
                }
            }
        }
    }
    tables
}

fn marked(columns: impl Iterator<Item = Column>) -> Vec<Marked> {
    columns.map(|column| (column.name.to_owned(), column.is_required, column.is_key)).collect()
}

#[test]
fn the_documentation_names_exactly_the_columns_that_are_read() {
    let mut documented = documented();
    let shared = documented.remove("Shared things").unwrap();
    assert_eq!(shared, marked(shared_columns(Value::Text).into_iter()));
    let withdrawn = documented.remove("Things of the network").unwrap();
    let columns = withdrawal_columns(Some(Value::Text));
    assert_eq!(withdrawn, marked(columns.into_iter()));
    for table in TABLES {
        let columns = documented.remove(table.name).unwrap_or_default();
        assert_eq!(columns, marked(table.own_columns().iter().copied()), "{}", table.name);
    }
    assert_eq!(documented, BTreeMap::new(), "tables that are documented but not read");
}

#[test]
fn the_documentation_lists_the_files_in_the_order_in_which_they_are_read() {
    let order: Vec<&str> = DOCUMENT
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .flat_map(|heading| heading.split(", "))
        .collect();
    assert_eq!(order, TABLES.map(|table| table.name));
}

#[test]
fn the_documentation_lists_the_words_of_every_column() {
    for table in TABLES {
        for column in table.columns() {
            if let Value::Word(words) = column.value {
                for word in words {
                    assert!(
                        DOCUMENT.contains(&format!("`{word}`")),
                        "{} {}: {word}",
                        table.name,
                        column.name
                    );
                }
            }
        }
    }
}
