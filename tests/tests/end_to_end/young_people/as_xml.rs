//! The SSDA903 return as XML.

use axum::http::StatusCode;
use tests::support::app::ALPHA;
use tests::support::app::TestApp;
use tests::support::on_both_databases;

use super::*;

/// A child with an element of each kind, a line each.
fn child(id: &str, episode: &str) -> String {
    format!(
        "<CHILD>\n<HEADER>\n<CHILDID>{id}</CHILDID>\n<UPN>UN3</UPN>\n<SEX>1</SEX>\n<DOB>14/05/2012</DOB>\n<ETHNIC>WBRI</ETHNIC>\n<UASC />\n<AREVIEW><REVIEW>01/06/2023</REVIEW><REVIEW_CODE>PN1</REVIEW_CODE></AREVIEW>\n<MOTHER /><MC_DOB />\n<OC2><SDQ_SCORE>9</SDQ_SCORE><CONVICTED>0</CONVICTED><HEALTH_CHECK>1</HEALTH_CHECK></OC2>\n</HEADER>\n{episode}</CHILD>\n"
    )
}

const OPEN: &str = "<EPISODE>\n<DECOM>10/06/2019</DECOM>\n<RNE>S</RNE>\n<LS>C2</LS>\n<CIN>N1</CIN>\n<PL>U4</PL>\n<PL_POST>D4 8NF</PL_POST>\n<PLACE_PROVIDER>PR1</PLACE_PROVIDER>\n<DEC />\n<REC />\n</EPISODE>\n";

fn document(children: &str) -> Vec<u8> {
    format!("<?xml version='1.0' encoding='us-ascii'?>\n<EXPSSDA903>\n{children}</EXPSSDA903>")
        .into_bytes()
}

fn several(count: usize) -> String {
    (0..count).map(|number| child(&format!("X{number}"), OPEN)).collect()
}

async fn loaded(app: &TestApp, children: &str) -> loaded_return::Model {
    load(app, CAMDEN, 2024, vec![("return.xml", document(children))]).await
}

#[on_both_databases]
async fn what_the_tables_tell_is_read_from_xml_alike(app: TestApp) {
    with_authorities(&app).await;
    let single = "<IN_TOUCH>YES</IN_TOUCH><ACTIV>F1</ACTIV><ACCOM>K1</ACCOM><DATE_INT>01/05/2023</DATE_INT><DATE_MATCH>01/05/2023</DATE_MATCH><FOSTER_CARE>0</FOSTER_CARE><NB_ADOPTR>2</NB_ADOPTR><SEX_ADOPTR>MF</SEX_ADOPTR><LS_ADOPTR>L11</LS_ADOPTR><AMISSING><MISSING>M</MISSING><MIS_START>01/07/2023</MIS_START><MIS_END>02/07/2023</MIS_END></AMISSING><AD_PLACED><DATE_PLACED>01/05/2023</DATE_PLACED></AD_PLACED><PERMANENCE><PREV_PERM>P1</PREV_PERM></PERMANENCE></HEADER>";
    let (mut document, mut header, mut episodes) = (String::new(), String::new(), String::new());
    // Ten of each, as counts tell of no fewer.
    for number in 0..10 {
        document.push_str(&child(&format!("A{number}"), OPEN));
        document.push_str(
            &child(&format!("B{number}"), OPEN)
                .replace("<UASC />", "<UASC>1</UASC>")
                .replace("14/05/2012", "14/05/2006"),
        );
        document.push_str(
            &child(&format!("C{number}"), OPEN)
                .replace("</HEADER>", single)
                .replace("14/05/2012", "14/05/2005"),
        );
        for (letter, born) in [("A", 2012), ("B", 2006), ("C", 2005)] {
            header.push_str(&format!("{letter}{number},1,14/05/{born},WBRI,UN3,,\n"));
            episodes.push_str(&format!("{letter}{number},10/06/2019,S,C2,N1,U4,PR1,,,,,,\n"));
        }
    }
    let as_xml = loaded(&app, &document).await;
    // Of each child header, review, answers (OC2) and episode; of ten UASC, of ten OC3, AD1, missing, placed and
    // permanence.
    assert_eq!(
        (as_xml.children, as_xml.read, as_xml.kept, as_xml.checked, as_xml.refused),
        (30, 180, 90, 90, 0)
    );
    for (population, count) in [
        (SocialWorkPopulation::LookedAfter, 30),
        (SocialWorkPopulation::UnaccompaniedAsylumSeeking, 10),
        (SocialWorkPopulation::CareLeaver, 10),
    ] {
        assert_eq!(standing_in(&app, population).await, count, "{population}");
    }
    let known = persons(&app).await;
    load(&app, CAMDEN, 2024, vec![header_of(&header), episodes_of(&episodes)]).await;
    assert_eq!(persons(&app).await, known, "the same children");
}

#[on_both_databases]
async fn what_is_refused_is_told_by_element_and_line(app: TestApp) {
    with_authorities(&app).await;
    let wrong = child("W", &OPEN.replace("<LS>C2", "<LS>QQ"));
    let nobody = child("", OPEN);
    let refused = child("R", OPEN).replace("<SEX>1", "<SEX>M");
    let document = format!("{}{wrong}{nobody}{refused}", several(4));
    let as_xml = loaded(&app, &document).await;
    let line_of = |text: &str| {
        let before = document.split(text).next().expect("a beginning");
        i64::try_from(before.matches('\n').count()).expect("a line") + 3
    };
    let told = problems(&app, as_xml.id).await;
    let find = |rule: &str| told.iter().find(|(one, ..)| one == rule).cloned().expect(rule);
    assert_eq!(find("144"), ("144".to_owned(), "Episodes".to_owned(), line_of("<LS>QQ"), true));
    assert_eq!(find("101"), ("101".to_owned(), "Header".to_owned(), line_of("<SEX>M"), true));
    assert!(find("CG05").3 && find("CG14").3);
    assert_eq!(as_xml.children, 5);
}

#[on_both_databases]
async fn elements_that_are_misspelt_or_there_twice_cost_the_row_and_the_return_if_they_are_everywhere(
    app: TestApp,
) {
    with_authorities(&app).await;
    let client = steward(&app, ALPHA).await;
    let good = several(4);
    for (one, other, rule) in [
        ("<DEC />", "<DECC>01/06/2023</DECC>", "CG09"),
        ("<DEC />", "<DEC>01/06/2023</DEC><DEC>02/06/2023</DEC>", "CG11"),
    ] {
        let as_xml =
            loaded(&app, &format!("{good}{}", child("W", &OPEN.replace(one, other)))).await;
        let told = problems(&app, as_xml.id).await;
        assert!(
            told.iter().any(|(told, file, _, refused)| (told.as_str(), file.as_str(), *refused)
                == (rule, "Episodes", true)),
            "{told:?}"
        );
        assert_eq!((as_xml.children, as_xml.refused), (5, 1));
    }
    for (right, wrong) in [
        ("DEC", "DECC"),
        ("LS", "LSS"),
        ("PLACE_PROVIDER", "PROVIDER_PLACE"),
        ("ETHNIC", "ETHNICITY"),
        ("UPN", "UPNN"),
    ] {
        let closed = good.replace("<DEC />", "<DEC></DEC>");
        let text = closed
            .replace(&format!("<{right}>"), &format!("<{wrong}>"))
            .replace(&format!("</{right}>"), &format!("</{wrong}>"));
        let (status, body) = send(&client, OVER_HTTP, &vec![("return.xml", document(&text))]).await;
        let message = body["errors"][0]["message"].as_str().unwrap_or_default();
        assert!(
            status == StatusCode::BAD_REQUEST && message.contains(&format!("{right} is nowhere")),
            "{wrong}: {body}"
        );
    }
    // What there is no such element of is told, and costs nobody anything.
    let as_xml = loaded(&app, &good.replace("<MOTHER />", "<MOTHER /><WORKER>7</WORKER>")).await;
    assert_eq!((as_xml.children, as_xml.refused, problems(&app, as_xml.id).await.len()), (4, 0, 1));
}

#[on_both_databases]
async fn xml_that_is_no_return_or_dangerous_is_refused(app: TestApp) {
    with_authorities(&app).await;
    let client = steward(&app, ALPHA).await;
    let text = |children: &str| String::from_utf8(document(children)).expect("UTF-8");
    let good = text(&several(2));
    let outside = good.replacen(
        "<EXPSSDA903>",
        "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><EXPSSDA903>",
        1,
    );
    let bomb = good.replacen(
        "<EXPSSDA903>",
        "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><EXPSSDA903>",
        1,
    );
    for (document, says) in [
        (outside, "document type"),
        (bomb, "document type"),
        (good.replace("X1", "&a;"), "entity"),
        (text(&"<CHILD>".repeat(1_000)), "deeper"),
        (
            text(&format!(
                "<CHILD><HEADER><CHILDID>{}</CHILDID></HEADER></CHILD>",
                "x".repeat(200_000)
            )),
            "malformed",
        ),
        (
            text(&format!("<CHILD><HEADER>{}</HEADER></CHILD>", "<MOTHER/>".repeat(60_000))),
            "more than",
        ),
        (good.replace("</EXPSSDA903>", ""), "ends in the middle"),
        (
            good.replace("<CHILD>", "<CHLD>").replace("</CHILD>", "</CHLD>"),
            "where a CHILD should be",
        ),
        (good.replace("EXPSSDA903", "RETURN"), "no SSDA903 return"),
        (census(2024, &in_need("A", "", "2010-05-06", false)), "children in need census"),
        (text(""), "There is no header table"),
    ] {
        let (status, body) =
            send(&client, OVER_HTTP, &vec![("return.xml", document.into_bytes())]).await;
        let message = body["errors"][0]["message"].as_str().unwrap_or_default();
        assert!(status == StatusCode::BAD_REQUEST && message.contains(says), "{says}: {body}");
    }
    let both = vec![("return.xml", good.into_bytes()), many(1, 2)[0].clone()];
    let (status, body) = send(&client, OVER_HTTP, &both).await;
    assert!(
        status == StatusCode::BAD_REQUEST
            && body["errors"][0]["message"].as_str().unwrap().contains("one XML file"),
        "{body}"
    );
}
