//! Lists: what is sent is what is kept, whatever stands in it.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use service::Viewer;
use service::access::ScopeName;
use service::interchange::bundle::{self, Bundle, Format, Limits, Options};
use tests::support::app::{ALPHA, TestApp};
use tests::support::chance::Chance;
use tests::support::client::Client;
use tests::support::on_both_databases;

use super::{new_study, text, wrong};

/// What separates somewhere, what guards or escapes it, and letters between.
const LETTERS: [char; 24] = [
    ';', ';', ';', '"', '"', '\'', ',', '=', '#', '|', '\\', '/', ':', '&', '+', '-', '@', '\t',
    '\n', '\u{1f}', ' ', 'a', 'b', 'é',
];
const LISTS: usize = 10;
const LONG: usize = 10;

/// Different texts that a field allows: with something in them, and without spaces around.
fn texts(chance: &mut Chance, allows: impl Fn(char) -> bool) -> Vec<String> {
    let mut texts = BTreeSet::new();
    while texts.len() < LONG {
        let length = 1 + chance.below(12);
        let letters: Vec<char> = (0..length).map(|_| chance.one_of(&LETTERS)).collect();
        let text: String = letters.into_iter().filter(|letter| allows(*letter)).collect();
        let text = text.trim();
        if !text.is_empty() {
            texts.insert(text.to_owned());
        }
    }
    // Not in their own order.
    let mut texts: Vec<String> = texts.into_iter().collect();
    texts.rotate_left(3);
    texts
}

async fn keeper(app: &TestApp) -> Client {
    let scopes = [
        ScopeName::NetworkWrite,
        ScopeName::EvidenceWrite,
        ScopeName::EvidenceRead,
        ScopeName::CollaborationWrite,
    ];
    app.holder(ALPHA, &scopes).await
}

const EVERYTHING: &str = "{
    interventions(first: 20) { nodes { slug synonyms labels { label } } }
    outcomes(first: 20) { nodes { slug synonyms labels { label } } }
    populations(first: 20) { nodes { slug synonyms labels { label } } }
    publications(first: 20) { nodes { slug authors { name } } }
    studies(first: 20) { nodes {
        slug statusHistory { on reason }
        ratings(first: 5) { nodes { reference scores { dimension { key } level { code } } } }
    } }
    evidenceStandards { nodes { slug versions { code dimensions { key levels { code label } } } } }
}";

/// Takes everything to another space by a bundle, and compares what both tell of it.
async fn survives_a_bundle(app: &TestApp) {
    let told = app.nobody().ask(EVERYTHING).await;
    for format in [Format::Plain, Format::Spreadsheet] {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("out");
        bundle::export(app.space.store(), &Viewer::operator(), &to, format).await.unwrap();
        let copy = TestApp::empty(app.kind()).await;
        let opened = Bundle::open(&to, Limits::default()).unwrap();
        let (store, operator) = (copy.space.store(), Viewer::operator());
        let report = bundle::import(store, &operator, opened, Options::default()).await.unwrap();
        assert_eq!(report.problem_count, 0, "{:#?}", report.problems);
        let copied = copy.nobody().ask(EVERYTHING).await;
        assert_eq!(copied.data(), told.data());
    }
}

#[on_both_databases]
async fn three_hundred_synonyms_are_kept_as_they_were_sent(app: TestApp) {
    let keeper = keeper(&app).await;
    let mut chance = Chance(1);
    for kind in ["Intervention", "Outcome", "Population"] {
        let field = kind.to_lowercase();
        let add = format!(
            "mutation ($input: Add{kind}Input!) {{ add{kind}(input: $input) {{ {field} {{ id synonyms labels {{ label }} }} }} }}"
        );
        let revise = format!(
            "mutation ($input: Revise{kind}Input!) {{ revise{kind}(input: $input) {{ {field} {{ synonyms labels {{ label }} }} }} }}"
        );
        for number in 0..LISTS {
            let mut sent = texts(&mut chance, |_| true);
            let labels = json!([{ "centre": ALPHA, "label": sent[0] }]);
            let input =
                json!({ "name": format!("{kind} {number}"), "synonyms": sent, "labels": labels });
            let added = keeper.ask_with(&add, json!({ "input": input })).await;
            let kept = added.at(&format!("/add{kind}/{field}"));
            assert_eq!(
                (&kept["synonyms"], &kept["labels"]),
                (&json!(sent), &json!([{ "label": sent[0] }]))
            );
            let id = kept["id"].clone();

            let others = json!({ "id": id, "expectedVersion": 1, "description": "As before" });
            let revised = keeper.ask_with(&revise, json!({ "input": others })).await;
            let kept = revised.at(&format!("/revise{kind}/{field}"));
            assert_eq!(
                (&kept["synonyms"], &kept["labels"]),
                (&json!(sent), &json!([{ "label": sent[0] }]))
            );

            sent.reverse();
            sent.pop();
            let fewer = json!({ "id": id, "expectedVersion": 2, "synonyms": sent });
            let revised = keeper.ask_with(&revise, json!({ "input": fewer })).await;
            assert_eq!(revised.at(&format!("/revise{kind}/{field}/synonyms")), &json!(sent));
        }
    }
    survives_a_bundle(&app).await;
}

#[on_both_databases]
async fn texts_within_the_rows_of_a_list_are_kept_as_they_were_sent(app: TestApp) {
    let keeper = keeper(&app).await;
    let mut chance = Chance(2);
    for number in 0..LISTS {
        let names = texts(&mut chance, |_| true);
        let authors: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
        let contribute = "mutation ($input: ContributePublicationInput!) { contributePublication(input: $input) { publication { id authors { name } } } }";
        let input = json!({ "title": format!("Report {number}"), "kind": "REPORT", "authors": authors, "visibility": "PUBLIC" });
        let answer = keeper.ask_with(contribute, json!({ "input": input })).await;
        assert_eq!(answer.at("/contributePublication/publication/authors"), &json!(authors));
        let revise = "mutation ($input: RevisePublicationInput!) { revisePublication(input: $input) { publication { authors { name } } } }";
        let id = text(&answer, "/contributePublication/publication/id");
        let input = json!({ "id": id, "expectedVersion": 1, "venue": names[0] });
        let answer = keeper.ask_with(revise, json!({ "input": input })).await;
        assert_eq!(answer.at("/revisePublication/publication/authors"), &json!(authors));

        let history: Vec<Value> = (1..).zip(&names).map(|(day, reason)| json!({ "on": format!("2026-01-{day:02}"), "status": "PLANNED", "reason": reason })).collect();
        new_study(
            &keeper,
            &format!("Study {number}"),
            json!({ "visibility": "PUBLIC", "statusHistory": history }),
        )
        .await;
        let query = format!(
            "{{ study(slug: \"study-{number}\") {{ statusHistory {{ on status reason }} }} }}"
        );
        assert_eq!(keeper.ask(&query).await.at("/study/statusHistory"), &json!(history));
    }
    survives_a_bundle(&app).await;
}

/// Enters a thing and revises it, and compares what is kept of a list with what was sent.
async fn keeps(
    keeper: &Client,
    (add, revise, field): (&str, &str, &str),
    selection: &str,
    input: Value,
    told: &Value,
) {
    let document = |kind: &str| {
        let mutation = format!("{}{}", kind[..1].to_lowercase(), &kind[1..]);
        let document = format!(
            "mutation ($input: {kind}Input!) {{ {mutation}(input: $input) {{ {field} {{ id {selection} }} }} }}"
        );
        (document, format!("/{mutation}/{field}"))
    };
    let list = selection.split(' ').next().unwrap();
    let (document_to_add, path) = document(add);
    let added = keeper.ask_with(&document_to_add, json!({ "input": input })).await;
    assert_eq!(&added.at(&path)[list], told, "{}", added.body);
    let others =
        json!({ "id": added.at(&path)["id"], "expectedVersion": 1, "name": "Another name" });
    let (document_to_revise, path) = document(revise);
    let revised = keeper.ask_with(&document_to_revise, json!({ "input": others })).await;
    assert_eq!(&revised.at(&path)[list], told, "{}", revised.body);
}

#[on_both_databases]
async fn texts_within_the_lists_of_the_network_are_kept_as_they_were_sent(app: TestApp) {
    let keeper = keeper(&app).await;
    let mut chance = Chance(5);
    for number in 0..LISTS {
        let mut titles = texts(&mut chance, |letter| !letter.is_control());
        titles.sort();
        let roles = |title: &String| json!({ "centre": ALPHA, "title": title });
        let roles: Vec<Value> = titles.iter().map(roles).collect();
        let told: Vec<Value> = titles.iter().map(|title| json!({ "title": title })).collect();
        let input = json!({ "name": format!("Person {number}"), "roles": roles });
        let kind = ("AddPerson", "RevisePerson", "person");
        keeps(&keeper, kind, "roles { title }", input, &json!(told)).await;

        let notes = texts(&mut chance, |_| true);
        let status = |(year, note): (i32, &String)| json!({ "since": year.to_string(), "status": "MEMBER", "note": note });
        let statuses: Vec<Value> = (2001..).zip(&notes).map(status).collect();
        let told: Vec<Value> = notes.iter().map(|note| json!({ "note": note })).collect();
        let input = json!({ "name": format!("Centre {number}"), "policyArea": notes[0], "statuses": statuses });
        let kind = ("AddCentre", "ReviseCentre", "centre");
        keeps(&keeper, kind, "statusHistory { note }", input, &json!(told)).await;

        let codes = texts(&mut chance, |letter| !letter.is_control());
        let version = |(code, note): (&String, &String)| json!({ "code": code, "note": note });
        let versions: Vec<Value> = codes.iter().zip(&notes).map(version).collect();
        let told = json!(versions);
        let input = json!({ "name": format!("Standard {number}"), "versions": versions });
        let kind = ("AddEvidenceStandard", "ReviseEvidenceStandard", "evidenceStandard");
        keeps(&keeper, kind, "versions { code note }", input, &told).await;
    }
}

#[on_both_databases]
async fn scores_name_levels_whatever_their_codes_hold(app: TestApp) {
    let keeper = keeper(&app).await;
    let mut chance = Chance(3);
    let add = "mutation ($input: AddEvidenceStandardInput!) { addEvidenceStandard(input: $input) { evidenceStandard { id } } }";
    let rate = "mutation ($input: RateInput!) { rate(input: $input) { rating { id scores { dimension { key } level { code } } } } }";
    let revise = "mutation ($input: ReviseRatingInput!) { reviseRating(input: $input) { rating { scores { dimension { key } level { code } } } } }";
    for number in 0..LISTS {
        let codes = texts(&mut chance, |letter| !letter.is_control());
        let dimensions = texts(&mut chance, |letter| !letter.is_control() && letter != '=');
        let levels: Vec<Value> = (1..).zip(&codes).map(|(ordinal, code): (i32, _)| json!({ "code": code, "ordinal": ordinal, "label": code })).collect();
        let scales: Vec<Value> = dimensions
            .iter()
            .map(|key| json!({ "key": key, "name": key, "levels": levels }))
            .collect();
        let standard = json!({ "name": format!("Standard {number}"), "versions": [{ "code": codes[0], "dimensions": scales }] });
        let standard = text(
            &keeper.ask_with(add, json!({ "input": standard })).await,
            "/addEvidenceStandard/evidenceStandard/id",
        );
        let study =
            new_study(&keeper, &format!("Study {number}"), json!({ "visibility": "PUBLIC" })).await;
        let scores: Vec<Value> = dimensions
            .iter()
            .zip(&codes)
            .map(|(dimension, level)| json!({ "dimension": dimension, "level": level }))
            .collect();
        let mut told: Vec<Value> = dimensions.iter().zip(&codes).map(|(dimension, level)| json!({ "dimension": { "key": dimension }, "level": { "code": level } })).collect();
        told.sort_by_key(Value::to_string);
        let sorted = |scores: &Value| {
            let mut scores = scores.as_array().unwrap().clone();
            scores.sort_by_key(Value::to_string);
            scores
        };
        let input = json!({ "subject": study, "standard": standard, "version": codes[0], "reference": format!("r;{number}"), "scores": scores, "visibility": "PUBLIC" });
        let rated = keeper.ask_with(rate, json!({ "input": input })).await;
        assert_eq!(sorted(rated.at("/rate/rating/scores")), told);
        let input = json!({ "id": text(&rated, "/rate/rating/id"), "expectedVersion": 1, "rationale": "As before" });
        let revised = keeper.ask_with(revise, json!({ "input": input })).await;
        assert_eq!(sorted(revised.at("/reviseRating/rating/scores")), told);
    }
    survives_a_bundle(&app).await;
}

#[on_both_databases]
async fn a_reference_is_one_whatever_it_holds_and_no_text_means_an_id(app: TestApp) {
    let keeper = keeper(&app).await;
    let study = new_study(&keeper, "A study", json!({ "visibility": "PUBLIC" })).await;
    let report = r#"mutation { contributePublication(input: { title: "A report", kind: REPORT }) { publication { id } } }"#;
    let report = text(&keeper.ask(report).await, "/contributePublication/publication/id");
    let uuid = app.create_term(entity::Vocabulary::Population, "people", None).await;
    let lists = [
        "interventions",
        "outcomes",
        "populations",
        "partners",
        "publications",
        "collaboratingCentres",
        "sharedWith",
    ];
    let mut chance = Chance(4);
    for list in lists {
        let mut sent = texts(&mut chance, |_| true);
        sent.extend([
            "people;people".to_owned(),
            format!("#{}", uuid.0),
            uuid.0.to_string(),
            String::new(),
        ]);
        let expected = vec![(list.to_owned(), "UNKNOWN_REFERENCE".to_owned()); sent.len()];
        for (kind, input) in [
            (
                "ContributeStudy",
                json!({ "title": "T", "design": "RANDOMISED", "status": "PLANNED", list: sent }),
            ),
            ("ReviseStudy", json!({ "id": study, "expectedVersion": 1, list: sent })),
        ] {
            let field = format!("{}{}", kind[..1].to_lowercase(), &kind[1..]);
            let query = format!(
                "mutation ($input: {kind}Input!) {{ {field}(input: $input) {{ study {{ id }} }} }}"
            );
            let refused = keeper.ask_with(&query, json!({ "input": input })).await;
            let mut told = wrong(&refused);
            told.retain(|(_, code)| code == "UNKNOWN_REFERENCE");
            assert_eq!(told, expected, "{list}: {}", refused.body);
        }
    }
    let standard = "mutation { addEvidenceStandard(input: {name: \"S\", versions: [{code: \"1\", dimensions: [{key: \"d\", name: \"D\", levels: [{code: \"l\", ordinal: 1, label: \"L\"}]}]}]}) { evidenceStandard { id } } }";
    let standard = text(&keeper.ask(standard).await, "/addEvidenceStandard/evidenceStandard/id");
    let scores = json!([{ "dimension": "d", "level": "l" }]);
    for (kind, list, mut input) in [
        ("AddProgramme", "partners", json!({ "title": "P" })),
        (
            "AddLocalAuthority",
            "successors",
            json!({ "gssCode": "E10000023", "name": "N", "country": "England", "abolished": "2020" }),
        ),
        ("BeginCollaboration", "members", json!({ "title": "T" })),
        (
            "Rate",
            "consideredStudies",
            json!({ "subject": study, "standard": standard, "scores": scores }),
        ),
        (
            "Rate",
            "consideredPublications",
            json!({ "subject": study, "standard": standard, "scores": scores }),
        ),
    ] {
        let sent = texts(&mut chance, |_| true);
        let expected = vec![(list.to_owned(), "UNKNOWN_REFERENCE".to_owned()); sent.len()];
        input[list] = json!(sent);
        let field = format!("{}{}", kind[..1].to_lowercase(), &kind[1..]);
        let query = format!(
            "mutation ($input: {kind}Input!) {{ {field}(input: $input) {{ __typename }} }}"
        );
        let refused = keeper.ask_with(&query, json!({ "input": input })).await;
        assert_eq!(wrong(&refused), expected, "{}", refused.body);
    }
    let one = json!({ "study": "a-study", "outcome": format!("#{}", uuid.0), "measure": "FISHER_Z", "estimate": 0.1, "publication": format!("#{report}") });
    let query = "mutation ($input: ContributeFindingInput!) { contributeFinding(input: $input) { finding { id } } }";
    let refused = keeper.ask_with(query, json!({ "input": one })).await;
    let mut told = wrong(&refused);
    told.sort();
    assert_eq!(
        told,
        ["outcome", "publication"].map(|field| (field.to_owned(), "UNKNOWN_REFERENCE".to_owned()))
    );
}
