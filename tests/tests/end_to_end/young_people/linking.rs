//! Young people beside the evidence about them.

use serde_json::json;
use tests::support::app::ALPHA;
use tests::support::app::TestApp;
use tests::support::on_both_databases;

use super::*;

async fn furnish(app: &TestApp) {
    app.import_files(&[
        ("local_authorities.csv", "gss_code,name,country,region\nE09000007,Camden,England,London\nE08000035,Leeds,England,Yorkshire\n"),
        ("populations.csv", "slug,name\nlooked-after-children,Looked-after children\nchildren-in-need,Children in need\npupils,Pupils\n"),
        ("studies.csv", "slug,title,design,status,lead_centre,contributed_by,visibility,populations\nfostering,Fostering,RANDOMISED,REPORTED,alpha-centre,alpha-centre,PUBLIC,looked-after-children\nhidden,Hidden,RANDOMISED,REPORTED,beta-centre,beta-centre,CENTRE,looked-after-children\n"),
        ("study_sites.csv", "study,local_authority\nfostering,E09000007\n"),
    ]).await;
    load(app, CAMDEN, 2024, many(1, 80)).await;
    load(app, LEEDS, 2024, many(1, 30)).await;
}

#[on_both_databases]
async fn one_query_leads_from_a_centre_to_its_evidence_to_the_young_people_whom_it_is_for(
    app: TestApp,
) {
    furnish(&app).await;
    let client = analyst(&app, ALPHA).await;
    let found = client.ask(r#"{ centre(slug: "alpha-centre") { studies { nodes { slug
        reach(asAt: "2024-03-31") { atLeast cells { keys count } rule { name } }
        populations { slug youngPeople(asAt: "2024-03-31") { count state rule { version } coverage { of isWhole authorities { kinds edition localAuthority { gssCode } } } } studies { totalCount } } } } } }"#).await;
    let study = found.at("/centre/studies/nodes/0");
    let here = study["reach"]["cells"][0]["count"].as_u64().unwrap();
    assert_eq!(
        study["reach"]["cells"],
        json!([{ "keys": [CAMDEN, "LOOKED_AFTER"], "count": here }])
    );
    assert_eq!(study["reach"]["atLeast"], here);
    let population = &study["populations"][0];
    assert!(population["youngPeople"]["count"].as_u64().unwrap() > here);
    assert_eq!(population["studies"]["totalCount"], 1);
    assert_eq!(population["youngPeople"]["state"], "SHOWN");
    let covered = |code: &str| json!({ "kinds": ["SSDA903"], "edition": 1, "localAuthority": { "gssCode": code } });
    assert_eq!(
        population["youngPeople"]["coverage"]["authorities"],
        json!([covered(LEEDS), covered(CAMDEN)])
    );
}

#[on_both_databases]
async fn numbers_beside_many_things_take_as_many_statements_as_beside_one(app: TestApp) {
    furnish(&app).await;
    let client = analyst(&app, ALPHA).await;
    let ask = |first: usize| {
        format!(
            r#"{{ localAuthorities(first: {first}) {{ nodes {{ evidenceNeed(asAt: "2024-03-31") {{ youngPeople studies }} }} }}
        populations(first: {first}) {{ nodes {{ youngPeople(asAt: "2024-03-31") {{ count }} }} }}
        studies(first: {first}) {{ nodes {{ reach(asAt: "2024-03-31") {{ atLeast }} }} }} }}"#
        )
    };
    client.ask(&ask(1)).await.data();
    let one = app
        .statements_of(async {
            client.ask(&ask(1)).await.data();
        })
        .await;
    let many = app
        .statements_of(async {
            client.ask(&ask(2)).await.data();
        })
        .await;
    assert_eq!(one, many);
}

#[on_both_databases]
async fn where_no_return_tells_of_a_population_it_is_not_collected_and_other_populations_are_refused(
    app: TestApp,
) {
    furnish(&app).await;
    let client = analyst(&app, ALPHA).await;
    let ask = |slug: &str, filter: &str| {
        format!(
            r#"{{ population(slug: "{slug}") {{ youngPeople(asAt: "2024-03-31"{filter}) {{ count state }} }} }}"#
        )
    };
    let found = client.ask(&ask("children-in-need", "")).await;
    assert_eq!(
        found.at("/population/youngPeople"),
        &json!({ "count": null, "state": "NOT_COLLECTED" })
    );
    let contradicted =
        client.ask(&ask("looked-after-children", ", where: { populations: [IN_NEED] }")).await;
    assert_eq!(
        contradicted.body.pointer("/errors/0/extensions/field"),
        Some(&json!("where.populations")),
        "{}",
        contradicted.body
    );
    let needs = client.ask(r#"{ localAuthority(gssCode: "E09000007") { evidenceNeed(asAt: "2024-03-31") { countedAs youngPeople state } } }"#).await;
    let needs = needs.at("/localAuthority/evidenceNeed").as_array().unwrap();
    let states: Vec<_> = needs
        .iter()
        .map(|need| (need["countedAs"].as_str().unwrap(), need["state"].as_str().unwrap()))
        .collect();
    assert!(
        states.contains(&("IN_NEED", "NOT_COLLECTED"))
            && states.contains(&("LOOKED_AFTER", "SHOWN")),
        "{states:?}"
    );
}

#[on_both_databases]
async fn a_population_that_returns_do_not_tell_of_has_no_number(app: TestApp) {
    furnish(&app).await;
    let client = analyst(&app, ALPHA).await;
    let found = client
        .ask(r#"{ population(slug: "pupils") { youngPeople(asAt: "2024-03-31") { count } } }"#)
        .await;
    assert_eq!(found.at("/population/youngPeople"), &Value::Null);
    let refused = app.reader(ALPHA).await.ask(r#"{ population(slug: "looked-after-children") { youngPeople(asAt: "2024-03-31") { count } } }"#).await;
    assert_eq!(refused.code(), Some("FORBIDDEN"));
}

#[on_both_databases]
async fn an_authority_sees_first_where_many_young_people_have_little_evidence(app: TestApp) {
    furnish(&app).await;
    let children: String =
        (1..=60).map(|child| in_need(&format!("N{child}"), "", "2012-05-14", false)).collect();
    load_census(&app, CAMDEN, 2024, &children).await;
    app.import_files(&[
        ("standards.csv", "slug,name,owner\nmodel,Model,alpha-centre\n"),
        ("standard_versions.csv", "standard,version,position\nmodel,1,1\n"),
        ("standard_dimensions.csv", "standard,version,dimension,name,position\nmodel,1,strength,Strength,1\n"),
        ("standard_levels.csv", "standard,version,dimension,level,ordinal,label,strength\nmodel,1,strength,3,3,Strong,HIGH\n"),
        ("ratings.csv", "contributed_by,reference,standard,version,subject_kind,subject,scores,visibility\nalpha-centre,r1,model,1,STUDY,fostering,strength=3,PUBLIC\n"),
    ]).await;
    let client = analyst(&app, ALPHA).await;
    let found = client.ask(r#"{ localAuthority(gssCode: "E09000007") { evidenceNeed(asAt: "2024-03-31") {
        countedAs youngPeople state studies studiesOfStrength { strength studies } population { slug } } } }"#).await;
    let needs = found.at("/localAuthority/evidenceNeed");
    assert_eq!(
        found.list("/localAuthority/evidenceNeed", "countedAs"),
        ["IN_NEED", "LOOKED_AFTER"]
    );
    assert_eq!((&needs[0]["studies"], &needs[1]["studies"]), (&json!(0), &json!(1)));
    let strong = needs[1]["studiesOfStrength"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["strength"] == "HIGH")
        .unwrap();
    assert_eq!(strong["studies"], 1);
    assert!(needs[1]["youngPeople"].as_u64() >= needs[0]["youngPeople"].as_u64());
}
