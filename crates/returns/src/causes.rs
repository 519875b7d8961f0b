//! Causes before their followers: what is wrong with most rows of a table in the same way is told first and once, with
//! the number of rows, and what follows from another refusal is told last and once.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::parsed::Problem;
use super::rules;

/// The rule of a row that is refused because its child is.
pub const FOLLOWS: &str = "CG14";

/// How many problems of a return are kept; all are counted.
pub const KEPT_PROBLEMS: usize = 10_000;

/// How many rows at least have something in common.
const LEAST: u64 = 3;

/// What is wrong in the same way.
type Key = (&'static str, Option<Cow<'static, str>>, &'static str, bool);

/// The problems of a return, as they are found.
#[derive(Debug, Default)]
pub struct Found {
    groups: BTreeMap<Key, Group>,
    count: u64,
}

#[derive(Debug, Default)]
struct Group {
    rows: u64,
    /// The first of them, each with its place among all.
    told: Vec<(u64, Problem)>,
}

impl Found {
    /// Notes one.
    pub fn add(&mut self, problem: Problem) {
        let key = (problem.file, problem.column.clone(), problem.rule, problem.is_refusal);
        let group = self.groups.entry(key).or_default();
        group.rows += problem.rows;
        if group.told.len() < KEPT_PROBLEMS {
            group.told.push((self.count, problem));
        }
        self.count += 1;
    }

    /// The problems in the order of the report; `of` says how many rows there are of which one could be told.
    pub fn arranged(self, of: impl Fn(&Problem) -> u64) -> Vec<Problem> {
        let (mut causes, mut single, mut followers) = (Vec::new(), Vec::new(), Vec::new());
        for group in self.groups.into_values() {
            let Some((place, first)) = group.told.first() else {
                continue;
            };
            let is_common = group.rows >= LEAST && group.rows * 2 > of(first);
            let whither = match (first.rule == FOLLOWS, is_common) {
                (true, _) => &mut followers,
                (false, true) => &mut causes,
                (false, false) => {
                    single.extend(group.told);
                    continue;
                }
            };
            let is_alike = group.told.iter().all(|(_, one)| one.nearest == first.nearest);
            whither.push((
                *place,
                Problem {
                    rows: group.rows,
                    nearest: first.nearest.clone().filter(|_| is_alike),
                    ..first.clone()
                },
            ));
        }
        // What is wrong with a column stands in the first line, before what is wrong in its rows.
        causes.sort_by_key(|(place, cause)| (!cause.is_refusal, cause.line > 1, *place));
        single.sort_by_key(|(place, _)| *place);
        followers.sort_by_key(|(place, _)| *place);
        let all = causes.into_iter().chain(single).chain(followers);
        all.map(|(_, problem)| problem).collect()
    }
}

/// What is wrong with many rows, in one sentence.
#[must_use]
pub fn describe_cause(cause: &Problem) -> String {
    let rule = rules::find(cause.rule);
    let column = cause.column.as_deref();
    let column = column.map_or_else(String::new, |column| format!(", {column}"));
    format!(
        "In {} rows of {}{column}: {} {}",
        cause.rows,
        cause.file,
        rule.map_or("", |rule| rule.reason),
        rule.map_or("", |rule| rule.remedy),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(rules: &[(&'static str, u64)], of: u64) -> Vec<(&'static str, u64, u64)> {
        let mut found = Found::default();
        for (rule, line) in rules {
            found.add(Problem::refusal("Header", *line, Some("SEX"), rule));
        }
        let arranged = found.arranged(|_| of);
        arranged.into_iter().map(|one| (one.rule, one.line, one.rows)).collect()
    }

    #[test]
    fn what_most_rows_have_in_common_is_told_first_and_once() {
        let rows = [("103", 2), ("101", 2), ("101", 3), ("101", 4), (FOLLOWS, 5), ("102", 6)];
        let expected = [("101", 2, 3), ("103", 2, 1), ("102", 6, 1), (FOLLOWS, 5, 1)];
        assert_eq!(told(&rows, 5), expected);
        let single = [
            ("103", 2, 1),
            ("101", 2, 1),
            ("101", 3, 1),
            ("101", 4, 1),
            ("102", 6, 1),
            (FOLLOWS, 5, 1),
        ];
        assert_eq!(told(&rows, 6), single);
    }
}
