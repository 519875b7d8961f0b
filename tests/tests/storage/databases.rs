//! The harness gives each test a database of its own, and both kinds have one schema.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use migrations::Migrator;
use sea_orm::{ConnectionTrait, Database};
use sea_orm_migration::MigratorTrait;
use tests::support::databases::{DatabaseKind, empty, fresh, texts};

#[tokio::test]
async fn two_fresh_databases_are_private() {
    for kind in DatabaseKind::ALL {
        let (first, second) = (fresh(kind).await, fresh(kind).await);
        let here = Database::connect(first.url()).await.unwrap();
        let there = Database::connect(second.url()).await.unwrap();

        #[expect(clippy::disallowed_methods, reason = "the test is of the databases themselves")]
        here.execute_unprepared("INSERT INTO change_head (id, sequence) VALUES (77, 1)")
            .await
            .unwrap();

        let query = "SELECT CAST(id AS TEXT) FROM change_head WHERE id = 77";
        assert_eq!(texts(&here, query).await.len(), 1, "{kind:?}");
        assert_eq!(texts(&there, query).await.len(), 0, "{kind:?}");
    }
}

#[tokio::test]
async fn many_fresh_databases_can_be_made_at_the_same_time() {
    let making: Vec<_> = (0..12).map(|_| tokio::spawn(fresh(DatabaseKind::Postgres))).collect();
    let mut urls = BTreeSet::new();
    for database in making {
        urls.insert(database.await.unwrap().url());
    }
    assert_eq!(urls.len(), 12);
}

#[tokio::test]
async fn both_kinds_have_the_same_tables_columns_and_indexes() {
    let sqlite = fresh(DatabaseKind::Sqlite).await;
    let postgres = fresh(DatabaseKind::Postgres).await;
    let sqlite = Database::connect(sqlite.url()).await.unwrap();
    let postgres = Database::connect(postgres.url()).await.unwrap();

    assert_same(&texts(&sqlite, SQLITE_COLUMNS).await, &texts(&postgres, POSTGRES_COLUMNS).await);
    assert_same(&texts(&sqlite, SQLITE_INDEXES).await, &texts(&postgres, POSTGRES_INDEXES).await);
}

#[tokio::test]
async fn migrating_again_does_nothing() {
    for kind in DatabaseKind::ALL {
        let database = empty(kind).await;
        let connection = Database::connect(database.url()).await.unwrap();
        Migrator::up(&connection, None).await.unwrap();
        let applied = texts(&connection, APPLIED).await;

        Migrator::up(&connection, None).await.unwrap();

        assert_eq!(texts(&connection, APPLIED).await, applied, "{kind:?}");
        assert_eq!(applied.len(), Migrator::migrations().len(), "{kind:?}");
    }
}

/// An order by a column that is no key must say how it sorts: the server of the tests sorts as people do.
#[tokio::test]
async fn postgres_does_not_sort_by_bytes_unless_told_to() {
    let database = fresh(DatabaseKind::Postgres).await;
    let connection = Database::connect(database.url()).await.unwrap();
    let sorted = |how: &str| {
        format!(
            "SELECT string_agg(v, '' ORDER BY v {how}) FROM (VALUES ('b'), ('C'), ('a')) AS t(v)"
        )
    };
    assert_eq!(texts(&connection, &sorted("COLLATE \"C\"")).await.first().unwrap(), "Cab");
    assert_eq!(texts(&connection, &sorted("")).await.first().unwrap(), "abC");
}

#[tokio::test]
async fn the_postgres_server_ends_with_a_test_process_that_is_killed() {
    let mut other = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "databases::a_process_to_kill", "--ignored", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let folder = BufReader::new(other.stdout.take().unwrap())
        .lines()
        .find_map(|line| Some(PathBuf::from(line.unwrap().strip_prefix("server in ")?)))
        .expect("the other process says where its server is");
    assert!(folder.exists());

    other.kill().unwrap();
    other.wait().unwrap();

    let deadline = Instant::now() + Duration::from_secs(30);
    while folder.exists() {
        assert!(Instant::now() < deadline, "{} is still there", folder.display());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
#[ignore = "started by the test that kills it"]
async fn a_process_to_kill() {
    let database = fresh(DatabaseKind::Postgres).await;
    let connection = Database::connect(database.url()).await.unwrap();
    println!();
    for folder in texts(&connection, "SELECT current_setting('data_directory')").await {
        println!("server in {folder}");
    }
    // Until killed, or until the other process is gone.
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

const APPLIED: &str = "SELECT version FROM seaql_migrations";

// A table's columns in order, each with whether it may be null. SQLite's primary keys may, unless it is said: the
// migrations leave that to PostgreSQL, so a key's own word doesn't count.
const SQLITE_COLUMNS: &str = r#"
    SELECT t.name || '.' || c.name || CASE WHEN c."notnull" OR c.pk THEN '' ELSE ' or null' END
    FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\'
    ORDER BY t.name, c.cid"#;
const POSTGRES_COLUMNS: &str = r#"
    SELECT table_name || '.' || column_name || CASE is_nullable WHEN 'NO' THEN '' ELSE ' or null' END
    FROM information_schema.columns
    WHERE table_schema = 'public'
    ORDER BY table_name COLLATE "C", ordinal_position"#;

// The indexes that have names of ours.
const SQLITE_INDEXES: &str =
    "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name";
const POSTGRES_INDEXES: &str = r#"
    SELECT indexname::text FROM pg_indexes
    WHERE schemaname = 'public' AND indexname NOT LIKE '%\_pkey'
    ORDER BY indexname::text COLLATE "C""#;

/// Says what only one side has.
fn assert_same(sqlite: &[String], postgres: &[String]) {
    assert!(!sqlite.is_empty());
    let only = |here: &[String], there: &[String]| -> Vec<String> {
        let there: BTreeSet<_> = there.iter().collect();
        let rows = here.iter().filter(|row| !there.contains(row));
        rows.cloned().collect()
    };
    let differences = (only(sqlite, postgres), only(postgres, sqlite));
    assert_eq!(differences, (vec![], vec![]), "only SQLite, only PostgreSQL");
    assert_eq!(sqlite, postgres, "the same in another order");
}

#[tokio::test]
async fn of_every_table_it_is_said_what_the_log_tells_of_it() {
    let database = fresh(DatabaseKind::Sqlite).await;
    let connection = Database::connect(database.url()).await.unwrap();
    let query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
        AND name <> 'seaql_migrations' ORDER BY name";
    let tables = texts(&connection, query).await;
    let mut told: Vec<&str> =
        service::store::tables::TABLES.iter().map(|(name, _)| *name).collect();
    told.sort_unstable();
    assert_eq!(tables, told);
}
