"""Steps are done once, done again when something before them changed, and leave nothing half-done."""

import pytest

from allmende.demo.steps import Step, run_steps


class Interrupted(KeyboardInterrupt):
    pass


def _steps(tmp_path, did, *, fail=""):
    def step(name):
        def work(advance):
            (tmp_path / name).mkdir()
            (tmp_path / name / "half").write_text("half")
            if name == fail:
                raise Interrupted
            did.append(name)
            advance(1, 1)
            return f"{name} getan", f"{name} done"

        return Step(name, (name, name), (tmp_path / name,), work)

    return [step("one"), step("two"), step("three")]


def _run(tmp_path, steps, inputs="a"):
    return [(d.step.name, d.reused, d.result[1]) for d in run_steps(steps, tmp_path, inputs, lambda _: lambda *_: None)]


def test_a_second_run_reuses_every_step_and_its_result(tmp_path):
    did: list[str] = []
    first = _run(tmp_path, _steps(tmp_path, did))
    second = _run(tmp_path, _steps(tmp_path, did))
    assert did == ["one", "two", "three"]
    assert [(name, result) for name, _, result in first] == [(name, result) for name, _, result in second]
    assert all(reused for _, reused, _ in second)


def test_an_interrupted_step_leaves_nothing_and_the_next_run_goes_on_from_there(tmp_path):
    did: list[str] = []
    with pytest.raises(Interrupted):
        _run(tmp_path, _steps(tmp_path, did, fail="two"))
    assert (tmp_path / "one").exists()
    assert not (tmp_path / "two").exists()
    _run(tmp_path, _steps(tmp_path, did))
    assert did == ["one", "two", "three"]


def test_other_inputs_or_a_missing_output_make_the_step_and_all_after_it_anew(tmp_path):
    did: list[str] = []
    _run(tmp_path, _steps(tmp_path, did))
    _run(tmp_path, _steps(tmp_path, did), inputs="b")
    assert did == ["one", "two", "three"] * 2
    (tmp_path / "two" / "half").unlink()
    (tmp_path / "two").rmdir()
    _run(tmp_path, _steps(tmp_path, did), inputs="b")
    assert did[6:] == ["two", "three"]
