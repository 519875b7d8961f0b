//! Who is the same person in several returns, and who must not be.

use sea_orm::EntityTrait;
use tests::support::app::TestApp;
use tests::support::on_both_databases;

use super::*;

const UPN: &str = "U856006112595";

fn one(id: &str, upn: &str, episodes: &str) -> Files {
    vec![header_of(&format!("{id},1,01/02/2015,WBRI,{upn},,\n")), episodes_of(episodes)]
}

/// Whom the rows of each return are of, each person by a letter, in the order of their days.
#[expect(
    clippy::disallowed_methods,
    reason = "a test looks at what is kept, not at what somebody sees"
)]
async fn who(app: &TestApp) -> String {
    let mut rows =
        entity::episode::Entity::find().all(app.space.store().connection()).await.expect("rows");
    rows.sort_by_key(|row| row.started_on);
    let mut known = Vec::new();
    rows.iter()
        .map(|row| {
            let at = known.iter().position(|one| *one == row.young_person_id);
            let at = at.unwrap_or_else(|| {
                known.push(row.young_person_id);
                known.len() - 1
            });
            char::from(b'a' + u8::try_from(at).expect("few people"))
        })
        .collect()
}

#[on_both_databases]
async fn a_child_is_recognised_by_the_authoritys_id_and_by_the_pupil_number(app: TestApp) {
    with_authorities(&app).await;
    load(&app, CAMDEN, 2022, one("A1", UPN, "A1,01/05/2021,S,C2,N1,U4,PR1,,,,,,\n")).await;
    load(&app, CAMDEN, 2023, one(" a1", "UN1", "a1,01/05/2022,L,C2,N1,U4,PR1,,,,,,\n")).await;
    load(&app, LEEDS, 2024, one("X7", UPN, "X7,01/05/2023,S,C2,N1,U4,PR1,,,,,,\n")).await;
    load(&app, LEEDS, 2023, one("A1", "", "A1,01/06/2022,S,C2,N1,U4,PR1,,,,,,\n")).await;
    assert_eq!(who(&app).await, "aaba");
    assert_eq!(persons(&app).await, 2);
}

#[on_both_databases]
async fn returns_that_are_loaded_at_once_take_a_child_for_one(app: TestApp) {
    with_authorities(&app).await;
    let returns = (1..=8).map(|month| {
        let authority = [CAMDEN, LEEDS][month % 2];
        let files = one("A1", UPN, &format!("A1,0{month}/05/2021,S,C2,N1,U4,PR1,,,,,,\n"));
        load(&app, authority, 2022, files)
    });
    futures::future::join_all(returns).await;
    // The last of each authority is in use.
    assert_eq!(who(&app).await, "aa");
    assert_eq!(persons(&app).await, 1);
}

#[on_both_databases]
async fn a_pupil_number_that_is_wrong_recognises_nobody(app: TestApp) {
    with_authorities(&app).await;
    for (authority, id, upn) in [(CAMDEN, "A", "A856006112595"), (LEEDS, "B", "A856006112595")] {
        let loaded = load(
            &app,
            authority,
            2024,
            one(id, upn, &format!("{id},01/05/2021,S,C2,N1,U4,PR1,,,,,,\n")),
        )
        .await;
        assert_eq!(problems(&app, loaded.id).await[0].0, "CG01");
    }
    let files = vec![
        header_of(&format!("C,1,01/02/2015,WBRI,{UPN},,\nD,1,01/02/2015,WBRI,{UPN},,\n")),
        episodes_of("C,01/05/2021,S,C2,N1,U4,PR1,,,,,,\nD,01/05/2021,S,C2,N1,U4,PR1,,,,,,\n"),
    ];
    let loaded = load(&app, CAMDEN, 2023, files).await;
    assert_eq!(problems(&app, loaded.id).await[0].0, "CG02");
    assert_eq!(persons(&app).await, 4);
}

#[on_both_databases]
async fn a_child_of_both_returns_is_one_person_and_counted_once(app: TestApp) {
    with_authorities(&app).await;
    load(&app, CAMDEN, 2024, one("A1", UPN, "A1,01/05/2021,S,C2,N1,U4,PR1,,,,,,\n")).await;
    load_census(
        &app,
        CAMDEN,
        2024,
        &in_need("CENSUS-1", &format!("<UPN>{UPN}</UPN>"), "2015-02-01", false),
    )
    .await;
    assert_eq!(persons(&app).await, 1);
}

#[on_both_databases]
async fn whoever_comes_after_an_adoption_is_another_person(app: TestApp) {
    with_authorities(&app).await;
    let adopted = "A1,01/05/2020,S,E1,N1,A5,PR1,01/05/2021,E11,,,,\n";
    load(&app, CAMDEN, 2022, one("A1", UPN, adopted)).await;
    load(&app, CAMDEN, 2024, one("A1", UPN, "A1,01/06/2023,S,C2,N1,U4,PR1,,,,,,\n")).await;
    assert_eq!(who(&app).await, "ab");
    // Also by another authority, by a census, and when the returns are loaded again in the other order.
    load(&app, LEEDS, 2024, one("Z", UPN, "Z,01/07/2023,S,C2,N1,U4,PR1,,,,,,\n")).await;
    load_census(
        &app,
        LEEDS,
        2024,
        &in_need("Z", &format!("<UPN>{UPN}</UPN>"), "2015-02-01", false),
    )
    .await;
    load(&app, CAMDEN, 2022, one("A1", UPN, adopted)).await;
    load(&app, CAMDEN, 2024, one("A1", UPN, "A1,01/06/2023,S,C2,N1,U4,PR1,,,,,,\n")).await;
    let found = who(&app).await;
    let (before, after) = found.split_at(1);
    assert!(!after.contains(before), "{found}");
}

#[on_both_databases]
async fn an_adoption_that_is_told_later_parts_what_was_one(app: TestApp) {
    with_authorities(&app).await;
    load(&app, CAMDEN, 2024, one("A1", UPN, "A1,01/06/2023,S,C2,N1,U4,PR1,,,,,,\n")).await;
    load(&app, CAMDEN, 2022, one("A1", UPN, "A1,01/05/2020,S,E1,N1,A5,PR1,01/05/2021,E11,,,,\n"))
        .await;
    assert_eq!(who(&app).await, "ab");
}

#[on_both_databases]
async fn an_adoption_before_the_collection_parts_its_own_rows(app: TestApp) {
    with_authorities(&app).await;
    let rows =
        "A1,01/05/2018,S,E1,N1,A5,PR1,01/05/2019,E11,,,,\nA1,01/06/2019,S,C2,N1,U4,PR1,,,,,,\n";
    for _ in 0..2 {
        load(&app, CAMDEN, 2024, one("A1", UPN, rows)).await;
        assert_eq!((who(&app).await.as_str(), persons(&app).await), ("ab", 2));
    }
}

#[on_both_databases]
async fn an_adoption_that_later_returns_tell_once_more_is_told_of_the_adopted_child(app: TestApp) {
    with_authorities(&app).await;
    let adopted = "A1,01/05/2015,S,E1,N1,A5,PR1,01/05/2016,E11,,,,\n";
    // Each tells of it again, and of a time after it; in any order.
    for year in [2018, 2020, 2019, 2018, 2021] {
        let rows = format!("{adopted}A1,01/06/{},S,C2,N1,U4,PR1,,,,,,\n", year - 1);
        load(&app, CAMDEN, year, one("A1", UPN, &rows)).await;
    }
    assert_eq!((who(&app).await.as_str(), persons(&app).await), ("aaaabbbb", 2));
    // Whoever came after it is adopted too, and is parted from who comes after that.
    load(&app, CAMDEN, 2022, one("A1", UPN, "A1,01/06/2021,S,E1,N1,A5,PR1,01/09/2021,E12,,,,\n"))
        .await;
    load(&app, CAMDEN, 2024, one("A1", UPN, "A1,01/05/2023,S,C2,N1,U4,PR1,,,,,,\n")).await;
    assert_eq!(who(&app).await, "aaaabbbbbc");
}

#[on_both_databases]
async fn an_adoption_without_a_day_or_in_a_row_that_is_refused_parts_all_the_same(app: TestApp) {
    with_authorities(&app).await;
    for (id, row) in [
        ("A1", "A1,01/05/2020,S,E1,N1,A5,PR1,,E11,,,,\n"),
        (
            "A2",
            "A2,01/05/2019,S,C2,N1,U4,PR1,,,,,,\nA2,01/05/2020,S,E1,N1,??,PR1,01/05/2021,E12,,,,\n",
        ),
    ] {
        load(&app, CAMDEN, 2022, one(id, "", row)).await;
        load(&app, CAMDEN, 2024, one(id, "", &format!("{id},01/06/2023,S,C2,N1,U4,PR1,,,,,,\n")))
            .await;
        let found = who(&app).await;
        let distinct: std::collections::BTreeSet<_> = found.chars().collect();
        assert_eq!(distinct.len(), found.len(), "{id}: {found}");
    }
}

#[on_both_databases]
async fn an_adoption_parts_a_child_within_one_return(app: TestApp) {
    with_authorities(&app).await;
    let both =
        "A1,01/05/2020,S,E1,N1,A5,PR1,01/05/2023,E12,,,,\nA1,01/10/2023,S,C2,N1,U4,PR1,,,,,,\n";
    load(&app, CAMDEN, 2024, one("A1", UPN, both)).await;
    assert_eq!(who(&app).await, "ab");
    load(
        &app,
        CAMDEN,
        2025,
        vec![
            header_of("A1,M,01/02/2015,WBRI,,,\n"),
            episodes_of("A1,01/11/2024,L,C2,N1,U4,PR1,,,,,,\n"),
        ],
    )
    .await;
    assert_eq!(who(&app).await, "abb");
}
