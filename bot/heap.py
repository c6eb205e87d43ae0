"""The heap of a program that runs for weeks."""

import gc


def settle() -> None:
    """Leave what is there by now, nearly all of it code, out of every later garbage collection: a full one of it holds
    the event loop for 40 ms. For the process of `tocsin run` and of benchmarks; a process that is many things in turn
    would never get back what it froze.
    """
    gc.collect()
    gc.freeze()
