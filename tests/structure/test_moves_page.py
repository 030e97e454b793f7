"""The page of moves says what the machines do."""

from tests.structure.moves_table import PAGE, page


def test_the_page_of_moves_is_drawn_from_the_machines() -> None:
    assert PAGE.read_text("utf-8") == page(), "run: python -m tests.structure.moves_table"
