//! What a steward is told in an hour with a return: what it is, what is missing, and what comes first.

use axum::http::StatusCode;
use service::page::PageRequest;
use tests::support::app::ALPHA;
use tests::support::app::TestApp;
use tests::support::on_both_databases;

use super::*;

/// The report of a return: rule, table, line and of how many rows.
async fn report(app: &TestApp, id: entity::LoadedReturnId) -> Vec<(String, String, i64, i32)> {
    let page = returns::problems(&app.as_operator(), id, &PageRequest::first(100))
        .await
        .expect("problems");
    let rows = page.items.into_iter().map(|(_, row)| row);
    rows.map(|row| (row.rule, row.file, row.line, row.rows)).collect()
}

fn told(rule: &str, table: &str, line: i64, rows: i32) -> (String, String, i64, i32) {
    (rule.to_owned(), table.to_owned(), line, rows)
}

/// A file with something replaced.
fn with(file: &(&'static str, Vec<u8>), one: &str, other: &str) -> (&'static str, Vec<u8>) {
    let text = String::from_utf8(file.1.clone()).expect("UTF-8");
    (file.0, text.replace(one, other).into_bytes())
}

/// What a refused return is told, in one message.
async fn refusal(client: &Client, address: &str, files: &Files) -> String {
    let (status, body) = send(client, address, files).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
    body["errors"][0]["message"].as_str().expect("a message").to_owned()
}

#[on_both_databases]
async fn a_return_of_another_years_codes_is_told_that_first_and_once(app: TestApp) {
    with_authorities(&app).await;
    let new = NewReturn {
        kind: ReturnKind::Ssda903,
        authority: Some(CAMDEN.to_owned()),
        year: Some(2025),
        accept_losses: false,
    };
    let refused = load_as(&app, &Viewer::operator(), new, many(1, 20))
        .await
        .expect_err("the sexes are of 2024");
    assert!(
        refused.message.starts_with(
            "In 20 rows of Header, SEX: The sex is none of the codes of this collection year."
        ),
        "{}",
        refused.message
    );
    let client = steward(&app, ALPHA).await;
    let (_, body) =
        send(&client, "/imports/ssda903?authority=E09000007&year=2025", &many(1, 20)).await;
    assert_eq!(body["return"]["problemCount"], 2, "{body}");
    let problems = &body["return"]["problems"];
    assert_eq!(
        (&problems[0]["rule"], &problems[0]["rows"], &problems[0]["line"]),
        (&"101".into(), &20.into(), &2.into())
    );
    assert_eq!(
        (&problems[1]["rule"], &problems[1]["rows"], &problems[1]["file"]),
        (&"CG14".into(), &20.into(), &"Episodes".into())
    );
    let rules = client.ask("{ youngPeople { returns { nodes { brokenRules { rule times } problems { nodes { rows } } } } } }").await;
    assert_eq!(rules.at("/youngPeople/returns/nodes/0/brokenRules/0/times"), 20);
}

#[on_both_databases]
async fn what_a_few_rows_have_in_common_is_told_row_by_row(app: TestApp) {
    with_authorities(&app).await;
    let mut files = many(1, 20);
    files[0] = with(&files[0], "C00003,2", "C00003,M");
    files[0] = with(&files[0], "C00004,1", "C00004,M");
    let loaded = load(&app, CAMDEN, 2024, files).await;
    let expected =
        [told("101", "Header", 4, 1), told("101", "Header", 5, 1), told("CG14", "Episodes", 4, 2)];
    assert_eq!(report(&app, loaded.id).await, expected);
}

#[on_both_databases]
async fn days_with_the_month_first_are_refused_as_the_others_would_be_read_wrongly(app: TestApp) {
    with_authorities(&app).await;
    let client = steward(&app, ALPHA).await;
    let files = many(1, 20);
    let american = with(
        &with(&files[0], "14/05/2012", "05/14/2012"),
        "C00001,2,05/14/2012",
        "C00001,2,03/04/2012",
    );
    let message = refusal(&client, OVER_HTTP, &vec![american, files[1].clone()]).await;
    assert!(message.contains("DOB are written with the month first"), "{message}");
    let told = client
        .ask("{ youngPeople { returns { nodes { problems { nodes { rule rows } } } } } }")
        .await;
    assert_eq!(told.list("/youngPeople/returns/nodes/0/problems/nodes", "rule")[0], "CG19");
}

#[on_both_databases]
async fn a_column_that_is_empty_throughout_is_told_once(app: TestApp) {
    with_authorities(&app).await;
    let files = many(1, 20);
    let loaded =
        load(&app, CAMDEN, 2024, vec![files[0].clone(), with(&files[1], ",PR1,", ",,")]).await;
    let expected = [told("CG15", "Episodes", 1, 20), told("526", "Episodes", 2, 20)];
    assert_eq!(report(&app, loaded.id).await, expected);
}

#[on_both_databases]
async fn tables_that_are_missing_and_files_that_are_none_are_named(app: TestApp) {
    with_authorities(&app).await;
    let client = steward(&app, ALPHA).await;
    let good = many(1, 4);
    let rows_only = ("episodes_2024.csv", b"C00001,10/06/2019,S,C2,N1,U4,PR1,,,,,,\n".to_vec());
    for (files, says) in [
        (
            vec![good[1].clone()],
            vec![
                "There is no header table (CHILD, SEX, DOB, ETHNIC, UPN",
                "episodes.csv is the table Episodes",
            ],
        ),
        (vec![good[0].clone()], vec!["There is neither an episodes table", "OC3"]),
        (vec![], vec!["There is no header table", "There is neither"]),
        (vec![good[1].clone(), good[0].clone()], vec!["The header came after episodes.csv"]),
        (
            vec![good[0].clone(), rows_only.clone()],
            vec![
                "episodes_2024.csv is none of",
                "By its name it is Episodes",
                "There is neither an episodes table",
            ],
        ),
        (vec![rows_only], vec!["There is no header table", "By its name it is Episodes"]),
        (
            vec![
                good[0].clone(),
                good[1].clone(),
                ("notes.csv", b"a,b\n".to_vec()),
                ("more.csv", b"c\n".to_vec()),
            ],
            vec!["notes.csv is none of", "more.csv is none of"],
        ),
    ] {
        let message = refusal(&client, OVER_HTTP, &files).await;
        for part in says {
            assert!(message.contains(part), "{part}: {message}");
        }
    }
}

#[on_both_databases]
async fn a_spreadsheet_is_recognised_by_its_content_wherever_a_return_is_taken(app: TestApp) {
    with_authorities(&app).await;
    let client = steward(&app, ALPHA).await;
    let zip = |name: &str, content: &str| {
        let mut bytes = b"PK\x03\x04".to_vec();
        bytes.resize(26, 0);
        bytes.extend([u8::try_from(name.len()).expect("a name"), 0, 0, 0]);
        bytes.extend(name.bytes().chain(content.bytes()));
        bytes
    };
    let spreadsheets = [
        zip("[Content_Types].xml", "..."),
        zip("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more".to_vec(),
    ];
    for content in spreadsheets {
        for address in [OVER_HTTP, "/imports/cin-census?authority=E09000007"] {
            let message = refusal(&client, address, &vec![("header.csv", content.clone())]).await;
            assert!(
                message.contains("header.csv is a spreadsheet") && message.contains("CSV UTF-8"),
                "{message}"
            );
        }
    }
}

#[on_both_databases]
async fn what_was_closed_before_the_year_is_told(app: TestApp) {
    with_authorities(&app).await;
    let mut files = many(1, 20);
    files[1].1.extend(b"C00001,10/06/2017,S,C2,N1,U4,PR1,10/06/2018,E4A,,,,\n");
    files.push(("uasc.csv", b"CHILD,SEX,DOB,DUC\nC00001,2,14/05/2012,01/02/2020\n".to_vec()));
    let loaded = load(&app, CAMDEN, 2024, files).await;
    assert_eq!(loaded.refused, 0);
    assert_eq!(
        report(&app, loaded.id).await,
        [told("CG16", "Episodes", 22, 1), told("CG16", "UASC", 2, 1)]
    );
}

#[on_both_databases]
async fn a_census_tells_of_its_reference_date_of_ages_and_of_what_was_closed(app: TestApp) {
    with_authorities(&app).await;
    let child = in_need("A", "", "2010-05-06", false);
    let closed = |day: &str| {
        child.replace("<ReferralNFA>", &format!("<CINclosureDate>{day}</CINclosureDate><ReasonForClosure>RC7</ReasonForClosure><ReferralNFA>"))
    };
    let unborn = |day: &str| {
        child.replace(
            "<PersonBirthDate>2010-05-06</PersonBirthDate>",
            &format!("<ExpectedPersonBirthDate>{day}</ExpectedPersonBirthDate>"),
        )
    };
    let plan = in_need("A", "", "2010-05-06", true)
        .replace("<InitialCategory", "<CPPendDate>2024-05-01</CPPendDate><InitialCategory");
    for (text, rule) in [
        (in_need("A", "", "1990-01-01", false), "CIN24"),
        (in_need("A", "", "2030-01-01", false), "CIN03"),
        (in_need("A", "", "2024-03-20", false), "CIN26"),
        (unborn("2025-09-01"), "CIN25"),
        (unborn("2023-05-01"), "CIN25"),
        (unborn("soon"), "CIN25"),
        (closed("2023-03-01").replace("2023-05-01", "2022-05-01"), "CIN27"),
        (closed("2024-05-01"), "CIN11"),
        (plan, "CIN28"),
        (child.replace("<ReferralNFA>0", "<ReferralNFA>perhaps"), "CIN13"),
    ] {
        let beside = in_need("Z", "", "2010-05-06", false);
        let loaded = load_census(&app, CAMDEN, 2024, &format!("{text}{beside}")).await;
        let rules: Vec<String> =
            report(&app, loaded.id).await.into_iter().map(|(rule, ..)| rule).collect();
        assert_eq!(rules, [rule], "{text}");
    }
    for right in [
        unborn("2024-06-01"),
        unborn("2024-03-20"),
        closed("2023-06-01"),
        in_need("A", "", "1999-01-01", false),
    ] {
        let loaded = load_census(&app, CAMDEN, 2024, &right).await;
        assert_eq!(report(&app, loaded.id).await, [], "{right}");
    }
    for wrong in ["2023-03-31", "2024-12-31", "x", ""] {
        let document = census(2024, &child)
            .replace("<ReferenceDate>2024-03-31", &format!("<ReferenceDate>{wrong}"));
        let new = NewReturn {
            kind: ReturnKind::CinCensus,
            authority: Some(CAMDEN.to_owned()),
            year: Some(2024),
            accept_losses: true,
        };
        let loaded =
            load_as(&app, &Viewer::operator(), new, vec![("census.xml", document.into_bytes())])
                .await
                .expect("a census");
        assert_eq!(report(&app, loaded.id).await, [told("CIN23", "CIN census", 2, 1)], "{wrong}");
    }
}

#[on_both_databases]
async fn a_return_of_more_than_two_megabytes_is_read_over_http(app: TestApp) {
    with_authorities(&app).await;
    let client = steward(&app, ALPHA).await;
    let mut files = many(1, 3);
    files[1].1.extend("\n".repeat(2_500_000).bytes());
    let (status, body) = send(&client, OVER_HTTP, &files).await;
    assert_eq!((status, &body["return"]["children"]), (StatusCode::OK, &3.into()), "{body}");
}
