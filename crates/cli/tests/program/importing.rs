//! What `commonground import` says of what it refused.

use crate::running::Installation;

#[tokio::test]
async fn the_first_problems_are_printed_and_all_are_written_to_the_report() {
    let installation = Installation::new();
    let bundle = installation.path("bundle");
    std::fs::create_dir(&bundle).unwrap();
    let rows: String = (0..150).map(|at| format!("Bad {at},\"A, b\"\n")).collect();
    std::fs::write(bundle.join("partners.csv"), format!("slug,name\n{rows}good,Good\n")).unwrap();

    let outcome = installation.run(&["import", "bundle", "bundle"]).await;
    assert_eq!(outcome.code, Some(2), "{}", outcome.log);
    let said = |line: &str| outcome.answer.lines().any(|said| said == line);
    assert_eq!(outcome.answer.matches("refused: ").count(), 100);
    assert!(said("and 50 more problems; --report FILE writes them"), "{}", outcome.answer);

    let arguments = ["import", "bundle", "bundle", "--report", "problems.csv"];
    let outcome = installation.run(&arguments).await;
    assert_eq!(outcome.code, Some(2), "{}", outcome.log);
    assert!(
        outcome.answer.contains("and 50 more problems; problems.csv has them"),
        "{}",
        outcome.answer
    );
    let mut report = csv::Reader::from_path(installation.path("problems.csv")).unwrap();
    assert_eq!(
        report.headers().unwrap(),
        ["file", "line", "column", "code", "reason", "remedy"].as_slice()
    );
    let problems: Vec<csv::StringRecord> = report.records().map(Result::unwrap).collect();
    assert_eq!(problems.len(), 150);
    let last: Vec<&str> = problems[149].iter().take(4).collect();
    assert_eq!(last, ["partners.csv", "151", "slug", "NOT_A_SLUG"]);
}

#[tokio::test]
async fn a_folder_without_a_file_of_a_bundle_and_a_report_that_cannot_be_written_fail() {
    let installation = Installation::new();
    std::fs::create_dir(installation.path("empty")).unwrap();
    let outcome = installation.run(&["import", "bundle", "empty"]).await;
    assert_eq!((outcome.code, outcome.answer.as_str()), (Some(1), ""));
    assert!(outcome.log.contains("No file of a bundle found in empty"), "{}", outcome.log);
    let arguments = ["import", "bundle", "empty", "--report", "no/such/place.csv"];
    let outcome = installation.run(&arguments).await;
    assert_eq!((outcome.code, outcome.answer.as_str()), (Some(1), ""));
    assert!(outcome.log.contains("no/such/place.csv cannot be written"), "{}", outcome.log);
}
