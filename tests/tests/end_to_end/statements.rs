//! The number of SQL statements of a query does not grow with its page size.

use chrono::NaiveDate;
use entity::Vocabulary;
use tests::support::app::{ALPHA, TestApp};
use tests::support::builders::Sharing;
use tests::support::on_both_databases;

async fn statements(app: &TestApp, query: &str, size: usize) -> usize {
    let query = query.replace("SIZE", &size.to_string());
    // Once before, so that the network is in memory.
    app.nobody().ask(&query).await.data();
    app.statements_of(async {
        app.nobody().ask(&query).await.data();
    })
    .await
}

async fn fill(app: &TestApp) {
    let outcome = app.create_term(Vocabulary::Outcome, "reading", None).await;
    let intervention = app.create_term(Vocabulary::Intervention, "tutoring", None).await;
    for number in 0..30_u32 {
        let day = NaiveDate::from_ymd_opt(2020, 1, 1 + number % 28);
        let terms = [outcome, intervention];
        let study = app
            .create_study_on(&format!("study-{number}"), &Sharing::public(ALPHA), day, &terms)
            .await;
        app.create_publication(&format!("report-{number}"), &Sharing::public(ALPHA), &[study])
            .await;
        app.create_feedback(&format!("feedback-{number}"), &Sharing::public(ALPHA), Some(study))
            .await;
        for reference in ["one", "two"] {
            app.create_finding(reference, &Sharing::public(ALPHA), study, outcome).await;
        }
    }
}

/// What the report card tells of those studies: each was launched and reported.
async fn report(app: &TestApp) {
    let mut statuses = "study,on,status\n".to_owned();
    for number in 0..30 {
        for change in ["2020-01-02,IN_DELIVERY", "2020-06-01,REPORTED"] {
            statuses.push_str(&format!("study-{number},{change}\n"));
        }
    }
    app.import_files(&[("study_statuses.csv", &statuses)]).await;
}

/// Twenty of everything that has lists of studies or findings.
async fn fill_network(app: &TestApp) {
    let mut terms = Vec::new();
    for vocabulary in [Vocabulary::Intervention, Vocabulary::Outcome, Vocabulary::Population] {
        let mut broader = None;
        for number in 0..20 {
            let term = app.create_term(vocabulary, &format!("term-{number}"), broader).await;
            broader = Some(term);
            terms.push(term);
        }
    }
    for number in 0..20 {
        app.create_centre(&format!("centre-{number}")).await;
        let programme = app.create_programme(&format!("programme-{number}")).await;
        let authority = app.create_local_authority(&format!("E{number:08}")).await;
        let study = app
            .create_study_on(
                &format!("study-{number}"),
                &Sharing::public(ALPHA),
                None,
                &[terms[number], terms[number + 20], terms[number + 40]],
            )
            .await;
        app.place_study(study, programme, &[authority]).await;
        app.create_finding("one", &Sharing::public(ALPHA), study, terms[number + 20]).await;
    }
}

/// Twenty interventions that two centres rate otherwise, by studies one of which was withdrawn since, as
/// was its report.
async fn fill_ratings(app: &TestApp) {
    let numbers = || 0..20;
    let lines = |header: &str, row: &dyn Fn(usize) -> Vec<String>| {
        let mut lines = vec![header.to_owned()];
        lines.extend(numbers().flat_map(row));
        lines
    };
    let gone = "2025-01-01T00:00:00Z,Wrong";
    let tables = [
        ("standards", vec!["slug,name".to_owned(), "guide,Guide".to_owned()]),
        ("standard_versions", vec!["standard,version,position".to_owned(), "guide,1,1".to_owned()]),
        (
            "standard_dimensions",
            vec![
                "standard,version,dimension,name,position".to_owned(),
                "guide,1,strength,Strength,1".to_owned(),
            ],
        ),
        (
            "standard_levels",
            vec![
                "standard,version,dimension,level,ordinal,label,strength".to_owned(),
                "guide,1,strength,1,1,One,LOW".to_owned(),
                "guide,1,strength,2,2,Two,HIGH".to_owned(),
            ],
        ),
        ("outcomes", vec!["slug,name".to_owned(), "reading,Reading".to_owned()]),
        ("interventions", lines("slug,name", &|at| vec![format!("help-{at:02},Help")])),
        (
            "publications",
            lines(
                "slug,title,kind,published,contributed_by,visibility,withdrawn_at,withdrawal_reason",
                &|at| {
                    vec![
                        format!("report-{at},Report,REPORT,2024,alpha-centre,PUBLIC,,"),
                        format!("gone-{at},Gone,REPORT,2024,alpha-centre,PUBLIC,{gone}"),
                    ]
                },
            ),
        ),
        (
            "studies",
            lines(
                "slug,title,design,status,ends_on,lead_centre,interventions,publications,contributed_by,visibility,withdrawn_at,withdrawal_reason",
                &|at| {
                    vec![
                        format!(
                            "study-{at},Study,OTHER,REPORTED,2024-01-01,alpha-centre,help-{at:02},report-{at};gone-{at},alpha-centre,PUBLIC,,"
                        ),
                        format!(
                            "gone-{at},Study,OTHER,REPORTED,2024-01-01,alpha-centre,help-{at:02},,alpha-centre,PUBLIC,{gone}"
                        ),
                    ]
                },
            ),
        ),
        (
            "findings",
            lines(
                "study,reference,publication,outcome,measure,estimate,contributed_by,visibility",
                &|at| {
                    vec![format!(
                        "study-{at},f,gone-{at},reading,RISK_DIFFERENCE,0.1,alpha-centre,PUBLIC"
                    )]
                },
            ),
        ),
        (
            "ratings",
            lines(
                "contributed_by,reference,standard,version,subject_kind,subject,scores,considered_studies,considered_publications,rated_on,visibility",
                &|at| {
                    vec![
                        format!(
                            "alpha-centre,i{at},guide,1,INTERVENTION,help-{at:02},strength=1,gone-{at},,2020-01-01,PUBLIC"
                        ),
                        format!(
                            "beta-centre,i{at},guide,1,INTERVENTION,help-{at:02},strength=2,study-{at},gone-{at},2025-01-01,PUBLIC"
                        ),
                        format!(
                            "alpha-centre,s{at},guide,1,STUDY,study-{at},strength=1,,gone-{at},,PUBLIC"
                        ),
                    ]
                },
            ),
        ),
    ];
    for (table, lines) in &tables {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        app.import(&[(table, &lines)]).await;
    }
}

#[on_both_databases]
async fn the_main_queries_take_the_same_statements_for_two_and_for_twenty(app: TestApp) {
    fill(&app).await;
    report(&app).await;
    let queries = [
        ("a list", 1, "{ studies(first: SIZE) { nodes { id title } } }"),
        ("a list with its total", 2, "{ studies(first: SIZE) { totalCount nodes { id title } } }"),
        (
            "studies with everything",
            9,
            r#"{ studies(first: SIZE, filter: {centres: ["alpha-centre"]}) { nodes {
                title contributedBy { slug } leadCentre { name } collaboratingCentres { slug } statusHistory { on } sites { step }
                interventions { name } outcomes { name } populations { name }
                publications(first: 3) { nodes { title authors { name } } }
                findings(first: 10) { nodes { estimate outcome { name } intervention { name } } }
                ratings(first: 3) { nodes { standard { name } scores { level { label } } } }
            } } }"#,
        ),
        (
            "studies with totals",
            5,
            "{ studies(first: SIZE) { nodes { findings { totalCount } publications { totalCount } } } }",
        ),
        (
            // What the studies are, and were, takes a statement for each table of their parts.
            "studies with history",
            12,
            "{ studies(first: SIZE) { nodes { history { nodes { at changes { field } } } } } }",
        ),
        (
            "findings with their studies",
            3,
            "{ findings(first: SIZE) { nodes { estimate study { title publications(first: 2) { nodes { title } } } } } }",
        ),
        (
            "publications with their studies",
            3,
            "{ publications(first: SIZE) { nodes { title authors { name } studies(first: 2) { nodes { slug } } } } }",
        ),
        (
            "the report card",
            27,
            r#"{ reportCard(from: "2019-01-01", to: "2021-01-01") {
                studiesPlanned(first: SIZE) { totalCount nodes { study { title } } }
                studiesLaunched(first: SIZE) { totalCount nodes { study { title } } }
                studiesWithInterimResults(first: SIZE) { totalCount nodes { study { title } } }
                studiesReported(first: SIZE) { totalCount nodes { study { title } } }
                studiesStopped(first: SIZE) { totalCount nodes { study { title } } }
                studiesLaunchedAtLeast stopReasons { studies } byCentre { studiesLaunched }
                programmes(first: SIZE) { totalCount nodes { slug partners { slug } } } partners(first: SIZE) { totalCount }
                localAuthorities(first: SIZE) { totalCount nodes { name } } localAuthoritiesAtLeast reach { share }
                undatedEngagements(first: SIZE) { totalCount nodes { reference } }
                collaboratingCentres(first: SIZE) { totalCount nodes { slug } } collaborations(first: SIZE) { totalCount nodes { slug } }
                feedbackReceived(first: SIZE) { totalCount nodes { text about { __typename } } }
                feedbackAnswered(first: SIZE) { totalCount nodes { text } }
            } }"#,
        ),
        (
            "changes with their subjects",
            5,
            "{ changes(first: SIZE) { nodes { id subject { id } } } }",
        ),
    ];
    for (name, most, query) in queries {
        let (few, many) = (statements(&app, query, 2).await, statements(&app, query, 20).await);
        // The first changes are of fewer kinds of thing than twenty are.
        if name != "changes with their subjects" {
            assert_eq!(few, many, "{name}");
        }
        assert!(many <= most, "{name}: {many} statements, more than {most}");
    }
}

#[on_both_databases]
async fn lists_below_a_list_take_the_same_statements_for_two_and_for_twenty(app: TestApp) {
    fill_network(&app).await;
    let (studies, findings) = (
        "studies(first: 5) { totalCount nodes { title } }",
        "findings(first: 5) { totalCount nodes { estimate } }",
    );
    for (parents, lists, most) in [
        ("centres", vec![studies], 2),
        ("programmes", vec![studies], 2),
        ("localAuthorities", vec![studies], 2),
        ("interventions", vec![studies, findings], 4),
        ("outcomes", vec![studies, findings], 4),
        ("populations", vec![studies, findings], 4),
    ] {
        let query = format!("{{ {parents}(first: SIZE) {{ nodes {{ {} }} }} }}", lists.join(" "));
        let plainly = query.replace("(first: 5)", "(first: 5, filter: {includeNarrower: false})");
        for query in [query, plainly] {
            let (few, many) =
                (statements(&app, &query, 2).await, statements(&app, &query, 20).await);
            assert_eq!((few, many), (most, most), "{query}");
        }
    }
}

#[on_both_databases]
async fn ratings_are_compared_and_traced_in_the_same_statements_for_two_and_for_twenty(
    app: TestApp,
) {
    fill_ratings(&app).await;
    let queries = [
        (
            "comparisons",
            10,
            "{ interventions(first: SIZE) { nodes { ratingComparison {
                ratings { reference strength }
                differences { summary one { reference } oneOnOthersScale { standing } reasons {
                    kind
                    ... on DifferentEvidence { onlyOne { studies { slug } publications { slug } } onlyOther { studies { slug } } }
                    ... on OlderThanNewEvidence { newer { studies { slug } publications { slug } } }
                } }
            } } } }",
        ),
        (
            "ratings with their evidence",
            6,
            "{ interventions(first: SIZE) { nodes { ratings(first: 5) { totalCount nodes { outcome { slug }
                consideredStudies { totalCount nodes { slug } } consideredPublications { totalCount nodes { slug } } } } } } }",
        ),
        (
            "what studies rely on",
            2,
            "{ studies(first: SIZE) { nodes { reliesOnWithdrawn { how since what { ... on Publication { slug } } } } } }",
        ),
        (
            "what findings and ratings rely on",
            9,
            "{ studies(first: SIZE) { nodes { findings { nodes { reliesOnWithdrawn { how } } } ratings { nodes { reliesOnWithdrawn { how } } } } } }",
        ),
    ];
    for (name, most, query) in queries {
        let (few, many) = (statements(&app, query, 2).await, statements(&app, query, 20).await);
        assert_eq!(few, many, "{name}");
        assert!(many <= most, "{name}: {many} statements, more than {most}");
    }
}

#[on_both_databases]
async fn nodes_of_a_kind_are_read_together(app: TestApp) {
    fill(&app).await;
    let list = app.nobody().ask("{ studies(first: 20) { nodes { id } } }").await;
    let ids: Vec<String> = list.list("/studies/nodes", "id");
    let query = format!("{{ nodes(ids: {}) {{ id }} }}", serde_json::to_string(&ids).unwrap());
    assert_eq!(statements(&app, &query, 0).await, 1);
}
