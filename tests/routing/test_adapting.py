"""A model learns on from what people made of its decisions, keeps the rest, and says honestly whether it got better."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from routing.adapting import FEWEST, adapt
from routing.examples import CONFIRMED, CORRECTED, Example
from routing.model import Document, Model, document, judge
from routing.models import Models

PLACES = ("塘前", "槐荫里", "望江路", "双井巷", "翠湖苑", "北门", "禾塘", "柳林", "东桥", "石矶", "新港", "南苑")
SURE = document("幼儿园收费", "公办幼儿园的保教费为什么涨了？学校食堂的伙食费也涨了。")


def strange(n: int) -> Document:
    """A letter in words of this district that no training has heard: the model is wrong about it."""
    place = PLACES[n % len(PLACES)]
    return document(f"{place}的环岛畅行卡", f"{place}第{n}个网点充不进环岛畅行卡，刷卡机不认，老师傅说要去总站。")


def corrected(n: int = FEWEST) -> list[Example]:
    return [Example(strange(k), "交通运输", CORRECTED, f"g{k}", "transit") for k in range(n)]


def confirmed() -> Iterator[Example]:
    for k, place in enumerate(PLACES):
        yield Example(document("", f"{place}小学的老师补课收费"), "教育文体", CONFIRMED, f"c{k}", "education")


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return Models(tmp_path_factory.mktemp("models")).in_force()


def said(model: Model, letter: Document) -> str:
    judged = judge(model, letter)
    assert judged is not None
    return judged.category


def test_corrections_teach_a_word_that_training_never_heard(starter: Model) -> None:
    made = adapt(starter, [*corrected(), *confirmed()], "model-0001", "2026-01-05")
    assert said(starter, strange(99)) != "交通运输"
    assert said(made.model, strange(99)) == "交通运输"
    assert made.model.units["交通运输"]["transit"] > starter.units["交通运输"].get("transit", 0.0)


def test_what_the_model_knew_it_still_knows(starter: Model) -> None:
    before = judge(starter, SURE)
    after = judge(adapt(starter, corrected(), "model-0001", "").model, SURE)
    assert before is not None
    assert after is not None
    assert (after.category, before.category) == ("教育文体", "教育文体")
    assert after.confidence > before.confidence - 0.1


def test_the_card_says_how_both_do_on_letters_judged_without_their_group(starter: Model) -> None:
    card = adapt(starter, [*corrected(), *confirmed()], "model-0001", "").card
    assert card["before"]["name"] == "starter"
    assert card["figures"]["n"] == FEWEST + len(PLACES)
    assert card["figures"]["accuracy"] > card["before"]["accuracy"]


def test_letters_of_one_group_cannot_vouch_for_each_other(starter: Model) -> None:
    alone = [replace(one, group="one") for one in corrected()]
    card = adapt(starter, alone, "model-0001", "").card
    assert card["figures"]["accuracy"] == card["before"]["accuracy"]


def test_too_few_corrections_are_refused_with_a_sentence(starter: Model) -> None:
    with pytest.raises(ValueError, match="20 are needed"):
        adapt(starter, [*corrected(FEWEST - 1), *confirmed()], "model-0001", "")


def test_learning_on_begins_each_time_with_the_model_that_never_saw_the_letters_here(
    starter: Model, tmp_path: Path
) -> None:
    models = Models(tmp_path)
    for _ in range(2):
        made = adapt(models.unmoved(), corrected(), models.next_name(), "2026-01-05")
        models.keep(made.model, made.card)
        models.use(made.model.name)
        assert made.card["before"]["name"] == "starter"
    assert models.chosen() == "model-0002"
    assert models.unmoved().name == "starter"
    assert (models.unmoved().weights == starter.weights).all()
