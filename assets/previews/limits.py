"""What the kernel holds a process to while it looks at a file that may be hostile."""

import os
import resource
import signal
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Memory and output in bytes, time in seconds."""

    memory: int = 512 * 1024 * 1024
    cpu: int = 60
    wall: int = 120
    output: int = 4 * 1024 * 1024


def confine(limits: Limits) -> None:
    """From here on: no file or socket can be opened, nothing written to disk, and time and memory end.

    With RLIMIT_NOFILE at 0 every open(2) and socket(2) fails (setrlimit(2), EMFILE) and what is open
    stays: no playlist, external reference, font or host can be reached, whatever a decoder attempts.
    """
    hold(resource.RLIMIT_CORE, 0)
    hold(resource.RLIMIT_FSIZE, 0)
    hold(resource.RLIMIT_CPU, limits.cpu)
    hold(resource.RLIMIT_DATA, limits.memory)
    hold(resource.RLIMIT_NOFILE, 0)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(limits.wall)
    os.nice(5)  # pages come first


def hold(what: int, most: int) -> None:
    resource.setrlimit(what, (most, most))
