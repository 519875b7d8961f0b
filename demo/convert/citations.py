"""Citations: APA style as the What Works Clearinghouse writes them, and BibTeX."""

import re

from text import slug, tidy

MONTHS = "january february march april may june july august september october november december".split()
GIVEN = re.compile(r"^(?:[A-Z][a-z]?\.[ -]?|-[A-Z]\. ?|[A-Z]{1,2}(?=$|\.))+\.?(?: (?:Jr|Sr|II|III|IV)\.?)?$")
CITATION = re.compile(r"^(?P<authors>.{2,}?) \((?P<date>[^()]*(?:\d{4}|in press)[^()]*)\)[.,:]? *(?P<rest>.*)$")


def parse_date(text):
    """A partial date: 2016, 1996-04. A letter behind the year is dropped, 'in press' is no date."""
    year = re.search(r"\b(1[89]\d\d|20\d\d)[a-z]?\b", text)
    if not year:
        return ""
    months = [n for n, month in enumerate(MONTHS, 1) if month in text.lower()]
    return f"{year[1]}-{months[0]:02}" if len(months) == 1 else year[1]


def parse_authors(text):
    """Names as cited, in order. Ends at the first gap ('et al.', an ellipsis), so that positions stay true.

    Returns None if any piece is no clear name: then no author is recorded at all.
    """
    text = re.sub(r",? *(?:&|\band\b) *", ", ", text)
    cut = re.search(r",? *(?:et al\.?|\.\.\.|…)", text)
    if cut:
        text = text[: cut.start()]
    pieces = [piece.strip() for piece in text.split(",") if piece.strip()]
    if len(pieces) == 1 and re.fullmatch(r"[A-Z]\w+(?: \w\w+)+\.?", pieces[0]):  # a body
        return [pieces[0].rstrip(".")]
    names = []
    while pieces:
        family = pieces.pop(0)
        if family in ("Jr.", "Jr", "Sr.", "II", "III") and names:
            names[-1] += f", {family}"
        elif pieces and GIVEN.match(pieces[0]) and re.match(r"^[^\d.]{2,}$", family):
            names.append(f"{family}, {pieces.pop(0)}")
        else:
            return None
    return names or None


def parse_citation(citation, tail):
    """Authors, date, title of an APA citation. `tail` is what the source calls the publication: all behind the title."""
    citation, tail = tidy(citation).rstrip(" ."), tidy(tail).rstrip(" .")
    match = CITATION.match(citation)
    if not match:
        return None
    rest = match["rest"]
    if tail and rest.endswith(tail) and len(rest) > len(tail) + 5:
        title = rest[: -len(tail)]
    else:
        title = re.split(r"(?<=[a-z0-9)\]?][.?]) (?=[A-Z(])", rest)[0]
    title = title.strip(" .,(")
    if title.count("(") > title.count(")"):
        title += ")"
    if len(title) < 10:
        return None
    return {"authors": parse_authors(match["authors"]), "date": parse_date(match["date"]), "title": title}


def find_doi(text):
    found = re.search(r"(?:doi:|doi\.org/) ?(10\.\d{4,9}/[^\s;,]+)", text, re.I)
    return found[1].rstrip(".").lower() if found else ""


def first_family_name(authors, fallback):
    return slug((authors or [fallback])[0].split(",")[0].split("(")[0]) or "anonymous"


def read_bibtex(path):
    """Entries of a Zotero export by key: fields without braces, one field a line, as Zotero writes them."""
    entries = {}
    for block in re.split(r"\n(?=@)", path.read_text(encoding="utf-8")):
        head = re.match(r"@(\w+)\{([^,]+),", block)
        if not head:
            continue
        fields = {"entry": head[1].lower()}
        for name, value in re.findall(r"^\t(\w+) = (.*?),?$", block, re.M):
            fields[name] = tidy(re.sub(r"[{}]", "", value).replace("\\&", "&").replace("\\%", "%"))
        entries[head[2]] = fields
    return entries
