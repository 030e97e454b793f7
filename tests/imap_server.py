"""A small IMAP4rev1 server over one mailbox, spoken to by imaplib.

The registry has no real one that installs without root, and tests must be able to break it between two commands.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

LITERAL = re.compile(r"BODY\.PEEK\[]<0\.(\d+)>")


class ImapServer:
    """Folders of mails by uid; `refuses` names commands that are answered with NO, `dies_at` one that cuts the line."""

    def __init__(self, *, can_move: bool = True, password: str = "a password") -> None:
        self.folders: dict[str, dict[int, bytes]] = {"INBOX": {}}
        self.port = 0
        self.can_move = can_move
        self.password = password
        self.refuses: set[str] = set()
        self.dies_at = ""
        self.visits = 0
        self._uid = 0
        self._deleted: set[int] = set()

    def deliver(self, raw: bytes) -> None:
        """A mail arrives."""
        self._uid += 1
        self.folders["INBOX"][self._uid] = raw

    @asynccontextmanager
    async def served(self) -> AsyncIterator["ImapServer"]:
        server = await asyncio.start_server(self._speak, "127.0.0.1", self.port, limit=1 << 20)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    async def _speak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        with suppress(ConnectionError):
            while line := await reader.readline():
                tag, _, rest = line.decode().strip().partition(" ")
                words = rest.split(" ")
                verb = words[1].upper() if words[0].upper() == "UID" else words[0].upper()
                if verb == self.dies_at:
                    self.dies_at = ""
                    break
                if verb in self.refuses:
                    writer.write(f"{tag} NO not today\r\n".encode())
                else:
                    writer.write(self._answer(verb, rest) + self._end(tag, verb, rest))
                await writer.drain()
                if verb == "LOGOUT":
                    break
        writer.close()

    def _end(self, tag: str, verb: str, rest: str) -> bytes:
        if verb == "LOGIN" and self.password not in rest:
            return f"{tag} NO [AUTHENTICATIONFAILED] wrong\r\n".encode()
        if verb == "CREATE" and rest.split('"')[1] in self.folders:
            return f"{tag} NO [ALREADYEXISTS]\r\n".encode()
        if verb == "CREATE":
            self.folders[rest.split('"')[1]] = {}
        return f"{tag} OK done\r\n".encode()

    def _answer(self, verb: str, rest: str) -> bytes:
        inbox = self.folders["INBOX"]
        if verb == "CAPABILITY":
            return b"* CAPABILITY IMAP4rev1 UIDPLUS" + (b" MOVE" if self.can_move else b"") + b"\r\n"
        if verb == "SELECT":
            self.visits += 1
            return f"* {len(inbox)} EXISTS\r\n".encode()
        if verb == "SEARCH":
            return ("* SEARCH " + " ".join(map(str, sorted(inbox))) + "\r\n").encode()
        if verb == "LOGOUT":
            return b"* BYE\r\n"
        if verb not in ("FETCH", "MOVE", "COPY", "STORE", "EXPUNGE") or not rest.upper().startswith("UID"):
            return b""
        uid = int(rest.split(" ")[2])
        if verb == "FETCH":
            found = LITERAL.search(rest)
            assert found is not None
            content = inbox[uid][: int(found[1])]
            return f"* {uid} FETCH (UID {uid} BODY[]<0> {{{len(content)}}}\r\n".encode() + content + b")\r\n"
        if verb in ("MOVE", "COPY"):
            self.folders[rest.split('"')[1]][uid] = inbox[uid]
        if verb == "MOVE" or (verb == "EXPUNGE" and uid in self._deleted):
            del inbox[uid]
        elif verb == "STORE":
            self._deleted.add(uid)
        return b""
