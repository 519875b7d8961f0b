//! Answers that are held against each other: by conditions, by editions, by areas.

use chrono::TimeDelta;
use serde_json::json;
use tests::support::app::ALPHA;
use tests::support::app::TestApp;
use tests::support::on_both_databases;

use super::*;

const DIMENSIONS: [&str; 4] = ["AGE_BAND", "ETHNIC_GROUP", "LEGAL_STATUS", "PLACEMENT_TYPE"];

/// The cells of a table: what each says, by its keys.
async fn table(client: &Client, by: &[&str], filter: Value) -> Vec<(Value, Value)> {
    let ask = "query ($input: StatisticsInput!) { youngPeople { statistics(input: $input) { cells { keys count } } } }";
    let input = json!({ "by": by, "where": filter, "asAt": "2024-03-31" });
    let answer = client.ask_with(ask, json!({ "input": input })).await;
    let cells = answer.at("/youngPeople/statistics/cells").as_array().expect("cells").clone();
    cells.into_iter().map(|cell| (cell["keys"].clone(), cell["count"].clone())).collect()
}

/// All that somebody may ask about an authority by itself, by two dimensions at a time.
async fn everything(client: &Client) -> Vec<Vec<(Value, Value)>> {
    let mut tables = Vec::new();
    for (at, one) in DIMENSIONS.iter().enumerate() {
        for other in DIMENSIONS.iter().skip(at + 1) {
            tables.push(
                table(client, &["SEX", one, other], json!({ "localAuthorities": [CAMDEN] })).await,
            );
        }
    }
    tables
}

/// Unaccompanied boys, all different, and perhaps one girl.
fn unaccompanied(boys: usize, girl: bool) -> Files {
    let (mut header, mut episodes, mut uasc) = (String::new(), String::new(), String::new());
    for child in 0..boys + usize::from(girl) {
        let sex = if child < boys { 1 } else { 2 };
        let (born, ethnic) =
            ([2006, 2007, 2010][child % 3], ["AOTH", "BAFR", "OOTH"][child % 5 % 3]);
        let (legal, placed) = (["V2", "C2"][child % 7 % 2], ["U4", "K2", "H5"][child % 4 % 3]);
        header.push_str(&format!("C{child:05},{sex},14/05/{born},{ethnic},UN3,,\n"));
        episodes.push_str(&format!("C{child:05},10/06/2023,S,{legal},N8,{placed},PR1,,,,,,\n"));
        uasc.push_str(&format!("C{child:05},{sex},14/05/{born},\n"));
    }
    vec![
        header_of(&header),
        episodes_of(&episodes),
        ("uasc.csv", format!("CHILD,SEX,DOB,DUC\n{uasc}").into_bytes()),
    ]
}

/// So many more children, each a little different.
fn with_more(files: Files, more: usize) -> Files {
    let mut files = files;
    for child in 0..more {
        let ethnic = ["BAFR", "WBRI", "APKN"][child % 3];
        files[0].1.extend(format!("M{child:05},2,14/05/2009,{ethnic},UN3,,\n").into_bytes());
        files[1].1.extend(format!("M{child:05},10/06/2022,S,E1,N1,U4,PR1,,,,,,\n").into_bytes());
    }
    files
}

#[on_both_databases]
async fn the_one_who_is_unlike_the_rest_changes_no_answer_against_another(app: TestApp) {
    with_authorities(&app).await;
    load(&app, CAMDEN, 2024, unaccompanied(100, true)).await;
    let client = analyst(&app, ALPHA).await;
    for dimension in DIMENSIONS {
        let of = |sexes: Value| json!({ "localAuthorities": [CAMDEN], "populations": ["UNACCOMPANIED_ASYLUM_SEEKING"], "sexes": sexes });
        let mut group = of(json!([]));
        group.as_object_mut().unwrap().remove("sexes");
        assert_eq!(
            table(&client, &[dimension], group).await,
            table(&client, &[dimension], of(json!(["MALE"]))).await,
            "{dimension}"
        );
    }
}

#[on_both_databases]
async fn a_region_says_what_its_authority_says_where_the_rest_is_small(app: TestApp) {
    app.import_files(&[("local_authorities.csv", "gss_code,name,country,region\nE09000007,Camden,England,London\nE09000008,Croydon,England,London\n")]).await;
    load(&app, CAMDEN, 2024, many(1, 200)).await;
    load(&app, "E09000008", 2024, unaccompanied(12, false)).await;
    let client = analyst(&app, ALPHA).await;
    for dimension in DIMENSIONS {
        let of = async |place: Value| table(&client, &[dimension], place).await;
        assert_eq!(
            of(json!({ "regions": ["London"] })).await,
            of(json!({ "localAuthorities": [CAMDEN] })).await,
            "{dimension}"
        );
    }
}

#[on_both_databases]
async fn a_return_with_a_few_children_more_changes_no_answer_and_with_ten_it_is_a_new_edition(
    app: TestApp,
) {
    with_authorities(&app).await;
    load(&app, CAMDEN, 2024, unaccompanied(100, false)).await;
    let client = analyst(&app, ALPHA).await;
    let first = everything(&client).await;
    load(&app, CAMDEN, 2024, with_more(unaccompanied(100, false), 1)).await;
    assert_eq!(everything(&client).await, first);
    load(&app, CAMDEN, 2024, with_more(unaccompanied(100, false), 9)).await;
    assert_eq!(everything(&client).await, first);
    load(&app, CAMDEN, 2024, with_more(unaccompanied(100, false), 10)).await;
    assert_ne!(everything(&client).await, first);
}

#[on_both_databases]
async fn one_corrected_child_changes_no_answer(app: TestApp) {
    with_authorities(&app).await;
    load(&app, CAMDEN, 2024, unaccompanied(100, false)).await;
    let client = analyst(&app, ALPHA).await;
    let first = everything(&client).await;
    let mut corrected = unaccompanied(100, false);
    let episodes = String::from_utf8(corrected[1].1.clone()).unwrap();
    corrected[1].1 = episodes.replacen(",V2,", ",E1,", 1).into_bytes();
    load(&app, CAMDEN, 2024, corrected).await;
    assert_eq!(everything(&client).await, first);
}

#[on_both_databases]
async fn invented_returns_are_counted_four_times_a_year_at_most(app: TestApp) {
    with_authorities(&app).await;
    let client = analyst(&app, ALPHA).await;
    let edition = async |client: &Client| {
        let asked = client.ask(r#"{ youngPeople { statistics(input: { by: [], asAt: "2024-03-31" }) { coverage { authorities { edition } } } } }"#).await;
        asked.at("/youngPeople/statistics/coverage/authorities/0/edition").as_i64()
    };
    for invented in 1..=6 {
        load(&app, CAMDEN, 2024, with_more(unaccompanied(50, false), 20 * invented)).await;
        assert_eq!(edition(&client).await, Some(invented.min(4) as i64));
    }
    assert_eq!(service::young_people::editions::publish_due(app.space.store()).await.unwrap(), 0);
    app.clock.advance(TimeDelta::days(365));
    assert_eq!(service::young_people::editions::publish_due(app.space.store()).await.unwrap(), 1);
    let client = analyst(&app, ALPHA).await;
    assert_eq!(edition(&client).await, Some(5));
    assert_eq!(service::young_people::editions::publish_due(app.space.store()).await.unwrap(), 0);
}
