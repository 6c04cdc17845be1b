"""The integer mode against the ONS's own package, and against the rule written out again."""

import numpy as np
import pandas as pd
import pytest
from cell_key_perturbation.create_perturbed_table import create_perturbed_table
from cell_key_perturbation.utils.generate_test_data import generate_test_data
from cell_key_perturbation.utils.generate_test_ptable import generate_ptable_10_5_rule

from allmende.privacy.ons import OnsTable, row_of, suppressed, ten_five_table


def noisy_table(keys):
    rng = np.random.default_rng(4)
    noise = rng.integers(-2, 3, (750, keys))
    return OnsTable(np.maximum(noise, -np.arange(1, 751)[:, None]))


def as_frame(table):
    pcv, ckey = np.indices(table.pvalue.shape)
    return pd.DataFrame({"pcv": pcv.ravel() + 1, "ckey": ckey.ravel(), "pvalue": table.pvalue.ravel()})


@pytest.mark.parametrize("table", [ten_five_table(), noisy_table(256)], ids=["10-5", "noise"])
@pytest.mark.parametrize("by", [["var1", "var5", "var8"], ["var2"], ["var1", "var10"]], ids=str)
def test_every_cell_agrees_with_the_package(table, by):
    micro = generate_test_data(size=3000)
    theirs = create_perturbed_table(micro, as_frame(table), [], by, "record_key", use_existing_ons_id=False, threshold=10)
    sums = (
        micro.groupby(by)["record_key"]
        .agg(["size", "sum"])
        .reindex(pd.MultiIndex.from_frame(theirs[by]) if len(by) > 1 else theirs[by[0]])
    )
    n = sums["size"].fillna(0).to_numpy(dtype=np.int64)
    key = sums["sum"].fillna(0).to_numpy(dtype=np.int64)
    ours = table.perturb(n, key)
    assert (table.cell_key(key) == theirs["ckey"]).all()
    assert (row_of(n) == theirs["pcv"]).all()
    assert (ours - n == theirs["pvalue"]).all()
    withheld = suppressed(ours)
    assert (withheld == theirs["count"].isna()).all()
    assert (ours[~withheld] == theirs["count"].dropna().to_numpy(dtype=np.int64)).all()


def test_the_packages_own_table_is_ours():
    frame = generate_ptable_10_5_rule()
    assert (frame["pvalue"].to_numpy().reshape(750, 256) == ten_five_table().pvalue).all()


def test_larger_counts_go_round_the_last_rows():
    n = np.arange(1, 3001)
    rule = [count if count <= 750 else (count - 1) % 250 + 501 for count in n.tolist()]
    assert row_of(n).tolist() == rule


def test_a_table_of_another_height_is_an_error():
    with pytest.raises(ValueError, match="750 rows"):
        OnsTable(np.zeros((700, 256), dtype=np.int64))
