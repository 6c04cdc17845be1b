from importlib.resources import files
from pathlib import Path

from allmende.register.schema import as_markdown, load_schema

PAGE = Path(__file__).parents[2] / "docs" / "formats" / "register-import.md"


def test_the_published_page_holds_the_schema_and_the_example_profiles_word_for_word():
    page = PAGE.read_text(encoding="utf-8")
    assert f"version {load_schema().version}" in page
    assert as_markdown(load_schema()) in page
    for profile in files("allmende.register").joinpath("profiles").iterdir():
        assert profile.read_text(encoding="utf-8") in page


def test_every_field_has_both_languages_and_a_known_type():
    schema = load_schema()
    known = {"text", "date", "number", "citizenship", "state", *schema.codes}
    for fields in schema.fields.values():
        assert len({field.name for field in fields}) == len(fields)
        for field in fields:
            assert field.de
            assert field.en
            assert field.type in known
            assert field.need in ("required", "recommended", "optional")
