import pytest

from allmende.areas.keys import LAENDER, ars_to_ags, check_ags, check_ars, land_of
from allmende.errors import AllmendeError


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "has 0 digits"),
        ("3361012", "03361012?"),
        ("033610123", "has 9 digits"),
        ("0336101a", "'a' at place 8"),
        ("03 361012", "' ' at place 3"),
        ("٠٣٣٦١٠١٢", "at place 1"),
        ("17000000", "begins with '17'"),
        ("00000000", "begins with '00'"),
        ("99000001", "or say that the region is fictional"),
    ],
)
def test_a_wrong_ags_is_refused_and_the_error_names_the_place(text, says):
    with pytest.raises(AllmendeError) as error:
        check_ags(text)
    assert says in str(error.value)


@pytest.mark.parametrize("text", ["98000001", "99000012"])
def test_fictional_keys_are_taken_only_when_said_so(text):
    assert check_ags(text, fictional=True) == text
    with pytest.raises(AllmendeError):
        check_ags(text)


def test_a_fictional_region_takes_no_real_key():
    with pytest.raises(AllmendeError, match="from 98 to 99"):
        check_ags("03361012", fictional=True)


@pytest.mark.parametrize(
    ("ars", "ags"), [("040110000000", "04011000"), ("033615403005", "03361005"), ("150850235235", "15085235")]
)
def test_an_ars_without_its_association_is_the_ags(ars, ags):
    assert ars_to_ags(ars) == ags


def test_an_association_begins_with_0_5_or_9():
    with pytest.raises(AllmendeError, match="'3' at place 6"):
        check_ars("033613403005")


def test_there_are_sixteen_laender():
    assert len(LAENDER) == 16
    assert land_of("16064073") == "Thüringen"
