"""What a local model may write at all, as a grammar (GBNF): sentences with markers, or that no source answers."""

import json

MOST_SENTENCES = 4
_MOST_MARKERS = 2  # a sentence
_LEAST_WORDS = 4  # a sentence: "18" answers a question and says nothing that a source could bear out
_WITHOUT_SPACES = ("ja", "km", "lo", "my", "th", "zh")
_ENDS = ".!?؟۔。！？।"
# Brackets, tags, tables, emphasis and code have no place in a sentence.
_NO_WORD = r"\[\]<>{}|*`#\\\n\r\t【】［］ "


def answer_grammar(sources: int, nothing: str, language: str = "und") -> str:
    """One to four sentences, each ending in markers numbered 1 to `sources`, or the word `nothing` alone.

    A sentence has four words at least, unless the `language` (ISO 639-1) has no spaces between them. A full stop ends
    it, but before a digit and after three signs at most, as in "3.5", "Dr.", "12." and "U.S."; so it names no page.
    """
    least = 0 if language in _WITHOUT_SPACES else _LEAST_WORDS - 1
    numbers = " | ".join(json.dumps(f"[{number}]") for number in range(1, sources + 1))
    return "\n".join(
        [
            f"root ::= {json.dumps(nothing, ensure_ascii=False)} | sentence{{1,{MOST_SENTENCES}}}",
            f'sentence ::= word (" " word){{{least},}} [{_ENDS}]? " "? marker{{1,{_MOST_MARKERS}}} [{_ENDS}]? " "?',
            'word ::= sign+ ("." [0-9] sign*)* | sign{1,3} "." | (sign "."){2,}',
            f"sign ::= [^{_ENDS}{_NO_WORD}]",
            f"marker ::= {numbers}",
        ]
    )
