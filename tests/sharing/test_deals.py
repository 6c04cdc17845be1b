"""Cases compared, the page that shows them, services, proofs and taxes."""

import copy
import re
import tomllib
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pytest

import allmende.sharing.page
from allmende.errors import AllmendeError
from allmende.parameters import load
from allmende.sharing.advice import easiest
from allmende.sharing.case import case_from
from allmende.sharing.case_costs import changes_of
from allmende.sharing.compare import compare
from allmende.sharing.games import game_of
from allmende.sharing.page import page, proof_page
from allmende.sharing.proof import prove
from allmende.sharing.services import Change, annuity, savings_game_of
from allmende.sharing.structured import Block, airport, airport_nucleolus, airport_shapley, blocks_shapley, tree_blocks
from allmende.sharing.taxes import after_levy, equalisation_from, kept

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
NAMES = ("bauhof", "kasse", "gewerbepark")
TABLES = {name: tomllib.loads((EXAMPLES / f"{name}-ilveland.toml").read_text(encoding="utf-8")) for name in NAMES}


def quick(name, **changed):
    table = copy.deepcopy(TABLES[name]) | changed
    if table.get("uncertainty"):
        table["uncertainty"] |= {"draws": 20}
    return {term: value for term, value in table.items() if value is not None}


@pytest.fixture(scope="module")
def yard():
    return compare(case_from(quick("bauhof")))


@pytest.mark.parametrize("name", TABLES)
def test_every_row_sums_to_the_cent(name):
    deal = compare(case_from(quick(name)))
    assert all(sum(row.cents) == deal.total for row in deal.rows)
    assert all(abs(cents - share) < 1 for row in deal.rows for cents, share in zip(row.cents, row.shares, strict=True))


def test_the_building_yard_names_who_would_leave(yard):
    rows = {row.id: row for row in yard.rows}
    assert rows["inhabitants"].core.overcharged == ("Wittenlohe", "Averloh", "Tarmloh")
    assert rows["inhabitants"].core.by == pytest.approx(130046.57, abs=0.01)
    assert rows["inhabitants"].properties["rational"]
    assert not rows["tax-strength"].properties["rational"]
    assert rows["use"].core.member
    assert rows["mixed"].properties == {"rational": True, "core": True, "no_subsidy": True, "monotone": True, "additive": True}
    assert rows["nucleolus"].core.member
    assert rows["use"].interval[0][0] < rows["use"].shares[0] < rows["use"].interval[0][1]
    assert 0.5 < rows["use"].holds <= 1
    assert yard.balance.nonempty


def test_figures_of_the_building_yard_by_hand(yard):
    hours, km = Fraction(11800), 74
    alone = 168000 + Fraction("52.40") * hours + 96000 + 34000 * (km / 50) ** 0.7
    assert yard.alone[0] == round(float(alone) * 100)
    together = 168000 + Fraction("52.40") * 37500 + 3 * 96000 + 34000 * (253 / 50) ** 0.7 + 4 * 31500
    assert yard.total == round(float(together) * 100)


def test_a_joint_treasury_knows_only_alone_and_together():
    deal = compare(case_from(quick("kasse")))
    assert deal.adds is None
    assert {one.id for one in deal.refused} >= {"shapley", "scrb"}
    rows = {row.id: row for row in deal.rows}
    assert rows["nucleolus"].cents == rows["equal-savings"].cents


class Reader(HTMLParser):
    """Collect what a page opens and whether it closes it again."""

    def __init__(self):
        super().__init__()
        self.open, self.requests, self.texts, self.unequal = [], [], [], []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "link"):
            self.open.append(tag)
        self.requests += [value for name, value in attrs if name in ("src", "srcset", "data", "action")]
        assert tag not in ("script", "link", "iframe", "img")

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if self.open.pop() != tag:
            self.unequal.append(tag)

    def handle_data(self, data):
        self.texts.append(data)


@pytest.mark.parametrize("language", [None, "de", "en"])
def test_the_page_is_whole_and_asks_nobody_for_anything(yard, language):
    html = page(yard, language)
    reader = Reader()
    reader.feed(html)
    assert not reader.open
    assert not reader.unequal
    assert not reader.requests
    assert "url(" not in html
    assert "@import" not in html
    text = " ".join(reader.texts)
    for row in yard.rows:
        for spoken in ("de", "en") if language is None else (language,):
            assert row.sentence[spoken] in text
    if language != "en":
        assert "Wittenlohe, Averloh und Tarmloh zahlen zusammen 130.047\u202f€ mehr als ohne die anderen." in text
        assert "872.623,45" in text
    if language != "de":
        assert "€130,047 more than without the others" in text
    assert not re.search(r"\{\w+\}", text)


def test_the_page_says_which_key_is_easiest_to_defend_and_why(yard):
    found = easiest(yard)
    assert (found.row.id, found.benefit) == ("use", 1)
    html = page(yard)
    assert "Am leichtesten zu vertreten: „Arbeitsstunden“. Damit stünde niemand ohne die anderen besser da" in html
    assert "Easiest to defend: “Hours of work”." in html
    assert "15\u202f% zu gleichen Teilen, 35\u202f% nach Einwohnerzahl, 50\u202f% nach Arbeitsstunden." in html
    assert "Ekenbüttel zahlt höchstens 8,5\u202f%." in html
    only = [key for key in TABLES["bauhof"]["key"] if key["id"] == "equal"]
    assert easiest(compare(case_from(quick("bauhof", key=only, uncertainty=None)))) is None
    assert "Mit jedem besprochenen Schlüssel käme eine Gruppe" in page(
        compare(case_from(quick("bauhof", key=only, uncertainty=None)))
    )


def test_a_key_that_follows_the_benefit_goes_before_one_that_holds_more_often():
    deal = compare(case_from(quick("kasse")))
    rows = {row.id: row for row in deal.rows}
    assert rows["inhabitants"].holds >= rows["use"].holds
    assert easiest(deal).row.id == "use"
    assert "Geprüft sind nur die Gruppen, deren Betrag bekannt ist: 3 von 6." in page(deal)


def test_every_word_of_the_page_is_said_in_both_languages_and_used():
    words = load("sharing_page")
    assert words["de"].keys() == words["en"].keys()
    places = {lang: {k: set(re.findall(r"{\w+}", str(v))) for k, v in words[lang].items()} for lang in words}
    assert places["de"] == places["en"]
    folder = Path(allmende.sharing.page.__file__).parent
    source = " ".join(file.read_text(encoding="utf-8") for file in folder.glob("*.py"))
    stems = {"law_", "follows_", "part_", "bound_", "refused_", "item_", "condition_", "proof_"}
    for word in words["de"]:
        stem = word.removesuffix("_value").removesuffix("_one")
        said = re.search(rf"""["']{stem}[{{"']""", source) or any(word.startswith(s) for s in stems)
        assert said, f"nobody says {word!r}"


def test_names_are_text_not_markup():
    table = quick("kasse", uncertainty=None)
    table["title"] = "<b>Kasse</b> & mehr"
    html = page(compare(case_from(table)))
    assert "<b>Kasse" not in html
    assert "&lt;b&gt;Kasse&lt;/b&gt; &amp; mehr" in html


def test_a_deal_that_nobody_can_hold_together_shows_the_proof():
    coalitions = [
        {"members": list(m), "amount": a}
        for m, a in [("A", 10), ("B", 10), ("C", 10), ("AB", 10), ("AC", 10), ("BC", 10), ("ABC", 18)]
    ]
    table = {"year": 2026, "partner": [{"name": n} for n in "ABC"], "coalition": coalitions}
    deal = compare(case_from(table))
    assert not deal.balance.nonempty
    assert all(row.core.overcharged for row in deal.rows)
    assert "0,500 × A und B" in page(deal)


def test_gains_are_shared_as_gains():
    coalitions = [{"members": list(m), "amount": a} for m, a in [("A", 10), ("B", 20), ("AB", 50)]]
    table = {"kind": "value", "year": 2026, "partner": [{"name": "A"}, {"name": "B"}], "coalition": coalitions}
    deal = compare(
        case_from(
            table
            | {
                "key": [{"id": "equal", "weights": {"equal": 1}}, {"id": "all-b", "weights": {"b": 1}}],
                "figures": {"b": {"A": 0, "B": 1}},
            }
        )
    )
    rows = {row.id: row for row in deal.rows}
    assert rows["equal"].core.member
    assert rows["all-b"].core.overcharged == ("A",)
    assert rows["nucleolus"].cents == (2000, 3000)
    assert "A bekommt 10\u202f€ weniger als ohne die anderen." in page(deal)


def test_a_siting_result_is_a_case():
    siting = game_of("cost", ["A", "B"], [("A", 100.123), ("B", float("inf")), ("AB", 150)])
    table = {"year": 2026, "partner": [{"name": "A"}, {"name": "B"}], "siting": "plan.json"}
    with pytest.raises(AllmendeError, match="amount alone is missing"):
        compare(case_from(table, siting=siting))
    whole = game_of("cost", ["A", "B"], [("A", 100.123), ("B", 80), ("AB", 150)])
    assert compare(case_from(table, siting=whole)).alone == (10012, 8000)


@pytest.mark.parametrize(
    ("change", "match", "where"),
    [
        ({"year": None}, "no year", "year"),
        ({"partner": []}, "needs partners", "partner"),
        ({"budget": 1}, "no term 'budget'", "budget"),
        ({"savings": None}, "in one way", "cost"),
        ({"coalition": []}, "says it twice", "cost"),
        ({"uncertainty": {"draws": 1}}, "1 does not fit", "uncertainty.draws"),
        ({"key": [{"id": "x", "weights": {"area": 1}}]}, "no figures of area for 2027", "Wittenlohe"),
        ({"key": [{"id": "x", "weights": {"equal": 0.5}}]}, "sum to 0.5", "equal"),
        ({"measure": {"bookings": {"kind": "luck"}}}, "kind 'luck'", "measure.bookings"),
        ({"title": {"de": "Kasse"}}, "both languages", "title"),
        ({"savings": {"years": 5, "partner": []}}, "no costs before and after", "Wittenlohe"),
    ],
)
def test_cases_that_cannot_be_used_say_why(change, match, where):
    table = copy.deepcopy(TABLES["kasse"]) | change
    with pytest.raises(AllmendeError, match=match) as refused:
        compare(case_from({term: value for term, value in table.items() if value is not None}))
    assert where in refused.value.where


@pytest.mark.parametrize(
    ("one_off", "count", "saving", "holds"),
    [(0, False, Fraction(3, 20), True), (100_00, False, Fraction(3, 20), True), (100_00, True, Fraction(13, 100), False)],
)
def test_the_proof_of_fifteen_per_cent(one_off, count, saving, holds):
    changes = [Change("A", 400_00, 340_00, one_off), Change("B", 400_00, 340_00), Change("C", 200_00, 170_00)]
    sheet = prove(changes, 5, count_one_off=count)
    assert sheet.holds is holds
    assert (sheet.saving_with_one_off if count else sheet.saving) == saving


def test_the_sheet_of_proof_states_personnel_and_material_apart():
    case = case_from(quick("kasse", uncertainty=None))
    changes = changes_of(TABLES["kasse"]["savings"], case.game.players)
    sheet = prove(changes, 5)
    assert sheet.items == {"personnel": (561_200_00, 447_300_00), "material": (148_500_00, 122_000_00)}
    html = proof_page(case, sheet)
    reader = Reader()
    reader.feed(html)
    assert not reader.open
    assert not reader.requests
    text = " ".join(reader.texts)
    for found in (
        "561.200,00",
        "Personal",
        "Sachkosten",
        "19,78\u202f%",
        "verlangt sind 15\u202f%",
        "Kommunalaufsicht",
        "one-off",
    ):
        assert found in text
    assert "nicht für alle Partner getrennt" not in text
    plain = prove([Change(change.partner, change.before, change.after) for change in changes], 5)
    assert "nicht für alle Partner getrennt" in proof_page(case, plain)


def test_the_sheet_of_proof_says_what_fails():
    case = case_from(quick("kasse", uncertainty=None))
    html = proof_page(case, prove([Change("A", 100, 86), Change("B", 100, 86)], 3), "de")
    assert "Nicht alle Bedingungen sind erfüllt." in html
    assert html.count('class="no"') == 3


@pytest.mark.parametrize(
    ("after", "where"),
    [(100, "savings.partner Tarmloh"), ({"personell": 5}, "savings.partner Tarmloh"), ({"material": "x"}, "after.material")],
)
def test_costs_that_are_split_only_by_half_are_refused(after, where):
    table = quick("kasse")
    table["savings"]["partner"][1]["after"] = after
    with pytest.raises(AllmendeError) as refused:
        case_from(table)
    assert where in refused.value.where


def test_the_proof_names_each_condition_that_fails():
    sheet = prove([Change("A", 100, 86), Change("B", 100, 86)], 3)
    assert [condition.name for condition in sheet.conditions if not condition.holds] == ["saving", "members", "years"]
    with pytest.raises(AllmendeError, match="not known"):
        prove([Change("A", 100, 50)], 5, land="ZZ")
    with pytest.raises(AllmendeError, match="sum to nothing"):
        prove([Change("A", 0, 0)], 5)


def test_one_off_costs_are_repaid_with_interest():
    yearly = annuity(56_000_00, Fraction(2, 100), 5)
    owed = Fraction(56_000_00)
    for _ in range(5):
        owed = owed * Fraction(102, 100) - yearly
    assert abs(owed) < 5
    game = savings_game_of([Change("A", 300, 100), Change("B", 200, 100, 100)], rate=Fraction(0), years=2)
    assert game.total == 2.5


def test_trade_tax_after_the_levy_and_after_a_model_that_must_be_filled_in():
    assert after_levy(Fraction(1000), 380) == 3450
    with pytest.raises(AllmendeError, match="leaves nothing"):
        after_levy(Fraction(1000), 35)
    values = {"land": "NI", "compensation": "50 %", "district_levy": "30 %", "year": 2026, "source": "budget statute"}
    with pytest.raises(AllmendeError, match="lacks grants_in_levy_base"):
        equalisation_from(values)
    assert kept(Fraction(1000), equalisation_from(values | {"grants_in_levy_base": 0})) == 200
    assert kept(Fraction(1000), equalisation_from(values | {"grants_in_levy_base": 1})) == 350


def test_what_is_kept_of_a_business_park_by_hand():
    deal = compare(case_from(quick("gewerbepark")))
    host = Fraction(380 - 35, 380) * Fraction(54, 100)  # abundant: only the district levies
    other = Fraction(380 - 35, 380) * (1 - Fraction(6, 10) - Fraction(46, 100) * Fraction(4, 10))
    assert deal.case.effects.kept_parts == (host, other, other, other)
    assert deal.case.effects.kept(deal.alone)[:2] == (round(host * 420_000_00), round(other * 310_000_00))
    html = page(deal)
    assert "einfaches Modell" in html
    assert "es bleiben 21,6\u202f% (Ilveland, fiktiv, 2026; erfunden)" in html
    assert "Weil nicht jedem derselbe Teil bleibt" in html
    assert not {hook for row in deal.rows for hook in row.hooks}, "laws on levies say nothing about gains"


def test_the_terms_in_the_docs_do_what_the_docs_say():
    text = (EXAMPLES.parent / "formats" / "sharing-case.md").read_text(encoding="utf-8")
    terms = tomllib.loads(re.search(r"```toml\n(.*?)```", text, re.DOTALL)[1])
    effects = case_from(quick("gewerbepark", **terms)).effects
    parts = [f"{float(part):.1%}".replace("%", " %") for part in effects.kept_parts]
    assert f"here {parts[1]}, and {parts[0]} for Wittenlohe" in text


def test_the_equalisation_is_off_unless_asked_for():
    deal = compare(case_from(quick("gewerbepark", equalisation=None)))
    assert len(set(deal.case.effects.kept_parts)) == 1
    html = page(deal)
    assert "Der Finanzausgleich ist nicht gerechnet" in html
    assert "ändert sich nichts daran, wer ginge" in html
    plain = compare(case_from(quick("gewerbepark", equalisation=None, trade_tax=None)))
    assert plain.case.effects is None
    assert "Finanzausgleich" not in page(plain)


@pytest.mark.parametrize(
    ("change", "match", "where"),
    [
        ({"trade_tax": {"hebesatz": 35}}, "35 does not fit", "trade_tax.hebesatz"),
        ({"trade_tax": {"hebesatz": "380"}}, "'380' does not fit", "trade_tax.hebesatz"),
        ({"trade_tax": {"rate": 380}}, "no term 'rate'", "trade_tax"),
        ({"equalisation": {"land": "NI"}}, "lacks compensation", "equalisation"),
        ({"equalisation": {"partner": {"Nordheim": {}}}}, "no partner 'Nordheim'", "equalisation.partner"),
        ({"kind": "cost"}, "splits costs", "trade_tax"),
    ],
)
def test_effects_that_cannot_be_computed_say_why(change, match, where):
    with pytest.raises(AllmendeError, match=match) as refused:
        case_from(quick("gewerbepark", **change))
    assert where in refused.value.where


@pytest.mark.parametrize(
    ("value", "match", "where"),
    [
        ({"compensation": "120 %"}, "more than the whole", "equalisation.partner.Averloh.compensation"),
        ({"grants_in_levy_base": 0, "district_levy": "50 %"}, "more than the whole is lost", "equalisation.partner.Averloh"),
        ({"levy": 1}, "no term 'levy'", "equalisation.partner.Averloh"),
    ],
)
def test_an_equalisation_that_cannot_be_is_refused_for_the_partner(value, match, where):
    table = quick("gewerbepark")
    table["equalisation"]["partner"] = {"Averloh": value}
    with pytest.raises(AllmendeError, match=match) as refused:
        case_from(table)
    assert refused.value.where == where


def test_structured_games_agree_with_the_explicit_ones():
    from allmende.sharing.games import game_from
    from allmende.sharing.nucleolus import nucleolus
    from allmende.sharing.shapley import shapley

    sizes = [3, 3, 5, 9, 9, 10]
    game = game_from("cost", "ABCDEF", lambda s: max(sizes[i] for i in s))
    classes = airport([(2, 3), (1, 5), (2, 9), (1, 10)])
    spread = [0, 0, 1, 2, 2, 3]
    for fees, shares in ((airport_shapley(classes), shapley(game)), (airport_nucleolus(classes), nucleolus(game))):
        assert shares == pytest.approx([float(fees[c]) for c in spread])
    pipes = tree_blocks({"A": "", "B": "A", "C": "A"}, {"A": 6, "B": 2, "C": 1})
    tree = game_from("cost", "ABC", lambda s: sum(float(p.cost) for p in pipes if {"ABC"[i] for i in s} & set(p.players)))
    assert shapley(tree) == pytest.approx([float(share) for share in blocks_shapley("ABC", pipes).values()])


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: airport([(1, 5), (1, 3)]), "no classes"),
        (lambda: airport([(0, 5)]), "no classes"),
        (lambda: tree_blocks({"A": "B", "B": "A"}, {"A": 1, "B": 1}), "no tree"),
        (lambda: blocks_shapley("AB", [Block(("C",), Fraction(1))]), "unknown one"),
    ],
)
def test_structures_that_are_none(make, match):
    with pytest.raises(AllmendeError, match=match):
        make()
