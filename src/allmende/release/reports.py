"""The two reports of a release: everything for the hub, accuracy for the public. One set of data each, as JSON and HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from html import escape
from typing import Any

import numpy as np

from allmende.areas.hierarchy import Region
from allmende.cubes import publication
from allmende.parameters.classifications import remark
from allmende.privacy.attacks import assess_side_channel, assess_small_values, assess_stock_flow
from allmende.release.accuracy import measure
from allmende.release.merge import Outgoing
from allmende.release.plan import Plan
from allmende.release.protect import Protected
from allmende.release.shares import Missing


def method_sentence(plan: Plan) -> publication.Words:
    """Return what belongs beside every figure: how it was protected, and which figures were not, or more than once."""
    exact = any(table.exact_totals for table in plan.catalogue.tables)
    sums = any(each.summed for each in plan.outgoing)
    return publication.Words(
        "Zum Schutz der Menschen ist jeder Wert für sich zufällig um wenige Personen verändert"
        + (", außer der Einwohnerzahl der Gemeinden" if exact else "")
        + ". Teile ergeben deshalb zusammen nicht genau ihre Summe. Nullen bleiben Nullen; kleine Zahlen sind unsicher."
        + (
            " Werte über mehrere Gemeinden können Summen einzeln geschützter Teile sein; deren Abweichungen kommen zusammen."
            * sums
        ),
        "To protect people every value was changed at random by a few persons, each by itself"
        + (", but for the populations of municipalities" if exact else "")
        + ". Parts therefore do not add up exactly to their total. Zeros stay zeros; small numbers are uncertain."
        + (" Values over several municipalities may be sums of parts protected one by one; their deviations add up." * sums),
    )


def public_report(
    release: publication.Publication, outgoing: Sequence[Outgoing], missing: Sequence[Missing], region: Region
) -> dict[str, Any]:
    """Return the public report: what was protected and how accurate it is; no parameter, no true count.

    `remarks` say what a classification leaves without a column of its own, with the tables it concerns. A table in which
    values were protected by an office says how many (`at_source`: their accuracy is expected, not measured), how many are
    sums of several protected parts (`summed`) and of how many at most (`most_parts`). `missing` says what is lacking, and why.
    """
    tables = [
        {"table": e.note.table, "title": asdict(e.title), "geography": e.note.geography, "cells": e.cells, **asdict(e.accuracy)}
        | _sources(each)
        for e, each in zip(release.tables, outgoing, strict=True)
    ]
    names = {municipality.ags: municipality.name for municipality in region.municipalities}
    used = sorted({pair for e in release.tables for pair in e.note.dimensions if remark(*pair)})
    remarks = [
        {**remark(*pair), "tables": [e.note.table for e in release.tables if pair in e.note.dimensions]} for pair in used
    ]
    return {
        "remarks": remarks,
        "release": release.id,
        "title": asdict(release.title),
        "method": asdict(release.method),
        "tables": tables,
        "missing": [
            {"table": each.table, "areas": list(each.areas), "years": list(each.years), "why": asdict(each.why)}
            | {language: each.sentence(language, names) for language in ("de", "en")}
            for each in missing
        ],
    }


def _sources(outgoing: Outgoing) -> dict[str, int]:
    if not outgoing.at_source.any():
        return {}
    return {"at_source": int(outgoing.at_source.sum()), "summed": outgoing.summed, "most_parts": int(outgoing.draws.max())}


def internal_report(plan: Plan) -> dict[str, Any]:
    """Return the internal report: all verdicts, risk and utility of every table, parameters. Never leaves the hub.

    Values that are sums of parts protected by several offices: how many by table, and the largest variance among them.
    """
    variance = plan.protection.table.variance()
    years = len({year for each in plan.tables for year in each.years})
    return plan.as_data() | {
        "protection": plan.protection.id,
        "largest_deviation": plan.protection.table.max_deviation(),
        "variance": variance,
        "epoch": plan.epoch,
        "equal_despite_a_difference_of_1_to_5": list(assess_side_channel(plan.protection).unseen),
        "variance_left_by_the_stock_flow_identity": assess_stock_flow(max(1, years - 1)).stocks.round(3).tolist(),
        "summed_from_sources": {
            each.table.id: {"values": each.summed, "largest_variance": float(each.draws.max()) * variance}
            for each in plan.outgoing
            if each.summed
        },
        "by_table": {each.table.id: _risk_and_utility(each, plan) for each in plan.tables},
    }


def _risk_and_utility(protected: Protected, plan: Plan) -> dict[str, Any]:
    counts = np.concatenate([n for n, _ in protected.values()])
    shown = np.concatenate([value for _, value in protected.values()])
    return {
        "years": list(protected.years),
        "areas_left_to_coarser_tables": protected.hidden,
        "cells_counted": len(counts),
        "cells_published": int((shown != 0).sum()),
        "below_three_before": int((counts < 3).sum()),
        "below_three_after": int(((shown > 0) & (shown < 3)).sum()),
        "utility": asdict(measure(protected)),
        "risk": asdict(assess_small_values(counts, plan.protection)),
    }


def public_page(report: dict[str, Any]) -> str:
    """Return the public report as one page in German and English."""
    heads = {
        "de": ("Tabelle", "Zellen", "mittlere Abweichung", "höchstens 1", "3 und mehr", "4 und mehr"),
        "en": ("table", "cells", "mean deviation", "at most 1", "3 and more", "4 and more"),
    }
    titles = {"de": "Genauigkeit der Veröffentlichung", "en": "Accuracy of the release"}
    units = {
        "de": "Abweichung der veröffentlichten von den gezählten Werten (Personen, Ereignisse); Anteile an Werten über 0.",
        "en": "Deviation of published from counted values (persons, events); shares of all values above 0.",
    }
    missing = {"de": "Es fehlt", "en": "Missing"}
    parts = []
    for language, head in heads.items():
        rows = [_accuracy_row(table, language) for table in report["tables"]]
        title = f"{titles[language]} {report['release']}"
        remarks = [f"{each[language]} ({', '.join(each['tables'])})" for each in report["remarks"]]
        lacks = [f"{missing[language]}: {each[language]}" for each in report["missing"]]
        sums = [_sums(table, language) for table in report["tables"] if table.get("summed")]
        words = [report["method"][language], *remarks, *sums, *lacks, units[language]]
        parts.append(_section(language, title, words, head, rows))
    return _page(report["title"]["de"], parts)


def _sums(table: dict[str, Any], language: str) -> str:
    values = _whole(table["summed"], language)
    return {
        "de": f"{table['table']}: {values} Werte sind Summen aus bis zu {table['most_parts']} einzeln geschützten Teilen; ihre "
        "Abweichung ist aus dem Verfahren errechnet.",
        "en": f"{table['table']}: {values} values are sums of up to {table['most_parts']} parts protected one by one; their "
        "deviation is reckoned from the method.",
    }[language]


def _accuracy_row(table: dict[str, Any], language: str) -> list[str]:
    shares = [_share(table[name], language) for name in ("within_one", "three_or_more", "four_or_more")]
    name = f"{table['title'][language]} ({table['table']})"
    return [name, _whole(table["cells"], language), _decimal(table["mean_deviation"], language), *shares]


def internal_page(report: dict[str, Any]) -> str:
    """Return the internal report as one page in German and English."""
    heads = {
        "de": ("Tabellen", "Angriff", "Kennzahl", "Wert", "Grenze", "bestanden"),
        "en": ("tables", "attack", "figure", "value", "limit", "passed"),
    }
    titles = {"de": "Interner Bericht", "en": "Internal report"}
    warnings = {"de": "Vertraulich: verlässt die Stelle nicht.", "en": "Confidential: does not leave the unit."}
    parts = []
    for language, head in heads.items():
        rows = [_finding_row(finding, language) for finding in report["findings"]]
        title = f"{titles[language]} {report['id']}"
        parts.append(_section(language, title, [warnings[language], *report["gaps"]], head, rows))
        parts.append(_tables_section(language, report))
    return _page(report["id"], parts)


def _finding_row(finding: dict[str, Any], language: str) -> list[str]:
    bound = "≥ " if finding["at_least"] else "≤ "
    figure = f"{finding['figure']} – {finding['detail']}"
    values = [_decimal(finding["value"], language, 3), bound + _decimal(finding["limit"], language)]
    answer = {"de": ("nein", "ja"), "en": ("no", "yes")}[language][finding["passed"]]
    return [", ".join(finding["tables"]), finding["attack"], figure, *values, answer]


def _tables_section(language: str, report: dict[str, Any]) -> str:
    heads = {
        "de": ("Tabelle", "Zellen", "unter 3 vorher", "nachher", "mittlere Abweichung", "falsche Nullen", "P(≤ 2 | 3)"),
        "en": ("table", "cells", "below 3 before", "after", "mean deviation", "false zeros", "P(≤ 2 | 3)"),
    }
    titles = {"de": "Risiko und Nutzen", "en": "Risk and utility"}
    rows = [_risk_row(name, table, language) for name, table in report["by_table"].items()]
    return _section(language, titles[language], [], heads[language], rows)


def _risk_row(name: str, table: dict[str, Any], language: str) -> list[str]:
    counts = [_whole(table[field], language) for field in ("cells_counted", "below_three_before", "below_three_after")]
    shares = [_share(table["utility"]["false_zeros"], language), _share(table["risk"]["small_given_three"], language)]
    return [name, *counts, _decimal(table["utility"]["mean_deviation"], language), *shares]


def _section(language: str, title: str, words: Sequence[str], head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    cells = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>\n" for row in rows)
    header = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    text = "".join(f"<p>{escape(line)}</p>\n" for line in words)
    return (
        f'<section lang="{language}">\n<h1>{escape(title)}</h1>\n{text}'
        f"<table>\n<thead><tr>{header}</tr></thead>\n<tbody>\n{cells}</tbody>\n</table>\n</section>\n"
    )


STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#111}"
    "table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{border-bottom:1px solid #999;padding:.3rem .5rem;"
    "text-align:right;vertical-align:top}th:first-child,td:first-child{text-align:left}h1{font-size:1.4rem}"
    "section+section{margin-top:3rem}@media print{section{break-inside:avoid-page}body{margin:0}}"
)


def _page(title: str, sections: Sequence[str]) -> str:
    return (
        '<!DOCTYPE html>\n<html lang="de">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{''.join(sections)}</body>\n</html>\n"
    )


def _whole(value: int, language: str) -> str:
    return f"{value:,}".replace(",", "\u202f" if language == "de" else ",")


def _decimal(value: float, language: str, digits: int = 2) -> str:
    text = f"{value:.{digits}f}"
    return text.replace(".", ",") if language == "de" else text


def _share(value: float, language: str) -> str:
    return f"{_decimal(100 * value, language, 1)}\u202f%" if language == "de" else f"{100 * value:.1f}%"
