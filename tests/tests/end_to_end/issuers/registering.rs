//! Which identity providers can be added.

use serde_json::json;
use service::access::issuer::{self, Mapping, NewIssuer};
use tests::support::app::TestApp;
use tests::support::app::{ALPHA, BETA};
use tests::support::issuer::new_issuer;
use tests::support::on_both_databases;

const URL: &str = "https://sso.example.org/realms/staff";

#[on_both_databases]
async fn an_issuer_speaks_for_one_centre_until_it_is_removed(app: TestApp) {
    issuer::add(&app.space, new_issuer("alpha-sso", ALPHA, URL)).await.unwrap();
    for (slug, centre) in [("beta-sso", BETA), ("alpha-too", ALPHA)] {
        let refusal = issuer::add(&app.space, new_issuer(slug, centre, URL)).await.unwrap_err();
        assert_eq!((refusal.code.as_str(), refusal.field.as_deref()), ("CONFLICT", Some("issuer")));
        assert!(refusal.message.contains("Remove that one first"), "{refusal}");
    }
    let refusal =
        issuer::add(&app.space, new_issuer("alpha-sso", ALPHA, "https://b.example")).await;
    assert_eq!(refusal.unwrap_err().field.as_deref(), Some("slug"));

    issuer::remove(&app.space, "alpha-sso", false).await.unwrap();
    issuer::add(&app.space, new_issuer("alpha-sso", BETA, URL)).await.unwrap();
    let all = issuer::list(&app.space).await.unwrap();
    let active: Vec<_> = all.iter().map(|provider| provider.removed_at.is_none()).collect();
    assert_eq!(active, [true, false]);
    let refusal = issuer::remove(&app.space, "other", false).await.unwrap_err();
    assert_eq!(refusal.code.as_str(), "NOT_FOUND");
}

#[on_both_databases]
async fn adding_and_removing_a_provider_are_told_to_the_log_and_the_audit(app: TestApp) {
    issuer::add(&app.space, new_issuer("alpha-sso", ALPHA, URL)).await.unwrap();
    issuer::remove(&app.space, "alpha-sso", false).await.unwrap();
    let query = "{ auditEvents(first: 100) { nodes { action subjectKind } } }";
    let seen = app.administrator(ALPHA).await.ask(query).await;
    let nodes = seen.at("/auditEvents/nodes").as_array().unwrap();
    for action in ["issuer.add", "issuer.remove"] {
        let event = json!({ "action": action, "subjectKind": "IDENTITY_PROVIDER" });
        assert!(nodes.contains(&event), "{action}: {nodes:?}");
    }
}

#[on_both_databases]
async fn what_can_not_be_an_issuer_is_refused_with_the_field(app: TestApp) {
    let good = || new_issuer("alpha-sso", ALPHA, URL);
    for (field, bad) in [
        ("slug", NewIssuer { slug: "Alpha SSO".to_owned(), ..good() }),
        ("slug", NewIssuer { slug: "x".repeat(65), ..good() }),
        ("centre", NewIssuer { centre: "nowhere".to_owned(), ..good() }),
        ("issuer", NewIssuer { issuer: "http://sso.example.org".to_owned(), ..good() }),
        ("issuer", NewIssuer { issuer: "commonground".to_owned(), ..good() }),
        ("audience", NewIssuer { audience: " ".to_owned(), ..good() }),
        ("claim", NewIssuer { claim: "x".repeat(257), ..good() }),
        ("certificates", NewIssuer { certificates: Some("none".to_owned()), ..good() }),
    ] {
        let refusal = issuer::add(&app.space, bad).await.unwrap_err();
        assert_eq!(
            (refusal.code.as_str(), refusal.field.as_deref()),
            ("BAD_USER_INPUT", Some(field))
        );
    }
    for wide in ["x=tokens:manage-all", "x=young-people:read"] {
        assert_eq!(Mapping::try_new(&[wide]).unwrap_err().field.as_deref(), Some("map"));
    }
    assert!(issuer::list(&app.space).await.unwrap().is_empty());
}
