//! What is wrong is said, all of it, each with its field and how to mend it.

use entity::Vocabulary;
use serde_json::json;
use service::access::ScopeName;
use tests::support::app::ALPHA;
use tests::support::app::TestApp;
use tests::support::on_both_databases;

use super::{contribute_study, new_study, revise_study, study, wrong};

fn told(problems: &[(&str, &str)]) -> Vec<(String, String)> {
    problems.iter().map(|(field, code)| ((*field).to_owned(), (*code).to_owned())).collect()
}

#[on_both_databases]
async fn everything_that_is_wrong_is_said_at_once(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let input = study(
        " ",
        json!({
            "slug": "Not A Slug", "startsOn": "2026-02-01", "endsOn": "2026-01-01", "programme": "none",
            "registration": { "url": "nowhere" }, "sites": [{ "localAuthority": "E99999999", "step": 0 }],
        }),
    );
    let mut wrong = wrong(&contribute_study(&alpha, input).await);
    wrong.sort();
    assert_eq!(
        wrong,
        told(&[
            ("endsOn", "OUT_OF_ORDER"),
            ("programme", "UNKNOWN_REFERENCE"),
            ("registration.url", "NOT_AN_ADDRESS"),
            ("sites[0].localAuthority", "UNKNOWN_REFERENCE"),
            ("slug", "NOT_A_SLUG"),
            ("title", "NOT_TEXT"),
        ])
    );
}

#[on_both_databases]
async fn each_problem_says_why_and_how_to_mend_it(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let answer = contribute_study(
        &alpha,
        study("A study", json!({ "endsOn": "2026-01-01", "startsOn": "2026-02-01" })),
    )
    .await;
    assert_eq!(answer.code(), Some("BAD_USER_INPUT"));
    let problem = &answer.body["errors"][0]["extensions"]["problems"][0];
    for part in ["message", "remedy"] {
        assert!(problem[part].as_str().is_some_and(|text| text.ends_with('.')), "{problem}");
    }
}

#[on_both_databases]
async fn what_is_wrong_is_said_of_fields_and_of_the_space_and_not_of_rows_and_files(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let nothing = "BAAAAAAAAAAAAAAAAAAAAAAA";
    let input = study(
        "",
        json!({
            "programme": "none", "partners": [nothing], "visibility": "COLLABORATION",
            "sites": [{ "localAuthority": "E99999999" }, { "localAuthority": "E99999999" }],
            "statusHistory": [{ "on": "2026-01-01", "status": "PLANNED" }, { "on": "2026-01-01", "status": "PLANNED" }],
        }),
    );
    let answer = contribute_study(&alpha, input).await;
    let problems = answer.body["errors"][0]["extensions"]["problems"].as_array().unwrap();
    assert!(problems.len() >= 5, "{}", answer.body);
    for problem in problems {
        for part in ["message", "remedy"] {
            let said = problem[part].as_str().unwrap().to_lowercase();
            for word in ["cell", "row", "column", "bundle", "file", "line", "#", "_"] {
                assert!(!said.contains(word), "{word}: {problem}");
            }
        }
    }
}

#[on_both_databases]
async fn a_finding_that_can_not_be_is_refused_with_each_reason(app: TestApp) {
    app.create_term(Vocabulary::Outcome, "reading", None).await;
    let alpha = app.contributor(ALPHA).await;
    new_study(&alpha, "A study", json!({})).await;
    let find = "mutation ($input: ContributeFindingInput!) { contributeFinding(input: $input) { finding { id } } }";
    let input = json!({ "study": "a-study", "outcome": "reading", "measure": "FISHER_Z", "estimate": 2.0, "standardError": 0.0,
        "confidenceInterval": { "level": 95.0, "lower": 0.1, "upper": 0.2 }, "participants": { "total": -1 } });
    let mut wrong = wrong(&alpha.ask_with(find, json!({ "input": input })).await);
    wrong.sort();
    assert_eq!(
        wrong,
        told(&[
            ("confidenceInterval.level", "OUT_OF_RANGE"),
            ("estimate", "INCONSISTENT"),
            ("participants.total", "OUT_OF_RANGE"),
            ("standardError", "OUT_OF_RANGE"),
        ])
    );
}

#[on_both_databases]
async fn what_a_revision_keeps_is_checked_with_what_it_changes(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let id = new_study(&alpha, "A study", json!({ "startsOn": "2026-02-01" })).await;
    let answer = revise_study(&alpha, &id, 1, json!({ "endsOn": "2026-01-01" })).await;
    assert_eq!(wrong(&answer), told(&[("endsOn", "OUT_OF_ORDER")]));
}

#[on_both_databases]
async fn languages_and_licences_are_known_by_their_codes(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let publish = r#"mutation { contributePublication(input: {title: "A report", kind: REPORT, language: "qqx", licence: "Free"}) { publication { id } } }"#;
    assert_eq!(
        wrong(&alpha.ask(publish).await),
        told(&[("language", "NOT_AN_IDENTIFIER"), ("licence", "NOT_AN_IDENTIFIER")])
    );
    let publish = r#"mutation { contributePublication(input: {title: "A report", kind: REPORT, language: "cy", licence: "CC-BY-4.0"}) { publication { language licence } } }"#;
    assert_eq!(
        alpha.ask(publish).await.at("/contributePublication/publication"),
        &json!({ "language": "cy", "licence": "CC-BY-4.0" })
    );
}

#[on_both_databases]
async fn terms_do_not_become_narrower_than_themselves(app: TestApp) {
    let keeper = app.holder(ALPHA, &[ScopeName::NetworkWrite]).await;
    let add = r#"mutation { a: addOutcome(input: {name: "Wide"}) { outcome { id } } b: addOutcome(input: {name: "Narrow", broader: "wide"}) { outcome { id } } }"#;
    let added = keeper.ask(add).await;
    let revise = "mutation ($input: ReviseOutcomeInput!) { reviseOutcome(input: $input) { outcome { id } } }";
    let input =
        json!({ "id": added.at("/a/outcome/id"), "expectedVersion": 1, "broader": "narrow" });
    assert_eq!(
        wrong(&keeper.ask_with(revise, json!({ "input": input })).await),
        told(&[("broader", "CIRCLE")])
    );
}
