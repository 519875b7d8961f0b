//! Invented children, as a return tells of them and as the server counts them.

use std::fmt::Write as _;

use crate::random::Random;

/// A dimension by which children are told: its name, and for each category its word and how the return says it.
pub(super) struct Told {
    pub(super) dimension: &'static str,
    pub(super) categories: &'static [(&'static str, &'static str)],
}

/// Ages at the end of the collection year, ethnic groups, legal statuses and placements.
pub(super) const TOLD: [Told; 4] = [
    Told {
        dimension: "AGE_BAND",
        categories: &[("FROM_10_TO_15", "13"), ("FROM_16_TO_17", "16"), ("FROM_5_TO_9", "7")],
    },
    Told {
        dimension: "ETHNIC_GROUP",
        categories: &[("BLACK", "BAFR"), ("ASIAN", "AOTH"), ("WHITE", "WOTH"), ("OTHER", "OOTH")],
    },
    Told {
        dimension: "LEGAL_STATUS",
        categories: &[
            ("SECTION_20", "V2"),
            ("FULL_CARE_ORDER", "C2"),
            ("INTERIM_CARE_ORDER", "C1"),
        ],
    },
    Told {
        dimension: "PLACEMENT_TYPE",
        categories: &[
            ("FOSTER_OTHER", "U4"),
            ("CHILDRENS_HOME", "K2"),
            ("SUPPORTED_ACCOMMODATION", "H5"),
        ],
    },
];

/// How frequent the categories are, the first most.
const WEIGHTS: [u32; 4] = [50, 25, 15, 10];

/// A looked-after child.
#[derive(Clone)]
pub(super) struct Child {
    pub(super) id: String,
    pub(super) is_girl: bool,
    pub(super) is_unaccompanied: bool,
    /// For each of [`TOLD`], which category.
    pub(super) categories: [usize; 4],
}

impl Child {
    pub(super) fn draw(
        random: &mut Random,
        id: String,
        is_girl: bool,
        is_unaccompanied: bool,
    ) -> Self {
        let category = |told: Told| random.weighted(&WEIGHTS[..told.categories.len()]);
        Self { id, is_girl, is_unaccompanied, categories: TOLD.map(category) }
    }

    /// Returns whether the child is in these categories, by their words.
    pub(super) fn is_in(&self, words: &[String]) -> bool {
        let own = TOLD.iter().zip(self.categories);
        let own: Vec<_> = own.map(|(told, at)| told.categories[at].0).collect();
        words.iter().all(|word| own.contains(&word.as_str()))
    }

    /// Returns the files of their return.
    pub(super) fn files(children: &[Self], year: i32) -> [(&'static str, String); 3] {
        let mut header = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n".to_owned();
        let mut episodes = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n".to_owned();
        let mut unaccompanied = "CHILD,SEX,DOB,DUC\n".to_owned();
        for child in children {
            let [age, ethnic, legal, placed]: [&str; 4] =
                std::array::from_fn(|at| TOLD[at].categories[child.categories[at]].1);
            let born = year - age.parse::<i32>().unwrap_or_default();
            let (id, sex) = (&child.id, 1 + i32::from(child.is_girl));
            let _ = writeln!(header, "{id},{sex},14/01/{born},{ethnic},UN3,,");
            let _ = writeln!(episodes, "{id},10/06/{},S,{legal},N8,{placed},PR1,,,,,,", year - 1);
            if child.is_unaccompanied {
                let _ = writeln!(unaccompanied, "{id},{sex},14/01/{born},");
            }
        }
        [("header.csv", header), ("episodes.csv", episodes), ("uasc.csv", unaccompanied)]
    }
}
