//! Tables as spreadsheets save them: with rows that are short or long, decimals, and small letters.

use tests::support::app::TestApp;
use tests::support::on_both_databases;

use super::*;

/// A table with something done to each row.
fn each_row(
    table: &(&'static str, Vec<u8>),
    change: impl Fn(&str) -> String,
) -> (&'static str, Vec<u8>) {
    let text = String::from_utf8(table.1.clone()).expect("UTF-8");
    let (header, rows) = text.split_once('\n').expect("a header");
    let rows: String = rows.lines().map(|row| change(row) + "\n").collect();
    (table.0, format!("{header}\n{rows}").into_bytes())
}

/// A table with each of its rows ten times, of children with ids of their own: so many are counted.
fn ten_times(table: &str) -> String {
    let (header, rows) = table.split_once('\n').expect("a header");
    let rows = rows.lines().flat_map(|row| (0..10).map(move |copy| format!("{copy}{row}\n")));
    format!("{header}\n{}", rows.collect::<String>())
}

#[on_both_databases]
async fn rows_without_their_last_separators_or_with_more_of_them_are_whole(app: TestApp) {
    with_authorities(&app).await;
    let good = many(1, 20);
    let short = |row: &str| row.trim_end_matches(',').to_owned();
    let long = |row: &str| format!("{row},");
    let longer = |row: &str| format!("{row},, ,");
    for change in [&short as &dyn Fn(&str) -> String, &long, &longer] {
        let files = vec![each_row(&good[0], change), each_row(&good[1], change)];
        let loaded = load(&app, CAMDEN, 2024, files).await;
        assert_eq!((loaded.children, loaded.kept, loaded.refused), (20, 40, 0));
        assert_eq!(problems(&app, loaded.id).await, []);
        assert_eq!(standing_in(&app, SocialWorkPopulation::LookedAfter).await, 20);
    }
}

#[on_both_databases]
async fn columns_without_a_name_are_passed_over_if_nothing_stands_in_them(app: TestApp) {
    with_authorities(&app).await;
    let good = many(1, 4);
    let wider = |table: &(&'static str, Vec<u8>)| {
        let text = String::from_utf8(table.1.clone()).expect("UTF-8");
        (table.0, text.replace('\n', ",,\n").into_bytes())
    };
    let (header, mut episodes) = (wider(&good[0]), wider(&good[1]));
    episodes.1.extend(b"C00001,10/06/2018,S,C2,N1,U4,PR1,11/06/2018,E4A,,,,,,left over\n");
    let loaded = load(&app, CAMDEN, 2024, vec![header, episodes]).await;
    assert_eq!((loaded.kept, loaded.refused), (8, 1));
    assert_eq!(
        problems(&app, loaded.id).await,
        [("CG04".to_owned(), "Episodes".to_owned(), 6, true)]
    );
}

#[on_both_databases]
async fn a_row_that_is_cut_before_what_it_must_have_is_refused(app: TestApp) {
    with_authorities(&app).await;
    let mut files = many(1, 4);
    files[1].1.extend(b"C00001,10/06/2018,S\n");
    let loaded = load(&app, CAMDEN, 2024, files).await;
    assert_eq!((loaded.kept, loaded.refused), (8, 1));
    let told = problems(&app, loaded.id).await;
    assert!(
        told.iter()
            .all(|(_, file, line, refused)| (file.as_str(), *line, *refused)
                == ("Episodes", 6, true)),
        "{told:?}"
    );
}

#[on_both_databases]
async fn whole_numbers_with_decimals_and_days_with_midnight_are_what_they_were(app: TestApp) {
    with_authorities(&app).await;
    let tables = [
        (
            "header.csv",
            "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\nA1,1.0,2010-02-01 00:00:00,WBRI,UN3,1.0,31/03/2019 00:00\nA2,2.0,01/02/2010 12:00:00 AM,WBRI,UN3,0.0,\n",
        ),
        (
            "episodes.csv",
            "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\nA1,01/05/2022 00:00,S,C2,N1,U4,PR1,,,,,,9.0\nA2,2022-05-01T00:00:00,S,C2,N1,U4,PR1,,,,,,\n",
        ),
        ("uasc.csv", "CHILD,SEX,DOB,DUC\nA1,1.0,2010-02-01,2027-03-31 00:00:00\n"),
        (
            "oc2.csv",
            "CHILD,DOB,SDQ_SCORE,SDQ_REASON,CONVICTED,HEALTH_CHECK,IMMUNISATIONS,TEETH_CHECK,HEALTH_ASSESSMENT,SUBSTANCE_MISUSE,INTERVENTION_RECEIVED,INTERVENTION_OFFERED\nA1,01/02/2010,9.0,,0.0,1.0,1.0,1.0,1.0,0.0,0.0,0.0\n",
        ),
        (
            "ad1.csv",
            "CHILD,DOB,DATE_INT,DATE_MATCH,FOSTER_CARE,NB_ADOPTR,SEX_ADOPTR,LS_ADOPTR\nA1,01/02/2010,01/05/2023,01/05/2023,0.0,2.0,mf,l11\n",
        ),
    ];
    let files = tables.map(|(name, text)| (name, ten_times(text).into_bytes())).to_vec();
    let loaded = load(&app, CAMDEN, 2024, files).await;
    assert_eq!((loaded.read, loaded.refused, problems(&app, loaded.id).await), (70, 0, vec![]));
    assert_eq!(standing_in(&app, SocialWorkPopulation::UnaccompaniedAsylumSeeking).await, 10);
}

#[on_both_databases]
async fn codes_in_small_letters_count_as_those_in_capitals(app: TestApp) {
    with_authorities(&app).await;
    let header = header_of(
        "a1,m,01/02/2010,wbri,un3,,\na2,f,01/02/2010,bafr,u856006112595,,\na3,f,01/02/2010,refu,un3,,\na4,u,01/02/2006,chne,un3,,\n",
    );
    let episodes = episodes_of(
        "a1,01/05/2022,s,c2,n1,u4,pr1,,,,,,\na2,01/05/2024,s,v4,n2,k2,pr1,,,,,,\na3,01/05/2022,s,e1,n1,a5,pr1,01/06/2024,e12,,,,\n",
    );
    let leavers =
        ("oc3.csv", b"CHILD,DOB,IN_TOUCH,ACTIV,ACCOM\na4,01/02/2006,yes,f4,u1\n".to_vec());
    let in_small: Files = [header, episodes, leavers]
        .map(|(name, text)| {
            (name, ten_times(&String::from_utf8(text).expect("UTF-8")).into_bytes())
        })
        .to_vec();
    let in_capitals = in_small
        .iter()
        .map(|(name, text)| {
            (*name, String::from_utf8(text.clone()).expect("UTF-8").to_uppercase().into_bytes())
        })
        .collect();
    let small = load(&app, CAMDEN, 2025, in_small).await;
    let capital = load(&app, LEEDS, 2025, in_capitals).await;
    assert_eq!((small.kept, small.refused), (80, 0));
    assert_eq!(problems(&app, small.id).await, problems(&app, capital.id).await);
    let (one, other) = (
        standings(&app, small.local_authority_id).await,
        standings(&app, capital.local_authority_id).await,
    );
    assert_eq!(one, other);
    assert_eq!(one.len(), 30);
}

#[on_both_databases]
async fn what_is_no_code_is_told_with_the_one_that_was_probably_meant(app: TestApp) {
    with_authorities(&app).await;
    let files = vec![
        header_of(
            "A1,1,01/02/2010,WBRIT,UN3,,\nA2,1,01/02/2010,WBRI,UN3,,\nA3,1,01/02/2010,WBRI,UN3,,\n",
        ),
        episodes_of(
            "A2,01/05/2022,S,C2,NI,U4,PR1,,,,,,\nA3,01/05/2022,S,C2,N1,U4,PR1,01/06/2023,EI3,,,,\n",
        ),
    ];
    let loaded = load(&app, CAMDEN, 2024, files).await;
    let request = service::page::PageRequest::first(100);
    let page = returns::problems(&app.as_operator(), loaded.id, &request).await.expect("problems");
    let near: Vec<_> = page.items.into_iter().map(|(_, row)| (row.rule, row.nearest)).collect();
    let told = |rule: &str, nearest: &str| (rule.to_owned(), Some(nearest.to_owned()));
    assert_eq!(near, [told("103", "WBRI"), told("145", "N1"), told("149", "E13")]);
    // It is near to what stands there, and goes with the return.
    returns::erase(&app.as_operator(), loaded.id).await.expect("erased");
    let page = returns::problems(&app.as_operator(), loaded.id, &request).await.expect("problems");
    assert!(page.items.iter().all(|(_, row)| row.nearest.is_none()));
}

/// What is counted of an authority's young people.
#[expect(
    clippy::disallowed_methods,
    reason = "a test looks at what is kept, not at what somebody sees"
)]
async fn standings(app: &TestApp, authority: LocalAuthorityId) -> Vec<String> {
    let rows = entity::standing::Entity::find()
        .filter(entity::standing::Column::LocalAuthorityId.eq(authority))
        .all(app.space.store().connection())
        .await
        .expect("rows");
    let mut told: Vec<String> = rows
        .into_iter()
        .map(|row| {
            format!(
                "{:?} {:?} {:?} {:?} {:?} {:?} {:?}",
                row.population,
                row.age_band,
                row.sex,
                row.ethnic_group,
                row.legal_status,
                row.placement_type,
                row.category_of_need
            )
        })
        .collect();
    told.sort();
    told
}
