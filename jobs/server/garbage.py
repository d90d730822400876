"""Garbage collection that costs little: what has settled is set aside, and looked through a few times a minute only."""

import gc
import threading

FIRST = 8.0  # s after the start, when the first pages have loaded their libraries
EVERY = 15.0  # s; a look through everything takes about two tenths of a second


def set_aside() -> None:
    """
    Collect what is garbage by now, and set everything else aside.

    Streamlit collects garbage of all generations after every run of a page; with the libraries and caches of a busy
    server that was 41 % of its processor time (py-spy, 50 screens). What is set aside is not looked through there. It
    is taken back before the next look here, so that nothing that became garbage in the meantime stays for ever.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def keep(stop: threading.Event) -> threading.Thread:
    """
    Set aside now and then until told to stop.

    Returns
    -------
    Thread
        Ends with `stop`.
    """

    def work() -> None:
        pause = FIRST
        while not stop.wait(pause):
            set_aside()
            pause = EVERY

    set_aside()
    thread = threading.Thread(target=work, name="garbage", daemon=True)
    thread.start()
    return thread
