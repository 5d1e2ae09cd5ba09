"""Bars, marks and ranges of the timeline."""

from __future__ import annotations

from tuik8s.ui.past import Moment
from tuik8s.ui.timeline import (
    BOOKMARK,
    FAILURE,
    FAULT,
    MARKS_MAX,
    PERSON,
    SECONDS_MAX,
    Mark,
    Timeline,
    column_of,
    shown_range,
    summary,
)


def text(timeline: Timeline, width: int, start_ms: int, end_ms: int) -> str:
    return "".join(column.text for column in timeline.columns(width, start_ms, end_ms))


def counted(*seconds: int) -> Timeline:
    timeline = Timeline()
    for second in seconds:
        timeline.count(second * 1000)
    return timeline


def test_bars_grow_with_the_rate() -> None:
    timeline = counted(1, 3, 3, 3, *[5] * 40, *[7] * 5000)
    bars = text(timeline, 10, 0, 10_000)
    assert bars[0] == bars[2] == bars[9] == " "
    assert bars[1] < bars[3] < bars[5] < bars[7] == "█"


def test_a_mark_covers_the_bar_and_the_gravest_one_wins() -> None:
    timeline = counted(4)
    moment = Moment(9, 4_200)
    for sign in (FAULT, PERSON, FAILURE):
        timeline.mark(Mark(moment, sign, sign))
    assert text(timeline, 10, 0, 10_000) == "    !     "
    assert text(timeline, 10, 5_000, 15_000).strip() == ""


def test_next_marks_by_revision() -> None:
    timeline = Timeline()
    marks = [Mark(Moment(n, n * 10), BOOKMARK, str(n)) for n in (5, 9)]
    for mark in reversed(marks):
        timeline.mark(mark)
    assert timeline.next_mark(5, 1) == marks[1]
    assert timeline.next_mark(5, -1) is None
    assert timeline.next_mark(100, -1) == marks[1]
    assert timeline.next_mark(9, 1) is None
    assert summary(timeline.marks) == f"{BOOKMARK} 2"


def test_the_range_ends_now_unless_what_is_shown_is_long_ago() -> None:
    timeline = counted(100, 900)
    assert shown_range(timeline, 1_000_000, 1_000_000, 300_000) == (700_000, 1_000_000)
    assert shown_range(timeline, 950_000, 1_000_000, 10**7) == (100_000, 1_000_000)
    assert shown_range(timeline, 200_000, 1_000_000, 300_000) == (100_000, 350_000)
    assert column_of(0, 10, 100, 200) == 0
    assert column_of(150, 10, 100, 200) == 5
    assert column_of(900, 10, 100, 200) == 9


def test_what_happened_within_the_first_second_counts() -> None:
    timeline = Timeline()
    timeline.count(8_400, "people")
    assert timeline.first_ms == 8_400
    assert timeline.total("people", 8_400, 20_000) == 1
    assert timeline.total("people", 9_400, 20_000) == 0


def test_a_day_is_remembered_and_not_much_more() -> None:
    timeline, day = Timeline(), 24 * 3600
    for second in range(3 * day):
        timeline.count(second * 1000, "people" if second < day else "kubelets")
    timeline.count(-5_000)  # what is older still may come late
    assert len(timeline._counts) <= SECONDS_MAX
    end_ms = 3 * day * 1000
    assert timeline.total("kubelets", end_ms - day * 1000, end_ms) == day
    assert timeline.lanes == ["kubelets"]
    assert timeline.first_ms is not None
    assert timeline.first_ms <= end_ms - day * 1000


def test_the_oldest_marks_go_and_bookmarks_stay() -> None:
    timeline = Timeline()
    timeline.mark(Mark(Moment(1, 1_000), BOOKMARK, "b1"))
    for revision in range(2, MARKS_MAX + 12):
        timeline.mark(Mark(Moment(revision, revision * 1000), FAILURE, "x"))
    assert len(timeline.marks) == MARKS_MAX
    assert [mark.moment.revision for mark in timeline.marks[:2]] == [1, 13]
    before = timeline.marks_version
    timeline.count(5_000)
    assert timeline.marks_version == before
    timeline.set_bookmarks([])
    assert timeline.marks_version > before


def test_a_short_part_of_what_is_known_is_drawn_as_well_as_all_of_it() -> None:
    timeline = counted(*range(0, 1_000, 2))
    short = text(timeline, 10, 500_000, 510_000)
    assert [cell != " " for cell in short] == [True, False] * 5
    assert " " not in text(timeline, 10, 0, 1_000_000)
