//! Numbers beyond what an `Int` holds.

use serde_json::json;
use service::access::ScopeName::{AuditRead, TokensManage};
use tests::support::app::ALPHA;
use tests::support::app::TestApp;
use tests::support::on_both_databases;

#[on_both_databases]
async fn numbers_that_grow_with_time_are_told_as_texts_however_great(app: TestApp) {
    let manager = app.holder(ALPHA, &[TokensManage, AuditRead]).await;
    app.execute("UPDATE access_token SET uses = 4294967296, refused_uses = 9223372036854775807")
        .await;
    let answer = manager.ask("{ accessTokens(first: 1) { nodes { uses refusedUses } } auditEvents(first: 1) { nodes { sequence } } }").await;
    assert_eq!(
        answer.at("/accessTokens/nodes/0"),
        &json!({ "uses": "4294967296", "refusedUses": "9223372036854775807" })
    );
    let place = answer.at("/auditEvents/nodes/0/sequence").as_str().unwrap();
    assert!(place.parse::<i64>().unwrap() > 0);
}

#[on_both_databases]
async fn what_programmes_state_is_at_least_so_much_also_beyond_an_int(app: TestApp) {
    app.import(&[(
        "programmes",
        &[
            "slug,title,lead_centre,started,studies_stated",
            "one,One,alpha-centre,2020,2147483647",
            "other,Other,alpha-centre,2020,2147483647",
        ],
    )])
    .await;
    let query =
        r#"{ reportCard(from: "2019-01-01", to: "2021-01-01") { studiesLaunchedAtLeast } }"#;
    assert_eq!(
        app.nobody().ask(query).await.at("/reportCard/studiesLaunchedAtLeast"),
        &json!(2_147_483_647)
    );
}
