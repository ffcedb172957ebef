"""Films: a poster from a frame that shows something, size, duration, codecs."""

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
    """Seconds, by the container or else by the stream; None where neither says."""
    if container.duration:
        return round(container.duration / av.time_base, 3)
    if stream.duration and stream.time_base:
        return round(float(stream.duration * stream.time_base), 3)
    return None


def shown_size(frame: Any, film: Any) -> tuple[int, int]:
    """Pixels that are not square are shown so (ISO/IEC 14496-12, pasp)."""
    ratio = film.sample_aspect_ratio
    width = round(frame.width * ratio) if ratio and 0.1 < ratio < 10 else frame.width
    return int(width), int(frame.height)


def telling_frame(container: Any, film: Any, seconds: float | None) -> Any:
    """The first frame that is neither black nor of one colour, or else the brightest of those seen."""
    seen: list[tuple[float, Any]] = []
    for frame in candidates(container, film, seconds):
        brightness, deviation = light_of(frame)
        if brightness >= DARK and deviation >= FLAT:
            return frame
        seen.append((brightness + deviation, frame))
        seen = [max(seen, key=lambda one: one[0])]
    if not seen:
        raise CannotPreview("No frame of it can be decoded.")
    return seen[0][1]


def candidates(container: Any, film: Any, seconds: float | None) -> Iterator[Any]:
    for place in PLACES if seconds else (0.0,):
        try:
            container.seek(int((seconds or 0) * place * av.time_base))
            for number, frame in enumerate(container.decode(film)):
                yield frame
                if number >= TRIES:
                    break
        except (av.FFmpegError, EOFError):
            continue


def light_of(frame: Any) -> tuple[float, float]:
    """Mean and standard deviation of a small grey copy, 0 to 255."""
    grey = frame.reformat(width=32, height=32, format="gray").to_ndarray()
    return float(grey.mean()), float(grey.std())


def details_of(container: Any, film: Any) -> dict[str, Any]:
    sounds = container.streams.audio
    codecs = {"video_codec": film.codec_context.name, "has_sound": bool(sounds)}
    return codecs | ({"audio_codec": sounds[0].codec_context.name} if sounds else {})
