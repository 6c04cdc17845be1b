"""From bytes to lines of text: what kind of file it is, and which of its lines can be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from allmende.register.findings import Finding

BINARY = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b")
"""How spreadsheets (new and old), PDF and compressed files begin."""

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Lines:
    """A file's lines: `raw` as they were, `text` without line ends (None: not to be read), and what was found on the way.

    A file that cannot be used has no `text`. `complete` says whether the last line was ended.
    """

    raw: Sequence[bytes] = field(repr=False)
    text: Sequence[str | None] = field(repr=False)
    findings: tuple[Finding, ...]
    complete: bool


def read_lines(data: bytes, name: str, encoding: str) -> Lines:
    """Split a file into lines and decode them one by one, so that a damaged line costs itself and nothing else.

    Lines end with LF or CR LF, or all with CR; a CR within a line shows that two records have become one.
    """
    while data.startswith(_BOM):
        data = data.removeprefix(_BOM)
    data = data.replace(b"\n" + _BOM, b"\n").rstrip(b"\x1a")  # a second one stands where two extracts were joined
    end = b"\r" if b"\r" in data and b"\n" not in data else b"\n"
    raw = data.split(end)
    complete = data.endswith(end) or not data
    unusable = tuple(_unusable(data, raw, name, encoding))
    if unusable:
        return Lines(raw, (), unusable[:1], complete)
    text, findings = _decode(data, raw, end, name, "utf-8" if encoding == "utf-8-sig" else encoding)
    if b"\r" in data:
        text = [line and line.rstrip("\r") for line in text]
    for code, sign in (("row.nul", "\0"), ("row.line_end", "\r")):
        if sign.encode() in data:
            for number, line in enumerate(text, 1):
                if line is not None and sign in line:
                    findings.append(Finding(code, name, number))
                    text[number - 1] = None
    return Lines(raw, text, tuple(findings), complete)


def _unusable(data: bytes, raw: Sequence[bytes], name: str, encoding: str) -> Iterator[Finding]:
    if not data.strip(b"\0 \t\r\n\v\f"):
        yield Finding("file.empty", name)
    if data.startswith(BINARY):
        yield Finding("file.binary", name)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or _has_a_nul_in_every_other_place(data[:1000]):
        yield Finding("file.utf16", name, detail=encoding)
    if not encoding.startswith("utf-8") and not data.isascii() and _is_utf8(data):
        first = next(number for number, line in enumerate(raw, 1) if not line.isascii())
        yield Finding("file.is_utf8", name, first, detail=encoding)


def _has_a_nul_in_every_other_place(start: bytes) -> bool:
    return abs(start[0::2].count(0) - start[1::2].count(0)) > len(start) / 4


def _decode(data: bytes, raw: Sequence[bytes], end: bytes, name: str, encoding: str) -> tuple[list[str | None], list[Finding]]:
    findings = []
    if encoding != "utf-8" and not data.isascii():
        mixed = [number for number, line in enumerate(raw, 1) if not line.isascii() and _is_utf8(line)]
        if mixed:
            findings.append(Finding("file.mixed", name, mixed[0], detail=str(len(mixed))))
    try:
        return list(data.decode(encoding).split(end.decode())), findings
    except UnicodeDecodeError:
        pass
    lines: list[str | None] = []
    for number, line in enumerate(raw, 1):
        try:
            lines.append(line.decode(encoding))
        except UnicodeDecodeError:
            shown = line.decode(encoding, "replace").strip()
            findings.append(Finding("row.encoding", name, number, value=shown, detail=encoding))
            lines.append(None)
    return lines, findings


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
