//! All questions over up to four dimensions, and least squares and linear programmes on the answers.
//!
//! 600 synthetic children in five dimensions make 1,080 questions, of which half have small answers.
//! docs/disclosure.md has the figures of larger runs.

use microlp::{ComparisonOp, OptimizationDirection, Problem};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::{Area, Published, Records, Rule};

const LEVELS: [usize; 5] = [2, 5, 4, 3, 3];
const CHILDREN: usize = 600;
const MOST_DIMENSIONS: usize = 4;

/// A question: in each dimension a level, or none for everybody.
type Question = [Option<usize>; LEVELS.len()];

struct Asked {
    /// The finest groups that it counts.
    groups: Vec<usize>,
    truth: u64,
    published: Published,
    known: (u64, u64),
}

fn questions() -> Vec<Question> {
    let mut all = vec![[None; LEVELS.len()]];
    for (dimension, levels) in LEVELS.into_iter().enumerate() {
        let with = all.iter().flat_map(|question| {
            (0..levels).map(move |level| {
                let mut question = *question;
                question[dimension] = Some(level);
                question
            })
        });
        all = with.collect::<Vec<_>>().into_iter().chain(all).collect();
    }
    all.retain(|question| question.iter().flatten().count() <= MOST_DIMENSIONS);
    all
}

/// The finest groups, by the levels of their dimensions.
fn groups() -> Vec<[usize; LEVELS.len()]> {
    let all = 0..LEVELS.iter().product::<usize>();
    all.map(|mut rest| {
        LEVELS.map(|levels| {
            let level = rest % levels;
            rest /= levels;
            level
        })
    })
    .collect()
}

fn ask_everything(rule: &Rule) -> Vec<Asked> {
    let mut chance = StdRng::seed_from_u64(2026);
    // The smaller of two draws, so that the first levels are frequent and the last rare.
    let children: Vec<([usize; LEVELS.len()], u8)> = (0..CHILDREN)
        .map(|_| {
            let levels = LEVELS
                .map(|levels| chance.random_range(0..levels).min(chance.random_range(0..levels)));
            (levels, chance.random())
        })
        .collect();
    let groups = groups();
    let within = |question: &Question, levels: &[usize; LEVELS.len()]| {
        question.iter().zip(levels).all(|(asked, level)| asked.is_none_or(|asked| asked == *level))
    };
    questions()
        .iter()
        .map(|question| {
            let counted = children.iter().filter(|(levels, _)| within(question, levels));
            let records: Records = counted.map(|&(_, key)| key).collect();
            let published = rule.cell(records, Area::England);
            let groups = groups.iter().enumerate().filter(|(_, levels)| within(question, levels));
            Asked {
                groups: groups.map(|(at, _)| at).collect(),
                truth: records.count,
                published,
                known: rule.behind(published, Area::England),
            }
        })
        .collect()
}

fn is_small(asked: &Asked) -> bool {
    (1..10).contains(&asked.truth)
}

/// The estimates of all questions' counts by least squares over all answers, by conjugate gradients. A hidden
/// answer counts as what hidden counts are on average, which is more than an attacker knows.
fn least_squares(asked: &[Asked]) -> Vec<f64> {
    let hidden = || asked.iter().filter(|asked| asked.published == Published::Hidden);
    let average = hidden().map(|asked| asked.truth as f64).sum::<f64>() / hidden().count() as f64;
    let size = LEVELS.iter().product();
    let counts = |groups: &[f64]| -> Vec<f64> {
        asked.iter().map(|asked| asked.groups.iter().map(|&group| groups[group]).sum()).collect()
    };
    let back = |counts: &[f64]| -> Vec<f64> {
        let mut groups = vec![0.0; size];
        for (asked, count) in asked.iter().zip(counts) {
            for &group in &asked.groups {
                groups[group] += count;
            }
        }
        groups
    };
    let dot = |one: &[f64], other: &[f64]| one.iter().zip(other).map(|(a, b)| a * b).sum::<f64>();
    let answers: Vec<f64> = asked
        .iter()
        .map(|asked| asked.published.shown().map_or(average, |shown| shown as f64))
        .collect();
    let mut found = vec![0.0; size];
    let mut residual = back(&answers);
    let mut direction = residual.clone();
    let mut square = dot(&residual, &residual);
    while square > 1e-12 {
        let image = back(&counts(&direction));
        let length = square / dot(&direction, &image);
        for ((found, residual), (direction, image)) in
            found.iter_mut().zip(&mut residual).zip(direction.iter().zip(&image))
        {
            *found += length * direction;
            *residual -= length * image;
        }
        let next = dot(&residual, &residual);
        for (direction, residual) in direction.iter_mut().zip(&residual) {
            *direction = residual + next / square * *direction;
        }
        square = next;
    }
    counts(&found)
}

/// The least and greatest count of a question for all that is known of all.
fn bounds(asked: &[Asked], of: &Asked) -> (u64, u64) {
    let bound = |direction| {
        let mut problem = Problem::new(direction);
        let groups: Vec<_> = (0..LEVELS.iter().product())
            .map(|group| {
                let weight = if of.groups.contains(&group) { 1.0 } else { 0.0 };
                problem.add_var(weight, (0.0, f64::INFINITY))
            })
            .collect();
        for asked in asked {
            let terms: Vec<_> = asked.groups.iter().map(|&group| (groups[group], 1.0)).collect();
            problem.add_constraint(terms.as_slice(), ComparisonOp::Ge, asked.known.0 as f64);
            problem.add_constraint(terms.as_slice(), ComparisonOp::Le, asked.known.1 as f64);
        }
        problem.solve().unwrap().into_solution().unwrap().objective()
    };
    let least = bound(OptimizationDirection::Minimize) - 1e-6;
    let greatest = bound(OptimizationDirection::Maximize) + 1e-6;
    (least.ceil() as u64, greatest.floor() as u64)
}

#[test]
fn averaging_over_all_answers_tells_no_more_of_small_counts_than_a_guess() {
    let asked = ask_everything(&Rule::cell_key().unwrap());
    let estimates = least_squares(&asked);
    let small: Vec<(u64, f64)> = asked
        .iter()
        .zip(estimates)
        .filter(|(asked, _)| is_small(asked))
        .map(|(asked, estimate)| (asked.truth, estimate))
        .collect();
    let share = |right: usize| right as f64 / small.len() as f64;
    let right = small.iter().filter(|(truth, estimate)| *truth as f64 == estimate.round()).count();
    let frequent =
        (1..10).map(|guess| small.iter().filter(|(truth, _)| *truth == guess).count()).max();
    let squares =
        small.iter().map(|(truth, estimate)| (*truth as f64 - estimate).powi(2)).sum::<f64>();
    let deviation = (squares / small.len() as f64).sqrt();
    println!(
        "{} questions, {} small counts: {:.3} right by averaging, {:.3} by the most frequent count; off by {deviation:.2}",
        asked.len(),
        small.len(),
        share(right),
        share(frequent.unwrap()),
    );
    assert!(small.len() > 300);
    assert!(share(right) < share(frequent.unwrap()) + 0.05);
    assert!(deviation > 1.0);
}

#[test]
fn linear_programmes_over_all_answers_pin_no_small_count() {
    let asked = ask_everything(&Rule::cell_key().unwrap());
    let mut pinned = 0;
    let mut narrowest = u64::MAX;
    for small in asked.iter().filter(|asked| is_small(asked)).step_by(150) {
        let (least, greatest) = bounds(&asked, small);
        assert!((least..=greatest).contains(&small.truth));
        pinned += u32::from(least == greatest);
        narrowest = narrowest.min(greatest - least);
    }
    println!("{pinned} pinned; the narrowest interval is {narrowest} wide");
    assert_eq!(pinned, 0);
}
