//! What is doubtful about the rows of a return, by the rules of the published lists.

use std::collections::BTreeMap;

use tests::support::app::TestApp;
use tests::support::on_both_databases;

use super::*;

/// A child, and what the tables say of them from the second cell on.
struct Case {
    /// The rules that it breaks, in order.
    rules: &'static [&'static str],
    born: &'static str,
    episodes: &'static [&'static str],
    missing: &'static [&'static str],
    leaving: Option<&'static str>,
}

const fn child(rules: &'static [&'static str], episodes: &'static [&'static str]) -> Case {
    Case { rules, born: "01/02/2010", episodes, missing: &[], leaving: None }
}

const fn born(
    born: &'static str,
    rules: &'static [&'static str],
    episodes: &'static [&'static str],
) -> Case {
    Case { born, ..child(rules, episodes) }
}

const fn missing(
    rules: &'static [&'static str],
    episodes: &'static [&'static str],
    missing: &'static [&'static str],
) -> Case {
    Case { missing, ..child(rules, episodes) }
}

const fn leaver(
    rules: &'static [&'static str],
    episodes: &'static [&'static str],
    leaving: &'static str,
) -> Case {
    Case { leaving: Some(leaving), ..born("01/02/2005", rules, episodes) }
}

const HOME: &str = "01/05/2022,S,C2,N1,U4,PR1,,,,,,";
const LEFT: &str = "01/05/2022,S,C2,N1,U4,PR1,01/06/2023,E4A,,,,";

const CASES: &[Case] = &[
    child(&[], &[HOME]),
    // Placements and legal statuses for those of some age.
    born("01/02/2014", &["358"], &["01/05/2022,S,J1,N1,K1,PR1,,,,,,"]),
    born("01/02/2005", &["359"], &["01/05/2022,P,C2,N1,U4,PR1,,,,,,"]),
    born("01/02/2005", &[], &["01/05/2022,P,V2,N1,K2,PR1,,,,,,"]),
    born("01/02/2008", &["371"], &["01/05/2022,S,C2,N1,H5,PR1,,,,,,"]),
    born("01/02/2008", &["370"], &["01/05/2022,S,C2,N1,P2,PR1,,,,,,"]),
    born("01/02/2014", &["372"], &["01/05/2022,S,C2,N1,R5,PR3,,,,,,"]),
    born("01/02/2020", &["373"], &["01/05/2022,S,C2,N1,S1,PR1,,,,,,"]),
    born("01/02/2010", &["374"], &["01/05/2022,S,C2,N1,P3,PR1,,,,,,"]),
    // Reasons for the end, by the age.
    born("01/02/2005", &["386"], &["01/05/2022,S,E1,N1,A5,PR1,01/06/2023,E12,,,,"]),
    born("01/02/2012", &["387"], &["01/05/2022,S,C2,N1,U4,PR1,01/06/2023,E5,,,,"]),
    born("01/02/2012", &["389"], &["01/05/2022,S,C2,N1,U4,PR1,01/06/2023,E7,,,,"]),
    born("01/02/2005", &["407"], &["01/05/2022,S,C2,N1,U4,PR1,01/06/2023,E45,,,,"]),
    born("01/02/2008", &["460"], &["01/05/2022,S,C2,N1,U4,PR1,01/06/2023,E17,,,,"]),
    // Times that last only so long.
    child(&["361", "CG16"], &["01/05/2022,S,L1,N1,U4,PR1,06/05/2022,E4A,,,,"]),
    child(&["362", "CG16"], &["01/05/2022,S,L2,N1,U4,PR1,23/05/2022,E4A,,,,"]),
    child(
        &["362", "362", "CG16", "CG16"],
        &[
            "01/05/2022,S,L2,N1,U4,PR1,12/05/2022,X1,,,,",
            "12/05/2022,P,L2,N1,U5,PR1,23/05/2022,E4A,,,,",
        ],
    ),
    child(&["CG16"], &["01/05/2022,S,L2,N1,U4,PR1,22/05/2022,E4A,,,,"]),
    child(&["363", "CG16"], &["01/05/2022,S,L3,N1,U4,PR1,09/05/2022,E4A,,,,"]),
    child(&["364", "CG16"], &["01/05/2022,S,J2,N1,K1,PR1,23/05/2022,E4A,,,,"]),
    child(&["365"], &["01/05/2023,S,V3,N2,U5,PR1,19/05/2023,E8,,,,"]),
    child(
        &["367", "367", "367", "367", "367"],
        &[
            "01/05/2023,S,V3,N2,U5,PR1,18/05/2023,E8,,,,",
            "01/06/2023,S,V3,N2,U5,PR1,18/06/2023,E8,,,,",
            "01/07/2023,S,V3,N2,U5,PR1,18/07/2023,E8,,,,",
            "01/08/2023,S,V3,N2,U5,PR1,18/08/2023,E8,,,,",
            "01/09/2023,S,V3,N2,U5,PR1,18/09/2023,E8,,,,",
        ],
    ),
    child(
        &["375"],
        &[
            "01/05/2022,S,C2,N1,U4,PR1,01/05/2023,X1,,,,",
            "01/05/2023,P,C2,N1,T1,,13/06/2023,X1,,,,",
            "13/06/2023,P,C2,N1,U4,PR1,,,,,,",
        ],
    ),
    child(
        &["376"],
        &[
            "01/05/2022,S,C2,N1,U4,PR1,01/05/2023,X1,,,,",
            "01/05/2023,P,C2,N1,T3,,23/05/2023,X1,,,,",
            "23/05/2023,P,C2,N1,U4,PR1,,,,,,",
        ],
    ),
    child(
        &["379"],
        &[
            "01/05/2022,S,C2,N1,U4,PR1,01/05/2023,X1,,,,",
            "01/05/2023,P,C2,N1,T4,,09/05/2023,X1,,,,",
            "09/05/2023,P,C2,N1,U4,PR1,,,,,,",
        ],
    ),
    // Codes that don't go together.
    child(
        &["213"],
        &[
            "01/05/2022,S,C2,N1,U4,PR1,01/05/2023,X1,,,,",
            "01/05/2023,P,C2,N1,T1,PR1,02/05/2023,X1,,,,",
            "02/05/2023,P,C2,N1,U4,PR1,,,,,,",
        ],
    ),
    child(&["217"], &["01/05/2022,L,E1,N1,A5,PR1,,,,,,"]),
    child(&["366"], &["01/05/2023,P,V3,N2,U5,PR1,02/05/2023,E8,,,,"]),
    child(&["378"], &["01/05/2022,S,V2,N1,P1,PR0,,,,,,"]),
    child(
        &["380", "CG16"],
        &["01/05/2022,S,C2,N1,T4,,02/05/2022,X1,,,,", "02/05/2022,P,C2,N1,U4,PR1,,,,,,"],
    ),
    child(
        &["381"],
        &[
            "01/05/2022,S,C2,N1,U4,PR1,01/05/2023,X1,,,,",
            "01/05/2023,P,C2,N1,T4,,02/05/2023,E8,,,,",
        ],
    ),
    child(&["382", "380"], &["01/05/2023,S,V4,N2,T4,,,,,,,"]),
    child(&["384"], &["01/05/2023,S,V4,N2,U4,PR1,,,,,,"]),
    child(&["390"], &["01/05/2022,S,C2,N1,U4,PR1,01/06/2023,E11,,,,"]),
    child(&["408"], &["01/05/2022,S,C2,N1,A5,PR1,,,,,,"]),
    child(&["526"], &["01/05/2022,S,C2,N1,U4,,,,,,,"]),
    child(&["527"], &["01/05/2022,S,C2,N1,P1,PR1,,,,,,"]),
    child(&["528"], &["01/05/2022,S,C2,N1,R2,PR2,,,,,,"]),
    child(&["529"], &["01/05/2022,S,C2,N1,K2,PR3,,,,,,"]),
    child(&["530"], &["01/05/2022,S,C2,N1,P1,PR4,,,,,,"]),
    child(&["531"], &["01/05/2022,S,C2,N1,P1,PR5,,,,,,"]),
    child(&["550"], &["01/05/2022,S,C2,N1,U4,PR0,,,,,,"]),
    // Episodes that follow each other.
    child(
        &["199"],
        &["01/05/2022,S,E1,N1,A5,PR1,01/06/2023,E12,,,,", "01/08/2023,S,C2,N1,U4,PR1,,,,,,"],
    ),
    child(
        &["377", "377", "377"],
        &[
            "01/05/2022,S,C2,N1,U4,PR1,01/05/2023,X1,,,,",
            "01/05/2023,P,C2,N1,T3,,02/05/2023,X1,,,,",
            "02/05/2023,P,C2,N1,U4,PR1,01/06/2023,X1,,,,",
            "01/06/2023,P,C2,N1,T3,,02/06/2023,X1,,,,",
            "02/06/2023,P,C2,N1,U4,PR1,01/07/2023,X1,,,,",
            "01/07/2023,P,C2,N1,T3,,02/07/2023,X1,,,,",
            "02/07/2023,P,C2,N1,U4,PR1,,,,,,",
        ],
    ),
    child(
        &["383"],
        &[
            "01/05/2022,S,C2,N1,U4,PR1,01/05/2023,X1,,,,",
            "01/05/2023,P,C2,N1,T4,,02/05/2023,X1,,,,",
            "02/05/2023,P,C2,N1,U5,PR1,,,,,,",
        ],
    ),
    child(&["388"], &["01/05/2022,S,C2,N1,U4,PR1,01/05/2023,X1,,,,"]),
    child(
        &["426", "426"],
        &["01/05/2023,S,V3,N2,U5,PR1,02/05/2023,E8,,,,", "01/06/2023,S,V4,N2,U5,PR1,,,,,,"],
    ),
    child(
        &["434"],
        &["01/05/2022,S,C2,N1,U4,PR1,01/05/2023,X1,,,,", "01/05/2023,L,C2,N1,U4,PR1,,,,,,"],
    ),
    child(
        &["435"],
        &["01/05/2022,S,C1,N1,U4,PR1,01/05/2023,X1,,,,", "01/05/2023,P,C2,N1,U5,PR1,,,,,,"],
    ),
    child(
        &["436"],
        &["01/05/2022,S,C2,N1,U4,PR1,01/05/2023,X1,,,,", "01/05/2023,B,C2,N1,U5,PR1,,,,,,"],
    ),
    child(
        &["504"],
        &["01/05/2022,S,C2,N1,U4,PR1,01/05/2023,X1,,,,", "01/05/2023,P,C2,N5,U5,PR1,,,,,,"],
    ),
    // Times missing.
    missing(&[], &[HOME], &["M,01/06/2023,03/06/2023"]),
    missing(&["571"], &[HOME], &["M,01/06/2022,03/06/2022"]),
    missing(&["574"], &[HOME], &["M,01/06/2023,", "A,01/07/2023,03/07/2023"]),
    missing(&["575"], &[LEFT], &["M,31/05/2023,"]),
    missing(&["578"], &[LEFT], &["M,01/07/2023,03/07/2023"]),
    missing(&["581"], &["01/05/2023,S,C2,N1,U4,PR1,,,,,,"], &["M,20/04/2023,23/04/2023"]),
    // Care leavers.
    leaver(&[], &[LEFT], "YES,F2,U1"),
    leaver(&["344"], &[LEFT], "RHOM,F2,U1"),
    leaver(&["345"], &[LEFT], "YES,0,U1"),
    Case { leaving: Some("YES,F2,T1"), ..born("01/02/2006", &["347"], &[LEFT]) },
    Case { leaving: Some("YES,F2,U1"), ..born("01/02/2010", &["391"], &[LEFT]) },
    leaver(&["1000"], &["01/05/2022,S,C2,N1,U4,PR1,01/06/2023,E2,,,,"], "NO,0,0"),
    leaver(&["1011"], &["01/05/2022,S,C2,N1,U4,PR1,01/06/2023,E3,,,,"], "NO,0,0"),
];

/// The files of a return with all cases, and whose each line is.
fn files() -> (Files, BTreeMap<(&'static str, i64), usize>) {
    let mut tables = [
        ("Header", HEADER.to_owned()),
        ("Episodes", EPISODES.to_owned()),
        ("Missing", "CHILD,DOB,MISSING,MIS_START,MIS_END\n".to_owned()),
        ("OC3", "CHILD,DOB,IN_TOUCH,ACTIV,ACCOM\n".to_owned()),
    ];
    let mut lines = BTreeMap::new();
    for (number, case) in CASES.iter().enumerate() {
        let born = case.born;
        let mut add = |table: usize, row: String| {
            let (name, text) = &mut tables[table];
            text.push_str(&row);
            lines.insert((*name, text.lines().count() as i64), number);
        };
        add(0, format!("C{number},1,{born},WBRI,UN3,,\n"));
        for row in case.episodes {
            add(1, format!("C{number},{row}\n"));
        }
        for row in case.missing {
            add(2, format!("C{number},{born},{row}\n"));
        }
        if let Some(row) = case.leaving {
            add(3, format!("C{number},{born},{row}\n"));
        }
    }
    let files = tables.map(|(name, text)| (name, text.into_bytes()));
    (files.into(), lines)
}

#[on_both_databases]
async fn what_is_doubtful_is_kept_and_told_with_its_rule(app: TestApp) {
    with_authorities(&app).await;
    let (files, lines) = files();
    let loaded = load(&app, CAMDEN, 2024, files).await;
    let mut found = vec![Vec::new(); CASES.len()];
    for (rule, file, line, refused) in problems(&app, loaded.id).await {
        let (_, number) = lines
            .iter()
            .find(|((name, at), _)| *name == file && *at == line)
            .expect("a line of a case");
        assert!(!refused, "{rule} of case {number}");
        found[*number].push(rule);
    }
    for (case, (found, number)) in CASES.iter().zip(found.into_iter().zip(0..)) {
        let (mut found, mut expected) = (found, case.rules.to_vec());
        found.sort();
        expected.sort();
        assert_eq!(
            found, expected,
            "case {number}: {:?} {:?} {:?}",
            case.episodes, case.missing, case.leaving
        );
    }
}
