//! January to July 2019 of What Works for Children's Social Care: what its source says comes back.

use serde_json::json;
use tests::support::app::TestApp;
use tests::support::databases::DatabaseKind;

async fn the_demonstration_gives_back_what_its_source_says(kind: DatabaseKind) {
    let app = TestApp::with_demo(kind).await;
    let fields = "
        studiesPlanned { totalCount }
        studiesLaunched { totalCount nodes { study { slug programme { slug } } } }
        studiesLaunchedAtLeast
        studiesWithInterimResults { totalCount nodes { study { slug } } }
        studiesReported { totalCount }
        studiesStopped { totalCount }
        programmes { totalCount nodes { slug stated { studies partners localAuthorities } } }
        partners { totalCount }
        partnersAtLeast
        localAuthorities { totalCount }
        localAuthoritiesAtLeast
        undatedEngagements { totalCount nodes { localAuthority { name } } }
        reach { country reached outOf }
        collaboratingCentres { totalCount nodes { slug } }
        collaborations { totalCount }";
    let centre = Some("what-works-for-childrens-social-care");
    let found = super::card(&app.nobody(), centre, fields).await;
    let groups = "new-research-projects-july-2019";
    let longer = "strengthening-families-protecting-children";
    let launched = |slug: &str, programme: &str| json!({ "study": { "slug": slug, "programme": { "slug": programme } } });
    let mut studies = found["studiesLaunched"]["nodes"].as_array().unwrap().clone();
    studies.sort_by_key(|study| study["study"]["slug"].to_string());
    assert_eq!(
        studies,
        [
            launched("devolved-budgets", groups),
            launched("happier-healthier-professionals", groups),
            launched("schwartz-rounds-trial", groups),
            launched("social-workers-in-schools", groups),
            launched(longer, longer),
        ]
    );
    // Nine new projects and the longer-term study.
    assert_eq!(found["studiesLaunchedAtLeast"], 10);
    let mut interim = found["studiesWithInterimResults"]["nodes"].as_array().unwrap().clone();
    interim.sort_by_key(|study| study["study"]["slug"].to_string());
    assert_eq!(
        interim,
        [
            json!({ "study": { "slug": "devolved-budgets" } }),
            json!({ "study": { "slug": "social-workers-in-schools" } }),
        ]
    );
    for (pointer, number) in [
        ("/studiesPlanned/totalCount", 0),
        ("/studiesLaunched/totalCount", 5),
        ("/studiesWithInterimResults/totalCount", 2),
        ("/studiesReported/totalCount", 0),
        ("/studiesStopped/totalCount", 0),
        ("/programmes/totalCount", 3),
        ("/partners/totalCount", 0),
        ("/partnersAtLeast", 8),
        ("/localAuthorities/totalCount", 0),
        ("/localAuthoritiesAtLeast", 13),
        ("/undatedEngagements/totalCount", 3),
        ("/collaboratingCentres/totalCount", 4),
        ("/collaborations/totalCount", 4),
    ] {
        assert_eq!(found.pointer(pointer).unwrap(), number, "{pointer}");
    }
    assert_eq!(
        found["programmes"]["nodes"],
        json!([
            { "slug": groups, "stated": { "studies": 9, "partners": null, "localAuthorities": 13 } },
            { "slug": "practice-in-need-of-evidence", "stated": { "studies": null, "partners": 8, "localAuthorities": null } },
            { "slug": longer, "stated": { "studies": null, "partners": null, "localAuthorities": null } },
        ])
    );
    assert_eq!(
        found["collaboratingCentres"]["nodes"],
        json!([
            { "slug": "centre-for-homelessness-impact" },
            { "slug": "education-endowment-foundation" },
            { "slug": "transforming-access-and-student-outcomes-in-higher-education" },
            { "slug": "what-works-centre-for-crime-reduction" },
        ])
    );
    assert_eq!(
        found["reach"],
        json!([
            { "country": "England", "reached": 0, "outOf": 151 },
            { "country": "Scotland", "reached": 0, "outOf": 32 },
            { "country": "Wales", "reached": 0, "outOf": 22 },
        ])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demonstration_gives_back_what_its_source_says_on_sqlite() {
    the_demonstration_gives_back_what_its_source_says(DatabaseKind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demonstration_gives_back_what_its_source_says_on_postgres() {
    the_demonstration_gives_back_what_its_source_says(DatabaseKind::Postgres).await;
}
