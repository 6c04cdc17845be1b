import re

import pytest

from allmende.errors import AllmendeError
from allmende.register.profile import example_profile, parse_profile

GOOD = """schema = 1
[file]
encoding = "utf-8"
separator = ","
[dates]
formats = ["JJJJ-MM-TT"]
[stock]
birth_date = "born"
sex = "sex"
citizenships = "states"
residence = "dwelling"
[codes.sex]
m = ["1"]
w = ["2"]
"""

BAD = [  # what is changed, into what, line that the error names, what it expects
    ("schema = 1", "schema = 7", "line 1", "schema = 1"),
    ("[file]", "[flie]", "line 2", "one of schema, name, office"),
    ('encoding = "utf-8"', 'encoding = "utf-7"', "line 3", "windows-1252"),
    ('encoding = "utf-8"', "", "line 2", "windows-1252"),
    ('separator = ","', 'separator = "::"', "line 4", "a character"),
    ('separator = ","', 'separator = ","\nkind = "xml"', "line 5", "delimited"),
    ('separator = ","', 'separator = ","\nheader = 1', "line 5", "true or false"),
    ('separator = ","', 'seperator = ","', "line 4", "kind, encoding, separator"),
    ('separator = ","', 'separator = "\\n"', "line 4", "no line end"),
    ('separator = ","', 'separator = "|"\nquote = "|"', "line 4", "no quote"),
    ('["JJJJ-MM-TT"]', '["YYYY-MM-DD"]', "line 6", "TT, MM and JJJJ"),
    ('["JJJJ-MM-TT"]', '["TT.MM.JJ"]', "line 6", "TT, MM and JJJJ"),
    ('["JJJJ-MM-TT"]', "[]", "line 6", "TT.MM.JJJJ"),
    ('birth_date = "born"', "", "line 7", "birth_date"),
    ('birth_date = "born"', "birth_date = 3", "line 8", "name of the column"),
    ('birth_date = "born"', 'birth_date = "born"\nname = "n"', "line 9", "one of id"),
    ('birth_date = "born"', 'birth_date = "born"\neast = "x"', "register", "EPSG:25832"),
    ('w = ["2"]', 'w = ["1"]', "line 14", "each code once"),
    ('w = ["2"]', 'w = "2"', "line 14", '["1", "M"]'),
    ('w = ["2"]', 'f = ["2"]', "line 14", "one of m, w, d, x"),
    ("[codes.sex]", "[codes.gender]", "line 12", "one of sex"),
    ("[codes.sex]", "[codes.sex", "register", "birth_date"),
    ("[codes.sex]", '[office]\nags = "1"\ncolour = "blue"\n[codes.sex]', "line 14", "one of ags, region"),
    ("[codes.sex]", '[office]\nhouses_crs = "EPSG:31467"\n[codes.sex]', "line 13", "EPSG:25832"),
]


@pytest.mark.parametrize(("old", "new", "line", "expected"), BAD, ids=[new or old for old, new, _, _ in BAD])
def test_a_profile_error_names_line_and_expectation(old, new, line, expected):
    with pytest.raises(AllmendeError) as caught:
        parse_profile(GOOD.replace(old, new), "register.toml")
    assert line in caught.value.where or line in str(caught.value)
    assert expected in caught.value.expected
    assert caught.value.todo


def test_a_profile_maps_fields_and_codes():
    profile = parse_profile(GOOD, "register.toml")
    assert profile.stock["birth_date"] == "born"
    assert profile.codes["sex"] == {"1": "m", "2": "w"}
    assert profile.codes["residence"] == {"A": "sole", "H": "main", "N": "secondary"}
    assert profile.events == {}


def test_fixed_width_needs_places_not_names():
    assert example_profile("fixed").stock["birth_date"] == (13, 8)
    with pytest.raises(AllmendeError, match="tells no column"):
        parse_profile(GOOD.replace("[file]", '[file]\nkind = "fixed"'), "register.toml")


@pytest.mark.parametrize(
    "odd", ["citizenship = {codes = 3}", "citizenship = {width = -3}", "codes = {sex = 3}", "codes = {event = []}"]
)
def test_sections_of_another_type_are_refused_in_words(odd):
    name = odd.split()[0]
    kept = re.sub(rf"(?ms)^\[{name}[^\]]*\]\n.*?(?=^\[|\Z)", "", GOOD)
    with pytest.raises(AllmendeError):
        parse_profile(f"{odd}\n{kept}", "register.toml")
