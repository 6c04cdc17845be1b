"""Plain CSV tables of a published projection: their columns by any usual name, every fault with its file and line."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from allmende.errors import AllmendeError

AXES: Mapping[str, tuple[str, ...]] = {
    "year": ("year", "jahr", "time", "time_start", "year_start", "period_start"),
    "area": (
        "area",
        "gebiet",
        "unit",
        "region",
        "spatial_unit",
        "municipality",
        "gemeinde",
        "canton",
        "country",
        "location",
        "from",
        "von",
    ),
    "to": ("to", "nach"),
    "group": ("group", "gruppe", "nat", "nationality", "nationalität", "citizenship"),
    "sex": ("sex", "geschlecht", "gender"),
    "age": ("age", "alter", "age_start", "age_group", "altersgruppe", "agegrp", "agegrpstart", "x"),
    "age_width": ("age_width", "age_span"),
}
"""Columns that say whom a row is about, and the names they may have."""

VALUES: Mapping[str, tuple[str, ...]] = {
    "population": ("population", "pop", "n", "persons", "personen", "bevölkerung", "pop_count"),
    "survival": ("survival", "sx", "surv", "surv_ratio", "survival_ratio"),
    "q": ("q", "mor", "death_probability", "sterbewahrscheinlichkeit"),
    "nLx": ("nlx", "Lx", "years_lived"),
    "lx": ("lx", "survivors"),
    "mx": ("mx", "nmx", "death_rate"),
    "qx": ("qx", "nqx"),
    "ax": ("ax", "nax"),
    "asfr": ("asfr", "fx", "fertility", "fertility_rate", "fert_rate", "birthrate", "birth_rate", "geburtenrate"),
    "srb": ("srb", "boys_per_girl", "sex_ratio_at_birth"),
    "net": ("net", "net_migration", "net_mig", "mig", "mig_net", "mig_net_count", "mig_sub", "saldo"),
    "net_rate": ("net_rate", "net_proportion", "mig_rate", "mig_prop"),
    "in": ("in", "in_numbers", "immigrants", "zuzüge", "imm_int_n", "imm_nat_n"),
    "out": ("out", "out_numbers", "emigrants", "fortzüge"),
    "out_rate": ("out_rate", "emi", "emi_int", "emi_nat", "fortzugsrate"),
    "acquisition": ("acquisition", "acq", "naturalisation", "naturalization", "einbürgerung"),
    "child_share": ("child_share", "int_mothers"),
    "pool_out_rate": ("pool_out_rate", "emi_sub"),
    "pool_share": ("pool_share", "imm_sub"),
    "moves": ("moves", "movers", "umzüge"),
    "move_rate": ("move_rate", "umzugsrate"),
    "first_row": ("first_row", "fecundity"),
    "subdiagonal": ("subdiagonal", "survival_from"),
}
"""Columns of numbers, and the names they may have. Upper case matters only for Lx (years lived) beside lx (survivors)."""

ADDED = ("in", "out", "out_rate")
"""Columns that may be there more than once, as parts (in_abroad, in_inland, …): they are added up."""

SEXES: Mapping[str, tuple[str, ...]] = {
    "f": ("f", "w", "female", "females", "weiblich", "women", "woman", "frauen"),
    "m": ("m", "male", "males", "männlich", "maennlich", "men", "man", "männer"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with the inputs; `line` counts from 1, 0 means the whole file."""

    file: str
    line: int
    field: str
    value: str
    expected: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place} {self.field}: {self.value or 'nothing'}; expected {self.expected}"

    def as_data(self) -> dict[str, str | int]:
        """Return the finding's parts by name."""
        return asdict(self)


class UnusableInputs(AllmendeError):
    """Everything that is wrong with a folder of inputs, at once."""

    SHOWN = 40

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        lines = [str(found) for found in self.findings[: self.SHOWN]]
        if len(self.findings) > self.SHOWN:
            lines.append(f"… and {len(self.findings) - self.SHOWN} more (--json lists all)")
        super().__init__(
            f"The inputs cannot be used: {len(self.findings)} finding{'s' if len(self.findings) != 1 else ''}.",
            where="\n            ".join(lines),
            todo="Correct them; docs/formats/projection-inputs.md describes every column.",
        )


@dataclass(frozen=True, slots=True)
class Series:
    """One column of numbers as text: what it means, its own header, and the sex that its header names, if any."""

    field: str
    header: str
    sex: str | None
    texts: list[str]


@dataclass(frozen=True, slots=True)
class PlainTable:
    """A table's lines, the columns that say whom a row is about, its columns of numbers, and the headers not understood."""

    name: str
    lines: list[int]
    axes: Mapping[str, list[str]]
    series: tuple[Series, ...]
    unused: tuple[str, ...]
    decimal_comma: bool
    findings: list[Finding] = field(default_factory=list)


def read_table(path: Path, *, rename: Mapping[str, str], only: Mapping[str, str]) -> PlainTable:
    """Read CSV (comma, semicolon or tab; .gz too; lines that start with # are left out).

    `rename` gives columns another header first; `only` keeps the rows that hold these values, by header.

    Raises
    ------
    AllmendeError
        If the file is no text in UTF-8 or has no header.
    """
    rows = [(number, line) for number, line in enumerate(_text(path), 1) if line.strip() and not line.startswith("#")]
    if not rows:
        raise AllmendeError("The file is empty.", where=str(path), expected="a header and a line per row")
    delimiter = max(";,\t", key=rows[0][1].count)
    headers = [rename.get(text.strip(), text.strip()) for text in _cells(rows[0][1], delimiter)]
    findings, kept, lines = [], [], []
    for number, line in rows[1:]:
        cells = _cells(line, delimiter)
        if len(cells) != len(headers):
            expected = f"{len(headers)} fields as in the header"
            findings.append(Finding(path.name, number, "(row)", f"{len(cells)} fields", expected))
            continue
        row = [cell.strip() for cell in cells]
        if all(row[headers.index(header)] == value for header, value in only.items() if header in headers):
            kept.append(row)
            lines.append(number)
    if not (kept or findings):
        chosen = ", ".join(f"{header} = {value}" for header, value in only.items() if header in headers)
        expected = "a row" + (f" with {chosen}, as settings.toml says under [only]" if chosen else " beside the header")
        findings.append(Finding(path.name, 0, "(row)", "", expected))
    columns = [[row[i] for row in kept] for i in range(len(headers))]
    return _understand(path.name, lines, headers, columns, findings, decimal_comma=delimiter == ";")


def _text(path: Path) -> list[str]:
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        return data.decode("utf-8-sig").splitlines()
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError) as error:
        raise AllmendeError(
            "The file cannot be read as text.",
            where=str(path),
            expected="UTF-8, plain or as .gz",
            todo="Save it as CSV in UTF-8.",
        ) from error


def _cells(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter))


def _understand(
    name: str, lines: list[int], headers: list[str], columns: list[list[str]], findings: list[Finding], *, decimal_comma: bool
) -> PlainTable:
    axes: dict[str, list[str]] = {}
    series: list[Series] = []
    unused: list[str] = []
    for header, texts in zip(headers, columns, strict=True):
        axis = _named(header, AXES)
        meaning, sex = _meaning(header)
        if axis and axis not in axes:
            axes[axis] = texts
        elif meaning and not axis:
            rival = next((s for s in series if s.field == meaning and s.sex == sex and meaning not in ADDED), None)
            if rival:
                findings.append(Finding(name, 1, header, f"the same as {rival.header}", f"one column for {meaning}"))
            series.append(Series(meaning, header, sex, texts))
        else:
            unused.append(header)
    return PlainTable(name, lines, axes, tuple(series), tuple(unused), decimal_comma, findings)


def _meaning(header: str) -> tuple[str | None, str | None]:
    """Return what a column of numbers holds and the sex its header names.

    >>> _meaning("Sx_f"), _meaning("in_abroad"), _meaning("female"), _meaning("PopMale"), _meaning("scen")
    (('survival', 'f'), ('in', None), ('population', 'f'), ('population', 'm'), (None, None))
    """
    alone = next((sex for sex, words in SEXES.items() if header.lower() in words), None)
    if alone:
        return "population", alone
    plain = _named(header, VALUES) or _part(header)
    if plain:
        return plain, None
    stem, _, last = re.sub(r"[\s.\-]|(?<=[a-z])(?=(?:Fem|M)ale)", "_", header).rpartition("_")
    sex = next((sex for sex, words in SEXES.items() if last.lower() in words), None)
    meaning = _named(stem, VALUES) or _part(stem) if sex else None
    return meaning, sex if meaning else None


def _named(header: str, names: Mapping[str, tuple[str, ...]]) -> str | None:
    exact = next((meaning for meaning, words in names.items() if header in words), None)
    word = re.sub(r"[\s.\-]", "_", header).lower()
    return exact or next((meaning for meaning, words in names.items() if word in words or word == meaning.lower()), None)


def _part(header: str) -> str | None:
    word = header.lower()
    if re.search(r"_[fmw]$|_(fe)?male$", word):
        return None
    return next((meaning for meaning in reversed(ADDED) if word.startswith(f"{meaning}_")), None)
