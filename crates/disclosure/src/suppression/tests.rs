//! What [`suppress`] hides is what an attacker can't work out.

use proptest::prelude::*;

use super::{Category, Dimension, FixedTable, NotATable, Protection, Suppressed, audit, suppress};

fn table(levels: &[usize], counts: &[u64]) -> FixedTable {
    let dimensions = levels.iter().map(|&levels| Dimension { levels, groups: Vec::new() });
    FixedTable::try_new(&dimensions.collect::<Vec<_>>(), counts).unwrap()
}

const fn below(threshold: u64) -> Protection {
    Protection { threshold, width: 1 }
}

/// The hidden cells that an attacker knows exactly.
fn worked_out(table: &FixedTable, suppressed: &Suppressed) -> Vec<Vec<Category>> {
    let hidden = (0..suppressed.hidden.len()).filter(|&cell| suppressed.hidden[cell]);
    hidden
        .filter(|&cell| {
            let (least, greatest) = audit::interval(table, &suppressed.hidden, cell).unwrap();
            greatest == Some(least)
        })
        .map(|cell| table.cells().nth(cell).unwrap().0.to_vec())
        .collect()
}

fn hides_what_it_should(table: &FixedTable, threshold: u64, secondary: usize) {
    let suppressed = suppress(table, below(threshold)).unwrap();
    for ((key, count), hidden) in table.cells().zip(&suppressed.hidden) {
        assert!(*hidden || !(1..threshold).contains(&count), "{key:?} is {count}");
        assert!(!hidden || count > 0, "{key:?} is an empty cell");
    }
    assert_eq!(worked_out(table, &suppressed), Vec::<Vec<Category>>::new());
    assert_eq!(suppressed.secondary, secondary);
}

#[test]
fn a_small_count_beside_a_total_takes_another_with_it() {
    hides_what_it_should(&table(&[5], &[3, 14, 22, 41, 30]), 5, 1);
}

#[test]
fn two_ones_that_must_be_ones_take_a_third() {
    hides_what_it_should(&table(&[5], &[61, 15, 20, 1, 1]), 5, 1);
}

#[test]
fn a_zero_protects_nothing() {
    hides_what_it_should(&table(&[4], &[34, 4, 0, 21]), 5, 1);
}

#[test]
fn a_table_without_small_counts_is_not_touched() {
    hides_what_it_should(&table(&[3, 2], &[22, 31, 15, 18, 40, 37]), 10, 0);
}

#[test]
fn one_small_count_takes_a_rectangle() {
    hides_what_it_should(&table(&[3, 4], &[24, 13, 31, 9, 17, 8, 2, 22, 40, 11, 19, 16]), 5, 3);
}

#[test]
fn a_region_is_protected_together_with_its_authorities() {
    let authorities = Dimension { levels: 6, groups: vec![vec![0, 1, 2], vec![3, 4, 5]] };
    let sexes = Dimension { levels: 2, groups: Vec::new() };
    let counts = [12, 9, 3, 14, 18, 22, 25, 21, 7, 2, 16, 13];
    let table = FixedTable::try_new(&[authorities, sexes], &counts).unwrap();
    hides_what_it_should(&table, 5, 6);
    hides_what_it_should(&table, 10, 5);
}

#[test]
fn three_dimensions_with_all_their_totals_are_protected() {
    hides_what_it_should(&table(&[2, 2, 2], &[2, 11, 40, 13, 1, 6, 37, 15]), 5, 9);
}

#[test]
fn a_width_makes_a_count_as_uncertain_as_it_says() {
    let table = table(&[5], &[55, 12, 18, 2, 4]);
    let protection = Protection { threshold: 6, width: 5 };
    let suppressed = suppress(&table, protection).unwrap();
    for cell in [3, 4] {
        let (least, greatest) = audit::interval(&table, &suppressed.hidden, cell).unwrap();
        assert!(greatest.is_none_or(|greatest| greatest - least >= 5));
    }
}

#[test]
fn what_no_hiding_protects_is_refused() {
    // Six children in all, and that is shown: no count can be told from all others below 5.
    let table = table(&[5], &[0, 1, 0, 2, 3]);
    let refused = suppress(&table, Protection { threshold: 5, width: 4 }).unwrap_err();
    assert!(refused.to_string().ends_with("the table needs broader categories"));
}

#[test]
fn counts_that_make_no_table_are_refused() {
    let dimension = |groups| [Dimension { levels: 2, groups }];
    let refused =
        |groups, counts: &[u64]| FixedTable::try_new(&dimension(groups), counts).unwrap_err();
    assert_eq!(refused(vec![], &[1]), NotATable::Counts { places: 2, counts: 1 });
    assert_eq!(refused(vec![vec![2]], &[1, 2]), NotATable::Group);
    assert_eq!(refused(vec![], &[1, 2_000_000_000]), NotATable::Large);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn no_hidden_count_can_be_worked_out(
        (levels, counts) in (2..4_usize, 2..4_usize, 1..3_usize).prop_flat_map(|(a, b, c)| {
            (Just([a, b, c]), prop::collection::vec(0..25_u64, a * b * c))
        }),
        threshold in 4..11_u64,
    ) {
        let table = table(&levels, &counts);
        if let Ok(suppressed) = suppress(&table, below(threshold)) {
            prop_assert_eq!(worked_out(&table, &suppressed), Vec::<Vec<Category>>::new());
        }
    }
}
