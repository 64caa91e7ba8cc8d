"""Peoples and countries as adjectives say them, small letters or none: a Malaysian minister is no Indonesian one.

A row holds the beginnings of the words of one people in English, French, Spanish and Arabic. What countries are called
is known elsewhere (exonyms.py), and what has a capital is a name besides, and compared as one (names.py).
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from index.analysis import fold
from rag.verify.folded import folded
from rag.verify.names import PREFIXES, found_in, words_of
from rag.verify.source import Source
from rag.verify.verdict import Mismatch

_ROWS = """german|allemand|aleman|المان
greek|grec|grieg|يونان
egypt|egipci|مصري
english|anglais|ingles|انجليز|انكليز
britis|britanni|britani|بريطان
french|francais|frances|فرنس
spanish|espagnol|espanol|اسبان
italia|italie|ايطال
polonais|polac|بولند
hungar|hongrois|húngar
turkish|turc|turque|turqu|تركي
morocc|maroc|marroqui|marruec|مغربي
algeri|argelin|جزائر
tunisi|tunecin|تونسي
lebanese|libanais|libanes|لبنان
syria|syrie|siria|سوري
jordani|اردني
palestin|فلسطين
israel|اسرائيل
iraq|irak|عراقي
iran|ايراني
saudi|saoudi|سعودي
yemeni|yemenit|يمني
kuwait|koweit|كويتي
qatari|qatarien|catari
emirati|اماراتي
sudan|soudan|سوداني
libyan|libyen|libia|ليبي
ethiopi|etiop|اثيوبي
somali|صومالي
senegal|سنغال
kenyan|keniano|kenian|كيني
japan|japon|ياباني
chinese|chinois|chinoise|china|chinos|صيني
indian|indien|هندي
pakistan|باكستان
afghan|afgan|افغان
bangladesh|بنغلاد|بنجلاد
indonesi|اندونيس|إندونيس
malaysia|malaisi|malasi|ماليز
philippin|filipin|فلبين|فيليبين
cambod|camboyan|كمبود
thailand|tailand|thai|تايلاند
vietnam|فيتنام
laotien|laotian|laosian|لاوسي
korean|coreen|corean|كوري
burmese|birman|ميانمار|بورم
singapor|singapur|سنغافور
russian|russe|ruso|rusa|روسي
ukrain|ucrani|اوكران
american|americain|estadouniden|امريك|اميرك
canadi|كندي
mexic|مكسيك
brazil|bresil|brasil|برازيل
argentin|ارجنتين
colombia|colombie|كولومبي
venezue|venezol|فنزويل
peruvian|peruvien|peruan|بيروفي
cuban|cubain|كوبي
australi|استرال
dutch|neerland|holland|holandes|هولند
belgi|belge|belga|بلجيك
swiss|suisse|suiz|سويسر
austri|autrich|نمساو
swedish|suedois|suec|سويدي
norwegi|norvegi|norueg|نرويج
danish|danois|danes|دنمارك|دانمارك
finnish|finland|فنلند
irish|irland|ايرلند
portugue|portugai|برتغال
romanian|roumain|ruman|رومان
bulgar|بلغار
serbi|serbe|صربي
albani|albanai|الباني
europea|europeen|اوروبي|اوربي
african|africain|afric|افريقي
asian|asiati|اسيوي
arabe|arabic|arabs|عربي"""
_WORD = re.compile(r"[^\W\d_]+")
_INFLECTED = 6  # letters after a beginning, at most
# With any other, تركي would begin "focus" and "structure".
_ARABIC_ENDINGS = frozenset(["", *"ه ا ي يا يه ين ون ان ات يون يين يات يان يتين تين ستان".split()])


def other_peoples(statement: str, sources: Sequence[Source]) -> list[Mismatch]:
    """The first people in a statement that none of its sources names, where the best of them names another."""
    texts = [text for source in sources for text in (source.text, source.title)]
    said = {row for text in texts for row, _ in _peoples(text)}
    own = [(row, word) for row, word in _peoples(statement) if not word[0][0].isupper()]
    if not any(row not in {mine for mine, _ in own} for row, _ in _peoples(sources[0].text)):
        return []
    spelt = [word for text in texts for word in words_of(text)]
    other = next((w for row, w in own if row not in said and not found_in(w[0], spelt)), None)
    return [] if other is None else [Mismatch("name", other[0], "", *other.span(), 0, 0)]


def _peoples(text: str) -> Iterator[tuple[int, re.Match[str]]]:
    for match in _WORD.finditer(text):
        row = _row(match[0])
        if row is not None:
            yield row, match


@lru_cache(maxsize=65536)
def _row(word: str) -> int | None:
    plain = fold(folded(word).text.lower())
    arabic = "\u0600" <= plain[:1] <= "\u06ff"
    bare = [plain]
    if arabic:
        bare += [plain[len(p) :] for p in PREFIXES if plain.startswith(p)]
    for spelling in bare:
        for end in range(len(spelling), max(2, len(spelling) - _INFLECTED - 1), -1):
            row = _beginnings().get(spelling[:end])
            if row is not None and (not arabic or spelling[end:] in _ARABIC_ENDINGS):
                return row
    return None


@cache
def _beginnings() -> dict[str, int]:
    return {fold(word): number for number, row in enumerate(_ROWS.splitlines()) for word in row.split("|")}
