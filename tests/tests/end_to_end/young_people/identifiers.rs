//! The authority's own ids of children, however they are typed.

use axum::http::StatusCode;
use tests::support::app::ALPHA;
use tests::support::app::TestApp;
use tests::support::on_both_databases;

use super::*;

/// Children by their ids, as header and episodes spell them.
fn spelt(ids: &[(String, String)]) -> Files {
    let header = ids.iter().map(|(id, _)| format!("{id},1,01/02/2015,WBRI,UN3,,\n"));
    let episodes = ids.iter().map(|(_, id)| format!("{id},01/05/2021,S,C2,N1,U4,PR1,,,,,,\n"));
    vec![header_of(&header.collect::<String>()), episodes_of(&episodes.collect::<String>())]
}

/// The same child in two spellings.
const SPELLINGS: [(&str, &str); 10] = [
    ("ab0001", "AB0001"),
    ("AB0002\u{a0}", "AB0002"),
    ("\u{2009}AB0003", "AB0003"),
    ("AB\u{200b}0004", "AB0004"),
    ("\u{c5}sa-5", "A\u{30a}sa-5"),
    ("AB\u{a0}6", "AB 6"),
    ("100207.0", "100207"),
    ("100208", "100208.0"),
    ("\u{ff21}B0009", "AB0009"),
    ("stra\u{df}e10", "STRASSE10"),
];

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let both = |(one, other): &(&str, &str)| ((*one).to_owned(), (*other).to_owned());
    pairs.iter().map(both).collect()
}

#[on_both_databases]
async fn a_child_is_the_same_within_a_return_and_between_returns_however_its_id_is_typed(
    app: TestApp,
) {
    with_authorities(&app).await;
    let loaded = load(&app, CAMDEN, 2023, spelt(&owned(&SPELLINGS))).await;
    assert_eq!((loaded.children, loaded.kept, loaded.refused), (10, 20, 0));
    let told: Vec<_> = problems(&app, loaded.id).await;
    let decimal = |file: &str, line| ("CG12".to_owned(), file.to_owned(), line, false);
    assert_eq!(told, [decimal("Header", 8), decimal("Episodes", 9)]);
    // The next return spells them the other way round.
    let turned: Vec<_> = owned(&SPELLINGS).into_iter().map(|(one, other)| (other, one)).collect();
    load(&app, CAMDEN, 2024, spelt(&turned)).await;
    assert_eq!(persons(&app).await, 10);
    // And so does a census.
    let census: String = SPELLINGS
        .iter()
        .map(|(id, _)| in_need(&id.to_lowercase(), "", "2015-02-01", false))
        .collect();
    load_census(&app, CAMDEN, 2024, &census).await;
    assert_eq!(persons(&app).await, 10);
    // Whoever is to be forgotten is found in any spelling.
    for (one, other) in SPELLINGS {
        let erased =
            service::young_people::people::erase_child(&app.as_operator(), CAMDEN, other).await;
        assert_eq!(erased.expect(one).returns, 3, "{one}");
    }
    assert_eq!(persons(&app).await, 0);
}

#[on_both_databases]
async fn a_child_in_two_spellings_in_one_header_is_there_twice(app: TestApp) {
    with_authorities(&app).await;
    for (number, (one, other)) in SPELLINGS.into_iter().enumerate() {
        let mut files = spelt(&owned(&[(one, other), ("C1", "C1"), ("C2", "C2")]));
        files[0].1.extend(format!("{other},1,01/02/2015,WBRI,UN3,,\n").into_bytes());
        let loaded = load(&app, CAMDEN, 2024, files).await;
        assert_eq!((loaded.children, loaded.refused), (3, 1), "{number}");
        let told = problems(&app, loaded.id).await;
        assert!(
            told.contains(&("INT32".to_owned(), "Header".to_owned(), 5, true)),
            "{number} {told:?}"
        );
    }
    let both = format!(
        "{}{}",
        in_need("100200", "", "2015-02-01", false),
        in_need("100200.0", "", "2015-02-01", false)
    );
    let loaded = load_census(&app, CAMDEN, 2024, &both).await;
    assert_eq!((loaded.children, problems(&app, loaded.id).await[0].0.as_str()), (1, "CIN02"));
}

#[on_both_databases]
async fn an_id_that_a_spreadsheet_has_shortened_is_refused_as_nobody_knows_whose_it_is(
    app: TestApp,
) {
    with_authorities(&app).await;
    let client = steward(&app, ALPHA).await;
    let same: Vec<_> = (0..3).map(|_| ("1.0E+05".to_owned(), "1.0E+05".to_owned())).collect();
    let (status, body) = send(&client, OVER_HTTP, &spelt(&same)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
    assert_eq!(body["return"]["problems"][0]["rule"], "CG13", "{body}");
    let loaded = load_census(
        &app,
        CAMDEN,
        2024,
        &format!(
            "{}{}",
            in_need("1.23E+11", "", "2015-02-01", false),
            in_need("1E5", "", "2015-02-01", false)
        ),
    )
    .await;
    assert_eq!((loaded.children, problems(&app, loaded.id).await[0].0.as_str()), (1, "CG13"));
}
