"""A region's own settings: every entry that cannot be used is named, and what stands in a folder holds."""

import pytest

from allmende.errors import AllmendeError
from allmende.outlook.settings import keep_settings, read_settings, settings_of


def test_all_entries_that_cannot_be_used_are_named(tmp_path):
    (tmp_path / "own.toml").write_text('horizon = 0\ndraws = "many"\nseed = 3\nmood = "good"\n')
    with pytest.raises(AllmendeError) as error:
        read_settings(tmp_path / "own.toml")
    assert error.value.what == "The settings have horizon = 0; draws = 'many'; mood = 'good'."
    assert (
        "horizon: a whole number from 1 to 100; draws: a whole number from 20 to 10000; mood: horizon" in error.value.expected
    )


def test_a_folder_without_settings_has_the_usual_ones_until_it_keeps_its_own(tmp_path):
    assert settings_of(tmp_path) == read_settings()
    keep_settings(b"horizon = 7\n", tmp_path)
    assert settings_of(tmp_path) == read_settings() | {"horizon": 7}
