"""Characters of the symbol fonts, which office files store in a private range, as the characters that they show."""

import re

_SYMBOL = (
    "αa βb χc δd εe φf γg ηh ιi ϕj κk λl μm νn οo πp θq ρr σs τt υu ϖv ωw ξx ψy ζz ΑA ΒB ΧC ΔD ΕE ΦF ΓG ΗH ΙI ϑJ ΚK ΛL "
    "ΜM ΝN ΟO ΠP ΘQ ΡR ΣS ΤT ΥU ςV ΩW ΞX ΨY ΖZ ≤\xa3 ∞\xa5 ↔\xab ←\xac ↑\xad →\xae ↓\xaf °\xb0 ±\xb1 ≥\xb3 ×\xb4 ∝\xb5 "
    "∂\xb6 •\xb7 ÷\xb8 ≠\xb9 ≡\xba ≈\xbb …\xbc ⊗\xc4 ⊕\xc5 ∅\xc6 ∩\xc7 ∪\xc8 ⊃\xc9 ⊂\xcc ∈\xce ∉\xcf ∇\xd1 ∏\xd5 √\xd6 "
    "⋅\xd7 ¬\xd8 ∧\xd9 ∨\xda ⇔\xdb ⇐\xdc ⇒\xde ∑\xe5 ∫\xf2"
)
_WINGDINGS = "☺J ☹L ✆) ✉* ●l ■n □o ◆u •\xa7 ←\xdf →\xe0 ↑\xe1 ↓\xe2 ➔\xe8 ✗\xfb ✓\xfc ☒\xfd ☑\xfe ☐\xa8 ☐\x6f"
_MATHEMATICAL = frozenset("+-=<>()[]{}.,:;/|0123456789%!? ")  # the same in the font Symbol as anywhere


def _table(pairs: str) -> dict[str, str]:
    return {chr(0xF000 + ord(pair[1])): pair[0] for pair in pairs.split(" ") if len(pair) == 2}


_SHOWN = {
    "symbol": _table(_SYMBOL) | {chr(0xF000 + ord(c)): c for c in _MATHEMATICAL},
    "wingdings": _table(_WINGDINGS),
}
_PRIVATE = re.compile("[\uf020-\uf0ff]")


def symbols(text: str, font: str | None) -> str:
    """`text` with the private characters of `font` as what they show; those that are not known are ornaments and go."""
    if not _PRIVATE.search(text):
        return text
    shown = _SHOWN.get((font or "").lower(), {})
    return _PRIVATE.sub(lambda match: shown.get(match[0], ""), text)
