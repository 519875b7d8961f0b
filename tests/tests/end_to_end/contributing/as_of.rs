//! The space as it stood at a moment, to a viewer as they are today.

use chrono::{DateTime, TimeDelta, Utc};
use entity::Vocabulary;
use serde_json::{Value, json};
use tests::support::app::{ALPHA, BETA, TestApp};
use tests::support::client::Client;
use tests::support::on_both_databases;

use super::{new_study, revise_study, text};

/// Lets a minute pass, and gives the time in the middle of it.
pub(super) fn a_minute_passes(app: &TestApp) -> String {
    app.clock.advance(TimeDelta::seconds(30));
    let between = app.clock_now().to_rfc3339();
    app.clock.advance(TimeDelta::seconds(30));
    between
}

async fn titles(client: &Client, as_of: Option<&str>) -> Vec<String> {
    let query = "query ($asOf: DateTime) { studies(asOf: $asOf, orderBy: { field: TITLE, direction: ASC }) { totalCount nodes { title } } }";
    let answer = client.ask_with(query, json!({ "asOf": as_of })).await;
    let titles = answer.list("/studies/nodes", "title");
    assert_eq!(answer.at("/studies/totalCount"), titles.len());
    titles
}

/// A moment as `new Date(text).toISOString()` writes it.
fn as_a_browser_writes(text: &str) -> String {
    let moment: DateTime<Utc> = text.parse().unwrap();
    moment.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

fn same(one: &str, other: &str) -> bool {
    one.parse::<DateTime<Utc>>() == other.parse::<DateTime<Utc>>()
}

#[on_both_databases]
async fn lists_and_lookups_answer_as_it_stood(app: TestApp) {
    let population = app.create_term(Vocabulary::Population, "care-leavers", None).await;
    assert!(!population.0.is_nil());
    let alpha = app.contributor(ALPHA).await;
    let public = json!({ "visibility": "PUBLIC", "statusHistory": [{ "on": "2026-01-01", "status": "PLANNED" }] });
    let before = app.clock_now().to_rfc3339();
    app.clock.advance(TimeDelta::seconds(30));
    let id = new_study(&alpha, "First title", public.clone()).await;
    new_study(&alpha, "Unchanged", public).await;
    let then = a_minute_passes(&app);
    let change =
        json!({ "title": "Second title", "populations": ["care-leavers"], "statusHistory": [] });
    revise_study(&alpha, &id, 1, change).await.data();
    let later = a_minute_passes(&app);
    new_study(&alpha, "Third", json!({ "visibility": "PUBLIC" })).await;

    let nobody = app.nobody();
    assert_eq!(titles(&nobody, Some(&before)).await, Vec::<String>::new());
    assert_eq!(titles(&nobody, Some(&then)).await, ["First title", "Unchanged"]);
    assert_eq!(titles(&nobody, Some(&later)).await, ["Second title", "Unchanged"]);
    assert_eq!(titles(&nobody, None).await, ["Second title", "Third", "Unchanged"]);

    let query = "query ($id: ID!, $then: DateTime) {
        then: node(id: $id, asOf: $then) { ... on Study { title version populations { slug } statusHistory { status } } }
        now: node(id: $id) { ... on Study { title version populations { slug } statusHistory { status } } }
        filtered: studies(filter: { populations: [\"care-leavers\"] }, asOf: $then) { nodes { title } }
    }";
    let answer = nobody.ask_with(query, json!({ "id": id, "then": then })).await;
    assert_eq!(
        answer.at("/then"),
        &json!({ "title": "First title", "version": 1, "populations": [], "statusHistory": [{ "status": "PLANNED" }] })
    );
    assert_eq!(
        answer.at("/now"),
        &json!({ "title": "Second title", "version": 2, "populations": [{ "slug": "care-leavers" }], "statusHistory": [] })
    );
    assert_eq!(answer.at("/filtered/nodes"), &json!([]));
}

#[on_both_databases]
async fn what_hangs_on_a_thing_is_as_it_was_too(app: TestApp) {
    app.create_term(Vocabulary::Outcome, "reading", None).await;
    let alpha = app.contributor(ALPHA).await;
    let study = new_study(&alpha, "A study", json!({ "visibility": "PUBLIC" })).await;
    let find = r#"mutation { contributeFinding(input: {study: "a-study", outcome: "reading", measure: FISHER_Z, estimate: 0.1, visibility: PUBLIC}) { finding { id } } }"#;
    let finding = text(&alpha.ask(find).await, "/contributeFinding/finding/id");
    let then = a_minute_passes(&app);
    let revise = "mutation ($input: ReviseFindingInput!) { reviseFinding(input: $input) { finding { id } } }";
    alpha
        .ask_with(
            revise,
            json!({ "input": { "id": finding, "expectedVersion": 1, "estimate": 0.2 } }),
        )
        .await
        .data();
    let withdraw = "mutation ($input: WithdrawInput!) { withdraw(input: $input) { thing { id } } }";
    alpha
        .ask_with(
            withdraw,
            json!({ "input": { "id": study, "reason": "wrong", "expectedVersion": 1 } }),
        )
        .await
        .data();
    let query = "query ($asOf: DateTime) { study(slug: \"a-study\", asOf: $asOf) { withdrawal { reason } findings { totalCount nodes { estimate study { title } } } } }";
    let was = app.nobody().ask_with(query, json!({ "asOf": then })).await;
    assert_eq!(
        was.at("/study"),
        &json!({ "withdrawal": null, "findings": { "totalCount": 1, "nodes": [{ "estimate": 0.1, "study": { "title": "A study" } }] } })
    );
    let is = app
        .nobody()
        .ask(&query.replace("($asOf: DateTime)", "").replace(", asOf: $asOf", ""))
        .await;
    assert_eq!(is.at("/study/withdrawal/reason"), "wrong");
    assert_eq!(is.at("/study/findings/nodes/0/estimate"), 0.2);
}

#[on_both_databases]
async fn what_was_not_the_viewers_then_is_not_shown_and_what_was_is(app: TestApp) {
    let (alpha, beta) = (app.contributor(ALPHA).await, app.reader(BETA).await);
    let draft = new_study(&alpha, "A draft", json!({})).await;
    new_study(&alpha, "Taken back", json!({ "visibility": "NETWORK", "slug": "back" })).await;
    let then = a_minute_passes(&app);
    revise_study(&alpha, &draft, 1, json!({ "title": "Published", "visibility": "PUBLIC" }))
        .await
        .data();
    let back = alpha.ask("{ study(slug: \"back\") { id } }").await;
    revise_study(&alpha, &text(&back, "/study/id"), 1, json!({ "visibility": "CENTRE" }))
        .await
        .data();
    assert_eq!(titles(&beta, Some(&then)).await, ["Taken back"]);
    assert_eq!(titles(&beta, None).await, ["Published"]);
    assert_eq!(titles(&alpha, Some(&then)).await, ["A draft", "Taken back"]);
}

#[on_both_databases]
async fn the_history_of_then_ends_then_and_is_told_of_what_the_thing_was(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let id = new_study(&alpha, "First title", json!({ "visibility": "PUBLIC" })).await;
    app.clock.advance(TimeDelta::minutes(1));
    revise_study(&alpha, &id, 1, json!({ "title": "Second title" })).await.data();
    let then = a_minute_passes(&app);
    let change =
        json!({ "title": "A secret title", "visibility": "CENTRE", "reason": "A secret reason" });
    revise_study(&alpha, &id, 2, change).await.data();
    let query = "query ($id: ID!, $then: DateTime) { node(id: $id, asOf: $then) { ... on Study { history { totalCount nodes { version reason changes { after } } } } } }";
    let answer = app.nobody().ask_with(query, json!({ "id": id, "then": then })).await;
    assert_eq!(
        answer.at("/node/history"),
        &json!({ "totalCount": 2, "nodes": [
        { "version": 1, "reason": null, "changes": [] },
        { "version": 2, "reason": null, "changes": [{ "after": "\"Second title\"" }] },
    ] })
    );
}

#[on_both_databases]
async fn feedback_is_as_it_was_too(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let study = new_study(&alpha, "A study", json!({ "visibility": "PUBLIC" })).await;
    let then = a_minute_passes(&app);
    revise_study(&alpha, &study, 1, json!({ "visibility": "CENTRE" })).await.data();
    let give = r#"mutation { giveFeedback(input: {centre: "alpha-centre", study: "a-study", fromRole: "teacher", text: "A secret", visibility: PUBLIC}) { feedback { id } } }"#;
    let feedback = text(&alpha.ask(give).await, "/giveFeedback/feedback/id");
    let query = "query ($id: ID!, $then: DateTime) { node(id: $id, asOf: $then) { id } }";
    let answer = app.nobody().ask_with(query, json!({ "id": feedback, "then": then })).await;
    assert_eq!(answer.at("/node"), &Value::Null);
}

#[on_both_databases]
async fn a_moment_that_a_browser_has_cut_means_the_version_whose_moment_it_is(app: TestApp) {
    app.clock.advance(TimeDelta::nanoseconds(123_456_789));
    let alpha = app.contributor(ALPHA).await;
    let id = new_study(&alpha, "First", json!({ "visibility": "PUBLIC" })).await;
    app.clock.advance(TimeDelta::milliseconds(1));
    revise_study(&alpha, &id, 1, json!({ "title": "Second" })).await.data();
    app.clock.advance(TimeDelta::microseconds(500));
    revise_study(&alpha, &id, 2, json!({ "title": "Third" })).await.data();
    app.clock.advance(TimeDelta::minutes(1));
    let query = "query ($id: ID!) { node(id: $id) { ... on Study { updatedAt createdAt history { nodes { at version } } } } }";
    let history = alpha.ask_with(query, json!({ "id": id })).await;
    let moments = history.list("/node/history/nodes", "at");
    let cut: Vec<String> = moments.iter().map(|moment| as_a_browser_writes(moment)).collect();
    assert!(moments.iter().zip(&cut).all(|(given, cut)| same(given, cut)), "{moments:?}");
    // The last two are of one millisecond: the later counts.
    for (moment, title) in cut.iter().zip(["First", "Third", "Third"]) {
        let then = "query ($id: ID!, $asOf: DateTime) { node(id: $id, asOf: $asOf) { ... on Study { title history(last: 1) { nodes { at } } } } }";
        let answer = alpha.ask_with(then, json!({ "id": id, "asOf": moment })).await;
        assert_eq!(answer.at("/node/title"), title, "{moment}");
        assert!(same(answer.at("/node/history/nodes/0/at").as_str().unwrap(), moment));
    }
}

#[on_both_databases]
async fn every_moment_that_a_thing_tells_of_itself_shows_it_as_that_moment_left_it(app: TestApp) {
    // As the machine's own clock does, it goes on within a write.
    app.clock.go_on(TimeDelta::milliseconds(1));
    let alpha = app.contributor(ALPHA).await;
    let id = new_study(&alpha, "First", json!({ "visibility": "PUBLIC" })).await;
    let query = "query ($id: ID!, $asOf: DateTime) { node(id: $id, asOf: $asOf) { ... on Study { title createdAt updatedAt withdrawal { at } history(last: 1) { nodes { at } } } } }";
    let first = alpha.ask_with(query, json!({ "id": id })).await;
    revise_study(&alpha, &id, 1, json!({ "title": "Second" })).await.data();
    let second = alpha.ask_with(query, json!({ "id": id })).await;
    let withdraw = "mutation ($input: WithdrawInput!) { withdraw(input: $input) { thing { id } } }";
    alpha
        .ask_with(
            withdraw,
            json!({ "input": { "id": id, "reason": "wrong", "expectedVersion": 2 } }),
        )
        .await
        .data();
    let withdrawn = alpha.ask_with(query, json!({ "id": id })).await;
    for (told, path) in [
        (&first, "/node/createdAt"),
        (&first, "/node/updatedAt"),
        (&first, "/node/history/nodes/0/at"),
        (&second, "/node/updatedAt"),
        (&second, "/node/history/nodes/0/at"),
        (&withdrawn, "/node/updatedAt"),
        (&withdrawn, "/node/withdrawal/at"),
    ] {
        let moment = as_a_browser_writes(told.at(path).as_str().unwrap());
        let then = alpha.ask_with(query, json!({ "id": id, "asOf": moment })).await;
        assert_eq!(then.at("/node"), told.at("/node"), "{path}");
    }
}

#[on_both_databases]
async fn rows_of_earlier_versions_with_microseconds_stand_in_their_whole_millisecond(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let id = new_study(&alpha, "First", json!({ "visibility": "PUBLIC" })).await;
    app.clock.advance(TimeDelta::minutes(1));
    revise_study(&alpha, &id, 1, json!({ "title": "Second" })).await.data();
    let last = app.clock_now() + TimeDelta::microseconds(250);
    app.move_the_last_change(last).await;
    app.clock.advance(TimeDelta::minutes(1));
    let query = "query ($id: ID!, $asOf: DateTime) { node(id: $id, asOf: $asOf) { ... on Study { title history { totalCount } } } }";
    for (as_of, title) in [
        (as_a_browser_writes(&last.to_rfc3339()), "Second"),
        (last.to_rfc3339(), "Second"),
        ((last - TimeDelta::microseconds(1)).to_rfc3339(), "First"),
    ] {
        let answer = alpha.ask_with(query, json!({ "id": id, "asOf": as_of })).await;
        assert_eq!(answer.at("/node/title"), title, "{as_of}");
        assert_eq!(answer.at("/node/history/totalCount"), if title == "First" { 1 } else { 2 });
    }
}

#[on_both_databases]
async fn an_embargo_with_more_digits_ends_with_the_next_millisecond_and_not_before(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let said = app.clock_now() + TimeDelta::nanoseconds(10_000_000_001);
    let others = json!({ "visibility": "PUBLIC", "embargoedUntil": said.to_rfc3339() });
    let id = new_study(&alpha, "First", others).await;
    let query = "query ($id: ID!) { node(id: $id) { ... on Study { embargoedUntil } } }";
    let kept = alpha.ask_with(query, json!({ "id": id })).await;
    assert!(same(
        kept.at("/node/embargoedUntil").as_str().unwrap(),
        &(app.clock_now() + TimeDelta::milliseconds(10_001)).to_rfc3339()
    ));
    app.clock.advance(TimeDelta::milliseconds(10_000));
    assert_eq!(app.nobody().ask_with(query, json!({ "id": id })).await.at("/node"), &Value::Null);
    app.clock.advance(TimeDelta::milliseconds(1));
    assert!(app.nobody().ask_with(query, json!({ "id": id })).await.at("/node").is_object());
}

#[on_both_databases]
async fn the_present_moment_with_more_digits_is_not_still_to_come(app: TestApp) {
    let now = (app.clock_now() + TimeDelta::microseconds(900)).to_rfc3339();
    let query = "query ($asOf: DateTime) { studies(asOf: $asOf) { totalCount } }";
    app.nobody().ask_with(query, json!({ "asOf": now })).await.data();
    let next = (app.clock_now() + TimeDelta::milliseconds(1)).to_rfc3339();
    assert_eq!(
        app.nobody().ask_with(query, json!({ "asOf": next })).await.code(),
        Some("BAD_USER_INPUT")
    );
}

#[on_both_databases]
async fn a_moment_to_come_and_too_many_moments_are_refused(app: TestApp) {
    let later = (app.clock_now() + TimeDelta::days(1)).to_rfc3339();
    let query = "query ($asOf: DateTime) { studies(asOf: $asOf) { totalCount } }";
    let answer = app.nobody().ask_with(query, json!({ "asOf": later })).await;
    assert_eq!(answer.code(), Some("BAD_USER_INPUT"));
    assert_eq!(answer.body["errors"][0]["extensions"]["field"], "asOf");
    let fields: String =
        (0..6).map(|at| format!("a{at}: studies(asOf: $asOf) {{ totalCount }} ")).collect();
    let query = format!("query ($asOf: DateTime) {{ {fields} }}");
    let answer =
        app.nobody().ask_with(&query, json!({ "asOf": app.clock_now().to_rfc3339() })).await;
    let answered = (0..6).filter(|at| !answer.body["data"][format!("a{at}")].is_null());
    assert_eq!((answered.count(), answer.code()), (4, Some("BAD_USER_INPUT")));
}
