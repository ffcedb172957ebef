"""Long answers: as many at once as leave threads for pages."""

from collections.abc import Iterable, Iterator
from threading import BoundedSemaphore

from django.conf import settings

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
