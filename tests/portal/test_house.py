"""The catalogue is complete, the front-end list is real, each place of the navigation is one entry."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from allmende.portal.pages.glossary import glossary
from allmende.portal.pages.operator import FIELDS, read_operator

ROOT = Path(__file__).resolve().parents[2]
PORTAL = ROOT / "src" / "allmende" / "portal"
GLOSSARY = ROOT / "docs" / "glossary.md"


def _tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_text_is_translated_and_the_compiled_catalogue_is_current() -> None:
    messages = _tool("messages")
    known, current = messages.read_po(messages.PO.read_text(encoding="utf-8")), messages.texts()
    missing = [message for message in current if not all(known.get(message, [""]))]
    assert missing == [], "run tools/messages.py and translate what is empty in django.po"
    assert set(known) == set(current), "run tools/messages.py: the catalogue holds texts that no page has any more"
    assert messages.PO.with_suffix(".mo").read_bytes() == messages.compile_mo(known)


def test_the_sign_in_pages_say_sie_and_their_catalogue_is_current() -> None:
    messages = _tool("messages")
    text = messages.POLITE.read_text(encoding="utf-8")
    known = messages.read_po(text)
    assert not [words for (words,) in known.values() if re.search(r"\b([Dd]u|[Dd]eine?\w?|[Dd]ich|[Dd]ir)\b", words)]
    assert messages.POLITE.with_suffix(".mo").read_bytes() == messages.compile_mo(known, text.partition("\n\n")[0])


def test_a_translation_keeps_the_places_of_its_figures() -> None:
    messages = _tool("messages")
    for (text, _plural), translated in messages.read_po(messages.PO.read_text(encoding="utf-8")).items():
        for words in translated[-1:]:
            assert set(re.findall(r"%\((\w+)\)s", words)) >= set(re.findall(r"%\((\w+)\)s", text)), text


def test_no_template_speaks_german_outside_a_marker() -> None:
    for path in PORTAL.rglob("*.html"):
        if path.name == "500.html":
            continue
        bare = re.sub(r"{%.*?%}|{{.*?}}|<svg.*?</svg>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        bare = re.sub(r"<[^>]*>", " ", bare)
        bare = re.sub(r"\b(Allmende|CSV|m|km)\b", "", bare)
        blocks = re.findall(r"{%\s*blocktranslate.*?endblocktranslate\s*%}", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        told = " ".join(re.sub(r"{%.*?%}|{{.*?}}", " ", block) for block in blocks)
        left = [word for word in re.findall(r"[A-Za-zÄÖÜäöüß]{3,}", bare) if word not in told]
        assert left == [], f"{path.name}: {left}"


def test_the_glossary_has_both_languages() -> None:
    assert {entry.anchor for entry in glossary("de")} == {entry.anchor for entry in glossary("en")}
    assert all(entry.word and entry.meaning for language in ("de", "en") for entry in glossary(language))


def test_the_glossary_calls_things_as_the_documents_do() -> None:
    """Each German word of both stands for the same English one."""
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$", GLOSSARY.read_text(encoding="utf-8"), flags=re.MULTILINE)
    english = {word.strip(): row[0] for row in rows for word in row[1].split(",")}
    words = {entry.anchor: re.sub(r" \(.*\)", "", entry.word).lower() for entry in glossary("en")}
    shared = {
        entry.anchor: english[word] for entry in glossary("de") if (word := re.sub(r" \(.*\)", "", entry.word)) in english
    }
    assert len(shared) > 20
    assert {anchor: words[anchor] for anchor in shared} == shared


def test_an_operator_fills_the_pages_in(tmp_path: Path) -> None:
    assert not read_operator(None).complete
    path = tmp_path / "operator.toml"
    path.write_text("\n".join(f'{field} = "x"' for field in FIELDS), encoding="utf-8")
    assert read_operator(path).complete


def test_front_end_files_are_taken_from_the_locked_packages() -> None:
    frontend = _tool("frontend")
    locked = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    for source in frontend.FILES:
        package = "/".join(source.split("/")[: 2 if source.startswith("@") else 1])
        assert f'"node_modules/{package}"' in locked


@pytest.mark.parametrize("module", ["settings", "wsgi"])
def test_settings_need_no_environment(module: str) -> None:
    assert importlib.util.find_spec(f"allmende.portal.{module}") is not None
