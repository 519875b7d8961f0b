//! Holds the times of a person that one return tells of against each other.

use chrono::{Days, NaiveDate};
use entity::{EpisodeKind, episode};
use returns::{CollectionYear, Problem};

/// Adds what is doubtful about the times of one person.
pub(super) fn compare(times: &[&episode::Model], year: CollectionYear, doubts: &mut Vec<Problem>) {
    let of_kinds = |kinds: &[EpisodeKind]| {
        let mut some: Vec<&episode::Model> =
            times.iter().copied().filter(|time| kinds.contains(&time.kind)).collect();
        some.sort_by_key(|time| (time.started_on, time.ordinal));
        some
    };
    let placed = of_kinds(&[EpisodeKind::LookedAfter, EpisodeKind::ShortBreak]);
    let breaks = of_kinds(&[EpisodeKind::ShortBreak]);
    let missing = of_kinds(&[EpisodeKind::Missing]);
    let leaving = of_kinds(&[EpisodeKind::CareLeaver]);
    let mut doubts = Doubts(doubts);
    for pair in placed.windows(2) {
        if let [one, next] = pair {
            follow(one, next, &mut doubts);
        }
    }
    for three in placed.windows(3) {
        if let [usual, temporary, next] = three {
            return_from(usual, temporary, next, &mut doubts);
        }
    }
    if let Some(last) = placed.last()
        && last.ended_on.is_some()
        && last.reason_ended.as_deref() == Some("X1")
    {
        doubts.add(last, EPISODES, "REC", "388");
    }
    orders(&placed, year, &mut doubts);
    holidays(&placed, &mut doubts);
    short_breaks(&breaks, year, &mut doubts);
    missing_times(&missing, &placed, &mut doubts);
    leavers(&leaving, &placed, &mut doubts);
}

const EPISODES: &str = "Episodes";
const MISSING: &str = "Missing";

struct Doubts<'a>(&'a mut Vec<Problem>);

impl Doubts<'_> {
    fn add(
        &mut self,
        time: &episode::Model,
        file: &'static str,
        column: &'static str,
        rule: &'static str,
    ) {
        let line = time.line.unsigned_abs();
        self.0.push(Problem::doubt(file, line, Some(column), rule));
    }
}

/// Two episodes that follow each other.
fn follow(one: &episode::Model, next: &episode::Model, doubts: &mut Doubts<'_>) {
    let mut doubt = |time, column, rule| doubts.add(time, EPISODES, column, rule);
    let ended = one.reason_ended.as_deref();
    let began = next.reason_started.as_deref();
    let is_same_status = one.legal_status == next.legal_status;
    let is_same_place = one.placement == next.placement && one.provider == next.provider;
    match began {
        Some("L") if is_same_status || !is_same_place => doubt(next, "RNE", "434"),
        Some("P" | "T") if !is_same_status => doubt(next, "RNE", "435"),
        Some("U" | "B") if is_same_status => doubt(next, "RNE", "436"),
        _ => {}
    }
    let Some(ended_on) = one.ended_on else {
        return doubt(one, "DEC", "142");
    };
    let goes_on = ended == Some("X1");
    let starts = began == Some("S");
    if next.started_on < ended_on {
        doubt(next, "DECOM", "501");
    }
    if starts && next.started_on <= ended_on {
        doubt(next, "RNE", "431");
    }
    if !starts && next.started_on != ended_on {
        doubt(next, "DECOM", "433");
    }
    if !starts && !goes_on && ended.is_some() {
        doubt(next, "RNE", "432");
    }
    if goes_on && next.started_on == ended_on && one.category_of_need != next.category_of_need {
        doubt(next, "CIN", "504");
    }
    if matches!(ended, Some("E2" | "E15")) {
        doubt(one, "REC", "437");
    }
}

fn is_temporary(time: &episode::Model) -> bool {
    matches!(time.placement.as_deref(), Some("T0" | "T1" | "T2" | "T3" | "T4"))
}

/// From a temporary placement a child goes back to where they were.
fn return_from(
    usual: &episode::Model,
    temporary: &episode::Model,
    next: &episode::Model,
    doubts: &mut Doubts<'_>,
) {
    let goes_back =
        next.reason_started.as_deref() == Some("P") && next.placement == usual.placement;
    if is_temporary(temporary) && !goes_back {
        doubts.add(next, EPISODES, "PLACE", "383");
    }
}

/// Orders that last only so long: also where several episodes under one follow each other without a gap.
fn orders(placed: &[&episode::Model], year: CollectionYear, doubts: &mut Doubts<'_>) {
    let without_gap = |one: &&episode::Model, next: &&episode::Model| {
        one.legal_status == next.legal_status && one.ended_on == Some(next.started_on)
    };
    for flow in placed.chunk_by(without_gap) {
        let (Some(first), Some(last)) = (flow.first(), flow.last()) else {
            continue;
        };
        let (longest, rule) = match first.legal_status.as_deref() {
            Some("L1") => (3, "361"),
            Some("L2") => (21, "362"),
            Some("L3") => (7, "363"),
            Some("J2") => (21, "364"),
            _ => continue,
        };
        let until = last.ended_on.unwrap_or(year.last_day());
        if is_longer(first.started_on, until, longest) {
            for time in flow {
                doubts.add(time, EPISODES, "DEC", rule);
            }
        }
    }
}

fn is_longer(from: NaiveDate, until: NaiveDate, days: u64) -> bool {
    from.checked_add_days(Days::new(days)).is_some_and(|last| until > last)
}

/// The carers' holidays are no more than two in a year.
fn holidays(placed: &[&episode::Model], doubts: &mut Doubts<'_>) {
    let holidays: Vec<_> =
        placed.iter().filter(|time| time.placement.as_deref() == Some("T3")).collect();
    if holidays.len() > 2 {
        for time in holidays {
            doubts.add(time, EPISODES, "PLACE", "377");
        }
    }
}

/// Short breaks are under one kind of agreement, and no more than 75 days in a year.
fn short_breaks(breaks: &[&episode::Model], year: CollectionYear, doubts: &mut Doubts<'_>) {
    let is_single = |time: &&episode::Model| time.legal_status.as_deref() == Some("V3");
    let single: Vec<_> = breaks.iter().copied().filter(is_single).collect();
    if !single.is_empty() && single.len() < breaks.len() {
        for time in breaks {
            doubts.add(time, EPISODES, "LS", "426");
        }
    }
    let days = single.iter().map(|time| {
        let from = Ord::max(time.started_on, year.first_day());
        let until = Ord::min(time.ended_on.unwrap_or(year.last_day()), year.last_day());
        Ord::max((until - from).num_days(), 0)
    });
    if days.sum::<i64>() > 75 {
        for time in single {
            doubts.add(time, EPISODES, "DEC", "367");
        }
    }
}

/// Times missing follow each other, and lie within the times of being looked after.
fn missing_times(missing: &[&episode::Model], placed: &[&episode::Model], doubts: &mut Doubts<'_>) {
    for pair in missing.windows(2) {
        if let [one, next] = pair
            && one.ended_on.is_none_or(|end| next.started_on < end)
        {
            doubts.add(next, MISSING, "MIS_START", "574");
        }
    }
    for time in missing {
        let within = placed.iter().find(|episode| {
            episode.started_on <= time.started_on
                && episode.ended_on.is_none_or(|end| time.started_on <= end)
        });
        match within {
            None => {
                let is_before = placed.iter().all(|episode| time.started_on < episode.started_on);
                let rule = if is_before { "581" } else { "578" };
                doubts.add(time, MISSING, "MIS_START", rule);
            }
            Some(episode) if time.ended_on.is_none() && episode.ended_on.is_some() => {
                doubts.add(time, MISSING, "MIS_END", "575");
            }
            Some(_) => {}
        }
    }
}

/// Who died, or whose care another authority took over, is no care leaver of this one.
fn leavers(leaving: &[&episode::Model], placed: &[&episode::Model], doubts: &mut Doubts<'_>) {
    let has_died = placed.iter().any(|time| time.reason_ended.as_deref() == Some("E2"));
    let is_transferred =
        placed.last().is_some_and(|last| last.reason_ended.as_deref() == Some("E3"));
    for time in leaving {
        if has_died {
            doubts.add(time, "OC3", "IN_TOUCH", "1000");
        }
        if is_transferred {
            doubts.add(time, "OC3", "IN_TOUCH", "1011");
        }
    }
}
