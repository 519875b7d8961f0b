//! Times and centres that can't be asked for, and times in which nothing was.

use serde_json::json;
use tests::support::app::ALPHA;
use tests::support::app::TestApp;
use tests::support::on_both_databases;

use super::furnish;

#[on_both_databases]
async fn a_time_that_ends_before_it_begins_is_refused(app: TestApp) {
    let refused =
        app.nobody().ask(r#"{ reportCard(from: "2019-08-01", to: "2019-07-31") { from } }"#).await;
    assert_eq!(refused.code(), Some("BAD_USER_INPUT"));
    assert_eq!(refused.body.pointer("/errors/0/extensions/field").unwrap(), "to");
}

#[on_both_databases]
async fn a_centre_that_is_not_there_is_refused_with_its_name(app: TestApp) {
    let refused = app
        .nobody()
        .ask(r#"{ reportCard(from: "2019-01-01", to: "2019-07-31", centre: "nowhere") { from } }"#)
        .await;
    assert_eq!(refused.code(), Some("BAD_USER_INPUT"));
    assert_eq!(refused.body.pointer("/errors/0/extensions/field").unwrap(), "centre");
}

#[on_both_databases]
async fn a_single_day_is_a_time(app: TestApp) {
    app.create_centre("gamma-centre").await;
    furnish(&app).await;
    let query = r#"{ reportCard(from: "2019-03-01", to: "2019-03-01") { from to studiesLaunched { totalCount } } }"#;
    assert_eq!(
        app.nobody().ask(query).await.at("/reportCard"),
        &json!({
            "from": "2019-03-01", "to": "2019-03-01", "studiesLaunched": { "totalCount": 1 },
        })
    );
}

#[on_both_databases]
async fn a_time_to_come_is_empty(app: TestApp) {
    app.create_centre("gamma-centre").await;
    furnish(&app).await;
    let query = format!(
        r#"{{ reportCard(from: "2999-01-01", to: "2999-12-31", centre: "{ALPHA}") {{
            studiesPlanned {{ totalCount nodes {{ on }} }} studiesLaunched {{ totalCount }} studiesLaunchedAtLeast
            studiesStopped {{ totalCount }} stopReasons {{ studies }} programmesBegun {{ totalCount }}
            localAuthorities {{ totalCount }} byCentre {{ studiesLaunched }}
        }} }}"#
    );
    assert_eq!(
        app.nobody().ask(&query).await.at("/reportCard"),
        &json!({
            "studiesPlanned": { "totalCount": 0, "nodes": [] },
            "studiesLaunched": { "totalCount": 0 },
            "studiesLaunchedAtLeast": 0,
            "studiesStopped": { "totalCount": 0 },
            "stopReasons": [],
            "programmesBegun": { "totalCount": 0 },
            "localAuthorities": { "totalCount": 1 },
            "byCentre": [],
        })
    );
}

#[on_both_databases]
async fn an_empty_space_has_an_empty_card(app: TestApp) {
    let query = r#"{ reportCard(from: "2019-01-01", to: "2019-07-31") {
        studiesLaunched { totalCount } partnersAtLeast localAuthoritiesAtLeast reach { country }
        collaboratingCentres { totalCount } undatedEngagements { totalCount } } }"#;
    assert_eq!(
        app.nobody().ask(query).await.at("/reportCard"),
        &json!({
            "studiesLaunched": { "totalCount": 0 }, "partnersAtLeast": 0, "localAuthoritiesAtLeast": 0, "reach": [],
            "collaboratingCentres": { "totalCount": 0 }, "undatedEngagements": { "totalCount": 0 },
        })
    );
}
