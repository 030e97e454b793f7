"""Says the fixed messages of a template when it is compiled: each language has its own, none asks while it works."""

from collections.abc import Iterator

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

TRANSLATOR = "saying.translator"
"""The policy of an environment that holds its function from a Chinese message to what is shown."""
_CALL = ("lparen", "string", "rparen")


class Saying(Extension):
    """Puts the text itself in the place of `_("…")`; a message with values in it (`_("…", n=1)`) is still asked for."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """The tokens with each plain message said."""
        say = self.environment.policies[TRANSLATOR]
        tokens = list(stream)
        at = 0
        while at < len(tokens):
            token, call = tokens[at], tokens[at + 1 : at + 4]
            if token.test("name:_") and tuple(t.type for t in call) == _CALL:
                yield Token(token.lineno, "string", say(call[1].value))
                at += 4
            else:
                yield token
                at += 1
