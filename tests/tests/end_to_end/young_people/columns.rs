//! Columns of returns that are missing, there twice, or unknown.

use axum::http::StatusCode;
use serde_json::json;
use tests::support::app::ALPHA;
use tests::support::app::TestApp;
use tests::support::on_both_databases;

use super::*;

/// A table with other columns: each cell by what it is made of, the name first.
fn remade(
    table: &(&'static str, Vec<u8>),
    remake: impl Fn(Vec<String>) -> Vec<String>,
) -> (&'static str, Vec<u8>) {
    let text = String::from_utf8(table.1.clone()).expect("UTF-8");
    let lines = text.lines().map(|line| {
        let cells = line.split(',').map(str::to_owned).collect();
        remake(cells).join(",") + "\n"
    });
    (table.0, lines.collect::<String>().into_bytes())
}

/// The place of a column.
fn place(columns: &str, name: &str) -> usize {
    let mut columns = columns.trim_end().split(',');
    columns.position(|column| column == name).expect("a column")
}

fn without(table: &(&'static str, Vec<u8>), at: usize) -> (&'static str, Vec<u8>) {
    remade(table, |mut cells| {
        cells.remove(at);
        cells
    })
}

fn renamed(table: &(&'static str, Vec<u8>), name: &str, other: &str) -> (&'static str, Vec<u8>) {
    remade(table, |cells| {
        let is_it = |cell: String| if cell == name { other.to_owned() } else { cell };
        cells.into_iter().map(is_it).collect()
    })
}

/// The same column once more before it, empty.
fn twice(table: &(&'static str, Vec<u8>), at: usize, name: &str) -> (&'static str, Vec<u8>) {
    remade(table, |mut cells| {
        let is_header = cells[at] == name;
        cells.insert(at, if is_header { name.to_owned() } else { String::new() });
        cells
    })
}

#[on_both_databases]
async fn a_return_that_lacks_or_repeats_a_column_is_refused_by_its_name_and_the_earlier_one_stays(
    app: TestApp,
) {
    with_authorities(&app).await;
    let client = steward(&app, ALPHA).await;
    let good = many(1, 20);
    load(&app, CAMDEN, 2024, good.clone()).await;
    let mut cases = Vec::new();
    for name in ["CHILD", "SEX", "DOB", "ETHNIC", "UPN"] {
        let at = place(HEADER, name);
        cases.push((name, "CG10", vec![without(&good[0], at), good[1].clone()]));
        cases.push((name, "CG11", vec![twice(&good[0], at, name), good[1].clone()]));
        cases.push((
            name,
            "CG10",
            vec![renamed(&good[0], name, &format!("{name}X")), good[1].clone()],
        ));
    }
    for name in ["CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC"] {
        let at = place(EPISODES, name);
        cases.push((name, "CG10", vec![good[0].clone(), without(&good[1], at)]));
        cases.push((name, "CG11", vec![good[0].clone(), twice(&good[1], at, name)]));
        cases.push((
            name,
            "CG10",
            vec![good[0].clone(), renamed(&good[1], name, &format!("{name}X"))],
        ));
    }
    for (name, rule, files) in cases {
        let (status, body) = send(&client, OVER_HTTP, &files).await;
        assert_eq!(
            (status, &body["errors"][0]["extensions"]["code"]),
            (StatusCode::BAD_REQUEST, &json!("BAD_USER_INPUT")),
            "{name} {rule}: {body}"
        );
        let problems = body["return"]["problems"].as_array().expect("problems");
        let told = problems.iter().find(|told| {
            told["column"] == *name && told["rule"] == rule && told["refused"] == true
        });
        assert!(told.is_some(), "{name} {rule}: {body}");
        assert!(body["errors"][0]["message"].as_str().unwrap().contains(name), "{body}");
        assert_eq!(body["return"]["state"], "ABANDONED");
    }
    assert_eq!(standing_in(&app, SocialWorkPopulation::LookedAfter).await, 20);
}

#[on_both_databases]
async fn a_misspelt_column_is_told_with_the_one_that_was_meant_for_all_files_at_once(app: TestApp) {
    with_authorities(&app).await;
    let client = steward(&app, ALPHA).await;
    let good = many(1, 3);
    let files = vec![renamed(&good[0], "ETHNIC", "Ethnicity"), renamed(&good[1], "REC", "R E C")];
    let (status, body) = send(&client, OVER_HTTP, &files).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let message = body["errors"][0]["message"].as_str().unwrap();
    assert!(
        message.contains("ETHNIC is missing (is it ETHNICITY?)")
            && message.contains("REC is missing"),
        "{message}"
    );
    let near: Vec<_> = body["return"]["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|told| (told["column"].as_str().unwrap(), told["nearest"].as_str()))
        .collect();
    assert!(near.contains(&("ETHNICITY", Some("ETHNIC"))), "{near:?}");
    let asked = client
        .ask("{ youngPeople { returns { nodes { problems { nodes { column nearest } } } } } }")
        .await;
    assert_eq!(
        asked.at("/youngPeople/returns/nodes/0/problems/nodes/0"),
        &json!({ "column": "ETHNIC", "nearest": "ETHNICITY" })
    );
}

#[on_both_databases]
async fn columns_come_in_any_order_and_spelling_and_others_are_told_and_passed_over(app: TestApp) {
    with_authorities(&app).await;
    let backwards = |table: &(&'static str, Vec<u8>)| {
        remade(table, |mut cells| {
            cells.reverse();
            cells
        })
    };
    let good = many(1, 3);
    let quoted =
        remade(&good[0], |cells| cells.into_iter().map(|cell| format!("\"{cell}\"")).collect());
    let spelt = renamed(
        &renamed(&renamed(&good[1], "REC", " rec\u{a0}"), "PLACE_PROVIDER", "place provider"),
        "DEC",
        "\u{feff}Dec",
    );
    let loaded = load(&app, CAMDEN, 2024, vec![backwards(&quoted), backwards(&spelt)]).await;
    assert_eq!((loaded.children, loaded.refused, problems(&app, loaded.id).await), (3, 0, vec![]));
    let more = remade(&good[0], |mut cells| {
        cells.push("Notes".to_owned());
        cells
    });
    let less = without(&good[1], place(EPISODES, "URN"));
    let loaded = load(&app, CAMDEN, 2024, vec![more, less]).await;
    assert_eq!((loaded.children, loaded.refused), (3, 0));
    let told = |rule: &str, file: &str| (rule.to_owned(), file.to_owned(), 1, false);
    assert_eq!(problems(&app, loaded.id).await, [told("CG09", "Header"), told("CG10", "Episodes")]);
}

#[on_both_databases]
async fn a_file_is_told_by_its_columns_whatever_its_name(app: TestApp) {
    with_authorities(&app).await;
    let client = steward(&app, ALPHA).await;
    let good = many(1, 3);
    let reviews = ("episodes.csv", b"CHILD,DOB,REVIEW,REVIEW_CODE\n".to_vec());
    let utf_16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(HEADER.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for (files, says) in [
        (vec![good[0].clone(), reviews.clone()], "episodes.csv is the table Reviews"),
        (vec![good[0].clone(), good[0].clone(), good[1].clone()], "Two files are the table Header"),
        (vec![good[1].clone(), good[0].clone()], "The header came after episodes.csv"),
        (vec![("header.csv", utf_16)], "UTF-16"),
        (vec![("return.zip", b"PK\x03\x04\x00\"".to_vec())], "zip"),
        (vec![("header.csv", HEADER.replace(',', ";").into_bytes())], "semicolons"),
        (
            vec![("header.csv", b"566910,2,27/03/2008,WROM\n".to_vec())],
            "none of the return's tables",
        ),
    ] {
        let (status, body) = send(&client, OVER_HTTP, &files).await;
        let message = body["errors"][0]["message"].as_str().unwrap_or_default();
        assert!(
            status == StatusCode::BAD_REQUEST
                && message.contains(says)
                && !message.contains("566910"),
            "{says}: {body}"
        );
    }
}
