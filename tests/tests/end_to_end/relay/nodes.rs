//! `node(id:)` finds whatever has a global id, for those who may see it by the rule of its list.

use chrono::NaiveDate;
use entity::Visibility;
use entity::Vocabulary::{Intervention, Outcome, Population};
use serde_json::{Value, json};
use service::access::ScopeName;
use tests::support::app::{ALPHA, BETA, TestApp};
use tests::support::builders::Sharing;
use tests::support::client::Client;
use tests::support::on_both_databases;

use crate::duplicates;

/// A kind of node, a query that gives the id of one, and where in its answer that stands.
pub(crate) type Found = (&'static str, &'static str, &'static str);

/// Those that are not about young people: they have a list of their own.
pub(crate) const FOUND: &[Found] = &[
    ("Centre", "{ centre(slug: \"alpha-centre\") { id } }", "/centre/id"),
    (
        "Person",
        "{ centre(slug: \"alpha-centre\") { people { person { id } } } }",
        "/centre/people/0/person/id",
    ),
    ("LocalAuthority", "{ localAuthorities { nodes { id } } }", "/localAuthorities/nodes/0/id"),
    (
        "Engagement",
        "{ centre(slug: \"alpha-centre\") { engagements { nodes { id } } } }",
        "/centre/engagements/nodes/0/id",
    ),
    ("Programme", "{ programmes { nodes { id } } }", "/programmes/nodes/0/id"),
    (
        "Partner",
        "{ programmes { nodes { partners { id } } } }",
        "/programmes/nodes/0/partners/0/id",
    ),
    ("EvidenceStandard", "{ evidenceStandards { nodes { id } } }", "/evidenceStandards/nodes/0/id"),
    (
        "CrosswalkReading",
        "{ evidenceStandard(slug: \"guide\") { dimensions { levels { crosswalk { id } } } } }",
        "/evidenceStandard/dimensions/0/levels/0/crosswalk/0/id",
    ),
    ("Intervention", "{ interventions { nodes { id } } }", "/interventions/nodes/0/id"),
    ("Outcome", "{ outcomes { nodes { id } } }", "/outcomes/nodes/0/id"),
    ("Population", "{ populations { nodes { id } } }", "/populations/nodes/0/id"),
    ("Collaboration", "{ collaborations { nodes { id } } }", "/collaborations/nodes/0/id"),
    ("Study", "{ study(slug: \"public\") { id } }", "/study/id"),
    ("Publication", "{ publications { nodes { id } } }", "/publications/nodes/0/id"),
    ("Finding", "{ findings { nodes { id } } }", "/findings/nodes/0/id"),
    (
        "Rating",
        "{ study(slug: \"public\") { ratings(last: 1) { edges { node { id } } } } }",
        "/study/ratings/edges/0/node/id",
    ),
    (
        "Feedback",
        "{ reportCard(from: \"2019-01-01\", to: \"2019-12-31\") { feedbackReceived { nodes { id } } } }",
        "/reportCard/feedbackReceived/nodes/0/id",
    ),
    ("AccessToken", "{ accessTokens { nodes { id } } }", "/accessTokens/nodes/0/id"),
    ("AuditEvent", "{ auditEvents { nodes { id } } }", "/auditEvents/nodes/0/id"),
    (
        "PossibleDuplicate",
        "{ possibleDuplicates { nodes { id } } }",
        "/possibleDuplicates/nodes/0/id",
    ),
    (
        "Revision",
        "{ study(slug: \"public\") { history(last: 1) { edges { node { id } } } } }",
        "/study/history/edges/0/node/id",
    ),
    ("Change", "{ changes(last: 1) { edges { node { id } } } }", "/changes/edges/0/node/id"),
    (
        "StudyMilestone",
        "{ reportCard(from: \"2020-01-01\", to: \"2020-12-31\") { studiesReported { nodes { id } } } }",
        "/reportCard/studiesReported/nodes/0/id",
    ),
];

/// What only those with scopes of their own may know of.
const FOR_FEW: &[&str] = &["AccessToken", "AuditEvent", "PossibleDuplicate"];

pub(crate) async fn id_of(client: &Client, (kind, query, path): &Found) -> String {
    let answer = client.ask(query).await;
    let id = answer.body.pointer(&format!("/data{path}"));
    let id = id.and_then(Value::as_str);
    assert!(id.is_some(), "no {kind}: {}", answer.body);
    id.unwrap_or_default().to_owned()
}

/// What somebody finds by an id.
pub(crate) async fn found(client: &Client, id: &str) -> Value {
    let query =
        "query ($id: ID!) { node(id: $id) { __typename id } nodes(ids: [$id, $id]) { id } }";
    let answer = client.ask_with(query, json!({ "id": id })).await;
    let node = answer.at("/node").clone();
    let same = json!({ "id": node["id"] });
    let each = if node.is_null() { Value::Null } else { same };
    assert_eq!(answer.at("/nodes"), &json!([each, each]), "{id}");
    node
}

/// One of everything.
async fn furnish(app: &TestApp) {
    let day = NaiveDate::from_ymd_opt(2019, 1, 1);
    let public = Sharing::public(ALPHA);
    let outcome = app.create_term(Outcome, "reading", None).await;
    let terms = [
        outcome,
        app.create_term(Intervention, "tutoring", None).await,
        app.create_term(Population, "children", None).await,
    ];
    app.create_collaboration("joint", &public, &[ALPHA, BETA]).await;
    let study = app.create_study_on("public", &public, day, &terms).await;
    app.create_finding("public", &public, study, outcome).await;
    app.create_feedback("public", &public, Some(study)).await;
    duplicates::contribute(app, &public, &duplicates::report("one")).await;
    duplicates::contribute(app, &Sharing::public(BETA), &duplicates::report("other")).await;
    app.import(&[
        ("people", &["slug,name", "ann,Ann Example"]),
        ("person_roles", &["person,centre,title", "ann,alpha-centre,Head"]),
        ("local_authorities", &["gss_code,name,country", "E10000023,North Yorkshire,England"]),
        ("partners", &["slug,name", "university,A University"]),
        ("programmes", &["slug,title,lead_centre,partners", "together,Together,alpha-centre,university"]),
        ("engagements", &["centre,reference,local_authority,kind", "alpha-centre,v1,E10000023,VISIT"]),
        ("standards", &["slug,name", "guide,Guide", "toolkit,Toolkit"]),
        ("standard_versions", &["standard,version,position", "guide,1,1", "toolkit,1,1"]),
        (
            "standard_dimensions",
            &["standard,version,dimension,name,position", "guide,1,strength,Strength,1", "toolkit,1,security,Security,1"],
        ),
        (
            "standard_levels",
            &["standard,version,dimension,level,ordinal,label,strength", "guide,1,strength,1,1,One,LOW", "toolkit,1,security,1,1,One,LOW"],
        ),
        (
            "crosswalk",
            &[
                "from_standard,from_version,from_dimension,from_level,to_standard,to_version,to_dimension,to_level,relation,caveat",
                "guide,1,strength,1,toolkit,1,security,1,SIMILAR,Take care.",
            ],
        ),
        (
            "ratings",
            &[
                "contributed_by,reference,standard,version,subject_kind,subject,scores,visibility",
                "alpha-centre,r1,guide,1,STUDY,public,strength=1,PUBLIC",
            ],
        ),
        ("study_statuses", &["study,on,status", "public,2020-06-01,REPORTED"]),
    ])
    .await;
}

#[on_both_databases]
async fn each_node_is_found_by_its_id_by_those_who_may_see_it(app: TestApp) {
    furnish(&app).await;
    let all = app.holder(ALPHA, ScopeName::ALL).await;
    let (nobody, stranger) = (app.nobody(), app.stranger(BETA).await);
    for kind in FOUND {
        let id = id_of(&all, kind).await;
        let node = json!({ "__typename": kind.0, "id": id });
        assert_eq!(found(&all, &id).await, node);
        for client in [&nobody, &stranger] {
            // Two publications of everybody's are a pair for whoever sees both, though no list of theirs has it.
            let is_hidden = FOR_FEW.contains(&kind.0) && kind.0 != "PossibleDuplicate";
            let expected = if is_hidden { Value::Null } else { node.clone() };
            assert_eq!(found(client, &id).await, expected, "{}", kind.0);
        }
    }
}

#[on_both_databases]
async fn a_token_and_an_event_are_found_by_their_own_centre_only(app: TestApp) {
    use ScopeName::{AuditRead, AuditReadAll, TokensManage, TokensManageAll};
    let own = app.holder(ALPHA, &[TokensManage, AuditRead]).await;
    let other = app.holder(BETA, &[TokensManage, AuditRead]).await;
    let all = app.holder(BETA, &[TokensManageAll, AuditReadAll]).await;
    let issue = r#"mutation { issueAccessToken(input: {name: "x", centre: "alpha-centre", scopes: ["tokens:manage"]}) { accessToken { id } } }"#;
    own.ask(issue).await.data();
    for query in [
        "{ accessTokens(first: 1) { nodes { id } } }",
        "{ auditEvents(first: 1) { nodes { id } } }",
    ] {
        let answer = own.ask(query).await;
        let list = answer.data().as_object().unwrap().values().next().unwrap();
        let id = list["nodes"][0]["id"].as_str().unwrap();
        assert_eq!(found(&own, id).await["id"], *id);
        assert_eq!(found(&all, id).await["id"], *id);
        assert_eq!(found(&other, id).await, Value::Null);
    }
}

#[on_both_databases]
async fn what_an_event_was_done_to_is_its_token_for_those_who_may_see_it(app: TestApp) {
    use ScopeName::{AuditRead, TokensManage};
    let own = app.holder(ALPHA, &[TokensManage, AuditRead]).await;
    let issue = r#"mutation { issueAccessToken(input: {name: "x", centre: "alpha-centre", scopes: ["tokens:manage"]}) { accessToken { id } } }"#;
    let issued = own.ask(issue).await.at("/issueAccessToken/accessToken/id").clone();
    let query = r#"{ auditEvents(first: 1, filter: {actions: ["token.issue"]}) { nodes { subject { id } } } }"#;
    assert_eq!(own.ask(query).await.at("/auditEvents/nodes/0/subject/id"), &issued);
    let auditor = app.holder(ALPHA, &[AuditRead]).await;
    assert_eq!(auditor.ask(query).await.at("/auditEvents/nodes/0/subject"), &Value::Null);
}

#[on_both_databases]
async fn a_version_of_a_thing_is_found_while_it_may_be_seen(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    app.create_study("draft", &Sharing::new(ALPHA, Visibility::Centre)).await;
    let query = "{ study(slug: \"draft\") { id history { nodes { id } } } }";
    let draft = alpha.ask(query).await;
    let version = draft.at("/study/history/nodes/0/id").as_str().unwrap();
    assert_eq!(found(&alpha, version).await["__typename"], "Revision");
    assert_eq!(found(&app.nobody(), version).await, Value::Null);
    let publish = "mutation ($id: ID!) { reviseStudy(input: {id: $id, expectedVersion: 1, visibility: PUBLIC}) { study { history(last: 1) { nodes { id } } } } }";
    let published = alpha.ask_with(publish, json!({ "id": draft.at("/study/id") })).await;
    let published = published.at("/reviseStudy/study/history/nodes/0/id").as_str().unwrap();
    assert_eq!(found(&app.nobody(), published).await["id"], *published);
    assert_eq!(found(&app.nobody(), version).await, Value::Null, "the draft stays the centre's");
}

#[on_both_databases]
async fn what_has_no_past_is_not_asked_for_as_it_was(app: TestApp) {
    furnish(&app).await;
    let all = app.holder(ALPHA, ScopeName::ALL).await;
    let query = "query ($id: ID!, $asOf: DateTime) { node(id: $id, asOf: $asOf) { id } }";
    for kind in FOUND.iter().filter(|kind| FOR_FEW.contains(&kind.0) || kind.0 == "Change") {
        let id = id_of(&all, kind).await;
        let answer = all.ask_with(query, json!({ "id": id, "asOf": app.clock_now() })).await;
        assert_eq!(answer.code(), Some("BAD_USER_INPUT"), "{}", kind.0);
        assert_eq!(answer.body["errors"][0]["extensions"]["field"], "asOf");
    }
}

#[on_both_databases]
async fn ids_that_were_changed_by_hand_are_refused_or_find_nothing(app: TestApp) {
    furnish(&app).await;
    let all = app.holder(ALPHA, ScopeName::ALL).await;
    for kind in FOUND {
        let id = id_of(&all, kind).await;
        for end in 1..id.len() {
            let query = "query ($id: ID!) { node(id: $id) { id } }";
            let answer = all.ask_with(query, json!({ "id": id[..end] })).await;
            let is_refused = answer.code() == Some("BAD_USER_INPUT");
            assert!(is_refused || answer.at("/node").is_null(), "{}: {}", kind.0, answer.body);
        }
        let longer = all
            .ask_with(
                "query ($id: ID!) { node(id: $id) { id } }",
                json!({ "id": format!("{id}AAAA") }),
            )
            .await;
        assert!(
            longer.code() == Some("BAD_USER_INPUT") || longer.at("/node").is_null(),
            "{}",
            kind.0
        );
    }
}

#[on_both_databases]
async fn histories_and_the_feed_are_read_from_their_ends(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    app.create_study("one", &Sharing::public(ALPHA)).await;
    let id = alpha.ask("{ study(slug: \"one\") { id } }").await.at("/study/id").clone();
    let revise = "mutation ($id: ID!, $version: Int!) { reviseStudy(input: {id: $id, expectedVersion: $version, summary: $title}) { study { id } } }";
    for version in 1..=4 {
        let revise = revise.replace("$title", &format!("\"Summary {version}\""));
        alpha.ask_with(&revise, json!({ "id": id, "version": version })).await.data();
    }
    let history = "query ($id: ID!, $before: String) { node(id: $id) { ... on Study { history(last: 2, before: $before) { edges { cursor node { version } } pageInfo { hasPreviousPage hasNextPage startCursor } } } } }";
    let last = alpha.ask_with(history, json!({ "id": id })).await;
    let page = last.at("/node/history");
    assert_eq!(
        (&page["edges"][0]["node"]["version"], &page["edges"][1]["node"]["version"]),
        (&json!(4), &json!(5))
    );
    assert_eq!(
        (&page["pageInfo"]["hasPreviousPage"], &page["pageInfo"]["hasNextPage"]),
        (&json!(true), &json!(false))
    );
    let earlier = alpha
        .ask_with(history, json!({ "id": id, "before": page["pageInfo"]["startCursor"] }))
        .await;
    assert_eq!(earlier.at("/node/history/edges/0/node/version"), &json!(2));

    let feed = "query ($before: String) { changes(last: 2, before: $before, kinds: [STUDY]) { nodes { version } pageInfo { hasPreviousPage startCursor } } }";
    let last =
        alpha.ask(&feed.replace("($before: String)", "").replace(", before: $before", "")).await;
    assert_eq!(last.at("/changes/nodes"), &json!([{ "version": 4 }, { "version": 5 }]));
    let earlier =
        alpha.ask_with(feed, json!({ "before": last.at("/changes/pageInfo/startCursor") })).await;
    assert_eq!(earlier.at("/changes/nodes"), &json!([{ "version": 2 }, { "version": 3 }]));
}

#[on_both_databases]
async fn nodes_of_every_kind_are_read_together(app: TestApp) {
    furnish(&app).await;
    for number in 0..10 {
        app.create_study(&format!("study-{number}"), &Sharing::public(ALPHA)).await;
    }
    let all = app.holder(ALPHA, ScopeName::ALL).await;
    for (query, path) in [
        ("{ accessTokens(first: SIZE) { nodes { id } } }", "/accessTokens/nodes"),
        ("{ auditEvents(first: SIZE) { nodes { id } } }", "/auditEvents/nodes"),
        ("{ changes(last: SIZE) { nodes { id } } }", "/changes/nodes"),
        ("{ possibleDuplicates(first: SIZE) { nodes { id } } }", "/possibleDuplicates/nodes"),
    ] {
        let mut taken = Vec::new();
        for size in [1, 5] {
            let list = all.ask(&query.replace("SIZE", &size.to_string())).await;
            let ids = list.list(path, "id");
            let nodes =
                format!("{{ nodes(ids: {}) {{ id }} }}", serde_json::to_string(&ids).unwrap());
            taken.push(
                app.statements_of(async {
                    all.ask(&nodes).await.data();
                })
                .await,
            );
        }
        assert_eq!(taken[0], taken[1], "{query}");
    }
}
