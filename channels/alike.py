"""Letters alike: published answers to what a citizen is about to send, shown before it is sent."""

from channels.dialogue import Session, Similar
from channels.dialogue.letter import begun
from hub import results
from hub.office import Office
from hub.rulebook import Rulebook
from hub.storage.errors import StoreError


async def alike(office: Office, session: Session, book: Rulebook, site: str) -> tuple[Similar, ...]:
    """Published answers to a letter like the one in writing; a sealed matter is compared with nothing."""
    kind, title = book.kinds.get(str(session.answers.get("kind"))), session.answers.get("title")
    if not begun(session.answers) or not title or kind is None or kind.sealed:
        return ()
    engine = results.engine_of(office.store.health().engine)
    try:
        found = await office.store.read(results.alike, engine, str(title), book, room="public")
    except StoreError:
        return ()  # a hint that can be missed; the letter goes on
    return tuple(Similar(row.title, f"{site}/results/{row.number}") for row in found)
