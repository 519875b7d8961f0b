"""The bundle as tables: which files and columns there are, and how to read and write them.

This mirrors docs/bundle.md. A column is written as `name`, then `!` if it is part of the key,
`*` if it must be filled, and `:type`. Types are explained in check.py.
"""

import csv
import json
from pathlib import Path

SHARED = (
    "contributed_by*:ref(centres) visibility:enum(visibility) shared_with:refs(collaborations) "
    "embargoed_until:time withdrawn_at:time withdrawal_reason superseded_by"
)
TERM = "slug!*:slug name* description broader:ref({0}) owner:ref(centres) synonyms:list"

SPEC = {
    "centres": "slug!*:slug name* short_name policy_area* description founded:partial homepage:url ror_id:ror "
    "successor:ref(centres)",
    "centre_statuses": "centre!*:ref(centres) since!*:partial status*:enum(centre_status) until:partial note",
    "people": "slug!*:slug name* orcid:orcid",
    "person_roles": "person!*:ref(people) centre!*:ref(centres) title!* since!:partial until:partial",
    "local_authorities": "gss_code!*:gss name* official_name country*:enum(country) region authority_type "
    "dfe_number:dfe established:partial abolished:partial successors:refs(local_authorities)",
    "partners": "slug!*:slug name* kind homepage:url",
    "programmes": "slug!*:slug title* summary lead_centre*:ref(centres) partners:refs(partners) started:partial "
    "ended:partial homepage:url studies_stated:whole partners_stated:whole local_authorities_stated:whole",
    "engagements": "centre!*:ref(centres) reference!* local_authority*:ref(local_authorities) "
    "kind*:enum(engagement_kind) summary started:partial ended:partial",
    "interventions": TERM.format("interventions"),
    "outcomes": TERM.format("outcomes"),
    "populations": TERM.format("populations"),
    "term_labels": "vocabulary!*:enum(vocabulary) term!*:term centre!*:ref(centres) label*",
    "standards": "slug!*:slug name* owner:ref(centres) homepage:url description",
    "standard_versions": "standard!*:ref(standards) version!* position*:position since:partial until:partial note",
    "standard_dimensions": "standard!*:ref(standards) version!* dimension!* name* position*:position description",
    "standard_levels": "standard!*:ref(standards) version!* dimension!* level!* ordinal*:whole label* description "
    "strength:enum(strength)",
    "crosswalk": "from_standard!*:ref(standards) from_version!* from_dimension!* from_level!* "
    "to_standard!*:ref(standards) to_version!* to_dimension!* to_level!* relation*:enum(relation) caveat* source",
    "collaborations": "slug!*:slug title* summary members*:refs(centres) started:partial ended:partial " + SHARED,
    "publications": "slug!*:slug title* kind*:enum(publication_kind) abstract doi:doi published:partial venue "
    "language:language licence url:url " + SHARED,
    "publication_authors": "publication!*:ref(publications) position!*:position name* orcid:orcid person:ref(people)",
    "studies": "slug!*:slug title* summary design*:enum(design) status*:enum(study_status) starts_on:date ends_on:date "
    "registry registration_id registration_url:url lead_centre*:ref(centres) collaborating_centres:refs(centres) "
    "programme:ref(programmes) partners:refs(partners) interventions:refs(interventions) outcomes:refs(outcomes) "
    "populations:refs(populations) publications:refs(publications) " + SHARED,
    "study_statuses": "study!*:ref(studies) on!*:date status*:enum(study_status) reason stop_reason:enum(stop_reason)",
    "study_sites": "study!*:ref(studies) local_authority!*:ref(local_authorities) step:position starts_on:date",
    "findings": "study!*:ref(studies) reference!* publication:ref(publications) intervention:ref(interventions) "
    "comparator outcome*:ref(outcomes) outcome_detail population:ref(populations) measure*:enum(measure) "
    "estimate*:number standard_error:positive interval_level:level interval_lower:number interval_upper:number "
    "participants_intervention:whole participants_comparison:whole participants_total:whole clusters:whole "
    "time_point subgroup risk_of_bias:enum(risk_of_bias) " + SHARED,
    "ratings": "contributed_by!*:ref(centres) reference!* standard*:ref(standards) version* "
    "subject_kind*:enum(subject_kind) subject* outcome:ref(outcomes) scores*:list considered_studies:refs(studies) "
    "considered_publications:refs(publications) rationale rated_on:date visibility:enum(visibility) "
    "shared_with:refs(collaborations) embargoed_until:time withdrawn_at:time withdrawal_reason superseded_by",
    "feedback": "contributed_by!*:ref(centres) reference!* study:ref(studies) programme:ref(programmes) from_role* text* "
    "received_on*:date answered_on:date answer visibility:enum(visibility) shared_with:refs(collaborations) "
    "embargoed_until:time withdrawn_at:time withdrawal_reason superseded_by",
}


class Column:
    def __init__(self, text):
        name, _, self.type = text.partition(":")
        self.key = "!" in name
        self.required = "*" in name
        self.name = name.rstrip("!*")


COLUMNS = {file: [Column(text) for text in spec.split()] for file, spec in SPEC.items()}
KEYS = {file: [column.name for column in columns if column.key] for file, columns in COLUMNS.items()}


def read_csv(path):
    """The rows of a CSV file as dictionaries; line breaks inside cells are kept."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


class Bundle:
    """Rows by file. A second row with the same key is an error, so nothing is overwritten in silence."""

    def __init__(self):
        self.rows = {file: {} for file in SPEC}

    def add(self, file, **row):
        key = tuple(str(row[name]) for name in KEYS[file])
        if key in self.rows[file]:
            raise ValueError(f"{file}: {key} occurs twice")
        unknown = set(row) - {column.name for column in COLUMNS[file]}
        if unknown:
            raise ValueError(f"{file}: unknown columns {sorted(unknown)}")
        self.rows[file][key] = {name: str(value) for name, value in row.items() if value not in ("", None)}

    def get(self, file, *key):
        return self.rows[file].get(tuple(key))

    def write(self, folder):
        """Every file with a row: only columns in use, sorted by key as bytes."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for file, rows in self.rows.items():
            path = folder / f"{file}.csv"
            if not rows:
                path.unlink(missing_ok=True)
                continue
            used = set().union(*rows.values())
            names = [column.name for column in COLUMNS[file] if column.required or column.name in used]
            with open(path, "w", newline="", encoding="utf-8") as out:
                writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
                writer.writeheader()
                for key in sorted(rows, key=lambda key: [part.encode() for part in key]):
                    writer.writerow(rows[key])
        header = {"format": "commonground-bundle", "version": 1}
        (folder / "bundle.json").write_text(json.dumps(header) + "\n", encoding="utf-8")
