"""The pages of administration, as the row of tabs on each of them."""

from channels.texts.catalog import N_
from channels.web.staff.frame import Desk

PAGES = (
    ("people", "/staff/admin?tab=people", N_("人员与岗位")),
    ("rules", "/staff/admin/rules", N_("派单规则")),
    ("routing", "/staff/admin/routing", N_("派单效果")),
    ("calendar", "/staff/admin?tab=calendar", N_("工作日历")),
    ("editions", "/staff/admin?tab=editions", N_("规则版本")),
    ("health", "/staff/admin?tab=health", N_("运行情况")),
)


def tabs(desk: Desk, here: str) -> list[tuple[str, str, bool]]:
    """Address and name of every page of administration, and whether it is the one that is open."""
    return [(href, desk.say(word), code == here) for code, href, word in PAGES]
