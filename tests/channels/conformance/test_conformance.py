"""One conversation on every channel: the same letter has the same deadline, state, words and rights everywhere."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.case import Dossier
from hub.storage import cases
from hub.storage.tx import Tx
from tests.builders import GOOD_REPLY, HANDLER, REVIEWER, SIGNER
from tests.channels.conformance.drivers import BODY, DRIVERS, TITLE, driven, taken_up
from tests.channels.web_site import RunningSite

DUE = datetime(2026, 2, 27, 16, tzinfo=UTC)
"""Ten working days after 13 February 2026, over the Spring Festival: the first instant that is late."""
MORE, REASON = "东门那一盏也不亮了。", "打了电话没有人接，灯还是不亮。"


def dossier_of(tx: Tx, number: str) -> Dossier:
    case_id = cases.id_of(tx, number)
    assert case_id is not None
    found = cases.dossier(tx, case_id)
    assert found is not None
    return found


def thread_of(tx: Tx, number: str) -> list[tuple[str, str]]:
    return [(m.kind, m.body) for m in cases.messages(tx, str(cases.id_of(tx, number)))]


async def is_answered(site: RunningSite, number: str) -> None:
    await site.office.act(number, "sign", {}, HANDLER)
    await site.office.act(number, "contact", {"how": "phone", "result": "reached"}, HANDLER)
    await site.office.act(number, "draft", {"body": GOOD_REPLY, "result": "answered"}, HANDLER)
    if (await site.office.act(number, "sign_off", {}, SIGNER)).answered_at is None:
        await site.office.act(number, "qualified", {}, REVIEWER)


@pytest.mark.parametrize("channel", DRIVERS)
async def test_a_letter_has_the_same_life_on_every_channel(channel: str, site: RunningSite, tmp_path: Path) -> None:
    store = site.office.store
    async with driven(channel, site, tmp_path) as citizen:
        await citizen.file()
        case = (await store.read(dossier_of, citizen.number)).case
        assert (case.origin, case.kind, case.title) == (citizen.origin, "consult", TITLE)
        assert case.main_due == DUE
        assert [body for _, body in await store.read(thread_of, citizen.number)] == [BODY]

        await taken_up(site, citizen.number)
        stands = await citizen.track()
        assert "办理中" in stands
        assert "2月27日" in stands

        await citizen.supplement(MORE)
        assert [body for _, body in await store.read(thread_of, citizen.number)] == [BODY, MORE]
        assert (await store.read(dossier_of, citizen.number)).case.main_due == DUE

        await is_answered(site, citizen.number)
        assert "已答复" in await citizen.track()

        await site.office.act(citizen.number, "commit", {"promised": "2026-02-27"}, HANDLER)
        await site.office.act(citizen.number, "fulfil", {"text": "东门的灯也换了。"}, SIGNER)
        asked = await store.read(dossier_of, citizen.number)
        assert asked.open("outcome") is not None
        await citizen.tell_not_done()
        told = await store.read(dossier_of, citizen.number)
        assert [o.state for o in told.overlays if o.kind == "commitment"] == ["broken"]
        assert told.open("unsolved") is not None, "not done is the supervision office's to decide"

        await citizen.rate()
        rated = (await store.read(dossier_of, citizen.number)).case
        assert (rated.score, rated.solved) == (1, "no")

        await citizen.reopen(REASON)
        after = await store.read(dossier_of, citizen.number)
        assert after.open("reopen_request") is not None
        assert after.case.state == rated.state
        assert REASON in [body for _, body in await store.read(thread_of, citizen.number)]
