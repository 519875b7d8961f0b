//! Reports and counts as CSV over HTTP.

use axum::http::StatusCode;
use tests::support::app::ALPHA;
use tests::support::app::TestApp;
use tests::support::on_both_databases;

use super::*;

/// Asks for a table: the status, the media type and the text.
async fn get(client: &Client, address: &str) -> (StatusCode, String, String) {
    let request = Request::builder().uri(address).body(Body::empty()).expect("a request");
    let response = client.send(request).await;
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE);
    let kind = kind.map_or("", |kind| kind.to_str().unwrap_or_default());
    let kind = kind.to_owned();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX);
    let body = body.await.expect("a body");
    (status, kind, String::from_utf8(body.to_vec()).expect("UTF-8"))
}

const COUNTS: &str =
    "/young-people/statistics.csv?by=POPULATION,SEX&asAt=2024-03-31&localAuthorities=E09000007";

#[on_both_databases]
async fn a_report_is_fetched_as_csv_by_those_who_may_see_it(app: TestApp) {
    with_authorities(&app).await;
    let client = steward(&app, ALPHA).await;
    let mut files = many(1, 6);
    let header = String::from_utf8(files[0].1.clone()).expect("UTF-8");
    files[0].1 = header
        .replace("MC_DOB\n", "MC_DOB,=HYPERLINK(1)\n")
        .replace("C00002,1", "C00002,M")
        .into_bytes();
    let (status, body) = send(&client, OVER_HTTP, &files).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let id = body["return"]["id"].as_str().expect("an id");
    let address = format!("/young-people/returns/{id}/problems.csv");
    let (status, kind, text) = get(&client, &address).await;
    assert_eq!(
        (status, kind.as_str()),
        (StatusCode::OK, "text/csv; charset=utf-8; header=present"),
        "{text}"
    );
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "severity,file,line,column,rule,reason,remedy,nearest,rows");
    assert!(lines[1].starts_with("doubtful,Header,1,'=HYPERLINK(1),CG09,"), "{text}");
    assert!(
        lines[2].starts_with("refused,Header,3,SEX,101,")
            && lines[3].starts_with("refused,Episodes,3,CHILD,CG14,"),
        "{text}"
    );
    assert_eq!(lines.len(), 4);
    let (_, _, marked) = get(&client, &format!("{address}?excel=true")).await;
    assert_eq!(marked, format!("\u{feff}{text}"));
    for (other, expected) in [
        (app.nobody(), StatusCode::UNAUTHORIZED),
        (app.stranger(ALPHA).await, StatusCode::FORBIDDEN),
        (analyst(&app, ALPHA).await, StatusCode::FORBIDDEN),
    ] {
        let (status, kind, text) = get(&other, &address).await;
        assert_eq!(status, expected, "{text}");
        assert!(kind.starts_with("application/json") && !text.contains("SEX"), "{text}");
    }
    for wrong in [
        "/young-people/returns/nothing/problems.csv".to_owned(),
        format!("{address}?first=1"),
        format!("{address}?excel=maybe"),
    ] {
        assert_eq!(get(&client, &wrong).await.0, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[on_both_databases]
async fn counts_are_fetched_as_csv_and_are_those_of_the_graph(app: TestApp) {
    with_authorities(&app).await;
    load(&app, CAMDEN, 2024, many(1, 60)).await;
    let client = analyst(&app, ALPHA).await;
    let (status, kind, text) = get(&client, COUNTS).await;
    assert_eq!(
        (status, kind.as_str()),
        (StatusCode::OK, "text/csv; charset=utf-8; header=present"),
        "{text}"
    );
    let told = client.ask("{ youngPeople { statistics(input: { by: [POPULATION, SEX], asAt: \"2024-03-31\", where: { localAuthorities: [\"E09000007\"] } }) { cells { keys labels count state } } } }").await;
    let cells = told.at("/youngPeople/statistics/cells").as_array().expect("cells");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        "population,population_label,sex,sex_label,count,state,share,as_at,rule,rule_version,authorities_asked_about,is_whole,authorities_of_ssda903,authorities_of_cin_census"
    );
    assert_eq!(lines.len(), cells.len() + 1);
    for (line, cell) in lines.iter().skip(1).zip(cells) {
        let text = |value: &Value| match value.as_str().unwrap_or_default() {
            text if text.contains(',') => format!("\"{text}\""),
            text => text.to_owned(),
        };
        let count = cell["count"].as_u64().map_or_else(String::new, |count| count.to_string());
        let begins = format!(
            "{},{},{},{},{count},{},,2024-03-31,",
            text(&cell["keys"][0]),
            text(&cell["labels"][0]),
            text(&cell["keys"][1]),
            text(&cell["labels"][1]),
            text(&cell["state"])
        );
        assert!(line.starts_with(&begins), "{line}: {begins}");
    }
}

#[on_both_databases]
async fn counts_as_csv_are_refused_where_the_graph_refuses_them(app: TestApp) {
    with_authorities(&app).await;
    let client = analyst(&app, ALPHA).await;
    for address in [
        "/young-people/statistics.csv?by=SEX",
        "/young-people/statistics.csv?by=SEX&asAt=2024-03-30",
        "/young-people/statistics.csv?by=SHOE_SIZE&asAt=2024-03-31",
        "/young-people/statistics.csv?by=SEX&asAt=2024-03-31&sex=MALE",
        "/young-people/statistics.csv?by=SEX&asAt=2024-03-31&sexes=",
        "/young-people/statistics.csv?by=SEX,AGE_BAND,POPULATION,ETHNIC_GROUP,LEGAL_STATUS&asAt=2024-03-31",
    ] {
        let (status, _, text) = get(&client, address).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{address}: {text}");
    }
    for (other, expected) in [
        (app.nobody(), StatusCode::UNAUTHORIZED),
        (steward(&app, ALPHA).await, StatusCode::FORBIDDEN),
    ] {
        assert_eq!(get(&other, COUNTS).await.0, expected);
    }
}
