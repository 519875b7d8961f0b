//! What identifies a child is nowhere in what the space keeps.

use sea_orm::{ConnectionTrait, Statement};
use tests::support::app::ALPHA;
use tests::support::app::TestApp;
use tests::support::databases::DatabaseKind;
use tests::support::on_both_databases;

use super::*;

const SECRETS: &[&str] = &[
    "KID-4711-XY",
    "U856006112595",
    "T808001814556",
    "17/09/2011",
    "2011-09-17",
    "LS99 4QQ",
    "EC88 9ZZ",
    "Wilhelmina",
    "CENSUS-KID-1",
];

/// Every value of every table, as text.
async fn everything(app: &TestApp) -> String {
    let connection = app.space.store().connection();
    let backend = connection.get_database_backend();
    let tables = match app.kind() {
        DatabaseKind::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table'",
        DatabaseKind::Postgres => "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
    };
    let ask = |sql: String| connection.query_all_raw(Statement::from_string(backend, sql));
    let mut all = String::new();
    for row in ask(tables.to_owned()).await.expect("tables") {
        let table: String = row.try_get_by_index(0).expect("a name");
        match app.kind() {
            DatabaseKind::Postgres => {
                let rows = ask(format!("SELECT row_to_json(t)::text FROM \"{table}\" t")).await;
                for row in rows.expect("rows") {
                    all.push_str(&row.try_get_by_index::<String>(0).expect("a row"));
                }
            }
            DatabaseKind::Sqlite => {
                let columns = ask(format!("SELECT name FROM pragma_table_info('{table}')")).await;
                let columns: Vec<String> = columns
                    .expect("columns")
                    .iter()
                    .map(|row| row.try_get_by_index(0).expect("a name"))
                    .map(|name: String| format!("coalesce(cast(\"{name}\" AS TEXT), '')"))
                    .collect();
                let rows =
                    ask(format!("SELECT {} FROM \"{table}\"", columns.join(" || '|' || "))).await;
                for row in rows.expect("rows") {
                    all.push_str(&row.try_get_by_index::<String>(0).unwrap_or_default());
                }
            }
        }
    }
    all
}

#[on_both_databases]
async fn no_identifier_of_a_return_is_anywhere_in_the_database(app: TestApp) {
    with_authorities(&app).await;
    let client = steward(&app, ALPHA).await;
    let files = vec![
        header_of(
            "KID-4711-XY,2,17/09/2011,WBRI,U856006112595,0,\nWilhelmina,2,17/09/2011,WBRI,T808001814556,0,\nKID-4711-XY,2,17/09/2011,WBRI,,0,\n",
        ),
        episodes_of(
            "KID-4711-XY,01/05/2022,S,C2,N1,U4,PR1,,,,LS99 4QQ,EC88 9ZZ,1234567\nWilhelmina,17/09/1999,S,C2,N1,U4,PR1,,,,LS99 4QQ,,\nWilhelmina X,17/09/2011,S,C2,N1,U4,PR1,,,,LS99 4QQ,,\n",
        ),
        (
            "oc3-Wilhelmina.csv",
            b"CHILD,DOB,IN_TOUCH,ACTIV,ACCOM\nWilhelmina,17/09/2011,Wilhelmina,F1,B1\n".to_vec(),
        ),
    ];
    let (status, body) =
        send(&client, "/imports/ssda903?authority=E09000007&year=2024&acceptLosses=true", &files)
            .await;
    assert_eq!(status, StatusCode::OK, "{body}");
    load_census(
        &app,
        CAMDEN,
        2024,
        &in_need(
            "CENSUS-KID-1",
            "<UPN>U856006112595</UPN><FormerUPN>T808001814556</FormerUPN>",
            "2011-09-17",
            true,
        ),
    )
    .await;
    // What could not be read to its end is not kept either, nor repeated.
    let broken = vec![
        header_of("KID-4711-XY,2,17/09/2011,WBRI,U856006112595,0,\n"),
        ("Wilhelmina.csv", b"LS99 4QQ,17/09/2011\n".to_vec()),
    ];
    send(&client, "/imports/ssda903?authority=E09000007&year=2023", &broken).await;
    let told = client.ask("{ youngPeople { returns { nodes { problems { nodes { file line column rule reason remedy } } } } } }").await;
    app.space.flush_journal().await;
    let kept = everything(&app).await + &told.data().to_string();
    assert!(kept.contains("INT03") && kept.contains("302"), "the dump holds the report");
    for secret in SECRETS {
        assert!(!kept.contains(secret), "{secret} is kept");
        assert!(!kept.to_lowercase().contains(&secret.to_lowercase()), "{secret} is kept");
    }
}
