import pytest

from allmende.errors import AllmendeError
from allmende.release.catalogue import load_catalogue

HEAD = 'title = { de = "a", en = "b" }\n'
TABLE = '[[table]]\nid = "t"\ntitle = { de = "a", en = "b" }\ncube = "stock"\ngeography = "district"\n'


def write(tmp_path, text):
    path = tmp_path / "catalogue.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (HEAD + "table = 3", 2, r"there is no \[\[table\]\]"),
        (HEAD + TABLE + "extra = 1", 7, "'extra' means nothing here"),
        (HEAD + TABLE + 'dimensions = { age = "own" }', 7, "no classification 'own'"),
        (
            HEAD + TABLE + 'dimensions = { sex = "three" }',
            7,
            r"no classification 'three' of 'sex'. Expected one of \['each', 'two'\]",
        ),
        (HEAD + TABLE + 'dimensions = { nationality = "two" }', 7, "nationality is 'two', expected \"each\""),
        (HEAD + TABLE + 'dimensions = { origin = "district" }', 7, "no dimension 'origin'"),
        (HEAD + TABLE + 'dimensions = { sex = "each" }\nmargins = [[], ["age"]]', 8, "margins name age"),
        (HEAD + TABLE + 'dimensions = { sex = "each" }\nmargins = [["sex"]]', 8, r"margins lack \[\]"),
        (HEAD + TABLE + "exact_totals = true", 7, "only the population total of municipalities"),
        (HEAD + TABLE + "pooled = 3", 7, "a stock cannot be added up"),
        (HEAD + TABLE + "min_parent = -1", 7, "a whole number from 0"),
        (HEAD + TABLE + 'audience = "press"', 7, "expected public or member"),
        (HEAD + TABLE.replace("district", "street"), 6, "geography is 'street'"),
        (HEAD + TABLE + TABLE, 8, "taken by table 1"),
        (TABLE, 1, "title must be a table"),
    ],
)
def test_a_defect_is_named_with_its_line(tmp_path, text, line, words):
    with pytest.raises(AllmendeError, match=rf"line {line}: .*{words}"):
        load_catalogue(write(tmp_path, text))


def test_all_defects_are_listed_at_once(tmp_path):
    text = HEAD + TABLE + 'min_parent = -1\naudience = "x"\n'
    with pytest.raises(AllmendeError, match="2 defects"):
        load_catalogue(write(tmp_path, text))


def test_broken_toml_is_named_with_its_line(tmp_path):
    with pytest.raises(AllmendeError, match="line 2"):
        load_catalogue(write(tmp_path, HEAD + "a = = 1"))


def test_a_catalogue_in_another_encoding_is_refused_in_words(tmp_path):
    path = tmp_path / "tables.toml"
    path.write_bytes('title = { de = "Bevölkerung", en = "x" }'.encode("windows-1252"))
    with pytest.raises(AllmendeError, match="not UTF-8"):
        load_catalogue(path)


def test_margins_are_put_in_the_order_of_the_columns(tmp_path):
    text = HEAD + TABLE + 'dimensions = { age = "five", sex = "each" }\nmargins = [["sex", "age"], [], ["sex"]]'
    assert load_catalogue(write(tmp_path, text))["t"].margins == ((), ("sex",), ("age", "sex"))
