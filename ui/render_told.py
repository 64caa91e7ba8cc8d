"""What went otherwise than it should, told in the page's words; details that only English has stand after them."""

import json
from html import escape

from rag.question import LONGEST
from rag.remark import Remark
from ui.problems import DETAILED, Problem
from ui.strings import Strings, sentence


def render_remark(remark: Remark, strings: Strings) -> str:
    """A note below an answer in sentences."""
    words = strings.remarks[remark.kind].format(count=remark.count, of=remark.of)
    kind = "note" if remark.kind == "stopped" else "note notice"
    return f'<p class="{kind}">{escape(words)}{_detail(remark.detail)}</p>'


def render_problem(problem: Problem, strings: Strings) -> str:
    """What stands in the place of an answer."""
    words = escape(problem_words(strings)[problem.kind])
    return f'<p class="problem" role="alert">{words}{_detail(problem.detail)}</p>'


def problem_words(strings: Strings) -> dict[str, str]:
    """The page's words for every kind of problem."""
    return {kind: words.format(most=LONGEST) for kind, words in strings.problems.items()}


def problems_json(strings: Strings) -> str:
    """The same for the page's script: by kind the words, and whether the error's own are to stand after them."""
    kinds = {kind: {"words": words, "detailed": kind in DETAILED} for kind, words in problem_words(strings).items()}
    return json.dumps(kinds, ensure_ascii=False)


def _detail(detail: str) -> str:
    return f' <span class="detail" lang="en" dir="ltr">{escape(sentence(detail))}</span>' if detail else ""
