//! What is malformed refuses to start, with a sentence that says what to do.

use crate::running::{Installation, run};

/// Arguments, variables, and what the sentence must name.
type Refused =
    (&'static [&'static str], &'static [(&'static str, &'static str)], &'static [&'static str]);

const REFUSED: &[Refused] = &[
    (&["schema"], &[("COMMONGROUND_LISTN", "x")], &["COMMONGROUND_LISTN", "COMMONGROUND_LISTEN"]),
    (&["serve", "--listen", "nowhere"], &[], &["--listen", "nowhere"]),
    (&["serve"], &[("COMMONGROUND_LISTEN", "8080")], &["--listen", "8080"]),
    (
        &["serve", "--database-url", "mysql://localhost/x"],
        &[],
        &["--database-url", "sqlite://", "postgres://"],
    ),
    (
        &["serve"],
        &[("COMMONGROUND_DATABASE_URL", "commonground.db")],
        &["--database-url", "postgres://"],
    ),
    (&["serve"], &[("COMMONGROUND_DATABASE_URL_FILE", "nothing-here")], &["nothing-here"]),
    (&["serve", "--database-connections", "0"], &[], &["--database-connections", "2"]),
    (&["serve", "--timeout", "soon"], &[], &["--timeout", "soon"]),
    (&["serve", "--log", "api=louder"], &[], &["api=louder", "info"]),
    (&["serve", "--log-format", "xml"], &[], &["--log-format", "json"]),
    (&["serve", "--cors-origins", "*"], &[], &["--cors-origins", "https://"]),
    (&["serve", "--cors-origins", "example.org"], &[], &["--cors-origins", "https://"]),
    (
        &["serve", "--cors-origins", "https://example.org/path"],
        &[],
        &["--cors-origins", "https://"],
    ),
    (
        &["serve", "--trusted-proxies", "10.0.0.0/8,proxy"],
        &[],
        &["--trusted-proxies", "proxy", "10.0.0.0/8"],
    ),
    (&["serve", "--token-points", "3000000000"], &[], &["--token-points", "2000000000"]),
    (&["serve"], &[("COMMONGROUND_OPERATIONS", "nothing-here")], &["nothing-here"]),
    (&["serve"], &[("COMMONGROUND_MASTER_KEY", "c2hvcnQ=")], &["COMMONGROUND_MASTER_KEY"]),
    (
        &["serve", "--master-key-file", "no-key"],
        &[("COMMONGROUND_MASTER_KEY", "c2hvcnQ=")],
        &["not both"],
    ),
    (&["serve", "--master-key-file", "no-key"], &[], &["no-key"]),
    (
        &["token", "issue", "--name", "x", "--centre", "nobody", "--scope", "evidence:read"],
        &[],
        &["nobody", "slug"],
    ),
    (
        &["token", "issue", "--name", "x", "--centre", "x", "--scope", "everything"],
        &[],
        &["everything", "evidence:read"],
    ),
    (&["token", "revoke", "7", "--reason", "x"], &[], &["7"]),
    (&["import", "bundle", "nothing-here"], &[], &["nothing-here"]),
    (&["fly"], &[], &["fly", "--help"]),
];

#[tokio::test]
async fn what_is_malformed_is_refused_with_a_sentence_that_says_what_to_do() {
    for (arguments, variables, named) in REFUSED {
        let installation = Installation::new();
        let mut command = installation.command(arguments);
        command.envs(variables.iter().copied());
        let outcome = run(command).await;
        let what = format!("{arguments:?} {variables:?}: {}", outcome.log);
        assert!(outcome.code.is_some_and(|code| code > 0), "{what}");
        assert_eq!(outcome.answer, "", "{what}");
        for word in *named {
            assert!(outcome.log.contains(word), "{what} does not name {word}");
        }
        for internal in ["panicked", "RUST_BACKTRACE", "Error {", "Some("] {
            assert!(!outcome.log.contains(internal), "{what}");
        }
        assert!(!outcome.log.contains("c2hvcnQ="), "a secret is not repeated");
    }
}

#[tokio::test]
async fn a_malformed_list_of_operations_stops_the_start_with_the_one_to_blame() {
    let installation = Installation::new();
    let list = installation.path("operations.json");
    std::fs::write(&list, r#"{"a1": "{ centres { totalCount } }", "b1": "{ centres"}"#).unwrap();
    let list = list.to_str().unwrap();
    let outcome = installation.run(&["serve", "--operations", list]).await;
    assert_eq!((outcome.code, outcome.answer.as_str()), (Some(1), ""));
    assert!(outcome.log.contains("'b1'") && outcome.log.contains(list), "{}", outcome.log);
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let outcome = Installation::new().run(&["serve", "--listen", &address]).await;
    assert_eq!((outcome.code, outcome.answer.as_str()), (Some(1), ""));
    assert!(outcome.log.contains(&address) && outcome.log.contains("--listen"), "{}", outcome.log);
}

#[tokio::test]
async fn a_database_that_cannot_be_reached_is_told_without_its_password() {
    // A port that was free a moment ago.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let installation =
        Installation::on(format!("postgres://keeper:opensesame@{address}/commonground"));
    let outcome = installation.run(&["serve", "--listen", "127.0.0.1:0"]).await;
    assert_eq!((outcome.code, outcome.answer.as_str()), (Some(1), ""));
    assert!(outcome.log.contains("--database-url"), "{}", outcome.log);
    assert!(!outcome.log.contains("opensesame"), "{}", outcome.log);
}
