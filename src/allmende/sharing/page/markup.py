"""HTML made of elements: text is always escaped."""

from __future__ import annotations

from html import escape


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Child = str | Markup | None


def element(tag: str, *children: Child | list[Markup], **attributes: str | bool | None) -> Markup:
    """Return an element; attributes end with "_" where Python knows the word, and "_" inside stands for "-".

    >>> element("p", "1 < 2 ", element("b", "&"), class_="note")
    '<p class="note">1 &lt; 2 <b>&amp;</b></p>'
    """
    written = "".join(
        f" {name.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(str(value))}"')
        for name, value in attributes.items()
        if value is not None and value is not False
    )
    return Markup(f"<{tag}{written}>{joined(*children)}</{tag}>")


def joined(*children: Child | list[Markup]) -> Markup:
    """Return children one after another."""
    flat = [one for child in children for one in (child if isinstance(child, list) else [child])]
    return Markup("".join(one if isinstance(one, Markup) else escape(one) for one in flat if one is not None))


def void(tag: str, **attributes: str | bool | None) -> Markup:
    """Return an element without content, closed as SVG wants it, too.

    >>> void("circle", r="3")
    '<circle r="3"/>'
    """
    return Markup(element(tag, **attributes).removesuffix(f"></{tag}>") + "/>")
