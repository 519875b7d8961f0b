//! What is read to its end by nobody, as `commonground … | head` isn't.

use std::process::Stdio;

use crate::running::{Installation, patiently};
use crate::young_people::furnish;

#[tokio::test]
async fn every_command_ends_with_0_and_without_a_word_if_nobody_reads_its_answer() {
    let installation = furnish(Installation::new()).await;
    std::fs::create_dir(installation.path("copy")).unwrap();
    for arguments in [
        &["schema"][..],
        &["--help"],
        &["young-people", "perturbation-table"],
        &["young-people", "returns"],
        &["audit", "export"],
        &["audit", "verify"],
        &["token", "list"],
        &["key", "list"],
        &["issuer", "list"],
        &["import", "bundle", "places"],
        &["export", "bundle", "copy"],
    ] {
        let mut command = installation.command(arguments);
        command.env("COMMONGROUND_LOG", "error").stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let outcome = patiently("the end of the command", child.wait_with_output()).await.unwrap();
        let said = String::from_utf8_lossy(&outcome.stderr);
        assert_eq!((outcome.status.code(), said.trim()), (Some(0), ""), "{arguments:?}");
    }
}

#[tokio::test]
async fn a_return_is_loaded_from_a_folder_and_a_folder_without_a_header_says_so() {
    let installation = furnish(Installation::new()).await;
    let folder = installation.path("return");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("README.md"), "Whose it is.").unwrap();
    std::fs::copy(installation.path("episodes.csv"), folder.join("episodes.csv")).unwrap();
    let import = ["import", "ssda903", "--authority", "E09000007", "--year", "2024", "return"];
    let outcome = installation.run(&import).await;
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.log.contains("There is no header table"), "{}", outcome.log);
    std::fs::copy(installation.path("header.csv"), folder.join("zz-header.csv")).unwrap();
    let outcome = installation.run(&import).await;
    assert_eq!(outcome.code, Some(2), "{}", outcome.log);
    assert!(outcome.answer.contains("2 kept"), "{}", outcome.answer);
}

#[tokio::test]
async fn a_spreadsheet_is_recognised_wherever_csv_is_taken() {
    let installation = furnish(Installation::new()).await;
    let workbook =
        b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x13\0\0\0[Content_Types].xml";
    for name in ["header.csv", "bundle.zip"] {
        std::fs::write(installation.path(name), workbook).unwrap();
    }
    std::fs::write(installation.path("places").join("centres.csv"), workbook).unwrap();
    std::fs::create_dir(installation.path("sheets")).unwrap();
    std::fs::write(installation.path("sheets").join("all.xlsx"), workbook).unwrap();
    for arguments in [
        &crate::young_people::IMPORT[..],
        &["import", "cin-census", "header.csv"],
        &["import", "bundle", "bundle.zip"],
        &["import", "bundle", "places"],
        &["import", "bundle", "sheets"],
    ] {
        let outcome = installation.run(arguments).await;
        let said = format!("{}{}", outcome.answer, outcome.log);
        assert_ne!(outcome.code, Some(0), "{arguments:?}: {said}");
        assert!(
            said.contains("spreadsheet") && said.contains("CSV UTF-8"),
            "{arguments:?}: {said}"
        );
    }
}
