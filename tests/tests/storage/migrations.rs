//! Each migration is safe on a database that holds data.
#![expect(
    clippy::disallowed_methods,
    reason = "what earlier versions left is written as they wrote it"
)]
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use migrations::Migrator;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use sea_orm_migration::MigratorTrait;
use tests::support::databases::{DatabaseKind, empty};

/// Texts of the first column that a statement gives.
async fn texts(connection: &DatabaseConnection, sql: &str) -> Vec<String> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// A UUID that ends in a number, as each database writes it.
fn id(kind: DatabaseKind, number: u8) -> String {
    match kind {
        DatabaseKind::Sqlite => format!("X'0199c0de0000700080000000000000{number:02x}'"),
        DatabaseKind::Postgres => format!("'0199c0de-0000-7000-8000-0000000000{number:02x}'"),
    }
}

#[tokio::test]
async fn tokens_keys_and_events_from_before_keep_their_order_and_get_their_lineage() {
    for kind in DatabaseKind::ALL {
        let database = empty(kind).await;
        let connection = Database::connect(database.url()).await.unwrap();
        Migrator::up(&connection, Some(3)).await.unwrap();
        let id = |number| id(kind, number);
        let blob = match kind {
            DatabaseKind::Sqlite => "X'00'",
            DatabaseKind::Postgres => "'\\x00'",
        };
        let run = async |sql: String| connection.execute_unprepared(&sql).await.unwrap();
        run(format!(
            "INSERT INTO centre (id, slug, name, policy_area) VALUES ({}, 'a', 'A', 'x')",
            id(1)
        ))
        .await;
        for (key, at) in [(2, "2026-01-01"), (3, "2026-02-01")] {
            run(format!(
                "INSERT INTO signing_key (id, public_key, private_key, created_at)
                 VALUES ({}, {blob}, {blob}, '{at} 00:00:00+00:00')",
                id(key)
            ))
            .await;
        }
        for (token, issuer, at) in
            [(10, None, "2026-01-02"), (11, Some(10), "2026-01-03"), (12, Some(11), "2026-02-02")]
        {
            run(format!(
                "INSERT INTO access_token (id, name, centre_id, scopes, issued_by, created_at, expires_at)
                 VALUES ({}, 't', {}, '[\"evidence:read\"]', {}, '{at} 00:00:00+00:00', '2027-01-01 00:00:00+00:00')",
                id(token),
                id(1),
                issuer.map_or("NULL".to_owned(), id)
            ))
            .await;
        }
        for (event, at) in [(20, "2026-01-02"), (21, "2026-01-01"), (22, "2026-01-03")] {
            run(format!(
                "INSERT INTO audit_event (id, at, action, outcome) VALUES ({}, '{at} 00:00:00+00:00', 'e{event}', 'ALLOWED')",
                id(event)
            ))
            .await;
        }

        Migrator::up(&connection, None).await.unwrap();

        let roots =
            format!("SELECT CAST(COUNT(*) AS TEXT) FROM access_token WHERE root_id = {}", id(10));
        assert_eq!(texts(&connection, &roots).await, ["3"], "{kind:?}");
        for (key, tokens) in [(2, "2"), (3, "1")] {
            let signed = format!(
                "SELECT CAST(COUNT(*) AS TEXT) FROM access_token WHERE key_id = {}",
                id(key)
            );
            assert_eq!(texts(&connection, &signed).await, [tokens], "{kind:?}");
        }
        let sign = "SELECT CAST(COUNT(*) AS TEXT) FROM signing_key WHERE signs_from = created_at";
        assert_eq!(texts(&connection, sign).await, ["2"], "{kind:?}");
        let events =
            "SELECT action || ' ' || CAST(sequence AS TEXT) FROM audit_event ORDER BY sequence";
        assert_eq!(texts(&connection, events).await, ["e21 -2", "e20 -1", "e22 0"], "{kind:?}");
        let head = "SELECT CAST(sequence AS TEXT) FROM audit_head";
        assert_eq!(texts(&connection, head).await, ["0"], "{kind:?}");
    }
}

#[tokio::test]
async fn ratings_from_before_stay_and_may_name_their_evidence_from_then_on() {
    for kind in DatabaseKind::ALL {
        let database = empty(kind).await;
        let connection = Database::connect(database.url()).await.unwrap();
        Migrator::up(&connection, Some(4)).await.unwrap();
        let id = |number| id(kind, number);
        let run = async |sql: String| connection.execute_unprepared(&sql).await;
        let shared = "'PUBLIC', 1, '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00'";
        for sql in [
            format!("INSERT INTO centre (id, slug, name, policy_area) VALUES ({}, 'a', 'A', 'x')", id(1)),
            format!("INSERT INTO evidence_standard (id, slug, name) VALUES ({}, 's', 'S')", id(2)),
            format!(
                "INSERT INTO standard_version (id, standard_id, code, position) VALUES ({}, {}, '1', 1)",
                id(3),
                id(2)
            ),
            format!(
                "INSERT INTO term (id, vocabulary, slug, name, synonyms)
                 VALUES ({}, 'INTERVENTION', 't', 'T', '[]'), ({}, 'OUTCOME', 'o', 'O', '[]')",
                id(4),
                id(5)
            ),
            format!(
                "INSERT INTO study (id, slug, title, title_key, design, status, sort_on, lead_centre,
                    contributed_by, visibility, version, created_at, updated_at)
                 VALUES ({}, 's', 'S', 's', 'OTHER', 'REPORTED', '2020-01-01', {}, {}, {shared})",
                id(6),
                id(1),
                id(1)
            ),
            format!(
                "INSERT INTO rating (id, reference, version_id, intervention_id, strength_rank,
                    contributed_by, visibility, version, created_at, updated_at)
                 VALUES ({}, 'r', {}, {}, 0, {}, {shared})",
                id(7),
                id(3),
                id(4),
                id(1)
            ),
        ] {
            run(sql).await.unwrap();
        }

        Migrator::up(&connection, None).await.unwrap();

        let without = "SELECT reference FROM rating WHERE outcome_id IS NULL";
        assert_eq!(texts(&connection, without).await, ["r"], "{kind:?}");
        run(format!("UPDATE rating SET outcome_id = {}", id(5))).await.unwrap();
        let unknown = run(format!("UPDATE rating SET outcome_id = {}", id(99))).await;
        assert!(unknown.is_err(), "{kind:?}");
        let consider = |study| {
            format!(
                "INSERT INTO considered_study (rating_id, study_id) VALUES ({}, {study})",
                id(7)
            )
        };
        run(consider(id(6))).await.unwrap();
        assert!(run(consider(id(98))).await.is_err(), "{kind:?}");
    }
}

#[tokio::test]
async fn moments_from_outside_the_range_come_into_it_and_embargoes_for_ever_hide_again() {
    for kind in DatabaseKind::ALL {
        let database = empty(kind).await;
        let connection = Database::connect(database.url()).await.unwrap();
        Migrator::up(&connection, Some(11)).await.unwrap();
        let id = |number| id(kind, number);
        let run = async |sql: String| connection.execute_unprepared(&sql).await.unwrap();
        // As each database was given them by the release before.
        let (for_ever, before_all, day) = match kind {
            DatabaseKind::Sqlite => {
                ("'+10000-01-01T04:59:59+00:00'", "'-0001-01-01T00:00:00+00:00'", "'+10000-01-01'")
            }
            DatabaseKind::Postgres => {
                ("'10000-01-01 04:59:59+00'", "'0002-01-01 00:00:00+00 BC'", "'10000-01-01'")
            }
        };
        let at = "'2026-01-01T00:00:00+00:00'";
        let columns =
            "contributed_by, visibility, embargoed_until, version, created_at, updated_at";
        let shared = format!("{}, 'PUBLIC', {for_ever}, 1, {at}, {at}", id(1));
        for sql in [
            format!("INSERT INTO centre (id, slug, name, policy_area, founded) VALUES ({}, 'a', 'A', 'x', '0000')", id(1)),
            format!("INSERT INTO evidence_standard (id, slug, name) VALUES ({}, 's', 'S')", id(2)),
            format!("INSERT INTO standard_version (id, standard_id, code, position) VALUES ({}, {}, '1', 1)", id(3), id(2)),
            format!(
                "INSERT INTO term (id, vocabulary, slug, name, synonyms, withdrawn_at, withdrawal_reason)
                 VALUES ({}, 'INTERVENTION', 't', 'T', '[]', {before_all}, 'old')",
                id(4)
            ),
            format!(
                "INSERT INTO collaboration (id, slug, title, {columns}) VALUES ({}, 'c', 'C', {shared})",
                id(5)
            ),
            format!(
                "INSERT INTO study (id, slug, title, title_key, design, status, sort_on, lead_centre, {columns})
                 VALUES ({}, 's', 'S', 's', 'OTHER', 'REPORTED', {day}, {}, {shared})",
                id(6),
                id(1)
            ),
            format!(
                "INSERT INTO publication (id, slug, title, title_key, kind, sort_on, {columns})
                 VALUES ({}, 'p', 'P', 'p', 'REPORT', '2020-01-01', {shared})",
                id(7)
            ),
            format!(
                "INSERT INTO finding (id, study_id, reference, outcome_id, measure, estimate, {columns})
                 VALUES ({}, {}, 'f', {}, 'HEDGES_G', 0.1, {shared})",
                id(8),
                id(6),
                id(4)
            ),
            format!(
                "INSERT INTO rating (id, reference, version_id, intervention_id, strength_rank, {columns})
                 VALUES ({}, 'r', {}, {}, 0, {shared})",
                id(9),
                id(3),
                id(4)
            ),
            format!(
                "INSERT INTO feedback (id, reference, study_id, from_role, text, received_on, {columns})
                 VALUES ({}, 'f', {}, 'parent', 'x', '2020-01-01', {shared})",
                id(10),
                id(6)
            ),
            format!(
                "INSERT INTO change (sequence, kind, subject_id, operation, version, at, before)
                 VALUES (1, 'STUDY', {}, 'UPDATED', 2, {at},
                    '{{\"embargoed_until\":\"+10000-01-01T04:59:59Z\",\"sort_on\":\"-0001-01-01\",\"title\":\"+10000 tests\"}}')",
                id(6)
            ),
        ] {
            run(sql).await;
        }
        if kind == DatabaseKind::Sqlite {
            run("UPDATE study SET updated_at = '2026-01-01T01:00:00.5+01:00'".to_owned()).await;
            run("UPDATE collaboration SET created_at = '2026-01-01 00:00:00'".to_owned()).await;
        }

        Migrator::up(&connection, None).await.unwrap();

        let moment = |column: &str| match kind {
            DatabaseKind::Sqlite => format!("CAST({column} AS TEXT)"),
            DatabaseKind::Postgres => format!(
                "TO_CHAR({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS') || '+00:00'"
            ),
        };
        let last = "9999-12-31T23:59:59.999+00:00";
        for table in ["collaboration", "study", "publication", "finding", "rating", "feedback"] {
            let until = format!("SELECT {} FROM {table}", moment("embargoed_until"));
            assert_eq!(texts(&connection, &until).await, [last], "{kind:?} {table}");
            let watched = format!(
                "SELECT {} FROM embargo WHERE kind = '{}'",
                moment("until"),
                table.to_uppercase()
            );
            assert_eq!(texts(&connection, &watched).await, [last], "{kind:?} {table}");
        }
        let first =
            texts(&connection, &format!("SELECT {} FROM term", moment("withdrawn_at"))).await;
        assert!(first[0].starts_with("0001-01-01T00:00:00"), "{kind:?} {first:?}");
        let days = texts(&connection, "SELECT CAST(sort_on AS TEXT) FROM study").await;
        assert_eq!(days, ["9999-12-31"], "{kind:?}");
        assert_eq!(texts(&connection, "SELECT founded FROM centre").await, ["0001"], "{kind:?}");
        let before = texts(&connection, "SELECT CAST(before AS TEXT) FROM change").await;
        for kept in ["9999-12-31T23:59:59.999Z", "0001-01-01", "+10000 tests"] {
            assert!(before[0].contains(&format!("\"{kept}\"")), "{kind:?} {kept}: {before:?}");
        }
        if kind == DatabaseKind::Sqlite {
            let updated = texts(&connection, "SELECT CAST(updated_at AS TEXT) FROM study").await;
            assert_eq!(updated, ["2026-01-01T00:00:00.500+00:00"]);
            let created =
                texts(&connection, "SELECT CAST(created_at AS TEXT) FROM collaboration").await;
            assert_eq!(created, ["2026-01-01T00:00:00+00:00"]);
        }
    }
}

#[tokio::test]
async fn dois_and_texts_of_before_come_into_the_forms_in_which_they_are_looked_for() {
    for kind in DatabaseKind::ALL {
        let database = empty(kind).await;
        let connection = service::store::connect(&database.url(), 2, |_| {}).await.unwrap();
        Migrator::up(&connection, Some(11)).await.unwrap();
        let id = |number| id(kind, number);
        let run = async |sql: String| connection.execute_unprepared(&sql).await.unwrap();
        let at = "'2026-01-01T00:00:00+00:00'";
        for (number, slug) in [(1, "a"), (2, "b")] {
            let values = format!("{}, '{slug}', 'A', 'x'", id(number));
            run(format!("INSERT INTO centre (id, slug, name, policy_area) VALUES ({values})"))
                .await;
        }
        for (number, doi, centre, withdrawn) in [
            (10, "10.5555/a?utm_source=x", 1, false),
            (11, "10.5555/b.", 1, false),
            (12, "10.5555/b", 2, false),
            (13, "10.5555/d#abstract", 1, true),
            (14, "10.5555/(sici)1(1)1:1<1::aid>3.0.co;2-#", 1, false),
            (15, "10.5555/e&lt;f&gt;", 1, false),
        ] {
            let withdrawn = match withdrawn {
                true => format!("{at}, 'old'"),
                false => "NULL, NULL".to_owned(),
            };
            run(format!(
                "INSERT INTO publication (id, slug, title, title_key, kind, doi, sort_on, contributed_by, visibility,
                    version, created_at, updated_at, withdrawn_at, withdrawal_reason)
                 VALUES ({}, 'p{number}', 'E\u{301}lan {number}', 'old', 'REPORT', '{doi}', '2020-01-01', {}, 'PUBLIC',
                    1, {at}, {at}, {withdrawn})",
                id(number),
                id(centre)
            ))
            .await;
        }
        run(format!(
            "INSERT INTO programme (id, slug, title, lead_centre) VALUES ({}, 'p', 'P', {})",
            id(20),
            id(1)
        ))
        .await;
        for (number, reference, centre) in
            [(21, "Ty\u{302}", 1), (22, "T\u{177}", 1), (23, "Ty\u{302}", 2)]
        {
            run(format!(
                "INSERT INTO feedback (id, reference, programme_id, from_role, text, received_on, contributed_by,
                    visibility, version, created_at, updated_at)
                 VALUES ({}, '{reference}', {}, 'parent', 'x', '2020-01-01', {}, 'PUBLIC', 1, {at}, {at})",
                id(number),
                id(20),
                id(centre)
            ))
            .await;
        }

        Migrator::up(&connection, None).await.unwrap();
        let source = service::clock::Source::default();
        let master_key = service::access::MasterKey::generate(&source);
        let space = service::Space::new(connection.clone(), source, master_key);
        assert_eq!(service::evidence::complete_sort_keys(&space).await.unwrap(), 6, "{kind:?}");
        service::evidence::duplicates::complete(&space).await.unwrap();

        let dois = "SELECT doi FROM publication ORDER BY slug";
        assert_eq!(
            texts(&connection, dois).await,
            [
                "10.5555/a",
                "10.5555/b.",
                "10.5555/b",
                "10.5555/d",
                "10.5555/(sici)1(1)1:1<1::aid>3.0.co;2-#",
                "10.5555/e<f>",
            ],
            "{kind:?}"
        );
        let proposed =
            "SELECT CAST(COUNT(*) AS TEXT) FROM possible_duplicate WHERE similarity = 1000";
        assert_eq!(texts(&connection, proposed).await, ["1"], "{kind:?}");
        let told =
            "SELECT CAST(COUNT(*) AS TEXT) FROM change WHERE kind = 'PUBLICATION' AND version = 2";
        assert_eq!(texts(&connection, told).await, ["3"], "{kind:?}");
        let left = "SELECT CAST(COUNT(*) AS TEXT) FROM publication_key WHERE key LIKE '?%'";
        assert_eq!(texts(&connection, left).await, ["0"], "{kind:?}");
        let references = "SELECT reference FROM feedback ORDER BY id";
        assert_eq!(
            texts(&connection, references).await,
            ["T\u{177} (2)", "T\u{177}", "T\u{177}"],
            "{kind:?}"
        );
        let titles = "SELECT DISTINCT SUBSTR(title, 1, 4) FROM publication";
        assert_eq!(texts(&connection, titles).await, ["\u{c9}lan"], "{kind:?}");
        let keys = "SELECT title_key FROM publication ORDER BY slug LIMIT 1";
        let expected = service::spelling::sort_key("Élan 10");
        assert_eq!(texts(&connection, keys).await, [expected], "{kind:?}");
    }
}

#[tokio::test]
async fn terms_that_findings_may_have_lent_go_and_those_that_a_study_is_known_to_name_stay() {
    for kind in DatabaseKind::ALL {
        let database = empty(kind).await;
        let connection = Database::connect(database.url()).await.unwrap();
        Migrator::up(&connection, Some(16)).await.unwrap();
        let id = |number| id(kind, number);
        let run = async |sql: String| connection.execute_unprepared(&sql).await.unwrap();
        let at = "'2026-01-01T00:00:00+00:00'";
        let columns =
            "contributed_by, visibility, embargoed_until, version, created_at, updated_at";
        run(format!(
            "INSERT INTO centre (id, slug, name, policy_area) VALUES ({}, 'a', 'A', 'x')",
            id(1)
        ))
        .await;
        for (term, slug) in [
            (10, "own"),
            (11, "lent"),
            (12, "once-lent"),
            (13, "added"),
            (14, "never-public"),
            (15, "embargoed"),
            (16, "dropped"),
        ] {
            run(format!(
                "INSERT INTO term (id, vocabulary, slug, name, synonyms) VALUES ({}, 'OUTCOME', '{slug}', 'T', '[]')",
                id(term)
            ))
            .await;
        }
        run(format!(
            "INSERT INTO study (id, slug, title, title_key, design, status, sort_on, lead_centre, {columns})
             VALUES ({}, 's', 'S', 's', 'OTHER', 'REPORTED', '2020-01-01', {}, {}, 'PUBLIC', NULL, 2, {at}, {at})",
            id(2),
            id(1),
            id(1)
        ))
        .await;
        for term in 10..17 {
            run(format!(
                "INSERT INTO study_term (study_id, term_id) VALUES ({}, {})",
                id(2),
                id(term)
            ))
            .await;
        }
        for (finding, outcome, visibility, embargo) in [
            (20, 11, "PUBLIC", "NULL"),
            (21, 14, "CENTRE", "NULL"),
            (22, 13, "PUBLIC", "NULL"),
            (23, 14, "NETWORK", "NULL"),
            (24, 15, "PUBLIC", at),
            (25, 16, "PUBLIC", "NULL"),
        ] {
            run(format!(
                "INSERT INTO finding (id, study_id, reference, outcome_id, measure, estimate, {columns})
                 VALUES ({}, {}, 'f{finding}', {}, 'HEDGES_G', 0.1, {}, '{visibility}', {embargo}, 2, {at}, {at})",
                id(finding),
                id(2),
                id(outcome),
                id(1)
            ))
            .await;
        }
        let uuid = |number: u8| format!("0199c0de-0000-7000-8000-0000000000{number:02x}");
        let row = |term| format!("{{\"study_id\":\"{}\",\"term_id\":\"{}\"}}", uuid(2), uuid(term));
        for (sequence, of, subject, before) in [
            (1, "FINDING", 21, format!("{{\"outcome_id\":\"{}\"}}", uuid(12))),
            (
                2,
                "FINDING",
                21,
                format!("{{\"visibility\":\"PUBLIC\",\"outcome_id\":\"{}\"}}", uuid(12)),
            ),
            (
                3,
                "STUDY",
                2,
                format!(
                    "{{\"terms\":{{\"$rows\":{{\"gone\":[],\"new\":[{},{}]}}}}}}",
                    row(13),
                    row(16)
                ),
            ),
            (
                4,
                "STUDY",
                2,
                format!("{{\"terms\":{{\"$rows\":{{\"gone\":[{}],\"new\":[]}}}}}}", row(16)),
            ),
            (5, "STUDY", 2, "{\"title\":\"Before\"}".to_owned()),
        ] {
            run(format!(
                "INSERT INTO change (sequence, kind, subject_id, operation, version, at, before)
                 VALUES ({sequence}, '{of}', {}, 'UPDATED', 2, {at}, '{before}')",
                id(subject)
            ))
            .await;
        }

        Migrator::up(&connection, None).await.unwrap();

        let left = "SELECT slug FROM term JOIN study_term ON term_id = id ORDER BY slug";
        assert_eq!(
            texts(&connection, left).await,
            ["added", "embargoed", "never-public", "own"],
            "{kind:?}"
        );
    }
}
