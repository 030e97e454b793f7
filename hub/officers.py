"""Officers: adding an account with its roles, and the secret of its second factor."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from pyotp import TOTP, random_base32

from hub.errors import Invalid, Said
from hub.people import ROLES, UNIT_ROLES, Grant
from hub.storage import people
from hub.storage.people import Officer
from hub.storage.tx import Tx
from hub.units import Directory

LEAST_PASSWORD = 10
ISSUER = "Minxin"
_ACCOUNT = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")


@dataclass(frozen=True, slots=True)
class Asked:
    """An account as it was asked for; roles are written `role` or `role@unit`."""

    account: str
    name: str
    roles: tuple[str, ...]
    password: str
    home: str = ""
    same_person_as: str = ""


def grants_of(roles: tuple[str, ...], directory: Directory) -> tuple[Grant, ...]:
    """The grants that are meant; raises Invalid for a role or unit that does not exist."""
    grants = []
    for text in roles:
        role, _, unit = text.partition("@")
        if role not in ROLES:
            raise Invalid({"role": Said(f"没有这个岗位：{role}。可用：{'、'.join(ROLES)}", f"No such role: {role}.")})
        if unit and directory.get(unit) is None:
            raise Invalid({"role": Said(f"没有这个单位：{unit}。", f"No such unit: {unit}.")})
        if role in UNIT_ROLES and not unit:
            raise Invalid({"role": Said(f"{role} 要写明单位，如 {role}@urban。", f"Write {role}@UNIT.")})
        grants.append(Grant(role, unit or None))
    if not grants:
        raise Invalid({"role": Said("至少要给一个岗位。", "Give at least one role.")})
    return tuple(grants)


def officer(asked: Asked, password_hash: str, officer_id: str, now: datetime, *, otp: bool) -> Officer:
    """The account that is meant; raises Invalid. The hash is made by the caller, who knows how sign-in checks it."""
    if not _ACCOUNT.fullmatch(asked.account):
        raise Invalid(
            {"account": Said("账号用小写字母、数字和 . _ -，2到40个。", "2 to 40 of a–z, 0–9 and . _ -, please.")}
        )
    if not asked.name.strip():
        raise Invalid({"name": Said("请写姓名。", "A name, please.")})
    if len(asked.password) < LEAST_PASSWORD:
        raise Invalid(
            {"password": Said(f"密码至少{LEAST_PASSWORD}个字符。", f"At least {LEAST_PASSWORD} characters, please.")}
        )
    return Officer(
        id=officer_id,
        account=asked.account,
        person=officer_id,
        name=asked.name.strip(),
        home=asked.home,
        password_hash=password_hash,
        otp_secret=random_base32() if otp else "",
        active=True,
        created_at=now,
    )


def add(tx: Tx, new: Officer, grants: tuple[Grant, ...], same_person_as: str, by: str) -> Officer:
    """The deed that adds an account with its roles. `same_person_as` names another account of the same person.

    Raises Invalid where the account exists already or the other one does not.
    """
    person = new.person
    if same_person_as:
        other = people.by_account(tx, same_person_as)
        if other is None:
            raise Invalid({"same_person_as": Said(f"没有账号 {same_person_as}。", f"No account {same_person_as}.")})
        person = other.person
    if people.by_account(tx, new.account) is not None:
        raise Invalid(
            {"account": Said(f"账号 {new.account} 已经有了。", f"There is an account {new.account} already.")}
        )
    whole = replace(new, person=person)
    people.add(tx, whole)
    for given in grants:
        people.grant(tx, whole.id, given, by, whole.created_at)
    return whole


def otp_uri(new: Officer) -> str:
    """What an authenticator app reads (otpauth://, Key Uri Format); empty without a second factor."""
    return TOTP(new.otp_secret).provisioning_uri(name=new.account, issuer_name=ISSUER) if new.otp_secret else ""
