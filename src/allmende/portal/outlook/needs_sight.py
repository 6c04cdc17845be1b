"""The needs of a look ahead as pages read them: which service, which area, which part, which year."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache

from django.http import Http404, HttpRequest, QueryDict
from django.utils.translation import gettext as _

from allmende.needs.balance import LEVELS, Balance
from allmende.needs.capacity import Facility
from allmende.needs.findings import LIKELY, Finding
from allmende.needs.services import WHOLE, Part, Service
from allmende.outlook.access import ServiceAccess, read_access
from allmende.outlook.needs import AHEAD, DISTRICT, MUNICIPALITY, REGION, AreaNeeds, ServiceNeeds
from allmende.portal import wording
from allmende.portal.accounts.services import audiences
from allmende.portal.outlook.ahead import EVERYBODY, Ahead, ahead
from allmende.portal.outlook.words import apart
from allmende.portal.page import Choice, pick, years_choice
from allmende.portal.places import Place
from allmende.portal.public import Shelf, shelf

NEAR = 15
"""So many years are shown; the first ten of them (`AHEAD`) are judged, as everywhere. The file has all years."""

THRESHOLDS = (25, 50, 75, 90)
"""Probabilities in per cent from which a planner may call it a shortage."""


@dataclass(frozen=True, slots=True)
class Stand:
    """An outlook with needs, as a visitor may read it."""

    ahead: Ahead
    shelf: Shelf
    needs: tuple[ServiceNeeds, ...]

    def service(self, name: str) -> ServiceNeeds | None:
        """Return the needs of a service, None if the outlook does not have it."""
        return next((one for one in self.needs if one.service.id == name), None)

    def small(self) -> frozenset[str]:
        """Return the keys of areas with too few people for statements by single ages."""
        outlook = self.ahead.outlook
        people = self.ahead.counted(EVERYBODY).tolist()
        few = {key for key, count in zip(outlook.areas, people, strict=True) if count < outlook.threshold}
        return frozenset(few | set(outlook.too_small))

    def place(self, key: str) -> Place:
        """Return a place that needs speak of."""
        return apart(self.shelf.atlas.place(key, wording.language()), self.shelf.atlas)


@dataclass(frozen=True, slots=True)
class View:
    """A part of a service in one area; everything that a page shows follows from it.

    `year` is None unless the reader chose one; `threshold` is a share; `level` is the geography of the areas to compare.
    """

    stand: Stand
    needs: ServiceNeeds
    geography: str
    place: Place
    at: int
    year: int | None = None
    threshold: float = LIKELY
    level: str = MUNICIPALITY

    @property
    def service(self) -> Service:
        """The service."""
        return self.needs.service

    @property
    def part(self) -> Part:
        """The part of the service."""
        return self.service.told()[self.at]

    @property
    def unit(self) -> str:
        """What the part is counted in."""
        return (self.part.unit or self.service.unit)[wording.language()]

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of the service's file that are spoken of: this one, or all that the whole is made of."""
        return (self.part,) if self.at < len(self.service.parts) else self.service.parts

    @property
    def areas(self) -> AreaNeeds:
        """The needs of all areas of the same kind."""
        return self.needs.areas[self.geography]

    @property
    def balance(self) -> Balance:
        """Need against capacity, in the years that are shown."""
        whole = self.areas.balance
        return whole.up_to(whole.years[0] + NEAR - 1)

    @property
    def years(self) -> tuple[int, ...]:
        """The years that are shown."""
        return self.balance.years

    @property
    def judged(self) -> tuple[int, ...]:
        """The years that verdicts speak of."""
        return self.years[:AHEAD]

    @property
    def row(self) -> int:
        """The position of the place among the areas of its kind."""
        return self.areas.balance.catchments.index(REGION if self.place.kind == REGION else self.place.key)

    @property
    def finding(self) -> Finding:
        """What there is to say of the next years."""
        return _findings(self.needs, self.geography)[self.row][self.at]

    @property
    def told(self) -> int:
        """The year that the page speaks of."""
        return self.year or min(max(self.finding.year, self.years[0]), self.years[-1])

    def figure(self, name: str, year: int) -> float:
        """Return one of probability, missing, spare, capacity, offered in a year."""
        return float(getattr(self.balance, name)[self.years.index(year), self.row, self.at])

    def quantile(self, level: float, year: int, name: str = "need") -> float:
        """Return a quantile of the need, or of the steps that it takes, in a year."""
        return float(getattr(self.balance, name)[LEVELS.index(level), self.years.index(year), self.row, self.at])

    def short_years(self) -> list[int]:
        """Return the years that are judged in which a shortage is more probable than the threshold."""
        return [year for year in self.judged if self.figure("probability", year) > self.threshold]

    def short_later(self) -> int:
        """Return the first such year among those that are shown but not judged, 0 if there is none."""
        later = self.years[len(self.judged) :]
        return next((year for year in later if self.figure("probability", year) > self.threshold), 0)

    def elsewhere(self, geography: str, key: str) -> View:
        """Return the same thing seen from another area."""
        return replace(self, geography=geography, place=self.stand.place(key))

    def facilities(self) -> list[Facility]:
        """Return the facilities of the part in the place, by name; with their classes for all grades together."""
        ids, found = [part.id for part in self.parts], dict[tuple[object, ...], Facility]()
        for one in self.needs.facilities:
            if one.part in ids and self._holds(one.area):
                step = self.parts[ids.index(one.part)].step
                offered = one.capacity if len(ids) == 1 else one.capacity // step
                key = (one.id, one.opens, one.closes)
                earlier = found[key].capacity if key in found else 0.0
                found[key] = replace(one, part=self.part.id, capacity=earlier + offered)
        return sorted(found.values(), key=lambda one: (one.name.casefold(), one.id))

    def _holds(self, area: str) -> bool:
        town = area.partition(".")[0]
        return self.place.kind == REGION or self.place.key in (area, town)


def stand_of(request: HttpRequest) -> Stand | None:
    """Return the outlook in force with its needs, as this visitor may read it; None if there is none."""
    found = ahead(audiences(request.user))
    return Stand(found, shelf(), found.needs) if found and found.needs else None


def access_of(stand: Stand, service: str) -> ServiceAccess | None:
    """Return who reaches a service and can count on it, None if nobody measured it."""
    return next((one for one in read_access(stand.ahead.folder) if one.service == service), None)


def choose(stand: Stand, needs: ServiceNeeds, query: QueryDict) -> View:
    """Return what the address asks for: `gebiet`, `teil`, `jahr`, `schwelle`, `ebene`; what it does not say is the usual."""
    place = place_of(stand, query, {key for key, _name in area_options(stand, needs, query.get("gebiet", ""))})
    parts = [part.id for part in needs.service.told()]
    share = int(pick(query, "schwelle", [str(each) for each in THRESHOLDS], str(round(100 * LIKELY)))) / 100
    first = WHOLE if needs.service.whole() else parts[0]
    part, geography = parts.index(pick(query, "teil", parts, first)), _geography(needs, place)
    usual = DISTRICT if geography == DISTRICT else MUNICIPALITY
    level = pick(query, "ebene", [name for name, _words in levels(needs, place)], usual)
    view = View(stand, needs, geography, place, part, None, share, level)
    chosen = pick(query, "jahr", [str(year) for year in view.years], "")
    return replace(view, year=int(chosen)) if chosen else view


def place_of(stand: Stand, query: QueryDict, known: Collection[str]) -> Place:
    """Return the place that the address names, the region if it names none, the municipality of an Ortsteil not planned by.

    Raises Http404 for a place that nobody knows, or of which nothing is said: a mistyped link must not show another place.
    """
    key = query.get("gebiet", "") or REGION
    place = stand.shelf.atlas.find(key, wording.language())
    if place and (place.kind == REGION or place.key in known):
        return apart(place, stand.shelf.atlas)
    town = key.partition(".")[0]
    if place is None or place.kind != "district" or town not in known:
        raise Http404(_("Für ein Gebiet mit diesem Schlüssel ist hier kein Bedarf gerechnet."))
    return stand.place(town)


def seen_from(stand: Stand, needs: ServiceNeeds, place: Place, at: int) -> View:
    """Return a part of a service as a place sees it: an Ortsteil for which nothing is planned, as its municipality."""
    inner = place.kind == "district" and DISTRICT not in needs.areas
    own = stand.place(place.key.partition(".")[0]) if inner else place
    return View(stand, needs, _geography(needs, own), own, at)


def choices(view: View) -> list[Choice]:
    """Offer areas, parts, years and thresholds."""
    language, service = wording.language(), view.service
    parts = [(part.id, part.title[language]) for part in service.told()]
    shares = [(str(each), wording.per_cent(str(each))) for each in THRESHOLDS]
    found = [Choice("gebiet", _("Gebiet"), area_options(view.stand, view.needs, view.place.key), view.place.key)]
    found += [Choice("teil", _("Teil"), parts, view.part.id)] if len(parts) > 1 else []
    found.append(years_choice("jahr", _("Jahr"), view.years, view.told))
    found.append(Choice("schwelle", _("Knapp heißt: es fehlt mit mehr als"), shares, str(round(100 * view.threshold))))
    offered = levels(view.needs, view.place)
    found += [Choice("ebene", _("Vergleich"), offered, view.level)] if len(offered) > 1 else []
    return found


def levels(needs: ServiceNeeds, place: Place) -> list[tuple[str, str]]:
    """Offer what a place is compared with: municipalities, and the Ortsteile of its municipality if it has several."""
    found = [(MUNICIPALITY, _("Gemeinden der Region"))]
    if place.kind != REGION and len(inside(needs, place)) > 1:
        found.append((DISTRICT, _("Ortsteile der Gemeinde")))
    return found


def inside(needs: ServiceNeeds, place: Place) -> list[str]:
    """Return the keys of the Ortsteile of a place's municipality that the service is planned by."""
    keys = needs.areas[DISTRICT].balance.catchments if DISTRICT in needs.areas else ()
    return [key for key in keys if key.startswith(f"{place.key.partition('.')[0]}.")]


def area_options(stand: Stand, needs: ServiceNeeds, key: str) -> list[tuple[str, str]]:
    """Offer the region, its municipalities, and below the municipality of `key` its Ortsteile."""
    atlas = stand.shelf.atlas
    towns = set(needs.areas[MUNICIPALITY].balance.catchments) if MUNICIPALITY in needs.areas else set()
    parts = set(needs.areas[DISTRICT].balance.catchments) if DISTRICT in needs.areas else set()
    found = [(atlas.region.id, atlas.region.name[wording.language()])]
    for town in atlas.municipalities:
        if town.key not in towns:
            continue
        found.append((town.key, town.name))
        if key.partition(".")[0] == town.key:
            inside = [one for one in atlas.districts if one.key in parts and one.key.startswith(f"{town.key}.")]
            found += [(one.key, _("%(town)s: %(part)s") % {"town": town.name, "part": one.name}) for one in inside]
    return found


def _geography(needs: ServiceNeeds, place: Place) -> str:
    kinds = {REGION: REGION, "municipality": MUNICIPALITY}
    found = kinds.get(place.kind, DISTRICT)
    return found if found in needs.areas else REGION


@lru_cache(maxsize=64)
def _findings(needs: ServiceNeeds, geography: str) -> tuple[tuple[Finding, ...], ...]:
    """Judge all areas once: a page asks for each of them."""
    return needs.findings(geography)
