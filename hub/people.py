"""Who acts on a case: citizens, officers with their roles, the system itself, and named import actors."""

from dataclasses import dataclass
from typing import Literal

from hub.units import Directory

ROLES: dict[str, str] = {
    "clerk": "代录员",
    "intake": "受理员",
    "dispatcher": "派单员",
    "handler": "承办人",
    "signer": "审签人",
    "reviewer": "审核员",
    "publisher": "公开审查员",
    "supervisor": "督查员",
    "caller": "回访员",
    "identity": "身份查看员",
    "leader": "领导",
    "admin": "系统管理员",
}
UNIT_ROLES = frozenset({"handler", "signer"})
"""Roles that exist only at a unit; every other role may also be held for the whole hub."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One role, for the whole hub (`unit` None) or for a unit and what stands below it.

    `deputy_for` names the officer whose absence lends the role; the person acting stays the deputy.
    """

    role: str
    unit: str | None = None
    deputy_for: str | None = None


@dataclass(frozen=True, slots=True)
class Clerk:
    """The officer who enters what a citizen says or brings (代录), and how it came: `counter` or `phone`."""

    officer: str
    person: str
    channel: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever asks for a move. `person` is the natural person: second accounts share it."""

    kind: Literal["citizen", "officer", "system", "import"]
    id: str
    person: str
    name: str
    grants: tuple[Grant, ...] = ()
    party: int | None = None
    home: str = ""
    """The unit an officer belongs to; decides whether a reviewer is independent."""
    clerk: Clerk | None = None
    """Who enters it, where a citizen acts by way of the counter or the phone."""

    def holds(self, role: str, unit: str, directory: Directory) -> bool:
        """Whether the actor holds the role for a case at `unit` ("" = no unit yet)."""
        if role in ("citizen", "system"):
            return self.kind == role
        return any(
            g.role == role
            and (
                (g.unit is None and role not in UNIT_ROLES)
                or (g.unit is None and self.kind == "import")
                or (g.unit is not None and unit != "" and g.unit in directory.above(unit))
            )
            for g in self.grants
        )

    def has(self, role: str) -> bool:
        """Whether the actor holds the role anywhere."""
        return any(g.role == role for g in self.grants)

    def units(self, *roles: str) -> frozenset[str]:
        """The units for which the actor holds one of the roles (hub-wide grants name none)."""
        return frozenset(g.unit for g in self.grants if g.unit is not None and (not roles or g.role in roles))

    @property
    def hub_roles(self) -> frozenset[str]:
        return frozenset(g.role for g in self.grants if g.unit is None)


SYSTEM = Actor("system", "system", "system", "系统")


def importer(role: str) -> Actor:
    """A named import actor: each part of an imported history is taken by a different one."""
    return Actor("import", f"import:{role}", f"import:{role}", f"导入（{ROLES.get(role, role)}）", (Grant(role),))


def citizen(case_id: str, party: int, clerk: Clerk | None = None) -> Actor:
    """The citizen of a case, known by receipt, by the chat the case came from, or to the clerk who enters the words."""
    me = f"party:{case_id}:{party}"
    return Actor("citizen", me, me, "来信人", party=party, clerk=clerk)
