"""The feedback form."""

from __future__ import annotations

from typing import ClassVar

from django import forms

from allmende.portal.pages.models import Feedback


class FeedbackForm(forms.ModelForm):  # type: ignore[type-arg]  # Django has it, but not at run time
    """A message to the operator; everything but the message and its kind is voluntary."""

    about = forms.ChoiceField(
        label=Feedback._meta.get_field("about").verbose_name, choices=Feedback.ABOUT, widget=forms.RadioSelect
    )

    class Meta:
        """Fields and widgets."""

        model = Feedback
        fields: ClassVar = ["about", "page", "message", "contact"]
        widgets: ClassVar = {"message": forms.Textarea(attrs={"rows": 6})}
