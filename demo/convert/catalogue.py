"""What several sources share: publications and interventions, each recorded once."""

import re

from citations import first_family_name
from text import normal, slug, tidy


class Catalogue:
    def __init__(self, bundle, names):
        self.bundle = bundle
        self.names = {(row["source"], row["source_name"]): row["name"] for row in names}
        self.publications = {}  # normal title -> year -> slug
        self.labels = {}  # slug -> the source's short name
        self.dois = {}  # doi -> slug

    def publication(self, title, authors, citation, centre, label="", **fields):
        """The slug of a publication; one that is there already is not added again.

        The same are two with one DOI, or with one title and year, or with one title where one has no year.
        `label` is the source's own short name: two labels are two publications, whatever their titles.
        """
        year = fields.get("published", "")[:4]
        years = self.publications.setdefault(normal(title), {})
        doi = fields.get("doi", "")
        known = years.get(year) or years.get("") or (not year and next(iter(years.values()), None)) or self.dois.get(doi)
        if label and self.labels.get(known, label) != label:
            known = None
        if known:
            if label:
                self.labels[known] = label
            if year and "published" not in self.bundle.get("publications", known):
                self.bundle.get("publications", known)["published"] = fields["published"]
            return known
        words = "-".join(slug(title, 60).split("-")[:7])
        base = "-".join(part for part in (first_family_name(authors, citation), year, words) if part)
        name, n = base, 1
        while self.bundle.get("publications", name):
            n += 1
            name = f"{base}-{n}"
        years[year] = name
        if label:
            self.labels[name] = label
        if doi:
            self.dois[doi] = name
        self.bundle.add("publications", slug=name, title=title, contributed_by=centre, visibility="PUBLIC", **fields)
        for position, author in enumerate(authors or [], 1):
            self.bundle.add("publication_authors", publication=name, position=position, name=author)
        return name

    def intervention(self, source, source_name, broader):
        """The slug of a named intervention, or nothing if the source gives no name. The first broader term stays."""
        spelled = re.sub(r"[®©]", "", tidy(re.sub(r"\s*[\r\n]+", "; ", source_name)))
        spelled = re.sub(r" +", " ", spelled).strip()
        name = self.names.get((source, spelled), spelled)
        if not name:
            return ""
        acronym = re.search(r"^([^;/()]*\S) \(([^\s()]*[A-Z][^\s()]*[A-Z][^\s()]*)\)$", name)
        term = slug(acronym[1] if acronym else name)
        row = self.bundle.get("interventions", term)
        if row is None:
            self.bundle.add(
                "interventions",
                slug=term,
                name=acronym[1] if acronym else name,
                broader=broader,
                synonyms=acronym[2] if acronym else "",
            )
            row = self.bundle.get("interventions", term)
        elif acronym and not row.get("synonyms"):
            row["synonyms"] = acronym[2]
        if name != spelled:
            synonyms = [one for one in row.get("synonyms", "").split(";") if one]
            if spelled not in synonyms and ";" not in spelled:
                row["synonyms"] = ";".join(synonyms + [spelled])
        return term
