"""Scores of replies: what they are made of, how they are learnt and told, and that no letter is on both sides."""

import json
import random
from pathlib import Path

import pytest
from typer.testing import CliRunner

from run import app
from supervision.scoring.fitting import fit
from supervision.scoring.measures import measures
from supervision.scoring.model import CONCERNS, WEIGHTS, read, scorer, write
from supervision.scoring.pair import Pair
from supervision.scoring.rarity import learn
from supervision.scoring.training import FOLDS, apart_from, fold_of
from supervision.scoring.trial import Labelled, area, cut, evaluate, labelled, recall

LAMP = ("青石巷的路灯整条不亮", "青石巷从巷口到菜场有六盏路灯，上周二起一盏都不亮。请问什么时候能修好？以后坏了找谁？")
LAMP_REPLY = (
    "您好！青石巷的六盏路灯我们11月3日晚上去看了，是菜场旁边的控制箱进水跳闸。11月5日换了控制器，当晚六盏路灯都亮了。"
    "以后再有不亮，请打区城管局照明所电话0555-0100123，24小时有人接。"
)
CANTEEN = (
    "老年食堂的饭卡能不能充值",
    "柳湾社区老年食堂只收现金，老人找零不方便。请问饭卡什么时候能充值，子女能不能代办？",
)
CANTEEN_REPLY = (
    "您好！柳湾社区老年食堂的饭卡从12月1日起可以充值，在食堂门口的机器上放卡就行，也可以由子女带老人的身份证到社区一楼窗口代办。"
    "充值满一百元送一餐，咨询电话0555-0100456。"
)
STOCK_REPLY = (
    "您好！您的诉求已经知悉。我们高度重视，将会同有关部门认真研究，及时处理，不断改进工作。感谢您的理解与支持！"
)


def scores(letter: tuple[str, str], reply: str) -> dict[str, float]:
    return scorer().scores(Pair(*letter, reply))


@pytest.mark.parametrize(
    ("letter", "own", "other"), [(LAMP, LAMP_REPLY, CANTEEN_REPLY), (CANTEEN, CANTEEN_REPLY, LAMP_REPLY)]
)
def test_the_reply_to_another_letter_is_beside_the_point(letter: tuple[str, str], own: str, other: str) -> None:
    limit = scorer().models["mismatch"].threshold
    assert scores(letter, own)["mismatch"] < limit < scores(letter, other)["mismatch"]


def test_stock_phrases_are_known_however_much_of_the_title_they_quote() -> None:
    limit = scorer().models["boilerplate"].threshold
    quoting = STOCK_REPLY.replace("您的诉求", f"您关于“{LAMP[0]}”的来信")
    assert scores(LAMP, STOCK_REPLY)["boilerplate"] > limit
    assert scores(LAMP, quoting)["boilerplate"] > limit
    assert scores(LAMP, LAMP_REPLY)["boilerplate"] < limit


def test_a_reply_that_lost_its_middle_is_less_finished_than_the_whole_one() -> None:
    hollow = "您好！您的来信已收悉。感谢您对我们工作的支持！2026年11月6日"
    assert scores(LAMP, hollow)["incomplete"] > scorer().models["incomplete"].threshold
    assert scores(LAMP, LAMP_REPLY)["incomplete"] < scorer().models["incomplete"].threshold


@pytest.mark.parametrize("reply", ["", "。", "※", "好", "Thanks.", "\n\n", "a" * 5000, "路灯" * 3000])
def test_odd_texts_have_scores_too(reply: str) -> None:
    assert all(0 <= score <= 1 for score in scores(LAMP, reply).values())
    assert all(0 <= score <= 1 for score in scores(("", ""), reply).values())


def test_what_is_shipped_is_small_and_comes_back_the_same_from_its_files(tmp_path: Path) -> None:
    write(scorer(), tmp_path)
    again = read(tmp_path)
    assert again.scores(Pair(*LAMP, LAMP_REPLY)) == pytest.approx(scores(LAMP, LAMP_REPLY), abs=0.01)
    assert sum(file.stat().st_size for file in WEIGHTS.iterdir()) < 2_000_000
    assert set(again.models) == set(CONCERNS)


def test_every_weight_is_of_a_measure_that_is_taken() -> None:
    taken = measures(Pair(*LAMP, LAMP_REPLY), scorer().rarity)
    for model in scorer().models.values():
        assert set(model.names) <= set(taken)
        assert 0 < model.threshold < 1


def test_what_is_rare_says_more_than_what_stands_everywhere() -> None:
    rarity = learn(["路灯坏了", "路面坏了", "水管坏了"], ["您好"])
    assert rarity.telling["坏了"] < rarity.telling["路灯"] < rarity.telling["月亮"] == 1.0


def test_fitting_finds_the_measure_that_parts_good_from_poor() -> None:
    draw = random.Random(5)
    poor = [n % 3 == 0 for n in range(300)]
    rows = [{"telling": draw.gauss(2.0 * p, 1), "noise": draw.gauss(0, 5)} for p in poor]
    model = fit(("telling", "noise"), rows, poor)
    assert model.weights[0] > 10 * abs(model.weights[1])
    found = sorted(model.score(row) for row, p in zip(rows, poor, strict=True) if not p)
    assert area(found, [model.score(row) for row, p in zip(rows, poor, strict=True) if p]) > 0.88


def test_area_recall_and_limit_are_as_counted_by_hand() -> None:
    good, poor = [0.1, 0.2, 0.3, 0.4], [0.2, 0.5]
    assert area(good, poor) == (1.5 + 4) / 8
    assert cut(good, 0.25) == 0.3
    assert recall(good, poor, 0.25) == 0.5
    assert cut(good, 0.0) == 0.4


def rows_of_two_letters() -> list[dict[str, str]]:
    lamp, canteen = ({"title": t, "body": b, "letter_id": t} for t, b in (LAMP, CANTEEN))
    return [
        {**lamp, "reply": LAMP_REPLY, "label": "ok", "type": "genuine"},
        {**canteen, "reply": CANTEEN_REPLY, "label": "ok", "type": "genuine"},
        {**lamp, "reply": CANTEEN_REPLY, "label": "mismatch", "type": "swap_nearest"},
        {**canteen, "reply": STOCK_REPLY, "label": "boilerplate", "type": "boiler_short"},
        {**lamp, "reply": LAMP_REPLY[:40], "label": "incomplete", "type": "truncated"},
    ]


def test_neither_letter_nor_reply_is_learnt_from_and_judged() -> None:
    rows = labelled(rows_of_two_letters())
    swapped = [row for row in rows if row.type == "swap_nearest"]
    assert apart_from(rows, swapped) == []
    lamp = [row for row in rows if row.letter == LAMP[0] and row.label in ("ok", "incomplete")]
    assert {row.letter for row in apart_from(rows, lamp)} == {CANTEEN[0]}


def test_stock_replies_that_open_alike_are_left_out_together() -> None:
    asked = [
        Labelled(Pair(*letter, STOCK_REPLY), "boilerplate", "boiler_short", letter[0]) for letter in (LAMP, CANTEEN)
    ]
    assert len({fold_of(row) for row in asked}) == 1
    assert 0 <= fold_of(asked[0]) < FOLDS


def test_a_trial_tells_every_label_and_type_against_the_genuine_rows() -> None:
    told = evaluate(labelled(rows_of_two_letters()), scorer())
    assert told["n"] == 5
    assert set(told["auc"]) == {*CONCERNS, "swap_nearest", "boiler_short", "truncated"}
    assert set(told["recall_at_5pct"]) == set(told["auc"])
    assert told["auc"]["swap_nearest"] == told["auc"]["mismatch"] == 1.0
    assert told["ms_per_pair"] > 0


def test_the_command_answers_in_json_and_refuses_a_file_it_cannot_judge(tmp_path: Path) -> None:
    file, asked = tmp_path / "judged.jsonl", CliRunner()
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows_of_two_letters()), "utf-8")
    told = json.loads(asked.invoke(app, ["evaluate", "replies", str(file), "--json"]).stdout)
    assert list(told) == ["n", "auc", "recall_at_5pct", "ms_per_pair"]
    assert "答非所问" in asked.invoke(app, ["evaluate", "replies", str(file)]).stdout
    for content, sentence in (
        ('{"title": "a"}\n', "第1行缺少"),
        ("no json\n", "第1行"),
        ("[1]\n", "第1行"),
        ("", "ok"),
    ):
        file.write_text(content, "utf-8")
        refused = asked.invoke(app, ["evaluate", "replies", str(file), "--json"])
        assert refused.exit_code == 1
        assert sentence in refused.stderr
