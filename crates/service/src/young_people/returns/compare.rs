//! Holds the times of a person against each other.

use entity::{EpisodeKind, episode};

use super::parsed::Problem;

/// Adds what is doubtful about the times that a return tells of one person.
pub(super) fn compare(times: &[&episode::Model], doubts: &mut Vec<Problem>) {
    let mut care: Vec<_> = times
        .iter()
        .filter(|time| time.kind == EpisodeKind::LookedAfter)
        .collect();
    care.sort_by_key(|time| (time.started_on, time.ordinal));
    for pair in care.windows(2) {
        if let [one, next] = pair {
            follow(one, next, doubts);
        }
    }
}

/// Two episodes of being looked after that follow each other.
fn follow(one: &episode::Model, next: &episode::Model, doubts: &mut Vec<Problem>) {
    let mut doubt = |line: i64, column, rule| {
        doubts.push(Problem {
            is_refusal: false,
            file: "Episodes",
            line: line.unsigned_abs(),
            column: Some(column),
            rule,
        });
    };
    let Some(ended_on) = one.ended_on else {
        return doubt(one.line, "DEC", "142");
    };
    if next.started_on < ended_on {
        return doubt(next.line, "DECOM", "501");
    }
    let goes_on = one.reason_ended.as_deref() == Some("X1");
    let starts = next.reason_started.as_deref() == Some("S");
    match (goes_on, starts) {
        (true, _) if next.started_on > ended_on => doubt(next.line, "DECOM", "433"),
        (false, true) if next.started_on == ended_on => doubt(next.line, "RNE", "431"),
        (false, false) => doubt(next.line, "RNE", "432"),
        _ => {}
    }
    if matches!(
        one.reason_ended.as_deref(),
        Some("E2" | "E7" | "E15" | "E17")
    ) {
        doubt(next.line, "REC", "437");
    }
}
