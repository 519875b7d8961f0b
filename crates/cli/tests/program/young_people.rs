//! What the command line does with returns about young people, and with the key of their pseudonyms.

use crate::running::Installation;

const HEADER: &str = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\nKID-1,1,01/02/2010,WBRI,U856006112595,,\nKID-2,9,01/02/2010,WBRI,,,\n";
const EPISODES: &str = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\nKID-1,01/05/2022,S,C2,N1,U4,PR1,,,,,,\n";
pub(crate) const IMPORT: [&str; 10] = [
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
    furnish(Installation::new()).await
}

/// An installation with one authority, and a return of it beside the data.
pub(crate) async fn furnish(installation: Installation) -> Installation {
    let bundle = installation.path("places");
    std::fs::create_dir(&bundle).unwrap();
    let places = "gss_code,name,country\nE09000007,Camden,England\n";
    std::fs::write(bundle.join("local_authorities.csv"), places).unwrap();
    let outcome = installation.run(&["import", "bundle", "places"]).await;
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
async fn a_return_that_is_refused_as_a_whole_is_told_row_by_row_and_in_the_report() {
    let installation = furnished().await;
    // From columns that are wrong to a file that isn't there: each leaves a report that says why.
    let no_rec = EPISODES.replace("REC,", "RECC,");
    let other_ids = EPISODES.replace("KID-1,", "KID-9,");
    let nobody = HEADER.replace("WBRI", "NONE");
    for (file, content, printed, reported) in [
        (
            "episodes.csv",
            no_rec.as_str(),
            "refused: Episodes, line 1, REC: ",
            "refused,Episodes,1,REC,CG10,",
        ),
        (
            "episodes.csv",
            &other_ids,
            "refused: Episodes, line 2, CHILD: ",
            "refused,Episodes,2,CHILD,INT03,",
        ),
        (
            "header.csv",
            &nobody,
            "refused: Header, line 2, ETHNIC: ",
            "refused,Header,2,ETHNIC,103,",
        ),
        ("header.csv", "no table\n", "", "none of the return's tables"),
    ] {
        let right = std::fs::read(installation.path(file)).unwrap();
        std::fs::write(installation.path(file), content).unwrap();
        let outcome = installation.run(&IMPORT).await;
        assert_eq!(outcome.code, Some(1), "{}", outcome.log);
        assert!(outcome.answer.contains(printed), "{}", outcome.answer);
        let report = std::fs::read_to_string(installation.path("problems.csv")).unwrap();
        assert!(report.starts_with("severity,file,line,"), "{report}");
        assert!(report.contains(reported), "{report}");
        assert!(report.lines().last().unwrap().starts_with("refused,,,,,"), "{report}");
        std::fs::write(installation.path(file), right).unwrap();
    }
    let listed = installation.answer(&["young-people", "returns"]).await;
    assert!(!listed.contains("CURRENT"), "{listed}");
    std::fs::remove_file(installation.path("episodes.csv")).unwrap();
    let outcome = installation.run(&IMPORT).await;
    assert_eq!(outcome.code, Some(1));
    let report = std::fs::read_to_string(installation.path("problems.csv")).unwrap();
    assert_eq!(report.lines().count(), 2, "{report}");
}

#[tokio::test]
async fn most_of_a_return_is_lost_only_if_that_is_accepted() {
    let installation = furnished().await;
    installation.run(&IMPORT).await;
    std::fs::write(installation.path("episodes.csv"), EPISODES.replace("KID-1", "KID-8")).unwrap();
    let header = HEADER.replace("U856006112595", "UN3").replace("KID-1", "KID-8");
    std::fs::write(installation.path("header.csv"), header).unwrap();
    let outcome = installation.run(&IMPORT).await;
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.log.contains("RETURN_NEEDS_CONFIRMATION"), "{}", outcome.log);
    let insisting: Vec<&str> = IMPORT.into_iter().chain(["--accept-losses"]).collect();
    let outcome = installation.run(&insisting).await;
    assert_eq!(outcome.code, Some(2), "{}", outcome.log);
}

#[tokio::test]
async fn a_report_is_written_when_nothing_is_wrong_and_never_over_what_is_imported() {
    let installation = furnished().await;
    let header: String = HEADER.lines().take(2).map(|line| format!("{line}\n")).collect();
    std::fs::write(installation.path("header.csv"), &header).unwrap();
    std::fs::write(installation.path("problems.csv"), "of before\n").unwrap();
    let outcome = installation.run(&IMPORT).await;
    assert_eq!(outcome.code, Some(0), "{}", outcome.log);
    let report = std::fs::read_to_string(installation.path("problems.csv")).unwrap();
    assert_eq!(report, "severity,file,line,column,rule,reason,remedy,nearest,rows\n");
    std::fs::hard_link(installation.path("header.csv"), installation.path("link.csv")).unwrap();
    for report in ["header.csv", "./data/../header.csv", "link.csv"] {
        let mut arguments = IMPORT.to_vec();
        arguments[9] = report;
        let outcome = installation.run(&arguments).await;
        assert_eq!(outcome.code, Some(1));
        assert!(outcome.log.contains("take the place"), "{}", outcome.log);
    }
    for report in ["places/local_authorities.csv", "places/../places/local_authorities.csv"] {
        let outcome = installation.run(&["import", "bundle", "places", "--report", report]).await;
        assert_eq!(outcome.code, Some(1), "{}", outcome.log);
    }
    let kept = std::fs::read_to_string(installation.path("header.csv")).unwrap();
    assert_eq!(kept, header);
}

#[tokio::test]
async fn a_rotated_key_recognises_the_children_of_before() {
    let installation = furnished().await;
    installation.run(&IMPORT).await;
    let file = installation.data().join("pseudonym.key");
    let before = std::fs::read_to_string(&file).unwrap();
    let said = installation.answer(&["young-people", "rotate-pseudonym-key"]).await;
    assert!(said.starts_with("2 hashes are under the new key"), "{said}");
    let after = std::fs::read_to_string(&file).unwrap();
    assert!(after.starts_with(&before) && after.lines().count() == 2);
    // Recognised: the return that is loaded again brings no hash that is not there.
    installation.run(&IMPORT).await;
    let said = installation.answer(&["young-people", "rotate-pseudonym-key"]).await;
    assert!(said.starts_with("2 hashes are under the new key"), "{said}");
}

/// Every byte of the files of a folder, and of those within it.
fn everything_in(folder: &std::path::Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => all.extend(everything_in(&path)),
            false => all.extend(std::fs::read(&path).unwrap()),
        }
    }
    all
}

#[tokio::test]
async fn no_identifier_of_a_child_is_in_the_log_however_much_is_logged_nor_in_any_file() {
    const SECRETS: [&str; 7] = [
        "KID-4711",
        "U856006112595",
        "T808001814556",
        "17/09/2011",
        "2011-09-17",
        "LS99 4QQ",
        "Wilhelmina",
    ];
    let installation = crate::tokens::furnished(furnished().await).await;
    for file in ["header.csv", "episodes.csv"] {
        std::fs::remove_file(installation.path(file)).unwrap();
    }
    let mut arguments = vec!["token", "issue", "--name", "returns"];
    arguments.extend(["--centre", "alpha-centre"]);
    arguments.extend(["--scope", "young-people:contribute"]);
    arguments.extend(["--scope", "young-people:statistics"]);
    let token = installation.answer(&arguments).await;
    let token = token.trim();
    let listed = installation.answer(&["token", "list"]).await;
    let record: serde_json::Value = serde_json::from_str(listed.trim()).unwrap();
    let id = record["id"].as_str().unwrap();
    installation.answer(&["token", "approve", id, "--approver", "A. Second"]).await;

    let server = installation.serve(&["--log", "trace"]).await;
    let header = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\nKID-4711,2,17/09/2011,WBRI,U856006112595,0,\nWilhelmina,2,17/09/2011,WBRI,T808001814556,0,\nWilhelmina,Wilhelmina,17/09/2011,WBRI,,,\n";
    let episodes = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\nKID-4711,01/05/2022,S,C2,N1,U4,PR1,,,,LS99 4QQ,LS99 4QQ,\nKID-4711 X,17/09/2011,S,C2,N1,U4,PR1,,,,LS99 4QQ,,\n";
    let census = "<Message><Header><CollectionDetails><Year>2024</Year><ReferenceDate>2024-03-31</ReferenceDate></CollectionDetails></Header><Children><Child><ChildIdentifiers><LAchildID>KID-4711</LAchildID><UPN>U856006112595</UPN><PersonBirthDate>2011-09-17</PersonBirthDate><Sex>F</Sex></ChildIdentifiers><ChildCharacteristics><Ethnicity>Wilhelmina</Ethnicity></ChildCharacteristics></Child></Children></Message>";
    let address = "/imports/ssda903?authority=E09000007&year=2024";
    let good = [("header.csv", header), ("episodes.csv", episodes)];
    let (status, told) = server.send(address, token, &good).await;
    assert_eq!(status, 200, "{told}");
    let (status, census_told) = server
        .send("/imports/cin-census?authority=E09000007", token, &[("census.xml", census)])
        .await;
    assert_eq!(status, 200, "{census_told}");
    // What is refused as a whole: no table, broken XML.
    for (path, file) in [
        (address, ("x.csv", "KID-4711,Wilhelmina\n17/09/2011,1\n")),
        (
            "/imports/cin-census?authority=E09000007",
            ("x.xml", "<Message><KID-4711>Wilhelmina</Message>"),
        ),
    ] {
        let (status, told) = server.send(path, token, &[file]).await;
        assert_eq!(status, 400, "{told}");
        assert!(!SECRETS.iter().any(|secret| told.contains(secret)), "{told}");
    }
    let counts = "{ youngPeople { statistics(input: { by: [SEX], asAt: \"2024-03-31\" }) { cells { count } } returns { nodes { problems { nodes { line column rule reason } } } } } }";
    let answer = server.ask(counts, Some(token)).await;
    assert!(answer["data"]["youngPeople"].is_object(), "{answer}");
    let outcome = server.stop().await;
    assert_eq!(outcome.code, Some(0));
    let requests = outcome.log.matches("\"message\":\"answered\"").count();
    assert_eq!(requests, 5, "{}", outcome.log);

    let kept = everything_in(&installation.path("."));
    assert!(kept.len() > 100_000);
    let said = format!("{}{}{told}{census_told}{answer}", outcome.log, outcome.answer);
    for secret in SECRETS {
        assert!(!said.contains(secret), "{secret} is in the log or in an answer");
        let is_kept = kept.windows(secret.len()).any(|bytes| bytes == secret.as_bytes());
        assert!(!is_kept, "{secret} is in a file");
    }
}
