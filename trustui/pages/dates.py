"""Days and instants of UTC as pages write them.

By hand: the C library looks up its locale for each name of a month, which takes three times as long,
and a timeline has hundreds of them.
"""

from datetime import date, datetime

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def month_words(day: date) -> str:
    """`Mar`."""
    return MONTHS[day.month - 1]


def short_day_words(day: date) -> str:
    """`3 Mar`, where the year is plain or stands elsewhere."""
    return f"{day.day} {MONTHS[day.month - 1]}"


def day_words(day: date) -> str:
    """`3 Mar 2026`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def minute_words(at: datetime) -> str:
    """`3 Mar 12:00`, where year and zone are plain or stand elsewhere."""
    return f"{at.day} {MONTHS[at.month - 1]} {at.hour:02}:{at.minute:02}"


def instant_words(at: datetime) -> str:
    """`3 Mar 2026 12:00 UTC`."""
    return f"{at.day} {MONTHS[at.month - 1]} {at.year} {at.hour:02}:{at.minute:02} UTC"
