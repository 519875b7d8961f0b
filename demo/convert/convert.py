#!/usr/bin/env python3
"""Makes the demonstration bundle from open data and from the hand-made facts beside this file.

    python3 demo/convert/convert.py SOURCES_FOLDER demo/bundle

SOURCES_FOLDER is a folder with the source files, one subfolder a source, as listed in demo/README.md.
Needs Python 3.11 and nothing else. The same input gives the same bytes. What is left out is printed.
"""

import sys
from pathlib import Path

import authorities
import care_leavers
import vive
import wwc
from catalogue import Catalogue
from tables import SPEC, Bundle, read_csv

FACTS = Path(__file__).parent / "facts"


class Report:
    """Counts what was left out or repaired, with the first examples."""

    def __init__(self):
        self.notes = {}

    def count(self, what, example):
        self.notes.setdefault(what, []).append(str(example))

    def print(self, bundle):
        print("Rows")
        for file, rows in bundle.rows.items():
            if rows:
                print(f"  {file:22}{len(rows):6}")
        print("Left out or repaired")
        for what, examples in sorted(self.notes.items()):
            shown = "; ".join(examples[:5]) + ("; …" if len(examples) > 5 else "")
            print(f"  {len(examples):5}  {what}: {shown}")


def read_mapping(name):
    return read_csv(FACTS / "mapping" / f"{name}.csv")


def main(sources, target):
    sources, bundle, report = Path(sources), Bundle(), Report()
    for file in SPEC:
        path = FACTS / f"{file}.csv"
        for row in read_csv(path) if path.exists() else []:
            bundle.add(file, **row)
    catalogue = Catalogue(bundle, read_mapping("intervention_names"))
    authorities.add_authorities(sources, bundle, read_mapping, report)
    wwc.add_findings(sources, bundle, catalogue, read_mapping, report)
    vive.add_findings(sources, bundle, catalogue, report)
    care_leavers.add_findings(sources, bundle, catalogue, read_mapping, report)
    bundle.write(target)
    report.print(bundle)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
