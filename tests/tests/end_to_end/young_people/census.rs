//! What the children in need census says: who is in need by it, and what is wrong with its elements.

use axum::http::StatusCode;
use chrono::TimeDelta;
use entity::loaded_return;
use tests::support::app::ALPHA;
use tests::support::app::TestApp;
use tests::support::on_both_databases;

use super::*;

/// A child with some referrals, each made of its elements.
fn child(id: &str, referrals: &[&str]) -> String {
    let referrals: String = referrals
        .iter()
        .map(|elements| format!("<CINdetails><CINreferralDate>2023-05-01</CINreferralDate><ReferralSource>1A</ReferralSource>{elements}</CINdetails>"))
        .collect();
    format!(
        "<Child><ChildIdentifiers><LAchildID>{id}</LAchildID><PersonBirthDate>2015-02-01</PersonBirthDate><Sex>F</Sex></ChildIdentifiers><ChildCharacteristics><Ethnicity>BCRB</Ethnicity></ChildCharacteristics>{referrals}</Child>\n"
    )
}

const OPEN: &str = "<PrimaryNeedCode>N1</PrimaryNeedCode><ReferralNFA>0</ReferralNFA>";
const NOTHING_FURTHER: &str = "<ReferralNFA>1</ReferralNFA>";
const CLOSED: &str = "<PrimaryNeedCode>N1</PrimaryNeedCode><CINclosureDate>2023-06-01</CINclosureDate><ReasonForClosure>RC7</ReasonForClosure><ReferralNFA>0</ReferralNFA>";

fn needs(code: &str) -> String {
    format!("<PrimaryNeedCode>{code}</PrimaryNeedCode><ReferralNFA>0</ReferralNFA>")
}

fn answers(nfa: &str) -> String {
    format!("<PrimaryNeedCode>N1</PrimaryNeedCode><ReferralNFA>{nfa}</ReferralNFA>")
}

/// Loads twenty children who are alike, a season after what was loaded before: they are counted at once.
async fn load_twenty(app: &TestApp, referrals: &[&str]) -> loaded_return::Model {
    app.clock.advance(TimeDelta::days(100));
    let twenty = (0..20).map(|number| child(&format!("A{number}"), referrals));
    load_census(app, CAMDEN, 2024, &twenty.collect::<String>()).await
}

#[on_both_databases]
async fn a_referral_that_led_to_no_further_action_is_no_need(app: TestApp) {
    with_authorities(&app).await;
    let open = (0..30).map(|number| child(&format!("O{number}"), &[OPEN]));
    let nothing = (0..40).map(|number| child(&format!("F{number}"), &[NOTHING_FURTHER]));
    let loaded = load_census(&app, CAMDEN, 2024, &open.chain(nothing).collect::<String>()).await;
    assert_eq!(
        (
            loaded.children,
            loaded.read,
            loaded.kept,
            loaded.checked,
            loaded.refused,
            loaded.doubtful
        ),
        (70, 140, 100, 40, 0, 0)
    );
    assert_eq!(standing_in(&app, SocialWorkPopulation::InNeed).await, 30);
}

#[on_both_databases]
async fn what_became_of_a_referral_is_read_in_all_its_spellings(app: TestApp) {
    with_authorities(&app).await;
    for yes in ["true", "TRUE", "True", "1", "1.0", "Y", "yes", " true\u{a0}", "T"] {
        load_twenty(&app, &[&answers(yes)]).await;
        assert_eq!(standing_in(&app, SocialWorkPopulation::InNeed).await, 0, "{yes}");
    }
    for no in ["false", "FALSE", "0", "0.0", "N", "no", "F"] {
        let loaded = load_twenty(&app, &[&answers(no)]).await;
        assert_eq!(
            (standing_in(&app, SocialWorkPopulation::InNeed).await, loaded.doubtful),
            (20, 0),
            "{no}"
        );
    }
    // What can't be read, or isn't there, doesn't take a child out of the count, and is told.
    for neither in ["maybe", "2", ""] {
        let loaded = load_twenty(&app, &[&answers(neither)]).await;
        assert_eq!(standing_in(&app, SocialWorkPopulation::InNeed).await, 20, "{neither}");
        assert_eq!(problems(&app, loaded.id).await[0].0, "CIN13", "{neither}");
    }
}

#[on_both_databases]
async fn each_referral_of_a_child_speaks_for_itself(app: TestApp) {
    with_authorities(&app).await;
    for (referrals, in_need) in [
        (vec![NOTHING_FURTHER, OPEN], 20),
        (vec![OPEN, NOTHING_FURTHER], 20),
        (vec![NOTHING_FURTHER, NOTHING_FURTHER], 0),
        (vec![CLOSED, NOTHING_FURTHER], 0),
        (vec![CLOSED, OPEN], 20),
        (vec![CLOSED], 0),
    ] {
        load_twenty(&app, &referrals).await;
        assert_eq!(standing_in(&app, SocialWorkPopulation::InNeed).await, in_need, "{referrals:?}");
    }
}

#[on_both_databases]
async fn a_need_that_is_not_stated_is_one_and_n9_is_none(app: TestApp) {
    with_authorities(&app).await;
    for (code, in_need, doubts) in [
        ("N0", 20, 0),
        ("n0", 20, 0),
        ("N9", 0, 0),
        ("n9", 0, 0),
        (" n9 ", 0, 0),
        ("n4", 20, 0),
        ("", 20, 20),
        ("N10", 20, 20),
    ] {
        let loaded = load_twenty(&app, &[&needs(code)]).await;
        assert_eq!(
            (standing_in(&app, SocialWorkPopulation::InNeed).await, loaded.doubtful),
            (in_need, doubts),
            "{code}"
        );
    }
}

#[on_both_databases]
async fn a_plan_in_a_referral_without_further_action_is_kept_and_told(app: TestApp) {
    with_authorities(&app).await;
    let plan = "<ReferralNFA>true</ReferralNFA><ChildProtectionPlans><CPPstartDate>2023-06-02</CPPstartDate><LatestCategoryOfAbuse>neg</LatestCategoryOfAbuse></ChildProtectionPlans>";
    let loaded = load_twenty(&app, &[plan]).await;
    assert_eq!(problems(&app, loaded.id).await[0].0, "CIN19");
    assert_eq!(
        (
            standing_in(&app, SocialWorkPopulation::InNeed).await,
            standing_in(&app, SocialWorkPopulation::ProtectionPlan).await
        ),
        (0, 20)
    );
}

#[on_both_databases]
async fn a_census_in_which_an_element_is_misspelt_throughout_is_refused_and_the_earlier_one_stays(
    app: TestApp,
) {
    with_authorities(&app).await;
    let client = steward(&app, ALPHA).await;
    let address = "/imports/cin-census?authority=E09000007&year=2024";
    let good: String =
        (0..20).map(|number| child(&format!("A{number}"), &[OPEN, CLOSED])).collect();
    load_census(&app, CAMDEN, 2024, &good).await;
    for (right, wrong) in [
        ("CINclosureDate", "CINclosureDat"),
        ("CINclosureDate", "cinclosuredate"),
        ("ReferralNFA", "ReferalNFA"),
        ("LAchildID", "LAChildID"),
        ("PrimaryNeedCode", "PrimaryNeedsCode"),
        ("CINdetails", "CINdetail"),
        ("ReferenceDate", "ReferenceDat"),
    ] {
        let document = census(2024, &good)
            .replace(&format!("<{right}>"), &format!("<{wrong}>"))
            .replace(&format!("</{right}>"), &format!("</{wrong}>"));
        let (status, body) =
            send(&client, address, &vec![("census.xml", document.into_bytes())]).await;
        let message = body["errors"][0]["message"].as_str().unwrap_or_default();
        assert!(
            status == StatusCode::BAD_REQUEST
                && message.contains(right)
                && message.contains("line"),
            "{wrong}: {body}"
        );
    }
    assert_eq!(standing_in(&app, SocialWorkPopulation::InNeed).await, 20);
}

#[on_both_databases]
async fn a_child_whose_elements_are_misspelt_misplaced_or_there_twice_is_refused_alone(
    app: TestApp,
) {
    with_authorities(&app).await;
    let good: String = (0..4).map(|number| child(&format!("A{number}"), &[OPEN, CLOSED])).collect();
    let misspelt = child("B", &[&CLOSED.replace("CINclosureDate", "CINclosureDat")]);
    let twice = child("B", &[&format!("{OPEN}<ReferralNFA>1</ReferralNFA>")]);
    let two_ids = child("B", &[OPEN])
        .replace("<PersonBirthDate>", "<LAchildID>C</LAchildID><PersonBirthDate>");
    let misplaced =
        child("B", &[]).replace("</Child>", "<CINclosureDate>2023-06-01</CINclosureDate></Child>");
    let nested = child("B", &[OPEN]).replace(
        "</Child>\n",
        "<Child><ChildIdentifiers><LAchildID>C</LAchildID></ChildIdentifiers></Child></Child>\n",
    );
    for (wrong, rule) in [
        (misspelt, "CIN20"),
        (twice, "CIN22"),
        (two_ids, "CIN22"),
        (misplaced, "CIN21"),
        (nested, "CIN21"),
    ] {
        let loaded = load_census(&app, CAMDEN, 2024, &format!("{wrong}{good}")).await;
        let told = problems(&app, loaded.id).await;
        assert_eq!(
            (loaded.children, told[0].0.as_str(), told[0].3),
            (4, rule, true),
            "{wrong} {told:?}"
        );
    }
    // What is the same twice, or is no element of a census, costs nobody anything.
    let harmless = child("B", &[&format!("{OPEN}<ReferralNFA>0</ReferralNFA><Worker>7</Worker>")]);
    let loaded = load_census(&app, CAMDEN, 2024, &format!("{good}{harmless}")).await;
    assert_eq!((loaded.children, loaded.refused), (5, 0));
    assert_eq!(
        problems(&app, loaded.id).await,
        [("CIN20".to_owned(), "CIN census".to_owned(), 8, false)]
    );
}
