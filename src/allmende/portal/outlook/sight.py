"""What a page of the look ahead is about: an outlook, a place, and how the two are found in an address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import Http404, HttpRequest, QueryDict
from django.utils.translation import gettext as _

from allmende.portal import wording
from allmende.portal.accounts.services import audiences
from allmende.portal.outlook.ahead import Ahead, ahead
from allmende.portal.outlook.words import apart, band_words, variant_words
from allmende.portal.page import Choice, Page, pick, years_choice
from allmende.portal.places import Place
from allmende.portal.public import Shelf, shelf

AHEAD = 15
"""A page speaks of so many years after the base year, unless another year is chosen."""


@dataclass(frozen=True, slots=True)
class Sight:
    """An outlook seen from one place."""

    ahead: Ahead
    shelf: Shelf
    place: Place

    def band(self, query: QueryDict) -> Choice:
        """Offer the bands."""
        names = [band.name for band in self.ahead.outlook.bands]
        options = [(name, band_words(name)) for name in names]
        return Choice("gruppe", _("Altersgruppe"), options, pick(query, "gruppe", names, names[0]))

    def year(self, query: QueryDict) -> Choice:
        """Offer the years that are projected."""
        years = self.ahead.outlook.years[1:]
        usual = years[min(AHEAD, len(years)) - 1]
        return years_choice("jahr", _("Jahr"), years, int(pick(query, "jahr", [str(year) for year in years], str(usual))))

    def variant(self, query: QueryDict) -> Choice:
        """Offer the variants."""
        variants = self.ahead.outlook.variants
        options = [(variant.id, variant_words(variant)) for variant in variants]
        names = [variant.id for variant in variants]
        return Choice("variante", _("Variante"), options, pick(query, "variante", names, names[0]))


Story = Callable[[Sight, QueryDict], Page]


def sight_of(request: HttpRequest, key: str) -> Sight | None:
    """Return the outlook in force as this visitor may read it, seen from a place; None if there is none.

    Raises Http404 for a place that nobody knows, or of which the outlook does not speak.
    """
    found = ahead(audiences(request.user))
    if found is None:
        return None
    opened = shelf()
    place = opened.atlas.find(key, wording.language())
    if place is None or not found.knows(place):
        raise Http404(_("Für ein Gebiet mit diesem Schlüssel gibt es keine Vorausschau."))
    return Sight(found, opened, apart(place, opened.atlas))


def areas(sight: Sight) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return all places of the outlook for a select field: the region and its municipalities, then parts by municipality."""
    atlas = sight.shelf.atlas
    region = atlas.place("region", wording.language())
    towns = [(m.key, m.name) for m in atlas.municipalities if sight.ahead.knows(m)]
    groups = [(_("Region und Gemeinden"), [(region.key, region.name), *towns])]
    for key, name in towns:
        inside = [
            (d.key, apart(d, atlas).name) for d in atlas.districts if d.key.startswith(f"{key}.") and sight.ahead.knows(d)
        ]
        groups += [(name, inside)] if inside else []
    return groups
