//! A return by which most would be lost doesn't come into use without being told to.

use axum::http::StatusCode;
use serde_json::json;
use tests::support::app::ALPHA;
use tests::support::app::TestApp;
use tests::support::on_both_databases;

use super::*;

/// The files of a return with something replaced in one of them.
fn replaced(mut files: Files, file: usize, one: &str, other: &str) -> Files {
    let text = String::from_utf8(files[file].1.clone()).expect("UTF-8");
    files[file].1 = text.replace(one, other).into_bytes();
    files
}

#[on_both_databases]
async fn a_return_of_which_most_rows_are_refused_comes_into_use_only_if_that_is_accepted(
    app: TestApp,
) {
    with_authorities(&app).await;
    let client = steward(&app, ALPHA).await;
    let accepting = format!("{OVER_HTTP}&acceptLosses=true");
    let other_ids = replaced(many(1, 20), 1, "C000", "D000");
    let other_sex = replaced(many(1, 20), 0, ",1,", ",M,");
    let other_sex = replaced(other_sex, 0, "C00001,2,", "C00001,F,");
    let leavers = |touch: &str| {
        let mut files = many(1, 20);
        files.push((
            "oc3.csv",
            format!("CHILD,DOB,IN_TOUCH,ACTIV,ACCOM\nC00001,14/05/2012,{touch},F1,K1\n")
                .into_bytes(),
        ));
        files
    };
    // Nothing is in use yet, and a part isn't put into use either.
    for (files, says) in [
        (&other_ids, "20 of the 20 rows of Episodes"),
        (&other_sex, "11 of the 20 rows of Header"),
        (&leavers("MAYBE"), "1 of the 1 rows of OC3 were refused"),
    ] {
        let (status, body) = send(&client, OVER_HTTP, files).await;
        let error = &body["errors"][0];
        assert_eq!(
            (status, &error["extensions"]["code"], &error["extensions"]["field"]),
            (StatusCode::CONFLICT, &json!("RETURN_NEEDS_CONFIRMATION"), &json!("acceptLosses")),
            "{body}"
        );
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(says) && message.contains("--accept-losses"), "{message}");
        assert_eq!(body["return"]["state"], "ABANDONED");
        assert!(body["return"]["problemCount"].as_u64().unwrap() > 0);
    }
    assert_eq!(standing_in(&app, SocialWorkPopulation::LookedAfter).await, 0);
    let (status, body) = send(&client, OVER_HTTP, &leavers("YES")).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    send(&client, OVER_HTTP, &other_ids).await;
    assert_eq!(standing_in(&app, SocialWorkPopulation::LookedAfter).await, 20);
    let (status, body) = send(&client, &accepting, &other_sex).await;
    assert_eq!((status, &body["return"]["state"]), (StatusCode::OK, &json!("CURRENT")), "{body}");
    assert_eq!(standing_in(&app, SocialWorkPopulation::LookedAfter).await, 9);
}

#[on_both_databases]
async fn a_return_that_lacks_most_children_of_the_one_in_use_replaces_it_only_if_that_is_accepted(
    app: TestApp,
) {
    with_authorities(&app).await;
    let client = steward(&app, ALPHA).await;
    load(&app, CAMDEN, 2024, many(1, 20)).await;
    // Cut off, or another authority's.
    for files in [many(1, 9), many(100, 50)] {
        let (status, body) = send(&client, OVER_HTTP, &files).await;
        assert_eq!(
            (status, &body["errors"][0]["extensions"]["code"]),
            (StatusCode::CONFLICT, &json!("RETURN_NEEDS_CONFIRMATION")),
            "{body}"
        );
        assert!(
            body["errors"][0]["message"]
                .as_str()
                .unwrap()
                .starts_with("Of the 20 children of the return that is in use "),
            "{body}"
        );
    }
    assert_eq!(
        (standing_in(&app, SocialWorkPopulation::LookedAfter).await, persons(&app).await),
        (20, 20)
    );
    let (status, _) = send(&client, OVER_HTTP, &many(11, 50)).await;
    assert_eq!(status, StatusCode::OK, "half of them are there");
    let (status, _) = send(&client, &format!("{OVER_HTTP}&acceptLosses=true"), &many(1, 3)).await;
    assert_eq!(
        (status, standing_in(&app, SocialWorkPopulation::LookedAfter).await),
        (StatusCode::OK, 3)
    );
    // Of another year there is nothing to lose.
    let (status, _) = send(&client, &OVER_HTTP.replace("2024", "2023"), &many(100, 2)).await;
    assert_eq!(status, StatusCode::OK);
}

#[on_both_databases]
async fn a_census_of_which_most_referrals_are_refused_needs_the_same(app: TestApp) {
    with_authorities(&app).await;
    let client = steward(&app, ALPHA).await;
    let address = "/imports/cin-census?authority=E09000007&year=2024";
    let children: String =
        (0..5).map(|number| in_need(&format!("N{number}"), "", "2015-02-01", false)).collect();
    let wrong = children.replacen("2023-05-01", "01/05/23", 3);
    let (status, body) =
        send(&client, address, &vec![("census.xml", census(2024, &wrong).into_bytes())]).await;
    assert_eq!(
        (
            status,
            body["errors"][0]["message"]
                .as_str()
                .unwrap()
                .contains("3 of the 5 rows of CINdetails were refused")
        ),
        (StatusCode::CONFLICT, true),
        "{body}"
    );
    let wrong = children.replacen("2023-05-01", "01/05/23", 2);
    let (status, body) =
        send(&client, address, &vec![("census.xml", census(2024, &wrong).into_bytes())]).await;
    assert_eq!((status, &body["return"]["rows"]["refused"]), (StatusCode::OK, &json!(2)), "{body}");
}
