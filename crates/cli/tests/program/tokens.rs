//! Tokens from the command line, and what a server that runs makes of them.

use serde_json::Value;

use crate::running::Installation;

/// An installation with one centre, `alpha-centre`.
pub(crate) async fn furnished(installation: Installation) -> Installation {
    let bundle = installation.path("bundle");
    std::fs::create_dir(&bundle).unwrap();
    std::fs::write(
        bundle.join("bundle.json"),
        r#"{"format": "commonground-bundle", "version": 1}"#,
    )
    .unwrap();
    let centres = "slug,name,short_name,policy_area,description,founded,homepage,ror_id,successor\n\
                   alpha-centre,Alpha Centre,,Testing,,,,,\n";
    std::fs::write(bundle.join("centres.csv"), centres).unwrap();
    installation.answer(&["import", "bundle", bundle.to_str().unwrap()]).await;
    installation
}

/// Issues a token of `alpha-centre` that reads evidence.
pub(crate) async fn issue(installation: &Installation) -> String {
    let arguments = [
        "token",
        "issue",
        "--name",
        "nightly copy",
        "--centre",
        "alpha-centre",
        "--scope",
        "evidence:read",
    ];
    installation.answer(&arguments).await.trim_end().to_owned()
}

#[tokio::test]
async fn a_token_is_printed_alone_and_kept_nowhere() {
    let installation = furnished(Installation::new()).await;
    let arguments =
        ["--log", "trace", "token", "issue", "--name", "x", "--centre", "alpha-centre", "--scope"];
    let outcome = installation
        .run(&[&arguments[..], &["evidence:read,audit:read", "--expires-in", "2d"]].concat())
        .await;
    assert_eq!(outcome.code, Some(0), "{}", outcome.log);
    let token = outcome.answer.strip_suffix('\n').unwrap();
    assert!(token.split('.').count() == 3 && !token.contains(char::is_whitespace), "{token}");
    assert!(!outcome.log.contains(token), "the log does not repeat it");

    let signature = token.rsplit('.').next().unwrap().as_bytes();
    for entry in std::fs::read_dir(installation.data()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        assert!(
            !bytes.windows(signature.len()).any(|window| window == signature),
            "it stands in {}",
            path.display()
        );
    }
}

#[tokio::test]
async fn a_token_is_accepted_until_it_is_revoked_and_then_no_more() {
    let installation = furnished(Installation::new()).await;
    let server = installation.serve(&[]).await;
    let token = issue(&installation).await;
    let query = "{ viewer { centre { slug } scopes } }";
    let answer = server.ask(query, Some(&token)).await;
    assert_eq!(answer["data"]["viewer"]["centre"]["slug"], "alpha-centre", "{answer}");

    let listed = installation.answer(&["token", "list", "--centre", "alpha-centre"]).await;
    let records: Vec<Value> =
        listed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [record] = records.as_slice() else { unreachable!("one token was issued: {listed}") };
    assert_eq!((&record["name"], &record["revoked_at"]), (&"nightly copy".into(), &Value::Null));
    assert!(!listed.contains(&token));

    let id = record["id"].as_str().unwrap();
    assert_eq!(installation.answer(&["token", "revoke", id, "--reason", "laptop lost"]).await, "");
    let refused = server.ask(query, Some(&token)).await;
    let error = &refused["errors"][0];
    assert_eq!(error["extensions"]["code"], "TOKEN_REVOKED", "{refused}");
    assert!(error["message"].as_str().unwrap().contains("laptop lost"), "its holder is told why");
    let listed: Value =
        serde_json::from_str(&installation.answer(&["token", "list"]).await).unwrap();
    assert_eq!(listed["revocation_reason"], "laptop lost");
    assert_eq!(server.stop().await.code, Some(0));
}
