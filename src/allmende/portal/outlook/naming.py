"""A scenario by its name: the form that keeps it, and how it stands in a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from allmende.portal.outlook.forms import set_choices
from allmende.portal.outlook.models import PROPOSED, Scenario
from allmende.portal.public import releases, shelf


class KeepForm(forms.Form):
    """Name and purpose, and for which municipality."""

    name = forms.CharField(max_length=80)
    note = forms.CharField(max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    owner = forms.ChoiceField(required=False)

    def __init__(self, data: Any, *, municipalities: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(data, auto_id="sichern-%s", **kwargs)
        self.municipalities = list(municipalities)
        for name, label in (("name", _("Name")), ("note", _("Wozu")), ("owner", _("Für die Gemeinde"))):
            self.fields[name].label = label
        set_choices(self.fields["owner"], self.municipalities)
        if len(self.municipalities) < 2:
            self.fields["owner"].widget = forms.HiddenInput()

    def clean_owner(self) -> str:
        """Take the only municipality where there is no choice."""
        chosen: str = self.cleaned_data["owner"]
        return chosen or (self.municipalities[0][0] if self.municipalities else "")


def told(scenario: Scenario, members: frozenset[str]) -> dict[str, Any]:
    """Say of a scenario what a list shows: its name, whose it is, its state and how far the agreement is."""
    names = {one.key: one.name for one in shelf().atlas.municipalities}
    agreed = scenario.consents.filter(agrees=True, ags__in=members).count() if scenario.status == PROPOSED else 0
    state = scenario.get_status_display()
    if scenario.status == PROPOSED:
        state = _("vorgeschlagen: %(yes)s von %(all)s stimmen zu") % {"yes": agreed, "all": len(members)}
    elif scenario.version:
        state = _("vereinbart, Fassung %(version)s") % {"version": scenario.version}
    return {
        "scenario": scenario, "owner": names.get(scenario.owner, scenario.owner), "state": state,
        "gone": scenario.release not in releases(),
    }  # fmt: skip
