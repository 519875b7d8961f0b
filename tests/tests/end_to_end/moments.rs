//! Moments that lie at the ends of the range, and beyond: what is embargoed for ever is seen by nobody else.

use serde_json::{Value, json};
use service::Viewer;
use service::interchange::bundle::{self, Bundle, Format, Limits, Options};
use tests::support::app::{ALPHA, BETA, TestApp};
use tests::support::client::Answer;
use tests::support::on_both_databases;

use super::visibility_oracle::import_network;

/// The six kinds of thing that are shared, all with one embargo.
fn things(until: &str) -> Vec<(&'static str, String)> {
    let shared = "contributed_by,visibility,embargoed_until";
    let alpha = format!("alpha-centre,PUBLIC,{until}");
    let file = |columns: &str, row: &str| format!("{columns},{shared}\n{row},{alpha}\n");
    vec![
        ("collaborations.csv", file("slug,title,members", "hidden,Hidden,alpha-centre")),
        ("publications.csv", file("slug,title,kind,doi", "hidden,Hidden,REPORT,10.5555/hidden")),
        (
            "studies.csv",
            file(
                "slug,title,design,status,lead_centre",
                "hidden,Hidden,RANDOMISED,PLANNED,alpha-centre",
            ),
        ),
        (
            "findings.csv",
            file(
                "study,reference,outcome,measure,estimate",
                "hidden,f,reading,STANDARDISED_MEAN_DIFFERENCE,0.1",
            ),
        ),
        (
            "ratings.csv",
            format!(
                "contributed_by,reference,standard,version,subject_kind,subject,outcome,scores,visibility,embargoed_until\n\
                 alpha-centre,r,guide,1,INTERVENTION,mentoring,reading,strength=1,PUBLIC,{until}\n"
            ),
        ),
        (
            "feedback.csv",
            format!(
                "contributed_by,reference,programme,from_role,text,received_on,visibility,embargoed_until\n\
                 alpha-centre,f,together,parent,Hidden,2026-01-01,PUBLIC,{until}\n"
            ),
        ),
    ]
}

async fn import(app: &TestApp, files: &[(&str, String)]) -> bundle::Report {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let opened = Bundle::open(folder.path(), Limits::default()).unwrap();
    let store = app.space.store();
    bundle::import(store, &Viewer::operator(), opened, Options::default()).await.unwrap()
}

/// What a viewer's export holds of the things, as the names of its files.
async fn exported(app: &TestApp, viewer: &Viewer) -> (Vec<String>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("export");
    bundle::export(app.space.store(), viewer, &to, Format::Plain).await.unwrap();
    let mut names: Vec<String> = std::fs::read_dir(&to)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| things("").iter().any(|(file, _)| file == name))
        .collect();
    names.sort();
    (names, folder)
}

const EVERYTHING: &str = r#"{
    studies { nodes { slug } } publications { nodes { slug } } collaborations { nodes { slug } }
    findings { nodes { id } } study(slug: "hidden") { id } publication(doi: "10.5555/hidden") { id }
    collaboration(slug: "hidden") { id } intervention(slug: "mentoring") { ratings { nodes { id } } }
}"#;

fn seen(answer: &Value) -> usize {
    match answer {
        Value::Object(fields) => fields.values().map(seen).sum(),
        Value::Array(items) => items.len(),
        Value::Null => 0,
        _ => 1,
    }
}

#[on_both_databases]
async fn an_embargo_that_leaves_the_range_is_refused_and_the_remedy_says_what_to_write(
    app: TestApp,
) {
    import_network(&app).await;
    for until in [
        "9999-12-31T23:59:59-05:00",
        "9999-12-31T23:59:59.9999Z",
        "9999-12-31T12:00:00-12:00",
        "0000-06-01T00:00:00Z",
        "0001-01-01T00:00:00+00:01",
    ] {
        let report = import(&app, &things(until)).await;
        let told: Vec<_> = report
            .problems
            .iter()
            .filter(|problem| problem.column.as_deref() == Some("embargoed_until"))
            .collect();
        assert_eq!(told.len(), 6, "{until}: {:#?}", report.problems);
        for problem in told {
            assert_eq!(problem.fault.as_str(), "OUT_OF_RANGE", "{problem:?}");
            assert!(problem.remedy.contains("9999-12-31T00:00:00Z"), "{problem:?}");
        }
    }
    let (files, _) = exported(&app, &Viewer::operator()).await;
    assert_eq!(files, [""; 0]);
}

#[on_both_databases]
async fn what_is_embargoed_until_the_end_of_the_range_is_seen_by_its_centre_alone(app: TestApp) {
    import_network(&app).await;
    for until in [
        "9999-12-31T00:00:00Z",
        "9999-12-31T23:59:59.999Z",
        "9999-12-31T18:59:59-05:00",
        "9999-12-31T23:59:59+14:00",
    ] {
        let report = import(&app, &things(until)).await;
        assert_eq!(report.problem_count, 0, "{:#?}", report.problems);
        for stranger in [app.nobody(), app.reader(BETA).await] {
            let answer = stranger.ask(EVERYTHING).await;
            assert_eq!(seen(answer.data()), 0, "{until}: {}", answer.body);
        }
        let own = app.reader(ALPHA).await.ask(EVERYTHING).await;
        assert!(seen(own.data()) > 6, "{until}: {}", own.body);
        let (files, _) = exported(&app, &Viewer::anonymous()).await;
        assert_eq!(files, [""; 0], "{until}");
        let (files, folder) = exported(&app, &Viewer::operator()).await;
        assert_eq!(files.len(), 6, "{until}");
        let again = Bundle::open(&folder.path().join("export"), Limits::default()).unwrap();
        let report =
            bundle::import(app.space.store(), &Viewer::operator(), again, Options::default())
                .await
                .unwrap();
        let written: u64 = report.tables.iter().map(|table| table.created + table.updated).sum();
        assert_eq!((report.problem_count, written), (0, 0), "{until}: {:#?}", report.problems);
    }
}

#[on_both_databases]
async fn moments_and_days_of_inputs_and_arguments_lie_in_the_same_range(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let refused = |answer: &Answer, why: &str| {
        let message = answer.body["errors"][0]["message"].as_str().unwrap_or_default();
        assert!(message.contains(why), "{why}: {}", answer.body);
    };
    let contribute = "mutation ($input: ContributeStudyInput!) { contributeStudy(input: $input) { study { id } } }";
    for (until, why) in [
        ("9999-12-31T23:59:59-05:00", "outside the years 0001 to 9999"),
        ("0000-12-31T00:00:00Z", "outside the years 0001 to 9999"),
        ("+10000-01-01T00:00:00Z", "not a moment of RFC 3339"),
        ("-0001-01-01T00:00:00Z", "not a moment of RFC 3339"),
        ("for ever", "not a moment of RFC 3339"),
    ] {
        let input = json!({ "title": "Hidden", "design": "RANDOMISED", "status": "PLANNED", "visibility": "PUBLIC", "embargoedUntil": until });
        refused(&alpha.ask_with(contribute, json!({ "input": input })).await, why);
        let literal = format!("{{ studies(asOf: \"{until}\") {{ nodes {{ id }} }} }}");
        refused(&alpha.ask(&literal).await, why);
    }
    for day in ["0000-01-01", "-999-01-01", "+999-01-01", "2019- 7-1"] {
        let query =
            format!("{{ studies(filter: {{ startedFrom: \"{day}\" }}) {{ nodes {{ id }} }} }}");
        refused(&alpha.ask(&query).await, "is not a day");
    }
    let from_the_beginning =
        r#"{ studies(filter: { startedFrom: "0001-01-01" }) { nodes { id } } }"#;
    alpha.ask(from_the_beginning).await.data();
}
