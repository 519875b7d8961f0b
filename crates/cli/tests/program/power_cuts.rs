//! The power fails at a hundred moments of an installation's life: everything that was acknowledged before is there.
//!
//! That the disk is one that loses what isn't synced is proved by `tests/tests/storage/power_cuts.rs`.

use std::ops::Range;
use std::path::PathBuf;

use futures::{StreamExt, stream};
use serde_json::Value;
use tests::support::chance::Chance;
use tests::support::databases::{open, texts};
use tests::support::disk::{Disk, Loss, Recorder};

use crate::running::{Installation, Server};
use crate::tokens::furnished;
use crate::young_people::{IMPORT, furnish};

const CUTS: usize = 100;
/// How many cuts are looked at at the same time.
const AT_ONCE: usize = 4;
const SEED: u64 = 21;

/// What was acknowledged, and must be true ever after.
#[derive(Clone, Debug)]
enum Fact {
    /// A study has this title.
    Study(String),
    /// A token is accepted.
    Accepted(String),
    /// A token is refused.
    Revoked(String),
    /// The returns tell of this many children; loaded again, they bring nobody new.
    Children(usize),
    /// There are so many keys that sign tokens.
    SigningKeys(usize),
    /// A file has this content.
    File(PathBuf, Vec<u8>),
}

/// An installation, and what it acknowledged, each with the moment from which on it holds.
struct Life {
    installation: Installation,
    recorder: Recorder,
    facts: Vec<(u64, Fact)>,
    /// When the key of the pseudonyms was rotated.
    rotation: Range<u64>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_is_there_after_a_power_cut_at_any_moment() {
    let life = lived().await;
    let notes = life.recorder.notes();
    let notes: Vec<_> = notes.iter().collect();
    let root = life.installation.path("").canonicalize().unwrap();
    let at = |moment: u64| notes.partition_point(|(end, _)| *end <= moment);

    let mut chance = Chance(SEED);
    let rotation = at(life.rotation.start)..at(life.rotation.end);
    let cut = |which: usize, chance: &mut Chance| match which % 4 {
        // Right after something was acknowledged, while nothing else has come to the disk.
        0 => at(chance.one_of(&life.facts.iter().map(|(moment, _)| *moment).collect::<Vec<_>>())),
        1 if which.is_multiple_of(3) => rotation.start + chance.below(rotation.len()),
        _ => chance.below(notes.len() + 1),
    };
    let mut cuts: Vec<_> = (0..CUTS).map(|which| cut(which, &mut chance)).collect();
    cuts.sort_unstable();

    let mut disk = Disk::new(&root);
    let mut followed = 0;
    let mut left = Vec::new();
    for (number, cut) in cuts.into_iter().enumerate() {
        for (_, note) in &notes[followed..cut] {
            disk.follow(note.clone());
        }
        followed = cut;
        let moment = notes[..cut].last().map_or(0, |(moment, _)| *moment);
        let facts = life.facts.iter().filter(|(from, _)| *from <= moment);
        let facts: Vec<_> = facts.map(|(_, fact)| fact.clone()).collect();
        let loss = chance.one_of(&Loss::ALL);
        let installation = Installation::new();
        disk.cut(loss, &mut chance, &installation.path(""));
        for name in ["header.csv", "episodes.csv"] {
            std::fs::copy(life.installation.path(name), installation.path(name)).unwrap();
        }
        left.push(Left {
            name: format!("cut {number}, note {cut}, {loss:?}"),
            installation,
            facts,
            // Loading a return takes long, so only some do.
            is_loaded_again: number % 4 == 0 || rotation.contains(&cut),
        });
    }
    for (_, note) in &notes[followed..] {
        disk.follow(note.clone());
    }
    assert_all_was_noted(&disk, &life.installation);

    stream::iter(left)
        .for_each_concurrent(AT_ONCE, |left| async move { left.assert_holds().await })
        .await;
}

/// What is on the disk at the end is what the notes say: nothing was written behind the recorder's back.
fn assert_all_was_noted(disk: &Disk<'_>, installation: &Installation) {
    let copy = Installation::new();
    disk.cut(Loss::Nothing, &mut Chance(SEED), &copy.path(""));
    let (there, noted) = (contents(installation), contents(&copy));
    assert!(there.len() > 5, "{} files", there.len());
    assert!(there == noted, "the notes tell of other files");
}

/// The names and contents of the files in the data folder, but for what SQLite maps into memory.
fn contents(installation: &Installation) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(installation.data()).unwrap();
    let files = entries.map(|entry| entry.unwrap()).filter(|entry| entry.path().is_file());
    let mut files: Vec<_> = files
        .map(|entry| {
            (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())
        })
        .filter(|(name, _)| !name.ends_with("-shm"))
        .collect();
    files.sort();
    files
}

/// What an installation goes through.
async fn lived() -> Life {
    let installation = Installation::new();
    let recorder = Recorder::new(&installation.path("").canonicalize().unwrap().join("data"));
    let installation = installation.with_environment(&recorder.environment());
    let mut life = Life {
        installation: furnished(furnish(installation).await).await,
        recorder,
        facts: Vec::new(),
        rotation: 0..0,
    };
    let writer = life.issue("writer", "evidence:read,evidence:write").await;
    life.note(Fact::Accepted(writer.clone()));
    let mut doomed = Vec::new();
    for name in ["first", "second", "third", "fourth"] {
        doomed.push((name, life.issue(name, "evidence:read").await));
    }
    let records = life.run(&["token", "list"]).await;
    let records = records.lines().map(|line| serde_json::from_str(line).unwrap());
    let records: Vec<Value> = records.collect();

    let server = life.installation.serve(&[]).await;
    for (at, (name, token)) in doomed.into_iter().enumerate() {
        life.contribute(&server, &writer, 6 * at..6 * at + 6).await;
        let record = records.iter().find(|record| record["name"] == name).unwrap();
        let id = record["id"].as_str().unwrap();
        life.run(&["token", "revoke", id, "--reason", "laptop lost"]).await;
        life.note(Fact::Revoked(token));
    }
    // With problems, of which the report tells.
    let mut import = IMPORT.to_vec();
    *import.last_mut().unwrap() = "data/problems.csv";
    assert_eq!(life.installation.run(&import).await.code, Some(2));
    life.note(Fact::Children(1));
    life.note_file("data/problems.csv");
    life.contribute(&server, &writer, 24..30).await;
    assert_eq!(server.stop().await.code, Some(0));

    let before = life.recorder.moment();
    life.run(&["young-people", "rotate-pseudonym-key"]).await;
    life.note(Fact::Children(1));
    life.rotation = before..life.recorder.moment();
    life.run(&["key", "rotate"]).await;
    life.note(Fact::SigningKeys(2));
    life.run(&["export", "bundle", "data/copy"]).await;
    for name in ["bundle.json", "centres.csv", "studies.csv"] {
        life.note_file(&format!("data/copy/{name}"));
    }
    let server = life.installation.serve(&[]).await;
    life.contribute(&server, &writer, 30..60).await;
    assert_eq!(server.stop().await.code, Some(0));
    life
}

impl Life {
    fn note(&mut self, fact: Fact) {
        self.facts.push((self.recorder.moment(), fact));
    }

    fn note_file(&mut self, name: &str) {
        let content = std::fs::read(self.installation.path(name)).unwrap();
        self.note(Fact::File(name.into(), content));
    }

    async fn issue(&self, name: &str, scopes: &str) -> String {
        let token =
            ["token", "issue", "--centre", "alpha-centre", "--name", name, "--scope", scopes];
        self.run(&token).await.trim().to_owned()
    }

    async fn run(&self, arguments: &[&str]) -> String {
        self.installation.answer(arguments).await
    }

    /// Contributes studies, three at a time, so that some are being written while others are acknowledged.
    async fn contribute(&mut self, server: &Server, token: &str, which: Range<usize>) {
        let recorder = &self.recorder;
        let facts: Vec<_> = stream::iter(which)
            .map(|number| async move {
                let title = format!("Study {number}");
                let summary = ["words"; 400].join(" ");
                let mutation = format!(
                    "mutation {{ contributeStudy(input: {{ title: \"{title}\", summary: \"{summary}\", design: RANDOMISED, status: PLANNED }}) {{ study {{ id }} }} }}"
                );
                let answer = server.ask(&mutation, Some(token)).await;
                let moment = recorder.moment();
                assert!(answer["data"]["contributeStudy"]["study"]["id"].is_string(), "{answer}");
                (moment, Fact::Study(title))
            })
            .buffer_unordered(3)
            .collect()
            .await;
        self.facts.extend(facts);
    }
}

/// What a cut left of an installation.
struct Left {
    name: String,
    installation: Installation,
    facts: Vec<Fact>,
    is_loaded_again: bool,
}

impl Left {
    /// The server starts, everything that was acknowledged is there, the database is sound and the audit whole.
    async fn assert_holds(&self) {
        let (cut, installation) = (&self.name, &self.installation);
        let server = installation.serve(&[]).await;
        let writer = self.facts.iter().find_map(|fact| match fact {
            Fact::Accepted(token) => Some(token.as_str()),
            _ => None,
        });
        let titles = "{ viewer { scopes } studies(first: 100) { nodes { title } } }";
        let seen = server.ask(titles, writer).await;
        assert!(seen["data"]["viewer"].is_object(), "{cut}: {seen}");
        let seen = seen["data"]["studies"]["nodes"].to_string();
        for fact in &self.facts {
            match fact {
                Fact::Accepted(_) => {}
                Fact::Study(title) => {
                    let is_there = seen.contains(&format!("\"{title}\""));
                    assert!(is_there, "{cut}: {title} is gone");
                }
                Fact::Revoked(token) => {
                    let answer = server.ask("{ viewer { scopes } }", Some(token)).await;
                    let code = &answer["errors"][0]["extensions"]["code"];
                    assert_eq!(code, "TOKEN_REVOKED", "{cut}");
                }
                Fact::File(name, content) => {
                    let there = std::fs::read(installation.path("").join(name));
                    assert!(
                        there.unwrap_or_default() == *content,
                        "{cut}: {} differs",
                        name.display()
                    );
                }
                Fact::SigningKeys(number) => {
                    assert_eq!(self.count("signing_key").await, *number, "{cut}");
                }
                Fact::Children(number) => {
                    assert_eq!(self.count("child_record").await, *number, "{cut}");
                    if self.is_loaded_again {
                        let outcome = installation.run(&IMPORT).await;
                        assert_eq!(outcome.code, Some(2), "{cut}: {}", outcome.log);
                    }
                    assert_eq!(self.count("young_person").await, *number, "{cut}: nobody is new");
                }
            }
        }
        drop(server);
        let outcome = installation.run(&["audit", "verify"]).await;
        assert_eq!(outcome.code, Some(0), "{cut}: {}", outcome.log);
        assert_eq!(rows(installation, "PRAGMA integrity_check").await, ["ok"], "{cut}");
        let astray = rows(installation, "SELECT \"table\" FROM pragma_foreign_key_check").await;
        assert_eq!(astray.len(), 0, "{cut}: {astray:?}");
    }

    async fn count(&self, table: &str) -> usize {
        let sql = format!("SELECT CAST(COUNT(*) AS TEXT) FROM {table}");
        rows(&self.installation, &sql).await[0].parse().unwrap()
    }
}

async fn rows(installation: &Installation, sql: &str) -> Vec<String> {
    let file = installation.data().join("commonground.db");
    let database = open(&format!("sqlite://{}", file.display())).await;
    let rows = texts(&database, sql).await;
    database.close().await.unwrap();
    rows
}
