//! Ratings: what they took into account, why they disagree, and what leans on the withdrawn.

mod differing;
mod leaning;

use tests::support::app::TestApp;

const RATINGS: &str = "contributed_by,reference,standard,version,subject_kind,subject,outcome,scores,considered_studies,considered_publications,rated_on,visibility";
const STUDIES: &str = "slug,title,design,status,ends_on,lead_centre,interventions,publications,contributed_by,visibility";
const PUBLICATIONS: &str = "slug,title,kind,published,contributed_by,visibility";

/// Two centres with a standard each, mentoring, and what is known about it.
async fn set_up(app: &TestApp) {
    app.import(&[
        (
            "standards",
            &["slug,name,owner", "guide,The Guide,alpha-centre", "toolkit,The Toolkit,beta-centre"],
        ),
        (
            "standard_versions",
            &["standard,version,position", "guide,2017,1", "guide,2020,2", "toolkit,1,1"],
        ),
        (
            "standard_dimensions",
            &[
                "standard,version,dimension,name,position",
                "guide,2017,strength,Strength,1",
                "guide,2020,strength,Strength,1",
                "toolkit,1,security,Security,1",
                "toolkit,1,cost,Cost,2",
            ],
        ),
        (
            "standard_levels",
            &[
                "standard,version,dimension,level,ordinal,label,strength",
                "guide,2017,strength,3,3,Three,HIGH",
                "guide,2020,strength,2,2,Two,LOW",
                "guide,2020,strength,3,3,Three,HIGH",
                "toolkit,1,security,1,1,One padlock,LOW",
                "toolkit,1,security,4,4,Four padlocks,HIGH",
                "toolkit,1,security,5,5,Five padlocks,HIGH",
                "toolkit,1,cost,2,2,Cheap,",
            ],
        ),
        (
            "crosswalk",
            &[
                "from_standard,from_version,from_dimension,from_level,to_standard,to_version,to_dimension,to_level,relation,caveat",
                "guide,2020,strength,3,toolkit,1,security,4,SIMILAR,The Guide rates programmes.",
                "toolkit,1,security,1,guide,2020,strength,2,NOT_COMPARABLE,Padlocks rate trials.",
            ],
        ),
        (
            "interventions",
            &["slug,name,broader", "mentoring,Mentoring,", "peer-mentoring,Peer mentoring,mentoring", "tutoring,Tutoring,"],
        ),
        ("outcomes", &["slug,name", "reading,Reading", "attendance,Attendance"]),
        (
            "publications",
            &[
                PUBLICATIONS,
                "early-report,Early report,REPORT,2015,alpha-centre,PUBLIC",
                "late-report,Late report,REPORT,2021-09,beta-centre,PUBLIC",
                "late-draft,Late draft,REPORT,2021-10,beta-centre,CENTRE",
                "forthcoming,Forthcoming,REPORT,2031,beta-centre,PUBLIC",
            ],
        ),
        (
            "studies",
            &[
                STUDIES,
                "early,Early,RANDOMISED,REPORTED,2014-06-30,alpha-centre,mentoring,early-report,alpha-centre,PUBLIC",
                "hidden,Hidden,RANDOMISED,REPORTED,2015-06-30,alpha-centre,mentoring,,alpha-centre,CENTRE",
                "late,Late,RANDOMISED,REPORTED,2021-06-30,beta-centre,peer-mentoring,late-report;late-draft;forthcoming,beta-centre,PUBLIC",
                "running,Running,RANDOMISED,IN_DELIVERY,2021-07-30,beta-centre,mentoring,,beta-centre,PUBLIC",
                "elsewhere,Elsewhere,RANDOMISED,REPORTED,2021-06-30,beta-centre,tutoring,,beta-centre,PUBLIC",
            ],
        ),
    ])
    .await;
}

async fn rate(app: &TestApp, rows: &[&str]) {
    let lines: Vec<&str> = [RATINGS].iter().chain(rows).copied().collect();
    app.import(&[("ratings", &lines)]).await;
}
