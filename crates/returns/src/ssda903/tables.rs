//! The twelve tables of the SSDA903 return: their columns, and what may stand in each.

use crate::codes::{self, Codes};

/// A table of the return.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) kind: Kind,
    /// Its name in reports.
    pub(super) name: &'static str,
    /// The rule that a child without a row in the header breaks.
    pub(super) orphan: &'static str,
    /// The columns without which children would be taken for others, counted wrongly, or kept in part: a return whose
    /// file lacks one is refused. They are the same in all years from 2017 to 2026, as all the others are.
    needed: &'static [&'static str],
    pub(super) columns: &'static [Column],
}

impl Table {
    pub(super) fn names(&self) -> impl DoubleEndedIterator<Item = &'static str> + Clone + use<> {
        self.columns.iter().map(|column| column.name)
    }

    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.position(name).is_some()
    }

    /// Whether a column tells how something ended.
    pub(super) fn is_an_end(&self, name: &str) -> bool {
        ["DEC", "REC", "MIS_END", "DUC"].contains(&name)
    }

    /// Whether a column that it needs may be empty in every row: it tells how something ended, or each row is refused
    /// for it.
    pub(super) fn may_be_empty(&self, name: &str) -> bool {
        let column = self.columns.iter().find(|column| column.name == name);
        self.is_an_end(name) || column.is_some_and(|column| column.need == Need::Must)
    }

    /// The columns that it needs.
    pub(super) fn needed(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.needed.iter().copied()
    }

    /// Whether a return is refused if the column is missing.
    pub(super) fn needs(&self, name: &str) -> bool {
        self.needed.contains(&name)
    }
}

/// Which table it is, as far as it matters: of the others the rows are checked and forgotten.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Header,
    Episodes,
    Leavers,
    Unaccompanied,
    Missing,
    Checked,
}

/// A column.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) check: Check,
    /// The rule that a wrong value breaks.
    pub(super) rule: &'static str,
    pub(super) need: Need,
}

/// What may stand in a column.
#[derive(Clone, Copy, Debug)]
pub(super) enum Check {
    Day,
    Code(&'static [Codes]),
    /// A whole number between two.
    Number(i32, i32),
    /// A text that begins with one of these.
    Begins(&'static [&'static str]),
    /// Anything: it is looked at by nobody, or elsewhere.
    Anything,
}

/// How much depends on a column.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Need {
    /// Without a right value the row is refused.
    Must,
    /// It may be empty; with a wrong value the row is refused.
    May,
    /// It may be empty; with a wrong value the row is kept without it, in doubt.
    Extra,
}

const fn column(name: &'static str, check: Check, rule: &'static str, need: Need) -> Column {
    Column { name, check, rule, need }
}

const CHILD: Column = column("CHILD", Check::Anything, "CG05", Need::Must);
const DOB: Column = column("DOB", Check::Day, "102", Need::Extra);

use Check::{Anything, Begins, Code, Day, Number};
use Need::{Extra, May, Must};

/// The tables.
pub(super) const TABLES: &[Table] = &[
    Table {
        kind: Kind::Header,
        name: "Header",
        orphan: "",
        needed: &["CHILD", "SEX", "DOB", "ETHNIC", "UPN"],
        columns: &[
            CHILD,
            column("SEX", Code(codes::SEX_903), "101", Must),
            column("DOB", Day, "102", Must),
            column("ETHNIC", Code(codes::ETHNICITY), "103", Must),
            column("UPN", Anything, "168", Extra),
            column("MOTHER", Code(codes::YES_OR_NO), "165", Extra),
            column("MC_DOB", Day, "171", Extra),
        ],
    },
    Table {
        kind: Kind::Episodes,
        name: "Episodes",
        orphan: "INT03",
        needed: &["CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC"],
        columns: &[
            CHILD,
            column("DECOM", Day, "141", Must),
            column("RNE", Code(codes::REASON_STARTED), "143", Extra),
            column("LS", Code(codes::LEGAL_STATUS), "144", Must),
            column("CIN", Code(codes::NEED_903), "145", Extra),
            column("PLACE", Code(codes::PLACEMENT), "146", May),
            column("PLACE_PROVIDER", Code(codes::PROVIDER), "178", Extra),
            column("DEC", Day, "147", May),
            column("REC", Code(codes::REASON_ENDED), "149", Extra),
            column("REASON_PLACE_CHANGE", Code(codes::REASON_PLACEMENT_CHANGED), "1009", Extra),
            column("HOME_POST", Anything, "", Extra),
            column("PL_POST", Anything, "", Extra),
            column("URN", Anything, "", Extra),
        ],
    },
    Table {
        kind: Kind::Leavers,
        name: "OC3",
        orphan: "INT06",
        needed: &["CHILD", "IN_TOUCH"],
        columns: &[
            CHILD,
            DOB,
            column("IN_TOUCH", Code(codes::IN_TOUCH), "131", Must),
            column("ACTIV", Code(codes::ACTIVITY), "132", Extra),
            column("ACCOM", Code(codes::ACCOMMODATION), "133", Extra),
        ],
    },
    Table {
        kind: Kind::Unaccompanied,
        name: "UASC",
        orphan: "INT09",
        needed: &["CHILD", "DUC"],
        columns: &[
            CHILD,
            column("SEX", Code(codes::SEX_903), "101", Extra),
            DOB,
            column("DUC", Day, "104", May),
        ],
    },
    Table {
        kind: Kind::Missing,
        name: "Missing",
        orphan: "INT04",
        needed: &["CHILD", "MISSING", "MIS_START", "MIS_END"],
        columns: &[
            CHILD,
            DOB,
            column("MISSING", Code(codes::MISSING), "1006", Must),
            column("MIS_START", Day, "1004", Must),
            column("MIS_END", Day, "1005", May),
        ],
    },
    Table {
        kind: Kind::Checked,
        name: "Reviews",
        orphan: "INT08",
        needed: &["CHILD", "REVIEW"],
        columns: &[
            CHILD,
            DOB,
            column("REVIEW", Day, "166", Must),
            column("REVIEW_CODE", Code(codes::REVIEW), "167", Must),
        ],
    },
    Table {
        kind: Kind::Checked,
        name: "OC2",
        orphan: "INT05",
        needed: &["CHILD", "SDQ_SCORE"],
        columns: &[
            CHILD,
            DOB,
            column("SDQ_SCORE", Number(0, 40), "180", May),
            column("SDQ_REASON", Code(codes::NO_SCORE), "196", May),
            column("CONVICTED", Code(codes::YES_OR_NO), "181", May),
            column("HEALTH_CHECK", Code(codes::YES_OR_NO), "181", May),
            column("IMMUNISATIONS", Code(codes::YES_OR_NO), "181", May),
            column("TEETH_CHECK", Code(codes::YES_OR_NO), "181", May),
            column("HEALTH_ASSESSMENT", Code(codes::YES_OR_NO), "181", May),
            column("SUBSTANCE_MISUSE", Code(codes::YES_OR_NO), "181", May),
            column("INTERVENTION_RECEIVED", Code(codes::YES_OR_NO), "181", May),
            column("INTERVENTION_OFFERED", Code(codes::YES_OR_NO), "181", May),
        ],
    },
    Table {
        kind: Kind::Checked,
        name: "AD1",
        orphan: "INT01",
        needed: &["CHILD", "DATE_INT"],
        columns: &[
            CHILD,
            DOB,
            column("DATE_INT", Day, "112", Must),
            column("DATE_MATCH", Day, "113", Must),
            column("FOSTER_CARE", Code(codes::YES_OR_NO), "114", Must),
            column("NB_ADOPTR", Number(1, 2), "175", Must),
            column("SEX_ADOPTR", Code(codes::ADOPTERS_SEX), "176", Must),
            column("LS_ADOPTR", Code(codes::ADOPTERS_STATUS), "177", Must),
        ],
    },
    Table {
        kind: Kind::Checked,
        name: "PlacedAdoption",
        orphan: "INT02",
        needed: &["CHILD", "DATE_PLACED"],
        columns: &[
            CHILD,
            DOB,
            column("DATE_PLACED", Day, "115", Must),
            column("DATE_PLACED_CEASED", Day, "116", May),
            column("REASON_PLACED_CEASED", Code(codes::REVERSED), "120", May),
        ],
    },
    Table {
        kind: Kind::Checked,
        name: "PrevPerm",
        orphan: "INT07",
        needed: &["CHILD", "PREV_PERM"],
        columns: &[
            CHILD,
            DOB,
            column("PREV_PERM", Code(codes::PREVIOUS_PERMANENCE), "631", Must),
            column("LA_PERM", Anything, "", Extra),
            column("DATE_PERM", Day, "632", May),
        ],
    },
    Table {
        kind: Kind::Checked,
        name: "SWEpisodes",
        orphan: "INT10",
        needed: &["CHILD", "SW_ID"],
        columns: &[
            CHILD,
            DOB,
            column("SW_ID", Begins(&["SW", "XX"]), "SW02STG1", Must),
            column("SW_DECOM", Day, "SW04STG1", Must),
            column("SW_DEC", Day, "SW05STG1", May),
            column("SW_REASON", Code(codes::SOCIAL_WORKER_CHANGED), "SW13STG1", May),
        ],
    },
    Table {
        kind: Kind::Checked,
        name: "DoLo",
        orphan: "INT12",
        needed: &["CHILD", "DOLO_START"],
        columns: &[
            CHILD,
            DOB,
            column("DOLO_START", Day, "CG08", Must),
            column("DOLO_END", Day, "CG08", May),
        ],
    },
];

/// Whether one table only has a column.
pub(super) fn is_of_one(name: &str) -> bool {
    TABLES.iter().filter(|table| table.has(name)).count() == 1
}

/// The table that these names are nearest to, and those of its columns that it lacks.
pub(super) fn nearest(names: &[String]) -> Option<(&'static Table, Vec<&'static str>)> {
    let lacking = |table: &Table| -> Vec<&'static str> {
        let needed = table.needed.iter().copied();
        needed.filter(|name| !names.iter().any(|column| column == name)).collect()
    };
    let near = TABLES.iter().map(|table| (table, lacking(table)));
    // That there is a CHILD says nothing: every table has it.
    near.filter(|(table, lacking)| lacking.len() + 1 < table.needed.len())
        .min_by_key(|(_, lacking)| lacking.len())
}
