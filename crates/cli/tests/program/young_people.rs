//! What the command line does with returns about young people, and with the key of their pseudonyms.

use crate::running::Installation;

const HEADER: &str = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\nKID-1,1,01/02/2010,WBRI,U856006112595,,\nKID-2,9,01/02/2010,WBRI,,,\n";
const EPISODES: &str = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\nKID-1,01/05/2022,S,C2,N1,U4,PR1,,,,,,\n";
const IMPORT: [&str; 10] = [
    "import",
    "ssda903",
    "--authority",
    "E09000007",
    "--year",
    "2024",
    "episodes.csv",
    "header.csv",
    "--report",
    "problems.csv",
];

async fn furnished() -> Installation {
    let installation = Installation::new();
    let bundle = installation.path("bundle");
    std::fs::create_dir(&bundle).unwrap();
    let places = "gss_code,name,country\nE09000007,Camden,England\n";
    std::fs::write(bundle.join("local_authorities.csv"), places).unwrap();
    let outcome = installation.run(&["import", "bundle", "bundle"]).await;
    assert_eq!(outcome.code, Some(0), "{}", outcome.log);
    std::fs::write(installation.path("header.csv"), HEADER).unwrap();
    std::fs::write(installation.path("episodes.csv"), EPISODES).unwrap();
    installation
}

#[tokio::test]
async fn a_return_is_loaded_in_any_order_of_its_files_and_says_what_it_refused() {
    let installation = furnished().await;
    let outcome = installation.run(&IMPORT).await;
    assert_eq!(outcome.code, Some(2), "{}", outcome.log);
    assert!(
        outcome.answer.contains("refused: Header, line 3, SEX: ")
            && outcome.answer.contains("1 children; 3 rows read, 2 kept"),
        "{}",
        outcome.answer
    );
    let report = std::fs::read_to_string(installation.path("problems.csv")).unwrap();
    assert!(report.contains("refused,Header,3,SEX,101,"), "{report}");
    assert!(!format!("{report}{}{}", outcome.answer, outcome.log).contains("KID-"));
    let listed = installation.answer(&["young-people", "returns"]).await;
    assert!(listed.contains("\"state\":\"CURRENT\""), "{listed}");
}

#[tokio::test]
async fn a_rotated_key_recognises_the_children_of_before() {
    let installation = furnished().await;
    installation.run(&IMPORT).await;
    let file = installation.data().join("pseudonym.key");
    let before = std::fs::read_to_string(&file).unwrap();
    let said = installation
        .answer(&["young-people", "rotate-pseudonym-key"])
        .await;
    assert!(said.starts_with("2 hashes are under the new key"), "{said}");
    let after = std::fs::read_to_string(&file).unwrap();
    assert!(after.starts_with(&before) && after.lines().count() == 2);
    // Recognised: the return that is loaded again brings no hash that is not there.
    installation.run(&IMPORT).await;
    let said = installation
        .answer(&["young-people", "rotate-pseudonym-key"])
        .await;
    assert!(said.starts_with("2 hashes are under the new key"), "{said}");
}
