//! What an import writes.

use std::ops::ControlFlow;

use service::Viewer;
use service::access::{AllowedNetworks, Credential, Grant, ScopeName};
use service::interchange::bundle::{Bundle, Limits, Options, Report, import};

use super::support::{CENTRES, Files, Space, full};

#[tokio::test]
async fn every_file_and_every_column_is_imported() {
    let space = Space::empty().await;
    let report = space.import(full().path()).await;
    assert_eq!(report.problems, [], "{:#?}", report.problems);
    assert_eq!(report.tables.len(), 26);
    let total = report.total();
    assert_eq!(
        (total.created, total.updated, total.unchanged, total.refused),
        (total.read, 0, 0, 0)
    );
    assert_eq!(report.warnings, []);
    assert_eq!(space.number("SELECT max(version) AS answer FROM study").await, 1);
    let strength = "SELECT strength_rank AS answer FROM rating WHERE study_id IS NOT NULL";
    assert_eq!(space.number(strength).await, 3);
    // What the findings of the study are about stands with them alone.
    assert_eq!(space.count("study_term").await, 2);
}

#[tokio::test]
async fn a_thing_is_created_once_together_with_its_children() {
    let space = Space::empty().await;
    space.import(full().path()).await;
    let told =
        "SELECT count(*) AS answer FROM change WHERE kind IN ('STUDY', 'PUBLICATION', 'CENTRE')";
    assert_eq!(space.number(told).await, 6);
}

#[tokio::test]
async fn importing_twice_changes_nothing() {
    let space = Space::empty().await;
    space.import(full().path()).await;
    let changes = space.count("change").await;
    let report = space.import(full().path()).await;
    assert_eq!(report.problems, []);
    let total = report.total();
    assert_eq!(
        (total.unchanged, total.created, total.updated),
        (total.read, 0, 0),
        "{:#?}",
        report.tables
    );
    assert_eq!(space.count("change").await, changes);
}

#[tokio::test]
async fn what_differs_is_revised_and_the_log_keeps_what_it_was() {
    let space = Space::empty().await;
    space.import(full().path()).await;
    let files = full();
    files.put("study_sites.csv", b"study,local_authority,step\ntrial,E08000035,1\n");
    let studies = std::fs::read_to_string(files.path().join("studies.csv")).unwrap();
    files.put("studies.csv", studies.replace("The Trial", "The Renamed Trial").as_bytes());
    let report = space.import(files.path()).await;
    assert_eq!(report.problems, []);
    assert_eq!(
        report.total().updated,
        5,
        "the study with its site and three statuses: {:#?}",
        report.tables
    );
    assert_eq!(space.count("study_site").await, 1);
    assert_eq!(space.number("SELECT version AS answer FROM study WHERE slug = 'trial'").await, 2);
    let kept = "SELECT count(*) AS answer FROM change WHERE operation = 'UPDATED' AND kind = 'STUDY' AND version = 2 \
                AND json_extract(before, '$.title') = 'The Trial' AND json_array_length(before, '$.sites.\"$rows\".gone') > 0";
    assert_eq!(space.number(kept).await, 1);
}

#[tokio::test]
async fn columns_that_are_left_out_are_named_when_something_is_revised() {
    let space = Space::empty().await;
    space.import(full().path()).await;
    let files = Files::new(&[
        (
            "local_authorities.csv",
            "gss_code,name,country,region\nE08000035,Leeds,England,\nE06000001,Hartlepool,England,\n",
        ),
        ("people.ndjson", "{\"slug\": \"josiah-carberry\", \"name\": \"J. Carberry\"}\n"),
        (
            "study_sites.csv",
            "study,local_authority,starts_on\ntrial,E08000035,\ntrial,E10000023,\n",
        ),
        ("outcomes.csv", "slug,name\nreading,Reading\n"),
    ]);
    let warnings = |report: &Report| -> Vec<String> {
        report.warnings.iter().map(ToString::to_string).collect()
    };
    let report = space.import(files.path()).await;
    assert_eq!(report.problems, []);
    assert_eq!(
        warnings(&report),
        [
            "people.ndjson:1 [MISSING_COLUMN] The columns orcid, withdrawn_at, withdrawal_reason, superseded_by are not in the file: for the 1 thing that was revised they count as empty. Add them to keep what was there.",
            "local_authorities.csv:1 [MISSING_COLUMN] The columns official_name, authority_type, dfe_number, established, abolished, successors, withdrawn_at, withdrawal_reason, superseded_by are not in the file: for the 1 thing that was revised they count as empty. Add them to keep what was there.",
            "study_sites.csv:1 [MISSING_COLUMN] The column step is not in the file: for the 2 things that were revised it counts as empty. Add it to keep what was there.",
        ]
    );
    let again = space.import(files.path()).await;
    assert_eq!((again.total().updated, warnings(&again)), (0, vec![]));
}

#[tokio::test]
async fn children_may_come_without_their_parent() {
    let space = Space::empty().await;
    space.import(full().path()).await;
    let files = Files::new(&[
        ("study_sites.csv", "study,local_authority\ntrial,E10000023\nnobody,E10000023\n"),
        (
            "term_labels.csv",
            "vocabulary,term,centre,label\nPOPULATION,care-leavers,new-centre,Young adults\n",
        ),
        (
            "standard_levels.csv",
            "standard,version,dimension,level,ordinal,label\npadlocks,1,cost,2,2,Dear\npadlocks,1,cost,1,1,Very cheap\n",
        ),
    ]);
    let report = space.import(files.path()).await;
    let total = report.total();
    assert_eq!((total.created, total.updated, total.refused), (1, 3, 1), "{report:#?}");
    assert_eq!(report.problems.len(), 1);
    assert_eq!(
        report.problems[0].to_string().split(' ').take(3).collect::<Vec<_>>(),
        ["study_sites.csv:3", "study", "[UNKNOWN_REFERENCE]"]
    );
    assert_eq!(space.number("SELECT version AS answer FROM study WHERE slug = 'trial'").await, 2);
    assert_eq!(space.count("study_site").await, 1);
    assert_eq!(space.count("term_label").await, 3);
    let standards = "SELECT count(*) AS answer FROM change WHERE kind = 'EVIDENCE_STANDARD' AND operation = 'CREATED'";
    assert_eq!(space.number(standards).await, 3);
    let again = space.import(files.path()).await.total();
    assert_eq!((again.created, again.updated, again.unchanged, again.refused), (0, 0, 4, 1));
}

#[tokio::test]
async fn rows_may_refer_to_rows_further_down() {
    let space = Space::empty().await;
    let mut outcomes = "slug,name,broader\n".to_owned();
    for at in 0..1_200 {
        outcomes.push_str(&format!(
            "o{at},Outcome {at},o{}\n",
            if at % 3 == 2 { 2_000 } else { at + 1 }
        ));
    }
    outcomes.push_str("o2000,The root,\n");
    let report = space.import(Files::new(&[("outcomes.csv", &outcomes)]).path()).await;
    assert_eq!(report.problems, []);
    assert_eq!(report.total().created, 1_201);
}

#[tokio::test]
async fn a_scale_that_ratings_use_does_not_change_under_them() {
    let space = Space::empty().await;
    space.import(full().path()).await;
    let files = Files::new(&[
        (
            "standard_dimensions.csv",
            "standard,version,dimension,name,position,description\npadlocks,2,security,Safety,1,How sure\npadlocks,1,security,Security,1,\n",
        ),
        (
            "standard_levels.csv",
            "standard,version,dimension,level,ordinal,label,description,strength\npadlocks,2,security,4,4,Four,,\npadlocks,2,security,0,0,None,,INSUFFICIENT\npadlocks,1,security,1,1,One,,\n",
        ),
    ]);
    let report = space.import(files.path()).await;
    let refused = report.problems.iter();
    let refused: Vec<_> = refused
        .map(|problem| (problem.file.as_str(), problem.line, problem.fault.as_str()))
        .collect();
    assert_eq!(
        refused,
        [("standard_dimensions.csv", 2, "IN_USE"), ("standard_levels.csv", 2, "IN_USE"),]
    );
    assert_eq!((report.total().created, report.total().unchanged), (2, 1));
}

#[tokio::test]
async fn a_strict_import_with_a_wrong_row_writes_nothing() {
    let space = Space::empty().await;
    let files = Files::new(&[
        ("centres.csv", CENTRES),
        ("partners.csv", "slug,name\ngood,Good\nBAD,Bad\n"),
    ]);
    let report = space.import_strictly(files.path()).await;
    assert!(!report.is_written);
    assert_eq!(
        (report.problem_count, space.count("centre").await, space.count("change").await),
        (1, 0, 0)
    );

    files.put("partners.csv", b"slug,name\ngood,Good\n");
    let report = space.import_strictly(files.path()).await;
    assert!(report.is_written);
    assert_eq!((space.count("centre").await, space.count("change").await), (2, 3));
}

#[tokio::test]
async fn an_interrupted_import_keeps_whole_batches_and_is_completed_by_the_next() {
    let space = Space::empty().await;
    let partners: String = (0..1_700).map(|at| format!("partner-{at},Partner {at}\n")).collect();
    let files = Files::new(&[
        ("partners.csv", &format!("slug,name\n{partners}")),
        ("centres.csv", CENTRES),
    ]);
    let mut batches = 0;
    let progress = Box::new(|_: &_| {
        batches += 1;
        if batches == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let report = space.import_with(files.path(), Options { strict: false, progress }).await;
    assert!(report.is_interrupted);
    assert_eq!((space.count("partner").await, space.count("change").await), (1_000, 1_002));
    let report = space.import(files.path()).await;
    let total = report.total();
    assert_eq!((total.created, total.unchanged), (700, 1_002));
    assert_eq!((space.count("partner").await, space.count("change").await), (1_700, 1_702));
}

#[tokio::test]
async fn an_import_that_is_dropped_leaves_nothing_half_written() {
    let space = Space::empty().await;
    let partners: String = (0..5_000).map(|at| format!("partner-{at},Partner {at}\n")).collect();
    let files = Files::new(&[("partners.csv", &format!("slug,name\n{partners}"))]);
    for pause in [1, 5, 20, 60] {
        let importing = space.import(files.path());
        tokio::time::timeout(std::time::Duration::from_millis(pause), importing).await.ok();
        let written = space.count("partner").await;
        assert_eq!((written % 500, space.count("change").await), (0, written));
    }
    assert_eq!(space.import(files.path()).await.problems, []);
    assert_eq!((space.count("partner").await, space.count("change").await), (5_000, 5_000));
}

#[tokio::test]
async fn a_centre_imports_only_what_is_its_own() {
    let space = Space::empty().await;
    let files = Files::new(&[("centres.csv", CENTRES)]);
    space.import(files.path()).await;
    let header = "slug,title,design,status,lead_centre,contributed_by\n";
    let row = |slug, by| format!("{slug},Title,OTHER,PLANNED,early-years,{by}\n");
    files.put("studies.csv", format!("{header}{}", row("theirs", "youth-work")).as_bytes());
    space.import(files.path()).await;

    let centre = space.centre("early-years").await;
    let scopes = [ScopeName::EvidenceRead, ScopeName::EvidenceWrite].into();
    let grant = Grant {
        credential: Credential::Token {
            id: space.store.source().id(),
            key: space.store.source().id(),
            root: space.store.source().id(),
        },
        networks: AllowedNetworks::default(),
        name: "loader".to_owned(),
        centre,
        scopes,
        expires_at: space.store.source().now(),
    };
    let files = Files::new(&[("partners.csv", "slug,name\np,P\n")]);
    let rows =
        [row("ours", "early-years"), row("others", "youth-work"), row("theirs", "early-years")];
    files.put("studies.csv", format!("{header}{}", rows.concat()).as_bytes());
    let bundle = Bundle::open(files.path(), Limits::default()).unwrap();
    let viewer = Viewer::holder(grant);
    let importing = import(&space.store, &viewer, bundle, Options::default());
    let report = runs_anywhere(importing).await.unwrap();
    let refused: Vec<_> = report
        .problems
        .iter()
        .map(|problem| (problem.file.as_str(), problem.line, problem.fault.as_str()))
        .collect();
    assert_eq!(
        refused,
        [
            ("partners.csv", 2, "FORBIDDEN"),
            ("studies.csv", 3, "FORBIDDEN"),
            ("studies.csv", 4, "FORBIDDEN"),
        ]
    );
    assert_eq!(space.count("study").await, 2);
}

/// A server must be able to run it as a task.
fn runs_anywhere<F: Future + Send>(future: F) -> F {
    future
}
