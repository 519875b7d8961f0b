//! Each number, and the things behind it.

use serde_json::json;
use tests::support::app::{ALPHA, BETA, TestApp};
use tests::support::on_both_databases;

use super::{card, furnish};

const GAMMA: &str = "gamma-centre";

async fn furnished(app: &TestApp) {
    app.create_centre(GAMMA).await;
    furnish(app).await;
}

#[on_both_databases]
async fn a_study_counts_on_the_day_on_which_it_first_came_to_its_status(app: TestApp) {
    furnished(&app).await;
    let found = card(
        &app.nobody(),
        Some(ALPHA),
        "studiesPlanned { totalCount nodes { study { slug } } }
         studiesLaunched { totalCount nodes { on study { slug } } }
         studiesLaunchedAtLeast
         studiesWithInterimResults { totalCount nodes { on study { slug } } }
         studiesReported { totalCount nodes { on study { slug } } }",
    )
    .await;
    assert_eq!(
        found,
        json!({
            "studiesPlanned": { "totalCount": 1, "nodes": [{ "study": { "slug": "planned" } }] },
            "studiesLaunched": { "totalCount": 1, "nodes": [{ "on": "2019-03-01", "study": { "slug": "launched" } }] },
            "studiesLaunchedAtLeast": 4,
            "studiesWithInterimResults": { "totalCount": 1, "nodes": [{ "on": "2019-07-31", "study": { "slug": "first-results" } }] },
            "studiesReported": { "totalCount": 1, "nodes": [{ "on": "2019-01-01", "study": { "slug": "told" } }] },
        })
    );
}

#[on_both_databases]
async fn a_study_that_was_stopped_says_why_and_whether_its_centre_changed_its_mind(app: TestApp) {
    furnished(&app).await;
    let found = card(
        &app.nobody(),
        Some(ALPHA),
        "studiesStopped { totalCount nodes { study { slug statusHistory { on stopReason } } status on reason stopReason } }
         changed: studiesStopped(reasons: [CHANGED_OUR_MIND]) { totalCount nodes { reason } }
         stopReasons { stopReason studies }",
    )
    .await;
    let stopped = &found["studiesStopped"];
    assert_eq!(stopped["totalCount"], 2);
    assert_eq!(
        stopped["nodes"][0],
        json!({
            "study": { "slug": "regretted", "statusHistory": [
                { "on": "2018-02-01", "stopReason": null },
                { "on": "2018-03-01", "stopReason": "OTHER" },
                { "on": "2018-04-01", "stopReason": null },
                { "on": "2019-05-01", "stopReason": "CHANGED_OUR_MIND" },
            ] },
            "status": "STOPPED",
            "on": "2019-05-01",
            "reason": "We asked the wrong question",
            "stopReason": "CHANGED_OUR_MIND",
        })
    );
    assert_eq!(stopped["nodes"][1]["study"]["slug"], "too-few");
    assert_eq!(
        found["changed"],
        json!({ "totalCount": 1, "nodes": [{ "reason": "We asked the wrong question" }] })
    );
    assert_eq!(
        found["stopReasons"],
        json!([
            { "stopReason": "CHANGED_OUR_MIND", "studies": 1 },
            { "stopReason": "RECRUITMENT", "studies": 1 },
        ])
    );
}

#[on_both_databases]
async fn milestones_are_walked_page_by_page_in_both_directions(app: TestApp) {
    furnished(&app).await;
    let stopped =
        "nodes { study { slug } } pageInfo { hasNextPage hasPreviousPage endCursor startCursor }";
    let first =
        card(&app.nobody(), None, &format!("studiesStopped(first: 1) {{ {stopped} }}")).await;
    assert_eq!(first["studiesStopped"]["nodes"][0]["study"]["slug"], "regretted");
    let cursor = first["studiesStopped"]["pageInfo"]["endCursor"].as_str().unwrap().to_owned();
    let next = card(
        &app.nobody(),
        None,
        &format!(r#"studiesStopped(first: 1, after: "{cursor}") {{ {stopped} }}"#),
    )
    .await;
    assert_eq!(next["studiesStopped"]["nodes"][0]["study"]["slug"], "too-few");
    assert_eq!(next["studiesStopped"]["pageInfo"]["hasNextPage"], false);
    let last = card(&app.nobody(), None, &format!("studiesStopped(last: 1) {{ {stopped} }}")).await;
    assert_eq!(last["studiesStopped"]["nodes"], next["studiesStopped"]["nodes"]);
}

#[on_both_databases]
async fn programmes_bring_their_partners_and_what_they_state(app: TestApp) {
    furnished(&app).await;
    let found = card(
        &app.nobody(),
        Some(ALPHA),
        "programmesBegun { totalCount nodes { slug stated { studies partners localAuthorities } } }
         programmes { totalCount nodes { slug partners { slug } } }
         partners { totalCount nodes { slug } }
         partnersAtLeast",
    )
    .await;
    assert_eq!(
        found,
        json!({
            "programmesBegun": { "totalCount": 1, "nodes": [
                { "slug": "begun", "stated": { "studies": 4, "partners": 3, "localAuthorities": null } },
            ] },
            "programmes": { "totalCount": 2, "nodes": [
                { "slug": "begun", "partners": [{ "slug": "charity" }] },
                { "slug": "running", "partners": [{ "slug": "charity" }, { "slug": "university" }] },
            ] },
            "partners": { "totalCount": 2, "nodes": [{ "slug": "charity" }, { "slug": "university" }] },
            "partnersAtLeast": 3,
        })
    );
}

#[on_both_databases]
async fn local_authorities_are_those_of_engagements_and_of_sites(app: TestApp) {
    furnished(&app).await;
    let found = card(
        &app.nobody(),
        Some(ALPHA),
        "localAuthorities { totalCount nodes { name } }
         localAuthoritiesAtLeast
         undatedEngagements { totalCount nodes { reference } }",
    )
    .await;
    assert_eq!(
        found,
        json!({
            "localAuthorities": { "totalCount": 4, "nodes": [
                { "name": "One" }, { "name": "Two" }, { "name": "No more" }, { "name": "Three" },
            ] },
            "localAuthoritiesAtLeast": 12,
            "undatedEngagements": { "totalCount": 1, "nodes": [{ "reference": "undated" }] },
        })
    );
}

#[on_both_databases]
async fn the_share_reached_is_of_those_with_social_care_that_exist_on_the_last_day(app: TestApp) {
    furnished(&app).await;
    let reach =
        "reach { country reached outOf share localAuthorities { totalCount nodes { gssCode } } }";
    let found = card(&app.nobody(), None, reach).await;
    assert_eq!(
        found["reach"],
        json!([
            {
                "country": "England", "reached": 2, "outOf": 2, "share": 1.0,
                "localAuthorities": { "totalCount": 2, "nodes": [{ "gssCode": "E06000001" }, { "gssCode": "E06000002" }] },
            },
            {
                "country": "Wales", "reached": 1, "outOf": 1, "share": 1.0,
                "localAuthorities": { "totalCount": 1, "nodes": [{ "gssCode": "W06000001" }] },
            },
        ])
    );
    let of_beta = card(&app.nobody(), Some(BETA), "reach { country reached outOf share }").await;
    assert_eq!(
        of_beta["reach"][0],
        json!({ "country": "England", "reached": 0, "outOf": 2, "share": 0.0 })
    );
    let query = format!(
        r#"{{ reportCard(from: "2021-01-01", to: "2021-06-30", centre: "{ALPHA}") {{ reach {{ reached outOf share }} }} }}"#
    );
    let later = app.nobody().ask(&query).await;
    assert_eq!(later.at("/reportCard/reach/0"), &json!({ "reached": 3, "outOf": 3, "share": 1.0 }));
}

#[on_both_databases]
async fn collaborating_centres_are_those_of_collaborations_and_of_studies(app: TestApp) {
    furnished(&app).await;
    let fields = "collaboratingCentres { totalCount nodes { slug } } collaborations { totalCount nodes { slug } }";
    assert_eq!(
        card(&app.nobody(), Some(ALPHA), fields).await,
        json!({
            "collaboratingCentres": { "totalCount": 2, "nodes": [{ "slug": BETA }, { "slug": GAMMA }] },
            "collaborations": { "totalCount": 1, "nodes": [{ "slug": "together" }] },
        })
    );
    let network = card(&app.nobody(), None, fields).await;
    assert_eq!(
        network["collaboratingCentres"]["nodes"],
        json!([{ "slug": ALPHA }, { "slug": BETA }, { "slug": GAMMA }])
    );
}

#[on_both_databases]
async fn each_centre_has_a_line_of_its_own(app: TestApp) {
    furnished(&app).await;
    let line = "centre { slug } byCentre { centre { slug } studiesPlanned studiesLaunched studiesWithInterimResults studiesReported studiesStopped }";
    let of = |slug: &str, numbers: [u64; 5]| {
        json!({
            "centre": { "slug": slug }, "studiesPlanned": numbers[0], "studiesLaunched": numbers[1],
            "studiesWithInterimResults": numbers[2], "studiesReported": numbers[3], "studiesStopped": numbers[4],
        })
    };
    assert_eq!(
        card(&app.nobody(), None, line).await,
        json!({
            "centre": null,
            "byCentre": [of(ALPHA, [1, 1, 1, 1, 2]), of(BETA, [0, 1, 0, 0, 0]), of(GAMMA, [0, 0, 1, 0, 0])],
        })
    );
    assert_eq!(
        card(&app.nobody(), Some(GAMMA), line).await,
        json!({
            "centre": { "slug": GAMMA },
            "byCentre": [of(GAMMA, [0, 0, 1, 0, 0])],
        })
    );
}

#[on_both_databases]
async fn what_another_centre_hides_counts_only_for_itself(app: TestApp) {
    furnished(&app).await;
    let fields = "studiesLaunched { totalCount nodes { study { slug } } } studiesLaunchedAtLeast
        collaborations { totalCount } collaboratingCentres { totalCount }
        localAuthorities { totalCount } byCentre { studiesLaunched }";
    let nobody = card(&app.nobody(), Some(BETA), fields).await;
    assert_eq!(nobody, card(&app.reader(ALPHA).await, Some(BETA), fields).await);
    assert_eq!(nobody, card(&app.stranger(BETA).await, Some(BETA), fields).await);
    assert_eq!(
        nobody,
        json!({
            "studiesLaunched": { "totalCount": 1, "nodes": [{ "study": { "slug": "of-beta" } }] },
            "studiesLaunchedAtLeast": 8,
            "collaborations": { "totalCount": 1 },
            "collaboratingCentres": { "totalCount": 1 },
            "localAuthorities": { "totalCount": 1 },
            "byCentre": [{ "studiesLaunched": 1 }],
        })
    );
    let own = card(&app.reader(BETA).await, Some(BETA), fields).await;
    assert_eq!(
        own,
        json!({
            "studiesLaunched": { "totalCount": 2, "nodes": [
                { "study": { "slug": "draft" } }, { "study": { "slug": "of-beta" } },
            ] },
            "studiesLaunchedAtLeast": 9,
            "collaborations": { "totalCount": 2 },
            "collaboratingCentres": { "totalCount": 2 },
            "localAuthorities": { "totalCount": 2 },
            "byCentre": [{ "studiesLaunched": 2 }],
        })
    );
}
