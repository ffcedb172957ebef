"""What the kernel holds a process to while it looks at a file that may be hostile."""

import ctypes
import os
import resource
import signal
import sys
from dataclasses import dataclass

PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38  # prctl(2)
C = ctypes.CDLL(None)  # looked up before nothing can be opened any more


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
    On Linux RLIMIT_DATA counts all private memory, and the process ends with the one that started it.
    """
    if sys.platform == "linux":
        C.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        C.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    hold(resource.RLIMIT_CORE, 0)
    hold(resource.RLIMIT_FSIZE, 0)
    hold(resource.RLIMIT_CPU, limits.cpu, spare=2)  # SIGXCPU tells why; SIGKILL follows
    hold(resource.RLIMIT_DATA, limits.memory)
    hold(resource.RLIMIT_NOFILE, 0)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(limits.wall)
    os.nice(5)  # pages come first


def hold(what: int, most: int, spare: int = 0) -> None:
    """The soft limit, and the hard one `spare` above; neither above what holds this process already."""
    hard = resource.getrlimit(what)[1]
    ceiling = most + spare if hard == resource.RLIM_INFINITY else min(most + spare, hard)
    resource.setrlimit(what, (min(most, ceiling), ceiling))
