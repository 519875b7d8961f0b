//! Returns are loaded: what is refused, what is doubted, and how.

use axum::http::StatusCode;
use serde_json::json;
use tests::support::app::TestApp;
use tests::support::app::{ALPHA, BETA};
use tests::support::on_both_databases;

use super::*;

#[on_both_databases]
async fn a_return_is_sent_as_a_form_and_told_row_by_row(app: TestApp) {
    with_authorities(&app).await;
    let client = steward(&app, ALPHA).await;
    let files = vec![
        header_of(
            "A1,1,01/02/2010,WBRI,U856006112595,,\nA2,2,03/04/2011,NONE,UN1,,\nA3,1,05/06/2012,BAFR,UN2,,\n",
        ),
        episodes_of(
            "A1,01/05/2022,S,C2,N1,U4,PR1,,,,,,\nA9,01/05/2022,S,C2,N1,U4,PR1,,,,,,\nA3,01/05/2022,S,C2,N1,K3,PR1,,,,,,\nA3,01/05/2023,S,C2,N1,U4,PR1,01/04/2023,X1,,,,\n",
        ),
    ];
    let (status, body) = send(&client, &format!("{OVER_HTTP}&acceptLosses=true"), &files).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_eq!(body["return"]["problemCount"], 4);
    assert_eq!(body["return"]["problems"][0]["rule"], "103");
    assert_eq!(
        body["return"]["rows"],
        json!({ "read": 7, "kept": 3, "checked": 0, "refused": 4, "doubtful": 0 })
    );
    let told = client.ask("{ youngPeople { returns { totalCount nodes { kind year state children localAuthority { gssCode } loadedBy { slug }
        problems { totalCount nodes { file line column rule refused reason remedy } } brokenRules { rule times refused } } } } }").await;
    let told = told.at("/youngPeople/returns/nodes/0");
    assert_eq!((&told["state"], &told["children"]), (&json!("CURRENT"), &json!(2)));
    let rules: Vec<_> = told["problems"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["file"].as_str().unwrap(),
                row["line"].as_i64().unwrap(),
                row["rule"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        rules,
        [
            ("Header", 3, "103"),
            ("Episodes", 3, "INT03"),
            ("Episodes", 4, "146"),
            ("Episodes", 5, "356")
        ]
    );
    let first = &told["problems"]["nodes"][0];
    assert_eq!((&first["column"], &first["refused"]), (&json!("ETHNIC"), &json!(true)));
    assert!(first["remedy"].as_str().unwrap().contains("REFU"));
}

#[on_both_databases]
async fn files_may_come_from_a_spreadsheet_on_windows(app: TestApp) {
    with_authorities(&app).await;
    let mut header = b"\xef\xbb\xbf".to_vec();
    header.extend(b"child,Sex,DOB,ETHNIC,UPN,MOTHER,MC_DOB\r\n\"J\xf6rg, 1\",1,2010-02-01 00:00:00,wbri,,,\r\n\r\n");
    let episodes = format!(
        "{}\"J\u{f6}rg, 1\",1-May-2022,S,C2,N1,U4,PR1,,,,,,\r\n",
        EPISODES.replace('\n', "\r\n")
    );
    let loaded = load(
        &app,
        CAMDEN,
        2024,
        vec![("header.csv", header), ("episodes.csv", episodes.into_bytes())],
    )
    .await;
    assert_eq!((loaded.children, loaded.kept, loaded.refused), (1, 2, 0));
    // The number is missing, after an empty line.
    assert_eq!(
        problems(&app, loaded.id).await,
        [("442".to_owned(), "Header".to_owned(), 2, false)]
    );
}

#[on_both_databases]
async fn what_is_no_return_is_refused_as_a_whole_and_nothing_is_kept(app: TestApp) {
    with_authorities(&app).await;
    let client = steward(&app, ALPHA).await;
    let good = many(1, 2);
    let refusals = [
        ("/imports/ssda903?authority=E00000000&year=2024", good.clone(), "authority"),
        ("/imports/ssda903?year=2024", good.clone(), "authority"),
        ("/imports/ssda903?authority=E09000007", good.clone(), "year"),
        ("/imports/ssda903?authority=E09000007&year=1999", good.clone(), "year"),
        (OVER_HTTP, vec![good[1].clone(), good[0].clone()], "files"),
        (OVER_HTTP, vec![good[0].clone()], "files"),
        (OVER_HTTP, vec![good[0].clone(), good[1].clone(), good[1].clone()], "files"),
        (OVER_HTTP, vec![("x.csv", b"a,b\n1,2\n".to_vec())], "files"),
        (
            "/imports/cin-census?authority=E09000007",
            vec![("x.xml", b"<Message/>".to_vec())],
            "files",
        ),
    ];
    for (address, files, field) in refusals {
        let (status, body) = send(&client, address, &files).await;
        let error = &body["errors"][0];
        assert_eq!(
            (status, &error["extensions"]["field"]),
            (StatusCode::BAD_REQUEST, &json!(field)),
            "{address} {body}"
        );
        assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT", "{body}");
    }
    let (status, _) = send(&client, "/imports/other", &good).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let kept = client.ask("{ youngPeople { returns { nodes { state children } } } }").await;
    let states = kept.list("/youngPeople/returns/nodes", "state");
    assert!(states.iter().all(|state| state == "ABANDONED"), "{states:?}");
    assert_eq!(counted_rows(&app).await, 0);
}

#[on_both_databases]
async fn what_would_replace_a_return_by_next_to_nothing_leaves_it_in_use(app: TestApp) {
    with_authorities(&app).await;
    let client = steward(&app, ALPHA).await;
    load(&app, CAMDEN, 2024, many(1, 20)).await;
    let good = many(1, 20);
    let unclosed =
        String::from_utf8(good[0].1.clone()).unwrap().replace("C00003,", "\"C00003,").into_bytes();
    let semicolons = String::from_utf8(good[0].1.clone()).unwrap().replace(',', ";").into_bytes();
    let wrong = String::from_utf8(good[0].1.clone()).unwrap().replace("WBRI", "NONE").into_bytes();
    for (header, says) in [
        (unclosed, "line 4"),
        (semicolons, "separated by commas"),
        (b"CHILD,SEX,DOB\nC1,1,01/02/2010\n".to_vec(), "nearest to Header, and lacks ETHNIC"),
        (HEADER.as_bytes().to_vec(), "No child"),
        (wrong, "No child"),
    ] {
        let (status, body) =
            send(&client, OVER_HTTP, &vec![("header.csv", header), good[1].clone()]).await;
        let message = body["errors"][0]["message"].as_str().unwrap_or_default();
        assert!(status == StatusCode::BAD_REQUEST && message.contains(says), "{says}: {body}");
    }
    assert_eq!(counted_rows(&app).await, 20);
    let told = client
        .ask("{ youngPeople { returns(first: 1) { nodes { state problems { totalCount } } } } }")
        .await;
    assert_eq!(
        told.at("/youngPeople/returns/nodes/0"),
        &json!({ "state": "ABANDONED", "problems": { "totalCount": 2 } })
    );
}

#[on_both_databases]
async fn a_form_that_breaks_off_leaves_the_earlier_return_in_use(app: TestApp) {
    with_authorities(&app).await;
    let client = steward(&app, ALPHA).await;
    load(&app, CAMDEN, 2024, many(1, 20)).await;
    let (before, name) = (counted_rows(&app).await, "header.csv");
    let mut body = format!(
        "--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
    )
    .into_bytes();
    body.extend(format!("{HEADER}C1,1,01/01/2010,WBRI,,,\n").into_bytes());
    let (status, body) = send_body(&client, OVER_HTTP, body).await;
    assert_eq!(
        (status, &body["errors"][0]["extensions"]["field"]),
        (StatusCode::BAD_REQUEST, &json!("files"))
    );
    assert_eq!(counted_rows(&app).await, before);
    let states = client.ask("{ youngPeople { returns { nodes { state } } } }").await;
    assert_eq!(states.list("/youngPeople/returns/nodes", "state"), ["ABANDONED", "CURRENT"]);
}

#[on_both_databases]
async fn a_return_replaces_the_earlier_one_of_the_year_whole_and_the_report_stays(app: TestApp) {
    with_authorities(&app).await;
    let first = load(&app, CAMDEN, 2024, many(1, 30)).await;
    load(&app, CAMDEN, 2023, many(1, 15)).await;
    load(&app, LEEDS, 2024, many(1, 17)).await;
    let mut files = many(21, 15);
    files[1].1.extend(b"C00021,10/06/2019,Q,C2,N1,U4,PR1,,,,,,\n");
    let second = load(&app, CAMDEN, 2024, files).await;
    assert_eq!(counted_rows(&app).await, 15 + 17 + 15);
    let told = steward(&app, ALPHA)
        .await
        .ask("{ youngPeople { returns { nodes { year state children endedAt } } } }")
        .await;
    assert_eq!(
        told.list("/youngPeople/returns/nodes", "state"),
        ["CURRENT", "CURRENT", "CURRENT", "REPLACED"]
    );
    assert_eq!(told.at("/youngPeople/returns/nodes/3/children"), 30);
    assert_eq!(problems(&app, second.id).await[0].0, "143");
    assert_eq!(problems(&app, first.id).await, []);
}

#[on_both_databases]
async fn the_times_of_a_child_are_held_against_each_other(app: TestApp) {
    with_authorities(&app).await;
    let files = vec![
        header_of(
            "A,1,01/02/2010,WBRI,UN2,,\nB,1,01/02/2010,WBRI,UN2,,\nD,1,01/02/2010,WBRI,UN2,,\n",
        ),
        // In any order: an overlap, an end that is missing, a gap, a start that is none.
        episodes_of(
            "A,01/08/2023,L,C2,N1,U4,PR1,,,,,,\nA,01/05/2023,S,C1,N1,U4,PR1,01/09/2023,X1,,,,\nB,01/05/2023,S,C1,N1,U4,PR1,,,,,,\nB,01/06/2023,L,C2,N1,U4,PR1,,,,,,\nD,01/05/2023,S,C1,N1,U4,PR1,01/06/2023,X1,,,,\nD,05/06/2023,L,C2,N1,U4,PR1,01/07/2023,E4A,,,,\nD,01/07/2023,S,C2,N1,U4,PR1,,,,,,\n",
        ),
    ];
    let loaded = load(&app, CAMDEN, 2024, files).await;
    let found: Vec<_> = problems(&app, loaded.id)
        .await
        .into_iter()
        .map(|(rule, _, line, refused)| (rule, line, refused))
        .collect();
    let expected = [("501", 2), ("433", 2), ("142", 4), ("433", 7), ("431", 8)];
    assert_eq!(found, expected.map(|(rule, line)| (rule.to_owned(), line, false)));
    assert_eq!((loaded.refused, loaded.doubtful), (0, 4));
}

#[on_both_databases]
async fn codes_are_those_of_the_collection_year(app: TestApp) {
    with_authorities(&app).await;
    let files = |right: &str, sex: &str, place: &str| {
        vec![
            header_of(&format!("A,{sex},01/02/2007,WBRI,,,\nZ,{right},01/02/2007,WBRI,,,\n")),
            episodes_of(&format!("A,01/05/2023,S,C2,N1,{place},PR1,,,,,,\n")),
        ]
    };
    for (year, right, sex, place, refused) in [
        (2024, "1", "1", "H5", 0),
        (2024, "1", "M", "H5", 2),
        (2025, "F", "M", "K3", 0),
        (2025, "F", "M", "H5", 1),
    ] {
        let loaded = load(&app, CAMDEN, year, files(right, sex, place)).await;
        assert_eq!(loaded.refused, refused, "{year} {sex} {place}");
    }
}

#[on_both_databases]
async fn a_census_says_whose_and_of_when_it_is(app: TestApp) {
    app.import_files(&[(
        "local_authorities.csv",
        "gss_code,name,country,dfe_number\nE09000007,Camden,England,202\n",
    )])
    .await;
    let client = steward(&app, ALPHA).await;
    let children = format!(
        "{}{}<Child><ChildIdentifiers><LAchildID>N3</LAchildID><ExpectedPersonBirthDate>2024-06-01</ExpectedPersonBirthDate><Sex>U</Sex></ChildIdentifiers><ChildCharacteristics><Ethnicity>NOBT</Ethnicity></ChildCharacteristics><CINdetails><CINreferralDate>2024-02-01</CINreferralDate><PrimaryNeedCode>N1</PrimaryNeedCode><ReferralNFA>false</ReferralNFA></CINdetails></Child>\n{}",
        in_need("N1", "", "2010-05-06", true),
        in_need("N2", "", "2030-01-01", false),
        in_need("N1", "", "2010-05-06", false),
    );
    let (status, body) = send(
        &client,
        "/imports/cin-census",
        &vec![("census.xml", census(2024, &children).into_bytes())],
    )
    .await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_eq!(body["return"]["year"], 2024);
    assert_eq!(
        body["return"]["rows"],
        json!({ "read": 9, "kept": 5, "checked": 0, "refused": 4, "doubtful": 0 })
    );
    let told = client
        .ask("{ youngPeople { returns { nodes { problems { nodes { rule line } } } } } }")
        .await;
    assert_eq!(
        told.list("/youngPeople/returns/nodes/0/problems/nodes", "rule"),
        ["CIN03", "CIN02"]
    );
}

#[on_both_databases]
async fn a_census_is_read_in_the_encoding_that_it_says(app: TestApp) {
    with_authorities(&app).await;
    let text = |label: &str| {
        census(2024, &in_need("J\u{f6}rg-1", "", "2010-05-06", false))
            .replace("version=\"1.0\"", &format!("version='1.0' encoding = '{label}'"))
    };
    let windows: Vec<u8> = text("windows-1252").chars().map(|letter| letter as u8).collect();
    let utf_16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(text("utf-16").encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let marked = [b"\xef\xbb\xbf".to_vec(), text("utf-8").into_bytes()].concat();
    for document in [text("UTF-8").into_bytes(), windows, utf_16, marked] {
        let new = NewReturn {
            kind: ReturnKind::CinCensus,
            authority: Some(CAMDEN.to_owned()),
            year: None,
            accept_losses: false,
        };
        let loaded = load_as(&app, &Viewer::operator(), new, vec![("census.xml", document)])
            .await
            .expect("a census");
        assert_eq!((loaded.children, loaded.refused), (1, 0));
    }
    assert_eq!(persons(&app).await, 1, "each names the same child");
}

#[on_both_databases]
async fn xml_that_is_no_plain_census_is_refused(app: TestApp) {
    with_authorities(&app).await;
    let client = steward(&app, ALPHA).await;
    let bomb =
        census(2024, "").replacen("<Message>", "<!DOCTYPE m [<!ENTITY a \"aaaa\">]><Message>", 1);
    let entity = census(2024, &in_need("&a;", "", "2010-05-06", false));
    let deep = census(2024, &"<Child>".repeat(100_000));
    let long = census(
        2024,
        &format!(
            "<Child><ChildIdentifiers><LAchildID>{}</LAchildID></ChildIdentifiers></Child>",
            "x".repeat(200_000)
        ),
    );
    let cut = census(2024, "<Child>").replace("</Children></Message>", "");
    for document in [bomb, entity, deep, long, cut] {
        let (status, body) = send(
            &client,
            "/imports/cin-census?authority=E09000007",
            &vec![("census.xml", document.into_bytes())],
        )
        .await;
        assert_eq!(
            (status, &body["errors"][0]["extensions"]["code"]),
            (StatusCode::BAD_REQUEST, &json!("BAD_USER_INPUT")),
            "{body}"
        );
        assert!(body["errors"][0]["message"].as_str().unwrap().contains("line"), "{body}");
    }
}

#[on_both_databases]
async fn returns_are_loaded_with_the_scope_and_by_a_steward_for_their_authorities_only(
    app: TestApp,
) {
    with_authorities(&app).await;
    let files = many(1, 2);
    let (status, _) = send(&app.nobody(), OVER_HTTP, &files).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let (status, body) = send(&app.stranger(ALPHA).await, OVER_HTTP, &files).await;
    assert_eq!(
        (status, &body["errors"][0]["extensions"]["requiredScope"]),
        (StatusCode::FORBIDDEN, &json!("young-people:contribute"))
    );
    let (token, id) = app.token(BETA, &[ScopeName::YoungPeopleContribute]).await;
    let appoint = async |codes: &[String]| {
        service::young_people::stewards::appoint(&app.as_operator(), id, codes).await
    };
    assert_eq!(
        appoint(&[]).await.unwrap_err().field.as_deref(),
        Some("localAuthorities"),
        "a steward of none would load the returns of all"
    );
    appoint(&[LEEDS.to_owned()]).await.unwrap();
    let of_leeds = app.with_token(&token);
    let (status, body) = send(&of_leeds, OVER_HTTP, &files).await;
    assert_eq!(
        (status, &body["errors"][0]["extensions"]["field"]),
        (StatusCode::FORBIDDEN, &json!("authority")),
        "{body}"
    );
    let (status, _) =
        send(&of_leeds, "/imports/ssda903?authority=E08000035&year=2024", &files).await;
    assert_eq!(status, StatusCode::OK);
    let seen =
        of_leeds.ask("{ youngPeople { returns { nodes { localAuthority { gssCode } } } } }").await;
    assert_eq!(
        seen.at("/youngPeople/returns/nodes"),
        &json!([{ "localAuthority": { "gssCode": LEEDS } }])
    );
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test looks at what is kept, not at what somebody sees"
)]
async fn counted_rows(app: &TestApp) -> u64 {
    use sea_orm::{EntityTrait, PaginatorTrait};
    entity::standing::Entity::find().count(app.space.store().connection()).await.expect("a count")
}
