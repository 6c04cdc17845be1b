"""The tables of `sharing compare` in the terminal: amounts, differences, per head, questions of fairness, intervals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from allmende.cli.game_output import answers
from allmende.sharing.compare import Deal

Lines = Sequence[tuple[str, Sequence[str]]]


def deal_tables(deal: Deal, language: str) -> Iterator[str]:
    """Yield every table of a comparison, each with a title and a blank line before it."""
    for titled in (_amounts, _differences, _per_head, _fairness, _intervals):
        yield from titled(deal, language)


def laid_out(heads: Sequence[str], rows: Lines) -> Iterator[str]:
    """Yield a table whose columns are as wide as they must be, names left and figures right.

    >>> list(laid_out(["A", "Bedorf"], [("alone", ["1,00", "2,00"])]))
    ['          A  Bedorf', 'alone  1,00    2,00']
    """
    width = max((len(name) for name, _ in rows), default=0)
    columns = [max(len(head), *(len(cells[k]) for _, cells in rows)) for k, head in enumerate(heads)]
    for name, cells in [("", heads), *rows]:
        yield (name.ljust(width) + "".join("  " + cell.rjust(c) for cell, c in zip(cells, columns, strict=True))).rstrip()


def _amounts(deal: Deal, language: str) -> Iterator[str]:
    say = answers(language)

    def line(cents: Sequence[int]) -> list[str]:
        return [say.number(one / 100, 2) for one in (*cents, sum(cents))]

    rows = [(say("alone"), line(deal.alone))]
    if deal.adds is not None and deal.case.game.kind == "cost":
        rows.append((say("adds"), [*line(deal.adds)[:-1], "–"]))
    rows += [(row.name[language], line(row.cents)) for row in deal.rows]
    yield from ("", say("table_year"), *laid_out([*deal.case.game.players, say("together")], rows))


def _differences(deal: Deal, language: str) -> Iterator[str]:
    say = answers(language)
    rows = []
    for row in deal.rows:
        gaps = [share - alone for share, alone in zip(row.cents, deal.alone, strict=True)]
        rows.append((row.name[language], [say.signed(gap / 100, 2) for gap in (*gaps, sum(gaps))]))
    yield from ("", say("table_difference"), *laid_out([*deal.case.game.players, say("together")], rows))


def _per_head(deal: Deal, language: str) -> Iterator[str]:
    say, heads = answers(language), deal.case.heads
    if not heads or not all(heads):
        return
    by = (*heads, sum(heads))

    def line(cents: Sequence[int]) -> list[str]:
        return [say.number(amount / head / 100, 2) for amount, head in zip((*cents, sum(cents)), by, strict=True)]

    rows = [(say("alone"), line(deal.alone)), *((row.name[language], line(row.cents)) for row in deal.rows)]
    yield from ("", say("table_head"), *laid_out([*deal.case.game.players, say("together")], rows))


def _fairness(deal: Deal, language: str) -> Iterator[str]:
    say = answers(language)
    names: dict[str, str] = say.words["property_value" if deal.case.game.kind == "value" else "property"]
    word = {True: say("yes"), False: say("no"), None: say("unknown")}
    rows = [(row.name[language], [word[row.properties[name]] for name in names]) for row in deal.rows]
    yield from ("", say("fair"), *(f"({k}) {question}" for k, question in enumerate(names.values(), 1)))
    yield from laid_out([f"({k})" for k in range(1, len(names) + 1)], rows)


def _intervals(deal: Deal, language: str) -> Iterator[str]:
    say, decimals = answers(language), 0 if deal.total > 10_000_00 else 2
    rows = []
    for row in deal.rows:
        if row.interval is not None:
            spans = [f"{say.number(low / 100, decimals)} – {say.number(high / 100, decimals)}" for low, high in row.interval]
            rows.append((row.name[language], [*spans, say.percent(row.holds or 0.0)]))
    if rows:
        yield from ("", say("table_interval"), *laid_out([*deal.case.game.players, say("sure_head")], rows))
