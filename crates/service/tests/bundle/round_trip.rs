//! What goes in comes out, and the same again.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, prop_oneof, proptest};
use service::Viewer;
use service::interchange::bundle::Format;
use unicode_normalization::UnicodeNormalization;

use super::support::{CENTRES, Files, Space, full};

#[tokio::test]
async fn an_export_imported_into_an_empty_space_and_exported_again_is_the_same_byte_for_byte() {
    let first = Space::empty().await;
    first.import(full().path()).await;
    let export = first.exported(&Viewer::operator()).await;
    assert_eq!(export.len(), 27);

    let second = Space::empty().await;
    let report = second.import(Files::of(&export).path()).await;
    assert_eq!(report.problems, []);
    assert_eq!(second.exported(&Viewer::operator()).await, export);

    let again = first.import(Files::of(&export).path()).await.total();
    assert_eq!(again.unchanged, again.read);
}

#[tokio::test]
async fn an_export_reads_as_it_was_written() {
    let space = Space::empty().await;
    space.import(full().path()).await;
    let export = space.exported(&Viewer::operator()).await;
    let centres = "slug,name,short_name,policy_area,description,founded,homepage,ror_id,successor\n\
                   new-centre,The New Centre,New,Care,,2019-07,https://new.example/,,\n\
                   old-centre,\"The Old Centre, closed\",Old,Care,\"It \"\"was\"\"\nfirst\",2010,https://old.example/,https://ror.org/00f2yqf98,new-centre\n";
    assert_eq!(export["centres.csv"], centres);
    let publications = export["publications.csv"].lines().nth(1).unwrap();
    assert!(publications.contains(",10.1002/cl2.1152,2021-03,"), "{publications}");
    assert!(
        publications.contains(",PUBLIC,,2027-01-31T00:00:00.250000Z,,,report-2"),
        "{publications}"
    );
    let study = export["studies.csv"].lines().nth(2).unwrap();
    assert!(study.contains(",mentoring,,care-leavers,report-1;report-2,"), "{study}");
    assert!(export["findings.csv"].contains(",-0.001,"));
}

#[tokio::test]
async fn an_export_holds_what_the_viewer_may_see_and_no_name_of_anything_else() {
    let space = Space::empty().await;
    space.import(full().path()).await;
    let export = space.exported(&Viewer::anonymous()).await;
    assert!(!export.contains_key("collaborations.csv"));
    // One publication is under embargo, the other for a collaboration.
    assert!(
        !export.contains_key("publications.csv") && !export.contains_key("publication_authors.csv")
    );
    for (name, text) in &export {
        assert!(!text.contains("report-") && !text.contains("second"), "{name}: {text}");
    }
    assert_eq!(export["studies.csv"].lines().count(), 2);
    assert_eq!(export["findings.csv"].lines().count(), 2);
    assert_eq!(export["ratings.csv"].lines().count(), 2);
    let other = Space::empty().await;
    assert_eq!(other.import(Files::of(&export).path()).await.problems, []);
    assert_eq!(other.exported(&Viewer::anonymous()).await, export);
}

#[tokio::test]
async fn a_zip_and_a_folder_are_the_same() {
    let files = full();
    let (folder, zip) = (Space::empty().await, Space::empty().await);
    folder.import(files.path()).await;
    let path = files.zipped();
    let report = zip.import(&path).await;
    std::fs::remove_file(path).unwrap();
    assert_eq!((report.problems, report.warnings), (vec![], vec![]));
    let operator = Viewer::operator();
    assert_eq!(zip.exported(&operator).await, folder.exported(&operator).await);
}

#[tokio::test]
async fn ndjson_and_csv_are_the_same() {
    let (csv, ndjson) = (Space::empty().await, Space::empty().await);
    csv.import(full().path()).await;
    let export = csv.exported(&Viewer::operator()).await;
    let lists =
        ["partners", "synonyms", "members", "shared_with", "publications", "scores", "outcomes"];
    let mut files = BTreeMap::new();
    for (name, text) in &export {
        let Some(stem) = name.strip_suffix(".csv") else {
            continue;
        };
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        let lines: String = reader
            .records()
            .map(|record| {
                let record = record.unwrap();
                let object: serde_json::Map<_, _> = header
                    .iter()
                    .zip(record.iter())
                    .filter(|(_, cell)| !cell.is_empty())
                    .map(|(column, cell)| {
                        let value = match cell.parse::<f64>() {
                            _ if lists.contains(&column) => {
                                cell.split(';').collect::<Vec<_>>().into()
                            }
                            Ok(number) if column == "estimate" => number.into(),
                            _ => serde_json::Value::from(cell),
                        };
                        (column.to_owned(), value)
                    })
                    .collect();
                format!("{}\n", serde_json::Value::from(object))
            })
            .collect();
        files.insert(format!("{stem}.ndjson"), lines);
    }
    let report = ndjson.import(Files::of(&files).path()).await;
    assert_eq!(report.problems, []);
    assert_eq!(ndjson.exported(&Viewer::operator()).await, export);
}

#[tokio::test]
async fn what_looks_like_an_attack_is_kept_as_text() {
    let texts = [
        "'; DROP TABLE study; --",
        "=HYPERLINK(\"http://evil.example\")",
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "\u{202e}desrever\u{2066}",
        "<script>alert(1)</script>",
        "{{7*7}} ${7*7} %s %n",
        "\u{feff}inside \u{1f} and \u{7f}",
        "line\r\nbreaks\nand\rmore",
        "é ŷ 𝒳 👩‍👩‍👧 'quoted'",
    ];
    let mut rows = "slug,title,design,status,summary,lead_centre,contributed_by\n".to_owned();
    for (at, text) in texts.iter().enumerate() {
        let quoted = text.replace('"', "\"\"");
        rows.push_str(&format!(
            "s{at},\"{quoted}\",OTHER,PLANNED,\"{quoted}\",early-years,early-years\n"
        ));
    }
    let space = Space::empty().await;
    let report =
        space.import(Files::new(&[("centres.csv", CENTRES), ("studies.csv", &rows)]).path()).await;
    assert_eq!(report.problems, []);
    let export = space.exported(&Viewer::operator()).await;
    let mut reader = csv::Reader::from_reader(export["studies.csv"].as_bytes());
    let kept: Vec<String> = reader.records().map(|row| row.unwrap()[2].to_owned()).collect();
    assert_eq!(kept, texts);
}

#[tokio::test]
async fn an_export_for_spreadsheets_calculates_nothing_and_is_imported_as_it_was() {
    let texts = ["=1+1", "+44 20 7946 0000", "-x", "@here", "'=1+1", "'tis", "Tŷ", "\u{feff}=1"];
    let mut rows = "slug,title,design,status,lead_centre,contributed_by\n".to_owned();
    for (at, text) in texts.iter().enumerate() {
        rows.push_str(&format!("s{at},\"{text}\",OTHER,PLANNED,early-years,early-years\n"));
    }
    let findings = "study,reference,outcome,measure,estimate,contributed_by\ns0,f,o,FISHER_Z,-0.25,early-years\n";
    let space = Space::empty().await;
    // A guard of its own for what has an apostrophe of its own.
    let rows = rows.replace("\"'=1+1\"", "\"''=1+1\"");
    let files = [
        ("centres.csv", CENTRES),
        ("outcomes.csv", "slug,name\no,O\n"),
        ("studies.csv", rows.as_str()),
        ("findings.csv", findings),
    ];
    assert_eq!(space.import(Files::new(&files).path()).await.problems, []);
    let plain = space.exported(&Viewer::operator()).await;
    let sheets = space.exported_as(&Viewer::operator(), Format::Spreadsheet).await;
    for (name, text) in sheets.iter().filter(|(name, _)| name.ends_with(".csv")) {
        assert!(text.starts_with('\u{feff}'), "{name}");
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        for cell in reader
            .records()
            .flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
        {
            assert!(
                !cell.starts_with(['=', '+', '@']) && (!cell.starts_with('-') || cell == "-0.25"),
                "{name}: {cell}"
            );
        }
    }
    let again = Space::empty().await;
    assert_eq!(again.import(Files::of(&sheets).path()).await.problems, []);
    assert_eq!(again.exported(&Viewer::operator()).await, plain);
    let mut reader = csv::Reader::from_reader(plain["studies.csv"].as_bytes());
    let kept: Vec<String> = reader.records().map(|row| row.unwrap()[1].to_owned()).collect();
    assert_eq!(kept[0], "=1+1");
    assert_eq!(kept[4], "''=1+1");
}

fn odd_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\"".to_owned()),
        Just(",".to_owned()),
        Just("\n".to_owned()),
        Just("\r".to_owned()),
        Just("'".to_owned()),
        Just(";".to_owned()),
        "\\PC",
        "[a-z ]{1,8}",
    ];
    vec(piece, 1..12)
        .prop_map(|pieces| pieces.concat().trim().nfc().collect::<String>())
        .prop_filter("empty", |text| !text.is_empty())
        .prop_filter("an apostrophe that guards a formula is taken away", |text| {
            !text.starts_with('\'')
                || !text.trim_start_matches('\'').starts_with(['=', '+', '-', '@'])
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn odd_texts_and_numbers_come_back_as_they_were(
        texts in vec((odd_text(), odd_text(), proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL), 1..12)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut findings = csv::Writer::from_writer(Vec::new());
            findings
                .write_record(["study", "reference", "outcome", "measure", "estimate", "comparator", "contributed_by"])
                .unwrap();
            let mut expected = BTreeMap::new();
            for (at, (text, reference, number)) in texts.iter().enumerate() {
                let reference = format!("{at:02} {}", reference.replace(|letter: char| letter.is_control(), "·"));
                let number_text = number.to_string();
                findings
                    .write_record(["s", &reference, "o", "FISHER_Z", &number_text, text, "early-years"])
                    .unwrap();
                expected.insert(reference, (number_text, text.clone()));
            }
            let findings = String::from_utf8(findings.into_inner().unwrap()).unwrap();
            let files = Files::new(&[
                ("centres.csv", CENTRES),
                ("outcomes.csv", "slug,name\no,O\n"),
                (
                    "studies.csv",
                    "slug,title,design,status,lead_centre,contributed_by\ns,S,OTHER,PLANNED,early-years,early-years\n",
                ),
                ("findings.csv", &findings),
            ]);
            let space = Space::empty().await;
            let report = space.import(files.path()).await;
            assert_eq!(report.problems, []);
            let export = space.exported(&Viewer::operator()).await;
            let mut reader = csv::Reader::from_reader(export["findings.csv"].as_bytes());
            let header = reader.headers().unwrap().clone();
            let at = |name: &str| header.iter().position(|column| column == name).unwrap();
            let (reference, estimate, comparator) = (at("reference"), at("estimate"), at("comparator"));
            let found: BTreeMap<_, _> = reader
                .records()
                .map(|row| row.unwrap())
                .map(|row| (row[reference].to_owned(), (row[estimate].to_owned(), row[comparator].to_owned())))
                .collect();
            assert_eq!(found, expected);
            let again = space.import(Files::of(&export).path()).await.total();
            assert_eq!(again.unchanged, again.read);
        });
    }
}
