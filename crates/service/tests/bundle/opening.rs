//! How a bundle is opened: a folder or a zip, as systems make them.

use std::io::Write;

use service::Code;
use service::interchange::bundle::{Bundle, Limits};

use super::support::{CENTRES, Files, Space, places};

#[test]
fn a_bundle_that_cannot_be_opened_says_why() {
    let refusal = |files: &Files, limits| Bundle::open(files.path(), limits).unwrap_err();
    let nowhere =
        Bundle::open(std::path::Path::new("no/such/place"), Limits::default()).unwrap_err();
    assert_eq!(nowhere.code, Code::BadUserInput);
    let later =
        Files::new(&[("bundle.json", "{\"format\": \"commonground-bundle\", \"version\": 2}")]);
    assert!(refusal(&later, Limits::default()).message.contains("version 2"));
    let other = Files::new(&[("bundle.json", "{\"format\": \"x\", \"version\": 1}")]);
    assert!(refusal(&other, Limits::default()).message.contains("commonground-bundle"));
}

#[tokio::test]
async fn a_zip_that_is_too_large_or_leads_out_of_itself_is_refused() {
    let zip = |entries: &[(&str, usize)]| {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut zip = zip::ZipWriter::new(file.reopen().unwrap());
        for (name, size) in entries {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(&vec![b'x'; *size]).unwrap();
        }
        zip.finish().unwrap();
        file
    };
    let limits = Limits { entries: 3, unpacked_bytes: 1_000, ..Limits::default() };
    let refusal = |entries: &[(&str, usize)]| {
        Bundle::open(zip(entries).path(), limits).map(drop).unwrap_err().message.into_owned()
    };
    assert!(refusal(&[("centres.csv", 1_001)]).contains("more than 1000 bytes"));
    assert!(refusal(&[("../centres.csv", 1)]).contains("leads out of it"));
    for out in [
        "/centres.csv",
        "..\\centres.csv",
        "a\\..\\..\\centres.csv",
        "C:\\centres.csv",
        "\\\\server\\share\\centres.csv",
        "\\centres.csv",
    ] {
        let message = refusal(&[(out, 1)]);
        assert!(message.contains("leads out of it"), "{out}: {message}");
    }
    assert!(refusal(&[("a", 1), ("b", 1), ("c", 1), ("d", 1)]).contains("4 entries"));
    let no_zip = tempfile::NamedTempFile::new().unwrap();
    assert!(Bundle::open(no_zip.path(), limits).unwrap_err().message.contains("neither a folder"));
}

#[tokio::test]
async fn a_folder_with_the_name_of_a_file_is_a_problem() {
    let space = Space::empty().await;
    let files = Files::new(&[("centres.csv", CENTRES)]);
    std::fs::create_dir(files.path().join("outcomes.csv")).unwrap();
    std::fs::create_dir(files.path().join("pictures")).unwrap();
    let report = space.import(files.path()).await;
    assert_eq!(places(&report), ["outcomes.csv:1 - NOT_A_FILE"]);
    assert!(report.problems[0].reason.contains("is a folder"));
    assert_eq!(space.count("centre").await, 2);

    let file = tempfile::NamedTempFile::new().unwrap();
    let mut zip = zip::ZipWriter::new(file.reopen().unwrap());
    let options = zip::write::SimpleFileOptions::default();
    zip.add_directory("mine/", options).unwrap();
    zip.add_directory("mine/outcomes.csv/", options).unwrap();
    zip.start_file("mine/centres.csv", options).unwrap();
    zip.write_all(CENTRES.as_bytes()).unwrap();
    zip.finish().unwrap();
    let report = space.import(file.path()).await;
    assert_eq!(places(&report), ["outcomes.csv:1 - NOT_A_FILE"]);
    assert_eq!((report.total().unchanged, report.warnings.len()), (2, 0));
}

#[tokio::test]
async fn a_file_that_is_in_a_zip_twice_is_a_problem() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut zip = zip::ZipWriter::new(file.reopen().unwrap());
    for (name, text) in [
        ("mine/centres.csv", CENTRES),
        ("mine/outcomes.csv", "slug,name\na,A\n"),
        ("mine/outcomez.csv", "slug,name\nb,B\n"),
    ] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    // No careful writer of zips makes such a one.
    let mut bytes = std::fs::read(file.path()).unwrap();
    let name = b"outcomez";
    for at in 0..bytes.len() - name.len() {
        if bytes[at..].starts_with(name) {
            bytes[at + name.len() - 1] = b's';
        }
    }
    std::fs::write(file.path(), bytes).unwrap();
    let space = Space::empty().await;
    let report = space.import(file.path()).await;
    assert_eq!(places(&report), ["outcomes.csv:1 - TWO_FILES"]);
    assert!(report.problems[0].reason.contains("2 times"));
    assert_eq!((space.count("centre").await, space.count("term").await), (2, 0));
}

/// A zip of entries as they are given.
fn zip_of(entries: &[(&str, &str)]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut zip = zip::ZipWriter::new(file.reopen().unwrap());
    for (name, text) in entries {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    file
}

const OUTCOMES: &str = "slug,name\na,A\n";

#[tokio::test]
async fn a_zip_of_windows_or_of_a_mac_is_read_whatever_the_system_left_in_it() {
    for (folder, separator) in
        [("", ""), ("mine", "\\"), ("mine", "/"), ("a\\b", "\\"), ("./mine", "/")]
    {
        let own = |name: &str| format!("{folder}{separator}{name}");
        let (centres, outcomes) = (own("Centres.CSV"), own("OUTCOMES.csv"));
        let (desktop, resource) = (own("desktop.ini"), own("._OUTCOMES.csv"));
        let zip = zip_of(&[
            ("__MACOSX/._mine", "x"),
            ("Thumbs.db", "x"),
            (".DS_Store", "x"),
            ("README", "read me"),
            ("README.txt", "read me"),
            (&desktop, "x"),
            (&resource, "x"),
            (&centres, CENTRES),
            (&outcomes, OUTCOMES),
        ]);
        let space = Space::empty().await;
        let report = space.import(zip.path()).await;
        assert_eq!(
            (report.problems.as_slice(), report.warnings.len()),
            (&[][..], 0),
            "{folder}{separator}"
        );
        assert_eq!(report.total().created, 3, "{folder}{separator}");
    }
}

#[tokio::test]
async fn a_folder_within_a_folder_is_read_as_one_within_a_zip() {
    let files = Files::new(&[("README.txt", "read me"), ("Thumbs.db", "x")]);
    std::fs::create_dir(files.path().join("mine")).unwrap();
    std::fs::create_dir(files.path().join("__MACOSX")).unwrap();
    files.put("mine/Centres.CSV", CENTRES.as_bytes());
    files.put("mine/outcomes.csv", OUTCOMES.as_bytes());
    files.put("__MACOSX/outcomes.csv", b"x");
    let space = Space::empty().await;
    let report = space.import(files.path()).await;
    assert_eq!((report.problems.as_slice(), report.warnings.len()), (&[][..], 0));
    assert_eq!(report.total().created, 3);
}

#[tokio::test]
async fn files_that_are_one_but_for_their_letters_are_refused_by_name() {
    let files = Files::new(&[
        ("Outcomes.CSV", OUTCOMES),
        ("outcomes.csv", OUTCOMES),
        ("centres.csv", CENTRES),
    ]);
    let zip =
        zip_of(&[("Outcomes.CSV", OUTCOMES), ("outcomes.csv", OUTCOMES), ("centres.csv", CENTRES)]);
    for path in [files.path(), zip.path()] {
        let report = Space::empty().await.import(path).await;
        assert_eq!(places(&report), ["outcomes.csv:1 - TWO_FILES"]);
        for name in ["'Outcomes.CSV'", "'outcomes.csv'"] {
            assert!(report.problems[0].reason.contains(name), "{}", report.problems[0]);
        }
    }
    let apart = zip_of(&[("a/outcomes.csv", OUTCOMES), ("b/centres.csv", CENTRES)]);
    let folders = Files::new(&[]);
    for (folder, file, text) in [("a", "outcomes.csv", OUTCOMES), ("b", "centres.csv", CENTRES)] {
        std::fs::create_dir(folders.path().join(folder)).unwrap();
        folders.put(&format!("{folder}/{file}"), text.as_bytes());
    }
    for path in [apart.path(), folders.path()] {
        let refusal = Bundle::open(path, Limits::default()).unwrap_err();
        assert!(refusal.message.contains("several folders"), "{}", refusal.message);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_symbolic_link_is_not_followed() {
    let files = Files::new(&[("centres.csv", CENTRES), ("elsewhere.txt", OUTCOMES)]);
    let link = files.path().join("outcomes.csv");
    std::os::unix::fs::symlink(files.path().join("elsewhere.txt"), link).unwrap();
    let space = Space::empty().await;
    let report = space.import(files.path()).await;
    assert_eq!(places(&report), ["outcomes.csv:1 - NOT_A_FILE"]);
    assert!(report.problems[0].reason.contains("symbolic link"));
    assert_eq!(space.count("term").await, 0);
}

#[tokio::test]
async fn a_file_whose_name_is_near_a_known_one_is_told_with_it() {
    let files = Files::new(&[
        ("centres.csv", CENTRES),
        ("finding.csv", "x"),
        ("study.csv", "x"),
        ("outcomes.csv.txt", "x"),
        ("notes.txt", "x"),
    ]);
    let report = Space::empty().await.import(files.path()).await;
    let told: Vec<_> = report.warnings.iter().map(|warning| warning.remedy.as_ref()).collect();
    assert_eq!(told.len(), 3, "{told:?}");
    for (told, name) in told.iter().zip(["findings.csv", "outcomes.csv", "studies.csv"]) {
        assert!(told.contains(name), "{told}");
    }
    let nothing = Files::new(&[("study.csv", "x")]);
    let refusal = Bundle::open(nothing.path(), Limits::default()).unwrap_err();
    assert!(refusal.message.contains("studies.csv"), "{}", refusal.message);
}

#[test]
fn what_holds_no_file_of_a_bundle_is_no_bundle() {
    let empty_zip = tempfile::NamedTempFile::new().unwrap();
    zip::ZipWriter::new(empty_zip.reopen().unwrap()).finish().unwrap();
    let other = Files::new(&[("study.csv", "slug\n"), ("README.md", "read me")]);
    let empty = Files::new(&[]);
    for path in [empty_zip.path(), other.path(), empty.path()] {
        let refusal = Bundle::open(path, Limits::default()).unwrap_err();
        assert!(
            refusal.message.contains("No file of a bundle found in")
                && refusal.message.contains("docs/bundle.md"),
            "{}",
            refusal.message
        );
    }
    let manifest = "{\"format\": \"commonground-bundle\", \"version\": 1}";
    let nothing_yet = Files::new(&[("bundle.json", manifest)]);
    assert!(Bundle::open(nothing_yet.path(), Limits::default()).is_ok());
}
