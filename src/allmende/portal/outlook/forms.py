"""The levers as a form: plain fields in the address, read into `Levers`; what was typed survives an error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from allmende.portal import wording
from allmende.portal.outlook.sight import AHEAD, Sight, areas
from allmende.portal.outlook.words import full_name
from allmende.projection.housing import estate, occupancy
from allmende.projection.levers import Change, Closing, Estate, Levers, Longevity, Split

ESTATES = 5
"""At most so many estates in one scenario of the portal."""
RAMP = 5
"""A lever is fully moved so many years after the base year, unless another year is given."""
HERE = "here"
"""The people of an estate are as old as those who live there now."""
RATES = {
    "geburten": ("fertility",),
    "zuzug": ("arrive_country",),
    "ausland": ("arrive_abroad",),
    "fortzug": ("leave_country", "leave_abroad"),
}

Areas = list[tuple[str, list[tuple[str, str]]]]


class LeverForm(forms.Form):
    """Everything but the estates; a field that is missing in the address has its usual value."""

    geburten = forms.IntegerField(min_value=50, max_value=200)
    leben = forms.DecimalField(min_value=-3, max_value=6, decimal_places=1)
    zuzug = forms.IntegerField(min_value=0, max_value=300)
    ausland = forms.IntegerField(min_value=0, max_value=300)
    fortzug = forms.IntegerField(min_value=0, max_value=200)
    voll = forms.TypedChoiceField(coerce=int)
    ort = forms.ChoiceField(required=False)
    anziehung = forms.IntegerField(min_value=0, max_value=500)
    schluss = forms.ChoiceField(required=False)
    schluss_jahr = forms.TypedChoiceField(coerce=int)
    gebiet = forms.ChoiceField()
    jahr = forms.TypedChoiceField(coerce=int)

    def __init__(self, sight: Sight, query: QueryDict) -> None:
        years = sight.ahead.outlook.years[1:]
        usual = {
            "geburten": "100", "leben": "0", "zuzug": "100", "ausland": "100", "fortzug": "100", "anziehung": "100",
            "voll": str(years[min(RAMP, len(years)) - 1]), "schluss_jahr": str(years[min(RAMP, len(years)) - 1]),
            "jahr": str(years[min(AHEAD, len(years)) - 1]), "gebiet": sight.place.key, "ort": "", "schluss": "",
        }  # fmt: skip
        super().__init__(usual | {name: query[name] for name in usual if name in query})
        self.sight, self.usual = sight, usual
        labels = _labels()
        for name, field in self.fields.items():
            field.label, field.help_text = labels[name]
        named = [(str(year), str(year)) for year in years]
        for name in ("voll", "schluss_jahr", "jahr"):
            self._offer(name, named)
        places = areas(sight)
        self._offer("gebiet", places)
        self._offer("ort", [("", _("kein Ort")), *_drawing(sight, places)])
        self._offer("schluss", [("", _("keine")), *_held_apart(sight)])
        if not sight.ahead.model.special_kinds:
            del self.fields["schluss"], self.fields["schluss_jahr"]

    def _offer(self, name: str, choices: Any) -> None:
        set_choices(self.fields[name], choices)

    def of(self, *names: str) -> Iterator[forms.BoundField]:
        """Yield fields by name, as far as they are there."""
        return (self[name] for name in names if name in self.fields)

    @property
    def rates(self) -> list[forms.BoundField]:
        """Births and lives."""
        return list(self.of("geburten", "leben", "voll"))

    @property
    def moves(self) -> list[forms.BoundField]:
        """Who comes, and who goes."""
        return list(self.of("zuzug", "ausland", "fortzug"))

    @property
    def drawing(self) -> list[forms.BoundField]:
        """Where those who come settle."""
        return list(self.of("ort", "anziehung"))

    @property
    def closing(self) -> list[forms.BoundField]:
        """What closes."""
        return list(self.of("schluss", "schluss_jahr"))

    @property
    def look(self) -> list[forms.BoundField]:
        """What is looked at."""
        return list(self.of("gebiet", "jahr"))

    def levers(self, estates: tuple[Estate, ...]) -> Levers:
        """Return the levers that are moved."""
        told: Mapping[str, Any] = self.cleaned_data
        first, full = self.sight.ahead.outlook.years[1], told["voll"]
        changes = tuple(
            Change(rate, told[name] / 100, first, full)
            for name, rates in RATES.items()
            for rate in rates
            if told[name] != 100
        )  # fmt: skip
        factor, outlook = told["anziehung"] / 100, self.sight.ahead.outlook
        units = zip(outlook.units, outlook.parents, strict=True)
        drawn = [unit for unit, town in units if told["ort"] in (unit, town) and factor != 1]
        splits = tuple(Split(unit, factor, first, full) for unit in drawn)
        longer = (Longevity(float(told["leben"]), first, full),) if told["leben"] else ()
        unit, _bar, kind = told.get("schluss", "").partition("|")
        closings = (Closing(unit, kind, told["schluss_jahr"]),) if unit else ()
        return Levers(changes, longer, splits, estates, closings)


class EstateForm(forms.Form):
    """One estate; empty fields of people and origin take what is usual for the kind of house."""

    ort = forms.ChoiceField(required=False)
    von = forms.TypedChoiceField(coerce=int)
    bis = forms.TypedChoiceField(coerce=int)
    wohnungen = forms.IntegerField(min_value=-500, max_value=2000)
    art = forms.ChoiceField()
    personen = forms.DecimalField(required=False, min_value=0, max_value=8, decimal_places=1)
    region = forms.IntegerField(required=False, min_value=0, max_value=100)

    def __init__(self, sight: Sight, query: QueryDict, number: int, places: Areas) -> None:
        years = sight.ahead.outlook.years[1:]
        prefix = f"bau{number}"
        usual = {"ort": "", "von": str(years[min(1, len(years) - 1)]), "bis": str(years[min(4, len(years) - 1)]),
                 "wohnungen": "20", "art": "house", "personen": "", "region": ""}  # fmt: skip
        data = {f"{prefix}-{name}": query.get(f"{prefix}-{name}", value) for name, value in usual.items()}
        super().__init__(data, prefix=prefix)
        self.number = number
        labels = _estate_labels()
        for name, field in self.fields.items():
            field.label, field.help_text = labels[name]
        named = [(str(year), str(year)) for year in years]
        kinds = [
            ("house", _("Einfamilienhäuser: meist junge Familien")),
            ("flat", _("Mehrfamilienhäuser: Alte und Junge, allein oder zu mehreren")),
            (HERE, _("Einfamilienhäuser: Menschen so alt wie die, die dort schon wohnen")),
        ]
        for name, choices in {"ort": [("", _("kein Baugebiet")), *places], "von": named, "bis": named, "art": kinds}.items():
            set_choices(self.fields[name], choices)

    def clean(self) -> dict[str, Any]:
        """Refuse an estate that ends before it begins."""
        told: dict[str, Any] = super().clean() or {}
        if told.get("von") and told.get("bis") and told["bis"] < told["von"]:
            self.add_error("bis", _("Das letzte Jahr liegt vor dem ersten."))
        return told

    def estate(self) -> Estate | None:
        """Return the lever, None if no place is chosen."""
        told: Mapping[str, Any] = self.cleaned_data
        if not told["ort"]:
            return None
        kind = occupancy("flat" if told["art"] == "flat" else "house")
        made = estate(told["ort"], (told["von"], told["bis"]), float(told["wohnungen"]), kind)
        persons = made.occupancy if told["personen"] is None else float(told["personen"])
        part = made.from_region if told["region"] is None else told["region"] / 100
        pattern = () if told["art"] == HERE else made.pattern
        return Estate(made.unit, made.first_year, made.last_year, made.dwellings, persons, part, pattern)


def set_choices(field: forms.Field, choices: Any) -> None:
    """Offer choices that only the outlook or the visitor knows."""
    if isinstance(field, forms.ChoiceField):
        field.choices = choices


class Board:
    """The whole form: levers, and as many estates as are filled in, with one more to fill."""

    def __init__(self, sight: Sight, query: QueryDict) -> None:
        self.form = LeverForm(sight, query)
        places = _units(sight, areas(sight))
        filled = [at for at in range(1, ESTATES + 1) if query.get(f"bau{at}-ort")]
        count = min(max(filled, default=0) + 1, ESTATES)
        self.estates = [EstateForm(sight, query, at, places) for at in range(1, count + 1)]

    def is_valid(self) -> bool:
        """Return whether every field can be read."""
        return all([self.form.is_valid(), *(one.is_valid() for one in self.estates)])

    def levers(self) -> Levers:
        """Return the levers of a valid board."""
        built = [one.estate() for one in self.estates]
        return self.form.levers(tuple(one for one in built if one is not None))

    def address(self) -> str:
        """Return the fields that are not as usual, as the query of an address."""
        query = QueryDict(mutable=True)
        for name, value in self.form.data.items():
            if name in self.form.fields and (value != self.form.usual[name] or name == "gebiet"):
                query[name] = value
        for one in self.estates:
            if one.data.get(f"{one.prefix}-ort"):
                query.update({name: value for name, value in one.data.items() if value != ""})
        return query.urlencode()


def _units(sight: Sight, places: Areas) -> Areas:
    """Keep of the places those that the model tells apart, each by its full name: a closed field shows that alone."""
    units, atlas = set(sight.ahead.outlook.units), sight.shelf.atlas
    kept = [(group, [(key, full_name(key, atlas)) for key, _name in options if key in units]) for group, options in places]
    return [(group, options) for group, options in kept if options]


def _drawing(sight: Sight, places: Areas) -> Areas:
    """Keep of the places municipalities as a whole, and the parts that the model tells apart."""
    (first, all_of), *_rest = places
    towns = [(key, name) for key, name in all_of if key in sight.ahead.outlook.parents]
    return [(_("Ganze Gemeinden"), towns), *((group, options) for group, options in _units(sight, places) if group != first)]


def _held_apart(sight: Sight) -> list[tuple[str, str]]:
    """Offer every unit in which a special population lives."""
    model, atlas = sight.ahead.model, sight.shelf.atlas
    people = model.special.sum(axis=(1, 3, 4))
    kinds = kind_words()
    found = []
    for h, kind in enumerate(model.special_kinds):
        for m, unit in enumerate(model.units):
            if people[h, m] > 0:
                found.append((f"{unit}|{kind}", f"{kinds.get(kind, kind)}: {full_name(unit, atlas)}"))
    return found


def kind_words() -> dict[str, str]:
    """Name the special populations."""
    return {
        "students": _("Studierende"), "barracks": _("Kaserne"), "homes": _("Heim"), "asylum": _("Unterkunft für Geflüchtete")
    }  # fmt: skip


def _labels() -> dict[str, tuple[str, str]]:
    compared = _("in % der mittleren Variante")
    return {
        "geburten": (_("Kinder je Frau"), compared),
        "leben": (_("Lebenserwartung"), _("Jahre mehr (oder weniger)")),
        "zuzug": (_("Zuzug aus dem übrigen Land"), compared),
        "ausland": (_("Zuzug aus dem Ausland"), compared),
        "fortzug": (_("Fortzug aus der Region"), compared),
        "voll": (_("Voll wirksam ab"), ""),
        "ort": (_("Ort"), _("alle anderen geben entsprechend ab")),
        "anziehung": (_("Wie viele der Zuziehenden ihn wählen"), _("in % von heute: 150 heißt anderthalbmal so viele")),
        "schluss": (_("Was schließt"), ""),
        "schluss_jahr": (_("im Jahr"), ""),
        "gebiet": (_("Gebiet"), ""),
        "jahr": (_("Jahr"), ""),
    }


def _estate_labels() -> dict[str, tuple[str, str]]:
    house, flat = occupancy("house"), occupancy("flat")
    told = {
        "house": wording.number(house.usual[0], 1), "flat": wording.number(flat.usual[0], 1),
        "share": wording.number(100 * house.from_region),
    }  # fmt: skip
    return {
        "ort": (_("Ort des Baugebiets"), ""),
        "von": (_("Erste Wohnungen fertig"), ""),
        "bis": (_("Letzte Wohnungen fertig"), ""),
        "wohnungen": (_("Neue Wohnungen je Jahr"), _("mit Minus davor: Abriss")),
        "art": (_("Was gebaut wird und wer einzieht"), ""),
        "personen": (
            _("Menschen je Wohnung"),
            _("leer: %(house)s im Einfamilienhaus, %(flat)s im Mehrfamilienhaus") % told,
        ),
        "region": (_("Wie viele davon schon in der Region wohnen, in %"), _("leer: %(share)s") % told),
    }
