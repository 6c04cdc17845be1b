"""Plain inputs: many ways to write the same tables, and every fault named with file, line, column, value, expectation."""

import gzip

import numpy as np
import pytest

from allmende.errors import AllmendeError
from allmende.outlook.plain_inputs import read_inputs
from allmende.outlook.plain_tables import UnusableInputs
from allmende.projection.conventions import project

POPULATION = "sex,age,population\n" + "".join(f"{sex},{age},{100 - age}\n" for sex in "fm" for age in range(4))
RATES = "year,sex,age,survival,asfr,net\n" + "".join(
    f"{year},{sex},{age},0.9,{0.2 if age in (1, 2) and sex == 'f' else 0},{age}\n"
    for year in (2020, 2021)
    for sex in "fm"
    for age in range(4)
)
GOOD = {"population.csv": POPULATION, "rates.csv": RATES, "settings.toml": "boys_per_girl = 1.05\n"}


@pytest.fixture
def read(tmp_path):
    def read_files(files, convention="un-end", years=None):
        for name, text in (GOOD | files).items():
            if text is not None:
                (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_inputs(tmp_path, convention, years)

    return read_files


def replaced(text, *pairs):
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def without_line(text, start):
    lines = text.splitlines(keepends=True)
    assert any(line.startswith(start) for line in lines), start
    return "".join(line for line in lines if not line.startswith(start))


WAYS = {
    "semicolons and decimal commas": {
        "population.csv": POPULATION.replace(",", ";"),
        "rates.csv": RATES.replace(",", ";").replace("0.", "0,"),
    },
    "tabs, gzip and a byte order mark": {
        "population.csv": b"\xef\xbb\xbf" + POPULATION.replace(",", "\t").encode(),
        "rates.csv": None,
        "rates.csv.gz": gzip.compress(RATES.encode()),
    },
    "German words and age groups": {
        "population.csv": replaced(POPULATION, ("sex,age,population", "Geschlecht,Alter,Personen"))
        .replace("f,", "weiblich,")
        .replace("m,", "männlich,")
        .replace(",3,", ",3 und älter,"),
        "rates.csv": replaced(RATES, ("year,sex,age,survival,asfr,net", "Jahr,Geschlecht,Alter,Sx,Geburtenrate,Saldo")),
    },
    "sexes in the headers": {
        "population.csv": "age,f,m\n" + "".join(f"{age},{100 - age},{100 - age}\n" for age in range(4)),
        "rates.csv": "age,surv_female,surv_male,asfr,mig_f,mig_m\n"
        + "".join(f"{age},0.9,0.9,{0.2 if age in (1, 2) else ''},{age},{age}\n" for age in range(4)),
        "srb.csv": "year,srb\n2020,1.05\n2021,1.05\n",
        "settings.toml": None,
    },
    "rows in any order, comments, empty lines": {
        "rates.csv": "# rates\n\n" + RATES.splitlines()[0] + "\n" + "\n".join(reversed(RATES.splitlines()[1:])) + "\n",
    },
    "flows apart, in and out": {
        "rates.csv": "age,survival,asfr\n" + "".join(f"{age},0.9,{0.2 if age in (1, 2) else 0}\n" for age in range(4)),
        "flows.csv": "sex,age,in_abroad,in_inland,out\n" + "".join(f"{s},{a},{a},5,5\n" for s in "fm" for a in range(4)),
    },
    "q, and survival beside it": {
        "rates.csv": "age,q,Sx,asfr,net_f,net_m\n"
        + "".join(f"{a},0.1,0.9,{0.2 if a in (1, 2) else 0},{a},{a}\n" for a in range(4)),
    },
    "other headers and other rows": {
        "population.csv": "scen,"
        + POPULATION.replace("population", "people_2020").replace("\n", "\nhigh,", 8)
        + "".join(f"low,{s},{a},{7}\n" for s in "fm" for a in range(4)),
        "settings.toml": 'boys_per_girl = 1.05\n[columns]\npeople_2020 = "population"\n[only]\nscen = "high"\n',
    },
    "as the UN names them, and numbers as pandas writes them": {
        "population.csv": "Time,AgeGrpStart,PopMale,PopFemale\n"
        + "".join(f"2020.0,{a}.0,{100 - a},{100 - a}\n" for a in range(4)),
    },
    "one area for all rates": {
        "population.csv": POPULATION.replace("sex,", "area,sex,").replace("\nf", "\nX,f").replace("\nm", "\nX,m")
    },
}


@pytest.mark.parametrize("files", WAYS.values(), ids=WAYS)
def test_the_same_projection_however_it_is_written(read, files, tmp_path):
    plain = tmp_path / "plain"
    plain.mkdir()
    for name, text in GOOD.items():
        (plain / name).write_text(text)
    expected = project(read_inputs(plain, "un-end", 2).case, "un-end").population
    assert project(read(files, years=2).case, "un-end").population == pytest.approx(expected, rel=1e-12)


FAULTS = {
    "an age is missing in the population": (
        {"population.csv": without_line(without_line(POPULATION, "f,2"), "m,2")},
        [("population.csv", 0, "age", "no age 2", "from 0 on in equal steps")],
    ),
    "an age is missing for one sex": (
        {"population.csv": without_line(POPULATION, "m,2")},
        [("population.csv", 0, "population", "no number for m, age 2", "0 or more")],
    ),
    "ages are missing in the rates": (
        {"rates.csv": without_line(without_line(RATES, "2021,f,1"), "2021,f,2")},
        [
            ("rates.csv", 0, "survival", "no number for 2021, f, age 1–2", "survival ratio"),
            ("rates.csv", 0, "asfr", "no number for 2021, age 1–2", "births per woman"),
            ("rates.csv", 0, "net", "no number for 2021, f, age 1–2", "persons"),
        ],
    ),
    "birth rates of wider ages": (
        {"rates.csv": "age,survival,asfr\n0,1,0.1\n1,1,\n2,1,0.1\n3,1,\n"},
        [("rates.csv", 0, "asfr", "no number for age 1", "births per woman")],
    ),
    "a share of boys for a sex ratio": (
        {"settings.toml": "boys_per_girl = 0.512\n"},
        [("settings.toml", 0, "boys_per_girl", "0.512", "about 1.05")],
    ),
    "daughters alone where men are": (
        {"settings.toml": "boys_per_girl = 0\n"},
        [("settings.toml", 0, "boys_per_girl", "0", "where men are projected")],
    ),
    "a matrix beside rates": (
        {"matrix.csv": "age,first_row,subdiagonal\n" + "".join(f"{a},1,0.5\n" for a in range(4))},
        [
            ("rates.csv", 0, "survival", "beside a matrix", "either first_row and subdiagonal"),
            ("rates.csv", 0, "asfr", "beside a matrix", "either first_row and subdiagonal"),
        ],
    ),
    "a matrix without survivors": (
        {"rates.csv": "age,first_row\n0,0\n1,5\n2,10\n3,0\n"},
        [("rates.csv", 0, "first_row", "without a subdiagonal", "a column subdiagonal")],
    ),
    "a matrix without its corner": (
        {"rates.csv": "age,first_row,subdiagonal\n0,0,0.5\n1,5,0.5\n2,10,0.5\n3,0,\n"},
        [("rates.csv", 0, "subdiagonal", "no number for age 3", "who is alive")],
    ),
    "rates of leaving where only a balance counts": (
        {"flows.csv": "age,emi_int\n" + "".join(f"{a},0.1\n" for a in range(4))},
        [("flows.csv", 0, "emi_int", "has no place in un-end", "rates out with fso")],
    ),
    "thousands with a point": (
        {"population.csv": POPULATION.replace(",", ";").replace("f;1;99", "f;1;1.099")},
        [("population.csv", 3, "population", "1.099", "1100 without points")],
    ),
    "nothing but a header": ({"rates.csv": "year,age,survival\n"}, [("rates.csv", 0, "(row)", "", "a row beside the header")]),
    "no row of the scenario": (
        {"population.csv": "scen," + POPULATION.replace("\n", "\nhigh,", 8), "settings.toml": '[only]\nscen = "low"\n'},
        [("population.csv", 0, "(row)", "", "a row with scen = low")],
    ),
    "a misspelt column": (
        {"rates.csv": RATES.replace("survival", "survial")},
        [("rates.csv", 0, "survival", "columns not understood: survial", "survival, q, nLx, mx, qx")],
    ),
    "totals among ages": (
        {"population.csv": POPULATION + "f,all ages,500\n"},
        [("population.csv", 10, "age", "all ages", "totals left out")],
    ),
    "moves without a destination": (
        {"flows.csv": "sex,age,moves\n" + "".join(f"{s},{a},1\n" for s in "fm" for a in range(4))},
        [("flows.csv", 1, "moves", "from nowhere", "columns from and to")],
    ),
    "rates from area to area": (
        {"rates.csv": "from,to,age,survival\n" + "".join(f"all,all,{a},1\n" for a in range(4))},
        [("rates.csv", 1, "survival", "from area to area", "only first_row, subdiagonal, moves")],
    ),
    "a row is there twice": (
        {"rates.csv": RATES + "2020,f,1,0.9,0.2,1\n"},
        [("rates.csv", 18, "(row)", "2020, f, 1", "line 3 has it already")],
    ),
    "a negative count": (
        {"population.csv": replaced(POPULATION, ("f,1,99", "f,1,-99"))},
        [("population.csv", 3, "population", "-99", "0 or more")],
    ),
    "rates above 1": (
        {"rates.csv": replaced(RATES, ("2020,f,1,0.9,0.2", "2020,f,1,9,20"), ("2021,m,3,0.9", "2021,m,3,1.01"))},
        [
            ("rates.csv", 3, "survival", "9", "from 0 to 1"),
            ("rates.csv", 17, "survival", "1.01", "from 0 to 1"),
            ("rates.csv", 3, "asfr", "20", "not per thousand"),
        ],
    ),
    "no women of childbearing age in one area": (
        {
            "population.csv": "area,sex,age,population\n"
            + "".join(f"{a},f,{x},{0 if a == 'Süd' and x in (1, 2) else 5}\n" for a in ("Nord", "Süd") for x in range(4)),
            "rates.csv": "age,survival,asfr\n0,1,0\n1,1,0.1\n2,1,0.1\n3,1,0\n",
        },
        [("population.csv", 0, "population", "none in Süd", "women of childbearing age (1 to 2)")],
    ),
    "a year is missing in the rates": (
        {"rates.csv": RATES.replace("2021,", "2022,")},
        [
            ("rates.csv", 0, "survival", "no row for 2021", "every step"),
            ("rates.csv", 0, "asfr", "no row for 2021", "every step"),
            ("rates.csv", 0, "net", "no row for 2021", "every step"),
        ],
    ),
    "not a number": (
        {
            "rates.csv": replaced(
                RATES, ("2020,f,1,0.9", "2020,f,1,NaN"), ("2020,f,2,0.9", "2020,f,2,inf"), (",0,3\n", ",0,x\n")
            )
        },
        [
            ("rates.csv", 3, "survival", "NaN", "from 0 to 1"),
            ("rates.csv", 4, "survival", "inf", "from 0 to 1"),
            ("rates.csv", 5, "net", "x", "a number of persons"),
        ],
    ),
    "an unknown sex": (
        {"population.csv": replaced(POPULATION, ("f,1,", "x,1,"))},
        [("population.csv", 3, "sex", "x", "f or m")],
    ),
    "survival and q contradict": (
        {"rates.csv": "age,survival,q\n0,0.9,0.1\n1,0.9,0.2\n2,0.9,0.1\n3,0.9,0.1\n"},
        [("rates.csv", 0, "q", "apart by 0.1 in row 2", "same survival")],
    ),
    "years lived of another radix": (
        {"rates.csv": "age,nLx\n0,0.99\n1,0.98\n2,0.97\n3,2\n"},
        [("rates.csv", 0, "nLx", "9.9e-06 per newborn", "radix")],
    ),
    "years lived that grow": (
        {"rates.csv": "age,nLx\n0,99000\n1,98000\n2,99000\n3,200000\n"},
        [("rates.csv", 0, "nLx", "a ratio of 1.01", "do not grow")],
    ),
    "no ax for infants": (
        {"rates.csv": "age,mx\n0,0.01\n1,0.01\n2,0.01\n3,0.2\n"},
        [("rates.csv", 0, "ax", "", "youngest age")],
    ),
    "no survival at all": (
        {"rates.csv": "age,asfr\n1,0.1\n"},
        [("rates.csv", 0, "survival", "", "survival, q, nLx, mx, qx")],
    ),
    "names that the population does not have": (
        {"rates.csv": replaced(RATES, ("year,", "area,year,")).replace("\n20", "\nNord,20")},
        [("rates.csv", 2, "area", "Nord", "as in the population: all")],
    ),
    "an age beyond the last": (
        {"rates.csv": RATES + "2020,f,4,0.9,0,0\n"},
        [("rates.csv", 18, "age", "4", "as in the population")],
    ),
    "births in a row of men": (
        {"rates.csv": replaced(RATES, ("2020,m,1,0.9,0", "2020,m,1,0.9,0.1"))},
        [("rates.csv", 7, "asfr", "0.1", "no births in a row of men")],
    ),
    "men alone": ({"population.csv": "sex,age,n\nm,0,1\nm,1,1\n"}, [("population.csv", 0, "sex", "men only", "women")]),
    "no population column": ({"population.csv": "sex,age\nf,0\nf,1\n"}, [("population.csv", 1, "population", "", "pop_f")]),
    "several years of the population": (
        {"population.csv": "year,sex,age,n\n2019,f,0,1\n2019,f,1,1\n2020,f,0,1\n2020,f,1,1\n"},
        [("population.csv", 0, "year", "2019, 2020", "[only.population]")],
    ),
    "a row too short": ({"population.csv": POPULATION + "f,1\n"}, [("population.csv", 10, "(row)", "2 fields", "3 fields")]),
    "numbers of persons for both sexes at once": (
        {"rates.csv": "age,survival\n0,1\n1,1\n2,1\n3,1\n", "flows.csv": "age,net\n0,1\n1,1\n2,1\n3,1\n"},
        [("flows.csv", 0, "net", "", "a column sex")],
    ),
    "a field in two files": (
        {"flows.csv": "sex,age,net\n" + "".join(f"{s},{a},1\n" for s in "fm" for a in range(4))},
        [("flows.csv", 1, "net", "a second time", "rates.csv has it")],
    ),
    "two columns for one thing": (
        {"rates.csv": "age,survival,sx\n0,1,1\n1,1,1\n2,1,1\n3,1,1\n"},
        [("rates.csv", 1, "sx", "the same as survival", "one column")],
    ),
    "a sex ratio that differs within a year": (
        {"rates.csv": "age,survival,srb\n0,1,1.05\n1,1,1.06\n2,1,1.05\n3,1,1.05\n", "settings.toml": ""},
        [("rates.csv", 3, "srb", "1.06", "1.05 as in an earlier row")],
    ),
    "settings that are not known": (
        {"settings.toml": 'boys = 1.05\nrates_year = "middle"\nstep = "5"\n'},
        [
            ("settings.toml", 0, "boys", "1.05", "boys_per_girl"),
            ("settings.toml", 0, "rates_year", "'middle'", '"start" or "end"'),
            ("settings.toml", 0, "step", "'5'", "whole number"),
        ],
    ),
    "another step than the ages have": ({"settings.toml": "step = 5\n"}, [("settings.toml", 0, "step", "5", "1, the width")]),
    "faults of several files at once": (
        {
            "population.csv": replaced(POPULATION, ("f,1,99", "f,1,-9")),
            "rates.csv": replaced(RATES, ("2020,f,1,0.9", "2020,f,1,2")),
        },
        [("population.csv", 3, "population", "-9", "0 or more"), ("rates.csv", 3, "survival", "2", "from 0 to 1")],
    ),
}


@pytest.mark.parametrize(("files", "expected"), FAULTS.values(), ids=FAULTS)
def test_every_fault_is_named(read, files, expected):
    convention = "leslie" if "first_row" in str(files) else "un-end"
    with pytest.raises(UnusableInputs) as refused:
        read(files, convention, years=2 if "year," not in (GOOD | files)["rates.csv"] else None)
    found = [(f.file, f.line, f.field, f.value) for f in refused.value.findings]
    assert found == [(file, line, field, found[i][3]) for i, (file, line, field, *_) in enumerate(expected)]
    for finding, (*_, value, hope) in zip(refused.value.findings, expected, strict=True):
        assert finding.value.startswith(value)
        assert hope in finding.expected
        assert str(finding) in str(refused.value)


@pytest.mark.parametrize(
    ("convention", "files", "words"),
    [
        ("un-even", {"rates.csv": "age,first_row,subdiagonal\n0,0,1\n1,5,1\n2,5,1\n3,0,1\n"}, "convention leslie"),
        ("fso", {"population.csv": "age,f\n0,1\n5,1\n"}, "5 years wide; expected single years"),
    ],
)
def test_conventions_say_what_they_take(read, convention, files, words):
    with pytest.raises(UnusableInputs, match=words):
        read(files, convention, 1)


@pytest.mark.parametrize(
    "labels",
    [
        ("0-4", "5-9", "10+"),
        ("0 to 4 years", "5 to 9 years", "10 years and over"),
        ("unter 5 Jahre", "5 bis unter 10 Jahre", "10 Jahre und mehr"),
        ("<5", "5–9", "10 or more"),
    ],
)
def test_ages_as_they_are_printed(read, labels):
    ages = {"population.csv": "age,f\n" + "".join(f"{age},7\n" for age in labels)}
    case = read(ages | {"rates.csv": "year,age,survival\n" + "".join(f"1950-1955,{age},1\n" for age in labels)}).case
    assert case.axes.ages == (0, 5, 10)
    assert case.axes.base_year == 1950


def test_naturalised_persons_need_to_know_their_group(read):
    population = "group,age,f\n" + "".join(f"{g},{a},50\n" for g in "abc" for a in range(4))
    rates = "group,age,q,acquisition\n" + "".join(f"{g},{a},0.1,{0.1 if g == 'c' else 0}\n" for g in "abc" for a in range(4))
    files = {"population.csv": population, "rates.csv": rates}
    with pytest.raises(UnusableInputs, match="nationals"):
        read(files, "fso", 1)
    case = read(files | {"settings.toml": 'nationals = "b"\n'}, "fso", 1).case
    assert case.nationals == 1
    run = project(case, "fso")
    assert run.changed[0, 1].sum() == -run.changed[0, 2].sum() > 0


def test_pool_shares_must_hand_everybody_back(read):
    population = "area,age,f\n" + "".join(f"{area},{a},50\n" for area in "ab" for a in range(4))
    rates = "area,age,q,emi_sub,imm_sub\n" + "".join(
        f"{area},{a},0.1,0.1,{share}\n" for area, share in (("a", 0.5), ("b", 0.4)) for a in range(4)
    )
    with pytest.raises(UnusableInputs, match=r"sum to 0\.9 for 1, all, f, age 0, and 3 more; expected a sum"):
        read({"population.csv": population, "rates.csv": rates}, "fso", 1)


def test_the_ways_to_survival_agree(read):
    years = {"population.csv": "age,f\n0,1\n5,1\n10,1\n15,1\n"}
    m, a, z = np.array([0.01, 0.002, 0.003, 0.05]), np.array([1.0, 2.5, 2.5, 20.0]), 5
    q = z * m / (1 + (z - a) * m)
    q[-1] = 1
    l_x = 100_000 * np.concatenate([[1], np.cumprod(1 - q[:-1])])
    lived = a * l_x * q + np.append(z * l_x[1:], 0)
    columns = {"mx,ax": (m, a), "qx,ax": (q, a), "nLx": (lived,), "Lx,lx": (lived / 7, l_x / 7)}
    found = {}
    for header, arrays in columns.items():
        rows = "".join(f"{5 * i}," + ",".join(repr(float(array[i])) for array in arrays) + "\n" for i in range(4))
        found[header] = read(years | {"rates.csv": f"age,{header}\n{rows}"}, years=5).case.survival.ravel()
    for ratios in found.values():
        assert ratios == pytest.approx(found["nLx"], rel=1e-12)


FSO = "sex,age,survival,asfr,emi_int,emi_nat,acq\n"


def listed(error):
    return [(found.file, found.line, found.field, found.value) for found in error.value.findings]


def test_all_that_is_wrong_is_listed_whatever_it_is_about(read):
    """Settings, the number of years, a word that is no sex, impossible numbers: no second run is needed to see the next."""
    files = {
        "settings.toml": 'step = "5"\nboys = 1\n',
        "population.csv": POPULATION.replace("f,0,", "f,0,-"),
        "rates.csv": "sex,age,survival\nx,0,2\n",
    }
    with pytest.raises(UnusableInputs) as error:
        read(files)
    assert {(file, field) for file, _, field, _ in listed(error)} >= {
        ("settings.toml", "step"),
        ("settings.toml", "boys"),
        ("population.csv", "population"),
        ("rates.csv", "sex"),
        ("rates.csv", "survival"),
        ("(command)", "--years"),
    }
    assert len(set(listed(error))) == len(listed(error))


def test_more_leavers_than_people_are_found_in_their_row(read):
    row = "{},{},1,{},{},{},{}\n".format
    rates = FSO + "".join(
        row(sex, age, 0.1 if sex == "f" else "", 0.9, 0.8 if (sex, age) == ("m", 2) else 0.1, 0)
        for sex in "fm"
        for age in range(4)
    )
    with pytest.raises(UnusableInputs) as error:
        read({"rates.csv": rates}, "fso", 1)
    assert listed(error) == [("rates.csv", 8, "emi_int + emi_nat", "1.7")]
    with pytest.raises(UnusableInputs, match=r"emi_int: 1\.3 with acq for .* age 0, and 7 more"):
        read({"rates.csv": rates.replace("0.8,0", "0.1,0").replace(",0\n", ",0.3\n")}, "fso", 1)


@pytest.mark.parametrize(
    ("settings", "value"), [("first_fertile_age = 3\nlast_fertile_age = 1", "3"), ("first_fertile_age = 60", "60")]
)
def test_fertile_ages_the_wrong_way_round_are_found(read, settings, value):
    with pytest.raises(UnusableInputs) as error:
        read({"settings.toml": settings + "\n", "rates.csv": "age,survival,asfr\n0,1,0\n1,1,.1\n2,1,.1\n3,1,.1\n"}, "fso", 1)
    assert listed(error) == [("settings.toml", 0, "first_fertile_age", value)]


@pytest.mark.parametrize(
    ("files", "years", "words"),
    [
        ({"population.csv": None}, 1, "no population"),
        ({"population.csv": ""}, 1, "empty"),
        ({"population.csv": b"\xff\xfe\x00"}, 1, "cannot be read as text"),
        ({"settings.toml": "= ="}, 1, "settings cannot be read"),
        ({"rates.csv": "age,survival\n0,1\n1,1\n2,1\n3,1\n"}, None, "name no year"),
        ({"population.csv": "age,f\n0,1\n5,1\n", "rates.csv": "age,survival\n0,1\n5,1\n"}, 7, "7 years cannot be projected"),
    ],
)
def test_what_cannot_be_read_at_all(read, files, years, words):
    with pytest.raises(AllmendeError, match=words):
        read(files, years=years)


def test_years_of_rates_name_the_start_or_the_end_of_a_step(read):
    assert read({}).case.axes.base_year == 2020
    assert read({"settings.toml": 'rates_year = "end"\n'}).case.axes.base_year == 2019
    assert read({}).case.steps == 2


@pytest.mark.parametrize("convention", ["un-even", "un-end", "leslie"])
def test_moves_between_areas_leave_one_and_reach_another(read, convention):
    population = "area,age,f\n" + "".join(f"{area},{age},{n}\n" for area, n in (("a", 100), ("b", 50)) for age in range(4))
    rates = "age,survival,asfr\n" + "".join(f"{age},1,\n" for age in range(4))
    ways = "from,to,sex,age,{}\n" + "".join(f"a,b,f,{age},{{}}\nb,a,f,{age},{{}}\n" for age in range(4))
    files = {"population.csv": population, "rates.csv": rates}
    by_rate = project(read(files | {"flows.csv": ways.format("move_rate", *[0.1, 0.2] * 4)}, convention, 1).case, convention)
    by_number = project(read(files | {"flows.csv": ways.format("moves", *[10, 10] * 4)}, convention, 1).case, convention)
    assert by_rate.population == pytest.approx(by_number.population)
    uneven = project(read(files | {"flows.csv": ways.format("moves", *[10, 4] * 4)}, convention, 1).case, convention)
    assert uneven.net.sum(axis=(1, 3, 4)).tolist() == [[-24, 24]]
    assert uneven.population[1].sum() - uneven.raised.sum() == pytest.approx(600)


def test_a_matrix_may_start_with_children_alone(read):
    matrix = "age,first_row,subdiagonal\n0,0,0.5\n1,6,0.25\n2,12,0\n"
    inputs = read({"population.csv": "age,n\n0,8\n1,0\n2,0\n", "rates.csv": matrix}, "leslie", 2)
    assert project(inputs.case, "leslie").population[:, 0, 0, 0].tolist() == [[8, 0, 0], [0, 4, 0], [24, 0, 1]]
    assert any("ages that have children (1 to 2)" in note for note in inputs.notes)


def test_without_births_nobody_is_born_and_a_note_says_so(read):
    for rates in (RATES.replace(",0.2,", ",0,"), "year,age,survival\n" + "".join(f"2020,{age},0.9\n" for age in range(4))):
        assert any("nobody is born" in note for note in read({"rates.csv": rates}).notes)


def test_notes_say_what_was_assumed_and_left_out(read, tmp_path):
    (tmp_path / "rate.csv").write_text("a misspelt name")
    notes = read({"settings.toml": "", "rates.csv": RATES.replace("net", "remark")}).notes
    assert any("1.05 boys per girl (assumption" in note for note in notes)
    assert any("remark" in note for note in notes)
    assert any("rate.csv" in note for note in notes)
