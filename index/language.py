"""The language of a text.

A script of its own names the language outright. Among languages that share a script the commonest little words decide:
on questions of five words they are right more often than letter statistics, and they need no model. Only where they say
nothing, or disagree, is a statistical model asked.
"""

import re
import unicodedata
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lingua import LanguageDetector

_HEAD = 2000  # characters of a text that are looked at, and as many again from its middle
_MOSTLY = 9  # times as many Latin letters as others: the others are names or examples
_LONG, _FEW = 20, 0.1  # a text of so many words has little words for more than this share, in any language known here
_SHORT = 3  # words; of fewer, without a little word, letter statistics are a throw of dice
_WORD = re.compile(r"[^\W\d_]+(?:[\u0300-\u036f\u064b-\u0652\u0900-\u0963]+[^\W\d_]*)*")
_KANA = re.compile("[\u3040-\u30ff]")

# Scripts that one language, or one far ahead of the others, is written in: first and last letter.
_SCRIPTS = (
    ("el", "\u0370\u03ff"),
    ("el", "\u1f00\u1fff"),
    ("hy", "\u0530\u058f"),
    ("he", "\u0590\u05ff"),
    ("bn", "\u0980\u09ff"),
    ("pa", "\u0a00\u0a7f"),
    ("gu", "\u0a80\u0aff"),
    ("or", "\u0b00\u0b7f"),
    ("ta", "\u0b80\u0bff"),
    ("te", "\u0c00\u0c7f"),
    ("kn", "\u0c80\u0cff"),
    ("ml", "\u0d00\u0d7f"),
    ("si", "\u0d80\u0dff"),
    ("th", "\u0e00\u0e7f"),
    ("lo", "\u0e80\u0eff"),
    ("bo", "\u0f00\u0fff"),
    ("my", "\u1000\u109f"),
    ("ka", "\u10a0\u10ff"),
    ("ko", "\u1100\u11ff"),
    ("am", "\u1200\u137f"),
    ("km", "\u1780\u17ff"),
    ("mn", "\u1800\u18af"),
    ("ja", "\u3040\u30ff"),
    ("ko", "\u3130\u318f"),
    ("zh", "\u3400\u4dbf"),
    ("zh", "\u4e00\u9fff"),
    ("ko", "\uac00\ud7af"),
    ("zh", "\U00020000\U0003ffff"),
    ("Arab", "\u0600\u06ff"),
    ("Arab", "\u0750\u077f"),
    ("Arab", "\ufb50\ufdff"),
    ("Arab", "\ufe70\ufefc"),
    ("Cyrl", "\u0400\u052f"),
    ("Deva", "\u0900\u097f"),
)
# Letters that only one of the languages of a shared script has, or nearly.
_TELLING = {
    "Arab": (("ur", "ٹڈڑںےھہۓ"), ("fa", "پچژگکی")),
    "Cyrl": (("uk", "іїєґ"), ("be", "ў"), ("sr", "ђјљњћџ"), ("mk", "ѓќѕ"), ("ru", "ыэё"), ("bg", "ъ")),
    "Deva": (("mr", "ळ"), ("hi", "क़ख़ग़ज़ड़ढ़फ़")),
}
# The commonest little words, those that questions are made of among them.
_WORDS = {
    "en": "the of and to in is a was for that on are with as it by who what when where which how why did does "
    "do has have had were many much from at an there be or not this his her their can will would between "
    "about into you your i",
    "fr": "le la les de des du et en un une est l d qu que qui quel quelle quels quelles où quand comment "
    "pourquoi combien dans par pour sur au aux a il elle se ce ces cette son sa ses ne pas plus avec "
    "était sont été ont fut quoi leur leurs entre ou mais à je vous nous",
    "es": "el la los las de del y en un una es que qué quién quiénes cuál cuáles cuándo cuánto cuántos cuántas "
    "dónde cómo por para con se su sus al fue era ha no más lo como entre son está tiene hay este esta "
    "cuanta quien cual donde cuando",
    "pt": "o a os as de do da dos das e em no na nos nas um uma é que quem qual quais quando quanto quantos "
    "quantas onde como por para com se seu sua ao à foi era não mais são tem está pelo pela ou entre há "
    "você",
    "it": "il lo la i gli le di del della dei delle dello e in un una è che chi qual quale quali quando quanto "
    "quanti quante dove come perché per con si suo sua al alla da dal dalla nel nella fu era non più sono "
    "ha cosa cos dell nell sull tra",
    "ca": "el la els les de del dels i en un una és que què qui quin quina quins quines quan quant on com per "
    "amb es seu seva al als va era no més són té hi ha l d",
    "ro": "și în de la a al ale cu pe o un este e sunt care ce cine când cât câți câte unde cum pentru din nu "
    "mai se fost lui prin că sau are numește află dintre cel cea",
    "de": "der die das den dem des und in ist ein eine einer eines einem einen zu von mit im auf für nicht wer "
    "was wann wo wie warum welche welcher welches welchen wurde war waren sind hat sich auch es als an "
    "bei aus nach viele viel wird gibt zum zur oder er sie man am vom durch",
    "nl": "de het een en van in is op te dat die voor met zijn aan niet wie wat wanneer waar hoe waarom welke "
    "welk werd was waren heeft ook er door als bij naar uit hoeveel om of maar ze hij wordt worden men",
    "sv": "och i att det som en ett på är av för med den till var vem vad när hur varför vilken vilket vilka om "
    "från har inte de sig kan många mycket heter finns ligger skrev eller hade där blev år",
    "da": "og i at det som en et på er af for med den til var hvem hvad hvornår hvor hvordan hvorfor hvilken "
    "hvilket hvilke om fra har ikke de sig kan mange meget hedder ligger blev eller havde skrev år",
    "no": "og i å det som en et ei på er av for med den til var hvem hva når hvor hvordan hvorfor hvilken "
    "hvilket hvilke om fra har ikke de seg kan mange mye heter ligger ble eller hadde skrev år",
    "pl": "w i z na do się jest nie że to o od po za jak kto co kiedy gdzie dlaczego ile jaki jaka jakie który "
    "która które był była było są dla przez oraz czy ilu co kim ma czym tym roku",
    "cs": "a v na je se z do že to o od po za jak kdo co kdy kde proč kolik jaký jaká jaké který která které "
    "byl byla bylo jsou pro přes nebo ve ze má roku kterým",
    "tr": "ve bir bu da de ne nedir kim kimdir nerede neresidir nasıl neden kaç hangi için ile olan olarak mi "
    "mı mu mü zaman kadar çok var daha ilk en adı nüfusu neresi kime niçin",
    "vi": "là của và có ở được cho trong ai gì nào khi bao nhiêu tại sao các những một với đã không này người "
    "thế đâu như",
    "id": "yang dan di ke dari adalah apa siapa kapan mana bagaimana mengapa berapa dengan untuk pada ini itu "
    "tidak dalam oleh ada sebagai atau akan telah",
    "hu": "a az és hogy nem egy ki mi mikor hol hogyan miért melyik mennyi hány volt van is meg milyen kik ez",
    "fi": "ja on ei että oli mikä kuka milloin missä miten miksi kuinka mitä se joka ovat ole kun monta paljon",
    "ru": "и в на не с что кто где когда как почему сколько какой какая какие это по к из от за был была было "
    "для о у находится является называется его также году такое такой",
    "uk": "і в у на не з що хто де коли як чому скільки який яка які це по до із від за був була було для про "
    "знаходиться є називається його також році таке такий та",
    "bg": "и в на не се що какво кой коя кое къде кога как защо колко е са за от по да си беше като или към през",
    "ar": "ما ماذا من هو هي متى أين كيف كم لماذا هل في على إلى التي الذي عن أن كان كانت و أي هذا هذه لا بين مع اين الى",
    "fa": "چه کی کجا کجاست چرا چگونه چند چیست کیست است در از به را که این آن با برای شد می بود و کدام یک های",
    "ur": "کیا کون کب کہاں کیوں کیسے کتنے کتنی کتنا ہے ہیں کا کی کے میں سے نے کو پر اور تھا تھے تھی کس یہ",
    "hi": "क्या कौन कब कहाँ कहां क्यों कैसे कितने कितनी कितना है हैं का की के में से ने को पर और था थे थी किस यह किसने हुआ",
    "mr": "काय कोण कधी कुठे का कसे किती आहे आहेत चा ची चे मध्ये ने ला आणि होता होते होती कोणी हा ही हे",
    "ne": "के को कहिले कहाँ किन कसरी कति हो छ छन् मा ले लाई र थियो थिए यो कसले भयो",
}
_LATIN = tuple(language for language, words in _WORDS.items() if "a" <= words[0] < "\u0370")
_SHARED = {"Arab": ("ar", "fa", "ur"), "Cyrl": ("ru", "uk", "bg"), "Deva": ("hi", "mr", "ne")}


def detect(text: str, likely: str | None = None) -> str:
    """The ISO 639-1 code of the language of `text`; `likely`, else "und", where too little stands there to tell."""
    words = _WORD.findall(unicodedata.normalize("NFC", _sample(text)).lower())
    if sum(_weight(word) for word in words) < 2:
        return likely or "und"
    script, own = _main_script(words)
    if script in _TELLING:
        return _by_letters(script, own)
    return script or _by_words(own, likely)


@cache
def little_words(language: str) -> frozenset[str]:
    """The commonest little words of a language, lower case; none of one that is told by its script."""
    return frozenset(_WORDS.get(language, "").split())


def _sample(text: str) -> str:
    if len(text) <= 2 * _HEAD:
        return text
    middle = len(text) // 2
    return text[:_HEAD] + " " + text[middle : middle + _HEAD]


def _main_script(words: list[str]) -> tuple[str, list[str]]:
    """The script of a text ("" for Latin letters and for any that is not known) and its words in that script.

    Names in Latin letters may outweigh the rest of a text in another script; but they bring no little words with them.
    """
    by_script: dict[str, list[str]] = {}
    for word in words:
        by_script.setdefault(_script(word), []).append(word)
    latin = by_script.pop("", [])
    if "ja" in by_script:
        by_script["ja"] += by_script.pop("zh", [])
    if not by_script:
        return "", latin
    script, own = max(by_script.items(), key=lambda item: sum(map(_weight, item[1])))
    more = sum(map(_weight, latin)) / sum(map(_weight, own))
    if more > _MOSTLY or (more > 1 and _votes(latin)):
        return "", latin
    return script, own


def _script(word: str) -> str:
    if word[0] < "\u0370":
        return ""
    found = next((code for code, ends in _SCRIPTS if ends[0] <= word[0] <= ends[1]), "")
    return "ja" if found == "zh" and _KANA.search(word) else found


def _weight(word: str) -> int:
    """Its letters; a Han, kana or Hangul sign says as much as three."""
    return len(word) * (3 if word[0] > "\u3040" else 1)


def _by_letters(script: str, words: list[str]) -> str:
    votes = _votes(words, _SHARED[script])
    for language, letters in _TELLING[script]:
        votes[language] += sum(c in letters for word in words for c in word) / 4
    best, share = max(votes.items(), key=lambda item: item[1], default=("", 0.0))
    return best if share > 0 else _SHARED[script][0]


def _by_words(words: list[str], likely: str | None) -> str:
    """The language with most little words; the model's choice between two of them, or where there are next to none."""
    votes = _votes(words, _LATIN)
    most = max(votes.values(), default=0.0)
    best = [language for language, count in votes.items() if count == most]
    if likely in best:
        return likely or ""
    if len(words) >= _LONG and most < _FEW * len(words):
        best = []
    if len(best) == 1:
        return best[0]
    if not best and len(words) < _SHORT:
        return likely or "und"
    return _by_model(" ".join(words), best) or likely or "und"


def _votes(words: list[str], candidates: tuple[str, ...] = _LATIN) -> dict[str, float]:
    """A vote of each little word for its languages, shared between them."""
    votes: dict[str, float] = defaultdict(float)
    for word in words:
        languages = _languages_of(candidates).get(word, ())
        for language in languages:
            votes[language] += 1 / len(languages)
    return votes


@cache
def _languages_of(candidates: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for language in candidates:
        for word in _WORDS[language].split():
            found.setdefault(word, []).append(language)
    return found


def _by_model(text: str, among: list[str]) -> str | None:
    for confidence in _detector().compute_language_confidence_values(text):
        code = confidence.language.iso_code_639_1.name.lower().replace("nb", "no").replace("nn", "no")
        if code in among or (not among and confidence.value > 0):
            return code
    return None


@cache
def _detector() -> "LanguageDetector":
    from lingua import LanguageDetectorBuilder

    return LanguageDetectorBuilder.from_all_languages().with_low_accuracy_mode().build()
