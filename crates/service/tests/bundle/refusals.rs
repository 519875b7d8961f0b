//! What an import refuses, and how it says so.

use service::interchange::bundle::Report;

use super::support::{CENTRES, Files, Space, full, places};

async fn refused(files: &[(&str, &str)]) -> (Space, Report) {
    let space = Space::empty().await;
    let report = space.import(Files::new(files).path()).await;
    for problem in &report.problems {
        assert!(problem.reason.len() > 10 && problem.remedy.len() > 10, "{problem}");
    }
    (space, report)
}

#[tokio::test]
async fn wrong_rows_are_named_and_good_ones_land() {
    let (space, report) = refused(&[
        ("centres.csv", CENTRES),
        (
            "studies.csv",
            "slug,title,design,status,starts_on,ends_on,lead_centre,contributed_by,visibility,withdrawn_at,registration_url\n\
             good,Good,OTHER,PLANNED,,,early-years,early-years,,,\n\
             Bad Slug,Bad,OTHER,PLANNED,,,early-years,early-years,,,\n\
             words,Words,RANDOM,SOON,,,early-years,early-years,EVERYBODY,,\n\
             dates,Dates,OTHER,PLANNED,2020-02-30,01/02/2020,early-years,early-years,,yesterday,\n\
             order,Order,OTHER,PLANNED,2020-02-02,2020-02-01,early-years,early-years,,,\n\
             empty,,OTHER,PLANNED,,,,early-years,,,\n\
             nobody,Nobody,OTHER,PLANNED,,,early-year,early-years,,,\n\
             good,Again,OTHER,PLANNED,,,early-years,early-years,,,\n\
             short,Short,OTHER\n\
             reason,Reason,OTHER,PLANNED,,,early-years,early-years,COLLABORATION,2020-01-01T00:00:00Z,ftp://x\n\
             last,Last,OTHER,PLANNED,,,youth-work,early-years,,,\n",
        ),
    ])
    .await;
    assert_eq!(
        places(&report),
        [
            "studies.csv:3 slug NOT_A_SLUG",
            "studies.csv:4 design UNKNOWN_WORD",
            "studies.csv:4 status UNKNOWN_WORD",
            "studies.csv:4 visibility UNKNOWN_WORD",
            "studies.csv:5 starts_on NOT_A_DATE",
            "studies.csv:5 ends_on NOT_A_DATE",
            "studies.csv:5 withdrawn_at NOT_A_TIME",
            "studies.csv:6 ends_on OUT_OF_ORDER",
            "studies.csv:7 title REQUIRED",
            "studies.csv:7 lead_centre REQUIRED",
            "studies.csv:8 lead_centre UNKNOWN_REFERENCE",
            "studies.csv:9 - DUPLICATE_KEY",
            "studies.csv:10 - WRONG_WIDTH",
            "studies.csv:11 registration_url NOT_AN_ADDRESS",
            "studies.csv:11 shared_with INCONSISTENT",
            "studies.csv:11 withdrawal_reason INCONSISTENT",
        ]
    );
    assert_eq!(space.count("study").await, 2);
    let studies = report.tables.iter().find(|table| table.table == "studies").unwrap();
    assert_eq!((studies.read, studies.created, studies.refused), (11, 2, 9));
}

#[tokio::test]
async fn findings_that_cannot_be_are_refused() {
    let files = full();
    files.put(
        "findings.csv",
        b"study,reference,outcome,measure,estimate,standard_error,interval_level,interval_lower,interval_upper,participants_total,contributed_by\n\
          trial,a,reading,FISHER_Z,NaN,,,,,,new-centre\n\
          trial,b,reading,FISHER_Z,inf,,,,,,new-centre\n\
          trial,c,reading,FISHER_Z,1e999,,,,,,new-centre\n\
          trial,d,reading,FISHER_Z,\"1,5\",,,,,,new-centre\n\
          trial,e,reading,FISHER_Z,1,0,,,,,new-centre\n\
          trial,f,reading,FISHER_Z,1,,0.95,0,,,new-centre\n\
          trial,g,reading,FISHER_Z,1,,95,0,2,,new-centre\n\
          trial,h,reading,FISHER_Z,3,,0.95,0,2,,new-centre\n\
          trial,i,reading,FISHER_Z,1,,,,,99999999999,new-centre\n\
          trial,j,reading,FISHER_Z,1,,,,,-1,new-centre\n\
          trial,k,mentoring,FISHER_Z,1,,,,,,new-centre\n\
          trial,l,reading,FISHER_Z,1,,,,,,new-centre\n",
    );
    let space = Space::empty().await;
    let report = space.import(files.path()).await;
    let codes: Vec<_> =
        report.problems.iter().map(|problem| (problem.line, problem.fault.as_str())).collect();
    assert_eq!(
        codes,
        [
            (2, "NOT_A_NUMBER"),
            (3, "NOT_A_NUMBER"),
            (4, "NOT_A_NUMBER"),
            (5, "NOT_A_NUMBER"),
            (6, "OUT_OF_RANGE"),
            (7, "INCONSISTENT"),
            (8, "OUT_OF_RANGE"),
            (9, "INCONSISTENT"),
            (10, "NOT_A_WHOLE_NUMBER"),
            (11, "OUT_OF_RANGE"),
            (12, "UNKNOWN_REFERENCE"),
        ]
    );
    assert_eq!(space.count("finding").await, 1);
}

#[tokio::test]
async fn ratings_must_use_levels_of_their_standards_version() {
    let files = full();
    files.put(
        "ratings.csv",
        b"contributed_by,reference,standard,version,subject_kind,subject,scores\n\
          new-centre,a,padlocks,1,STUDY,trial,security=3\n\
          new-centre,b,padlocks,2,STUDY,trial,security=3;security=0\n\
          new-centre,c,padlocks,2,STUDY,trial,security\n\
          new-centre,d,padlocks,2,STUDY,mentoring,security=3\n\
          new-centre,e,padlocks,2,INTERVENTION,mentoring,security=0;cost=1\n",
    );
    let space = Space::empty().await;
    let report = space.import(files.path()).await;
    assert_eq!(
        places(&report),
        [
            "ratings.csv:2 scores UNKNOWN_REFERENCE",
            "ratings.csv:3 scores REPEATED",
            "ratings.csv:4 scores INCONSISTENT",
            "ratings.csv:5 subject UNKNOWN_REFERENCE",
        ]
    );
    assert_eq!(space.number("SELECT strength_rank AS answer FROM rating").await, 1);
}

#[tokio::test]
async fn only_what_was_stopped_has_a_reason_of_that_kind() {
    let (space, report) = refused(&[
        ("centres.csv", CENTRES),
        (
            "studies.csv",
            "slug,title,design,status,lead_centre,contributed_by\ntrial,Trial,OTHER,STOPPED,early-years,early-years\n",
        ),
        (
            "study_statuses.csv",
            "study,on,status,stop_reason\n\
             trial,2019-01-01,IN_DELIVERY,CHANGED_OUR_MIND\n\
             trial,2019-02-01,STOPPED,BORED\n\
             trial,2019-03-01,STOPPED,CHANGED_OUR_MIND\n",
        ),
    ])
    .await;
    assert_eq!(
        places(&report),
        [
            "study_statuses.csv:2 stop_reason INCONSISTENT",
            "study_statuses.csv:3 stop_reason UNKNOWN_WORD",
        ]
    );
    assert_eq!(space.count("study_status_change").await, 1);
}

#[tokio::test]
async fn feedback_that_cannot_be_is_refused() {
    let (space, report) = refused(&[
        ("centres.csv", CENTRES),
        (
            "programmes.csv",
            "slug,title,lead_centre,studies_stated\nwhole,Whole,early-years,9\nless,Less,early-years,-1\n",
        ),
        (
            "studies.csv",
            "slug,title,design,status,lead_centre,contributed_by\ntrial,Trial,OTHER,PLANNED,early-years,early-years\n",
        ),
        (
            "feedback.csv",
            "contributed_by,reference,study,programme,from_role,text,received_on,answered_on,answer\n\
             early-years,good,trial,,practice leader,Good,2019-02-01,,\n\
             early-years,both,trial,whole,practice leader,Both,2019-02-01,,\n\
             early-years,no-answer,,,practice leader,Fine,2019-02-01,2019-02-02,\n\
             early-years,too-early,,,practice leader,Fine,2019-02-01,2019-01-31,Thanks\n\
             early-years,from-nobody,,,,Fine,2019-02-01,,\n",
        ),
    ])
    .await;
    assert_eq!(
        places(&report),
        [
            "programmes.csv:3 studies_stated OUT_OF_RANGE",
            "feedback.csv:3 programme INCONSISTENT",
            "feedback.csv:4 answer INCONSISTENT",
            "feedback.csv:5 answered_on OUT_OF_ORDER",
            "feedback.csv:6 from_role REQUIRED",
        ]
    );
    assert_eq!(space.count("feedback").await, 1);
}

#[tokio::test]
async fn circles_are_refused_wherever_they_close() {
    let (space, report) = refused(&[(
        "interventions.csv",
        "slug,name,broader\na,A,b\nb,B,c\nc,C,a\nself,Self,self\nhanging,Hanging,a\nfree,Free,\n",
    )])
    .await;
    assert_eq!(report.problems.len(), 5, "{:#?}", report.problems);
    assert!(report.problems.iter().all(|problem| problem.fault.as_str() == "CIRCLE"));
    assert_eq!(space.count("term").await, 1);

    let chain = Files::new(&[("interventions.csv", "slug,name,broader\na,A,\nb,B,a\nc,C,b\n")]);
    assert_eq!(space.import(chain.path()).await.problems, []);
    let closing = Files::new(&[("interventions.csv", "slug,name,broader\na,A,c\nfree,Free,a\n")]);
    assert_eq!(places(&space.import(closing.path()).await), ["interventions.csv:2 broader CIRCLE"]);
    let both =
        Files::new(&[("interventions.csv", "slug,name,broader\nfree,Free,c\nc,C,free\nb,B,\n")]);
    assert_eq!(
        places(&space.import(both.path()).await),
        ["interventions.csv:2 broader CIRCLE", "interventions.csv:3 broader CIRCLE"]
    );
}

#[tokio::test]
async fn what_only_the_database_refuses_costs_only_its_row() {
    let mut publications = "slug,title,kind,doi,contributed_by\n".to_owned();
    for at in 0..600 {
        let doi = if at == 300 { 7 } else { at };
        publications.push_str(&format!("p{at},P {at},REPORT,10.1234/{doi},early-years\n"));
    }
    for strict in [false, true] {
        let space = Space::empty().await;
        let files = Files::new(&[("centres.csv", CENTRES), ("publications.csv", &publications)]);
        let report = if strict {
            space.import_strictly(files.path()).await
        } else {
            space.import(files.path()).await
        };
        assert_eq!(places(&report), ["publications.csv:302 - TAKEN"]);
        assert!(report.problems[0].reason.contains("doi"), "{}", report.problems[0]);
        assert_eq!(space.count("publication").await, if strict { 0 } else { 599 });
        assert_eq!(space.count("change").await, if strict { 0 } else { 601 });
    }
}

#[tokio::test]
async fn a_child_row_that_is_refused_takes_nothing_away() {
    let space = Space::empty().await;
    space.import(full().path()).await;
    let files = Files::new(&[(
        "study_sites.csv",
        "study,local_authority,step\ntrial,E08000035,first\ntrial,E10000023,3\ntrial,E10000023,4\n",
    )]);
    let report = space.import(files.path()).await;
    assert_eq!(
        places(&report),
        ["study_sites.csv:2 step NOT_A_WHOLE_NUMBER", "study_sites.csv:4 - DUPLICATE_KEY"]
    );
    assert_eq!(space.number("SELECT sum(step) AS answer FROM study_site").await, 1 + 3);
}

#[tokio::test]
async fn a_header_that_is_wrong_refuses_the_file_and_says_what_was_meant() {
    let (space, report) = refused(&[
        ("centres.csv", "slug,name,policy_areas,name\nx,X,Y,Z\n"),
        ("people.csv", "slug;name;orcid\nx;X;\n"),
        ("partners.csv", "slug\tname\nx\tX\n"),
        ("outcomes.csv", "slug,name\nx,X\n"),
        ("outcomes.ndjson", "{\"slug\": \"x\", \"name\": \"X\"}\n"),
        ("interventions.csv", ""),
        ("study.csv", "slug\n"),
    ])
    .await;
    assert_eq!(
        places(&report),
        [
            "centres.csv:1 policy_areas UNKNOWN_COLUMN",
            "centres.csv:1 name DUPLICATE_COLUMN",
            "centres.csv:1 policy_area MISSING_COLUMN",
            "people.csv:1 - WRONG_SEPARATOR",
            "partners.csv:1 - WRONG_SEPARATOR",
            "interventions.csv:1 slug MISSING_COLUMN",
            "interventions.csv:1 name MISSING_COLUMN",
            "outcomes.ndjson:1 - TWO_FILES",
        ]
    );
    assert!(report.problems[0].remedy.contains("'policy_area'"));
    assert_eq!(report.warnings.len(), 1);
    assert_eq!(report.warnings[0].fault.as_str(), "UNKNOWN_FILE");
    assert_eq!(space.count("change").await, 0);
}

#[tokio::test]
async fn bytes_that_are_no_text_cost_only_their_row() {
    let space = Space::empty().await;
    let files = Files::new(&[]);
    let mut file = b"slug,name\na,A\nb,caf\xe9\n".to_vec();
    file.extend(b"c,\"nul \0 in it\"\n");
    file.extend(b"d,\"never closed\ne,E\nf,F\n");
    file.extend(format!("g,{}\n", "x".repeat(2 << 20)).as_bytes());
    file.extend(format!("h,{}\n", "x".repeat(3_000)).as_bytes());
    file.extend(b"i,I\r\n\r\n,\nj,J");
    files.put("partners.csv", &file);
    let report = space.import(files.path()).await;
    assert_eq!(
        places(&report),
        [
            "partners.csv:3 - NOT_UTF8",
            "partners.csv:4 name NOT_TEXT",
            "partners.csv:5 - QUOTE_NOT_CLOSED",
            "partners.csv:8 - ROW_TOO_LONG",
            "partners.csv:9 name TOO_LONG",
        ]
    );
    let slugs = "SELECT count(*) AS answer FROM partner WHERE slug IN ('a', 'e', 'f', 'i', 'j')";
    assert_eq!((space.number(slugs).await, space.count("partner").await), (5, 5));
}

#[tokio::test]
async fn lines_that_are_no_objects_cost_only_their_line() {
    let (space, report) = refused(&[(
        "outcomes.ndjson",
        "{\"slug\": \"a\", \"name\": \"A\", \"synonyms\": [\"x\", \" y \"], \"description\": null}\n\
         [1, 2]\n\
         {\"slug\": \"b\", \"name\": true}\n\
         {\"slug\": \"c\", \"nome\": \"C\"}\n\
         {\"slug\": \"d\", \"name\": \"D\", \"synonyms\": [[\"one;two\"]]}\n\
         {\"slug\": \"e\"\n\
         \n\
         {\"slug\": \"f\", \"name\": 7}\n\
         {\"slug\": \"g\", \"name\": \"G\", \"name\": \"H\"}\n",
    )])
    .await;
    assert_eq!(
        places(&report),
        [
            "outcomes.ndjson:2 - NOT_JSON",
            "outcomes.ndjson:3 name NOT_JSON",
            "outcomes.ndjson:4 - UNKNOWN_COLUMN",
            "outcomes.ndjson:5 synonyms NOT_JSON",
            "outcomes.ndjson:6 - NOT_JSON",
            "outcomes.ndjson:9 name DUPLICATE_COLUMN",
        ]
    );
    assert_eq!(space.count("term").await, 2);
}

#[tokio::test]
async fn a_file_as_spreadsheets_save_it_is_read() {
    let (space, report) = refused(&[
        ("centres.csv", CENTRES),
        (
            "programmes.csv",
            "\u{feff} slug ,title\u{a0},lead_centre,started,studies_stated,,,\r\n\
             a,A,early-years,2019.0,9.0,,,\r\n\
             b,B,Early-Years\r\n\
             c,C,early-years,2019,12,,,,,\r\n\
             ,,,,,,,\r\n",
        ),
    ])
    .await;
    assert_eq!(report.problems, []);
    assert_eq!(space.count("programme").await, 3);
    let stated =
        "SELECT studies_stated AS answer FROM programme WHERE slug = 'a' AND started = '2019'";
    assert_eq!(space.number(stated).await, 9);
    let told: Vec<_> =
        report.warnings.iter().map(|warning| (warning.line, warning.fault.as_str())).collect();
    assert_eq!(told, [(3, "WRONG_WIDTH")]);
}

#[tokio::test]
async fn what_a_spreadsheet_made_of_a_value_is_refused_with_a_remedy() {
    let (space, report) = refused(&[
        ("centres.csv", CENTRES),
        (
            "programmes.csv",
            "slug,title,lead_centre,started,studies_stated,\n\
             a,A,early-years,01/07/2019,1,\n\
             b,B,early-years,2019,\"1,000\",\n\
             c,C,early-years,2019,1e3,\n\
             d,D,early-years,2019,9.5,\n\
             e,E,early-years,2019,9,stray\n\
             f,F,early-years,2019,9,,stray\n\
             g,G\n",
        ),
    ])
    .await;
    assert_eq!(
        places(&report),
        [
            "programmes.csv:2 started NOT_A_DATE",
            "programmes.csv:3 studies_stated NOT_A_WHOLE_NUMBER",
            "programmes.csv:4 studies_stated NOT_A_WHOLE_NUMBER",
            "programmes.csv:5 studies_stated NOT_A_WHOLE_NUMBER",
            "programmes.csv:6 - WRONG_WIDTH",
            "programmes.csv:7 - WRONG_WIDTH",
            "programmes.csv:8 - WRONG_WIDTH",
        ]
    );
    assert_eq!(space.count("programme").await, 0);
}

#[tokio::test]
async fn a_reference_is_one_however_its_letters_are_composed() {
    let of = |reference: &str| {
        format!(
            "contributed_by,reference,programme,from_role,text,received_on\nearly-years,{reference},p,parent,x,2020-01-01\n"
        )
    };
    let space = Space::empty().await;
    let composed = of("T\u{177} 1");
    let programmes = "slug,title,lead_centre\np,P,early-years\n";
    let files = [
        ("centres.csv", CENTRES),
        ("programmes.csv", programmes),
        ("feedback.csv", composed.as_str()),
    ];
    assert_eq!(space.import(Files::new(&files).path()).await.problems, []);
    let decomposed = of("Ty\u{302} 1");
    let report = space.import(Files::new(&[("feedback.csv", &decomposed)]).path()).await;
    assert_eq!((report.total().created, report.total().unchanged), (0, 1), "{:?}", report.problems);
    let both = format!("{composed}early-years,Ty\u{302} 1,p,parent,y,2020-01-01\n");
    let report = space.import(Files::new(&[("feedback.csv", &both)]).path()).await;
    assert_eq!(places(&report), ["feedback.csv:3 - DUPLICATE_KEY"]);
}
