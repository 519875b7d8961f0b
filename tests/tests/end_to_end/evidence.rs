//! Finding evidence: filters, orders and pages.

use chrono::NaiveDate;
use entity::Vocabulary;
use serde_json::{Value, json};
use tests::support::app::{ALPHA, BETA, TestApp};
use tests::support::builders::Sharing;
use tests::support::on_both_databases;

async fn ten_studies(app: &TestApp) {
    for number in 0..10_u32 {
        // Two share each day, so that the id must break the tie.
        let day = NaiveDate::from_ymd_opt(2020, 1, 1 + number / 2);
        let by = if number % 2 == 0 { ALPHA } else { BETA };
        app.create_study_on(&format!("study-{number}"), &Sharing::public(by), day, &[]).await;
    }
}

async fn walk(app: &TestApp, arguments: &str, backwards: bool) -> Vec<String> {
    let (size, cursor) = if backwards { ("last", "before") } else { ("first", "after") };
    let query = format!(
        "query ($cursor: String) {{ studies({arguments} {size}: 3, {cursor}: $cursor)
            {{ nodes {{ slug }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
    );
    let (mut cursor, mut walked) = (Value::Null, Vec::new());
    loop {
        let page = app.nobody().ask_with(&query, json!({ "cursor": cursor })).await;
        let mut slugs = page.list("/studies/nodes", "slug");
        let (more, next) = if backwards {
            slugs.reverse();
            ("hasPreviousPage", "startCursor")
        } else {
            ("hasNextPage", "endCursor")
        };
        walked.extend(slugs);
        cursor = page.at(&format!("/studies/pageInfo/{next}")).clone();
        if page.at(&format!("/studies/pageInfo/{more}")) == false {
            return walked;
        }
    }
}

#[on_both_databases]
async fn every_order_walks_the_whole_list_once_in_both_directions(app: TestApp) {
    ten_studies(&app).await;
    for field in ["STARTED", "TITLE", "UPDATED", "CREATED"] {
        for direction in ["ASC", "DESC"] {
            let arguments = format!("orderBy: {{field: {field}, direction: {direction}}},");
            let forward = walk(&app, &arguments, false).await;
            let mut backward = walk(&app, &arguments, true).await;
            backward.reverse();
            assert_eq!(forward, backward, "{arguments}");
            let distinct: std::collections::BTreeSet<_> = forward.iter().collect();
            assert_eq!((forward.len(), distinct.len()), (10, 10), "{arguments}");
        }
    }
    let newest = walk(&app, "", false).await;
    assert_eq!(newest.first().map(String::as_str), Some("study-9"));
}

#[on_both_databases]
async fn one_centres_studies_come_in_the_same_order_as_all(app: TestApp) {
    ten_studies(&app).await;
    let own = walk(&app, &format!(r#"filter: {{centres: ["{ALPHA}"]}},"#), false).await;
    assert_eq!(own, ["study-8", "study-6", "study-4", "study-2", "study-0"]);
    let both = walk(&app, &format!(r#"filter: {{centres: ["{ALPHA}", "{BETA}"]}},"#), false).await;
    assert_eq!(both, walk(&app, "", false).await);
}

#[on_both_databases]
async fn a_term_finds_what_is_narrower_when_asked(app: TestApp) {
    let broad = app.create_term(Vocabulary::Population, "children", None).await;
    let narrow = app.create_term(Vocabulary::Population, "care-leavers", Some(broad)).await;
    app.create_study_on("broad", &Sharing::public(ALPHA), None, &[broad]).await;
    app.create_study_on("narrow", &Sharing::public(ALPHA), None, &[narrow]).await;
    let count = async |filter: &str| {
        let answer = app
            .nobody()
            .ask(&format!("{{ studies(filter: {{{filter}}}) {{ totalCount }} }}"))
            .await;
        answer.at("/studies/totalCount").as_u64().unwrap()
    };
    assert_eq!(count(r#"populations: ["children"]"#).await, 1);
    assert_eq!(count(r#"populations: ["children"], includeNarrower: true"#).await, 2);
    assert_eq!(count(r#"populations: ["care-leavers"], includeNarrower: true"#).await, 1);
    let nested =
        app.nobody().ask(r#"{ population(slug: "children") { studies { totalCount } } }"#).await;
    assert_eq!(nested.at("/population/studies/totalCount"), 2);
}

#[on_both_databases]
async fn a_filter_that_names_what_is_not_there_says_so(app: TestApp) {
    let refused = app
        .nobody()
        .ask(r#"{ studies(filter: {populations: ["care-leaver"]}) { totalCount } }"#)
        .await;
    assert_eq!(refused.code(), Some("BAD_USER_INPUT"));
    assert_eq!(refused.body.pointer("/errors/0/extensions/field").unwrap(), "filter.populations");
}

#[on_both_databases]
async fn a_publication_is_found_by_its_doi_in_any_spelling(app: TestApp) {
    let study = app.create_study("study", &Sharing::public(ALPHA)).await;
    app.create_publication("report", &Sharing::public(ALPHA), &[study]).await;
    let query = r#"{ publication(doi: "https://doi.org/10.5555/REPORT") { citation studies { nodes { slug } } } }"#;
    let answer = app.nobody().ask(query).await;
    assert_eq!(answer.list("/publication/studies/nodes", "slug"), ["study"]);
    assert_eq!(
        answer.at("/publication/citation"),
        "report. (2025). https://doi.org/10.5555/report"
    );
}

#[on_both_databases]
async fn wrong_pages_are_refused_with_a_code(app: TestApp) {
    ten_studies(&app).await;
    let code = async |arguments: &str| {
        app.nobody()
            .ask(&format!("{{ studies({arguments}) {{ nodes {{ id }} }} }}"))
            .await
            .code()
            .map(str::to_owned)
    };
    assert_eq!(code("first: 101").await.as_deref(), Some("PAGE_TOO_LARGE"));
    let refused = app.nobody().ask("{ studies(first: 101) { totalCount } }").await;
    assert_eq!(
        refused.body["errors"][0]["extensions"],
        json!({ "code": "BAD_USER_INPUT", "reason": "PAGE_TOO_LARGE", "field": "first" })
    );
    assert_eq!(code("first: -1").await.as_deref(), Some("BAD_USER_INPUT"));
    assert_eq!(code("first: 1, last: 1").await.as_deref(), Some("BAD_USER_INPUT"));
    assert_eq!(code(r#"after: "nonsense""#).await.as_deref(), Some("INVALID_CURSOR"));
    let other = app.nobody().ask("{ studies(first: 1, orderBy: {field: TITLE, direction: ASC}) { pageInfo { endCursor } } }").await;
    let cursor = other.at("/studies/pageInfo/endCursor").as_str().unwrap().to_owned();
    assert_eq!(code(&format!("after: \"{cursor}\"")).await.as_deref(), Some("INVALID_CURSOR"));
}

#[on_both_databases]
async fn a_malformed_id_is_refused_and_an_unknown_one_is_null(app: TestApp) {
    assert_eq!(
        app.nobody().ask(r#"{ node(id: "nonsense") { id } }"#).await.code(),
        Some("BAD_USER_INPUT")
    );
    app.create_study("study", &Sharing::public(ALPHA)).await;
    let id = app.nobody().ask(r#"{ study(slug: "study") { id } }"#).await.at("/study/id").clone();
    let query = "query ($id: ID!) { node(id: $id) { id ... on Study { slug history { nodes { version operation } } } } }";
    let found = app.nobody().ask_with(query, json!({ "id": id })).await;
    assert_eq!(found.at("/node/slug"), "study");
    assert_eq!(found.at("/node/history/nodes"), &json!([{ "version": 1, "operation": "CREATED" }]));
}
