"""Documents come through a pipe as they were, and nothing else comes through."""

import json
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import Extract, Place, Span, Word
from index.part_frames import FRAMES, pack, unpack
from index.reading import ReadPart, failed
from index.soundness import check

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
RICH = ReadPart(
    "b/ف.pdf",
    "pdf",
    Extract(
        "Über 😀 uns.\n\nZwei.",
        heading="Über",
        noise=(Span(4, 5), Span(6, 7)),
        breaks=(0, 12, 12, 18),
        language="de",
        date="2024-05-31",
        author="Ü. 😀",
        url="https://x.example/?a=1&b",
        groups=("a", "b"),
        places=(Place(0, "page", 1), Place(12, "row", 2, "Blatt"), Place(12, "row", 3, "Blatt")),
        words=(Word(0, 4, 1, (0.1, -2.5, 1e5, 3.0)), Word(5, 6, 1, (0.0, 0.0, 0.0, 0.0))),
    ),
    None,
    "de",
    (Span(0, 11), Span(13, 18)),
)


@pytest.mark.parametrize(
    "part",
    [
        RICH,
        ReadPart("", "plain", Extract(""), None, "und", ()),
        ReadPart("", "plain", Extract("x", groups=()), None, "und", ()),
        failed("a\nb.txt", "zip", "it is 😀"),
        failed("", "", "its format cannot be read"),
    ],
)
def test_there_and_back(part: ReadPart) -> None:
    frames = pack(part)
    assert len(frames) == FRAMES
    assert unpack(frames) == part


@given(WORDS, WORDS, st.lists(st.integers(0, 20), max_size=8), WORDS)
def test_any_text_and_offsets_come_through(name: str, text: str, offsets: list[int], author: str) -> None:
    inside = sorted({min(at, len(text)) for at in offsets})
    spans = tuple(Span(a, b) for a, b in zip(inside[::2], inside[1::2], strict=False))
    extract = Extract(
        text, noise=spans, breaks=tuple(inside), author=author, places=tuple(Place(a, "slide", 1) for a in inside)
    )
    part = ReadPart(name, "pptx", extract, None, "fr", spans)
    assert unpack(pack(part)) == part


def spoiled(**changes: object) -> list[bytes]:
    head, *rest = pack(RICH)
    return [json.dumps(json.loads(head) | changes).encode(), *rest]


FACTS = ["Über", "de", "2024-05-31", "Ü", "https://x.example/"]


@pytest.mark.parametrize(
    "frames",
    [
        spoiled(name=7),
        spoiled(name=None),
        spoiled(name="\ud800"),
        spoiled(format="exe"),
        spoiled(format=["pdf"]),
        spoiled(told="german"),
        spoiled(told=None),
        spoiled(failure="it failed"),
        spoiled(failure=7),
        spoiled(failure=False),
        spoiled(groups="ab"),
        spoiled(groups=[1]),
        spoiled(groups={"a": 1}),
        spoiled(groups=["\udfff"]),
        spoiled(kinds=[]),
        spoiled(kinds=[["page", None]]),
        spoiled(kinds=[["page", None], ["chapter", "x"]]),
        spoiled(kinds=[["page", None], ["row", 7]]),
        spoiled(kinds=[["page", None], [["row"], "x"]]),
        spoiled(kinds=[["page", None], ["row", "Blatt", "x"]]),
        spoiled(facts=FACTS[1:]),
        spoiled(facts=[*FACTS, "x"]),
        spoiled(facts=[7, *FACTS[1:]]),
        spoiled(facts=["\ud800", *FACTS[1:]]),
        spoiled(facts=["H", "deutsch", *FACTS[2:]]),
        spoiled(facts=["H", "de", "soon", *FACTS[3:]]),
        spoiled(facts={"heading": "H"}),
        [b"{}", *pack(RICH)[1:]],
        [b"7", *pack(RICH)[1:]],
        [b"null", *pack(RICH)[1:]],
        [b"", *pack(RICH)[1:]],
        [b"\xff", *pack(RICH)[1:]],
        [b"[" * 100_000, *pack(RICH)[1:]],
        [b"1" * 10_000, *pack(RICH)[1:]],
        pack(RICH)[:-1],
        [*pack(RICH), b""],
        [],
    ],
)
def test_a_header_of_another_kind_is_refused(frames: list[bytes]) -> None:
    with pytest.raises(ValueError):
        unpack(frames)


@pytest.mark.parametrize("at", range(1, FRAMES))
def test_frames_that_are_torn_or_swapped_are_refused(at: int) -> None:
    frames = pack(RICH)
    for spoilt in (frames[at][:-1], frames[at] + b"\xff", frames[at][:-4] + b"\xff\xff\xff\xff", b"\xff" * 8):
        with pytest.raises(ValueError):
            unpack([*frames[:at], spoilt, *frames[at + 1 :]])


@pytest.mark.parametrize("at", [2, 4, 5, 6, 7])
def test_a_number_too_few_is_noticed(at: int) -> None:
    frames = pack(RICH)
    with pytest.raises(ValueError):
        unpack([*frames[:at], frames[at][:-4], *frames[at + 1 :]])


def test_whatever_is_changed_is_refused_or_sound() -> None:
    chance, refused = random.Random(1), 0
    for _ in range(3000):
        frames = [bytearray(frame) for frame in pack(RICH)]
        for _ in range(chance.randint(1, 3)):
            frame = chance.choice([frame for frame in frames if frame])
            frame[chance.randrange(len(frame))] = chance.choice([0, 1, 34, 44, 93, 125, chance.randrange(256)])
        try:
            part = unpack([bytes(frame) for frame in frames])
        except ValueError:
            refused += 1
        else:
            assert part.extract is not None
            check(part.extract, part.sentences)
            pack(part)
    assert refused > 1000


def test_a_failure_has_no_text() -> None:
    head = pack(failed("a", "zip", "no"))[0]
    with pytest.raises(ValueError, match="a failure with a text"):
        unpack([head, *pack(RICH)[1:]])


def test_what_is_too_long_to_be_a_title_is_not_sent() -> None:
    assert RICH.extract is not None
    with pytest.raises(ValueError, match="longer than any title"):
        pack(replace(RICH, extract=replace(RICH.extract, heading="x" * 5_000_000)))
