"""Histories: what is kept of a turn, what comes back, and who may have it."""

import json
import re
import stat
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from index.document import Document
from tests.ui.library import DOCUMENTS, Library
from tests.ui.test_conversation import QUESTION, written_turn
from tests.ui.test_render import HOSTILE
from ui import accounts
from ui.accounts import Accounts, Histories, HistoryError
from ui.history import as_text, joined, record_of, turns_of
from ui.render import render_sources
from ui.strings import ENGLISH
from ui.turn import Turn

NOW = datetime(2024, 5, 31, 12, 0, tzinfo=UTC)


def record(**more: Any) -> dict[str, Any]:
    made = record_of(replace(written_turn(), asked_as="What was meant?"), ENGLISH, NOW)
    return {**json.loads(json.dumps(made)), **more}


def test_what_is_kept_comes_back_with_its_quotes_looked_up() -> None:
    (turn,) = turns_of([record()], Library().document)
    before = written_turn()
    assert (turn.question, turn.asked_as, turn.settled) == (QUESTION, "What was meant?", True)
    assert turn.answer
    assert turn.written
    assert before.answer
    assert before.written
    assert turn.answer.statements == before.answer.statements
    assert turn.answer.citations == before.answer.citations
    assert turn.written.removed == before.written.removed
    for passage in turn.answer.passages:
        text = next(document.text for document in DOCUMENTS if document.id == passage.document)
        assert text[passage.start : passage.end] == passage.text
    assert render_sources([turn], ENGLISH).count("<mark>") == 3


def test_a_quote_that_is_no_longer_there_is_no_longer_exact() -> None:
    def changed(id: str) -> Document | None:
        found = Library().document(id)
        return found and replace(found, text="x" + found.text)

    for document in (changed, lambda id: None):
        (turn,) = turns_of([record()], document)
        assert {citation.status for citation in turn.citations} == {"unverified"}
        html = render_sources([turn], ENGLISH)
        assert "<mark>" not in html
        assert ENGLISH.exact not in html


@pytest.mark.parametrize(
    "sent",
    [
        None, 7, "x", {}, [None], [7], [[]], [{}], [{"version": 1}], [record(version=2)], [record(question=7)],
        [record(answer=None)], [record(answer={"text": "x"})], [record(asked_as=7)],
        [record(answer={**record()["answer"], "citations": "x"})],
    ],
)  # fmt: skip
def test_what_is_no_record_is_left_out(sent: object) -> None:
    assert turns_of(sent, Library().document) == ()


def test_a_browser_cannot_make_a_quote_exact() -> None:
    sent = record()
    for citation in sent["answer"]["citations"]:
        citation.update(quote="Never written.", start=0, end=14, status="exact")
    (turn,) = turns_of([sent], Library().document)
    assert turn.answer
    assert {citation.status for citation in turn.answer.citations} == {"unverified"}


def test_a_turn_as_text_has_the_place_of_every_quote() -> None:
    text = as_text(replace(written_turn(), asked_as="What was meant?"), ENGLISH)
    assert text.startswith(f"## {QUESTION}\n\nAsked as: What was meant?\n")
    for citation in written_turn().citations:
        assert f"\n> {citation.quote}\n" in text
        place = f"characters {citation.start}–{citation.end})"
        assert re.search(
            rf"\\\[{citation.number}\\\] {citation.title} \({citation.document}, .*{re.escape(place)}", text
        )
    assert r"~~Peru has \<b\>31.4\</b\> million inhabitants.~~ (the sources have another number)" in text


@pytest.mark.parametrize("hostile", [*HOSTILE, "# heading", "- item", "1. item", "a\n# b", "~~x~~", "|a|b|"])
def test_nothing_of_a_text_is_markup_in_a_history(hostile: str) -> None:
    text = as_text(Turn(1, hostile, problem=None, answer=replace(Library().ask("Who won?"), text=hostile)), ENGLISH)
    body = text.removeprefix("## ")
    for sign in "<>#*`[]|~_":
        assert all(body[at - 1] == "\\" for at, char in enumerate(body) if char == sign), (sign, text)


def test_histories_are_kept_apart_whole_and_closed(tmp_path: Path) -> None:
    histories = Histories(tmp_path / "kept" / "histories")
    assert histories.of("ana") == []
    histories.add("ana", record(question="A"))
    histories.add("../../etc/passwd", record(question="B"))
    histories.add("ana", record(question="C"))
    assert [kept["question"] for kept in histories.of("ana")] == ["A", "C"]
    assert [kept["question"] for kept in histories.of("../../etc/passwd")] == ["B"]
    files = list((tmp_path / "kept" / "histories").iterdir())
    assert len(files) == 2
    assert all(len(file.stem) == 64 and stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    assert stat.S_IMODE((tmp_path / "kept" / "histories").stat().st_mode) == 0o700
    histories.delete("ana")
    histories.delete("ana")
    assert (histories.of("ana"), len(histories.of("../../etc/passwd"))) == ([], 1)
    assert joined(histories.of("../../etc/passwd")).startswith("## ")


def test_a_history_has_a_largest_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    histories = Histories(tmp_path)
    for number in range(45):
        histories.add("ana", record(question=str(number)))
    assert [kept["question"] for kept in histories.of("ana")] == [str(number) for number in range(5, 45)]
    monkeypatch.setattr(accounts, "LARGEST", 20_000)
    histories.add("ana", record(question="last"))
    kept = histories.of("ana")
    assert kept[-1]["question"] == "last"
    assert 0 < len(kept) < 10
    assert all(file.stat().st_size <= 20_000 for file in tmp_path.iterdir())


def test_turns_that_are_kept_at_once_are_all_kept(tmp_path: Path) -> None:
    histories = Histories(tmp_path)
    threads = [threading.Thread(target=histories.add, args=("ana", record(question=str(n)))) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(kept["question"] for kept in histories.of("ana")) == sorted(map(str, range(12)))
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith("part-")] == []


def test_a_damaged_history_says_so_and_stops_no_answer(tmp_path: Path) -> None:
    histories = Histories(tmp_path)
    histories.add("ana", record())
    (file,) = tmp_path.iterdir()
    file.write_text("{")
    with pytest.raises(HistoryError, match="cannot be read"):
        histories.of("ana")
    signed_in = Accounts("X-Remote-User", histories)
    assert signed_in.kept("ana") == []
    signed_in.keep("ana", record())


def test_a_history_that_cannot_be_written_stops_no_answer(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    histories = Histories(tmp_path / "file" / "below")
    with pytest.raises(HistoryError, match="cannot be"):
        histories.add("ana", record())
    Accounts("X-Remote-User", histories).keep("ana", record())


@pytest.mark.parametrize(
    ("headers", "user"),
    [
        ([], None),
        ([("X-Remote-User", "ana")], "ana"),
        ([("x-remote-user", " ana ")], "ana"),
        ([("x-remote-user", "")], None),
        ([("x-remote-user", "a" * 400)], None),
        ([("x-remote-users", "ana")], None),
        ([("x-remote-user", "زينب".encode().decode("latin-1"))], "زينب"),
    ],
)
def test_who_is_signed_in(tmp_path: Path, headers: list[tuple[str, str]], user: str | None) -> None:
    assert Accounts("X-Remote-User", Histories(tmp_path)).user(headers) == user


def test_nobody_is_signed_in_twice(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="just one"):
        Accounts("X-Remote-User", Histories(tmp_path)).user([("X-Remote-User", "ana"), ("x-remote-user", "root")])


@pytest.mark.parametrize("header", ["", "X Remote", "X-Remote-User\r\nX", "x" * 200])
def test_a_header_has_a_name(tmp_path: Path, header: str) -> None:
    with pytest.raises(HistoryError, match="no name of a header"):
        Accounts(header, Histories(tmp_path))
