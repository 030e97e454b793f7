"""Guards: what comes by mail and is no letter of a person; it is kept with its reason and never answered (RFC 3834)."""

from channels.mail.reading import Mail

_BULK = frozenset({"bulk", "list", "junk", "auto_reply"})
_MACHINES = frozenset({"mailer-daemon", "postmaster", "noreply", "no-reply", "donotreply", "do-not-reply"})
_LIST_HEADERS = ("list-id", "list-unsubscribe", "list-post", "feedback-id")
_AUTO_HEADERS = ("x-autoreply", "x-autorespond", "x-auto-reply", "x-mailer-daemon")


def no_letter(mail: Mail, own: str) -> str:
    """Why this is no letter, as a word for the inbox; empty for a letter.

    Sources: RFC 3834 (Auto-Submitted, null return path), RFC 2919 (List-Id), Microsoft's X-Auto-Response-Suppress,
    which only machines set.
    """
    auto = mail.header("auto-submitted").partition(";")[0].strip().lower()
    if auto not in ("", "no"):
        return "auto"
    if "return-path" in mail.headers and mail.header("return-path").strip() == "<>":
        return "auto"
    if any(name in mail.headers for name in _AUTO_HEADERS) or mail.header("x-auto-response-suppress"):
        return "auto"
    if any(name in mail.headers for name in _LIST_HEADERS) or mail.header("precedence").strip().lower() in _BULK:
        return "list"
    if _is_own(mail.sender, own):
        return "own"
    if mail.sender.partition("@")[0] in _MACHINES:
        return "auto"
    if not mail.text.strip() and not mail.subject and not mail.files:
        return "empty"
    return ""


def _is_own(sender: str, own: str) -> bool:
    local, _, domain = own.lower().partition("@")
    theirs, _, where = sender.partition("@")
    return where == domain and theirs.partition("+")[0] == local
