//! The lists of studies and findings below centres, programmes, local authorities and terms: each is the
//! root's list with the parent in its filter.

use chrono::NaiveDate;
use entity::{TermId, Vocabulary};
use serde_json::{Value, json};
use tests::support::app::{ALPHA, BETA, TestApp};
use tests::support::builders::Sharing;
use tests::support::on_both_databases;

const LIST: &str =
    "totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage }";

/// The field of parents, what names them, and the field of a filter that does.
const PARENTS_OF_STUDIES: &[(&str, &str, &str)] = &[
    ("centres", "slug", "centres"),
    ("programmes", "slug", "programmes"),
    ("localAuthorities", "gssCode", "localAuthorities"),
    ("interventions", "slug", "interventions"),
    ("outcomes", "slug", "outcomes"),
    ("populations", "slug", "populations"),
];

/// Two trees of terms, in which studies stand at several places at once.
pub(super) async fn grow(app: &TestApp) {
    let people = app.create_term(Vocabulary::Population, "people", None).await;
    let children = app.create_term(Vocabulary::Population, "children", Some(people)).await;
    let in_care = app.create_term(Vocabulary::Population, "children-in-care", Some(children)).await;
    let at_school =
        app.create_term(Vocabulary::Population, "children-at-school", Some(children)).await;
    app.create_term(Vocabulary::Population, "nobody", None).await;
    let learning = app.create_term(Vocabulary::Outcome, "learning", None).await;
    let reading = app.create_term(Vocabulary::Outcome, "reading", Some(learning)).await;
    let writing = app.create_term(Vocabulary::Outcome, "writing", Some(learning)).await;
    let help = app.create_term(Vocabulary::Intervention, "help", None).await;
    let tutoring = app.create_term(Vocabulary::Intervention, "tutoring", Some(help)).await;
    let programmes = [app.create_programme("first").await, app.create_programme("second").await];
    let authorities = [
        app.create_local_authority("E06000001").await,
        app.create_local_authority("E06000002").await,
        app.create_local_authority("E06000003").await,
    ];
    let about: [&[TermId]; 6] = [
        &[in_care, at_school, reading, writing, tutoring],
        &[children, in_care, reading],
        &[people, in_care, at_school, learning, reading, writing],
        &[in_care, help, tutoring],
        &[people],
        &[],
    ];
    for number in 0..18_usize {
        // Two share each day, so that the id must break the tie.
        let day =
            NaiveDate::from_ymd_opt(2020, 1, 1).unwrap() + chrono::Days::new(number as u64 / 2);
        let mut sharing = Sharing::public(if number % 3 == 0 { BETA } else { ALPHA });
        sharing.withdrawn = number == 7;
        if number == 8 {
            sharing.visibility = entity::Visibility::Network;
        }
        let slug = format!("study-{:02}", number * 7 % 18);
        let study = app.create_study_on(&slug, &sharing, Some(day), about[number % 6]).await;
        app.place_study(study, programmes[number % 2], &authorities[number % 3..]).await;
        for (reference, outcome) in [("one", learning), ("two", reading), ("three", writing)] {
            app.create_finding(reference, &sharing, study, outcome).await;
        }
    }
}

/// Compares each parent's list with the root's. `more` is said in the parents' filter and in the root's.
async fn compare(
    app: &TestApp,
    (parents, key, field): (&str, &str, &str),
    list: &str,
    more: &str,
    page: &str,
) {
    let narrower = ["interventions", "outcomes", "populations"].contains(&parents)
        && !more.contains("includeNarrower");
    let nested = format!(
        "{{ {parents} {{ nodes {{ key: {key} {list}(filter: {{{more}}} {page}) {{ {LIST} }} }} }} }}"
    );
    let nested = app.nobody().ask(&nested).await;
    let nodes = nested.at(&format!("/{parents}/nodes")).as_array().unwrap().clone();
    assert!(nodes.len() > 1, "{parents}: one alone is no batch");
    let narrower = if narrower { ", includeNarrower: true" } else { "" };
    for node in nodes {
        let key = node["key"].as_str().unwrap();
        let filter = format!("{{{field}: [{key:?}] {more} {narrower}}}");
        let root =
            app.nobody().ask(&format!("{{ {list}(filter: {filter} {page}) {{ {LIST} }} }}")).await;
        assert_eq!(
            node[list],
            *root.at(&format!("/{list}")),
            "{parents} {key} {list} {more} {page}"
        );
    }
}

const FILTERS: &[&str] =
    &["", "includeWithdrawn: true", "designs: [RANDOMISED]", "includeNarrower: false"];

#[on_both_databases]
async fn the_studies_of_many_parents_are_those_of_the_root_list(app: TestApp) {
    grow(&app).await;
    for parents in PARENTS_OF_STUDIES {
        for filter in FILTERS {
            compare(&app, *parents, "studies", filter, "first: 3").await;
            compare(&app, *parents, "studies", filter, "last: 3").await;
        }
        for field in ["STARTED", "TITLE", "UPDATED", "CREATED"] {
            for direction in ["ASC", "DESC"] {
                let order = format!("orderBy: {{field: {field}, direction: {direction}}}");
                compare(&app, *parents, "studies", "", &format!("{order} first: 4")).await;
                compare(&app, *parents, "studies", "", &format!("{order} last: 4")).await;
            }
        }
    }
}

#[on_both_databases]
async fn the_findings_of_many_terms_are_those_of_the_root_list(app: TestApp) {
    grow(&app).await;
    for parents in PARENTS_OF_STUDIES.iter().skip(3) {
        for filter in FILTERS {
            compare(&app, *parents, "findings", filter, "first: 5").await;
            compare(&app, *parents, "findings", filter, "last: 5").await;
        }
    }
}

#[on_both_databases]
async fn filters_of_other_fields_hold_for_each_parent(app: TestApp) {
    grow(&app).await;
    let filter = r#"populations: ["children"], includeNarrower: true"#;
    for parents in PARENTS_OF_STUDIES.iter().filter(|(parents, ..)| *parents != "populations") {
        compare(&app, *parents, "studies", filter, "first: 3").await;
    }
    compare(
        &app,
        PARENTS_OF_STUDIES[5],
        "studies",
        r#"outcomes: ["reading"], centres: ["alpha-centre"]"#,
        "first: 3",
    )
    .await;
}

#[on_both_databases]
async fn a_study_about_several_narrower_terms_comes_once(app: TestApp) {
    let broad = app.create_term(Vocabulary::Population, "broad", None).await;
    let one = app.create_term(Vocabulary::Population, "one", Some(broad)).await;
    let two = app.create_term(Vocabulary::Population, "two", Some(broad)).await;
    app.create_study_on("study", &Sharing::public(ALPHA), None, &[broad, one, two]).await;
    let answer = app
        .nobody()
        .ask("{ populations { nodes { slug studies { totalCount nodes { slug } } } } }")
        .await;
    let list = |slug: &str| json!({ "slug": slug, "studies": { "totalCount": 1, "nodes": [{ "slug": "study" }] } });
    assert_eq!(*answer.at("/populations/nodes"), json!([list("broad"), list("one"), list("two")]));
}

#[on_both_databases]
async fn cursors_walk_each_parents_list_in_both_directions(app: TestApp) {
    grow(&app).await;
    for (parents, key, name) in [
        ("populations", "slug", "people"),
        ("centres", "slug", ALPHA),
        ("localAuthorities", "gssCode", "E06000003"),
    ] {
        for field in ["STARTED", "TITLE", "UPDATED", "CREATED"] {
            for direction in ["ASC", "DESC"] {
                let order = format!("orderBy: {{field: {field}, direction: {direction}}}");
                let forward =
                    walk(&app, (parents, key, name), &format!("{order} first: 2 after: $cursor"))
                        .await;
                let mut backward =
                    walk(&app, (parents, key, name), &format!("{order} last: 2 before: $cursor"))
                        .await;
                backward.reverse();
                assert_eq!(forward, backward, "{parents} {order}");
                let distinct: std::collections::BTreeSet<_> = forward.iter().collect();
                assert_eq!(forward.len(), distinct.len(), "{parents} {order}");
                assert!(forward.len() > 4, "{parents} {order}: {forward:?}");
            }
        }
    }
}

#[on_both_databases]
async fn only_the_list_with_the_wrong_filter_is_refused(app: TestApp) {
    grow(&app).await;
    let query = r#"{ populations { nodes { good: studies(first: 1) { nodes { slug } }
        bad: studies(first: 1, filter: {centres: ["nowhere"]}) { nodes { slug } } } } }"#;
    let answer = app.nobody().ask(query).await;
    let populations = answer.body["data"]["populations"]["nodes"].as_array().unwrap();
    assert!(
        populations.iter().all(|one| one["good"]["nodes"].is_array() && one["bad"].is_null()),
        "{populations:?}"
    );
    let errors = answer.body["errors"].as_array().unwrap();
    assert!(
        errors
            .iter()
            .all(|error| error["path"][3] == "bad"
                && error["extensions"]["code"] == "BAD_USER_INPUT"),
        "{errors:?}"
    );
}

#[on_both_databases]
async fn each_viewer_gets_their_own(app: TestApp) {
    grow(&app).await;
    let query = "{ populations { nodes { slug studies { totalCount } findings { totalCount } } } }";
    let of_children_in_care = |answer: &Value| {
        answer.pointer("/data/populations/nodes/2/studies/totalCount").unwrap().clone()
    };
    let (nobody, reader) = (app.nobody().ask(query).await, app.reader(BETA).await.ask(query).await);
    assert_eq!(nobody.at("/populations/nodes/2/slug"), "children-in-care");
    let (fewer, more) = (of_children_in_care(&nobody.body), of_children_in_care(&reader.body));
    assert_eq!(fewer.as_u64().unwrap() + 1, more.as_u64().unwrap());
}

async fn walk(
    app: &TestApp,
    (parents, key, name): (&str, &str, &str),
    arguments: &str,
) -> Vec<String> {
    let backwards = arguments.contains("last");
    let query = format!(
        "query ($cursor: String) {{ {parents} {{ nodes {{ key: {key} studies({arguments})
            {{ nodes {{ slug }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }} }} }}"
    );
    let (mut cursor, mut walked) = (Value::Null, Vec::new());
    loop {
        let answer = app.nobody().ask_with(&query, json!({ "cursor": cursor })).await;
        let nodes = answer.at(&format!("/{parents}/nodes")).as_array().unwrap();
        let list = &nodes.iter().find(|node| node["key"] == name).unwrap()["studies"];
        let mut slugs: Vec<String> = list["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| node["slug"].as_str().unwrap().to_owned())
            .collect();
        let (more, next) = if backwards {
            slugs.reverse();
            ("hasPreviousPage", "startCursor")
        } else {
            ("hasNextPage", "endCursor")
        };
        walked.extend(slugs);
        cursor = list["pageInfo"][next].clone();
        if list["pageInfo"][more] == false {
            return walked;
        }
    }
}
