"""Films: a poster from a frame that shows something, size, duration, codecs."""

import contextlib
import time
from collections.abc import Iterator
from typing import Any, BinaryIO

import av

from assets.previews.images import check_pixels, picture_of
from assets.previews.results import CannotPreview, Preview

# libav's demuxer for each content type. Naming it keeps playlists and concatenations (which name other
# files and hosts) from ever being tried, whatever the bytes say.
DEMUXERS = {
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "video/webm": "matroska",
    "video/x-matroska": "matroska",
    "video/ogg": "ogg",
    "video/mpeg": "mpeg",
    "video/x-msvideo": "avi",
    "video/x-flv": "flv",
    "video/x-ms-wmv": "asf",
}
# Nothing but the file itself is read (FFmpeg, "protocol_whitelist"); MOV keeps to its own data too.
OPTIONS = {"protocol_whitelist": "", "enable_drefs": "0", "use_absolute_path": "0"}
PLACES = (0.1, 0.0, 0.25, 0.5, 0.75)  # of the duration, until a frame shows something
TRIES = 12  # frames looked at from each place
PATIENCE = 10  # seconds for a film that shows nothing at any of them, or does not say how long it is
DARK = 24  # of 255: the mean below which a frame counts as black
FLAT = 4  # of 255: the deviation below which it shows nothing


def make(file: BinaryIO, content_type: str) -> Preview:
    """Raises CannotPreview, and av.FFmpegError for what does not decode."""
    if content_type not in DEMUXERS:
        raise CannotPreview(f"{content_type} is not decoded.")
    with av.open(file, "r", format=DEMUXERS[content_type], options=OPTIONS) as container:
        films = [one for one in container.streams.video if not is_cover(one)]
        if not films:
            raise CannotPreview("It holds no video.")
        return of_stream(container, films[0])


def is_cover(stream: Any) -> bool:
    """A still attached to a sound (FFmpeg: AV_DISPOSITION_ATTACHED_PIC)."""
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def of_stream(container: Any, film: Any) -> Preview:
    if film.codec_context is None:
        raise CannotPreview("Its codec is not known here.")
    film.thread_count = 1
    check_pixels(film.width, film.height)
    seconds = duration_of(container, film)
    frame = telling_frame(container, film, seconds)
    width, height = shown_size(frame, film)
    rotation = int(frame.rotation or 0)
    picture = picture_of(frame, width, height, rotation)
    if rotation % 180:
        width, height = height, width
    return Preview(picture, None, width, height, seconds, details_of(container, film))


def duration_of(container: Any, stream: Any) -> float | None:
    """Seconds, by the container or else by the stream; counted where neither says, as in live streams."""
    if container.duration and container.duration > 0:
        return round(container.duration / av.time_base, 3)
    if stream.duration and stream.duration > 0 and stream.time_base:
        return round(float(stream.duration * stream.time_base), 3)
    return counted(container)


def counted(container: Any) -> float | None:
    """Seconds up to the end of the last packet; None where that takes more than PATIENCE to find."""
    until, ends = time.monotonic() + PATIENCE, [0.0]
    with contextlib.suppress(av.FFmpegError, EOFError):
        for packet in container.demux():
            if time.monotonic() > until:
                return None
            if packet.pts is not None:
                ends.append(float((packet.pts + (packet.duration or 0)) * packet.time_base))
    seconds = max(ends) - (container.start_time or 0) / av.time_base
    return round(seconds, 3) if seconds > 0 else None


def shown_size(frame: Any, film: Any) -> tuple[int, int]:
    """Pixels that are not square are shown so (ISO/IEC 14496-12, pasp)."""
    ratio = film.sample_aspect_ratio
    width = round(frame.width * ratio) if ratio and 0.1 < ratio < 10 else frame.width
    return int(width), int(frame.height)


def telling_frame(container: Any, film: Any, seconds: float | None) -> Any:
    """The first frame that is neither black nor of one colour, or else the brightest of those seen."""
    best: tuple[float, Any] | None = None
    for frame in near_key_frames(container, film, seconds):
        brightness, deviation = light_of(frame)
        if brightness >= DARK and deviation >= FLAT:
            return frame
        best = max(best or (-1.0, None), (brightness, frame), key=lambda one: one[0])
    if best is None:
        raise CannotPreview("No frame of it can be decoded.")
    return best[1] if best[0] >= DARK else brightest(container, film) or best[1]


def near_key_frames(container: Any, film: Any, seconds: float | None) -> Iterator[Any]:
    """A few frames after the key frame of each of PLACES: cheap to come by, wherever they are."""
    seen: set[int | None] = set()
    for place in PLACES if seconds else (0.0,):
        for number, frame in enumerate(frames_from(container, film, (seconds or 0) * place)):
            if frame.pts in seen or number >= TRIES:
                break
            seen.add(frame.pts)
            yield frame


def brightest(container: Any, film: Any) -> Any:
    """Of all frames from the first on, while PATIENCE lasts: the first that is not black, else the best."""
    until, best = time.process_time() + PATIENCE, (-1.0, None)
    for frame in frames_from(container, film, 0):
        best = max(best, (light_of(frame)[0], frame), key=lambda one: one[0])
        if best[0] >= DARK or time.process_time() > until:
            break
    return best[1]


def frames_from(container: Any, film: Any, second: float) -> Iterator[Any]:
    """From the key frame before this second on, as far as they can be decoded."""
    with contextlib.suppress(av.FFmpegError, EOFError):
        container.seek((container.start_time or 0) + int(second * av.time_base))
        yield from container.decode(film)


def light_of(frame: Any) -> tuple[float, float]:
    """Mean and standard deviation of a small grey copy, 0 to 255."""
    grey = frame.reformat(width=32, height=32, format="gray").to_ndarray()
    return float(grey.mean()), float(grey.std())


def details_of(container: Any, film: Any) -> dict[str, Any]:
    sounds = container.streams.audio
    codecs = {"video_codec": film.codec_context.codec.canonical_name, "has_sound": bool(sounds)}
    known = sounds and sounds[0].codec_context
    return codecs | ({"audio_codec": sounds[0].codec_context.codec.canonical_name} if known else {})
