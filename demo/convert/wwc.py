"""Findings of the What Works Clearinghouse (United States, public domain), as collected by Wolf."""

import re
from collections import defaultdict
from datetime import datetime

from citations import find_doi, parse_citation, parse_date
from tables import read_csv
from text import single_precision, tidy, whole

CENTRE = "education-endowment-foundation"
BANDS = {
    "PK & K": "pupils-pre-kindergarten-and-kindergarten",
    "K-3": "pupils-grades-k-3",
    "3-6": "pupils-grades-3-6",
    "6-9": "pupils-grades-6-9",
    "9-12": "pupils-grades-9-12",
}
TYPES = {
    "s_program_type_curriculum": "whole-curricula",
    "s_program_type_supplement": "supplementary-programmes",
    "s_program_type_practice": "teaching-practices",
    "s_program_type_school_level": "school-level-programmes",
    "s_program_type_teacher_level": "teacher-level-programmes",
}
LEVELS = {
    "Meets WWC standards without reservations": "without-reservations",
    "Meets WWC standards with reservations": "with-reservations",
    "Does not meet WWC standards": "does-not-meet",
}
PUBLISHER = r"(?:^|[.)] )[A-Z][^:.()]{2,40}(?:, [A-Z]{2})?: ([A-Z][^:]{2,200}?)\.?(?: Retrieved .*)?$"  # City, ST: Publisher
WHOLE_SAMPLES = {"", "full sample", "overall", "full", "total", "all students", "whole sample", "full sample."}


def add_findings(sources, bundle, catalogue, mapping, report):
    rows = read_csv(sources / "wwc-wolf/wwc_findings.csv")
    outcomes = {(row["recoded_domain"], row["domain"]): row["outcome"] for row in mapping("wwc_outcomes")}
    named = {row["study"]: row["population"] for row in mapping("wwc_study_populations")}
    broader = broader_terms(rows)
    studies = defaultdict(list)
    for row in rows:
        if row["f_period"].strip().lower() == "pretest":
            report.count("WWC rows left out: measured before the intervention", row["f_findingid"])
        else:
            studies[row["s_studyid"]].append(row)
    titles = defaultdict(int)
    for number, found in sorted(studies.items()):
        publication, title = add_publication(found[0], catalogue, report)
        titles[title] += 1
        study = f"wwc-{number}"
        terms = {row["f_findingid"]: intervention(row, catalogue, broader) for row in found}
        bundle.add(
            "studies",
            slug=study,
            title=title if titles[title] == 1 else f"{title} (WWC study {number})",
            summary=summary(number, found),
            design=design(found),
            status="REPORTED",
            lead_centre=CENTRE,
            interventions=";".join(sorted(set(terms.values()) - {""})),
            populations=";".join(sorted(populations(found) | ({named[number]} if number in named else set()))),
            publications=publication,
            contributed_by=CENTRE,
            visibility="PUBLIC",
        )
        for row in found:
            add_finding(row, study, publication, terms[row["f_findingid"]], outcomes, bundle)
        add_ratings(number, study, found, bundle, report)


def broader_terms(rows):
    """A named intervention stands under its program type if all its rows agree on exactly one."""
    types = defaultdict(set)
    for row in rows:
        types[row["s_interventionid"]].update(term for flag, term in TYPES.items() if row[flag] == "1")
    return {key: found.pop() if len(found) == 1 else "education-programmes" for key, found in types.items()}


def intervention(row, catalogue, broader):
    return catalogue.intervention("wwc", row["s_intervention_name"], broader[row["s_interventionid"]])


def counts_clusters(row):
    """The cluster column sometimes repeats the number of pupils; it counts clusters only if it is smaller."""
    return row["f_cluster_ss"].isdigit() and 0 < int(row["f_cluster_ss"]) < int(row["f_ss"])


def design(found):
    if found[0]["s_study_design"] == "QED":
        return "MATCHED_COMPARISON"
    return "CLUSTER_RANDOMISED" if any(counts_clusters(row) for row in found) else "RANDOMISED"


def populations(found):
    terms = {BANDS[row["grade_band"]] for row in found if row["grade_band"]}
    for column, term in (
        ("s_frpl", "pupils-from-low-income-families"),
        ("s_ell", "pupils-learning-english-as-an-additional-language"),
    ):
        if any(row[column] and float(row[column]) >= 50 for row in found):
            terms.add(term)
    return terms


def summary(number, found):
    row = found[0]
    text = (
        f"Study {number} of the What Works Clearinghouse (https://ies.ed.gov/ncee/wwc/Study/{number}), "
        f"reviewed for: {tidy(row['s_purpose_of_review'])}; protocol: {tidy(row['s_protocol'])}."
    )
    if row["s_study_design"] == "QED":
        text += " Quasi-experimental; the source does not say of which kind."
    return text


def add_publication(row, catalogue, report):
    citation, tail = tidy(row["s_citation"]), tidy(row["s_publication"])
    parsed = parse_citation(citation, tail)
    if parsed is None:
        report.count("WWC citations whose title could not be told: the whole citation stands as title", citation[:60])
        parsed = {"authors": None, "date": parse_date(row["s_publication_date"]), "title": citation}
    elif parsed["authors"] is None:
        report.count("WWC citations whose authors could not be told", citation[:60])
    kind, venue = kind_and_venue(citation, tail, row["s_ericid"])
    eric = row["s_ericid"]
    slug = catalogue.publication(
        parsed["title"],
        parsed["authors"],
        citation,
        CENTRE,
        published=parsed["date"],
        kind=kind,
        venue=venue,
        doi=find_doi(citation),
        url=f"https://eric.ed.gov/?id={eric}" if eric else "",
    )
    return slug, parsed["title"]


def kind_and_venue(citation, tail, eric):
    """Kind and venue by what the citation says; ERIC numbers that begin with EJ are journal articles."""
    lower = citation.lower()
    if "dissertation" in lower or "doctoral" in lower or "master's thesis" in lower:
        return "THESIS", ""
    if re.search(r"paper presented|presented at", lower):
        return "CONFERENCE_PAPER", ""
    journal = re.match(r"(?!Retrieved)([A-Z][^;.\d]{5,90}), *(?:\d+ ?\(|\d+, *\d+)", tail)
    if journal:
        return "JOURNAL_ARTICLE", journal[1]
    if eric.startswith("EJ") and not re.match(r"[A-Z][\w ]+, [A-Z]{2}:", tail):
        name = re.match(r"(?!Retrieved)([A-Z][^;.\d]{5,90}?)(?:[,.]|$)", tail)
        return "JOURNAL_ARTICLE", name[1] if name else ""
    if "unpublished" in lower or "in press" in lower:
        return "OTHER", ""
    if "working paper" in lower:
        return "WORKING_PAPER", ""
    if tail.startswith("In ") or re.search(r"\. In [A-Z].*\(Eds?\.\)", citation):
        return "BOOK_CHAPTER", ""
    publisher = re.search(PUBLISHER, tail)
    if publisher and "http" not in publisher[1]:
        name = re.sub(r"[.,] \d.*$", "", publisher[1]).strip(" .")
        return "REPORT", "" if name == "Author" else name
    if re.search(r"\breport\b|\bNCEE\b", citation, re.I):
        return "REPORT", ""
    return "OTHER", ""


def add_finding(row, study, publication, term, outcomes, bundle):
    recoded, domain = row["outcome_domain"], tidy(row["f_outcome_domain"])
    sample = tidy(row["f_sample_description"])
    detail = tidy(row["f_outcome_measure"])
    if sample.lower() not in WHOLE_SAMPLES:
        detail += f" (sample: {sample})"
    bundle.add(
        "findings",
        study=study,
        reference=row["f_findingid"],
        publication=publication,
        intervention=term,
        outcome=outcomes.get((recoded, domain)) or outcomes[recoded, ""],
        outcome_detail=detail,
        population=BANDS.get(row["grade_band"], ""),
        measure="STANDARDISED_MEAN_DIFFERENCE",
        estimate=single_precision(row["f_effect_size_wwc"]),
        participants_intervention=whole(row["f_t_ss"]),
        participants_comparison=whole(row["f_c_ss"]),
        participants_total=whole(row["f_ss"]),
        clusters=row["f_cluster_ss"] if counts_clusters(row) else "",
        time_point=tidy(row["f_period"]),
        subgroup=sample if row["f_is_subgroup"] == "True" else "",
        contributed_by=CENTRE,
        visibility="PUBLIC",
    )


def add_ratings(number, study, found, bundle, report):
    versions = sorted({single_precision(row["s_standards_version"]) for row in found}, key=float)
    if len(versions) > 1:
        report.count("WWC studies rated under several versions: the latest is recorded", study)
    reason = tidy(found[0]["s_rating_reason"])
    common = {"contributed_by": CENTRE, "visibility": "PUBLIC", "subject_kind": "STUDY", "subject": study}
    bundle.add(
        "ratings",
        reference=f"wwc-study-{number}",
        standard="wwc-study-rating",
        version=versions[-1],
        scores=f"rating={LEVELS[found[0]['s_study_rating']]}",
        rationale=reason[:1].upper() + reason[1:] if reason else "",
        rated_on=rated_on(found),
        **common,
    )
    tiers = sorted(row["f_essa_rating"][-1] for row in found if row["f_essa_rating"])
    if tiers:
        bundle.add(
            "ratings",
            reference=f"essa-study-{number}",
            standard="essa-tiers",
            version="1",
            scores=f"tier={tiers[0]}",
            rationale=f"The Clearinghouse gives a tier by finding; this is the highest, of "
            f"{tiers.count(tiers[0])} of {len(found)} findings.",
            **common,
        )


def rated_on(found):
    """The day on which the Clearinghouse posted its latest review of the study, where the source has it."""
    days = [datetime.strptime(row["s_posting_date"].split(" ")[0], "%m/%d/%Y") for row in found if row["s_posting_date"]]
    return max(days).strftime("%Y-%m-%d") if days else ""
