//! What clients are told of their budgets.

use axum::http::{HeaderMap, header};

use super::*;

fn admission(requests_per_second: u32, points_per_hour: u32) -> Admission {
    let rates = Rates { requests_per_second, points_per_hour };
    Admission::new(Rates::default(), rates)
}

fn client(address: &str) -> Client {
    Client::of(None, Some(address.parse().unwrap()))
}

fn code(refused: Refused) -> (String, Option<u64>) {
    let response = refused.into_response();
    let retry = response.http_headers.get(header::RETRY_AFTER);
    let seconds = retry.map(|value| value.to_str().unwrap().parse().unwrap());
    let code = response.errors[0].extensions.as_ref().unwrap().get("code");
    (code.unwrap().to_string(), seconds)
}

#[test]
fn a_burst_is_refused_with_how_long_to_wait() {
    let admission = admission(1, 0);
    let client = client("203.0.113.7");
    for _ in 0..4 {
        admission.count(&client, 1).unwrap();
    }
    let (code, seconds) = code(admission.count(&client, 1).unwrap_err());
    assert_eq!((code.as_str(), seconds), ("\"TOO_MANY_REQUESTS\"", Some(1)));
}

#[test]
fn a_batch_larger_than_the_budget_waits_for_all_of_it() {
    let admission = admission(1, 0);
    admission.count(&client("203.0.113.7"), 10).unwrap();
    assert!(admission.count(&client("203.0.113.7"), 1).is_err());
}

#[test]
fn a_quota_that_is_used_up_is_refused_with_how_long_to_wait() {
    let admission = admission(0, 3_600);
    let client = client("203.0.113.7");
    let spending = admission.charge(&client, 3_600).unwrap();
    assert_eq!(spending.level.unwrap().remaining, 0);
    let (refused, spending) = admission.charge(&client, 10).unwrap_err();
    assert_eq!(spending.requested, 10);
    let (code, seconds) = code(refused);
    assert_eq!((code.as_str(), seconds), ("\"QUOTA_EXHAUSTED\"", Some(10)));
}

#[test]
fn an_operation_above_the_whole_quota_is_not_told_to_wait() {
    let refused = admission(0, 100).charge(&client("203.0.113.7"), 101);
    let (code, seconds) = code(refused.unwrap_err().0);
    assert_eq!((code.as_str(), seconds), ("\"COST_ABOVE_QUOTA\"", None));
}

#[test]
fn without_rates_nothing_is_counted() {
    let admission = admission(0, 0);
    let client = client("203.0.113.7");
    for _ in 0..10_000 {
        admission.count(&client, 10).unwrap();
        assert!(admission.charge(&client, 1_000_000).unwrap().level.is_none());
    }
    let mut headers = HeaderMap::new();
    admission.describe(&client, &mut headers);
    assert!(headers.is_empty());
}

#[test]
fn an_ipv6_network_of_64_bits_is_one_client() {
    assert_eq!(client("2001:db8:1:2::7"), client("2001:db8:1:2:ffff::8"));
    assert_ne!(client("2001:db8:1:2::7"), client("2001:db8:1:3::7"));
    assert_ne!(client("203.0.113.7"), client("203.0.113.8"));
}

#[test]
fn the_headers_are_those_of_the_draft() {
    let admission = admission(50, 2_000_000);
    let client = client("203.0.113.7");
    admission.count(&client, 1).unwrap();
    admission.charge(&client, 500_000).unwrap();
    let mut headers = HeaderMap::new();
    admission.describe(&client, &mut headers);
    assert_eq!(headers["ratelimit-policy"], "\"burst\";q=200;w=4, \"quota\";q=2000000;w=3600");
    let limit = headers["ratelimit"].to_str().unwrap();
    let quota = limit.split_once("\"quota\";r=").unwrap().1;
    let (left, reset) = quota.split_once(";t=").unwrap();
    // Some may have come back meanwhile.
    assert!((1_500_000..1_600_000).contains(&left.parse::<u32>().unwrap()), "{limit}");
    assert!((1..=900).contains(&reset.parse::<u32>().unwrap()), "{limit}");
}
