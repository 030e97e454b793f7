"""Machine `publication`: the masked letter and reply on their way to the public page, apart from the letter's life."""

from hub.errors import Said
from hub.machines import guards as g
from hub.machines.effects import closes, journal, ledger, opens, starts
from hub.machines.machine import Move, State, Step, Turn, machine
from hub.machines.machine import MoveField as F

STATES = (
    State("waiting", "待公开审查", "Waiting for the release check", "answered", "supervision"),
    State("published", "已公开", "Published", "answered", "nobody"),
    State("suspended", "暂停公开", "Suspended", "answered", "nobody"),
    State("withheld", "不公开", "Withheld", "closed", "nobody", final=True),
    State("tombstone", "已撤下", "Taken down", "closed", "nobody", final=True),
)

MASKS = F("masks", "text", "遮盖位置", "Masks", required=False)
WITHHELD_FOR = F("reason", "choice", "不公开的理由", "Reason", options="withhold")
REASON = F("reason", "longtext", "理由", "Reason")


def records_release(turn: Turn, step: Step) -> Step:
    return journal(turn, step, "publication.released", about=turn.case.about)


def lifted_by_second_person(turn: Turn) -> Said | None:
    """The publisher adds marks alone; lifting one takes a reason and a second person (DESIGN §10)."""
    lifted = turn.dossier.open("lifting")
    if "lifted" in turn.findings and (lifted is None or lifted.opened_person == turn.actor.person):
        return Said(
            "取消系统的遮盖要写明理由，并由另一位公开审查员同意。",
            "Lifting a mark needs a reason and the consent of a second publisher.",
        )
    return None


PUBLICATION = machine(
    "publication",
    "waiting",
    STATES,
    (
        Move(
            "publish",
            "公开",
            "Publish",
            frozenset({"waiting", "suspended"}),
            "published",
            ("publisher",),
            (MASKS,),
            checks=(lifted_by_second_person,),
            effects=(closes("lifting", "granted"), ledger("publication", "met"), records_release),
        ),
        Move(
            "ask_lifting",
            "申请取消遮盖",
            "Ask to lift marks",
            frozenset({"waiting"}),
            "=",
            ("publisher",),
            (MASKS, REASON),
            guards=(g.is_not_open("lifting"),),
            effects=(opens("lifting", "masks", "reason"),),
            overlay=True,
        ),
        Move(
            "withhold",
            "不公开",
            "Withhold",
            frozenset({"waiting", "suspended"}),
            "withheld",
            ("publisher",),
            (WITHHELD_FOR,),
            effects=(ledger("publication", "stop"),),
        ),
        Move(
            "suspend",
            "暂停公开",
            "Suspend",
            frozenset({"published", "waiting"}),
            "suspended",
            ("system",),
            effects=(ledger("publication", "stop"),),
        ),
        Move(
            "offer_again",
            "重新送审",
            "Offer again",
            frozenset({"suspended"}),
            "waiting",
            ("system",),
            effects=(starts("publication"),),
        ),
        Move(
            "take_down",
            "撤下",
            "Take down",
            frozenset({"published", "suspended"}),
            "tombstone",
            ("publisher", "supervisor"),
            (REASON,),
        ),
    ),
)
