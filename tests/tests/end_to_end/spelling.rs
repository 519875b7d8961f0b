//! Texts that are spelt in several ways are found, kept once and sorted where a reader looks for them.

use serde_json::{Value, json};
use service::access::ScopeName;
use tests::support::app::{ALPHA, TestApp};
use tests::support::client::{Answer, Client};
use tests::support::on_both_databases;

/// In the order of a reader of English or Welsh.
const TITLES: [&str; 12] = [
    "12 steps",
    "a study",
    "A Study",
    "Ábaco",
    "Abacus",
    "élan",
    "Élan vital",
    "Ezra",
    "Øst",
    "Tŷ cynnes",
    "Ŵyn",
    "Wyna",
];

async fn contribute_all(app: &TestApp) -> Client {
    let alpha = app.contributor(ALPHA).await;
    let contribute = "mutation ($study: ContributeStudyInput!, $publication: ContributePublicationInput!) {
        contributeStudy(input: $study) { study { id } } contributePublication(input: $publication) { publication { id } } }";
    // In an order that has nothing to do with the right one.
    for (at, title) in TITLES.iter().enumerate().rev() {
        let slug = format!("s{}", (at * 7) % TITLES.len());
        let study = json!({ "slug": slug, "title": title, "design": "RANDOMISED", "status": "PLANNED", "visibility": "PUBLIC" });
        let publication =
            json!({ "slug": slug, "title": title, "kind": "REPORT", "visibility": "PUBLIC" });
        let variables = json!({ "study": study, "publication": publication });
        alpha.ask_with(contribute, variables).await.data();
    }
    alpha
}

/// The titles of a list, page by page, from one end or the other.
async fn pages(client: &Client, list: &str, direction: &str, backwards: bool) -> Vec<String> {
    let mut titles: Vec<String> = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = match backwards {
            false => "first: 5, after: $cursor",
            true => "last: 5, before: $cursor",
        };
        let query = format!(
            "query ($cursor: String) {{ {list}(orderBy: {{ field: TITLE, direction: {direction} }}, {page}) {{
                nodes {{ title }} pageInfo {{ startCursor endCursor hasNextPage hasPreviousPage }} }} }}"
        );
        let answer = client.ask_with(&query, json!({ "cursor": cursor })).await;
        let some = answer.list(&format!("/{list}/nodes"), "title");
        let (end, more) = match backwards {
            false => ("endCursor", "hasNextPage"),
            true => ("startCursor", "hasPreviousPage"),
        };
        match backwards {
            false => titles.extend(some),
            true => titles.splice(0..0, some).for_each(drop),
        }
        let info = answer.at(&format!("/{list}/pageInfo"));
        if info[more] != true {
            return titles;
        }
        cursor = info[end].as_str().map(str::to_owned);
    }
}

fn names(answer: &Answer, list: &str) -> Vec<String> {
    answer.list(&format!("/{list}/nodes"), "name")
}

#[on_both_databases]
async fn titles_are_sorted_as_a_reader_expects_from_both_ends(app: TestApp) {
    let alpha = contribute_all(&app).await;
    let mut reversed = TITLES;
    reversed.reverse();
    for list in ["studies", "publications"] {
        for backwards in [false, true] {
            assert_eq!(pages(&alpha, list, "ASC", backwards).await, TITLES, "{list} {backwards}");
            assert_eq!(
                pages(&alpha, list, "DESC", backwards).await,
                reversed,
                "{list} {backwards}"
            );
        }
    }
}

#[on_both_databases]
async fn text_filters_know_no_accents_and_no_capitals(app: TestApp) {
    app.import(&[
        (
            "local_authorities",
            &[
                "gss_code,name,country",
                "W06000001,Isle of Anglesey / Ynys Môn,Wales",
                "E06000001,Hartlepool,England",
            ],
        ),
        ("outcomes", &["slug,name,synonyms", "home,Cartref diogel,Tŷ; aelwyd"]),
    ])
    .await;
    for text in ["ynys môn", "YNYS MO\u{302}N", "ynys mon", "Ynys MÔN"] {
        let query = "query ($text: String!) { localAuthorities(filter: { text: $text }) { nodes { name } } }";
        let answer = app.nobody().ask_with(query, json!({ "text": text })).await;
        assert_eq!(names(&answer, "localAuthorities"), ["Isle of Anglesey / Ynys Môn"], "{text}");
    }
    for text in ["tŷ", "TY\u{302}", "ty"] {
        let query =
            "query ($text: String!) { outcomes(filter: { text: $text }) { nodes { name } } }";
        let answer = app.nobody().ask_with(query, json!({ "text": text })).await;
        assert_eq!(names(&answer, "outcomes"), ["Cartref diogel"], "{text}");
    }
    for code in ["W06000001", "w06000001", " W06000001\u{200b}"] {
        let query = "query ($code: String!) { localAuthority(gssCode: $code) { name } }";
        let answer = app.nobody().ask_with(query, json!({ "code": code })).await;
        assert_eq!(answer.at("/localAuthority/name"), "Isle of Anglesey / Ynys Môn", "{code}");
    }
}

#[on_both_databases]
async fn a_name_is_kept_composed_and_a_reference_is_not_created_a_second_time(app: TestApp) {
    let alpha = app
        .holder(
            ALPHA,
            &[ScopeName::EvidenceRead, ScopeName::EvidenceWrite, ScopeName::NetworkWrite],
        )
        .await;
    let add =
        "mutation ($input: AddOutcomeInput!) { addOutcome(input: $input) { outcome { name } } }";
    let answer = alpha.ask_with(add, json!({ "input": { "name": "Ty\u{302} diogel" } })).await;
    assert_eq!(answer.at("/addOutcome/outcome/name"), "Tŷ diogel");
    let study =
        json!({ "slug": "s", "title": "E\u{301}lan", "design": "RANDOMISED", "status": "PLANNED" });
    let contribute = "mutation ($input: ContributeStudyInput!) { contributeStudy(input: $input) { study { title } } }";
    let answer = alpha.ask_with(contribute, json!({ "input": study })).await;
    assert_eq!(answer.at("/contributeStudy/study/title"), "Élan");
    let find = |reference: &str, study: &str| {
        json!({ "input": {
        "study": study, "reference": reference, "outcome": "TY-DIOGEL", "measure": "FISHER_Z", "estimate": 0.1 } })
    };
    let contribute = "mutation ($input: ContributeFindingInput!) { contributeFinding(input: $input) { finding { reference } } }";
    let answer = alpha.ask_with(contribute, find("T\u{177} 1", "S")).await;
    assert_eq!(answer.at("/contributeFinding/finding/reference"), "Tŷ 1");
    let again = alpha.ask_with(contribute, find("Ty\u{302} 1", "s")).await;
    assert_eq!(again.body["data"]["contributeFinding"], Value::Null, "{}", again.body);
    assert!(again.body.to_string().contains("TAKEN"), "{}", again.body);
}
