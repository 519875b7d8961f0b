//! The report card: what changed between two days.

mod demonstration;
mod numbers;
mod refusals;

use serde_json::Value;
use tests::support::app::TestApp;
use tests::support::client::Client;

/// Two centres' studies, programmes, engagements and collaborations of 2019 and around it.
async fn furnish(app: &TestApp) {
    app.import_files(&[
        (
            "local_authorities.csv",
            "gss_code,name,country,authority_type,established,abolished\n\
             E06000001,One,England,Unitary authority,,\n\
             E06000002,Two,England,Unitary authority,,\n\
             E06000003,Not yet,England,Unitary authority,2021,\n\
             E06000004,No more,England,County,,2019-03-31\n\
             E07000001,A district,England,Non-metropolitan district,,\n\
             W06000001,Three,Wales,Welsh unitary authority,,\n",
        ),
        ("partners.csv", "slug,name\ncharity,A charity\nuniversity,A university\n"),
        (
            "programmes.csv",
            "slug,title,lead_centre,partners,started,ended,studies_stated,partners_stated,local_authorities_stated\n\
             begun,Begun,alpha-centre,charity,2019-03,,4,3,\n\
             running,Running,alpha-centre,charity;university,2015,2019-01,,,12\n\
             over,Over,alpha-centre,,2015,2018,,,99\n\
             of-beta,Of Beta,beta-centre,,2019,,7,,\n\
             undated,Undated,alpha-centre,,,,,,\n",
        ),
        (
            "engagements.csv",
            "centre,reference,local_authority,kind,started,ended\n\
             alpha-centre,visit,E06000001,VISIT,2019-02,\n\
             alpha-centre,long,W06000001,RESEARCH,2018,2019-01-10\n\
             alpha-centre,earlier,E06000002,VISIT,2017-05-01,\n\
             alpha-centre,later,E06000003,VISIT,2019-08-01,\n\
             alpha-centre,undated,E06000002,OTHER,,\n\
             beta-centre,of-beta,E07000001,EVENT,2019-04-01,\n",
        ),
        (
            "collaborations.csv",
            "slug,title,members,started,ended,contributed_by,visibility\n\
             together,Together,alpha-centre;beta-centre,2018,,alpha-centre,PUBLIC\n\
             earlier,Earlier,alpha-centre;beta-centre,2016,2017,alpha-centre,PUBLIC\n\
             hidden,Hidden,beta-centre;gamma-centre,2019,,beta-centre,CENTRE\n",
        ),
        (
            "studies.csv",
            "slug,title,design,status,lead_centre,collaborating_centres,programme,contributed_by,visibility\n\
             launched,Launched,OTHER,IN_DELIVERY,alpha-centre,,begun,alpha-centre,PUBLIC\n\
             again,Launched before,OTHER,IN_DELIVERY,alpha-centre,,begun,alpha-centre,PUBLIC\n\
             first-results,First results,OTHER,INTERIM_RESULTS,alpha-centre,gamma-centre,,alpha-centre,PUBLIC\n\
             told,Told,OTHER,REPORTED,alpha-centre,,,alpha-centre,PUBLIC\n\
             regretted,Regretted,OTHER,STOPPED,alpha-centre,,,alpha-centre,PUBLIC\n\
             too-few,Too few,OTHER,STOPPED,alpha-centre,,,alpha-centre,PUBLIC\n\
             planned,Planned,OTHER,PLANNED,alpha-centre,,,alpha-centre,PUBLIC\n\
             draft,Draft,OTHER,IN_DELIVERY,beta-centre,alpha-centre,,beta-centre,CENTRE\n\
             of-beta,Of Beta,OTHER,IN_DELIVERY,beta-centre,,,beta-centre,PUBLIC\n",
        ),
        (
            "study_statuses.csv",
            "study,on,status,reason,stop_reason\n\
             launched,2018-06-01,PLANNED,,\n\
             launched,2019-03-01,IN_DELIVERY,,\n\
             again,2018-01-01,IN_DELIVERY,,\n\
             again,2018-09-01,STOPPED,A pause,FUNDING\n\
             again,2019-02-01,IN_DELIVERY,It goes on,\n\
             first-results,2018-05-01,IN_DELIVERY,,\n\
             first-results,2019-07-31,INTERIM_RESULTS,,\n\
             told,2018-02-01,IN_DELIVERY,,\n\
             told,2019-01-01,REPORTED,,\n\
             regretted,2018-02-01,IN_DELIVERY,,\n\
             regretted,2018-03-01,STOPPED,A pause,OTHER\n\
             regretted,2018-04-01,IN_DELIVERY,,\n\
             regretted,2019-05-01,STOPPED,We asked the wrong question,CHANGED_OUR_MIND\n\
             too-few,2018-02-01,IN_DELIVERY,,\n\
             too-few,2019-06-01,STOPPED,Nobody came,RECRUITMENT\n\
             planned,2019-07-01,PLANNED,,\n\
             draft,2019-02-01,IN_DELIVERY,,\n\
             of-beta,2019-02-01,IN_DELIVERY,,\n",
        ),
        (
            "study_sites.csv",
            "study,local_authority,starts_on\n\
             launched,E06000002,\n\
             told,E06000004,2018-02-01\n\
             draft,E06000002,2017-01-01\n",
        ),
    ])
    .await;
}

/// The first half of 2019 and July, of a centre or of the whole network.
async fn card(client: &Client, centre: Option<&str>, fields: &str) -> Value {
    let centre = centre.map_or_else(String::new, |centre| format!(r#", centre: "{centre}""#));
    let query =
        format!(r#"{{ reportCard(from: "2019-01-01", to: "2019-07-31"{centre}) {{ {fields} }} }}"#);
    client.ask(&query).await.at("/reportCard").clone()
}
