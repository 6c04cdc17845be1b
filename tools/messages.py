"""Keep the English catalogue of the portal: find German texts in templates and code, merge them in, compile.

Run `python tools/messages.py` after changing a text, translate what is empty in django.po, run it again. No gettext
tools are needed, and the compiled file is committed, so that a fresh machine speaks English without any.
"""

from __future__ import annotations

import ast
import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

PORTAL = Path(__file__).resolve().parent.parent / "src" / "allmende" / "portal"
PO = PORTAL / "locale" / "en" / "LC_MESSAGES" / "django.po"
POLITE = PORTAL / "locale" / "de" / "LC_MESSAGES" / "django.po"
"""What the sign-in pages say in German instead of allauth's own words; kept by hand."""
MARKERS = {"_", "gettext", "gettext_lazy", "gettext_noop"}
HEAD = (
    'msgid ""\nmsgstr ""\n"Language: en\\n"\n"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
)

Message = tuple[str, str]
"""A text and its plural, "" if it has none."""

_TRANSLATE = re.compile(r'{%\s*translate\s+"((?:[^"\\]|\\.)*)"')
_BLOCK = re.compile(r"{%\s*blocktranslate\b[^%]*%}(.*?)(?:{%\s*plural\s*%}(.*?))?{%\s*endblocktranslate\s*%}", re.DOTALL)
_VARIABLE = re.compile(r"{{\s*(\w+)\s*}}")


def texts() -> dict[Message, str]:
    """Return every marked text of the portal with the first file it stands in."""
    found: dict[Message, str] = {}
    for path in sorted([*PORTAL.rglob("*.html"), *PORTAL.rglob("*.py")]):
        source = path.read_text(encoding="utf-8")
        for message in _in_template(source) if path.suffix == ".html" else _in_code(source):
            found.setdefault(message, str(path.relative_to(PORTAL)))
    return found


def read_po(text: str) -> dict[Message, list[str]]:
    """Read a catalogue as this tool writes it: translations by message, two where there is a plural."""
    found: dict[Message, list[str]] = {}
    for block in text.split("\n\n"):
        fields = dict(re.findall(r'^(msgid|msgid_plural|msgstr(?:\[\d\])?) "(.*)"$', block, re.MULTILINE))
        if fields.get("msgid"):
            message = (_unquoted(fields["msgid"]), _unquoted(fields.get("msgid_plural", "")))
            found[message] = [_unquoted(fields[name]) for name in sorted(fields) if name.startswith("msgstr")]
    return found


def write_po(known: dict[Message, list[str]], current: dict[Message, str]) -> str:
    """Write the catalogue of all current texts, in the order of their files; new ones are empty."""
    blocks = [HEAD]
    for (text, plural), where in current.items():
        translated = known.get((text, plural), ["", ""] if plural else [""])
        lines = [f"#: {where}", f'msgid "{_quoted(text)}"']
        if plural:
            lines += [f'msgid_plural "{_quoted(plural)}"', *(f'msgstr[{i}] "{_quoted(t)}"' for i, t in enumerate(translated))]
        else:
            lines.append(f'msgstr "{_quoted(translated[0])}"')
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def compile_mo(known: dict[Message, list[str]], head: str = HEAD) -> bytes:
    """Return the catalogue in the binary form of GNU gettext (little-endian, sorted, without hash table)."""
    metadata = "".join(line.strip('"').replace("\\n", "\n") for line in head.splitlines()[2:])
    pairs = {"": metadata}
    for (text, plural), translated in known.items():
        if all(translated):
            pairs[f"{text}\0{plural}" if plural else text] = "\0".join(translated)
    encoded = [(key.encode(), pairs[key].encode()) for key in sorted(pairs, key=str.encode)]
    start = 28 + 16 * len(encoded)
    tables, data = (b"", b""), b""
    for side in (0, 1):
        rows = b""
        for pair in encoded:
            rows += struct.pack("<II", len(pair[side]), start + len(data))
            data += pair[side] + b"\0"
        tables = (rows, tables[1]) if side == 0 else (tables[0], rows)
    head_bytes = struct.pack("<IIIIIII", 0x950412DE, 0, len(encoded), 28, 28 + 8 * len(encoded), 0, 0)
    return head_bytes + tables[0] + tables[1] + data


def _in_template(source: str) -> Iterator[Message]:
    for match in _TRANSLATE.finditer(source):
        yield match[1].replace('\\"', '"'), ""
    for match in _BLOCK.finditer(source):
        one, many = (_VARIABLE.sub(r"%(\1)s", (part or "").replace("%", "%%")) for part in match.groups())
        yield one, many


def _in_code(source: str) -> Iterator[Message]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKERS and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value, ""


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _unquoted(text: str) -> str:
    return text.replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\")


def main() -> int:
    """Merge and compile; return 1 if something is not translated yet."""
    known = read_po(PO.read_text(encoding="utf-8")) if PO.is_file() else {}
    current = texts()
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_text(write_po(known, current), encoding="utf-8")
    kept = {message: translated for message, translated in known.items() if message in current}
    PO.with_suffix(".mo").write_bytes(compile_mo(kept))
    polite = POLITE.read_text(encoding="utf-8")
    POLITE.with_suffix(".mo").write_bytes(compile_mo(read_po(polite), polite.partition("\n\n")[0]))
    missing = [message[0] for message in current if not all(known.get(message, [""]))]
    for text in missing:
        print(f"not translated: {text}")
    print(f"{len(current) - len(missing)} texts translated, {len(missing)} missing.")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
