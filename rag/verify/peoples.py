"""Peoples and countries as adjectives say them, small letters or none: a Malaysian minister is no Indonesian one.

A row holds the beginnings of the words of one people in English, French, Spanish and Arabic, long enough to begin no
other words. What has a capital is a name besides, and compared as one (names.py).
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from index.analysis import fold
from rag.verify.folded import folded
from rag.verify.names import PREFIXES
from rag.verify.source import Source
from rag.verify.verdict import Mismatch

_ROWS = """german|allemand|aleman|المان
greek|grecque|grieg|يونان
egypt|egipci|مصري
english|anglais|ingles|انجليز|انكليز
britis|britanni|britani|بريطان
french|francais|frances|فرنس
spanish|espagnol|espanol|اسبان
italia|italie|ايطال
polish|polonais|polac|بولند
hungar|hongrois|مجري
turkish|turque|turco|تركي
morocc|marocain|marroqui|مغربي
algeri|argelin|جزائر
tunisi|tunecin|تونسي
lebanese|libanais|libanes|لبنان
syrian|syrien|siria|سوري
jordani|اردني
palestin|فلسطين
israel|اسرائيل
iraqi|irakien|iraki|عراقي
iranian|iranien|irani|ايراني
saudi|saoudi|سعودي
yemeni|yemenit|يمني
kuwaiti|koweitien|كويتي
qatari|qatarien|catari|قطري
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
malaysia|malaisien|malasi|ماليز
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
mexica|mexicain|مكسيك
brazil|bresil|brasil|برازيل
argentin|ارجنتين
colombi|كولومبي
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
    """The first people in a statement that none of its sources names, where the best of them names another instead."""
    said = {row for source in sources for text in (source.text, source.title) for row, _ in _peoples(text)}
    own = list(_peoples(statement))
    free = [(row, word) for row, word in _peoples(sources[0].text) if row not in {row for row, _ in own}]
    for row, word in own:
        if row not in said and free and not word[0][0].isupper():
            other, start = free[0][1], sources[0].start
            return [
                Mismatch("name", word[0], other[0], *word.span(), start + other.start(), start + other.end())
            ]  # fmt: skip
    return []


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
