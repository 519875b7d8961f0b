//! Withdrawal that travels: what leans on withdrawn or superseded evidence says so.

use serde_json::{Value, json};
use tests::support::app::{ALPHA, BETA, TestApp};
use tests::support::client::Client;
use tests::support::on_both_databases;

use super::{PUBLICATIONS, STUDIES, rate, set_up};

const RELIED: &str = "fragment Relied on ReliedUpon {
    how since reason
    what { ... on Study { slug } ... on Publication { slug } }
    supersededBy { ... on Study { slug } ... on Publication { slug } }
}";

/// The early study is withdrawn, its report superseded by a draft, and things lean on both.
async fn withdraw(app: &TestApp) {
    set_up(app).await;
    rate(
        app,
        &[
            "alpha-centre,rates,guide,2020,STUDY,early,,strength=3,early,early-report,,PUBLIC",
            "beta-centre,considers,guide,2020,INTERVENTION,mentoring,,strength=3,early;late,,,PUBLIC",
            "beta-centre,stands,guide,2020,INTERVENTION,mentoring,,strength=3,late,,,PUBLIC",
        ],
    )
    .await;
    app.import(&[(
        "findings",
        &[
            "study,reference,publication,outcome,measure,estimate,contributed_by,visibility",
            "early,f1,early-report,reading,RISK_DIFFERENCE,0.1,alpha-centre,PUBLIC",
            "early,f2,,reading,RISK_DIFFERENCE,0.1,alpha-centre,PUBLIC",
            "late,f3,late-report,reading,RISK_DIFFERENCE,0.1,beta-centre,PUBLIC",
        ],
    )])
    .await;
    let publications = format!("{PUBLICATIONS},withdrawn_at,withdrawal_reason,superseded_by");
    let studies = format!("{STUDIES},withdrawn_at,withdrawal_reason,superseded_by");
    app.import(&[
        (
            "publications",
            &[
                publications.as_str(),
                "early-report,Early report,REPORT,2015,alpha-centre,PUBLIC,,,late-draft",
            ],
        ),
        (
            "studies",
            &[
                studies.as_str(),
                "early,Early,RANDOMISED,REPORTED,2014-06-30,alpha-centre,mentoring,early-report,alpha-centre,PUBLIC,2025-05-05T10:00:00Z,Data were made up,late",
            ],
        ),
    ])
    .await;
}

fn study(how: &str) -> Value {
    json!({
        "how": how,
        "what": { "slug": "early" },
        "since": "2025-05-05T10:00:00+00:00",
        "reason": "Data were made up",
        "supersededBy": { "slug": "late" },
    })
}

fn report(how: &str, superseded_by: &Value) -> Value {
    json!({
        "how": how,
        "what": { "slug": "early-report" },
        "since": null,
        "reason": null,
        "supersededBy": superseded_by,
    })
}

/// What the thing with this reference at a path leans on.
fn of(answer: &Value, path: &str, reference: &str) -> Value {
    let things = answer.pointer(path).unwrap().as_array().unwrap();
    let thing = things.iter().find(|thing| thing["reference"] == reference).unwrap();
    thing["reliesOnWithdrawn"].clone()
}

async fn asked(client: &Client) -> Value {
    let query = format!(
        r#"{{
            findings(filter: {{includeWithdrawn: true}}) {{ nodes {{ reference reliesOnWithdrawn {{ ...Relied }} }} }}
            study(slug: "early") {{ ratings {{ nodes {{ reference reliesOnWithdrawn {{ ...Relied }} }} }} reliesOnWithdrawn {{ ...Relied }} }}
            intervention(slug: "mentoring") {{ ratings {{ nodes {{ reference reliesOnWithdrawn {{ ...Relied }} }} }} }}
            late: study(slug: "late") {{ reliesOnWithdrawn {{ ...Relied }} }}
        }} {RELIED}"#
    );
    client.ask(&query).await.data().clone()
}

#[on_both_databases]
async fn what_leans_on_withdrawn_evidence_says_on_what_since_when_and_why(app: TestApp) {
    withdraw(&app).await;
    let answer = asked(&app.nobody()).await;
    // The draft that took the report's place is not for everybody.
    let report = |how: &str| report(how, &Value::Null);
    assert_eq!(
        of(&answer, "/findings/nodes", "f1"),
        json!([study("RESULT_OF"), report("REPORTED_BY")])
    );
    assert_eq!(of(&answer, "/findings/nodes", "f2"), json!([study("RESULT_OF")]));
    assert_eq!(of(&answer, "/findings/nodes", "f3"), json!([]));
    assert_eq!(answer["study"]["reliesOnWithdrawn"], json!([report("REPORTED_BY")]));
    assert_eq!(answer["late"]["reliesOnWithdrawn"], json!([]));
    assert_eq!(
        of(&answer, "/study/ratings/nodes", "rates"),
        json!([study("RATES"), report("CONSIDERED")])
    );
    assert_eq!(
        of(&answer, "/intervention/ratings/nodes", "considers"),
        json!([study("CONSIDERED")])
    );
    assert_eq!(of(&answer, "/intervention/ratings/nodes", "stands"), json!([]));
}

#[on_both_databases]
async fn what_took_its_place_is_named_to_those_who_may_see_it(app: TestApp) {
    withdraw(&app).await;
    let answer = asked(&app.reader(BETA).await).await;
    let expected = report("REPORTED_BY", &json!({ "slug": "late-draft" }));
    assert_eq!(answer["study"]["reliesOnWithdrawn"], json!([expected]));
}

#[on_both_databases]
async fn withdrawn_evidence_that_is_hidden_is_not_told_of(app: TestApp) {
    set_up(&app).await;
    rate(&app, &["alpha-centre,r,guide,2020,INTERVENTION,mentoring,,strength=3,hidden,,,PUBLIC"])
        .await;
    let studies = format!("{STUDIES},withdrawn_at,withdrawal_reason");
    app.import(&[(
        "studies",
        &[
            studies.as_str(),
            "hidden,Hidden,RANDOMISED,REPORTED,2015-06-30,alpha-centre,mentoring,,alpha-centre,CENTRE,2025-05-05T10:00:00Z,Wrong",
        ],
    )])
    .await;
    let query = r#"{ intervention(slug: "mentoring") { ratings { nodes { reliesOnWithdrawn { how } } } } }"#;
    let path = "/intervention/ratings/nodes/0/reliesOnWithdrawn";
    assert_eq!(app.nobody().ask(query).await.at(path), &json!([]));
    assert_eq!(app.reader(BETA).await.ask(query).await.at(path), &json!([]));
    assert_eq!(
        app.reader(ALPHA).await.ask(query).await.at(path),
        &json!([{ "how": "CONSIDERED" }])
    );
}
