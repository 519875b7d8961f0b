#!/usr/bin/env python3
"""Checks a bundle against the rules of docs/bundle.md, taken by itself (everything it refers to must be in it).

    python3 demo/convert/check.py demo/bundle

Prints each fault with file and line; the exit status is 1 if there is any. Reads CSV only.
"""

import json
import re
import sys
import unicodedata
from datetime import datetime
from pathlib import Path

from tables import COLUMNS, KEYS, SPEC, read_csv

VOCABULARIES = {
    "visibility": "PUBLIC NETWORK COLLABORATION CENTRE",
    "centre_status": "MEMBER AFFILIATE FORMER",
    "country": "England|Wales|Scotland|Northern Ireland",
    "engagement_kind": "VISIT RESEARCH IMPLEMENTATION EVENT OTHER",
    "vocabulary": "INTERVENTION OUTCOME POPULATION",
    "strength": "INSUFFICIENT LOW MODERATE HIGH VERY_HIGH",
    "relation": "EQUIVALENT SIMILAR STRICTER LOOSER NOT_COMPARABLE",
    "publication_kind": "JOURNAL_ARTICLE REPORT PROTOCOL WORKING_PAPER THESIS BOOK BOOK_CHAPTER CONFERENCE_PAPER PREPRINT "
    "WEB_PAGE DATASET OTHER",
    "design": "RANDOMISED CLUSTER_RANDOMISED STEPPED_WEDGE REGRESSION_DISCONTINUITY DIFFERENCE_IN_DIFFERENCES "
    "MATCHED_COMPARISON INTERRUPTED_TIME_SERIES PRE_POST FEASIBILITY PILOT QUALITATIVE MIXED_METHODS ECONOMIC "
    "SYSTEMATIC_REVIEW META_ANALYSIS SURVEY OBSERVATIONAL OTHER",
    "study_status": "PLANNED IN_DELIVERY INTERIM_RESULTS REPORTED STOPPED",
    "stop_reason": "CHANGED_OUR_MIND NOT_FEASIBLE RECRUITMENT FUNDING PARTNER_WITHDREW HARM OTHER",
    "measure": "STANDARDISED_MEAN_DIFFERENCE MEAN_DIFFERENCE LOG_ODDS_RATIO LOG_RISK_RATIO RISK_DIFFERENCE FISHER_Z "
    "LOG_RATIO_OF_MEANS",
    "risk_of_bias": "LOW SOME_CONCERNS HIGH NOT_ASSESSED",
    "subject_kind": "STUDY PUBLICATION INTERVENTION",
}
WORDS = {name: set(words.split("|") if "|" in words else words.split()) for name, words in VOCABULARIES.items()}
PATTERNS = {
    "slug": r"[a-z0-9]+(-[a-z0-9]+)*",
    "gss": r"[A-Z]\d{8}",
    "dfe": r"\d{3}",
    "url": r"https?://[^\s]+",
    "ror": r"https://ror\.org/0[a-z0-9]{6}\d{2}",
    "doi": r"10\.\d{4,9}/\S+",
    "language": r"[a-z]{2,3}",
    "number": r"-?\d+(\.\d+)?",
    "positive": r"(?=.*[1-9])\d+(\.\d+)?",
    "level": r"0\.\d*[1-9]\d*",
    "whole": r"\d+",
    "position": r"[1-9]\d*",
    "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "orcid": r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]",
}
TERM_FILES = {"INTERVENTION": "interventions", "OUTCOME": "outcomes", "POPULATION": "populations"}
SUBJECT_FILES = {"STUDY": "studies", "PUBLICATION": "publications", "INTERVENTION": "interventions"}
PARENTS = {"interventions": "broader", "outcomes": "broader", "populations": "broader", "centres": "successor"}
ORDERED = [
    ("studies", "starts_on", "ends_on"),
    ("programmes", "started", "ended"),
    ("collaborations", "started", "ended"),
    ("engagements", "started", "ended"),
    ("centre_statuses", "since", "until"),
    ("standard_versions", "since", "until"),
    ("local_authorities", "established", "abolished"),
]


class Check:
    def __init__(self, folder):
        self.folder, self.faults = Path(folder), []
        self.tables = {}
        for file in SPEC:
            path = self.folder / f"{file}.csv"
            self.tables[file] = read_csv(path) if path.exists() else []
        self.keys = {
            file: {tuple(row.get(name) or "" for name in KEYS[file]) for row in rows}
            for file, rows in self.tables.items()
        }

    def fault(self, file, line, text):
        self.faults.append(f"{file}.csv line {line}: {text}")

    def run(self):
        header = json.loads((self.folder / "bundle.json").read_text(encoding="utf-8"))
        if header != {"format": "commonground-bundle", "version": 1}:
            self.faults.append("bundle.json: wrong format or version")
        for stray in sorted(p.name for p in self.folder.iterdir() if p.name != "bundle.json" and p.stem not in SPEC):
            self.faults.append(f"{stray}: no file of a bundle")
        for file, rows in self.tables.items():
            self.check_shape(file, rows)
            for line, row in enumerate(rows, 2):
                for column in COLUMNS[file]:
                    self.check_cell(file, line, row, column)
        self.check_circles()
        self.check_order()
        self.check_scales()
        self.check_findings()
        self.check_ratings()
        self.check_dois()
        return self.faults

    def check_shape(self, file, rows):
        if not rows:
            return
        known = {column.name for column in COLUMNS[file]}
        for name in set(rows[0]) - known:
            self.fault(file, 1, f"unknown column {name}")
        order, seen = [], set()
        for line, row in enumerate(rows, 2):
            key = tuple(row.get(name) or "" for name in KEYS[file])
            if key in seen:
                self.fault(file, line, f"key {key} occurs twice")
            seen.add(key)
            order.append([part.encode() for part in key])
        if order != sorted(order):
            self.fault(file, 1, "rows are not sorted by key")

    def check_cell(self, file, line, row, column):
        value = row.get(column.name) or ""
        if not value:
            if column.required:
                self.fault(file, line, f"{column.name} is empty")
            return
        if value != value.strip():
            self.fault(file, line, f"{column.name} has spaces around it")
        if any(unicodedata.category(c) in ("Cc", "Co", "Cn") or c == "\N{REPLACEMENT CHARACTER}" for c in value):
            self.fault(file, line, f"{column.name} has a control or replacement character")
        if re.search(r"Ã|â€|Â\W", value):
            self.fault(file, line, f"{column.name} looks like mojibake: {value[:60]}")
        problem = self.type_problem(value, column.type, row)
        if problem:
            self.fault(file, line, f"{column.name}: {value[:60]!r} {problem}")

    def type_problem(self, value, kind, row):
        name, _, argument = kind.rstrip(")").partition("(")
        if name == "ref":
            return "" if (value,) in self.keys[argument] else f"is not in {argument}"
        if name == "refs":
            items = value.split(";")
            missing = [item for item in items if (item,) not in self.keys[argument]]
            return f"{missing} not in {argument}" if missing else "repeats an item" if len(set(items)) < len(items) else ""
        if name == "term":
            return "" if (value,) in self.keys[TERM_FILES[row["vocabulary"]]] else "is no such term"
        if name == "enum":
            return "" if value in WORDS[argument] else f"is not one of {sorted(WORDS[argument])}"
        if name in ("date", "partial"):
            return date_problem(value, name == "partial")
        if name == "list":
            return "" if all(item.strip() for item in value.split(";")) else "has an empty item"
        if name in PATTERNS:
            return "" if re.fullmatch(PATTERNS[name], value) else f"is no {name}"
        return ""

    def check_circles(self):
        for file, column in PARENTS.items():
            key = KEYS[file][0]
            parents = {row[key]: row.get(column) or "" for row in self.tables[file]}
            for start in parents:
                seen, term = set(), start
                while term and term not in seen:
                    seen.add(term)
                    term = parents.get(term, "")
                if term:
                    self.faults.append(f"{file}.csv: {start} is in or leads to a circle")

    def check_order(self):
        for file, first, last in ORDERED:
            for line, row in enumerate(self.tables[file], 2):
                start, end = row.get(first) or "", row.get(last) or ""
                if start and end and start[: len(end)] > end[: len(start)]:
                    self.fault(file, line, f"{first} is after {last}")

    def check_scales(self):
        versions, dimensions, levels = (self.keys[f"standard_{x}"] for x in ("versions", "dimensions", "levels"))
        for line, row in enumerate(self.tables["standard_dimensions"], 2):
            if (row["standard"], row["version"]) not in versions:
                self.fault("standard_dimensions", line, "no such version")
        for line, row in enumerate(self.tables["standard_levels"], 2):
            if (row["standard"], row["version"], row["dimension"]) not in dimensions:
                self.fault("standard_levels", line, "no such dimension")
        for line, row in enumerate(self.tables["crosswalk"], 2):
            ends = [tuple(row[f"{end}_{part}"] for part in ("standard", "version", "dimension", "level")) for end in ("from", "to")]
            for end in ends:
                if end not in levels:
                    self.fault("crosswalk", line, f"no such level {end}")
            if ends[0] == ends[1]:
                self.fault("crosswalk", line, "a level is compared with itself")

    def check_findings(self):
        for line, row in enumerate(self.tables["findings"], 2):
            interval = [row.get(f"interval_{part}") or "" for part in ("level", "lower", "upper")]
            if any(interval) and not all(interval):
                self.fault("findings", line, "an interval needs level, lower and upper")
            elif all(interval) and not float(interval[1]) <= float(row["estimate"]) <= float(interval[2]):
                self.fault("findings", line, "the interval does not contain the estimate")
            arms = [row.get(f"participants_{arm}") or "" for arm in ("intervention", "comparison", "total")]
            if all(arms) and int(arms[0]) + int(arms[1]) > int(arms[2]):
                self.fault("findings", line, "the arms have more participants than the total")

    def check_ratings(self):
        levels = self.keys["standard_levels"]
        for line, row in enumerate(self.tables["ratings"], 2):
            if (row["subject"],) not in self.keys[SUBJECT_FILES[row["subject_kind"]]]:
                self.fault("ratings", line, f"no such subject {row['subject']}")
            scores = [score.partition("=")[::2] for score in row["scores"].split(";")]
            if len({dimension for dimension, _ in scores}) < len(scores):
                self.fault("ratings", line, "two scores for one dimension")
            for dimension, level in scores:
                if (row["standard"], row["version"], dimension, level) not in levels:
                    self.fault("ratings", line, f"no such level {dimension}={level}")

    def check_dois(self):
        seen = {}
        for line, row in enumerate(self.tables["publications"], 2):
            doi = row.get("doi") or ""
            if doi and seen.setdefault(doi, line) != line:
                self.fault("publications", line, f"DOI {doi} also in line {seen[doi]}")
            if doi != doi.lower():
                self.fault("publications", line, "DOI is not in lower case")


def date_problem(value, partial):
    shapes = {4: "%Y", 7: "%Y-%m", 10: "%Y-%m-%d"} if partial else {10: "%Y-%m-%d"}
    try:
        datetime.strptime(value, shapes[len(value)])
    except (KeyError, ValueError):
        return "is no partial date" if partial else "is no date"
    return ""


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    check = Check(sys.argv[1])
    faults = check.run()
    print("\n".join(faults) or f"No fault in {sum(map(len, check.tables.values()))} rows.")
    sys.exit(1 if faults else 0)
