"""Elections in Pabulib's format: every kind of ballot, odd files, and errors that name the line."""

import pytest

from allmende.errors import AllmendeError
from allmende.fund.pabulib import parse_pabulib

HEAD = "META\nkey;value\nbudget;100\nvote_type;{}\nPROJECTS\nproject_id;cost;name\nb;40;Bank\na;60;Allee\n"


def ballots(kind, votes, columns="voter_id;vote"):
    election = parse_pabulib(HEAD.format(kind) + f"VOTES\n{columns}\n" + votes)
    start = election.ballots.start
    return {
        project: dict(
            zip(
                *(part[start[j] : start[j + 1]].tolist() for part in (election.ballots.voter, election.ballots.points)),
                strict=True,
            )
        )
        for j, project in enumerate(election.projects)
    }


@pytest.mark.parametrize(
    ("kind", "votes", "columns", "support"),
    [
        ("approval", "1;a,b\n2;b\n3;\n", "voter_id;vote", {"a": {0: 1}, "b": {0: 1, 1: 1}}),
        ("choose-1", "1;a\n2;b\n", "voter_id;vote", {"a": {0: 1}, "b": {1: 1}}),
        ("ordinal", "1;b,a\n2;a\n", "voter_id;vote", {"a": {0: 1, 1: 2}, "b": {0: 2}}),
        ("cumulative", "1;a,b;3,1\n2;b;4\n", "voter_id;vote;points", {"a": {0: 3}, "b": {0: 1, 1: 4}}),
        ("scoring", "1;a,b;0,-2\n2;a,b;1.5,2\n", "voter_id;vote;points", {"a": {1: 3}, "b": {1: 4}}),
        ("approval", "1;20;b , a\n", "voter_id;age;vote", {"a": {0: 1}, "b": {0: 1}}),
        ("approval", "b,b\n", "vote", {"a": {}, "b": {0: 1}}),
        ("Approval", "1;None\n2;b\n# counted by hand\n", "voter_id;vote", {"a": {}, "b": {1: 1}}),
        ("cumulative", "1;;\n2;b,a;1.5,2\n", "voter_id;vote;points", {"a": {1: 4}, "b": {1: 3}}),
    ],
)
def test_every_kind_of_ballot_is_read(kind, votes, columns, support):
    assert ballots(kind, votes, columns) == support


def test_odd_files_are_read_whole():
    text = (
        '\ufeffMETA\r\nkey;value\r\ndescription;"Ideas; and more"\r\nnum_votes;9\r\nbudget;1 000,50\r\n\r\n'
        'PROJECTS\r\ncost;project_id;name\r\n250.25;p;"A ""big"" tree; old"\r\n'
        "VOTES\r\nvoter_id;vote;sex\r\n1;p\r\n1;p;m\r\n"
    )
    election = parse_pabulib(text)
    assert (election.budget, election.costs, election.unit) == (4002, (1001,), 4)
    assert election.names == ('A "big" tree; old',)
    assert election.amount(election.budget) == 1000.5
    assert len(election.notes) == 3


def test_line_ends_cases_and_order_of_columns_do_not_matter():
    plain = HEAD.format("approval") + "VOTES\nvoter_id;vote\n1;a,b\n2;b\n"
    whole = parse_pabulib(plain)
    for text in (
        plain.replace("\n", "\r\n"),
        plain.replace("\n", "\r"),
        "\ufeff" + plain,
        plain.replace("META", "meta").replace("PROJECTS", " Projects ").replace("VOTES", "votes;"),
        plain.replace("\n", "\n\n"),
        plain.replace("voter_id;vote\n1;a,b\n2;b", 'Vote;voter_id\n"a,b";1\n b ;2'),
    ):
        read = parse_pabulib(text)
        assert (read.projects, read.costs, read.budget, read.notes) == (whole.projects, whole.costs, whole.budget, ())
        assert read.ballots.voter.tolist() == whole.ballots.voter.tolist() == [0, 0, 1]


@pytest.mark.parametrize(("head", "first"), [("", 2), ("max_length;4\n", 2), ("max_length;1\n", 2), ("max_length;two\n", 2)])
def test_an_ordinal_ballot_gives_as_many_points_as_it_may_name_projects(head, first):
    text = HEAD.format("ordinal").replace("PROJECTS", head + "PROJECTS")
    assert parse_pabulib(text + "VOTES\nvote\nb,a\nb\n").ballots.points.tolist() == [1, first, first]
    wide = HEAD.format("ordinal").replace("PROJECTS", "max_length;2\nPROJECTS")
    assert parse_pabulib(wide + "VOTES\nvote\nb\n").ballots.points.tolist() == [2]


def test_what_a_file_says_wrongly_of_itself_is_told_in_both_languages():
    head = HEAD.format("approval").replace(
        "PROJECTS\n", "max_length;1\ndefault_score;2\nmin_project_score_threshold;0\nPROJECTS\n"
    )
    head = head.replace("cost;name\n", "cost;name;votes\n").replace("Bank\n", "Bank;7\n").replace("Allee\n", "Allee;1\n")
    notes = parse_pabulib(head + "VOTES\nvoter_id;vote\n1;a,b\n2;\n3;a,a\n").notes
    assert [note["en"].split(" ")[0] for note in notes] == ["1", "1", "2", "META", "For"]
    assert all(note["de"] != note["en"] for note in notes)


@pytest.mark.parametrize("votes", ["", "1;\n2;\n"])
def test_an_election_in_which_nobody_wants_anything_is_refused(votes):
    with pytest.raises(AllmendeError) as error:
        parse_pabulib(HEAD.format("approval") + "VOTES\nvoter_id;vote\n" + votes, "x.pb")
    assert "ballots support no project" in error.value.what
    assert error.value.where == "x.pb, VOTES"
    assert error.value.expected
    assert error.value.todo


@pytest.mark.parametrize("cost", ["9" * 30, "0." + "1" * 25])
def test_amounts_that_cannot_be_added_exactly_are_refused(cost):
    text = HEAD.format("approval").replace("a;60", f"a;{cost}") + "VOTES\nvoter_id;vote\n1;a\n"
    with pytest.raises(AllmendeError, match="too large, or have too many decimals"):
        parse_pabulib(text)


BAD = [
    ("VOTES\nvoter_id;vote\n1;zz\n", "The ballot names the project zz", "line 11"),
    ("a;5;again\nVOTES\nvoter_id;vote\n", "The project a is listed twice.", "line 9"),
    ("c;-5;x\nVOTES\nvoter_id;vote\n", "The project c costs -5.", "line 9"),
    ("c;many;x\nVOTES\nvoter_id;vote\n", "“many” is no amount.", "line 9, project c"),
    ("VOTES\nvoter_id;ballot\n", "The section VOTES has no column “vote”.", "line 10"),
    ("", "The section VOTES is missing.", "x.pb"),
    (";7;x\nVOTES\nvoter_id;vote\n", "A project has no id.", "line 9"),
    ("c\nVOTES\nvoter_id;vote\n", "“” is no amount.", "line 9, project c, cost"),
    ("c;1,250;x\nVOTES\nvoter_id;vote\n", "“1,250” can be read in two ways.", "line 9, project c, cost"),
    ("VOTES\nvoter_id;vote\n1;a\nPROJECTS\n", "The section PROJECTS begins twice.", "line 12"),
    ('c;1;"x\nVOTES\nvoter_id;vote\n1;a\n', "The section VOTES is missing.", "x.pb"),
]


@pytest.mark.parametrize(("rest", "says", "where"), BAD)
def test_what_cannot_be_read_is_named(rest, says, where):
    with pytest.raises(AllmendeError) as error:
        parse_pabulib(HEAD.format("approval") + rest, "x.pb")
    assert says in error.value.what
    assert where in error.value.where
    assert "x.pb" in error.value.where


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("budget;100", "budget;0"), "The budget is 0: nothing can be funded."),
        (("budget;100\n", ""), "The budget is missing."),
        (("approval", "shouting"), "The vote type “shouting” is not known."),
    ],
)
def test_a_head_that_cannot_be_used_is_named(change, says):
    with pytest.raises(AllmendeError, match=says):
        parse_pabulib(HEAD.format("approval").replace(*change) + "VOTES\nvoter_id;vote\n")


def test_cells_beyond_the_last_column_are_reported():
    election = parse_pabulib(HEAD.format("approval") + "VOTES\nvoter_id;vote\n1;a;b\n")
    assert election.ballots.counts.tolist() == [1, 0]
    assert [note["en"] for note in election.notes] == [
        "1 lines have more cells than columns (first: line 11); the rest is not read."
    ]


def test_points_must_match_the_projects_named():
    with pytest.raises(AllmendeError, match="names 2 projects and gives 1 times points"):
        ballots("scoring", "1;a,b;3\n", "voter_id;vote;points")
