"""Long answers: as many at once as leave threads for pages."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import BoundedSemaphore

from django.conf import settings

from assets import storage
from assets.errors import Busy

turns = BoundedSemaphore(max(1, settings.WEB_THREADS // 2))


class Streamed:
    """What a StreamingHttpResponse sends; `close`, which Django calls whatever happens, ends its turn."""

    def __init__(self, pieces: Iterable[bytes | str]) -> None:
        """Raises Busy when all turns are taken."""
        if not turns.acquire(blocking=False):
            raise Busy("As many downloads as can be are under way. Try again in a moment.")
        self.pieces = pieces
        self.is_open = True

    def __iter__(self) -> Iterator[bytes | str]:
        try:
            yield from self.pieces
        finally:
            self.close()

    def close(self) -> None:
        if self.is_open:
            self.is_open = False
            turns.release()


def read_ahead(bodies: Sequence[Generator[bytes]]) -> list[Iterator[bytes]]:
    """The same bodies, to be read one after the other, a chunk ahead: while one is summed up and sent.

    The next body is begun when the last chunk of this one is in hand, and no sooner: storage hangs up on
    whoever does not read. Three chunks are in memory at most.
    """
    chunks: dict[int, Future[bytes | None]] = {}
    pool = ThreadPoolExecutor(2)

    def ask(number: int) -> None:
        chunks[number] = pool.submit(next, bodies[number], None)

    def read(number: int) -> Iterator[bytes]:
        try:
            if number not in chunks:
                ask(number)
            while chunk := chunks[number].result():
                ask(number)
                if len(chunk) < storage.CHUNK and number + 1 < len(bodies) and number + 1 not in chunks:
                    ask(number + 1)
                yield chunk
        except BaseException:  # nobody reads on: neither this body nor those behind it
            end(number)
            raise
        if number == len(bodies) - 1:
            pool.shutdown(wait=False)

    def end(number: int) -> None:
        pool.shutdown(wait=True, cancel_futures=True)
        for body in bodies[number : number + 2]:
            body.close()

    return [read(number) for number in range(len(bodies))]
