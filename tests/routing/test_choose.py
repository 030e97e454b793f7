"""Letters find the unit that must answer them, with reasons, the same way each time."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.storage.rows import to_json
from routing.choose import SAID, because, choose, sure
from routing.matter import Candidate, Decision, Matter, decision_from_json, record_of
from routing.rules import RuleSet, read_rules
from tests.routing.letters import district, kind, letter, rule, rules, small_district

REACHES = {
    "housing": ("申请公租房", "我家住房困难，想问公租房怎么申请"),
    "land": ("宅基地审批", "村里建房手续卡在国土所，宅基地一直批不下来"),
    "expropriation": ("拆迁补偿", "拆迁两年，安置房和过渡费都没有着落"),
    "urban": ("占道经营", "流动摊贩占道摆摊，城管来了又走"),
    "environment": ("化工厂排污", "化工厂偷排废水，臭气刺鼻"),
    "transport": ("出租车拒载", "出租车不打表，还拒载"),
    "post": ("快递丢件", "快递公司把包裹弄丢，快递员不理"),
    "police": ("户口迁移", "去派出所办户口迁移被要求补身份证"),
    "traffic_police": ("红绿灯时间太短", "路口红绿灯太短，早高峰拥堵，车辆乱停"),
    "justice": ("申请法律援助", "想咨询法律援助和公证"),
    "education": ("小学学区划分", "孩子入学学位紧张，小学班主任说要等"),
    "culture": ("图书馆开放时间", "图书馆和体育馆周一能不能开放"),
    "labour": ("拖欠工资", "工地拖欠农民工工资，劳动合同也没有签"),
    "medical_insurance": ("医保报销", "异地就医的医保报销比例是多少"),
    "health": ("医院误诊", "医生误诊，护士不肯给病历"),
    "market": ("遇到传销", "有人在小区搞传销，天天洗脑"),
    "commerce": ("商务局招商", "招商引资来的步行街什么时候开"),
    "civil_affairs": ("低保申请", "母亲想申请低保和临时救助"),
    "veterans": ("退伍军人优抚", "退役军人的优抚金什么时候发"),
    "agriculture": ("种粮补贴", "土地流转以后种粮补贴归谁"),
    "water": ("水库灌溉", "水库不放水，灌溉渠道也淤了，河堤要修"),
    "forestry": ("乱砍滥伐", "有人在林地砍伐，古树也没了"),
    "planning": ("充电桩立项", "发改局对充电桩和光伏怎么立项"),
    "finance": ("政府采购", "财政局的政府采购和专项资金公开在哪里"),
    "tax": ("开发票", "饭店不开发票，想问税务局契税和个税"),
    "state_assets": ("国有资产", "国企改革后三供一业和国有资产怎么处置"),
    "emergency": ("烟花爆竹仓库", "煤矿旁边堆着烟花爆竹和危险化学品，安全生产没人管"),
    "industry": ("手机信号差", "小区宽带慢，手机信号差，中国移动不来修"),
    "organisation": ("人才引进", "人才引进的人才补贴和党员组织关系怎么转"),
    "discipline": ("反映腐败", "有人贪污受贿，搞官商勾结"),
    "housing_fund": ("公积金贷款", "住房公积金缴存多久可以贷公积金贷款"),
    "power": ("经常停电", "供电所说变压器太小，电压不稳"),
    "tap_water": ("自来水停水", "自来水停水三天，水表也坏了"),
    "transit": ("公交线路", "公交车太少，公交线路绕，末班车太早"),
    "disabled": ("残疾证办理", "残疾人的残疾证到哪个残联办"),
    "petitions": ("信访答复", "信访局的信访件三个月没有信访答复"),
    "intake": ("12345热线", "办事大厅取号难，12345市长热线打不通"),
}


@pytest.mark.parametrize("unit", sorted(REACHES))
def test_every_unit_is_reached_by_a_letter_about_its_work(unit: str) -> None:
    title, body = REACHES[unit]
    decision = choose(letter(title, body), district(), rules())
    assert decision.unit == unit
    assert decision.category is not None
    assert decision.reasons
    assert decision.reasons[0].words


def test_the_letters_above_and_the_streets_and_the_supervision_office_are_the_whole_directory() -> None:
    streets = {u.code for u in district().units.values() if u.areas}
    assert set(REACHES) | streets | {"supervision"} == {u.code for u in district().units.values() if u.active}


def test_every_street_is_reached_by_the_place_of_a_matter_of_the_neighbourhood() -> None:
    for area, street in district().areas.items():
        there = letter("村务公开", "村委会不公开账目", place=f"{area}12号")
        assert choose(there, district(), rules()).unit == street
        named = letter("社区服务", f"{area}的邻里纠纷，居委会不来")
        assert choose(named, district(), rules()).unit == street


def test_the_supervision_office_is_reached_by_a_complaint_about_service() -> None:
    decision = choose(letter("态度", "", aim="service", target="urban"), district(), rules())
    assert decision.unit == "supervision"


def test_a_letter_that_no_rule_fits_waits_at_the_reception_desk_and_says_so() -> None:
    decision = choose(letter("你好", "今天星期几"), district(), rules())
    assert (decision.unit, decision.score, decision.ranked, decision.category) == (None, 0.0, (), None)
    assert [r.rule for r in decision.reasons] == ["desk.no-rule"]
    assert "受理中心" in because(decision.reasons[0], rules()).zh
    assert not sure(decision, kind("consult"), letter("你好"))


def test_words_in_the_title_count_double() -> None:
    titled = choose(letter("路灯不亮", "晚上很黑"), district(), rules())
    told = choose(letter("晚上很黑", "路灯不亮"), district(), rules())
    assert titled.unit == told.unit == "urban"
    assert titled.reasons[0].weight == pytest.approx(2 * told.reasons[0].weight, abs=1e-3)


def test_several_matching_rules_add_up_into_ranked_suggestions() -> None:
    decision = choose(letter("学校门口", "小学门口停车难，公交车站太远"), district(), rules())
    assert len(decision.ranked) >= 2
    assert [c.score for c in decision.ranked] == sorted((c.score for c in decision.ranked), reverse=True)
    assert {"education", "traffic_police"} <= {c.unit for c in decision.ranked}


def test_the_unit_named_by_the_writer_weighs_but_the_matter_decides() -> None:
    named = choose(letter("路灯不亮", "路灯坏了", target="education"), district(), rules())
    assert named.unit == "urban"
    assert "education" in {c.unit for c in named.ranked}
    alone = choose(letter("请问", "想问一件事", target="education"), district(), rules())
    assert alone.unit == "education"
    assert alone.reasons[0].rule == "target.named"


def test_an_unknown_target_is_put_on_record_and_changes_nothing() -> None:
    odd = choose(letter("路灯不亮", "", target="no-such"), district(), rules())
    assert ("target", "unknown") in {(t.step, t.outcome) for t in odd.tried}
    assert odd.unit == "urban"


def few_rules() -> RuleSet:
    return read_rules(
        {
            "rule": [
                rule("kind", unit="schools", when={"words_any": ["黑板"], "kind": ["suggest"]}),
                rule("field", unit="schools", when={"field": {"topic": ["school"]}}),
                rule("place", unit="area", when={"words_any": ["楼道"]}),
                rule("all", unit="canteens", when={"words_all": ["食堂", "收费"]}),
                rule("not", unit="roads", when={"words_any": ["桥面"], "words_none": ["鹊桥面馆"]}),
                rule("near", unit="street", when={"area": ["河东社区"], "words_any": ["广场"]}),
            ]
        },
        small_district(),
    )


@pytest.mark.parametrize(
    ("matter", "unit", "step"),
    [
        (letter("", "黑板太旧", kind="suggest"), "schools", ("kind", "matched")),
        (letter("", "黑板太旧"), None, ("kind", "kind")),
        (letter("", "如题", fields={"topic": "school"}), "schools", ("field", "matched")),
        (letter("", "楼道堆物", place="河东社区3栋"), "street", ("place", "matched")),
        (letter("", "楼道堆物"), None, ("place", "no_unit")),
        (letter("", "食堂收费"), "canteens", ("all", "matched")),
        (letter("", "食堂不错"), None, None),
        (letter("", "桥面破了"), "roads", ("not", "matched")),
        (letter("", "鹊桥面馆好吃"), None, ("not", "words_none")),
        (letter("", "广场很吵", place="河东街道河东社区"), "street", ("near", "matched")),
        (letter("", "广场很吵"), None, ("near", "area")),
    ],
)
def test_each_condition_holds_or_leaves_on_record_what_stood_in_its_way(
    matter: Matter, unit: str | None, step: tuple[str, str] | None
) -> None:
    decision = choose(matter, small_district(), few_rules())
    assert decision.unit == unit
    if step is not None:
        assert step in {(t.step, t.outcome) for t in decision.tried}


def test_a_word_inside_a_longer_word_of_the_rules_says_nothing_of_its_own() -> None:
    content = [rule("goods", unit="roads", when={"words_any": ["商品"]})]
    content.append(rule("flats", unit="lamps", when={"words_any": ["商品房"]}))
    both = read_rules({"rule": content}, small_district())
    decision = choose(letter("", "商品房漏水"), small_district(), both)
    assert [c.unit for c in decision.ranked] == ["lamps"]
    assert ("goods", "inside_longer_word") in {(t.step, t.outcome) for t in decision.tried}


def test_full_width_letters_gaps_and_invisible_signs_do_not_hide_a_word() -> None:
    plain = choose(letter("路灯不亮", "ktv太吵"), district(), rules())
    hidden = choose(letter("路 灯\u200b不亮", "ＫＴＶ太吵"), district(), rules())
    assert hidden == plain


def decided(score: float, *others: float, **changes: object) -> Decision:
    ranked = tuple(Candidate(f"u{n}", s, ()) for n, s in enumerate((score, *others)))
    return replace(Decision("u0", score, (), (), ranked, None), **changes)  # type: ignore[arg-type]


def test_only_a_clear_decision_over_the_threshold_goes_out_without_a_person() -> None:
    consult = kind("consult")
    at = consult.auto_threshold
    assert sure(decided(at), consult, letter())
    assert not sure(decided(at - 0.01), consult, letter())
    assert not sure(decided(at, at), consult, letter())
    assert not sure(decided(at, unit=None), consult, letter())


@pytest.mark.parametrize("level", ["confidential", "anonymous"])
def test_a_protected_letter_goes_out_without_a_person_only_when_every_mark_is_sure(level: str) -> None:
    clear = decided(1.0)
    assert sure(clear, kind("complaint"), letter(level=level, redactor_sure=True))
    assert not sure(clear, kind("complaint"), letter(level=level, redactor_sure=False))
    assert sure(clear, kind("complaint"), letter(level="private", redactor_sure=False))


def test_a_letter_whose_aim_is_in_doubt_is_never_dispatched_without_a_person() -> None:
    doubtful = letter("城管态度恶劣", "城管队员辱骂摊贩，占道经营也不管，城管占道摆摊", target="urban")
    decision = choose(doubtful, district(), rules())
    assert decision.score >= kind("complaint").auto_threshold
    assert "aim.doubt" in {r.rule for r in decision.reasons}
    assert not sure(decision, kind("complaint"), doubtful)


def test_a_sealed_letter_never_leaves_those_whom_its_kind_names() -> None:
    assert not sure(decided(1.0), kind("report_staff"), letter(kind="report_staff"))
    named = decided(1.0, unit="discipline")
    assert sure(named, kind("report_staff"), letter(kind="report_staff"))


TEXT = st.one_of(
    st.text(max_size=200),
    st.lists(
        st.sampled_from(["路灯", "学校", "城管", "态度恶劣", "纪委", "贪污", "禾塘街道", "\x00", "𠀀", "\ud800"])
    ).map("".join),
)


@settings(max_examples=120, deadline=None)
@given(title=TEXT, body=TEXT, place=st.none() | TEXT, target=st.none() | st.sampled_from(["urban", "x", ""]))
def test_any_text_gets_the_same_explained_decision_twice_and_a_record_without_the_text(
    title: str, body: str, place: str | None, target: str | None
) -> None:
    matter = letter(title, body, place=place, target=target)
    decision = choose(matter, district(), rules())
    assert choose(matter, district(), rules()) == decision
    assert decision.reasons
    assert 0 <= decision.score <= 1
    record = to_json(record_of(decision))
    assert decision_from_json(record) == decision
    known = set(SAID) | {r.code for r in rules()}
    every = frozenset().union(*(r.when.words_any | r.when.words_all for r in rules()))
    for reason in decision.reasons:
        assert reason.rule in known
        assert set(reason.words) <= every


def test_a_very_long_letter_is_read_to_its_bound_only() -> None:
    late = letter("", "字" * 20_000 + "路灯")
    assert choose(late, district(), rules()).unit is None


def test_the_record_holds_codes_and_rule_words_and_none_of_the_citizens_own() -> None:
    record = to_json(record_of(choose(letter("路灯不亮", "王小明住在荷香苑三栋"), district(), rules())))
    assert "路灯" in record
    assert "王小明" not in record
    assert "荷香苑" not in record


@pytest.mark.parametrize("text", ["", "[]", "{}", '"x"', '{"unit": null}', "null"])
def test_what_is_not_a_decision_is_refused_as_a_record(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decision_from_json(text)


def test_the_record_is_plain_json_with_fixed_keys() -> None:
    data = json.loads(to_json(record_of(choose(letter("路灯"), district(), rules()))))
    fixed = ["bar", "category", "known", "model", "ranked", "reasons", "score", "told", "topics", "tried", "unit"]
    assert sorted(data) == fixed


def test_a_reason_whose_rule_is_gone_is_shown_by_its_code() -> None:
    reason = choose(letter("路灯"), district(), rules()).reasons[0]
    assert because(replace(reason, rule="of-old"), rules()).zh == "规则 of-old"
