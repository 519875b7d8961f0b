//! Who may decide, and what becomes of a decision.

use entity::Visibility;
use serde_json::json;
use service::access::ScopeName;
use tests::support::app::TestApp;
use tests::support::app::{ALPHA, BETA};
use tests::support::builders::Sharing;
use tests::support::on_both_databases;

use super::{Paper, concerning, contribute, declare, global_id, join, proposed, report, reviewer};

#[on_both_databases]
async fn what_was_declared_different_is_proposed_no_more(app: TestApp) {
    let one = contribute(&app, &Sharing::public(ALPHA), &report("one")).await;
    let other = contribute(&app, &Sharing::public(BETA), &report("other")).await;
    reviewer(&app, ALPHA).await.ask(&declare(&one, &other)).await.data();
    let reader = app.reader(ALPHA).await;
    assert!(proposed(&reader, &one).await.is_empty());
    assert!(proposed(&reader, &other).await.is_empty());
    assert_eq!(concerning(&reader).await.0, 0);
    // Not even when one of them is revised.
    contribute(&app, &Sharing::public(ALPHA), &Paper { year: 2018, ..report("one") }).await;
    assert!(proposed(&reader, &one).await.is_empty());

    let decided = "{ possibleDuplicates(decided: true) { totalCount nodes { decision { outcome reason by { slug } } } } }";
    let answer = app.reader(BETA).await.ask(decided).await;
    assert_eq!(
        answer.at("/possibleDuplicates"),
        &json!({"totalCount": 1, "nodes": [{"decision": {"outcome": "DISTINCT", "reason": "two years", "by": {"slug": ALPHA}}}]})
    );
}

#[on_both_databases]
async fn both_centres_read_of_a_declaration_in_the_audit(app: TestApp) {
    let one = contribute(&app, &Sharing::public(ALPHA), &report("one")).await;
    let other = contribute(&app, &Sharing::public(BETA), &report("other")).await;
    reviewer(&app, ALPHA).await.ask(&declare(&one, &other)).await.data();
    for centre in [ALPHA, BETA] {
        let events =
            app.administrator(centre).await.ask("{ auditEvents { nodes { action } } }").await;
        let actions = events.list("/auditEvents/nodes", "action");
        assert!(
            actions.iter().any(|action| action == "publication.declare_distinct"),
            "{actions:?}"
        );
    }
}

#[on_both_databases]
async fn only_a_reviewer_or_the_centre_of_both_may_decide(app: TestApp) {
    let public = |by| Sharing::public(by);
    let one = contribute(&app, &public(ALPHA), &report("one")).await;
    let own = contribute(&app, &public(ALPHA), &report("own")).await;
    let other = contribute(&app, &public(BETA), &report("other")).await;
    for document in
        [join(&one, &other), declare(&one, &other), join(&one, &own), declare(&one, &own)]
    {
        assert_eq!(app.nobody().ask(&document).await.code(), Some("UNAUTHENTICATED"));
        for client in
            [app.stranger(ALPHA).await, app.reader(ALPHA).await, app.contributor(BETA).await]
        {
            assert_eq!(client.ask(&document).await.code(), Some("FORBIDDEN"));
        }
    }
    let contributor = app.contributor(ALPHA).await;
    for document in [join(&one, &other), declare(&one, &other)] {
        let answer = contributor.ask(&document).await;
        assert_eq!(
            answer.body["errors"][0]["extensions"]["requiredScope"],
            ScopeName::EvidenceReview.as_str()
        );
    }
    contributor.ask(&join(&one, &own)).await.data();
    // The reviewer's own centre contributed neither.
    let theirs = contribute(&app, &public(BETA), &report("theirs")).await;
    reviewer(&app, ALPHA).await.ask(&declare(&other, &theirs)).await.data();
}

#[on_both_databases]
async fn an_unseen_publication_is_told_from_none_that_ever_was_by_nobody(app: TestApp) {
    let seen = contribute(&app, &Sharing::public(ALPHA), &report("seen")).await;
    let hidden = contribute(&app, &Sharing::new(BETA, Visibility::Centre), &report("hidden")).await;
    let never = global_id(uuid::Uuid::from_u128(7));
    let reviewer = reviewer(&app, ALPHA).await;
    for document in [join, declare] {
        let unseen = reviewer.ask(&document(&seen, &hidden)).await;
        assert_eq!(unseen.code(), Some("NOT_FOUND"));
        assert_eq!(
            unseen.body["errors"],
            reviewer.ask(&document(&seen, &never)).await.body["errors"]
        );
    }
}

#[on_both_databases]
async fn what_makes_no_sense_is_refused_with_a_field(app: TestApp) {
    let one = contribute(&app, &Sharing::public(ALPHA), &report("one")).await;
    let other = contribute(&app, &Sharing::public(ALPHA), &report("other")).await;
    let reviewer = reviewer(&app, ALPHA).await;
    for (document, field) in [
        (join(&one, &one), "join"),
        (declare(&one, &one), "other"),
        (join(&one, &other).replace("the same report", " "), "reason"),
        (declare(&one, &other).replace("two years", ""), "reason"),
    ] {
        let answer = reviewer.ask(&document).await;
        assert_eq!(answer.code(), Some("BAD_USER_INPUT"));
        assert_eq!(answer.body["errors"][0]["extensions"]["field"], field);
    }
    let study = app.create_study("a-study", &Sharing::public(ALPHA)).await;
    let mut bytes = vec![12];
    bytes.extend(study.0.as_bytes());
    use base64::Engine;
    let study = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
    assert_eq!(reviewer.ask(&join(&one, &study)).await.code(), Some("BAD_USER_INPUT"));
    assert_eq!(reviewer.ask(&join(&one, "x")).await.code(), Some("BAD_USER_INPUT"));
}
