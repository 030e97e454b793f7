"""A letter about conduct never reaches those whom it is about."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.kinds import Aim
from routing.choose import choose, sure
from routing.conflicts import accused_in, independent, sealed_receiver, suggest_aim
from routing.rules import read_rules
from tests.routing.letters import district, kind, letter, rule, rules, small_district


@pytest.mark.parametrize("accused", sorted(district().units))
def test_misconduct_reaches_nobody_in_the_accused_bureau_in_any_form(accused: str) -> None:
    decision = choose(letter("举报", "收受红包", aim="misconduct", target=accused), district(), rules())
    reached = {decision.unit, *(c.unit for c in decision.ranked), *(r.unit for r in decision.reasons)} - {None}
    assert decision.unit is not None
    assert district().bureau(accused) not in {district().bureau(code) for code in reached if code is not None}


@settings(max_examples=80, deadline=None)
@given(
    body=st.lists(st.sampled_from(["纪委", "督查室", "住建局", "路灯", "受贿", "拆迁", "请纪委查处", "，"])).map(
        "".join
    )
)
def test_misconduct_stays_away_from_the_accused_whatever_else_the_text_names(body: str) -> None:
    for accused in ("housing", "discipline", "supervision", "expropriation"):
        decision = choose(letter("举报", body, aim="misconduct", target=accused), district(), rules())
        assert decision.unit is not None
        assert district().bureau(decision.unit) != district().bureau(accused)


def test_no_rule_can_send_misconduct_to_the_accused() -> None:
    wrong = rule("wrong", unit="roads", when={"aim": ["misconduct"]})
    decision = choose(
        letter("举报", aim="misconduct", target="lamps"),
        small_district(),
        read_rules({"rule": [wrong]}, small_district()),
    )
    assert decision.unit == "conduct"
    assert ("wrong", "conflict") in {(t.step, t.outcome) for t in decision.tried}


@pytest.mark.parametrize(
    ("accused", "receiver"), [("lamps", "conduct"), ("roads", "conduct"), ("watch", "conduct"), ("conduct", "party")]
)
def test_misconduct_goes_to_the_discipline_office_or_to_its_alternate(accused: str, receiver: str) -> None:
    assert independent(letter(aim="misconduct", target=accused), small_district())[0] == receiver


@pytest.mark.parametrize(
    ("target", "receiver"),
    [("lamps", "roads"), ("roads", "watch"), ("street", "watch"), ("watch", "conduct"), ("conduct", "party")],
)
def test_a_complaint_about_service_goes_to_whoever_supervises_the_unit(target: str, receiver: str) -> None:
    service = rule("service", unit="supervisor_of_target", when={"aim": ["service"]})
    decision = choose(
        letter("态度", aim="service", target=target),
        small_district(),
        read_rules({"rule": [service]}, small_district()),
    )
    assert decision.unit == receiver
    assert decision.reasons[0].rule == "service"


@pytest.mark.parametrize("accused", sorted(district().units))
def test_a_complaint_about_service_is_never_handled_by_the_unit_itself_or_those_under_it(accused: str) -> None:
    decision = choose(letter("态度差", aim="service", target=accused), district(), rules())
    assert decision.unit is not None
    assert decision.unit not in district().below(accused)


def test_a_complaint_about_service_that_names_nobody_waits_with_the_supervision_desk_for_a_person() -> None:
    about = letter("态度很差", "窗口的人态度很差", aim="service", level="confidential")
    decision = choose(about, district(), rules())
    assert decision.unit == "supervision"
    assert "aim.unclear" in {r.rule for r in decision.reasons}
    assert not sure(decision, kind("complaint"), about)


def test_a_clear_complaint_about_service_goes_out_by_itself_when_the_redactor_is_sure() -> None:
    about = letter("态度", aim="service", target="urban", level="confidential")
    assert sure(choose(about, district(), rules()), kind("complaint"), about)


def test_without_a_target_everyone_named_counts_as_accused_except_whom_the_writer_asks_for_help() -> None:
    assert accused_in(letter("举报", "请区纪委查处住建局"), district()) == ("housing",)
    assert "discipline" in accused_in(letter("举报", "区纪委的人收红包"), district())
    assert "discipline" in accused_in(letter("举报", "请纪委查处。纪委有人收红包"), district())


def test_when_nobody_independent_is_left_the_desk_decides() -> None:
    text = "督查室、纪委和组织部都有人受贿"
    decision = choose(
        letter("举报", text, aim="misconduct"), small_district(), read_rules({"rule": [rule()]}, small_district())
    )
    assert decision.unit is None
    assert decision.reasons[0].rule == "desk.nobody"
    assert decision.ranked == ()


def test_a_sealed_letter_goes_to_the_first_named_receiver_whom_it_does_not_concern() -> None:
    report = kind("report_staff")
    assert sealed_receiver(report, letter("检举", target="urban"), district()) == report.sealed_to[0]
    assert sealed_receiver(report, letter("检举", target="discipline"), district()) == "supervision"
    assert sealed_receiver(report, letter("检举", "纪委和督查室都有人受贿"), district()) is None


@pytest.mark.parametrize(
    ("text", "aim"),
    [
        ("路灯坏了三天", "matter"),
        ("打城管局电话，工作人员推诿，态度恶劣", "service"),
        ("派出所民警辱骂我母亲", "service"),
        ("住建局的人吃拿卡要", "misconduct"),
        ("窗口的科长索要好处费，态度也差", "misconduct"),
        ("医保局窗口工作人员态度很好，非常耐心", "matter"),
        ("物业公司挪用维修资金", "matter"),
        ("饭店老板态度恶劣", "matter"),
        ("希望城管局本着对居民负责的态度来看看", "matter"),
        ("城管局知道这么恶劣的环境吗", "matter"),
        ("请市场监管局查查食堂的腐败猪肉", "matter"),
        ("城管局科长对此负责，但态度恶劣", "service"),
        ("城管局有腐败", "misconduct"),
        ("学校" + "，孩子们" * 40 + "被城管局表扬", "matter"),
        ("给住建局打过电话，接电话的人态度还可以，就是没有下文", "matter"),
        ("请区人社局本着严肃认真的态度核对工龄", "matter"),
        ("住建局的人一副不负责任的态度", "service"),
        ("住建局的人态度好像很差", "service"),
        ("请住建局管管，物业工作人员态度恶劣", "matter"),
        ("向住建局反映过，业委会的种种不作为大家都看着", "matter"),
        ("物业和社区干部互相推诿", "service"),
        ("教育局对培训机构的监督长期不作为", "service"),
        ("老板向城管局科长行贿", "misconduct"),
        ("闹市区烧烤给城管局辖区带来恶劣的影响", "matter"),
    ],
)
def test_the_stricter_aim_is_suggested_where_reproach_and_office_stand_together(text: str, aim: Aim) -> None:
    assert suggest_aim(letter("反映", text), district()) == aim


def test_naming_the_unit_in_the_form_is_enough_for_the_reproach_to_count() -> None:
    assert suggest_aim(letter("", "辱骂群众", target="urban"), district()) == "service"
    assert suggest_aim(letter("", "辱骂群众"), district()) == "matter"


def test_the_suggestion_is_never_milder_than_the_tick() -> None:
    order: dict[Aim, int] = {"matter": 0, "service": 1, "misconduct": 2}
    for ticked, text in product(order, ("路灯坏了", "城管局推诿", "城管局受贿")):
        assert order[suggest_aim(letter("", text, aim=ticked), district())] >= order[ticked]
