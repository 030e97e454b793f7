"""A model tells topics apart, says which words spoke, survives its file, and never decides what is not its own."""

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from hub.storage.taught import Taught
from routing import training
from routing.choose import choose, pointing, sure
from routing.evaluation import figures
from routing.examples import CONFIRMED, Example, example, learned, rows_of
from routing.matter import MODEL, Candidate, Decision, Reason
from routing.model import (
    EACH,
    Document,
    Judgement,
    Model,
    Pointed,
    beginnings,
    document,
    judge,
    leaning,
    packed,
    read_model,
    run_of,
    runs,
)
from routing.models import Models
from routing.rules import Sure
from tests.routing.letters import district, kind, letter, rules

SCHOOL = ("小学放学时校门口没有老师值守", "幼儿园的学费涨了一倍", "中学食堂的饭菜是凉的", "学校操场的跑道坏了")
ROAD = ("公交站台的灯牌不亮了", "公交车总是晚点很久", "路口的红绿灯时间太短", "高峰期公交车挤不上去")
USUAL = {"教育文体": {"education": 0.8, "area": 0.2}, "交通运输": {"transit": 0.7, "traffic_police": 0.3}}


def _examples() -> Iterator[Example]:
    for n in range(12):
        for texts, label in ((SCHOOL, "教育文体"), (ROAD, "交通运输")):
            for text in texts:
                yield Example(document("", f"{text}，第{n}次反映"), label, 1.0, f"{label}{n}")


def _silent(title: str, body: str) -> Pointed:
    """Rules that match nothing."""
    return {}


@pytest.fixture(scope="module")
def trained() -> training.Trained:
    return training.train(list(_examples()), "model-0001", "2026-01-05T02:00:00.000000Z", USUAL)


def test_a_letter_is_judged_by_its_words_and_those_are_named(trained: training.Trained) -> None:
    judged = judge(trained.model, document("", "学校食堂的饭菜"))
    assert judged is not None
    assert judged.category == "教育文体"
    assert judged.confidence > 0.8
    assert all(word in "学校食堂的饭菜" for word in judged.words)
    assert judged.words


def test_runs_are_counted_under_keys_that_can_be_read_back() -> None:
    keys, counts = runs(Document("水费水", "", ""))
    assert {run_of(int(key)): int(n) for key, n in zip(keys, counts, strict=True)} == {
        "水": 2,
        "费": 1,
        "水费": 1,
        "费水": 1,
        "水费水": 1,
    }
    assert all(len(runs(Document(text, "", ""))[0]) == n for text, n in (("", 0), ("水", 1), ("\U00020000", 3)))


def test_what_stands_in_heading_or_opening_counts_there_once_more() -> None:
    keys, counts = runs(document("水费", "水"))
    assert list(keys) == sorted(set(keys.tolist())), "each key once, in rising order"
    whole, heading, opening, end = beginnings(keys)
    found = [(run_of(int(key)), int(n)) for key, n in zip(keys, counts, strict=True)]
    assert found[heading:opening] == [("水", 1), ("费", 1), ("水费", 1)]
    assert found[opening:end] == [("水", 1)]
    assert ("水", 3) in found[whole:heading]


def test_where_there_is_no_title_the_first_words_stand_for_it() -> None:
    assert document("", "水" * 200) == ("水" * 200, "水" * 20, "水" * 80)
    assert document("费", "水" * 200).heading == "费"


def test_of_what_it_never_heard_the_model_says_nothing(trained: training.Trained) -> None:
    assert judge(trained.model, document("", "xyz")) is None
    assert judge(trained.model, document("", "")) is None


@pytest.fixture(scope="module")
def heeding() -> training.Trained:
    """A model that learnt beside rules which, unlike the letters' words, always point to the right topic."""
    words = ("路口的事", "门口的事", "前面的事", "后面的事")
    pairs = (("教育文体", {"教育": {"school": 3.0}}), ("交通运输", {"交通": {"bus": 3.0}}))
    letters = [
        Example(document("", f"{word}第{n}次反映"), label, 1.0, f"{label}{n}", "", pointed)
        for n in range(12)
        for word in words
        for label, pointed in pairs
    ]
    return training.train(letters, "model-0002", "2026-01-05T02:00:00.000000Z", USUAL)


def test_where_the_words_leave_it_open_the_rules_evidence_decides(heeding: training.Trained) -> None:
    model = read_model(packed(heeding.model))
    school, road = (
        judge(model, document("", "门口的事"), {topic: {code: 2.0}})
        for topic, code in (("教育", "school"), ("交通", "bus"))
    )
    assert school is not None
    assert road is not None
    assert (school.category, road.category) == ("教育文体", "交通运输")
    assert heeding.card["figures"]["macro_f1"] > 0.95


def test_evidence_for_a_topic_that_was_never_learnt_changes_nothing(heeding: training.Trained) -> None:
    door = document("", "门口的事")
    assert judge(heeding.model, door, {"农村农业": {"well": 2.0}}) == judge(heeding.model, door)


def test_the_rules_lean_by_the_weight_of_their_words_however_long_the_letter() -> None:
    assert leaning({"a": {"x": 3.0}}) == {"a": 1.0, "a/x": EACH}
    assert leaning({"a": {"x": 2.0}, "b": {"y": 0.0}}) == {"a": 1.0, "a/x": EACH}
    assert leaning({}) == {}
    both = leaning({"a": {"x": 8.0}, "b": {"y": 1.0}})
    assert both["a"] > both["b"] > 0
    assert both["a/x"] == pytest.approx(EACH * both["a"])


def test_rules_of_one_topic_are_heard_together_and_each_by_itself() -> None:
    found = leaning({"a": {"x": 3.0, "y": 1.0}})
    assert found["a"] == 1.0
    assert found["a/x"] > found["a/y"] > 0
    assert math.hypot(found["a/x"], found["a/y"]) == pytest.approx(EACH)


def test_a_rule_that_was_given_another_topic_is_not_heard_as_before(heeding: training.Trained) -> None:
    door = document("", "门口的事")
    assert judge(heeding.model, door, {"农村农业": {"school": 2.0}}) == judge(heeding.model, door)


def test_a_rule_that_goes_against_its_topic_is_heard_for_itself() -> None:
    """Half of what the education rules find is about buses, all of it by one rule."""
    pairs = [("教育文体", {"教育": {"school": 3.0}}), ("交通运输", {"教育": {"school-bus": 3.0}})]
    letters = [
        Example(document("", f"门口的事第{n}次反映"), label, 1.0, f"{label}{n}", "", pointed)
        for n in range(40)
        for label, pointed in pairs
    ]
    model = training.train(letters, "model-0003", "2026-01-05T02:00:00.000000Z", USUAL).model
    school, bus = (judge(model, document("", "门口的事"), {"教育": {code: 2.0}}) for code in ("school", "school-bus"))
    assert school is not None
    assert bus is not None
    assert (school.category, bus.category) == ("教育文体", "交通运输")


def test_the_calibration_hears_persons_as_far_as_they_are_trusted_and_machines_never() -> None:
    said, labels = np.array([[1.0], [-1.0], [1.0], [-1.0]]), np.array([0, 1, 1, 0])
    sure, right = np.array([[1.0], [-1.0]] * 50), np.array([0, 1] * 50)
    both, answers = np.vstack([said, sure]), np.concatenate([labels, right])

    def slope(trust: float) -> float:
        return float(np.ptp(training.calm(both, answers, np.array([1.0] * 4 + [trust] * 100)).matrix))

    alone = float(np.ptp(training.calm(said, labels, np.ones(4)).matrix))
    assert slope(CONFIRMED) == slope(0.5) == alone
    assert slope(1.0) > slope(training.BY_PERSONS) > alone


def test_what_training_asks_of_the_rules_is_what_they_say_of_a_living_letter() -> None:
    pointed = pointing(district(), rules())("公交站台", "公交车总是晚点")
    decision = choose(letter("公交站台", "公交车总是晚点"), district(), rules())
    assert max(pointed, key=lambda topic: sum(pointed[topic].values())) == decision.category


def test_a_run_counts_the_more_the_further_it_tells_topics_apart() -> None:
    wanted = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    only_one, mostly_one, as_chance_would, everywhere = (
        [1, 1, 1, 1, 0, 0, 0, 0],
        [1, 1, 1, 0, 1, 0, 0, 0],
        [1, 0] * 4,
        [1] * 8,
    )
    columns = np.array([only_one, mostly_one, as_chance_would, everywhere], dtype=np.float32).T
    loud = training.telling(csr_matrix(columns), wanted)
    assert loud[0] > loud[1] > loud[2]
    assert list(loud[2:]) == [1, 1]


def test_a_model_reads_back_from_its_file_as_it_was(trained: training.Trained) -> None:
    again = read_model(packed(trained.model))
    late = document("", "公交车晚点")
    first, second = judge(trained.model, late), judge(again, late)
    assert first is not None
    assert second is not None
    assert (second.category, second.words) == (first.category, first.words)
    assert second.confidence == pytest.approx(first.confidence, abs=0.02)
    assert again.units == trained.model.units


@pytest.mark.parametrize("cut", [0, 10, 40, -20])
def test_a_damaged_model_file_is_refused_with_a_sentence(trained: training.Trained, cut: int) -> None:
    with pytest.raises(ValueError, match="model file"):
        read_model(packed(trained.model)[:cut])


def test_training_needs_two_topics_with_enough_letters() -> None:
    with pytest.raises(ValueError, match="Two topics"):
        training.train([e for e in _examples() if e.label == "教育文体"], "m", "", {})


def test_the_card_reports_on_letters_of_groups_that_were_not_seen(trained: training.Trained) -> None:
    assert trained.card["figures"]["n"] == 96
    assert trained.card["letters"] == {"教育文体": 48, "交通运输": 48}
    assert trained.card["figures"]["per_class"]["交通运输"]["n"] == 48


def test_models_are_kept_used_and_rolled_back(trained: training.Trained, tmp_path: Path) -> None:
    models, elsewhere = Models(tmp_path / "models"), Models(tmp_path / "models")
    assert models.chosen() == "starter"
    assert models.next_name() == "model-0001"
    models.keep(trained.model, trained.card)
    assert models.in_force().name == "starter"
    models.use("model-0001")
    assert elsewhere.in_force().name == "model-0001"
    assert models.next_name() == "model-0002"
    models.use("starter")
    assert elsewhere.in_force().name == "starter"
    with pytest.raises(ValueError, match="No such model"):
        models.use("../../keys")


def test_another_process_takes_the_model_that_was_put_into_force(trained: training.Trained, tmp_path: Path) -> None:
    here, there = Models(tmp_path), Models(tmp_path)
    here.keep(trained.model, trained.card)
    for name in ("model-0001", "starter", "model-0001"):
        here.use(name)
        assert there.in_force().name == name


def test_a_damaged_model_never_comes_into_force(trained: training.Trained, tmp_path: Path) -> None:
    models = Models(tmp_path)
    models.keep(trained.model, trained.card)
    (tmp_path / "model-0001.bin").write_bytes(b"minxin-model-2\nx")
    with pytest.raises(ValueError, match="damaged"):
        models.use("model-0001")
    assert models.in_force().name == "starter"


def test_the_model_finds_the_unit_where_no_rule_speaks(trained: training.Trained) -> None:
    decision = choose(letter("", "高峰期挤不上去"), district(), rules(), model=trained.model)
    assert (decision.unit, decision.category, decision.model) == ("transit", "交通运输", "model-0001")
    assert any(r.rule == MODEL and r.unit == "transit" and r.words for r in decision.reasons)
    assert decision.ranked[0].words == (), "pieces of words say nothing to who chooses a unit"
    assert decision.topics[0][0] == "交通运输"


def test_the_model_never_sends_a_letter_about_conduct(trained: training.Trained) -> None:
    about = letter("", "公交站台 教育局工作人员态度恶劣", aim="service")
    alone = choose(about, district(), rules())
    assert choose(about, district(), rules(), model=trained.model) == alone


@pytest.mark.parametrize("needed", [0.5, 1.0])
def test_the_thresholds_decide_what_goes_out_without_a_person(trained: training.Trained, needed: float) -> None:
    matter = letter("", "公交车晚点，公交车挤不上去", kind="consult")
    decision = choose(matter, district(), rules(), model=trained.model)
    assert decision.topics[0][1] < 1.0
    assert sure(decision, kind("consult"), matter, Sure(needed, 1.0)) == (needed < 1.0)
    assert not sure(decision, kind("consult"), matter, Sure(0.5, 1.0, {"consult": 1.0}))


@pytest.mark.parametrize(("share", "sent"), [(0.26, False), (0.4, True)])
def test_a_likely_topic_alone_sends_no_letter_to_one_of_its_many_units(share: float, sent: bool) -> None:
    custom = Reason(MODEL, "transit", ("电梯",), share)
    ranked = (Candidate("transit", 0.1, ()), Candidate("roads", 0.05, ()))
    topics = (("交通运输", 0.9),)
    decision = Decision("transit", 0.1, (custom,), (), ranked, "交通运输", topics=topics, model="model-0001")
    matter = letter("", "想加装电梯", kind="consult")
    assert sure(decision, kind("consult"), matter, Sure(0.7, 1.05)) == sent
    named = replace(decision, reasons=(custom, Reason("bus", "transit", ("公交",), 0.2)))
    assert sure(named, kind("consult"), matter, Sure(0.7, 1.05))


def test_a_sealed_kind_is_never_sent_by_the_model(trained: training.Trained) -> None:
    matter = letter("", "公交车晚点，公交车挤不上去", kind="report_staff")
    decision = choose(matter, district(), rules(), model=trained.model)
    assert not sure(decision, kind("report_staff"), matter, Sure(0.5, 1.0))


def test_letters_of_the_store_teach_what_a_person_said(trained: training.Trained) -> None:
    record = {"category": "教育文体", "unit": "education"}

    def taught(imported: bool, category: str, unit: str) -> Example | None:
        return learned(
            Taught("c", imported, "标题", "正文", category, unit, record), trained.model, {"street_1"}, _silent
        )

    assert taught(False, "教育文体", "education") is None
    corrected = taught(False, "教育文体", "transit")
    assert corrected is not None
    assert (corrected.label, corrected.unit) == ("交通运输", "transit")
    street = taught(False, "教育文体", "street_1")
    assert street is not None
    assert (street.label, street.unit) == ("教育文体", "area")
    imported = taught(True, "交通运输", "")
    assert imported is not None
    assert (imported.label, imported.trust) == ("交通运输", 1.0)
    assert taught(False, "教育文体", "culture") is None


@pytest.mark.parametrize(
    ("cause", "label"),
    [
        ("wrong_topic", "交通运输"),
        ("wrong_place", "教育文体"),
        ("duty_changed", "教育文体"),
        ("joint", None),
        ("this_case", None),
        ("", "交通运输"),
    ],
)
def test_a_correction_teaches_what_its_cause_says(trained: training.Trained, cause: str, label: str | None) -> None:
    record = {"category": "教育文体", "unit": "education"}
    letter = Taught("c", False, "标题", "正文", "教育文体", "transit", record, cause)
    found = learned(letter, trained.model, {"street_1"}, _silent)
    assert (found and (found.label, found.unit)) == (label and (label, "transit"))


@pytest.mark.parametrize(("answered", "trust"), [(True, CONFIRMED), (False, None)])
def test_a_letter_that_its_first_unit_answered_was_most_likely_right(
    trained: training.Trained, answered: bool, trust: float | None
) -> None:
    record = {"category": "教育文体", "unit": "education"}
    letter = Taught("c", False, "标题", "正文", "教育文体", "education", record, "", answered)
    found = learned(letter, trained.model, (), _silent)
    assert (found.trust if found else None) == trust


def test_rows_may_be_whole_texts_parts_or_tokens() -> None:
    whole, parts = (
        example({"text": "校门口。没有人值守", "label": "a"}, _silent),
        example({"title": "校门口", "body": "没有人值守", "label": "a"}, _silent),
    )
    assert whole is not None
    assert parts is not None
    assert whole.letter == parts.letter
    tokens = example({"tokens": ["校门口", "值守"], "label": "a"}, _silent)
    assert tokens is not None
    assert (tokens.letter.whole, tokens.trust) == ("校门口值守", 0.8)
    assert example({"text": "没有类别"}, _silent) is None
    with pytest.raises(ValueError, match="Line 2"):
        list(rows_of(['{"text": "好"}', "[]"], "x.jsonl"))


def test_figures_count_what_is_sure_and_what_is_right() -> None:
    judged = [
        Judgement((("a", 0.9), ("b", 0.1)), (), ""),
        Judgement((("a", 0.6), ("b", 0.4)), (), ""),
        None,
    ]
    found = figures(["a", "b", "b"], judged, sure=0.8)
    assert (found["n"], found["accuracy"], found["top2"]) == (3, 0.3333, 0.6667)
    assert (found["coverage"], found["precision_at_coverage"]) == (0.3333, 1.0)
    assert found["per_class"]["b"] == {"n": 2, "precision": 0.0, "recall": 0.0, "f1": 0.0}
    assert found["ece"] == pytest.approx((0.1 + 0.6) / 3, abs=0.0001)


def test_the_starter_model_is_small_and_knows_the_seven_topics(tmp_path: Path) -> None:
    model: Model = Models(tmp_path).in_force()
    assert len(model.labels) == 7
    assert set(model.units) == set(model.labels)
    assert all(len(run_of(int(key))) <= 3 for key in model.keys[::97])
    assert len(packed(model)) < 5_000_000
