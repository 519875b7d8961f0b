//! Counts: what may be asked for, and what is shown.

use sea_orm::EntityTrait;
use serde_json::json;
use service::young_people::disclosure::{Area, Records, Rule};
use tests::support::app::ALPHA;
use tests::support::app::TestApp;
use tests::support::on_both_databases;

use super::*;

const ASK: &str = "query ($input: StatisticsInput!) { youngPeople { statistics(input: $input) {
    rule { name version threshold description } cells { keys labels count state } coverage { of isWhole authorities { localAuthority { gssCode } } } } } }";

async fn ask(client: &Client, by: &[&str], filter: Value) -> Value {
    let input = json!({ "by": by, "where": filter, "asAt": "2024-03-31" });
    let answer = client.ask_with(ASK, json!({ "input": input })).await;
    answer.at("/youngPeople/statistics").clone()
}

async fn refusal(client: &Client, input: Value) -> (String, String) {
    let answer = client.ask_with(ASK, json!({ "input": input })).await;
    let message = answer.body["errors"][0]["message"].as_str().unwrap_or_default();
    (answer.code().unwrap_or_default().to_owned(), message.to_owned())
}

/// The people whom the database holds, counted one by one.
#[expect(
    clippy::disallowed_methods,
    reason = "a test looks at what is kept, not at what somebody sees"
)]
async fn records(app: &TestApp, counts: impl Fn(&entity::standing::Model) -> bool) -> Records {
    let rows =
        entity::standing::Entity::find().all(app.space.store().connection()).await.expect("rows");
    let mut records = Records { count: 0, key_sum: 0 };
    for row in rows.iter().filter(|row| counts(row)) {
        records.count += 1;
        records.key_sum += u64::from(row.record_key.unsigned_abs());
    }
    records
}

/// What a cell key alone makes of them.
async fn expected(app: &TestApp, counts: impl Fn(&entity::standing::Model) -> bool) -> Option<u64> {
    let rule = Rule::cell_key().expect("a rule");
    rule.cell(records(app, counts).await, Area::England).shown()
}

async fn counted(app: &TestApp, counts: impl Fn(&entity::standing::Model) -> bool) -> u64 {
    records(app, counts).await.count
}

/// The codes of the authorities that a table counts.
fn codes(table: &Value) -> Vec<&str> {
    let covered = table["coverage"]["authorities"].as_array().expect("authorities");
    covered.iter().filter_map(|of| of["localAuthority"]["gssCode"].as_str()).collect()
}

fn cell<'a>(table: &'a Value, keys: &[&str]) -> &'a Value {
    let cells = table["cells"].as_array().expect("cells");
    cells.iter().find(|cell| cell["keys"] == json!(keys)).expect("a cell")
}

#[on_both_databases]
async fn a_share_is_made_of_what_is_published_of_both_counts(app: TestApp) {
    with_authorities(&app).await;
    load(&app, CAMDEN, 2024, many(1, 120)).await;
    load(&app, LEEDS, 2024, many(500, 14)).await;
    let client = app.holder(ALPHA, &[ScopeName::YoungPeopleStatistics]).await;
    let shares = async |input: Value| {
        client.ask_with("query ($input: StatisticsInput!) { youngPeople { statistics(input: $input) { cells { keys count share } } } }", json!({ "input": input })).await
    };
    let (by, day) = (["LOCAL_AUTHORITY", "SEX"], "2024-03-31");
    let table = shares(json!({ "by": by, "shareOf": ["SEX"], "asAt": day })).await;
    let table = table.at("/youngPeople/statistics");
    let bases = ask(&client, &["LOCAL_AUTHORITY"], json!({})).await;
    let (girls, all) = (cell(table, &[CAMDEN, "FEMALE"]), cell(&bases, &[CAMDEN]));
    let ratio = girls["count"].as_f64().unwrap() / all["count"].as_f64().unwrap();
    assert!((girls["share"].as_f64().unwrap() - ratio).abs() < 1e-9, "{table}");
    for hidden in [[CAMDEN, "NOT_KNOWN"], [LEEDS, "MALE"]] {
        let cell = cell(table, &hidden);
        assert!(cell["share"].is_null() || cell["count"].is_u64(), "{cell}");
    }
    let without = shares(json!({ "by": by, "asAt": day })).await;
    assert!(
        without
            .at("/youngPeople/statistics/cells")
            .as_array()
            .unwrap()
            .iter()
            .all(|cell| cell["share"].is_null())
    );
    let refused = shares(json!({ "by": by, "shareOf": ["AGE_BAND"], "asAt": day })).await;
    assert_eq!(
        (refused.code(), refused.body.pointer("/errors/0/extensions/field")),
        (Some("BAD_USER_INPUT"), Some(&json!("shareOf")))
    );
}

#[on_both_databases]
async fn under_a_cell_key_alone_a_cell_is_what_the_rule_makes_of_its_people_in_whatever_table_it_stands(
    app: TestApp,
) {
    with_authorities(&app).await;
    load(&app, CAMDEN, 2024, many(1, 200)).await;
    load(&app, LEEDS, 2024, many(1, 50)).await;
    let (analyst, _) = app.token(ALPHA, &[ScopeName::YoungPeopleStatistics]).await;
    let swapped =
        app.another_server(|space| space.with_disclosure_rule(Rule::cell_key().unwrap())).await;
    let client = swapped.with_token(&analyst);
    let by_sex = ask(&client, &["SEX"], json!({})).await;
    assert_eq!(by_sex["rule"]["name"], "cell-key");
    assert_eq!(codes(&by_sex), [LEEDS, CAMDEN]);
    let girls = cell(&by_sex, &["FEMALE"])["count"].as_u64();
    assert_eq!(
        girls,
        expected(&app, |row| row.ordinal == 0 && row.sex == entity::Sex::Female).await
    );
    assert_eq!(
        cell(
            &ask(&client, &["AGE_BAND", "SEX"], json!({ "ageBands": ["FROM_10_TO_15"] })).await,
            &["FROM_10_TO_15", "FEMALE"]
        )["count"]
            .as_u64(),
        girls
    );
    assert_eq!(
        ask(&client, &[], json!({ "sexes": ["FEMALE"] })).await["cells"][0]["count"].as_u64(),
        girls
    );
    let places = ask(&client, &["LOCAL_AUTHORITY", "SEX"], json!({})).await;
    let here = app.space.directory().await.unwrap().local_authorities.by_key(CAMDEN).unwrap().id;
    let girls_here = expected(&app, |row| {
        row.ordinal == 0 && row.sex == entity::Sex::Female && row.local_authority_id == here
    })
    .await;
    assert_eq!(cell(&places, &[CAMDEN, "FEMALE"])["count"].as_u64(), girls_here);
    assert_eq!(
        ask(&client, &["SEX"], json!({ "localAuthorities": [CAMDEN] })).await["cells"][0]["count"]
            .as_u64(),
        girls_here
    );
    let picked =
        ask(&client, &["LOCAL_AUTHORITY", "SEX"], json!({ "localAuthorities": [CAMDEN] })).await;
    assert_eq!(picked["cells"].as_array().unwrap().len(), 3);
    assert_eq!(codes(&picked), [CAMDEN]);
}

#[on_both_databases]
async fn every_combination_is_a_cell_and_none_below_the_threshold_is_shown(app: TestApp) {
    with_authorities(&app).await;
    let mut files = many(1, 60);
    files[0].1.extend(b"Z1,1,01/01/2023,BAFR,,,\nZ2,1,01/01/2023,BAFR,,,\n");
    files[1].1.extend(b"Z1,01/02/2024,S,L2,N1,U4,PR1,,,,,,\nZ2,01/02/2024,S,L2,N1,U4,PR1,,,,,,\n");
    load(&app, CAMDEN, 2024, files).await;
    let client = analyst(&app, ALPHA).await;
    let table = ask(&client, &["ETHNIC_GROUP", "LEGAL_STATUS"], json!({})).await;
    assert_eq!(table["cells"].as_array().unwrap().len(), 6 * 8);
    let (few, none) = (
        cell(&table, &["BLACK", "CHILD_PROTECTION"]),
        cell(&table, &["ASIAN", "CHILD_PROTECTION"]),
    );
    assert_eq!((&few["count"], &few["state"]), (&Value::Null, &json!("SUPPRESSED")));
    assert_eq!((&none["count"], &none["state"]), (&Value::Null, &json!("SUPPRESSED")));
    let shown = cell(&table, &["WHITE", "FULL_CARE_ORDER"]);
    assert_eq!(shown["state"], "SHOWN");
    assert_eq!(shown["labels"], json!(["White", "A full care order (C2)"]));
    assert!(
        table["cells"]
            .as_array()
            .unwrap()
            .iter()
            .all(|cell| cell["count"].as_u64().is_none_or(|count| count >= 10))
    );
}

#[on_both_databases]
async fn who_is_in_several_populations_is_counted_in_each_and_once_in_all(app: TestApp) {
    with_authorities(&app).await;
    load(&app, CAMDEN, 2024, many(1, 100)).await;
    let children: String = (1..=100)
        .map(|child| in_need(&format!("C{child:05}"), "", "2012-05-14", child <= 40))
        .collect();
    load_census(&app, CAMDEN, 2024, &children).await;
    let client = analyst(&app, ALPHA).await;
    let table = ask(&client, &["POPULATION"], json!({})).await;
    use entity::SocialWorkPopulation::{InNeed, LookedAfter, ProtectionPlan};
    for (word, population) in
        [("IN_NEED", InNeed), ("PROTECTION_PLAN", ProtectionPlan), ("LOOKED_AFTER", LookedAfter)]
    {
        let shown = cell(&table, &[word])["count"].as_u64().unwrap();
        let truth = counted(&app, |row| row.population == population).await;
        assert!(shown.abs_diff(truth) <= 10, "{word}: {shown} of {truth}");
    }
    let all = ask(&client, &[], json!({})).await;
    assert!(all["cells"][0]["count"].as_u64().unwrap() <= 110);
}

#[on_both_databases]
async fn short_breaks_unaccompanied_children_and_care_leavers_are_told_apart(app: TestApp) {
    with_authorities(&app).await;
    let rows = |from: usize, legal: &str| -> String {
        (from..from + 20)
            .map(|child| format!("C{child:05},10/06/2023,S,{legal},N2,U4,PR1,,,,,,\n"))
            .collect()
    };
    let header: String =
        (1..=60).map(|child| format!("C{child:05},1,14/05/2007,WBRI,,,\n")).collect();
    let uasc: String = (21..=40).map(|child| format!("C{child:05},1,14/05/2007,\n")).collect();
    let leavers: String =
        (41..=60).map(|child| format!("C{child:05},14/05/2007,YES,F1,B1\n")).collect();
    let loaded = load(
        &app,
        CAMDEN,
        2024,
        vec![
            header_of(&header),
            episodes_of(&(rows(1, "V4") + &rows(21, "V2"))),
            ("uasc.csv", format!("CHILD,SEX,DOB,DUC\n{uasc}").into_bytes()),
            ("oc3.csv", format!("CHILD,DOB,IN_TOUCH,ACTIV,ACCOM\n{leavers}").into_bytes()),
        ],
    )
    .await;
    assert_eq!((loaded.refused, loaded.children), (0, 60));
    let client = analyst(&app, ALPHA).await;
    let table = ask(&client, &["POPULATION"], json!({})).await;
    let mut shown = Vec::new();
    for word in
        ["SHORT_BREAKS", "LOOKED_AFTER", "UNACCOMPANIED_ASYLUM_SEEKING", "CARE_LEAVER", "IN_NEED"]
    {
        shown.push(cell(&table, &[word])["count"].as_u64().is_some());
    }
    assert_eq!(shown, [true, true, true, true, false]);
}

#[on_both_databases]
async fn what_would_not_be_safe_is_refused_with_the_reason(app: TestApp) {
    with_authorities(&app).await;
    load(&app, CAMDEN, 2024, many(1, 20)).await;
    let client = analyst(&app, ALPHA).await;
    let day = "2024-03-31";
    let refused = [
        (json!({ "by": ["SEX"], "asAt": "2024-03-30" }), "NOT_A_REFERENCE_DATE", "31 March"),
        (json!({ "by": ["SEX"], "asAt": "2031-03-31" }), "NOT_A_REFERENCE_DATE", "not come yet"),
        (
            json!({ "by": ["SEX"], "asAt": day, "where": { "localAuthorities": [CAMDEN, LEEDS] } }),
            "NOT_COUNTABLE",
            "their sum is no count",
        ),
        (
            json!({ "by": [], "asAt": day, "where": { "ageBands": ["UNDER_1", "FROM_1_TO_4"] } }),
            "NOT_COUNTABLE",
            "Add AGE_BAND to `by`",
        ),
        (
            json!({ "by": ["SEX", "AGE_BAND", "ETHNIC_GROUP", "LEGAL_STATUS", "POPULATION"], "asAt": day }),
            "NOT_COUNTABLE",
            "may have 4",
        ),
        (
            json!({ "by": ["SEX", "AGE_BAND", "ETHNIC_GROUP", "LEGAL_STATUS"], "asAt": day, "where": { "populations": ["IN_NEED"] } }),
            "NOT_COUNTABLE",
            "may have 4",
        ),
        (json!({ "by": ["SEX", "SEX"], "asAt": day }), "BAD_USER_INPUT", "twice"),
        (
            json!({ "by": [], "asAt": day, "where": { "localAuthorities": ["E99"] } }),
            "BAD_USER_INPUT",
            "E99",
        ),
        (
            json!({ "by": [], "asAt": day, "where": { "regions": ["Atlantis"] } }),
            "BAD_USER_INPUT",
            "Atlantis",
        ),
    ];
    for (input, code, part) in refused {
        let (given, message) = refusal(&client, input.clone()).await;
        assert_eq!(given, code, "{input} {message}");
        assert!(message.contains(part), "{message}");
    }
    let (code, _) = refusal(&app.reader(ALPHA).await, json!({ "by": [], "asAt": day })).await;
    assert_eq!(code, "FORBIDDEN");
}

#[on_both_databases]
async fn all_categories_of_a_dimension_are_everybody(app: TestApp) {
    with_authorities(&app).await;
    load(&app, CAMDEN, 2024, many(1, 60)).await;
    let client = analyst(&app, ALPHA).await;
    let everybody = ask(&client, &["AGE_BAND"], json!({})).await;
    assert_eq!(
        ask(&client, &["AGE_BAND"], json!({ "sexes": ["NOT_KNOWN", "MALE", "FEMALE"] })).await,
        everybody
    );
}

#[on_both_databases]
async fn a_cell_has_one_answer_however_it_is_asked_for(app: TestApp) {
    with_authorities(&app).await;
    load(&app, CAMDEN, 2024, many(1, 200)).await;
    load(&app, LEEDS, 2024, many(1, 90)).await;
    let client = analyst(&app, ALPHA).await;
    let one = cell(
        &ask(&client, &["SEX", "LOCAL_AUTHORITY"], json!({})).await,
        &["FEMALE", CAMDEN],
    )["count"]
        .clone();
    assert!(one.is_u64());
    for (by, filter, keys) in [
        (vec!["LOCAL_AUTHORITY", "SEX"], json!({}), vec![CAMDEN, "FEMALE"]),
        (vec!["LOCAL_AUTHORITY"], json!({ "sexes": ["FEMALE"] }), vec![CAMDEN]),
        (vec!["SEX"], json!({ "localAuthorities": [CAMDEN] }), vec!["FEMALE"]),
        (vec![], json!({ "localAuthorities": [CAMDEN], "sexes": ["FEMALE"] }), vec![]),
        (
            vec!["LOCAL_AUTHORITY", "SEX"],
            json!({ "localAuthorities": [CAMDEN, LEEDS] }),
            vec![CAMDEN, "FEMALE"],
        ),
    ] {
        assert_eq!(
            cell(&ask(&client, &by, filter.clone()).await, &keys)["count"],
            one,
            "{by:?} {filter}"
        );
    }
}

#[on_both_databases]
async fn places_without_returns_are_not_collected_and_places_that_contradict_each_other_do_not_apply(
    app: TestApp,
) {
    app.import_files(&[("local_authorities.csv", "gss_code,name,country,region,dfe_number\nE09000007,Camden,England,London,202\nE08000035,Leeds,England,Yorkshire,383\nE08000036,Wakefield,England,Yorkshire,384\n")]).await;
    load(&app, CAMDEN, 2024, many(1, 60)).await;
    load(&app, LEEDS, 2024, many(100, 60)).await;
    let client = analyst(&app, ALPHA).await;
    let state =
        |table: &Value, keys: &[&str]| cell(table, keys)["state"].as_str().unwrap().to_owned();
    let named =
        ask(&client, &["LOCAL_AUTHORITY"], json!({ "localAuthorities": [LEEDS, "E08000036"] }))
            .await;
    assert_eq!(
        (state(&named, &[LEEDS]), state(&named, &["E08000036"])),
        ("SHOWN".into(), "NOT_COLLECTED".into())
    );
    assert_eq!(
        (&named["coverage"]["of"], &named["coverage"]["isWhole"]),
        (&json!(2), &json!(false))
    );
    let crossed = ask(&client, &["REGION", "LOCAL_AUTHORITY"], json!({})).await;
    assert_eq!(
        (state(&crossed, &["Yorkshire", LEEDS]), state(&crossed, &["London", LEEDS])),
        ("SHOWN".into(), "NOT_APPLICABLE".into())
    );
    let in_need = ask(&client, &["POPULATION"], json!({ "localAuthorities": [CAMDEN] })).await;
    assert_eq!(
        (state(&in_need, &["LOOKED_AFTER"]), state(&in_need, &["IN_NEED"])),
        ("SHOWN".into(), "NOT_COLLECTED".into())
    );
}

#[on_both_databases]
async fn a_table_takes_the_same_statements_whatever_its_size(app: TestApp) {
    with_authorities(&app).await;
    load(&app, CAMDEN, 2024, many(1, 40)).await;
    let client = analyst(&app, ALPHA).await;
    ask(&client, &[], json!({})).await;
    let small = app
        .statements_of(async {
            ask(&client, &[], json!({})).await;
        })
        .await;
    let large = app
        .statements_of(async {
            ask(&client, &["LOCAL_AUTHORITY", "SEX", "AGE_BAND", "POPULATION"], json!({})).await;
        })
        .await;
    assert_eq!(small, large);
    assert!(large <= 3, "{large}");
}
