//! The policy as one table, for people: who may do what, to their own centre and to another.
//!
//! It is kept as a snapshot. Read its diff as you would a change of law.

use std::collections::BTreeSet;
use std::fmt::Write;

use chrono::DateTime;
use entity::CentreId;
use uuid::Uuid;

use super::policy::{Action, authorise};
use super::{AllowedNetworks, Credential, Grant, ScopeName};
use crate::error::{Code, Result};
use crate::viewer::Viewer;

const OWN: CentreId = CentreId(Uuid::from_u128(1));
const OTHER: CentreId = CentreId(Uuid::from_u128(2));

/// Returns the action that comes after another in the table, from the first to none. A new action does not
/// compile until it has a place here.
fn next(action: Option<&Action>, centre: CentreId) -> Option<Action> {
    let Some(action) = action else {
        return Some(Action::WriteNetwork);
    };
    match action {
        Action::WriteNetwork => Some(Action::WriteEvidence(centre)),
        Action::WriteEvidence(_) => Some(Action::ReviewEvidence(OWN, centre)),
        Action::ReviewEvidence(..) => Some(Action::WriteCollaboration(centre)),
        Action::WriteCollaboration(_) => Some(Action::ReadTokens(centre)),
        Action::ReadTokens(_) => {
            Some(Action::IssueToken(centre, BTreeSet::from([ScopeName::EvidenceRead])))
        }
        Action::IssueToken(_, scopes) if scopes.len() == 1 => {
            Some(Action::IssueToken(centre, ScopeName::ALL.iter().copied().collect()))
        }
        Action::IssueToken(_, _) => Some(Action::ApproveToken(centre)),
        Action::ApproveToken(_) => Some(Action::RevokeToken(centre)),
        Action::RevokeToken(_) => Some(Action::ReadAudit(Some(centre))),
        Action::ReadAudit(Some(_)) => Some(Action::ReadAudit(None)),
        Action::ReadAudit(None) => Some(Action::CountYoungPeople),
        Action::CountYoungPeople => Some(Action::ContributeReturns),
        Action::ContributeReturns => Some(Action::ReadYoungPeople(centre)),
        Action::ReadYoungPeople(_) => Some(Action::AppointSteward),
        Action::AppointSteward => None,
    }
}

/// Returns what the action is, in words, and the centre that it is about.
fn words(action: &Action) -> (&'static str, Option<CentreId>) {
    match action {
        Action::WriteNetwork => ("change the network", None),
        Action::WriteEvidence(centre) => ("write evidence", Some(*centre)),
        Action::ReviewEvidence(_, centre) => ("join publications", Some(*centre)),
        Action::WriteCollaboration(centre) => ("write collaborations", Some(*centre)),
        Action::ReadTokens(centre) => ("see the tokens", Some(*centre)),
        Action::IssueToken(centre, scopes) if scopes.len() == 1 => {
            ("issue a token to read", Some(*centre))
        }
        Action::IssueToken(centre, _) => ("issue a token for everything", Some(*centre)),
        Action::ApproveToken(centre) => ("approve a token", Some(*centre)),
        Action::RevokeToken(centre) => ("revoke a token", Some(*centre)),
        Action::ReadAudit(Some(centre)) => ("read the audit", Some(*centre)),
        Action::ReadAudit(None) => ("read the whole audit", None),
        Action::CountYoungPeople => ("count young people", None),
        Action::ContributeReturns => ("load returns", None),
        Action::ReadYoungPeople(centre) => ("read rows under an agreement", Some(*centre)),
        Action::AppointSteward => ("appoint a steward", None),
    }
}

/// Returns every action, each that is about a centre for the viewer's own and for another.
fn actions() -> Vec<Action> {
    let mut actions = Vec::new();
    let (mut own, mut other) = (next(None, OWN), next(None, OTHER));
    while let (Some(on_own), Some(on_other)) = (own, other) {
        (own, other) = (next(Some(&on_own), OWN), next(Some(&on_other), OTHER));
        let is_about_a_centre = words(&on_own).1.is_some();
        actions.push(on_own);
        actions.extend(is_about_a_centre.then_some(on_other));
    }
    actions
}

/// Returns every kind of viewer, in words.
fn viewers() -> Vec<(String, Viewer)> {
    let mut viewers = vec![
        ("nobody (no token)".to_owned(), Viewer::anonymous()),
        ("operator of the space".to_owned(), Viewer::operator()),
        ("token without a scope".to_owned(), holder([])),
    ];
    viewers.extend(ScopeName::ALL.iter().map(|scope| (scope.to_string(), holder([*scope]))));
    viewers.push(("token with all scopes".to_owned(), holder(ScopeName::ALL.iter().copied())));
    viewers
}

fn holder(scopes: impl IntoIterator<Item = ScopeName>) -> Viewer {
    Viewer::holder(Grant {
        credential: Credential::Token {
            id: Uuid::nil().into(),
            key: Uuid::nil().into(),
            root: Uuid::nil(),
        },
        name: "a token".to_owned(),
        centre: OWN,
        scopes: scopes.into_iter().collect(),
        networks: AllowedNetworks::default(),
        expires_at: DateTime::UNIX_EPOCH,
    })
}

fn verdict(outcome: &Result<()>) -> &'static str {
    match outcome {
        Ok(()) => "yes",
        Err(refusal) if refusal.code == Code::Unauthenticated => "sign in",
        Err(refusal) => {
            assert_eq!(refusal.code, Code::Forbidden);
            "-"
        }
    }
}

/// Returns a line for each viewer, a column for each action.
fn table() -> String {
    let actions = actions();
    let mut rows = vec![vec!["who may ...".to_owned()], vec!["... of which centre".to_owned()]];
    for action in &actions {
        let (what, centre) = words(action);
        let of = centre.map_or("", |centre| if centre == OWN { "its own" } else { "another" });
        let is_repeated = rows[0].iter().any(|heading| heading == what);
        rows[0].push(if is_repeated { String::new() } else { what.to_owned() });
        rows[1].push(of.to_owned());
    }
    for (who, viewer) in viewers() {
        let verdicts = actions.iter().map(|action| verdict(&authorise(&viewer, action)).to_owned());
        rows.push(std::iter::once(who).chain(verdicts).collect());
    }
    aligned(&rows)
}

/// Returns the scope that a refusal names, so that whoever meets it knows what to ask for.
fn named_scopes() -> String {
    let mut lines = String::new();
    for action in actions() {
        let (what, centre) = words(&action);
        let of = centre.map_or("", |centre| {
            if centre == OWN { " of its own centre" } else { " of another centre" }
        });
        let refusal =
            authorise(&holder([]), &action).expect_err("a token without a scope may do nothing");
        let scope = refusal.required_scope.expect("a refusal names the scope");
        writeln!(lines, "{:<45} {scope}", format!("{what}{of}")).expect("text can be written");
    }
    lines
}

/// Blanks between columns.
const GAP: usize = 3;

fn aligned(rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        // A heading over the two columns of an action has the room of both.
        let heading = &rows[0][column];
        let is_over_two = rows[0].get(column + 1).is_some_and(String::is_empty);
        let share = if is_over_two {
            heading.len().saturating_sub("another".len() + GAP)
        } else {
            heading.len()
        };
        rows.iter().skip(1).map(|row| row[column].len()).max().unwrap_or_default().max(share)
    };
    let widths: Vec<usize> = (0..rows[1].len()).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        let mut edge = 0;
        for (cell, width) in row.iter().zip(&widths) {
            // Text that is longer than its column runs on into the empty one beside it.
            let padding = edge.max(line.len()) - line.len();
            line.push_str(&" ".repeat(padding));
            line.push_str(cell);
            edge += width + GAP;
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[test]
fn who_may_do_what_is_as_the_table_says() {
    let text =
        format!("{}\nA token without a scope is told to ask for:\n{}", table(), named_scopes());
    insta::assert_snapshot!(text);
}

#[test]
fn no_scope_opens_another_centres_evidence() {
    let all = holder(ScopeName::ALL.iter().copied());
    assert!(authorise(&all, &Action::WriteEvidence(OTHER)).is_err());
    assert!(authorise(&all, &Action::WriteCollaboration(OTHER)).is_err());
}

#[test]
fn a_token_grants_nothing_that_its_issuer_lacks() {
    for held in ScopeName::ALL {
        let issuer = holder([ScopeName::TokensManageAll, *held]);
        for granted in ScopeName::ALL {
            let issue = Action::IssueToken(OTHER, BTreeSet::from([*granted]));
            let may = *granted == *held || *granted == ScopeName::TokensManageAll;
            assert_eq!(
                authorise(&issuer, &issue).is_ok(),
                may,
                "holding {held}, granting {granted}"
            );
        }
    }
}
