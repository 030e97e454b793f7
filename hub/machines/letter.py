"""Machine `letter`: the life of a letter from receipt to closing, drawn in DESIGN §5 and docs/moves.md."""

from hub.machines.letter_answer import AFTER_ANSWER, REVIEW_MOVES
from hub.machines.letter_cards import CARD_OVERLAYS
from hub.machines.letter_desk_overlays import DESK_OVERLAYS
from hub.machines.letter_exclusion import EXCLUSION_OVERLAYS
from hub.machines.letter_limits import LIMIT_OVERLAYS
from hub.machines.letter_outcome import COMMITMENT_OVERLAYS, OUTCOME_OVERLAYS
from hub.machines.letter_overlays import HANDLING_OVERLAYS
from hub.machines.letter_readings import READING_OVERLAYS
from hub.machines.letter_reception import ANY_TIME, RECEPTION
from hub.machines.letter_states import STATES
from hub.machines.letter_supervision import SUPERVISION_OVERLAYS
from hub.machines.letter_unit import UNIT_MOVES
from hub.machines.machine import Lapse, machine

OUTCOMES = OUTCOME_OVERLAYS + COMMITMENT_OVERLAYS
OVERLAYS = (
    *(HANDLING_OVERLAYS + LIMIT_OVERLAYS + SUPERVISION_OVERLAYS + CARD_OVERLAYS + OUTCOMES),
    *(READING_OVERLAYS + EXCLUSION_OVERLAYS + DESK_OVERLAYS),
)
LETTER = machine(
    "letter",
    "submitted",
    STATES,
    RECEPTION + UNIT_MOVES + REVIEW_MOVES + AFTER_ANSWER + ANY_TIME + OVERLAYS,
    lapses={
        "sign": Lapse("deemed_sign", "+1wd"),
        "fix": Lapse("lapse"),
        "rating": Lapse("close"),
    },
    opening_clocks=("intake", "main", "veto"),
)
