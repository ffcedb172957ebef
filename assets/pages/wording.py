"""Sizes, ages and durations as people read them."""

import json
from datetime import UTC, datetime

UNITS = ("kB", "MB", "GB", "TB")
AGES = ((60, 1, "s"), (3600, 60, "min"), (86_400, 3600, "h"), (30 * 86_400, 86_400, "d"))
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def size_text(size: int) -> str:
    """Bytes in decimal units (IEC 80000-13), three digits at most: 2.4 MB."""
    if size < 1000:
        return f"{size} B"
    value = float(size)
    for unit in UNITS:
        value /= 1000
        if value < 999.5 or unit == UNITS[-1]:
            break
    return f"{value:.1f} {unit}" if value < 99.95 else f"{value:,.0f} {unit}"


def age_text(moment: datetime, now: datetime) -> str:
    seconds = (now - moment).total_seconds()
    if seconds < 0:
        return date_text(moment)
    if seconds < 10:
        return "just now"
    for bound, unit, name in AGES:
        if seconds < bound:
            return f"{int(seconds // unit)} {name} ago"
    return date_text(moment)


def ahead_text(moment: datetime, now: datetime) -> str:
    """in 3 days, in 5 hours, in 20 minutes; soon, where it is less or over."""
    seconds = (moment - now).total_seconds()
    for unit, name in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if count := round(seconds / unit) if seconds >= unit * 0.95 else 0:
            return f"in {count:,} {name}" + ("" if count == 1 else "s")
    return "soon"


def days_text(days: int | None) -> str:
    if days is None:
        return "for ever"
    return "1 day" if days == 1 else f"{days:,} days"


def date_text(moment: datetime) -> str:
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def exact_text(moment: datetime) -> str:
    """To the second, in UTC."""
    moment = moment.astimezone(UTC)
    return f"{date_text(moment)}, {moment:%H:%M:%S} UTC"


def duration_text(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(max(round(seconds), 1), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def lifetime_text(seconds: int) -> str:
    """In the largest unit that fits without a rest: 7 days, 36 hours."""
    for unit, name in ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds % unit == 0:
            count = seconds // unit
            return f"{count} {name}" if count == 1 else f"{count} {name}s"
    return ""


def metadata_text(value: object) -> str:
    """Text as it is, all else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
