"""Official keys of municipalities: AGS (8 digits) and ARS (12 digits)."""

from __future__ import annotations

from allmende.errors import AllmendeError

LAENDER = {
    "01": "Schleswig-Holstein",
    "02": "Hamburg",
    "03": "Niedersachsen",
    "04": "Bremen",
    "05": "Nordrhein-Westfalen",
    "06": "Hessen",
    "07": "Rheinland-Pfalz",
    "08": "Baden-Württemberg",
    "09": "Bayern",
    "10": "Saarland",
    "11": "Berlin",
    "12": "Brandenburg",
    "13": "Mecklenburg-Vorpommern",
    "14": "Sachsen",
    "15": "Sachsen-Anhalt",
    "16": "Thüringen",
}
"""The Länder by the first two digits of AGS and ARS (Destatis, Gemeindeverzeichnis)."""

FICTIONAL_LAENDER = ("98", "99")
"""Länder that will not exist: keys of the demonstration, taken only where `fictional` is said."""


def check_ags(text: str, *, fictional: bool = False) -> str:
    """Return an AGS as it is: Land 2, Regierungsbezirk 1, Kreis 2, Gemeinde 3 digits.

    `fictional` takes the fictional Länder and no others. Raises AllmendeError that names the digit which is wrong.

    >>> check_ags("03361012")
    '03361012'
    >>> check_ags("3361012")
    Traceback (most recent call last):
    allmende.errors.AllmendeError: AGS '3361012' has 7 digits.
      expected: 8 digits: Land 2, Regierungsbezirk 1, Kreis 2, Gemeinde 3
      to do:    A leading zero is missing (spreadsheets drop it): 03361012?
    """
    _digits("AGS", text, 8, "Land 2, Regierungsbezirk 1, Kreis 2, Gemeinde 3")
    _land("AGS", text, fictional=fictional)
    return text


def check_ars(text: str, *, fictional: bool = False) -> str:
    """Return an ARS as it is: Land 2, Regierungsbezirk 1, Kreis 2, Gemeindeverband 4, Gemeinde 3 digits.

    Errors as in `check_ags`; a Gemeindeverband begins with 0 (municipality on its own), 5 (association) or 9 (area
    that belongs to no municipality).
    """
    _digits("ARS", text, 12, "Land 2, Regierungsbezirk 1, Kreis 2, Gemeindeverband 4, Gemeinde 3")
    _land("ARS", text, fictional=fictional)
    if text[5] not in "059":
        raise AllmendeError(
            f"ARS {text!r} has the digit {text[5]!r} at place 6, where the Gemeindeverband begins.",
            expected="0 (no association), 5 (association) or 9 (no municipality)",
            todo="Compare the key with the Gemeindeverzeichnis.",
        )
    return text


def ars_to_ags(ars: str, *, fictional: bool = False) -> str:
    """Return the AGS of an ARS, which lacks the four digits of the Gemeindeverband.

    >>> ars_to_ags("032515401018")
    '03251018'
    """
    check_ars(ars, fictional=fictional)
    return ars[:5] + ars[9:]


def land_of(ags: str) -> str:
    """Return the name of the Land of a key; a fictional one is named so.

    >>> land_of("04011000"), land_of("98000001")
    ('Bremen', 'fiktives Land 98')
    """
    code = ags[:2]
    return f"fiktives Land {code}" if code in FICTIONAL_LAENDER else LAENDER[code]


def _digits(kind: str, text: str, length: int, structure: str) -> None:
    for place, sign in enumerate(text, 1):
        if sign not in "0123456789":
            raise AllmendeError(
                f"{kind} {text!r} has {sign!r} at place {place}.",
                expected=f"{length} digits: {structure}",
                todo="Remove spaces, dots and letters.",
            )
    if len(text) != length:
        short = len(text) == length - 1 and text
        raise AllmendeError(
            f"{kind} {text!r} has {len(text)} digits.",
            expected=f"{length} digits: {structure}",
            todo=f"A leading zero is missing (spreadsheets drop it): 0{text}?" if short else "Give the whole key.",
        )


def _land(kind: str, text: str, *, fictional: bool) -> None:
    known = FICTIONAL_LAENDER if fictional else tuple(LAENDER)
    if text[:2] not in known:
        raise AllmendeError(
            f"{kind} {text!r} begins with {text[:2]!r}, which is no Land.",
            expected=f"a Land from {known[0]} to {known[-1]}",
            todo="Correct places 1 and 2"
            + (", or say that the region is fictional." if text[:2] in FICTIONAL_LAENDER else "."),
        )
