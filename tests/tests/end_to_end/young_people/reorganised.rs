//! Authorities that were reorganised: a return is of the one that there was on its reference day.

use entity::{ReturnState, loaded_return};
use sea_orm::EntityTrait;
use serde_json::json;
use service::young_people::{people, stewards};
use tests::support::app::ALPHA;
use tests::support::app::TestApp;
use tests::support::on_both_databases;

use super::*;

const COLUMNS: &str =
    "gss_code,name,country,region,authority_type,dfe_number,established,abolished,successors\n";

/// Real reorganisations of 2019 to 2023, some with the last day of the old and some with the first of the new.
const REGISTER: &str = "\
E10000009,Dorset County,England,South West,County,835,,2019-03-31,E06000059\n\
E06000059,Dorset,England,South West,Unitary authority,838,2019-04-01,,\n\
E06000028,Bournemouth,England,South West,Unitary authority,837,,2019-04-01,E06000058\n\
E06000029,Poole,England,South West,Unitary authority,836,1997-04-01,2019-04-01,E06000058\n\
E07000048,Christchurch,England,South West,Non-metropolitan district,,,2019-04-01,E06000058\n\
E06000058,\"Bournemouth, Christchurch and Poole\",England,South West,Unitary authority,839,2019-04-01,,\n\
E10000021,Northamptonshire,England,East Midlands,County,928,,2021-04-01,E06000061;E06000062\n\
E06000061,North Northamptonshire,England,East Midlands,Unitary authority,940,2021-04-01,,\n\
E06000062,West Northamptonshire,England,East Midlands,Unitary authority,941,2021-04-01,,\n\
E10000006,Cumbria,England,North West,County,909,,2023-04-01,E06000063;E06000064\n\
E06000063,Cumberland,England,North West,Unitary authority,942,2023-04-01,,\n\
E06000064,Westmorland and Furness,England,North West,Unitary authority,943,2023-04-01,,\n\
E10000023,North Yorkshire,England,Yorkshire,County,815,,2023-04-01,E06000065\n\
E07000165,Harrogate,England,Yorkshire,Non-metropolitan district,,,2023-04-01,E06000065\n\
E06000065,North Yorkshire,England,Yorkshire,Unitary authority,815,2023-04-01,,\n\
W06000015,Cardiff,Wales,,Welsh unitary authority,681,,,\n\
E47000012,York and North Yorkshire,England,,Combined authority,,2024-02-01,,\n";

async fn register(app: &TestApp, rows: &str) {
    let content = format!("{COLUMNS}{rows}");
    app.import_files(&[("local_authorities.csv", &content)]).await;
}

/// The code of the authority under which a return stands, or the refusal.
async fn loaded_under(app: &TestApp, authority: &str, year: i32) -> Result<String, String> {
    let new = NewReturn {
        kind: ReturnKind::Ssda903,
        authority: Some(authority.to_owned()),
        year: Some(year),
        accept_losses: true,
    };
    let loaded = load_as(app, &Viewer::operator(), new, many(1, 1)).await;
    let row = loaded.map_err(|refusal| refusal.message.into_owned())?;
    Ok(code(app, &row).await)
}

async fn code(app: &TestApp, row: &loaded_return::Model) -> String {
    let directory = app.space.directory().await.expect("a directory");
    let authority = directory.local_authorities.by_id(row.local_authority_id);
    authority.expect("an authority").gss_code.clone()
}

/// So many children who have been looked after since 2018.
fn since_2018(count: usize) -> Files {
    let since = |text: Vec<u8>| {
        let text = String::from_utf8(text).expect("UTF-8");
        text.replace("10/06/2019", "10/06/2018").into_bytes()
    };
    let files = many(1, count).into_iter();
    files.map(|(name, text)| (name, since(text))).collect()
}

/// The returns in use: code of the authority, year, children.
async fn in_use(app: &TestApp) -> Vec<(String, i32, i32)> {
    let mut all = Vec::new();
    for row in returns_of(app).await {
        if row.state == ReturnState::Current {
            all.push((code(app, &row).await, row.year, row.children));
        }
    }
    all.sort();
    all
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test looks at what is kept, not at what somebody sees"
)]
async fn returns_of(app: &TestApp) -> Vec<loaded_return::Model> {
    let returns = loaded_return::Entity::find();
    returns.all(app.space.store().connection()).await.expect("returns")
}

#[on_both_databases]
async fn a_number_means_the_authority_that_had_it_in_the_year(app: TestApp) {
    register(&app, REGISTER).await;
    for (number, year, expected) in [
        ("835", 2019, "E10000009"),
        ("838", 2020, "E06000059"),
        ("837", 2019, "E06000028"),
        ("836", 2018, "E06000029"),
        ("839", 2020, "E06000058"),
        ("928", 2021, "E10000021"),
        ("940", 2022, "E06000061"),
        ("941", 2022, "E06000062"),
        ("909", 2023, "E10000006"),
        ("942", 2024, "E06000063"),
        ("943", 2024, "E06000064"),
        ("815", 2019, "E10000023"),
        ("815", 2023, "E10000023"),
        ("815", 2024, "E06000065"),
        ("north yorkshire", 2023, "E10000023"),
        ("North Yorkshire", 2024, "E06000065"),
        (" e10000023", 2022, "E10000023"),
    ] {
        assert_eq!(
            loaded_under(&app, number, year).await.as_deref(),
            Ok(expected),
            "{number} in {year}"
        );
    }
}

#[on_both_databases]
async fn a_census_is_of_the_authority_that_had_its_number_in_its_year(app: TestApp) {
    register(&app, REGISTER).await;
    for (year, number, expected) in
        [(2023, "815", "E10000023"), (2024, "815", "E06000065"), (2019, "835", "E10000009")]
    {
        let document = census(year, &in_need("N1", "", "2010-05-06", false))
            .replace("<LEA>202", &format!("<LEA>{number}"));
        let new = NewReturn {
            kind: ReturnKind::CinCensus,
            authority: None,
            year: None,
            accept_losses: true,
        };
        let loaded =
            load_as(&app, &Viewer::operator(), new, vec![("census.xml", document.into_bytes())])
                .await
                .expect("a census");
        assert_eq!(code(&app, &loaded).await, expected, "{year}");
    }
}

#[on_both_databases]
async fn an_authority_that_made_no_return_in_the_year_is_refused_and_the_right_one_named(
    app: TestApp,
) {
    register(&app, REGISTER).await;
    for (authority, year, named) in [
        ("E06000065", 2019, "North Yorkshire (E10000023)"),
        ("838", 2019, "Dorset County (E10000009)"),
        ("835", 2020, "Dorset (E06000059)"),
        ("839", 2019, "Bournemouth (E06000028), Poole (E06000029)"),
        ("E10000006", 2024, "Cumberland (E06000063), Westmorland and Furness (E06000064)"),
        ("940", 2021, "Northamptonshire (E10000021)"),
        ("E07000165", 2024, "North Yorkshire (E06000065)"),
        ("E07000048", 2019, "county"),
        ("Harrogate", 2019, "county"),
        ("W06000015", 2024, "England"),
        ("681", 2024, "England"),
        ("E47000012", 2024, "no children's social care"),
        ("999", 2024, "DfE number"),
        ("Atlantis", 2024, "no such local authority"),
    ] {
        let refusal = loaded_under(&app, authority, year).await.expect_err(authority);
        assert!(refusal.contains(named), "{authority} in {year}: {refusal}");
    }
    assert_eq!(in_use(&app).await, []);
}

#[on_both_databases]
async fn a_return_under_a_later_authority_moves_when_the_register_tells_whose_it_was(app: TestApp) {
    // As an earlier version had it: the number led to the council that there is now, whatever the year.
    register(&app, "E06000065,North Yorkshire,England,Yorkshire,Unitary authority,815,,,\nE10000023,North Yorkshire,England,Yorkshire,County,,,,\n").await;
    load(&app, "E06000065", 2019, since_2018(40)).await;
    load(&app, "E06000065", 2024, many(1, 12)).await;
    let client = analyst(&app, ALPHA).await;
    let counted = async |year: i32| {
        let asked = client.ask(&format!("{{ youngPeople {{ statistics(input: {{ by: [LOCAL_AUTHORITY], asAt: \"{year}-03-31\" }}) {{ coverage {{ authorities {{ localAuthority {{ gssCode }} }} }} cells {{ keys count }} }} }} }}")).await;
        asked.at("/youngPeople/statistics").clone()
    };
    let before = counted(2019).await;
    assert_eq!(
        before["coverage"]["authorities"],
        json!([{ "localAuthority": { "gssCode": "E06000065" } }])
    );

    register(&app, REGISTER).await;
    assert_eq!(returns::relocate(&app.space).await.expect("moved"), 1);

    assert_eq!(
        in_use(&app).await,
        [("E06000065".to_owned(), 2024, 12), ("E10000023".to_owned(), 2019, 40)]
    );
    let after = counted(2019).await;
    assert_eq!(
        after["coverage"]["authorities"],
        json!([{ "localAuthority": { "gssCode": "E10000023" } }])
    );
    let count = after["cells"][0]["count"].as_i64().expect("a count");
    assert!((count - 40).abs() <= 10, "{count}: the same children, once");
    assert_eq!(returns::relocate(&app.space).await.expect("moved"), 0, "once is enough");
    assert_eq!(persons(&app).await, 40, "nobody is new");
}

#[on_both_databases]
async fn of_two_returns_of_one_year_that_turn_out_to_be_one_authoritys_the_later_stays(
    app: TestApp,
) {
    register(&app, "E06000063,Cumberland,England,,,942,,,\nE10000006,Cumbria,England,,,909,,,\nE10000009,Dorset County,England,,,,,,\nE06000059,Dorset,England,,,835,,,\n").await;
    load(&app, "E06000059", 2018, many(1, 20)).await;
    app.clock.advance(chrono::TimeDelta::seconds(1));
    load(&app, "E10000009", 2018, many(1, 5)).await;
    load(&app, "E10000009", 2019, many(1, 6)).await;
    app.clock.advance(chrono::TimeDelta::seconds(1));
    load(&app, "E06000059", 2019, many(1, 21)).await;
    register(&app, REGISTER).await;
    assert_eq!(returns::relocate(&app.space).await.expect("moved"), 2);
    assert_eq!(
        in_use(&app).await,
        [("E10000009".to_owned(), 2018, 5), ("E10000009".to_owned(), 2019, 21)]
    );
}

#[on_both_databases]
async fn an_invented_reorganisation_is_imported_and_holds_from_its_day(app: TestApp) {
    register(&app, "E10000030,Surrey,England,South East,County,936,,,\n").await;
    assert_eq!(loaded_under(&app, "936", 2021).await.as_deref(), Ok("E10000030"));
    register(
        &app,
        "\
        E10000030,Surrey,England,South East,County,936,,2022-04-01,E06000991;E06000992\n\
        E06000991,East Surrey,England,South East,Unitary authority,991,2022-04-01,,\n\
        E06000992,West Surrey,England,South East,Unitary authority,992,2022-04-01,,\n",
    )
    .await;
    assert_eq!(loaded_under(&app, "936", 2022).await.as_deref(), Ok("E10000030"));
    assert_eq!(loaded_under(&app, "991", 2023).await.as_deref(), Ok("E06000991"));
    let refusal = loaded_under(&app, "936", 2023).await.expect_err("it is no more");
    assert!(refusal.contains("East Surrey (E06000991), West Surrey (E06000992)"), "{refusal}");
    let again = loaded_under(&app, "992", 2022).await.expect_err("it is not yet");
    assert!(again.contains("Surrey (E10000030)"), "{again}");
}

#[on_both_databases]
async fn an_authority_tells_its_time_and_who_came_before_and_after(app: TestApp) {
    register(&app, REGISTER).await;
    let client = app.nobody();
    let told = client.ask(r#"{ localAuthority(gssCode: "E10000006") { successors { gssCode predecessors { gssCode } } hasChildrensSocialCare
        on: existedOn(day: "2023-03-31") after: existedOn(day: "2023-04-01") } }"#).await;
    let cumbria = json!([{ "gssCode": "E10000006" }]);
    assert_eq!(
        told.at("/localAuthority"),
        &json!({
            "successors": [{ "gssCode": "E06000063", "predecessors": cumbria }, { "gssCode": "E06000064", "predecessors": cumbria }],
            "hasChildrensSocialCare": true, "on": true, "after": false,
        })
    );
    let codes = async |filter: &str| {
        let told = client
            .ask(&format!(
                "{{ localAuthorities(filter: {{ {filter} }}) {{ nodes {{ gssCode }} }} }}"
            ))
            .await;
        told.list("/localAuthorities/nodes", "gssCode")
    };
    assert_eq!(codes(r#"dfeNumbers: ["815"], asAt: "2019-03-31""#).await, ["E10000023"]);
    assert_eq!(codes(r#"dfeNumbers: ["815"], asAt: "2024-03-31""#).await, ["E06000065"]);
    assert_eq!(codes(r#"dfeNumbers: ["815"]"#).await, ["E06000065", "E10000023"]);
    assert_eq!(
        codes(r#"regions: ["South West"], asAt: "2018-03-31", hasChildrensSocialCare: true"#).await,
        ["E06000028", "E06000029", "E10000009"]
    );
    assert_eq!(
        codes(r#"regions: ["South West"], current: true"#).await,
        ["E06000058", "E06000059"]
    );
}

#[on_both_databases]
async fn nothing_is_its_own_successor_and_only_what_ends_has_any(app: TestApp) {
    register(&app, REGISTER).await;
    let keeper = app.holder(ALPHA, &[ScopeName::NetworkWrite]).await;
    let id = keeper.ask(r#"{ localAuthority(gssCode: "E06000065") { id } }"#).await;
    let id = id.at("/localAuthority/id").as_str().expect("an id").to_owned();
    let revise = async |fields: &str, version: i32| {
        keeper.ask(&format!("mutation {{ reviseLocalAuthority(input: {{ id: \"{id}\", expectedVersion: {version}, {fields} }}) {{ localAuthority {{ successors {{ gssCode }} }} }} }}")).await
    };
    assert_eq!(revise(r#"successors: ["E06000063"]"#, 1).await.code(), Some("BAD_USER_INPUT"));
    assert_eq!(
        revise(r#"abolished: "2030-04-01", successors: ["E06000065"]"#, 1).await.code(),
        Some("BAD_USER_INPUT")
    );
    let done = revise(r#"abolished: "2030-04-01", successors: ["E06000063"]"#, 1).await;
    assert_eq!(done.at("/reviseLocalAuthority/localAuthority/successors/0/gssCode"), "E06000063");
}

#[on_both_databases]
async fn who_acts_for_a_council_acts_for_the_one_that_it_was(app: TestApp) {
    register(&app, REGISTER).await;
    load(&app, "815", 2019, many(1, 2)).await;
    load(&app, "909", 2019, many(1, 2)).await;
    let (token, id) = app.token(ALPHA, &[ScopeName::YoungPeopleContribute]).await;
    for (council, seen, former) in [("E06000065", 1, Ok(())), ("E06000063", 0, Err("FORBIDDEN"))] {
        stewards::appoint(&app.as_operator(), id, &[council.to_owned()]).await.expect("appointed");
        let client = app.with_token(&token);
        let returns = client.ask("{ youngPeople { returns { nodes { id } } } }").await;
        assert_eq!(returns.list("/youngPeople/returns/nodes", "id").len(), seen, "{council}");
        let address = "/imports/ssda903?authority=E10000023&year=2020";
        let (status, body) = send(&client, address, &many(1, 2)).await;
        assert_eq!(status.is_success(), former.is_ok(), "{body}");
    }
}

#[on_both_databases]
async fn children_keep_their_ids_where_one_council_became_one_and_no_others(app: TestApp) {
    register(&app, REGISTER).await;
    load(&app, "815", 2023, many(1, 5)).await;
    load(&app, "815", 2024, many(1, 5)).await;
    assert_eq!(persons(&app).await, 5, "North Yorkshire's children are known in the next year");
    load(&app, "Bournemouth", 2019, many(1, 5)).await;
    load(&app, "Poole", 2019, many(1, 5)).await;
    assert_eq!(persons(&app).await, 15, "two councils' ids are of different children");
    load(&app, "839", 2020, many(1, 5)).await;
    assert_eq!(persons(&app).await, 20, "and neither's are those of the council that they became");
}

#[on_both_databases]
async fn a_child_is_erased_from_the_returns_of_the_former_council_too(app: TestApp) {
    register(&app, REGISTER).await;
    load(&app, "815", 2023, many(1, 2)).await;
    load(&app, "815", 2024, many(1, 2)).await;
    let erased =
        people::erase_child(&app.as_operator(), "E06000065", "C00001").await.expect("erased");
    assert_eq!((erased.returns, erased.is_forgotten), (2, true));
    assert_eq!(persons(&app).await, 1);
}

#[on_both_databases]
async fn a_study_at_a_former_council_reaches_the_children_of_its_successor(app: TestApp) {
    register(&app, REGISTER).await;
    app.import_files(&[
        ("populations.csv", "slug,name\nlooked-after-children,Looked-after children\n"),
        ("studies.csv", "slug,title,design,status,lead_centre,contributed_by,visibility,populations\nfostering,Fostering,RANDOMISED,REPORTED,alpha-centre,alpha-centre,PUBLIC,looked-after-children\n"),
        ("study_sites.csv", "study,local_authority\nfostering,E10000023\n"),
    ]).await;
    load(&app, "815", 2019, since_2018(60)).await;
    load(&app, "815", 2024, many(1, 70)).await;
    let client = analyst(&app, ALPHA).await;
    for (year, code) in [(2019, "E10000023"), (2024, "E06000065")] {
        let told = client.ask(&format!("{{ study(slug: \"fostering\") {{ reach(asAt: \"{year}-03-31\") {{ cells {{ keys }} }} }} }}")).await;
        assert_eq!(
            told.at("/study/reach/cells"),
            &json!([{ "keys": [code, "LOOKED_AFTER"] }]),
            "{year}"
        );
    }
}
