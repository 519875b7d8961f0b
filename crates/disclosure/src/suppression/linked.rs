//! Suppression for tables that are given one after another of the same people.
//!
//! Each table may be safe by itself and none of them together: a table and its own margin tell what the table hides.
//! So all of them are one system of linear constraints over **atoms**, the finest groups of people that they tell
//! apart, and a new table is protected against whoever holds all.
//!
//! As in the whole of [`suppression`](super), each hidden count has a proof: other numbers for the atoms that agree
//! with everything that was given, in which it is another one. A proof is checked in whole numbers against every sum
//! of every table, however it was found.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use microlp::{ComparisonOp, LinearExpr, OptimizationDirection, Problem, SolveOptions, Variable};

/// What is known of a sum: that it lies between two numbers, both included.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Known {
    /// The least that it may be.
    pub least: u64,
    /// The greatest; nothing for a hidden one.
    pub greatest: Option<u64>,
}

impl Known {
    /// A count that is shown as it is.
    #[must_use]
    pub const fn exactly(count: u64) -> Self {
        Self { least: count, greatest: Some(count) }
    }

    /// A hidden count, of which it is known that it is at least this.
    #[must_use]
    pub const fn hidden(least: u64) -> Self {
        Self { least, greatest: None }
    }

    /// How far a count lies outside of it.
    #[must_use]
    pub fn distance(self, count: u64) -> u64 {
        let above = self.greatest.map_or(0, |most| count.saturating_sub(most));
        above.max(self.least.saturating_sub(count))
    }

    fn admits(self, count: i64) -> bool {
        count >= self.least.cast_signed()
            && self.greatest.is_none_or(|most| count <= most.cast_signed())
    }
}

/// Some atoms, by their places.
pub type Parts = Vec<usize>;

/// A cell of the table that is to be given.
#[derive(Clone, Debug)]
pub struct NewCell {
    /// Of whom it is the sum.
    pub parts: Parts,
    /// What showing it tells.
    pub shown: Known,
    /// What hiding it tells.
    pub hidden: Known,
    /// Whether its rule hides it.
    pub must_hide: bool,
    /// Whether it may be hidden to protect others.
    pub may_hide: bool,
}

/// All that is known, and all that must stay unknown.
#[derive(Clone, Debug, Default)]
pub struct Linked {
    /// How many people are in each atom.
    pub counts: Vec<u64>,
    /// What earlier tables tell. What is hidden in them stays unknown.
    pub given: Vec<(Parts, Known)>,
    /// The cells of the new table.
    pub cells: Vec<NewCell>,
    /// Small groups that no table shows, and nobody may work out from several.
    pub guarded: Vec<Parts>,
}

/// Why a table can't be given.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NotProtected {
    /// Nothing that could be hidden in it protects some people: those of the atoms.
    #[error("no choice of hidden cells protects a group of {} atoms", .0.len())]
    Group(Parts),
    /// It would take too long to prove.
    #[error("there is too much to prove")]
    TooLarge,
    /// What was given is not true of these people.
    #[error("an earlier table tells something else of these people")]
    Contradiction,
}

/// How many linear programmes one table may take.
const MOST_PROGRAMMES: usize = 400;
/// How many sums of how many atoms in all.
const MOST_PLACES: usize = 4_000_000;
/// How many atoms a linear programme is about: those that have most in common with the ones to protect.
const SCOPES: [usize; 2] = [120, 480];
/// No proof changes an atom by more.
const FURTHEST: i32 = 3;
/// How far the search for one proof may branch.
const MOST_NODES: u64 = 60;
/// How long all searches together may go on.
const LONGEST: Duration = Duration::from_secs(20);

/// Which of the new cells are hidden.
///
/// # Errors
///
/// If no choice protects every hidden count, in this table and the earlier ones.
pub fn protect(linked: &Linked) -> Result<Vec<bool>, NotProtected> {
    let mut search = Search::new(linked)?;
    search.protect()?;
    search.show_what_is_not_needed();
    Ok(search.hidden)
}

/// Other numbers of the atoms: those that differ, and by how much.
type Proof = Vec<(usize, i64)>;

/// What must stay unknown.
struct Target {
    parts: Parts,
    is_proved: bool,
    /// A new cell that is hidden for others, and may be shown again.
    is_secondary: bool,
}

struct Search<'a> {
    linked: &'a Linked,
    hidden: Vec<bool>,
    targets: Vec<Target>,
    proofs: Vec<Proof>,
    /// Which sums an atom is in: those given, then the new cells.
    sums_of: Vec<Vec<usize>>,
    /// Atoms that a zero shows to be empty.
    is_empty: Vec<bool>,
    people: f64,
    programmes: usize,
    until: Instant,
}

impl<'a> Search<'a> {
    fn new(linked: &'a Linked) -> Result<Self, NotProtected> {
        let count = |parts: &Parts| sum(&linked.counts, parts);
        let is_true = |(parts, known): &(Parts, Known)| known.distance(count(parts)) == 0;
        if !linked.given.iter().all(is_true) {
            return Err(NotProtected::Contradiction);
        }
        let parts = || {
            let cells = linked.cells.iter().map(|cell| &cell.parts);
            linked.given.iter().map(|(parts, _)| parts).chain(cells)
        };
        if parts().map(Vec::len).sum::<usize>() > MOST_PLACES {
            return Err(NotProtected::TooLarge);
        }
        let mut sums_of = vec![Vec::new(); linked.counts.len()];
        for (at, parts) in parts().enumerate() {
            for part in parts {
                sums_of[*part].push(at);
            }
        }
        let mut search = Self {
            hidden: linked.cells.iter().map(|cell| cell.must_hide).collect(),
            targets: Vec::new(),
            proofs: Vec::new(),
            is_empty: vec![false; linked.counts.len()],
            people: linked.counts.iter().sum::<u64>().max(1) as f64,
            programmes: 0,
            until: Instant::now() + LONGEST,
            sums_of,
            linked,
        };
        let given = linked.given.iter().map(|(parts, known)| (parts, *known));
        let cells = linked.cells.iter().filter(|cell| !cell.must_hide);
        for (parts, known) in given.chain(cells.map(|cell| (&cell.parts, cell.shown))) {
            if known.greatest == Some(0) {
                parts.iter().for_each(|part| search.is_empty[*part] = true);
            }
        }
        search.name_targets();
        Ok(search)
    }

    /// Names what must stay unknown and can: what an earlier table shows is known, and nobody is where all is empty.
    fn name_targets(&mut self) {
        let linked = self.linked;
        let shown: BTreeSet<&Parts> = linked
            .given
            .iter()
            .filter(|(_, known)| known.greatest == Some(known.least))
            .map(|(parts, _)| parts)
            .collect();
        let given = linked.given.iter();
        let given = given.filter(|(_, known)| known.greatest.is_none());
        let cells = linked.cells.iter().filter(|cell| cell.must_hide);
        let all: BTreeSet<&Parts> = given
            .map(|(parts, _)| parts)
            .chain(cells.map(|cell| &cell.parts))
            .chain(&linked.guarded)
            .filter(|parts| {
                !shown.contains(parts) && !parts.iter().all(|part| self.is_empty[*part])
            })
            .collect();
        let mut all: Vec<&Parts> = all.into_iter().collect();
        all.sort_by_key(|parts| sum(&linked.counts, parts));
        self.targets = all
            .into_iter()
            .map(|parts| Target { parts: parts.clone(), is_proved: false, is_secondary: false })
            .collect();
    }

    fn protect(&mut self) -> Result<(), NotProtected> {
        while let Some(at) = self.targets.iter().position(|target| !target.is_proved) {
            let parts = self.targets[at].parts.clone();
            let Some(proof) = self.search(&parts)? else {
                return Err(NotProtected::Group(parts));
            };
            self.take(proof);
        }
        Ok(())
    }

    /// Hides what a proof changes, and marks what it proves.
    fn take(&mut self, proof: Proof) {
        let linked = self.linked;
        let changes = Changes::of(&proof, linked.counts.len());
        for (at, cell) in linked.cells.iter().enumerate() {
            let count = sum(&linked.counts, &cell.parts).cast_signed();
            if !self.hidden[at] && !cell.shown.admits(count + changes.of_sum(&cell.parts)) {
                self.hidden[at] = true;
                self.targets.push(Target {
                    parts: cell.parts.clone(),
                    is_proved: false,
                    is_secondary: true,
                });
            }
        }
        for target in &mut self.targets {
            target.is_proved |= changes.of_sum(&target.parts) != 0;
        }
        self.proofs.push(proof);
    }

    /// A proof for a group: among the atoms that are most like it, then among more.
    fn search(&mut self, target: &Parts) -> Result<Option<Proof>, NotProtected> {
        for size in SCOPES {
            let scope = self.scope(target, size);
            let mut best: Option<(f64, Proof)> = None;
            for change in [1, -1] {
                self.programmes += 1;
                if self.programmes > MOST_PROGRAMMES || Instant::now() > self.until {
                    return Err(NotProtected::TooLarge);
                }
                let found = self.programme(target, &scope, change);
                let found = found.filter(|(_, proof)| self.holds(target, proof));
                if let Some((price, proof)) = found
                    && best.as_ref().is_none_or(|(least, _)| price < *least)
                {
                    best = Some((price, proof));
                }
                // Nothing more would have to be hidden.
                if best.as_ref().is_some_and(|(price, _)| *price < 0.5) {
                    break;
                }
            }
            if let Some((_, proof)) = best {
                return Ok(Some(proof));
            }
            if scope.len() < size {
                break;
            }
        }
        Ok(None)
    }

    /// The atoms that have most and smallest sums in common with some.
    fn scope(&self, target: &Parts, size: usize) -> Vec<usize> {
        let mut likeness = vec![0.0_f64; self.linked.counts.len()];
        for part in target.iter().take(16) {
            for at in &self.sums_of[*part] {
                let parts = self.parts(*at);
                let weight = 1.0 / parts.len() as f64;
                parts.iter().for_each(|other| likeness[*other] += weight);
            }
            likeness[*part] += 1_000.0;
        }
        let mut scope: Vec<usize> =
            (0..likeness.len()).filter(|part| !self.is_empty[*part]).collect();
        scope.sort_by(|one, other| likeness[*other].total_cmp(&likeness[*one]));
        scope.truncate(size);
        scope
    }

    fn parts(&self, sum: usize) -> &'a Parts {
        let linked = self.linked;
        match linked.given.get(sum) {
            Some((parts, _)) => parts,
            None => &linked.cells[sum - linked.given.len()].parts,
        }
    }

    /// The numbers nearest to the true ones in which the target is greater, or less, and how many cells would be
    /// hidden for it.
    fn programme(&self, target: &Parts, scope: &[usize], change: i8) -> Option<(f64, Proof)> {
        let linked = self.linked;
        let mut problem = Problem::new(OptimizationDirection::Minimize);
        let mut changes: Vec<Option<Variable>> = vec![None; linked.counts.len()];
        for &part in scope {
            let lowest =
                i32::try_from(linked.counts[part]).map_or(FURTHEST, |count| count.min(FURTHEST));
            changes[part] = Some(problem.add_integer_var(0.0, (-lowest, FURTHEST)));
        }
        let terms = |parts: &Parts| -> Vec<(Variable, f64)> {
            let within = parts.iter().filter_map(|&part| changes[part]);
            within.map(|variable| (variable, 1.0)).collect()
        };
        let sums: BTreeSet<usize> =
            scope.iter().flat_map(|&part| self.sums_of[part].iter().copied()).collect();
        let mut known = BTreeSet::new();
        for at in sums {
            let parts = self.parts(at);
            let mut terms = terms(parts);
            let count = sum(&linked.counts, parts);
            let (says, may_hide) = match at.checked_sub(linked.given.len()) {
                None => (linked.given[at].1, None),
                Some(new) if self.hidden[new] => (linked.cells[new].hidden, None),
                Some(new) => {
                    let cell = &linked.cells[new];
                    (cell.shown, cell.may_hide.then_some(cell.hidden))
                }
            };
            let lowest = says.least as f64 - count as f64;
            let highest = says.greatest.map(|most| most as f64 - count as f64);
            if let Some(hidden) = may_hide {
                let price = 1.0 + count as f64 / self.people;
                let up = problem.add_var(price, (0.0, f64::INFINITY));
                let down = count as f64 - hidden.least as f64;
                let down = problem.add_var(price, (0.0, down.max(0.0)));
                terms.extend([(up, -1.0), (down, 1.0)]);
            } else {
                // Many sums are the same within the scope.
                let same: Vec<usize> =
                    parts.iter().copied().filter(|&part| changes[part].is_some()).collect();
                let bounds = (
                    says.least.cast_signed() - count.cast_signed(),
                    says.greatest.map(|most| most.cast_signed() - count.cast_signed()),
                );
                if !known.insert((same, bounds)) {
                    continue;
                }
            }
            bound(&mut problem, terms, lowest, highest);
        }
        let terms = terms(target);
        if terms.is_empty() {
            return None;
        }
        let side = match change {
            1 => ComparisonOp::Ge,
            _ => ComparisonOp::Le,
        };
        problem.add_constraint(terms, side, change.into());
        let mut options = SolveOptions::default();
        options.node_limit = Some(MOST_NODES);
        options.time_limit = Some(self.until.saturating_duration_since(Instant::now()));
        options.mip_gap = 0.2;
        let solution = problem.solve_with(options).ok()?.into_solution().ok()?;
        let proof = scope.iter().filter_map(|&part| {
            let change = solution.var_value(changes[part]?).round() as i64;
            (change != 0).then_some((part, change))
        });
        Some((solution.objective(), proof.collect()))
    }

    /// Whether a proof agrees with everything that is known, once what it changes is hidden, and has another number
    /// of the target.
    fn holds(&self, target: &Parts, proof: &Proof) -> bool {
        let linked = self.linked;
        let changes = Changes::of(proof, linked.counts.len());
        let after =
            |parts: &Parts| sum(&linked.counts, parts).cast_signed() + changes.of_sum(parts);
        let is_possible = |(part, change): &(usize, i64)| {
            !self.is_empty[*part] && linked.counts[*part].cast_signed() + change >= 0
        };
        let touched: BTreeSet<usize> =
            proof.iter().flat_map(|(part, _)| self.sums_of[*part].iter().copied()).collect();
        let agrees = |at: &usize| match at.checked_sub(linked.given.len()) {
            None => linked.given[*at].1.admits(after(&linked.given[*at].0)),
            Some(new) => {
                let cell = &linked.cells[new];
                let number = after(&cell.parts);
                let is_shown = !self.hidden[new] && cell.shown.admits(number);
                is_shown || (self.hidden[new] || cell.may_hide) && cell.hidden.admits(number)
            }
        };
        changes.of_sum(target) != 0 && proof.iter().all(is_possible) && touched.iter().all(agrees)
    }

    /// Shows again, beginning with the largest, what no proof that is needed changes.
    fn show_what_is_not_needed(&mut self) {
        let linked = self.linked;
        let mut secondary: Vec<usize> = (0..self.hidden.len())
            .filter(|&at| self.hidden[at] && !linked.cells[at].must_hide)
            .collect();
        secondary
            .sort_by_key(|&at| std::cmp::Reverse(sum(&linked.counts, &linked.cells[at].parts)));
        let all: Vec<Changes> =
            self.proofs.iter().map(|proof| Changes::of(proof, linked.counts.len())).collect();
        let mut kept: Vec<bool> = vec![true; all.len()];
        for at in secondary {
            let cell = &linked.cells[at];
            let count = sum(&linked.counts, &cell.parts).cast_signed();
            let agrees = |changes: &Changes| cell.shown.admits(count + changes.of_sum(&cell.parts));
            let without: Vec<bool> =
                all.iter().zip(&kept).map(|(changes, kept)| *kept && agrees(changes)).collect();
            let is_itself = |target: &Target| target.is_secondary && target.parts == cell.parts;
            let is_proved = |target: &Target| {
                is_itself(target)
                    || all
                        .iter()
                        .zip(&without)
                        .any(|(changes, kept)| *kept && changes.of_sum(&target.parts) != 0)
            };
            if self.targets.iter().all(is_proved) {
                self.hidden[at] = false;
                kept = without;
                self.targets.retain(|target| !is_itself(target));
            }
        }
    }
}

fn sum(counts: &[u64], parts: &Parts) -> u64 {
    parts.iter().map(|&part| counts[part]).sum()
}

fn bound(problem: &mut Problem, terms: Vec<(Variable, f64)>, lowest: f64, highest: Option<f64>) {
    let terms: LinearExpr = terms.into_iter().collect();
    match highest {
        Some(highest) if highest <= lowest => {
            problem.add_constraint(terms, ComparisonOp::Eq, lowest);
        }
        Some(highest) => {
            problem.add_constraint(terms.clone(), ComparisonOp::Le, highest);
            problem.add_constraint(terms, ComparisonOp::Ge, lowest);
        }
        None => problem.add_constraint(terms, ComparisonOp::Ge, lowest),
    }
}

/// How much each atom differs.
struct Changes(Vec<i64>);

impl Changes {
    fn of(proof: &Proof, atoms: usize) -> Self {
        let mut all = vec![0; atoms];
        for (part, change) in proof {
            all[*part] = *change;
        }
        Self(all)
    }

    fn of_sum(&self, parts: &Parts) -> i64 {
        parts.iter().map(|&part| self.0[part]).sum()
    }
}
