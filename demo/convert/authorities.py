"""UK local authorities, from mySociety's list and the numbers of the Department for Education."""

from datetime import date, timedelta

from tables import read_csv
from text import tidy


def add_authorities(sources, bundle, read_mapping, report):
    rows = read_csv(sources / "mysociety-uk-la/uk_local_authorities.csv")
    by_code = {row["local-authority-code"]: row for row in rows}
    numbers = dfe_numbers(sources, read_mapping)
    mapped = set()
    for row in rows:
        code = row["gss-code"]
        if not code:
            report.count("authorities left out: no GSS code", tidy(row["nice-name"]))
            continue
        start = row["start-date"]
        if "2005-05" <= start[:7] <= "2005-06":
            report.count("authorities whose start date is that of a record of 2005, left empty", code)
            start = ""
        mapped.add(code)
        successors = [by_code[other] for other in row["replaced-by"].split(",") if other]
        regions = {other["region"] for other in successors}
        region = row["region"]
        if not region and len(regions) == 1:
            region = regions.pop()
            report.count("authorities whose region is that of their successors", code)
        bundle.add(
            "local_authorities",
            gss_code=code,
            name=tidy(row["nice-name"]),
            official_name=tidy(row["official-name"]),
            country=row["nation"],
            region=region if row["nation"] == "England" else "",
            authority_type=row["local-authority-type-name"],
            dfe_number=numbers.get(code, ""),
            established=start,
            abolished=first_day_without(row["end-date"]),
            successors=";".join(sorted(other["gss-code"] for other in successors)),
        )
    for code in sorted(set(numbers) - mapped):
        report.count("DfE numbers without an authority", code)


def dfe_numbers(sources, read_mapping):
    """The source names the authority that a number had in the source's own source, and the one that has it now."""
    numbers = {}
    for row in read_csv(sources / "liia-tools-pipeline/dfe_la_numbers.csv"):
        for column in ("gss_code_in_source", "gss_code"):
            numbers[row[column]] = row["dfe_number"]
    for row in read_mapping("dfe_numbers"):
        numbers[row["gss_code"]] = row["dfe_number"]
    return numbers


def first_day_without(end):
    """The source gives the last day of some authorities, and of others the first day of their successors."""
    if not end.endswith("-03-31"):
        return end
    return str(date.fromisoformat(end) + timedelta(days=1))
