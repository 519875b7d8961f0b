//! Things as rows of a bundle: how they come into the space, and how they change in it.

use tests::support::app::TestApp;

use super::things::{CENTRES, Kind, Thing, Things};

/// What the things refer to.
pub(in super::super) async fn import_network(app: &TestApp) {
    app.import(&[
        (
            "local_authorities",
            &[
                "gss_code,name,country,authority_type",
                "E06000001,One,England,Unitary authority",
                "E06000002,Two,England,Unitary authority",
                "E06000003,Three,England,Unitary authority",
            ],
        ),
        ("programmes", &["slug,title,lead_centre,started", "together,Together,alpha-centre,2015"]),
        ("interventions", &["slug,name", "mentoring,Mentoring"]),
        (
            "outcomes",
            &[
                "slug,name,broader",
                "literacy,Literacy,",
                "reading,Reading,literacy",
                "writing,Writing,literacy",
            ],
        ),
        ("populations", &["slug,name", "people,People"]),
        ("standards", &["slug,name,owner", "guide,The Guide,alpha-centre"]),
        ("standard_versions", &["standard,version,position", "guide,1,1"]),
        (
            "standard_dimensions",
            &["standard,version,dimension,name,position", "guide,1,strength,Strength,1"],
        ),
        (
            "standard_levels",
            &[
                "standard,version,dimension,level,ordinal,label,strength",
                "guide,1,strength,1,1,One,LOW",
                "guide,1,strength,2,2,Two,HIGH",
            ],
        ),
    ])
    .await;
}

/// Imports all things, and what became of the studies.
pub(super) async fn import_all(app: &TestApp, things: &Things) {
    let mut files: Vec<(&str, String)> =
        Kind::ALL.map(|kind| (table(kind), rows(kind, things.of(kind), things))).into();
    let (mut statuses, mut sites) = (
        vec!["study,on,status,reason,stop_reason".to_owned()],
        vec!["study,local_authority".to_owned()],
    );
    for study in things.of(Kind::Study) {
        let name = &study.name;
        statuses.push(format!("{name},2018-01-01,IN_DELIVERY,,"));
        if study.was_stopped() {
            statuses.push(format!("{name},2019-02-01,STOPPED,A pause,FUNDING"));
        }
        statuses.push(format!("{name},2019-03-01,REPORTED,,"));
        sites.push(format!("{name},{}", study.authority()));
    }
    files.push(("study_statuses", statuses.join("\n")));
    files.push(("study_sites", sites.join("\n")));
    let files: Vec<(String, String)> =
        files.into_iter().map(|(name, text)| (format!("{name}.csv"), text)).collect();
    let files: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    app.import_files(&files).await;
}

/// Imports some things of a kind again, as they are now.
pub(super) async fn import_again(app: &TestApp, some: &[Thing], things: &Things) {
    if let Some(Thing { kind, .. }) = some.first() {
        let file = format!("{}.csv", table(*kind));
        app.import_files(&[(&file, &rows(*kind, some, things))]).await;
    }
}

const fn table(kind: Kind) -> &'static str {
    match kind {
        Kind::Collaboration => "collaborations",
        Kind::Publication => "publications",
        Kind::Study => "studies",
        Kind::Finding => "findings",
        Kind::Rating => "ratings",
        Kind::Feedback => "feedback",
    }
}

fn rows(kind: Kind, some: &[Thing], things: &Things) -> String {
    let own = match kind {
        Kind::Collaboration => "slug,title,members,started",
        Kind::Publication => "slug,title,kind,published,doi",
        Kind::Study => {
            "slug,title,design,status,lead_centre,collaborating_centres,programme,interventions,populations,publications"
        }
        Kind::Finding => {
            "reference,study,outcome,intervention,population,measure,estimate,publication"
        }
        Kind::Rating => {
            "reference,standard,version,scores,rated_on,subject_kind,subject,considered_studies,considered_publications"
        }
        Kind::Feedback => "reference,study,from_role,text,received_on,answered_on,answer",
    };
    let mut lines = vec![format!(
        "{own},contributed_by,visibility,shared_with,embargoed_until,withdrawn_at,withdrawal_reason,superseded_by"
    )];
    for thing in some {
        lines.push(format!("{},{}", cells(thing, things), sharing(thing, things)));
    }
    lines.join("\n")
}

fn names(kind: Kind, numbers: &[usize], things: &Things) -> String {
    let names = numbers.iter().map(|number| &*things.of(kind)[*number].name);
    names.collect::<Vec<_>>().join(";")
}

fn cells(thing: &Thing, things: &Things) -> String {
    let name = &thing.name;
    let of = thing.of.and_then(|key| things.find(key));
    let of = of.map_or("", |of| of.name.as_str());
    let publications = names(Kind::Publication, &thing.publications, things);
    let (on, about) = if thing.is_about_people { ("mentoring", "people") } else { ("", "") };
    match thing.kind {
        Kind::Collaboration => {
            let members: Vec<_> = thing.members.iter().map(|centre| CENTRES[*centre]).collect();
            format!("{name},{name},{},2019", members.join(";"))
        }
        Kind::Publication => {
            let doi = thing.doi().unwrap_or_default();
            format!("{name},What became of the people who were asked,REPORT,2019-09-01,{doi}")
        }
        Kind::Study => {
            let centres = thing.centres();
            let others: Vec<_> = centres.iter().skip(1).map(|centre| CENTRES[*centre]).collect();
            let programme = if thing.is_of_programme() { "together" } else { "" };
            format!(
                "{name},{name},RANDOMISED,REPORTED,{},{},{programme},{on},{about},{publications}",
                CENTRES[thing.by],
                others.join(";")
            )
        }
        Kind::Finding => {
            format!("{name},{of},{},{on},{about},FISHER_Z,0.1,{publications}", thing.outcome)
        }
        Kind::Rating => {
            let (kind, of) = match thing.of {
                Some((Kind::Study, _)) => ("STUDY", of),
                Some(_) => ("PUBLICATION", of),
                None => ("INTERVENTION", "mentoring"),
            };
            let studies = names(Kind::Study, &thing.studies, things);
            format!(
                "{name},guide,1,strength={},{},{kind},{of},{studies},{publications}",
                thing.level, thing.rated_on
            )
        }
        Kind::Feedback => {
            format!("{name},{of},practice leader,Too late,2019-03-01,2019-04-01,We agree")
        }
    }
}

fn sharing(thing: &Thing, things: &Things) -> String {
    let embargo = thing.embargo.map(|until| until.to_rfc3339());
    let (at, why) = if thing.withdrawn { ("2025-05-05T10:00:00Z", "A mistake") } else { ("", "") };
    let superseded_by = thing.superseded_by.map(|number| [number]);
    format!(
        "{},{},{},{},{at},{why},{}",
        CENTRES[thing.by],
        thing.visibility,
        names(Kind::Collaboration, &thing.with, things),
        embargo.unwrap_or_default(),
        names(thing.kind, superseded_by.as_ref().map_or(&[], |one| one), things)
    )
}
