//! What [`protect`] gives can't be worked out from all tables together.

use microlp::{ComparisonOp, OptimizationDirection, Problem};
use proptest::prelude::*;

use super::linked::{Known, Linked, NewCell, NotProtected, Parts, protect};

/// People by three dimensions, and what was given of them.
struct World {
    levels: Vec<usize>,
    counts: Vec<u64>,
    given: Vec<(Parts, Known)>,
    threshold: u64,
}

impl World {
    fn new(levels: &[usize], counts: &[u64], threshold: u64) -> Self {
        Self { levels: levels.to_vec(), counts: counts.to_vec(), given: Vec::new(), threshold }
    }

    fn level(&self, atom: usize, dimension: usize) -> usize {
        let later: usize = self.levels[dimension + 1..].iter().product();
        atom / later % self.levels[dimension]
    }

    /// The cells of the table by some dimensions, totals among them.
    fn cells(&self, by: &[usize]) -> Vec<Parts> {
        let mut cells: Vec<Parts> = vec![(0..self.counts.len()).collect()];
        for dimension in by {
            let split = |cell: &Parts| -> Vec<Parts> {
                let level = |level| {
                    let here = |atom: &usize| self.level(*atom, *dimension) == level;
                    cell.iter().copied().filter(here).collect()
                };
                let levels = (0..self.levels[*dimension]).map(level);
                levels.chain([cell.clone()]).collect()
            };
            cells = cells.iter().flat_map(split).collect();
        }
        cells
    }

    fn count(&self, parts: &Parts) -> u64 {
        parts.iter().map(|&part| self.counts[part]).sum()
    }

    /// Gives a table with true counts, and says how many are hidden.
    fn give(&mut self, by: &[usize]) -> Result<usize, NotProtected> {
        let cells = self.cells(by).into_iter().map(|parts| {
            let count = self.count(&parts);
            NewCell {
                shown: Known::exactly(count),
                hidden: Known::hidden(1),
                must_hide: (1..self.threshold).contains(&count),
                may_hide: count > 0,
                parts,
            }
        });
        let linked = Linked {
            counts: self.counts.clone(),
            given: self.given.clone(),
            cells: cells.collect(),
            guarded: Vec::new(),
        };
        let hidden = protect(&linked)?;
        let known = linked.cells.into_iter().zip(&hidden).map(|(cell, hidden)| {
            let known = if *hidden { cell.hidden } else { cell.shown };
            (cell.parts, known)
        });
        self.given.extend(known.collect::<Vec<_>>());
        Ok(hidden.iter().filter(|hidden| **hidden).count())
    }

    /// The hidden counts that an attacker knows exactly, who holds all tables.
    fn worked_out(&self) -> Vec<Parts> {
        let hidden = self.given.iter().filter(|(_, known)| known.greatest.is_none());
        let extreme = |wanted: &Parts, direction| {
            let mut problem = Problem::new(direction);
            let atoms: Vec<_> = (0..self.counts.len())
                .map(|atom| {
                    let weight = if wanted.contains(&atom) { 1.0 } else { 0.0 };
                    problem.add_integer_var(weight, (0, 10_000))
                })
                .collect();
            for (parts, known) in &self.given {
                let terms: Vec<_> = parts.iter().map(|&part| (atoms[part], 1.0)).collect();
                problem.add_constraint(terms.clone(), ComparisonOp::Ge, known.least as f64);
                if let Some(most) = known.greatest {
                    problem.add_constraint(terms, ComparisonOp::Le, most as f64);
                }
            }
            let solution = problem.solve().unwrap().into_solution().unwrap();
            solution.objective().round()
        };
        hidden
            .map(|(parts, _)| parts.clone())
            .filter(|parts| {
                let least = extreme(parts, OptimizationDirection::Minimize);
                let greatest = extreme(parts, OptimizationDirection::Maximize);
                (greatest - least).abs() < 0.5
            })
            .collect()
    }
}

#[test]
fn a_table_and_its_own_margin_are_protected_together() {
    // By itself the margin hides nothing, and the table one count for the sake of another.
    let mut world = World::new(&[3, 2], &[2, 20, 14, 30, 25, 18], 6);
    assert_eq!(world.give(&[0]), Ok(0));
    assert!(world.give(&[0, 1]).unwrap() >= 4);
    assert_eq!(world.worked_out(), Vec::<Parts>::new());
}

#[test]
fn a_group_that_no_table_shows_is_not_left_over_between_two() {
    let mut world = World::new(&[2, 2], &[18, 1, 30, 22], 6);
    world.give(&[]).unwrap();
    // The first level of the first dimension, and within it that of the second: one is left.
    let cells = [vec![0, 1], vec![0]].map(|parts| NewCell {
        shown: Known::exactly(world.count(&parts)),
        hidden: Known::hidden(1),
        must_hide: false,
        may_hide: true,
        parts,
    });
    let linked = Linked {
        counts: world.counts.clone(),
        given: world.given.clone(),
        cells: cells.to_vec(),
        guarded: vec![vec![1]],
    };
    let hidden = protect(&linked).unwrap();
    assert_eq!(hidden.iter().filter(|hidden| **hidden).count(), 1);
}

#[test]
fn what_earlier_tables_leave_no_room_for_is_refused() {
    let mut world = World::new(&[2, 2], &[3, 17, 20, 20], 6);
    // Given by somebody who hid too little.
    let all = world.cells(&[0, 1]).into_iter().map(|parts| {
        let known = match world.count(&parts) {
            3 => Known::hidden(1),
            count => Known::exactly(count),
        };
        (parts, known)
    });
    world.given = all.collect();
    assert!(matches!(world.give(&[0]), Err(NotProtected::Group(_))));
    world.counts[3] += 1;
    assert_eq!(world.give(&[0]), Err(NotProtected::Contradiction));
}

#[test]
fn rounded_counts_are_known_to_lie_within_their_bounds() {
    // 12 and 3, rounded to 10 and hidden; the total would be rounded to 15.
    let counts = vec![12, 3];
    let cell = |parts: Parts, shown: Known, must_hide| NewCell {
        parts,
        shown,
        hidden: Known::hidden(0),
        must_hide,
        may_hide: true,
    };
    let around = |rounded: u64| Known { least: rounded - 2, greatest: Some(rounded + 2) };
    let cells = vec![
        cell(vec![0], around(10), false),
        cell(vec![1], Known::hidden(0), true),
        cell(vec![0, 1], around(15), false),
    ];
    let linked = Linked { counts, cells, ..Linked::default() };
    assert_eq!(protect(&linked).unwrap(), [false, true, false]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_hidden_count_can_be_worked_out_from_several_tables(
        (levels, counts) in (2..4_usize, 2..4_usize, 2..4_usize).prop_flat_map(|(a, b, c)| {
            (Just([a, b, c]), prop::collection::vec(prop_oneof![2 => 0..4_u64, 1 => 0..40_u64], a * b * c))
        }),
        tables in prop::collection::vec(prop::sample::subsequence(vec![0, 1, 2], 0..=3), 2..6),
        threshold in 4..11_u64,
    ) {
        let mut world = World::new(&levels, &counts, threshold);
        for by in tables {
            // What is refused is not given.
            let _ = world.give(&by);
        }
        prop_assert_eq!(world.worked_out(), Vec::<Parts>::new());
    }
}
