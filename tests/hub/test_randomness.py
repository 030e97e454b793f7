"""Random bytes are handed out once, whoever asks: another thread, or a process forked off."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from hub.privacy.randomness import PAGE, draw


def test_no_bytes_are_handed_out_twice_across_pages_and_threads() -> None:
    with ThreadPoolExecutor(4) as threads:
        drawn = list(threads.map(lambda _: draw(12), range(PAGE)))
    assert len(set(drawn)) == len(drawn)
    assert {len(part) for part in drawn} == {12}


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_process_forked_off_draws_a_page_of_its_own() -> None:
    draw(8)  # the page that the child would go on with
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(theirs, draw(32))
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(ours, 32) != draw(32)
    os.close(ours)
    os.close(theirs)
