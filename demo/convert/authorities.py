"""UK local authorities, from mySociety's list and the numbers of the Department for Education."""

from tables import read_csv
from text import tidy


def add_authorities(sources, bundle, report):
    numbers = {
        row["gss_code"]: row["dfe_number"] for row in read_csv(sources / "liia-tools-pipeline/dfe_la_numbers.csv")
    }
    mapped = set()
    for row in read_csv(sources / "mysociety-uk-la/uk_local_authorities.csv"):
        code = row["gss-code"]
        if not code:
            report.count("authorities left out: no GSS code", tidy(row["nice-name"]))
            continue
        start = row["start-date"]
        if "2005-05" <= start[:7] <= "2005-06":
            report.count("authorities whose start date is that of a record of 2005, left empty", code)
            start = ""
        mapped.add(code)
        bundle.add(
            "local_authorities",
            gss_code=code,
            name=tidy(row["nice-name"]),
            official_name=tidy(row["official-name"]),
            country=row["nation"],
            region=row["region"] if row["nation"] == "England" else "",
            authority_type=row["local-authority-type-name"],
            dfe_number=numbers.get(code, ""),
            established=start,
            abolished=row["end-date"],
        )
    for code in sorted(set(numbers) - mapped):
        report.count("DfE numbers without an authority", code)
