//! What nobody and a stranger find behind each root field.

/// What somebody finds behind a field.
pub(super) enum Found {
    /// This value of the field, as JSON: only what is public.
    Is(&'static str),
    /// A refusal with this code.
    Refused(&'static str),
}

use Found::{Is, Refused};

/// A root field and what a query for it gives to nobody and to a stranger. In the query, `<DRAFT>`, `<PUBLIC>` (studies),
/// `<PUBLICATION>`, `<HIDDEN>` (publications), `<FEEDBACK>` and `<TOKEN>` stand for global ids.
pub(super) type Door = (&'static str, &'static str, Found, Found);

/// A field that gives both the same: what is public.
const fn open(field: &'static str, query: &'static str, value: &'static str) -> Door {
    (field, query, Is(value), Is(value))
}

pub(super) const DOORS: &[Door] = &[
    // The network is everybody's.
    open(
        "Query.centre",
        r#"{ centre(slug: "alpha-centre") { slug studies { totalCount nodes { slug } } } }"#,
        r#"{"slug":"alpha-centre","studies":{"totalCount":1,"nodes":[{"slug":"public"}]}}"#,
    ),
    open(
        "Query.centres",
        "{ centres { totalCount nodes { slug } } }",
        r#"{"totalCount":2,"nodes":[{"slug":"alpha-centre"},{"slug":"beta-centre"}]}"#,
    ),
    open("Query.evidenceStandard", r#"{ evidenceStandard(slug: "none") { slug } }"#, "null"),
    open(
        "Query.evidenceStandards",
        "{ evidenceStandards { totalCount nodes { slug } } }",
        r#"{"totalCount":0,"nodes":[]}"#,
    ),
    open("Query.localAuthorities", "{ localAuthorities { totalCount } }", r#"{"totalCount":0}"#),
    open("Query.localAuthority", r#"{ localAuthority(gssCode: "E08000035") { name } }"#, "null"),
    open("Query.programme", r#"{ programme(slug: "none") { slug } }"#, "null"),
    open("Query.programmes", "{ programmes { totalCount } }", r#"{"totalCount":0}"#),
    // So are the vocabularies; the evidence behind a term is not.
    open(
        "Query.intervention",
        r#"{ intervention(slug: "tutoring") { studies { nodes { slug } } } }"#,
        r#"{"studies":{"nodes":[{"slug":"public"}]}}"#,
    ),
    open(
        "Query.interventions",
        "{ interventions { nodes { slug studies { totalCount } } } }",
        r#"{"nodes":[{"slug":"tutoring","studies":{"totalCount":1}}]}"#,
    ),
    open(
        "Query.outcome",
        r#"{ outcome(slug: "reading") { findings { totalCount nodes { reference } } } }"#,
        r#"{"findings":{"totalCount":1,"nodes":[{"reference":"public"}]}}"#,
    ),
    open(
        "Query.outcomes",
        "{ outcomes { nodes { slug findings { totalCount } } } }",
        r#"{"nodes":[{"slug":"reading","findings":{"totalCount":1}}]}"#,
    ),
    open(
        "Query.population",
        r#"{ population(slug: "children") { studies { totalCount } } }"#,
        r#"{"studies":{"totalCount":1}}"#,
    ),
    open(
        "Query.populations",
        "{ populations { nodes { slug studies { totalCount } } } }",
        r#"{"nodes":[{"slug":"children","studies":{"totalCount":1}}]}"#,
    ),
    // Of the evidence, what is public.
    open("Query.study", r#"{ study(slug: "draft") { id } }"#, "null"),
    open(
        "Query.studies",
        "{ studies(filter: {includeWithdrawn: true}) { totalCount nodes { slug } } }",
        r#"{"totalCount":1,"nodes":[{"slug":"public"}]}"#,
    ),
    open("Query.publication", r#"{ publication(doi: "10.5555/draft") { id } }"#, "null"),
    open(
        "Query.publications",
        "{ publications { totalCount nodes { slug studies { totalCount } } } }",
        r#"{"totalCount":1,"nodes":[{"slug":"public","studies":{"totalCount":1}}]}"#,
    ),
    open(
        "Query.possibleDuplicates",
        "{ possibleDuplicates { totalCount nodes { similarity } } }",
        r#"{"totalCount":0,"nodes":[]}"#,
    ),
    open(
        "Query.findings",
        "{ findings { totalCount nodes { reference } } }",
        r#"{"totalCount":1,"nodes":[{"reference":"public"}]}"#,
    ),
    open("Query.collaboration", r#"{ collaboration(slug: "draft") { id } }"#, "null"),
    open(
        "Query.collaborations",
        "{ collaborations { totalCount nodes { slug } } }",
        r#"{"totalCount":1,"nodes":[{"slug":"public"}]}"#,
    ),
    open(
        "Query.reportCard",
        r#"{ reportCard(from: "2019-01-01", to: "2019-12-31") {
            studiesLaunched { totalCount } collaborations { totalCount } byCentre { studiesLaunched }
            feedbackReceived { totalCount nodes { reference } } } }"#,
        r#"{"studiesLaunched":{"totalCount":0},"collaborations":{"totalCount":0},"byCentre":[],
            "feedbackReceived":{"totalCount":1,"nodes":[{"reference":"public"}]}}"#,
    ),
    open(
        "Query.changes",
        "{ changes(first: 100, kinds: [COLLABORATION, STUDY, PUBLICATION, FINDING, ACCESS_TOKEN, SIGNING_KEY]) { nodes { kind } } }",
        r#"{"nodes":[{"kind":"COLLABORATION"},{"kind":"STUDY"},{"kind":"PUBLICATION"},{"kind":"FINDING"}]}"#,
    ),
    // The same as it happens: all that they hear of what `furnish` makes. A cursor of its beginning is `<BEGINNING>`.
    open(
        "Subscription.changes",
        r#"subscription { changes(after: "<BEGINNING>", kinds: [COLLABORATION, STUDY, PUBLICATION, FINDING, ACCESS_TOKEN, SIGNING_KEY])
            { node { kind subject { __typename ... on Collaboration { slug } ... on Study { slug } } } } }"#,
        r#"[{"node":{"kind":"COLLABORATION","subject":{"__typename":"Collaboration","slug":"public"}}},
            {"node":{"kind":"STUDY","subject":{"__typename":"Study","slug":"public"}}},
            {"node":{"kind":"PUBLICATION","subject":{"__typename":"Publication"}}},
            {"node":{"kind":"FINDING","subject":{"__typename":"Finding"}}},
            {"node":{"kind":"STUDY","subject":{"__typename":"Study","slug":"end"}}}]"#,
    ),
    // What strangers find by ids of everything else, `nodes.rs` tells.
    open("Query.node", r#"{ node(id: "<DRAFT>") { id } }"#, "null"),
    open(
        "Query.nodes",
        r#"{ nodes(ids: ["<DRAFT>", "<PUBLIC>", "<TOKEN>"]) { __typename } }"#,
        r#"[null,{"__typename":"Study"},null]"#,
    ),
    (
        "Query.viewer",
        "{ viewer { centre { slug } tokenName scopes } }",
        Is(r#"{"centre":null,"tokenName":null,"scopes":[]}"#),
        Is(
            r#"{"centre":{"slug":"beta-centre"},"tokenName":"test","scopes":["young-people:statistics"]}"#,
        ),
    ),
    // So are the records of tokens, and the audit.
    ("Query.accessToken", r#"{ accessToken(id: "<TOKEN>") { name } }"#, Is("null"), Is("null")),
    (
        "Query.accessTokens",
        "{ accessTokens { nodes { name } } }",
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Query.accessTokenForecast",
        "{ accessTokenForecast { ending } }",
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Query.auditEvents",
        "{ auditEvents { nodes { action } } }",
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    // Whoever changes something says who they are, and may.
    (
        "Mutation.giveFeedback",
        r#"mutation { giveFeedback(input: {centre: "alpha-centre", fromRole: "x", text: "x"}) { feedback { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.answerFeedback",
        r#"mutation { answerFeedback(input: {id: "<FEEDBACK>", answer: "x", expectedVersion: 1}) { feedback { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.joinPublications",
        r#"mutation { joinPublications(input: {keep: "<PUBLICATION>", expectedVersionOfKept: 1, join: "<HIDDEN>",
            expectedVersionOfJoined: 1, reason: "x"}) { publication { id } } }"#,
        Refused("NOT_FOUND"),
        Refused("NOT_FOUND"),
    ),
    (
        "Mutation.declareDistinct",
        r#"mutation { declareDistinct(input: {one: "<PUBLICATION>", other: "<HIDDEN>", reason: "x"}) { one { id } } }"#,
        Refused("NOT_FOUND"),
        Refused("NOT_FOUND"),
    ),
    (
        "Mutation.approveAccessToken",
        r#"mutation { approveAccessToken(input: {id: "<TOKEN>"}) { accessToken { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.rotateAccessToken",
        r#"mutation { rotateAccessToken(input: {id: "<TOKEN>"}) { token } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.revokeAccessTokens",
        r#"mutation { revokeAccessTokens(input: {centre: "alpha-centre", reason: "x"}) { revoked } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.issueAccessToken",
        r#"mutation { issueAccessToken(input: {name: "x", centre: "alpha-centre", scopes: ["evidence:read"]}) { token } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.revokeAccessToken",
        r#"mutation { revokeAccessToken(input: {id: "<TOKEN>", reason: "x"}) { accessToken { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.addCentre",
        r#"mutation { addCentre(input: {name: "x", policyArea: "x"}) { centre { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.reviseCentre",
        r#"mutation { reviseCentre(input: {id: "<CENTRE>", expectedVersion: 1}) { centre { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.addPerson",
        r#"mutation { addPerson(input: {name: "x"}) { person { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.revisePerson",
        r#"mutation { revisePerson(input: {id: "<PERSON>", expectedVersion: 1}) { person { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.addLocalAuthority",
        r#"mutation { addLocalAuthority(input: {gssCode: "E08000035", name: "x", country: "x"}) { localAuthority { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.reviseLocalAuthority",
        r#"mutation { reviseLocalAuthority(input: {id: "<LOCALAUTHORITY>", expectedVersion: 1}) { localAuthority { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.addPartner",
        r#"mutation { addPartner(input: {name: "x"}) { partner { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.revisePartner",
        r#"mutation { revisePartner(input: {id: "<PARTNER>", expectedVersion: 1}) { partner { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.addProgramme",
        r#"mutation { addProgramme(input: {title: "x"}) { programme { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.reviseProgramme",
        r#"mutation { reviseProgramme(input: {id: "<PROGRAMME>", expectedVersion: 1}) { programme { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.addEngagement",
        r#"mutation { addEngagement(input: {localAuthority: "E08000035", kind: VISIT}) { engagement { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.reviseEngagement",
        r#"mutation { reviseEngagement(input: {id: "<ENGAGEMENT>", expectedVersion: 1}) { engagement { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.addIntervention",
        r#"mutation { addIntervention(input: {name: "x"}) { intervention { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.reviseIntervention",
        r#"mutation { reviseIntervention(input: {id: "<INTERVENTION>", expectedVersion: 1}) { intervention { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.addOutcome",
        r#"mutation { addOutcome(input: {name: "x"}) { outcome { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.reviseOutcome",
        r#"mutation { reviseOutcome(input: {id: "<OUTCOME>", expectedVersion: 1}) { outcome { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.addPopulation",
        r#"mutation { addPopulation(input: {name: "x"}) { population { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.revisePopulation",
        r#"mutation { revisePopulation(input: {id: "<POPULATION>", expectedVersion: 1}) { population { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.contributeStudy",
        r#"mutation { contributeStudy(input: {title: "x", design: PILOT, status: PLANNED}) { study { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.reviseStudy",
        r#"mutation { reviseStudy(input: {id: "<PUBLIC>", expectedVersion: 1}) { study { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.contributePublication",
        r#"mutation { contributePublication(input: {title: "x", kind: REPORT}) { publication { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.revisePublication",
        r#"mutation { revisePublication(input: {id: "<PUBLICATION>", expectedVersion: 1}) { publication { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.contributeFinding",
        r#"mutation { contributeFinding(input: {study: "public", outcome: "x", measure: FISHER_Z, estimate: 0.1}) { finding { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.contributeFindings",
        r#"mutation { contributeFindings(input: {findings: [{study: "public", outcome: "x", measure: FISHER_Z, estimate: 0.1}]}) { contributed } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.reviseFinding",
        r#"mutation { reviseFinding(input: {id: "<FINDING>", expectedVersion: 1}) { finding { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.rate",
        r#"mutation { rate(input: {subject: "<PUBLIC>", standard: "none", scores: []}) { rating { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.rateMany",
        r#"mutation { rateMany(input: {ratings: [{subject: "<PUBLIC>", standard: "none", scores: []}]}) { contributed } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.reviseRating",
        r#"mutation { reviseRating(input: {id: "<RATING>", expectedVersion: 1}) { rating { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.withdraw",
        r#"mutation { withdraw(input: {id: "<PUBLIC>", reason: "x", expectedVersion: 1}) { thing { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.beginCollaboration",
        r#"mutation { beginCollaboration(input: {title: "x", members: ["alpha-centre"]}) { collaboration { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.reviseCollaboration",
        r#"mutation { reviseCollaboration(input: {id: "<COLLABORATION>", expectedVersion: 1}) { collaboration { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.addEvidenceStandard",
        r#"mutation { addEvidenceStandard(input: {name: "x"}) { evidenceStandard { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.reviseEvidenceStandard",
        r#"mutation { reviseEvidenceStandard(input: {id: "<STANDARD>", expectedVersion: 1}) { evidenceStandard { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.addCrosswalkReading",
        r#"mutation { addCrosswalkReading(input: {from: {standard: "x", dimension: "x", level: "1"}, to: {standard: "y", dimension: "y", level: "1"}, relation: SIMILAR, caveat: "x"}) { reading { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.reviseCrosswalkReading",
        r#"mutation { reviseCrosswalkReading(input: {id: "<READING>", expectedVersion: 1}) { reading { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.withdrawFromNetwork",
        r#"mutation { withdrawFromNetwork(input: {id: "<OUTCOME>", reason: "x", expectedVersion: 1}) { thing { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    // Young people: nobody sees a row, or who else does.
    (
        "Query.youngPeople",
        r#"{ youngPeople { returns { nodes { id } } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.proposeDataSharingAgreement",
        r#"mutation { proposeDataSharingAgreement(input: {recipient: "alpha-centre", controllers: ["E08000035"], purpose: "x", legalBasis: "x", populations: [IN_NEED], fields: [SEX], startsOn: "2024-01-01", endsOn: "2024-02-01", retentionUntil: "2025-01-01"}) { agreement { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.approveDataSharingAgreement",
        r#"mutation { approveDataSharingAgreement(input: {id: "FAAAAAAAAAAAAAAAAAAAAAA", expectedVersion: 1}) { agreement { id } } }"#,
        Refused("NOT_FOUND"),
        Refused("NOT_FOUND"),
    ),
    (
        "Mutation.endDataSharingAgreement",
        r#"mutation { endDataSharingAgreement(input: {id: "FAAAAAAAAAAAAAAAAAAAAAA", expectedVersion: 1, reason: "x"}) { agreement { id } } }"#,
        Refused("NOT_FOUND"),
        Refused("NOT_FOUND"),
    ),
    (
        "Mutation.recordParticipation",
        r#"mutation { recordParticipation(input: {agreement: "FAAAAAAAAAAAAAAAAAAAAAA", pseudonym: "x", study: "<PUBLIC>", arm: "x", enrolledOn: "2024-01-01"}) { person { pseudonym } } }"#,
        Refused("NOT_FOUND"),
        Refused("NOT_FOUND"),
    ),
    (
        "Mutation.eraseReturn",
        r#"mutation { eraseReturn(input: {id: "EwAAAAAAAAAAAAAAAAAAAAA"}) { return { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.eraseYoungPerson",
        r#"mutation { eraseYoungPerson(input: {localAuthority: "E08000035", childId: "x"}) { returns } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.appointSteward",
        r#"mutation { appointSteward(input: {accessToken: "<TOKEN>", localAuthorities: []}) { localAuthorities { gssCode } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Subscription.returnProgress",
        r#"subscription { returnProgress(id: "EwAAAAAAAAAAAAAAAAAAAAA") { children } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
];
