//! Keys, approvals and the audit from the command line, and what a server that runs makes of them.

use serde_json::Value;

use crate::running::Installation;
use crate::tokens::{furnished, issue};

fn records(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn a_key_that_is_rotated_and_retired_stops_its_tokens_on_a_server_that_runs() {
    let installation = furnished(Installation::new()).await;
    let server = installation.serve(&[]).await;
    let token = issue(&installation).await;
    let query = "{ viewer { scopes } }";
    assert!(server.ask(query, Some(&token)).await["data"].is_object());

    let [first] = &records(&installation.answer(&["key", "list"]).await)[..] else {
        unreachable!("the first start makes one key")
    };
    assert_eq!((&first["signs"], &first["live_tokens"]), (&true.into(), &1.into()));
    let id = first["id"].as_str().unwrap();
    let outcome = installation.run(&["key", "retire", id]).await;
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.log.contains("key rotate --at-once"), "{}", outcome.log);

    installation.answer(&["key", "rotate", "--at-once"]).await;
    let outcome = installation.run(&["key", "retire", id]).await;
    assert!(outcome.log.contains("--even-with-tokens"), "{}", outcome.log);
    installation.answer(&["key", "retire", id, "--even-with-tokens"]).await;
    let refused = server.ask(query, Some(&token)).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "TOKEN_INVALID", "{refused}");
    let new = issue(&installation).await;
    assert!(server.ask(query, Some(&new)).await["data"].is_object());
    assert_eq!(server.stop().await.code, Some(0));
}

#[tokio::test]
async fn a_token_that_reaches_persons_works_once_the_second_administrator_is_written_down() {
    let installation = furnished(Installation::new()).await;
    let server = installation.serve(&[]).await;
    let arguments = [
        "token",
        "issue",
        "--name",
        "rows",
        "--centre",
        "alpha-centre",
        "--scope",
        "young-people:read",
    ];
    let issued = installation.run(&arguments).await;
    assert_eq!(issued.code, Some(0), "{}", issued.log);
    assert!(issued.log.contains("second administrator"), "{}", issued.log);
    let token = issued.answer.trim_end();
    let query = "{ viewer { scopes } }";
    let waiting = server.ask(query, Some(token)).await;
    assert_eq!(waiting["errors"][0]["extensions"]["code"], "TOKEN_NOT_APPROVED");

    let listed = installation.answer(&["token", "list", "--state", "pending_approval"]).await;
    let id = records(&listed)[0]["id"].as_str().unwrap().to_owned();
    installation.answer(&["token", "approve", &id, "--approver", "A. Second"]).await;
    assert!(server.ask(query, Some(token)).await["data"].is_object());
    let listed = installation.answer(&["token", "list"]).await;
    assert_eq!(records(&listed)[0]["approver"], "A. Second");
    assert_eq!(server.stop().await.code, Some(0));
}

#[tokio::test]
async fn the_audit_is_verified_exported_and_holds_what_was_written_while_stopping() {
    let installation = furnished(Installation::new()).await;
    let first = installation.answer(&["audit", "verify"]).await;
    let server = installation.serve(&[]).await;
    let token = issue(&installation).await;
    server.ask("{ viewer { scopes } }", Some(&token)).await;
    server.ask("{ auditEvents { nodes { action } } }", Some(&token)).await;
    // What was noted in memory is written when the server stops.
    assert_eq!(server.stop().await.code, Some(0));

    let exported = records(&installation.answer(&["audit", "export"]).await);
    let sequences: Vec<_> =
        exported.iter().map(|event| event["sequence"].as_i64().unwrap()).collect();
    assert_eq!(sequences, (1..=sequences.len() as i64).collect::<Vec<_>>());
    let refused: Vec<_> = exported.iter().filter(|event| event["outcome"] == "REFUSED").collect();
    assert_eq!(refused.len(), 1, "{exported:?}");
    assert_eq!(
        (&refused[0]["action"], &refused[0]["centre"]),
        (&"audit.read".into(), &"alpha-centre".into())
    );
    let listed = records(&installation.answer(&["token", "list"]).await);
    assert_eq!(listed[0]["uses"], 2);

    let checkpoint = first.trim_end();
    installation.answer(&["audit", "verify", "--checkpoint", checkpoint]).await;
    let wrong = checkpoint.replace(':', ":AAAA");
    let outcome = installation.run(&["audit", "verify", "--checkpoint", &wrong]).await;
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.log.contains("does not hold"), "{}", outcome.log);
}

#[tokio::test]
async fn no_token_is_valid_for_longer_than_the_configuration_allows() {
    let installation = furnished(Installation::new()).await;
    let arguments = [
        "--token-longest-validity",
        "7d",
        "token",
        "issue",
        "--name",
        "x",
        "--centre",
        "alpha-centre",
        "--scope",
        "evidence:read",
        "--expires-in",
        "8d",
    ];
    let outcome = installation.run(&arguments).await;
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.log.contains("at most 7 days"), "{}", outcome.log);
    for bad in ["0s", "5000d", "week"] {
        let outcome = installation.run(&["--token-longest-validity", bad, "token", "list"]).await;
        assert_eq!(outcome.code, Some(2), "{bad}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_master_key_is_for_its_owner_only_and_one_that_is_not_is_warned_of() {
    use std::os::unix::fs::PermissionsExt;

    let installation = furnished(Installation::new()).await;
    let file = installation.data().join("master.key");
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let outcome = installation.run(&["key", "list"]).await;
    assert_eq!(outcome.code, Some(0));
    assert!(outcome.log.contains("other users can read this secret"), "{}", outcome.log);
}
