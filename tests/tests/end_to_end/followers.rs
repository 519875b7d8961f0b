//! Followers of the change log: each hears every row, in order, from where it is to go on.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use service::error::Result;
use service::tail::{Entry, Follower, Place};
use service::{Code, Error, Tasks};
use tests::support::app::{ALPHA, TestApp};
use tests::support::builders::Sharing;
use tests::support::on_both_databases;

/// A follower that writes down what it hears.
#[derive(Clone, Debug)]
struct Scribe {
    place: Place,
    heard: Arc<Mutex<Vec<i64>>>,
    /// How often it refuses to hear.
    refusals: Arc<Mutex<usize>>,
}

impl Scribe {
    fn new(place: Place) -> Self {
        Self { place, heard: Arc::default(), refusals: Arc::default() }
    }

    fn heard(&self) -> Vec<i64> {
        self.heard.lock().unwrap().clone()
    }

    /// Waits until it has heard a row of the log.
    async fn has_heard(&self, sequence: i64) {
        let hearing = async {
            while !self.heard().contains(&sequence) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), hearing).await.unwrap();
    }
}

#[async_trait::async_trait]
impl Follower for Scribe {
    fn name(&self) -> &'static str {
        "scribe"
    }

    fn place(&self) -> Place {
        self.place
    }

    async fn hear(&self, entries: &[Entry]) -> Result<()> {
        let mut refusals = self.refusals.lock().unwrap();
        if *refusals > 0 {
            *refusals -= 1;
            return Err(Error::new(Code::Unavailable, "not now"));
        }
        self.heard.lock().unwrap().extend(entries.iter().map(|entry| entry.sequence));
        Ok(())
    }
}

fn start(app: &TestApp, scribe: &Scribe) -> Tasks {
    Tasks::start_with(&app.space, vec![Box::new(scribe.clone())])
}

/// Contributes a study, and gives the number of its change.
async fn contribute(app: &TestApp, slug: &str) -> i64 {
    app.create_study(slug, &Sharing::public(ALPHA)).await;
    let answer = app.nobody().ask("{ changes(last: 1) { nodes { id } } }").await;
    tests::support::streams::place_in_the_log(answer.at("/changes/nodes/0/id").as_str().unwrap())
}

#[on_both_databases]
async fn one_at_the_end_of_the_log_hears_what_comes_once_and_in_order(app: TestApp) {
    contribute(&app, "before").await;
    let scribe = Scribe::new(Place::End);
    let mut head = app.space.tail().head();
    let tasks = start(&app, &scribe);
    head.changed().await.unwrap();
    let first = contribute(&app, "first").await;
    let second = contribute(&app, "second").await;
    scribe.has_heard(second).await;
    assert_eq!(scribe.heard(), [first, second]);
    tasks.stop().await;
}

#[on_both_databases]
async fn one_with_a_stored_place_misses_nothing_while_no_server_runs(app: TestApp) {
    let scribe = Scribe::new(Place::Stored);
    let first = contribute(&app, "first").await;
    let tasks = start(&app, &scribe);
    scribe.has_heard(first).await;
    tasks.stop().await;
    let heard = scribe.heard();
    assert_eq!(heard, (1..=first).collect::<Vec<_>>(), "it begins with the log");

    let second = contribute(&app, "second").await;
    let tasks = start(&app, &scribe);
    scribe.has_heard(second).await;
    tasks.stop().await;
    // What was heard just before the stop may be heard again.
    let mut distinct = scribe.heard();
    distinct.dedup();
    assert!(distinct.ends_with(&[second]));
}

#[on_both_databases]
async fn one_that_could_not_hear_is_told_again_and_holds_up_no_other(app: TestApp) {
    let scribe = Scribe::new(Place::Stored);
    *scribe.refusals.lock().unwrap() = 1;
    let other = Scribe::new(Place::End);
    let mut head = app.space.tail().head();
    let more: Vec<Box<dyn Follower>> = vec![Box::new(scribe.clone()), Box::new(other.clone())];
    let tasks = Tasks::start_with(&app.space, more);
    head.changed().await.unwrap();
    let sequence = contribute(&app, "study").await;
    other.has_heard(sequence).await;
    scribe.has_heard(sequence).await;
    tasks.stop().await;
}
