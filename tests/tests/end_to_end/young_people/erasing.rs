//! Erasing on the controller's word.

use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;
use tests::support::app::ALPHA;
use tests::support::app::TestApp;
use tests::support::on_both_databases;

use super::*;

#[expect(
    clippy::disallowed_methods,
    reason = "a test looks at what is kept, not at what somebody sees"
)]
async fn kept(app: &TestApp) -> [u64; 5] {
    let connection = app.space.store().connection();
    [
        entity::young_person::Entity::find().count(connection).await.expect("a count"),
        entity::young_person_key::Entity::find().count(connection).await.expect("a count"),
        entity::child_record::Entity::find().count(connection).await.expect("a count"),
        entity::episode::Entity::find().count(connection).await.expect("a count"),
        entity::standing::Entity::find().count(connection).await.expect("a count"),
    ]
}

/// How many rows are counted whose person is nobody who is known.
#[expect(
    clippy::disallowed_methods,
    reason = "a test looks at what is kept, not at what somebody sees"
)]
async fn counted_nobody(app: &TestApp) -> usize {
    let connection = app.space.store().connection();
    let known = entity::young_person::Entity::find().all(connection).await.expect("persons");
    let counted = entity::standing::Entity::find().all(connection).await.expect("rows");
    let is_nobody = |row: &&entity::standing::Model| {
        known.iter().all(|person| person.id != row.young_person_id)
    };
    counted.iter().filter(is_nobody).count()
}

#[on_both_databases]
async fn a_return_is_erased_with_whom_nothing_else_tells_of(app: TestApp) {
    with_authorities(&app).await;
    load(&app, CAMDEN, 2023, many(1, 5)).await;
    load(&app, CAMDEN, 2024, many(3, 10)).await;
    assert_eq!(kept(&app).await, [12, 12, 15, 15, 10]);
    let client = steward(&app, ALPHA).await;
    let listed = client.ask("{ youngPeople { returns(first: 1) { nodes { id } } } }").await;
    let erase = "mutation ($input: EraseReturnInput!) { eraseReturn(input: $input) { return { state children problems { totalCount } } } }";
    let input = json!({ "input": { "id": listed.at("/youngPeople/returns/nodes/0/id") } });
    let erased = client.ask_with(erase, input.clone()).await;
    assert_eq!(erased.at("/eraseReturn/return/state"), "ERASED");
    assert_eq!(kept(&app).await, [5, 5, 5, 5, 0]);
    assert_eq!(client.ask_with(erase, input).await.code(), Some("CONFLICT"));
}

#[on_both_databases]
async fn a_child_is_erased_from_all_returns_of_the_authority(app: TestApp) {
    with_authorities(&app).await;
    load(&app, CAMDEN, 2023, many(1, 12)).await;
    load(&app, CAMDEN, 2024, many(1, 12)).await;
    let client = steward(&app, ALPHA).await;
    let erase = "mutation ($input: EraseYoungPersonInput!) { eraseYoungPerson(input: $input) { returns forgotten } }";
    let input = |child: &str| json!({ "input": { "localAuthority": CAMDEN, "childId": child } });
    let erased = client.ask_with(erase, input("c00002")).await;
    assert_eq!(erased.at("/eraseYoungPerson"), &json!({ "returns": 2, "forgotten": true }));
    assert_eq!(kept(&app).await, [11, 11, 22, 22, 24]);
    assert_eq!(counted_nobody(&app).await, 2, "what an edition counts leads to nobody");
    assert_eq!(client.ask_with(erase, input("C00002")).await.code(), Some("NOT_FOUND"));
    assert_eq!(
        app.reader(ALPHA).await.ask_with(erase, input("C00001")).await.code(),
        Some("FORBIDDEN")
    );
}
