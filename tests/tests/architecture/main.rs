//! The house rules that neither the compiler nor clippy knows.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod import_graph;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Which of our packages may use which. Arrows run one way; a new package needs a row, a new arrow a reason in
/// ARCHITECTURE.md.
const ARROWS: &[(&str, &[&str])] = &[
    ("macros", &[]),
    ("entity", &["macros"]),
    ("migrations", &[]),
    ("disclosure", &[]),
    ("graphql-http", &[]),
    ("intake", &[]),
    ("returns", &["intake"]),
    ("service", &["disclosure", "entity", "intake", "returns"]),
    ("api", &["graphql-http", "macros", "service"]),
    ("cli", &["api", "service", "migrations"]),
    ("test_macros", &[]),
    // What tries the house out may look into every room.
    ("tests", &["api", "entity", "migrations", "service", "test_macros"]),
    ("bench", &["api", "cli", "disclosure", "entity", "migrations", "service"]),
];

/// Which more a package's own tests may use.
const ARROWS_OF_TESTS: &[(&str, &[&str])] = &[
    // A database to write to must be migrated.
    ("service", &["migrations"]),
    // The binary is tried on the harness's PostgreSQL.
    ("cli", &["tests"]),
];

/// What a package never lists: no storage in `api`, no HTTP and no GraphQL below it.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("api", &["sea-orm", "sea-orm-migration", "sea-query", "sqlx"]),
    ("graphql-http", &["hyper", "sea-orm", "sea-orm-migration", "sea-query", "sqlx"]),
    ("intake", &["async-graphql", "axum", "sea-orm", "sqlx", "tokio"]),
    ("returns", &["async-graphql", "axum", "sea-orm", "sqlx", "tokio"]),
    ("disclosure", &["async-graphql", "axum", "sea-orm", "sqlx", "tokio"]),
    ("service", &["async-graphql", "axum", "hyper", "tower-http"]),
    ("entity", &["async-graphql", "axum", "hyper", "tower-http"]),
    ("migrations", &["async-graphql", "axum", "hyper", "tower-http"]),
];

const MOST_LINES: usize = 800;

/// Longer files, each with why it is one thing.
const LONG_FILES: &[(&str, &str)] = &[];

/// Names that say nothing of what is inside.
const EMPTY_NAMES: &[&str] =
    &["common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"];

#[test]
fn our_packages_use_each_other_in_one_direction_only() {
    let dependencies = dependencies(|_| true);
    for (package, used) in &self::dependencies(|kind| kind != "dev") {
        let allowed = ARROWS.iter().find(|(name, _)| name == package);
        let Some((_, allowed)) = allowed else {
            panic!("{package} has no row in ARROWS");
        };
        let ours = used.iter().filter(|name| dependencies.contains_key(*name));
        for name in ours {
            assert!(allowed.contains(&name.as_str()), "{package} must not use {name}");
        }
    }
    for (package, used) in &self::dependencies(|kind| kind == "dev") {
        let also = ARROWS_OF_TESTS.iter().find(|(name, _)| name == package);
        let also = also.map_or(&[][..], |(_, also)| also);
        let always = ARROWS.iter().find(|(name, _)| name == package).unwrap().1;
        for name in used.iter().filter(|name| dependencies.contains_key(*name)) {
            assert!(
                also.contains(&name.as_str()) || always.contains(&name.as_str()),
                "the tests of {package} must not use {name}"
            );
        }
    }
    for (package, _) in ARROWS {
        assert!(
            dependencies.contains_key(*package),
            "there is no package {package} in the workspace"
        );
    }
}

#[test]
fn no_package_lists_what_belongs_to_another_layer() {
    let dependencies = dependencies(|_| true);
    for (package, forbidden) in FORBIDDEN {
        for name in &dependencies[*package] {
            assert!(!forbidden.contains(&name.as_str()), "{package} must not list {name}");
        }
    }
}

#[test]
fn no_rust_file_is_too_long_to_read_in_one_go() {
    let exceptions: BTreeMap<_, _> = LONG_FILES.iter().copied().collect();
    for (path, source) in rust_files() {
        let lines = source.lines().count();
        match exceptions.get(path.as_str()) {
            None => assert!(
                lines <= MOST_LINES,
                "{path} has {lines} lines: look for the second thing in it"
            ),
            Some(_) => assert!(
                lines > MOST_LINES,
                "{path} is no longer an exception: take it off LONG_FILES"
            ),
        }
    }
    for (path, _) in LONG_FILES {
        assert!(root().join(path).exists(), "{path} in LONG_FILES does not exist");
    }
}

#[test]
fn every_exception_to_a_lint_is_expected_and_has_its_reason() {
    for (path, source) in rust_files() {
        for (number, line) in source.lines().enumerate() {
            let line = line.trim_start();
            assert!(
                !(line.starts_with("#[allow(") || line.starts_with("#![allow(")),
                "{path}:{}: write #[expect(.., reason = \"..\")]",
                number + 1
            );
        }
    }
}

/// Looking for examples in the documentation of packages that have none takes as long as checking them once more, so
/// `doctest = false` stands in each; whoever writes an example takes it out there.
#[test]
fn no_documentation_has_an_example_that_no_test_runs() {
    for (path, source) in rust_files() {
        for (number, line) in source.lines().enumerate() {
            let line = line.trim_start();
            let documented = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"));
            let is_fence = documented.is_some_and(|text| text.trim_start().starts_with("```"));
            assert!(!is_fence, "{path}:{}: this example is never run", number + 1);
        }
    }
}

#[test]
fn every_rust_file_is_named_after_what_is_in_it() {
    for (path, _) in rust_files() {
        for part in path.trim_end_matches(".rs").split('/') {
            assert!(!EMPTY_NAMES.contains(&part), "{path}: name it after what it does");
        }
    }
}

/// `missing_docs` asks for a line on each field as well, however plain its name is.
#[test]
fn every_public_type_and_function_is_described() {
    let kinds = ["fn ", "async fn ", "const fn ", "struct ", "enum ", "trait ", "type "];
    for (path, source) in rust_files() {
        if !path.starts_with("crates/") || !path.contains("/src/") {
            continue;
        }
        let lines: Vec<_> = source.lines().map(str::trim_start).collect();
        for (at, line) in lines.iter().enumerate() {
            let Some(item) = line.strip_prefix("pub ") else {
                continue;
            };
            // What sea-orm asks of each table is described once, where the tables are listed.
            if !kinds.iter().any(|kind| item.starts_with(kind)) || item == "enum Relation {}" {
                continue;
            }
            let is_description =
                |line: &str| ["///", "#[doc", "$(#["].iter().any(|start| line.starts_with(start));
            let is_of_item = |line: &&&str| {
                is_description(line) || !(line.is_empty() || line.ends_with(['{', '}', ';']))
            };
            let mut above = lines[..at].iter().rev().take_while(is_of_item);
            assert!(
                above.any(|line| is_description(line)),
                "{path}:{}: say what it is, or make it `pub(crate)`",
                at + 1
            );
        }
    }
}

/// The library writes whatever number a resolver gives as an `Int`, which ends at 2,147,483,647.
#[test]
fn numbers_that_may_lie_beyond_an_int_come_into_the_graph_by_one_type() {
    let wide = |ty: &str| {
        let ty = ty.trim().trim_start_matches("Result<");
        let ty = ty.trim_start_matches("Option<").trim_start_matches("Vec<");
        let name = ty.split(|letter: char| !letter.is_ascii_alphanumeric()).next();
        ["i64", "u64", "u32", "usize", "isize", "i128", "u128"].contains(&name.unwrap_or_default())
    };
    let mut given = Vec::new();
    for (path, source) in rust_files() {
        if !path.starts_with("crates/api/src/graph/") {
            continue;
        }
        let mut is_object = false;
        for (at, line) in source.lines().enumerate() {
            is_object = (is_object || line.contains("SimpleObject)]")) && line != "}";
            let answer = line.contains("async fn").then(|| line.split_once("->")).flatten();
            let field = line.trim_start().split_once(": ").filter(|_| is_object);
            if answer.or(field).is_some_and(|(_, ty)| wide(ty)) && !line.contains("fn count(") {
                given.push(format!("{path}:{}: {}", at + 1, line.trim()));
            }
        }
    }
    assert!(given.is_empty(), "give them as `Int` or `BigInt` of graph::number: {given:#?}");
}

/// What each package of the workspace lists, of the kinds wanted: "normal", "build" or "dev".
fn dependencies(wanted: impl Fn(&str) -> bool) -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            let listed = package["dependencies"].as_array().unwrap().iter();
            let listed = listed.filter(|one| wanted(one["kind"].as_str().unwrap_or("normal")));
            (name(package), listed.map(name).collect())
        })
        .collect()
}

/// The path within the workspace and the source of each Rust file of ours.
fn rust_files() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for folder in ["crates", "migrations", "tests", "bench"] {
        collect(&root().join(folder), &mut files);
    }
    assert!(!files.is_empty());
    let within = |path: PathBuf| {
        let source = fs::read_to_string(&path).unwrap();
        (path.strip_prefix(root()).unwrap().display().to_string(), source)
    };
    files.into_iter().map(within).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with("node_modules") {
            continue;
        }
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}
