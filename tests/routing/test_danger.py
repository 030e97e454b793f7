"""Danger words catch what is happening now and leave rules and prevention alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.danger import danger, read_dangers
from tests.routing.letters import dangers


@pytest.mark.parametrize(
    "text",
    [
        "楼下着火了快来人",
        "厨房闻到煤气味，头晕",
        "天然气泄漏，整栋楼都能闻到",
        "孩子摸到路灯杆触电",
        "老房子墙体坍塌，压着人",
        "我不想活了",
        "他说要跳楼",
        "学生集体食物中毒，上吐下泻",
        "老人昏迷在家，门打不开",
        "有人持刀砍人",
        "被困电梯一个小时",
        "井盖丢失，昨天有人掉进井里",
        "煤 气 泄 漏",
        "着火点管理规定我看过，可是现在楼上着火了",
    ],
)
def test_a_present_danger_is_caught(text: str) -> None:
    assert danger(text, dangers())


@pytest.mark.parametrize(
    "text",
    [
        "着火点管理规定",
        "请公开防火灾演练的时间",
        "建议安装燃气泄漏报警器",
        "商场跳楼价促销是否合法",
        "漏电保护开关由谁更换",
        "防溺水宣传很好",
        "电脑中毒打不开政务网页",
        "小区没有消防栓，存在火灾隐患",
        "公租房怎么申请",
        "",
    ],
)
def test_rules_prevention_and_figures_of_speech_are_left_alone(text: str) -> None:
    assert danger(text, dangers()) == ()


def test_words_come_in_the_order_of_the_text_and_once() -> None:
    assert danger("爆炸以后着火，又爆炸", dangers()) == ("爆炸", "着火")


@given(st.text(max_size=300))
def test_any_text_gives_only_words_of_the_list(text: str) -> None:
    assert set(danger(text, dangers())) <= set(dangers().kinds)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], "empty"),
        ([{"code": "fire", "words": []}], "danger fire"),
        ([{"code": "fire", "words": ["着火", "着火"]}], "danger fire"),
        ([{"code": "fire", "words": ["着火"], "harmless": ["起火点"]}], "danger fire"),
        ([{"code": "fire", "words": ["火"]}], "too short"),
    ],
)
def test_a_faulty_list_is_refused(rows: list[dict[str, object]], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_dangers({"danger": rows})
