"""Numbers, dates and addresses in templates."""

from __future__ import annotations

from datetime import date

from django import template
from django.http import QueryDict
from django.utils.safestring import SafeString, mark_safe

from allmende.portal import drawing, wording
from allmende.portal import page as page_words
from allmende.portal.page import Page

register = template.Library()


@register.filter
def number(value: float) -> str:
    """Write a whole number."""
    return wording.number(value)


@register.filter
def percent(share: float) -> str:
    """Write a share in per cent with one decimal."""
    return wording.percent(share)


@register.filter
def day(when: date) -> str:
    """Write a date in full."""
    return wording.day(when)


@register.filter
def decimal(value: float) -> str:
    """Write a number with two decimals."""
    return wording.number(value, 2)


@register.filter
def unheard(page: Page, query: QueryDict) -> list[str]:
    """Say which choices in the address a page could not follow."""
    return page_words.unheard(query, page.choices)


@register.filter
def key(class_: str) -> SafeString:
    """Draw what stands for a class of a drawing in its legend."""
    return mark_safe(drawing.key(class_))  # noqa: S308 - made of fixed shapes and an escaped class
