"""The words for members of dimensions: areas, sexes, directions, Länder."""

from __future__ import annotations

from django.utils.translation import gettext as _

from allmende.portal import wording
from allmende.portal.evidence.reader import Reader

LAENDER = {
    "01": "Schleswig-Holstein", "02": "Hamburg", "03": "Niedersachsen", "04": "Bremen", "05": "Nordrhein-Westfalen",
    "06": "Hessen", "07": "Rheinland-Pfalz", "08": "Baden-Württemberg", "09": "Bayern", "10": "Saarland", "11": "Berlin",
    "12": "Brandenburg", "13": "Mecklenburg-Vorpommern", "14": "Sachsen", "15": "Sachsen-Anhalt", "16": "Thüringen",
}  # fmt: skip
"""Names of the Länder by the first two digits of the AGS (Gemeindeverzeichnis)."""


def member_name(reader: Reader, dimension: str, member: str | int) -> str:
    """Return the word for a member of a dimension."""
    if member == "total":
        return _("insgesamt")
    if dimension == "age" and isinstance(member, str):
        return wording.band(member)
    if dimension == "counterpart" and len(str(member)) == 2:
        own = next((m.land for m in reader.shelf.region.municipalities if m.ags.startswith(str(member))), "")
        land = LAENDER.get(str(member)) or own or _("Land %(key)s") % {"key": member}
        return _("%(land)s, übrige") % {"land": land} if own else land
    known = {
        "m": _("männlich"), "w": _("weiblich"), "d": _("divers"), "x": _("ohne Angabe"), "german": _("deutsch"),
        "other": _("nur ausländisch"), "main": _("Hauptwohnung"), "secondary": _("Nebenwohnung"), "in": _("Zuzug"),
        "out": _("Fortzug"), "abroad": _("Ausland"), "unknown": _("unbekannt"), "unlocated": _("nicht verortet"),
    }  # fmt: skip
    if dimension in ("area", "origin") or (dimension == "counterpart" and len(str(member)) == 8):
        place = reader.shelf.atlas.find(str(member), wording.language())
        if place is not None:
            return place.name if place.kind != "unlocated" else _("%(place)s, nicht verortet") % {"place": place.name}
    return known.get(str(member), str(member))
