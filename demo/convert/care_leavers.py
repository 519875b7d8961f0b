"""Findings and GRADE ratings of the systematic review of support for care leavers (Taylor et al., CC-BY-4.0)."""

import re
from collections import defaultdict

from citations import parse_date, read_bibtex
from tables import read_csv
from text import plain, slug, tidy
from workbook import read_workbook

CENTRE = "foundations"
DOMAINS = ("education", "employment", "health", "homelessness", "life_skills", "relationships")
KINDS = {"article": "JOURNAL_ARTICLE", "techreport": "REPORT", "phdthesis": "THESIS"}
CERTAINTY = {"High": "high", "Moderate": "moderate", "Low": "low", "Very low": "very-low"}


def add_findings(sources, bundle, catalogue, mapping, report):
    folder = sources / "care-leaver-review"
    entries = read_bibtex(folder / "references.bib")
    publication = lambda key: add_publication(key, entries, bundle, catalogue)
    studies = {row["source_study"]: row for row in mapping("care_leaver_studies")}
    add_studies(studies, mapping("care_leaver_registrations"), publication, bundle)
    cited = {(row["author"], row["study"]): row["publication"] for row in mapping("care_leaver_citations")}
    outcomes = {row["source_outcome"]: row for row in mapping("care_leaver_outcomes")}
    for domain in DOMAINS:
        for number, row in enumerate(read_csv(folder / f"{domain}_es_data.csv"), 1):
            reference = f"{domain.replace('_', '-')}-{number:02}"
            if row["se"] == "NA":
                report.count(
                    "care-leaver rows left out: no standard error, and an interval that is not one of a "
                    "standardised mean difference",
                    f"{row['study']}: {row['outcome']}",
                )
                continue
            if not float(row["ci.lo"]) <= float(row["es"]) <= float(row["ci.hi"]):
                report.count("findings left out: the interval does not contain the estimate", reference)
                continue
            study = studies[row["study"]]
            key = cited.get((row["author"], study["study"]), "")
            add_finding(row, reference, study, publication(key) if key else "", outcomes, bundle)
    add_grade_ratings(folder, mapping("grade_sheets"), bundle)


def add_studies(studies, registrations, publication, bundle):
    registered = {row["study"]: row for row in registrations}
    names = defaultdict(list)
    for row in studies.values():
        names[row["study"]].append(row)
    for study, rows in names.items():
        row = rows[0]
        also = f" The source also calls it {rows[1]['source_study']}." if len(rows) > 1 else ""
        bundle.add(
            "studies",
            slug=study,
            title=row["source_study"],
            summary=f"Included in the systematic review of support for young people leaving care by Taylor et al."
            f"{also} Design: {row['design_reason']}",
            design=row["design"],
            status="REPORTED",
            **{k: registered.get(study, {}).get(k, "") for k in ("registry", "registration_id", "registration_url")},
            lead_centre=CENTRE,
            interventions=row["intervention"],
            populations="care-leavers",
            publications=";".join(sorted(publication(key) for key in row["publications"].split(";") if key)),
            contributed_by=CENTRE,
            visibility="PUBLIC",
        )


def add_publication(key, entries, bundle, catalogue):
    """A publication of the bibliography, or `wwc:NUMBER` for one that came with a study of the Clearinghouse."""
    if key.startswith("wwc:"):
        return bundle.get("studies", key.replace(":", "-"))["publications"]
    entry = entries[key]
    authors = entry["author"].split(" and ")
    return catalogue.publication(
        entry["title"],
        authors,
        key,
        CENTRE,
        published=parse_date(f"{entry.get('month', '')} {entry['year']}"),
        kind=KINDS.get(entry["entry"], "OTHER"),
        venue=entry.get("journal") or entry.get("institution") or entry.get("school", ""),
        doi=entry.get("doi", "").lower(),
        url=entry.get("url", "") if "doi" not in entry else "",
        language=entry.get("language", ""),
    )


def add_finding(row, reference, study, publication, outcomes, bundle):
    outcome = outcomes[row["outcome"]]
    bundle.add(
        "findings",
        study=study["study"],
        reference=reference,
        publication=publication,
        intervention=study["intervention"],
        outcome=outcome["outcome"],
        outcome_detail=outcome["detail"],
        population="care-leavers",
        measure="STANDARDISED_MEAN_DIFFERENCE",
        estimate=plain(row["es"]),
        standard_error=plain(row["se"]),
        interval_level="0.95",
        interval_lower=plain(row["ci.lo"]),
        interval_upper=plain(row["ci.hi"]),
        participants_total=row["sample.size"],
        time_point=row["outcome_timing"],
        contributed_by=CENTRE,
        visibility="PUBLIC",
    )


def add_grade_ratings(folder, sheets, bundle):
    """One rating a row of the GRADE summary: an intervention, for one outcome. Reasons from the detailed table."""
    summaries = read_workbook(folder / "grade_summary_results.xlsx")
    details = read_workbook(folder / "grade_detailed_results.xlsx")
    for sheet in sheets:
        name = sheet["sheet"]
        reasons = {same_outcome(row[0]): row for row in details[name][1:]}
        for row in summaries[name][1:]:
            level = re.search(r"⊕ \\\s*([A-Za-z ]+)", row[5])
            if not level:
                continue
            outcome = tidy(row[0])
            detail = reasons[same_outcome(row[0])]
            why = "; ".join(
                f"{tidy(title)}: {tidy(cell)}" for title, cell in zip(details[name][0][1:], detail[1:]) if "downgrade" in cell
            )
            bundle.add(
                "ratings",
                contributed_by=CENTRE,
                reference=f"grade-{name.split('_')[1]}-{slug(outcome, 60)}",
                standard="grade",
                version="1",
                subject_kind="INTERVENTION",
                subject=sheet["intervention"],
                scores=f"certainty={CERTAINTY[level[1].strip()]}",
                rationale=f"Outcome: {outcome}. {tidy(row[3])}. Participants (studies): {tidy(row[4])}. {why}.",
                visibility="PUBLIC",
            )


def same_outcome(text):
    """The two workbooks space the same outcome differently."""
    return re.sub(r"\W", "", text).lower()
