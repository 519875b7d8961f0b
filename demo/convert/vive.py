"""Findings of the Campbell review of targeted school-based interventions (Dietrichson et al. 2021; VIVE, MIT)."""

import re
from collections import defaultdict

from tables import read_csv
from text import plain, slug, tidy, whole

CENTRE = "education-endowment-foundation"
POPULATION = "pupils-with-academic-difficulties"
ROOT = "targeted-school-interventions"
METHODS = {
    "CAI": "computer-assisted-instruction",
    "Coaching_personnel": "coaching-of-school-personnel",
    "Incentives": "incentives",
    "Medium_group": "medium-group-instruction",
    "Other_method": "other-instructional-methods",
    "Peer_assisted": "peer-assisted-instruction",
    "Progress_monitoring": "progress-monitoring",
    "Small_group": "small-group-instruction",
}
SUBJECTS = {"Reading": "reading", "Math": "mathematics", "Composite": "attainment"}
LANGUAGES = {"English": "en", "German": "de", "Swedish": "sv"}
GENERIC_OUTLETS = ("Dissertation", "Report", "Conference abstract", "Conference proceedings", "Unpublished manuscript")


def add_findings(sources, bundle, catalogue, report):
    rows = read_csv(sources / "vive-campbell/Dietrichson2021_data.csv")
    studies = defaultdict(list)
    for number, row in enumerate(rows, 1):
        row["reference"] = f"row-{number:04}"
        studies[row["Study_ID"]].append(row)
    broader = broader_terms(rows, bundle)
    for number, found in sorted(studies.items()):
        study = f"vive-{number}"
        publications = {row["Title"]: add_publication(row, catalogue) for row in found}
        terms = {row["reference"]: intervention(row, catalogue, broader, bundle) for row in found}
        first = min(found, key=lambda row: (row["Year"], row["Title"]))
        bundle.add(
            "studies",
            slug=study,
            title=tidy(first["Title"]).rstrip("."),
            summary=summary(number, found),
            design=design(found),
            status="REPORTED",
            lead_centre=CENTRE,
            interventions=";".join(sorted({*terms.values()} | {term for row in found for term in methods(row)})),
            populations=";".join(populations(found)),
            publications=";".join(sorted(set(publications.values()))),
            contributed_by=CENTRE,
            visibility="PUBLIC",
        )
        for row in found:
            add_finding(row, study, publications[row["Title"]], terms[row["reference"]], bundle, report)


def methods(row):
    return [term for flag, term in METHODS.items() if row[flag] == "1"]


def methods_term(row, bundle):
    """One method is its own term; several make a combined one."""
    found = methods(row)
    if len(found) == 1:
        return found[0]
    names = [bundle.get("interventions", term)["name"] for term in found]
    name = ", ".join(names[:1] + [name[:1].lower() + name[1:] for name in names[1:]])
    term = slug("combined " + " ".join(found), 200)
    if not bundle.get("interventions", term):
        bundle.add("interventions", slug=term, name=name, broader="combined-instructional-methods")
    return term


def broader_terms(rows, bundle):
    """A named intervention stands under its method if all its rows agree, else under the root."""
    terms = defaultdict(set)
    for row in rows:
        terms[row["Name"]].add(methods_term(row, bundle))
    return {name: found.pop() if len(found) == 1 else ROOT for name, found in terms.items()}


def intervention(row, catalogue, broader, bundle):
    return catalogue.intervention("vive", row["Name"], broader[row["Name"]]) or methods_term(row, bundle)


def by_group(row):
    """Whether groups, not pupils, were assigned."""
    return not row["Level_treatment_assignment"].startswith(("Indiv", "Unclear"))


def design(found):
    kinds = {row["RCT_QES"] for row in found}
    if kinds != {"RCT"}:
        return "OTHER"
    return "CLUSTER_RANDOMISED" if any(by_group(row) for row in found) else "RANDOMISED"


def populations(found):
    low_income = any(row["Low_income_pct"] != "NA" and float(row["Low_income_pct"]) >= 50 for row in found)
    return [POPULATION] + (["pupils-from-low-income-families"] if low_income else [])


def summary(number, found):
    row = found[0]
    documents = "; ".join(sorted({tidy(row["Authors"]) for row in found}))
    kind = {
        "RCT": "Randomised",
        "QES": "Quasi-experimental; the source does not say of which kind",
        "QRCT": "Quasi-randomised",
    }
    text = f"Study {number} of the review of Dietrichson et al. (2021): {documents}. {kind[row['RCT_QES']]}. "
    text += f"Country: {row['Country']}. Level of assignment: {tidy(row['Level_treatment_assignment']).replace('Indivivdual', 'Individual').lower()}."
    if any(by_group(row) for row in found):
        text += " Groups were assigned, and the standard errors are not adjusted for that, so they are too small."
    return text


def add_publication(row, catalogue):
    """Titles come apart from the authors, who are given in short: only the surnames that are known, in order."""
    short = re.sub(r" \(.*$", "", tidy(row["Authors"]))
    authors = [name.strip() for name in re.sub(r" et al\.?.*$", "", short).split("&")]
    outlet = tidy(row["Outlet"])
    return catalogue.publication(
        tidy(row["Title"]).rstrip("."),
        authors,
        short,
        CENTRE,
        label=row["Authors"],
        published=row["Year"],
        kind=kind(outlet, row["Publishing_status"]),
        venue="" if outlet in GENERIC_OUTLETS else outlet,
        language=LANGUAGES[row["Language"]],
    )


def kind(outlet, published_in_journal):
    lower = outlet.lower()
    if lower == "dissertation":
        return "THESIS"
    if "conference" in lower:
        return "CONFERENCE_PAPER"
    if "working paper" in lower:
        return "WORKING_PAPER"
    if "report" in lower:
        return "REPORT"
    return "JOURNAL_ARTICLE" if published_in_journal == "1" else "OTHER"


def clusters(row):
    """Schools or classrooms, if it was they that were assigned and the source counts them."""
    level = row["Level_treatment_assignment"]
    column = {"School": "N_schools", "Classroom": "N_classrooms", "Classrooms": "N_classrooms"}.get(level)
    count = whole(row[column]) if column else ""
    return count if count != "0" else ""


def add_finding(row, study, publication, term, bundle, report):
    sizes = {column: whole(row[column]) for column in ("N_treatment", "N_control", "N_total")}
    for column, size in sizes.items():
        if not size:
            report.count("VIVE participant numbers left empty: not whole", f"{row['reference']} {column}")
    bundle.add(
        "findings",
        study=study,
        reference=row["reference"],
        publication=publication,
        intervention=term,
        outcome=SUBJECTS[row["Test_subject"]],
        outcome_detail=f"Test in {SUBJECTS[row['Test_subject']]}; effect from {row['Estimation_method']}"
        if row["Test_subject"] != "Composite"
        else f"Composite test; effect from {row['Estimation_method']}",
        population=POPULATION,
        measure="STANDARDISED_MEAN_DIFFERENCE",
        estimate=plain(row["Effectsize_g"]),
        standard_error=plain(row["SE_g"]),
        participants_intervention=sizes["N_treatment"],
        participants_comparison=sizes["N_control"],
        participants_total=sizes["N_total"],
        clusters=clusters(row),
        time_point="Post-test" if row["Post"] == "1" else "Follow-up",
        contributed_by=CENTRE,
        visibility="PUBLIC",
    )
