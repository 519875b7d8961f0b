//! A law: no token grants more than the one that issued it, whatever is asked for and however often.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use service::access::token::{self, NewToken};
use service::access::{AllowedNetworks, Grant, ScopeName};
use service::{Code, Viewer};
use tests::support::app::{ALPHA, BETA, TestApp};
use tests::support::databases::DatabaseKind;

/// What somebody asks for, who holds the token that the one before asked for.
#[derive(Clone, Debug)]
struct Wish {
    scopes: BTreeSet<ScopeName>,
    networks: Vec<&'static str>,
    centre: &'static str,
    rotates: bool,
}

fn wish() -> impl Strategy<Value = Wish> {
    let scopes = prop::sample::subsequence(ScopeName::ALL, 1..=ScopeName::ALL.len());
    // Whoever asks for little and manages tokens gets far: let some do.
    let manages = prop::bool::weighted(0.8);
    let networks = prop::sample::subsequence(
        vec!["10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "192.0.2.0/24", "::/0"],
        0..=2,
    );
    let centre = prop::sample::select(vec![ALPHA, ALPHA, BETA]);
    (scopes, manages, networks, centre, prop::bool::weighted(0.2)).prop_map(
        |(scopes, manages, networks, centre, rotates)| Wish {
            scopes: scopes.into_iter().chain(manages.then_some(ScopeName::TokensManage)).collect(),
            networks,
            centre,
            rotates,
        },
    )
}

/// Whether a token that was issued stays within what its issuer's grants.
fn stays_within(child: &Grant, parent: &Grant) -> bool {
    let may_cross = parent.scopes.contains(&ScopeName::TokensManageAll);
    child.scopes.is_subset(&parent.scopes)
        && parent.networks.cover(&child.networks)
        && (child.centre == parent.centre || may_cross)
}

/// Lets one after another wish, each with the token that the last one got. Gives how many tokens came of it.
async fn follow(app: &TestApp, wishes: Vec<Wish>) -> usize {
    let inside = Some("10.1.2.3".parse().unwrap());
    let first = NewToken {
        name: "first".to_owned(),
        centre: ALPHA.to_owned(),
        scopes: ScopeName::ALL.iter().copied().collect(),
        expires_at: None,
        networks: AllowedNetworks::try_new(&["10.0.0.0/8"]).unwrap(),
    };
    let (mut token, mut record) = token::issue(&app.as_operator(), first, None).await.unwrap();
    let mut issued = 0;
    for wish in wishes {
        if token::needs_approval(&service_scopes(&record)) {
            token::approve(&app.as_operator(), record.id, Some("another")).await.unwrap();
        }
        let Ok(parent) = token::authenticate(&app.space, token.reveal(), inside).await else {
            // It is accepted from networks that this address is not in.
            break;
        };
        let viewer = Viewer::holder(parent.clone());
        let outcome = if wish.rotates {
            token::rotate(&app.as_viewer(&viewer), record.id, token::DEFAULT_OVERLAP, None)
                .await
                .map(|rotation| (rotation.token, rotation.record))
        } else {
            let new = NewToken {
                name: "wish".to_owned(),
                centre: wish.centre.to_owned(),
                scopes: wish.scopes,
                expires_at: None,
                networks: AllowedNetworks::try_new(&wish.networks).unwrap(),
            };
            token::issue(&app.as_viewer(&viewer), new, None).await
        };
        match outcome {
            Ok((new_token, new_record)) => {
                (token, record) = (new_token, new_record);
                issued += 1;
                let scopes = service_scopes(&record);
                let networks = AllowedNetworks::of_record(record.networks.as_ref()).unwrap();
                let child = Grant { scopes, networks, centre: record.centre_id, ..parent.clone() };
                assert!(stays_within(&child, &parent), "{child:?} of {parent:?}");
            }
            Err(refusal) => {
                assert!(matches!(refusal.code, Code::Forbidden | Code::BadUserInput), "{refusal:?}")
            }
        }
    }
    issued
}

fn service_scopes(record: &entity::access_token::Model) -> BTreeSet<ScopeName> {
    let words = record.scopes.as_array().unwrap().iter();
    words.map(|word| word.as_str().unwrap().parse().unwrap()).collect()
}

#[test]
fn a_token_never_grants_more_than_its_issuer_had() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let app = runtime.block_on(TestApp::start(DatabaseKind::Sqlite));
    let issued = std::cell::Cell::new(0);
    let mut runner =
        TestRunner::new(Config { cases: 200, failure_persistence: None, ..Config::default() });
    runner
        .run(&prop::collection::vec(wish(), 1..8), |wishes| {
            issued.set(issued.get() + runtime.block_on(follow(&app, wishes)));
            Ok(())
        })
        .unwrap();
    assert!(issued.get() > 100, "{} tokens came of it: too few to show anything", issued.get());
}
