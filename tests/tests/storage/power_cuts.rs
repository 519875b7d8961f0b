//! The disk whose power fails can tell a database that waits for it from one that doesn't.
//!
//! The program's own test on it is `crates/cli/tests/program/power_cuts.rs`.
#![cfg(all(target_os = "linux", not(target_feature = "crt-static")))]
#![expect(
    clippy::unwrap_used,
    reason = "a test talks to its other process, and fails where it stands"
)]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::str::FromStr;

use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{ConnectOptions, Executor};
use sea_orm::{ConnectOptions as Options, Database};
use tests::support::chance::Chance;
use tests::support::databases::texts;
use tests::support::disk::{Disk, Loss, Recorder};

const ROWS: usize = 60;
const CUTS: usize = 100;
/// How the other process is told where to write, and whether to wait for the disk.
const FOLDER: &str = "POWER_CUT_FOLDER";
const SYNCHRONOUS: &str = "POWER_CUT_SYNCHRONOUS";

#[tokio::test]
async fn an_embedded_database_that_does_not_wait_for_the_disk_loses_what_it_acknowledged() {
    assert!(rows_lost("NORMAL").await > 0);
}

#[tokio::test]
async fn an_embedded_database_that_waits_for_the_disk_loses_nothing() {
    assert_eq!(rows_lost("FULL").await, 0);
}

/// How many rows that were acknowledged are gone after cuts, over all of them. The database is sound after each.
async fn rows_lost(synchronous: &str) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    let recorder = Recorder::new(&folder);
    let mut other = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "power_cuts::a_process_whose_power_fails", "--ignored"])
        .arg("--nocapture")
        .envs(recorder.environment())
        .env(FOLDER, &folder)
        .env(SYNCHRONOUS, synchronous)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut go_on = other.stdin.take().unwrap();
    let mut acknowledged = Vec::new();
    for line in BufReader::new(other.stdout.take().unwrap()).lines() {
        if line.unwrap().ends_with("committed") {
            acknowledged.push(recorder.moment());
            go_on.write_all(b"\n").unwrap();
        }
    }
    assert!(other.wait().unwrap().success());
    assert_eq!(acknowledged.len(), ROWS);

    let notes = recorder.notes();
    let notes: Vec<_> = notes.iter().collect();
    let mut chance = Chance(21);
    let mut cuts: Vec<_> = (0..CUTS).map(|_| chance.below(notes.len() + 1)).collect();
    cuts.sort_unstable();
    let mut disk = Disk::new(&folder);
    let (mut at, mut lost) = (0, 0);
    for cut in cuts {
        for (_, note) in &notes[at..cut] {
            disk.follow(note.clone());
        }
        at = cut;
        let moment = notes[..cut].last().map_or(0, |(moment, _)| *moment);
        let into = tempfile::tempdir().unwrap();
        disk.cut(chance.one_of(&Loss::ALL), &mut chance, into.path());
        let there = rows_in(into.path()).await;
        let due = acknowledged.iter().filter(|ack| **ack <= moment).count();
        lost += due.saturating_sub(there);
    }
    lost
}

/// How many rows there are, the first without a gap; the database must be sound.
async fn rows_in(folder: &Path) -> usize {
    let file = folder.join("database");
    if !file.exists() {
        return 0;
    }
    let options = Options::new(format!("sqlite://{}", file.display()));
    let database = Database::connect(options).await.unwrap();
    assert_eq!(texts(&database, "PRAGMA integrity_check").await, ["ok"]);
    let there = texts(&database, "SELECT name FROM sqlite_master").await;
    if there.is_empty() {
        return 0;
    }
    let numbers = texts(&database, "SELECT CAST(n AS TEXT) FROM t ORDER BY n").await;
    for (at, number) in numbers.iter().enumerate() {
        assert_eq!(number, &at.to_string());
    }
    numbers.len()
}

#[tokio::test]
#[ignore = "started by the tests that cut its power"]
async fn a_process_whose_power_fails() {
    let file = Path::new(&std::env::var(FOLDER).unwrap()).join("database");
    let synchronous = std::env::var(SYNCHRONOUS).unwrap();
    let mut database = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::from_str(&synchronous).unwrap())
        .pragma("wal_autocheckpoint", "20")
        .connect()
        .await
        .unwrap();
    database.execute("CREATE TABLE t (n INTEGER)").await.unwrap();
    println!();
    for _ in 0..ROWS {
        database.execute("INSERT INTO t SELECT COUNT(*) FROM t").await.unwrap();
        println!("committed");
        std::io::stdin().read_line(&mut String::new()).unwrap();
    }
}
