"""What an office may put into one delivery, and that the file is whole or not there."""

import os
from dataclasses import replace
from datetime import date

import pytest

from allmende.deliveries import DeliveryNote, seal
from allmende.errors import AllmendeError

from .conftest import AGS, Post, stock


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (stock(2024, ags="99001002"), "differ in their ags: 99001001, 99001002"),
        (stock(2024, epoch="2020"), "differ in their secret epoch: 2020, 2026"),
        (stock(2024, check="dead"), "differ in their key check"),
    ],
)
def test_cubes_of_one_delivery_belong_together(post: Post, other, words: str):
    with pytest.raises(AllmendeError, match=words):
        post.send(stock(2025), other)
    assert not post.path.exists()


def test_nothing_is_no_delivery(post: Post):
    with pytest.raises(AllmendeError, match="nothing to deliver"):
        post.send()


def test_two_cubes_of_the_same_kind_and_year_are_refused(post: Post):
    with pytest.raises(AllmendeError, match="count the same thing"):
        post.send(stock(2025), stock(2025, seed=9))


def test_the_note_must_fit_the_cubes(post: Post):
    note = DeliveryNote.of([stock(2025)], name="x", sequence=1, made=date(2027, 1, 15))
    for wrong in (replace(note, epoch="1999"), replace(note, office="99001002"), replace(note, mode="at-source")):
        with pytest.raises(AllmendeError, match="does not fit its cubes") as error:
            seal([stock(2025)], post.path, office=post.office, hub_recipient=post.hub.recipient(), delivery=wrong)
        assert AGS in str(error.value)


def test_a_recipient_must_be_an_age_key(post: Post):
    with pytest.raises(AllmendeError, match="no hub's public key"):
        post.send(stock(2025), hub="age1wrong")


def test_a_failed_write_leaves_the_old_file_and_nothing_else(post: Post, monkeypatch: pytest.MonkeyPatch):
    before = post.send(stock(2025)).read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        post.send(stock(2024))
    assert post.path.read_bytes() == before
    assert list(post.path.parent.iterdir()) == [post.path]
