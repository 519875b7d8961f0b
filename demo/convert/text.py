"""Small repairs of text and numbers, each of which can be proved from the text itself."""

import html
import re
import struct
import unicodedata
from decimal import Decimal

FOLDS = str.maketrans({"ø": "o", "Ø": "O", "ß": "ss", "æ": "ae", "Æ": "AE", "ł": "l", "đ": "d"})


def unmojibake(text):
    """Undo UTF-8 that was read as Latin-1 and encoded again, as often as it happened.

    Each step is taken only if the whole text is valid UTF-8 when written as Latin-1, so a text
    that is right already stays as it is.
    """
    while True:
        try:
            decoded = text.encode("latin-1").decode("utf-8")
        except UnicodeError:
            return text
        if decoded == text:
            return text
        text = decoded


def tidy(text):
    """One line, single spaces, no mojibake, no HTML entities, no control characters."""
    text = html.unescape(unmojibake(text or ""))
    text = "".join(" " if unicodedata.category(c) in ("Cc", "Zs", "Zl", "Zp") else c for c in text)
    return re.sub(r" +", " ", text.replace("\N{REPLACEMENT CHARACTER}", "")).strip()


def slug(text, longest=72):
    """Lower-case letters, digits and hyphens; cut at a word."""
    text = re.sub("[–—‐]", "-", text)
    text = unicodedata.normalize("NFKD", text.translate(FOLDS)).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", text.replace("'", "")).strip("-")
    return words if len(words) <= longest else words[: longest + 1].rpartition("-")[0]


def plain(number):
    """A number as digits with a decimal point, without an exponent and otherwise as the source has it."""
    text = format(Decimal(number.strip()), "f")
    return "0" if Decimal(text) == 0 else text


def single_precision(number):
    """The shortest decimal number that is the same single-precision value: .039999999 is 0.04."""
    pack = lambda value: struct.pack("<f", float(value))
    for digits in range(1, 10):
        short = format(float(number), f".{digits}g")
        if pack(short) == pack(number):
            return plain(short)
    return plain(number)


def whole(number):
    """A whole number as text, or nothing if the source has a fraction (an effective sample size) or NA."""
    return number if number.isdigit() else ""


def normal(title):
    """A title reduced to what two spellings of it share."""
    return re.sub(r"[^a-z0-9]+", "", slug(title.replace("(TM)", ""), 10_000))
