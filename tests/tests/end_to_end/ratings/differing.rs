//! Ratings that disagree, and why.

use serde_json::{Value, json};
use tests::support::app::TestApp;
use tests::support::app::{ALPHA, BETA};
use tests::support::client::Client;
use tests::support::on_both_databases;

use super::{RATINGS, rate, set_up};

const COMPARISON: &str = r"
    fragment Comparison on RatingComparison {
        notCompared
        ratings { reference strength }
        differences {
            one { reference } other { reference } summary
            reasons {
                kind sentence
                ... on DifferentEvidence { onlyOne { ...Evidence } onlyOther { ...Evidence } }
                ... on DifferentOutcome { outcomeOfOne: one { slug } outcomeOfOther: other { slug } }
                ... on OlderThanNewEvidence { older { reference } newer { ...Evidence } }
                ... on DifferentRule { ruleOfOne: one { ...Rule } ruleOfOther: other { ...Rule } }
            }
            oneOnOthersScale { ...Answer }
            otherOnOnesScale { ...Answer }
        }
    }
    fragment Evidence on EvidenceSet { studies { slug } publications { slug } hasMore }
    fragment Rule on RatingRule { standard { slug } version { code } decidedBy { dimension { key } level { code } onlyHere } }
    fragment Answer on CrosswalkAnswer { standing readings { level { code } readAs { code } given { code } relation caveat } }
";

async fn mentoring(client: &Client) -> Value {
    let query = format!(
        r#"{{ intervention(slug: "mentoring") {{ ratingComparison {{ ...Comparison }} }} }} {COMPARISON}"#
    );
    client.ask(&query).await.at("/intervention/ratingComparison").clone()
}

/// The kinds of reason of the only difference.
fn kinds(comparison: &Value) -> Vec<&str> {
    let reasons = comparison["differences"][0]["reasons"].as_array().unwrap();
    reasons.iter().map(|reason| reason["kind"].as_str().unwrap()).collect()
}

fn evidence(studies: &[&str], publications: &[&str]) -> Value {
    let slugs =
        |slugs: &[&str]| slugs.iter().map(|slug| json!({ "slug": slug })).collect::<Value>();
    json!({ "studies": slugs(studies), "publications": slugs(publications), "hasMore": false })
}

const OLD: &str = "alpha-centre,old,guide,2020,INTERVENTION,mentoring,reading,strength=3,early;hidden,,2018-05-01,PUBLIC";
const NEW: &str = "beta-centre,new,toolkit,1,INTERVENTION,mentoring,attendance,security=1;cost=2,early;late,,2022-01-01,PUBLIC";

#[on_both_databases]
async fn each_pair_that_differs_says_why(app: TestApp) {
    set_up(&app).await;
    rate(&app, &[OLD, NEW]).await;
    let comparison = mentoring(&app.nobody()).await;
    assert_eq!(comparison["notCompared"], 0);
    assert_eq!(
        comparison["ratings"],
        json!([{ "reference": "new", "strength": "LOW" }, { "reference": "old", "strength": "HIGH" }])
    );
    assert_eq!(comparison["differences"].as_array().unwrap().len(), 1, "{comparison:#}");
    let difference = &comparison["differences"][0];
    assert_eq!(
        (&difference["one"]["reference"], &difference["other"]["reference"]),
        (&json!("new"), &json!("old"))
    );
    let summary = difference["summary"].as_str().unwrap();
    assert!(
        summary.starts_with("beta centre ('new') reads as low evidence; alpha centre ('old') reads as high evidence."),
        "{summary}"
    );
    assert_eq!(
        difference["reasons"],
        json!([
            {
                "kind": "DIFFERENT_EVIDENCE",
                "sentence": "beta centre ('new') took 1 study into account that alpha centre ('old') did not.",
                "onlyOne": evidence(&["late"], &[]),
                "onlyOther": evidence(&[], &[]),
            },
            {
                "kind": "DIFFERENT_OUTCOME",
                "sentence": "beta centre ('new') speaks of the outcome 'Attendance', alpha centre ('old') of 'Reading'.",
                "outcomeOfOne": { "slug": "attendance" },
                "outcomeOfOther": { "slug": "reading" },
            },
            {
                "kind": "OLDER_THAN_NEW_EVIDENCE",
                "sentence": "alpha centre ('old') is of 2018-05-01; since then 1 study and 1 publication came that it did not take into account.",
                "older": { "reference": "old" },
                "newer": evidence(&["late"], &["late-report"]),
            },
            {
                "kind": "DIFFERENT_RULE",
                "sentence": "beta centre ('new') is on The Toolkit (1) and rests on 'One padlock' on 'Security', which alpha centre ('old') does not rate. alpha centre ('old') is on The Guide (2020) and rests on 'Three' on 'Strength', which beta centre ('new') does not rate.",
                "ruleOfOne": {
                    "standard": { "slug": "toolkit" }, "version": { "code": "1" },
                    "decidedBy": [{ "dimension": { "key": "security" }, "level": { "code": "1" }, "onlyHere": true }],
                },
                "ruleOfOther": {
                    "standard": { "slug": "guide" }, "version": { "code": "2020" },
                    "decidedBy": [{ "dimension": { "key": "strength" }, "level": { "code": "3" }, "onlyHere": true }],
                },
            },
        ])
    );
    assert_eq!(
        difference["oneOnOthersScale"],
        json!({
            "standing": "NOT_COMPARABLE",
            "readings": [{
                "level": { "code": "1" }, "readAs": { "code": "2" }, "given": { "code": "3" },
                "relation": "NOT_COMPARABLE", "caveat": "Padlocks rate trials.",
            }],
        })
    );
    assert_eq!(
        difference["otherOnOnesScale"],
        json!({
            "standing": "DIFFERS",
            "readings": [{
                "level": { "code": "3" }, "readAs": { "code": "4" }, "given": { "code": "1" },
                "relation": "SIMILAR", "caveat": "The Guide rates programmes.",
            }],
        })
    );
}

#[on_both_databases]
async fn evidence_that_is_hidden_from_somebody_is_no_reason_for_them(app: TestApp) {
    set_up(&app).await;
    rate(&app, &[OLD, NEW]).await;
    let own = mentoring(&app.reader(ALPHA).await).await;
    assert_eq!(own["differences"][0]["reasons"][0]["onlyOther"], evidence(&["hidden"], &[]));
    let others = mentoring(&app.reader(BETA).await).await;
    assert_eq!(others["differences"][0]["reasons"][0]["onlyOther"], evidence(&[], &[]));
    assert_eq!(
        others["differences"][0]["reasons"][2]["newer"],
        evidence(&["late"], &["late-draft", "late-report"])
    );
    let stranger = mentoring(&app.stranger(BETA).await).await;
    assert_eq!(
        stranger["differences"][0]["reasons"][2]["newer"],
        evidence(&["late"], &["late-report"])
    );
}

#[on_both_databases]
async fn without_anything_recorded_no_reason_is_made_up(app: TestApp) {
    set_up(&app).await;
    rate(
        &app,
        &[
            "alpha-centre,a,guide,2020,INTERVENTION,mentoring,,strength=3,hidden,,,PUBLIC",
            "beta-centre,b,guide,2020,INTERVENTION,mentoring,,strength=2,early,,,PUBLIC",
        ],
    )
    .await;
    assert_eq!(kinds(&mentoring(&app.nobody()).await), ["NOT_RECORDED"]);
    let own = mentoring(&app.reader(ALPHA).await).await;
    assert_eq!(kinds(&own), ["DIFFERENT_EVIDENCE"]);
    assert_eq!(own["differences"][0]["oneOnOthersScale"]["standing"], "SAME_SCALE");
}

#[on_both_databases]
async fn only_ratings_that_stand_and_are_seen_are_compared(app: TestApp) {
    set_up(&app).await;
    rate(&app, &[OLD]).await;
    let header = format!("{},withdrawn_at,withdrawal_reason,superseded_by", RATINGS);
    app.import(&[(
        "ratings",
        &[
            header.as_str(),
            "beta-centre,hidden,toolkit,1,INTERVENTION,mentoring,,security=1,,,2022-01-01,CENTRE,,,",
            "beta-centre,gone,toolkit,1,INTERVENTION,mentoring,,security=1,,,2022-01-01,PUBLIC,2023-01-01T00:00:00Z,Wrong,",
            "beta-centre,before,toolkit,1,INTERVENTION,mentoring,,security=1,,,2022-01-01,PUBLIC,,,hidden",
        ],
    )])
    .await;
    let seen = mentoring(&app.nobody()).await;
    assert_eq!(seen["ratings"], json!([{ "reference": "old", "strength": "HIGH" }]));
    assert_eq!(seen["differences"], json!([]));
    let own = mentoring(&app.reader(BETA).await).await;
    assert_eq!(own["ratings"].as_array().unwrap().len(), 2);
    assert_eq!(own["differences"][0]["one"]["reference"], "hidden");
}

#[on_both_databases]
async fn levels_that_the_crosswalk_takes_for_the_same_are_no_difference(app: TestApp) {
    set_up(&app).await;
    let ratings = |level: u8| {
        format!(
            "beta-centre,new,toolkit,1,INTERVENTION,mentoring,,security={level},,,2022-01-01,PUBLIC"
        )
    };
    rate(&app, &[OLD, &ratings(4)]).await;
    assert_eq!(mentoring(&app.nobody()).await["differences"], json!([]));
    rate(&app, &[OLD, &ratings(5)]).await;
    let differs = mentoring(&app.nobody()).await;
    let summary = differs["differences"][0]["summary"].as_str().unwrap();
    assert_eq!(
        summary,
        "'Three' on 'Strength' (The Guide (2020)) asks for about the same as 'Four padlocks' of The Toolkit (1); \
         beta centre ('new') gives 'Five padlocks'. The Guide rates programmes."
    );
}

#[on_both_databases]
async fn ratings_of_studies_and_publications_are_compared_too(app: TestApp) {
    set_up(&app).await;
    rate(
        &app,
        &[
            "alpha-centre,s1,guide,2020,STUDY,late,,strength=3,,,2020-01-01,PUBLIC",
            "beta-centre,s2,guide,2020,STUDY,late,,strength=2,,,2022-01-01,PUBLIC",
            "alpha-centre,p1,guide,2020,PUBLICATION,late-report,,strength=3,,,2020-01-01,PUBLIC",
            "beta-centre,p2,guide,2020,PUBLICATION,late-report,,strength=2,,,2022-01-01,PUBLIC",
        ],
    )
    .await;
    let query = format!(
        r#"{{ study(slug: "late") {{ ratingComparison {{ ...Comparison }} publications {{ nodes {{ slug ratingComparison {{ ...Comparison }} }} }} }} }} {COMPARISON}"#
    );
    let answer = app.nobody().ask(&query).await;
    let of_study = answer.at("/study/ratingComparison");
    assert_eq!(kinds(of_study), ["OLDER_THAN_NEW_EVIDENCE"]);
    assert_eq!(of_study["differences"][0]["reasons"][0]["newer"], evidence(&[], &["late-report"]));
    assert_eq!(answer.at("/study/publications/nodes/1/slug"), "late-report");
    assert_eq!(kinds(answer.at("/study/publications/nodes/1/ratingComparison")), ["NOT_RECORDED"]);
}

#[on_both_databases]
async fn a_rating_names_its_outcome_its_version_and_the_evidence_that_one_may_see(app: TestApp) {
    set_up(&app).await;
    let named = OLD.replace("early;hidden,", "early;hidden,early-report;late-draft");
    rate(&app, &[&named]).await;
    let query = r#"{ intervention(slug: "mentoring") { ratings { nodes {
        outcome { slug } versionOfStandard { code } consideredStudies { totalCount nodes { slug } } consideredPublications { totalCount nodes { slug } }
    } } } }"#;
    let rating = |studies: &[&str], publications: &[&str]| {
        let slugs = |slugs: &[&str]| {
            let nodes: Vec<_> = slugs.iter().map(|slug| json!({ "slug": slug })).collect();
            json!({ "totalCount": nodes.len(), "nodes": nodes })
        };
        json!({
            "outcome": { "slug": "reading" },
            "versionOfStandard": { "code": "2020" },
            "consideredStudies": slugs(studies),
            "consideredPublications": slugs(publications),
        })
    };
    let nobodys = app.nobody().ask(query).await;
    assert_eq!(nobodys.at("/intervention/ratings/nodes/0"), &rating(&["early"], &["early-report"]));
    let alphas = app.reader(ALPHA).await.ask(query).await;
    assert_eq!(
        alphas.at("/intervention/ratings/nodes/0"),
        &rating(&["early", "hidden"], &["early-report"])
    );
    let betas = app.reader(BETA).await.ask(query).await;
    assert_eq!(
        betas.at("/intervention/ratings/nodes/0"),
        &rating(&["early"], &["early-report", "late-draft"])
    );
}

#[on_both_databases]
async fn only_the_newest_of_very_many_ratings_are_compared(app: TestApp) {
    set_up(&app).await;
    let rows: Vec<String> = (0..40)
        .map(|number| format!("alpha-centre,r{number:02},guide,2020,INTERVENTION,mentoring,,strength={},,,20{:02}-01-01,PUBLIC", 2 + number % 2, 10 + number))
        .collect();
    rate(&app, &rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let query = r#"{ intervention(slug: "mentoring") { ratingComparison { notCompared ratings { reference } differences { other { reference } } } } }"#;
    let answer = app.nobody().ask(query).await;
    let comparison = answer.at("/intervention/ratingComparison");
    assert_eq!(
        (&comparison["notCompared"], comparison["ratings"].as_array().unwrap().len()),
        (&json!(8), 32)
    );
    let differences = comparison["differences"].as_array().unwrap();
    assert_eq!(differences.len(), 16 * 16);
    assert_eq!(differences.last().unwrap()["other"]["reference"], "r08");
}
