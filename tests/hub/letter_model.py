"""A plain model of the letter, written from the drawing in DESIGN §5 and not from the code: states, roles, arrows."""

from dataclasses import dataclass, field

AT_UNIT = ("dispatched", "contested", "working", "redo", "reopened", "drafted")
HANDLING = ("working", "redo", "reopened")
BEFORE = ("submitted", "need_fix", "accepted", "in_review", *AT_UNIT)

# move: (who, from, to); "@" is where the case came from, "=" stays.
ARROWS: dict[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "accept": (("intake",), ("submitted",), "accepted"),
    "ask_fix": (("intake",), ("submitted",), "need_fix"),
    "supply": (("citizen",), ("need_fix",), "submitted"),
    "reject": (("intake", "dispatcher"), ("submitted", "accepted"), "rejected"),
    "dispatch": (("dispatcher",), ("accepted",), "dispatched"),
    "designate": (("dispatcher", "supervisor"), ("accepted",), "dispatched"),
    "sign": (("handler", "signer"), ("dispatched",), "working"),
    "object": (("handler", "signer"), ("dispatched",), "contested"),
    "pass_on": (("handler", "signer"), ("working",), "contested"),
    "uphold": (("dispatcher", "supervisor"), ("contested",), "accepted"),
    "overrule": (("dispatcher", "supervisor"), ("contested",), "@"),
    "draft": (("handler",), HANDLING, "drafted"),
    "sign_off": (("signer",), ("drafted",), "in_review"),
    "hand_back": (("signer",), ("drafted",), "@"),
    "qualified": (("reviewer",), ("in_review",), "answered"),
    "unqualified": (("reviewer",), ("in_review",), "redo"),
    "touch_up": (("reviewer",), ("in_review",), "@"),
    "dispute": (("signer",), ("redo",), "in_review"),
    "rate": (("citizen",), ("answered",), "="),
    "reopen": (("citizen",), ("answered",), "="),
    "grant_reopen": (("supervisor",), ("answered",), "reopened"),
    "refuse_reopen": (("supervisor",), ("answered",), "="),
    "order_reopen": (("supervisor",), ("answered",), "reopened"),
    "withdraw": (("citizen",), BEFORE, "withdrawn"),
    "redispatch": (("dispatcher", "supervisor"), AT_UNIT, "dispatched"),
    "recall": (("dispatcher", "supervisor"), AT_UNIT, "accepted"),
    "appeal": (("citizen",), ("rejected",), "="),
    "restore": (("supervisor",), ("rejected",), "submitted"),
    "refuse_appeal": (("supervisor",), ("rejected",), "="),
}


@dataclass
class Model:
    """What a person with pencil and paper would keep of one letter."""

    state: str = "submitted"
    back: str = ""
    round: int = 1
    unit: str = ""
    designated: bool = False
    passed_on: bool = False
    returns: int = 0
    former: set[str] = field(default_factory=set)
    once: set[str] = field(default_factory=set)
    request: bool = False
    appeal: bool = False
    handler: str = ""
    signer: str = ""
    verdict: str = ""
    verdict_round: int = 0
    first_reviewer: str = ""
    disputed: bool = False

    def allows(self, move: str, role: str, who: str, unit: str) -> bool:
        """Whether the drawing lets this person make the move now; `unit` is where a handler or signer works."""
        roles, origin, _ = ARROWS[move]
        if role not in roles or self.state not in origin:
            return False
        if role in ("handler", "signer") and unit != self.unit:
            return False
        return self._guards(move, role, who)

    def takes(self, move: str, role: str, to_unit: str) -> bool:
        """Whether the unit may be sent the letter: one that had it and gave it up only by a supervisor."""
        sends = move in ("dispatch", "designate", "redispatch")
        return not sends or role == "supervisor" or to_unit == self.unit or to_unit not in self.former

    def _guards(self, move: str, role: str, who: str) -> bool:
        match move:
            case "dispatch":
                return self.returns < 2
            case "designate":
                return self.returns < 2 or role == "supervisor"
            case "object":
                return not self.designated
            case "pass_on":
                return not self.designated and not self.passed_on
            case "sign_off" | "hand_back":
                return who != self.handler
            case "qualified" | "unqualified":
                return who not in (self.handler, self.signer) and not (self.disputed and who == self.first_reviewer)
            case "touch_up":
                return who not in (self.handler, self.signer)
            case "dispute":
                return (
                    self.verdict == "unqualified"
                    and self.verdict_round == self.round - 1
                    and "dispute" not in self.once
                )
            case "reopen":
                return "reopened" not in self.once and "reopen" not in self.once
            case "grant_reopen" | "refuse_reopen":
                return self.request
            case "appeal":
                return "appeal" not in self.once
            case "restore" | "refuse_appeal":
                return self.appeal
            case _:
                return True

    def make(self, move: str, who: str, to_unit: str) -> None:
        """Follow the arrow."""
        before, to = self.state, ARROWS[move][2]
        self.state = before if to == "=" else self.back if to == "@" else to
        if self.unit and move in ("uphold", "recall", "redispatch"):
            self.former.add(self.unit)
        if move in ("dispatch", "designate", "redispatch"):
            self.unit = to_unit
        if move == "dispatch":
            self.designated = self.passed_on = False
        if move in ("designate", "overrule"):
            self.designated = True
        if move in ("uphold", "recall"):
            self.unit = ""
        if move == "uphold":
            self.returns += 1
        if move in ("object", "pass_on", "draft"):
            self.back = before
        if move == "pass_on":
            self.passed_on = True
        if move == "draft":
            self.handler, self.signer, self.verdict = who, "", ""
        if move == "sign_off":
            self.signer = who
        if move in ("qualified", "unqualified", "touch_up"):
            self._review(move, who)
        if move == "dispute":
            self.disputed = True
            self.once.add(move)
        if move in ("reopen", "appeal"):
            self.once.add(move)
        if move in ("grant_reopen", "order_reopen"):
            self.round += 1
            self.once.add("reopened")
        self.request = move == "reopen" or (
            self.request and move not in ("grant_reopen", "refuse_reopen", "order_reopen")
        )
        self.appeal = move == "appeal" or (self.appeal and move not in ("restore", "refuse_appeal"))

    def _review(self, move: str, who: str) -> None:
        upheld_verdict = self.disputed
        if move != "touch_up":
            self.disputed = False
        self.verdict, self.verdict_round = move, self.round
        if move == "unqualified":
            self.first_reviewer = who
            self.round += 0 if upheld_verdict else 1
