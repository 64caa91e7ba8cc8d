"""What a local model may write at all, as a grammar (GBNF): sentences with markers, or that no source answers."""

import json

MOST_SENTENCES = 4
_MOST_MARKERS = 2  # a sentence
_LEAST_WORDS = 4  # a sentence: "18" answers a question and says nothing that a source could bear out
_MOST_WORDS = 45
_LONGEST_WORD = 40  # characters
_WITHOUT_SPACES = ("ja", "km", "lo", "my", "th", "zh")
_ENDS = ".!?؟۔。！？।"
# Brackets, tags, tables, emphasis and code have no place in a sentence.
_NO_WORD = r"\[\]<>{}|*`#\\\n\r\t【】［］ "


def answer_grammar(sources: int, nothing: str, language: str = "und") -> str:
    """One to four sentences, each ending in markers numbered 1 to `sources`, or the word `nothing` alone.

    A sentence has four words at least, unless the `language` (ISO 639-1) has no spaces between them. A full stop ends
    it, but before a digit and after three signs at most, as in "3.5", "Dr.", "12." and "U.S."; so it names no page.
    """
    spaced = language not in _WITHOUT_SPACES
    least, longest = (_LEAST_WORDS - 1, _LONGEST_WORD) if spaced else (0, _LONGEST_WORD * 5)
    numbers = " | ".join(json.dumps(f"[{number}]") for number in range(1, sources + 1))
    # As small models write it too: what has no way to end goes on and on.
    none = " | ".join(json.dumps(f"{said}{end}", ensure_ascii=False) for said in _cased(nothing) for end in ("", "."))
    return "\n".join(
        [
            f"root ::= {none} | sentence{{1,{MOST_SENTENCES}}}",
            f'sentence ::= word (" " word){{{least},{_MOST_WORDS}}} [{_ENDS}]? " "? '
            f'marker{{1,{_MOST_MARKERS}}} [{_ENDS}]? " "?',
            f'word ::= sign{{1,{longest}}} ("." [0-9] sign{{0,6}}){{0,2}} | sign{{1,3}} "." | (sign "."){{2,5}}',
            f"sign ::= [^{_ENDS}{_NO_WORD}]",
            f"marker ::= {numbers}",
        ]
    )


def _cased(word: str) -> list[str]:
    return list(dict.fromkeys([word, word.capitalize(), word.lower()]))
