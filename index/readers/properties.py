"""What a document's properties say of it, as far as they can be believed: programs fill them in on their own."""

import re
import unicodedata
from collections import Counter
from datetime import date

_LONGEST_TITLE, _LONGEST_NAME = 200, 200  # characters; what is longer is a paragraph
_NO_TITLE = re.compile(
    r"microsoft (?:office )?(?:word|powerpoint|excel)\b.*|.*\bpowerpoint\b.*|(?:word|office) document"
    r"|(?:untitled|unnamed|sans titre|sans nom|sin título|unbenannt|senza titolo|sem título|بدون عنوان|title|titre"
    r"|título|titel|titolo|العنوان)\W*\d*"
    r"|(?:document|dokument|documento|doc|presentation|présentation|presentación|präsentation|presentazione|slide"
    r"|diapositive|diapositiva|folie|book|classeur|page|مستند|عرض تقديمي|شريحة)\W*\d*"
    r"|(?:click|cliquez|haga clic|انقر)\b.*",
    re.IGNORECASE,
)
_FILE_NAME = re.compile(
    r".*\.(?:docx?|docm|dotx?|rtf|od[tpsg]|pptx?|pptm|potx?|xlsx?|pdf|txt|html?|xhtml|epub|indd|tex|pages|wpd|csv|md)"
    r"|\S*[_\\]\S*|[a-z]:\\.*|\S*\d\S*",
    re.IGNORECASE,
)
_NO_NAME = frozenset(
    "admin|administrator|administrateur|author|auteur|user|utilisateur|usuario|owner|unknown|inconnu|anonymous"
    "|windows user|microsoft office user|python-docx|python-pptx|openpyxl|calibre|apache poi|مستخدم|-".split("|")
)
_LANGUAGE = re.compile(r"([a-zA-Z]{2,3})(?:[-_].*)?")
_THREE_LETTERS = (
    "ara ar ben bn bul bg ces cs cze cs chi zh zho zh cat ca dan da deu de ger de dut nl nld nl ell el gre el eng en "
    "est et fas fa per fa fin fi fra fr fre fr heb he hin hi hrv hr hun hu ind id ita it jpn ja kor ko lav lv lit lt "
    "msa ms may ms nob nb nno nn nor no pol pl por pt ron ro rum ro rus ru slk sk slo sk slv sl spa es srp sr swa sw "
    "swe sv tam ta tel te tha th tur tr ukr uk urd ur vie vi"
).split()
_TWO_LETTERS = dict(zip(_THREE_LETTERS[::2], _THREE_LETTERS[1::2], strict=True))
_RTL = frozenset("ar arc ckb dv fa he ks ku ps sd ug ur yi".split())
_SAMPLE = 5000  # characters in which the direction of a text is looked for
_DAY = re.compile(r"\s*(\d{4})-(\d\d)-(\d\d)(?!\d)")
# Where clocks begin: a program that knew no date wrote the first one that its format can hold.
_NO_DAYS = frozenset((date(1, 1, 1), date(1601, 1, 1), date(1899, 12, 30), date(1970, 1, 1), date(1980, 1, 1)))


def title(text: str | None) -> str | None:
    """`text` in one line where a person may have written it as a title, else None."""
    words = short(text, _LONGEST_TITLE)
    if words is None or _NO_TITLE.fullmatch(words) or _FILE_NAME.fullmatch(words):
        return None
    return words


def short(text: str | None, longest: int = _LONGEST_TITLE) -> str | None:
    """`text` in one line where it has two letters or more and at most `longest` characters, else None."""
    words = " ".join((text or "").split())
    return words if len(words) <= longest and sum(map(str.isalpha, words)) > 1 else None


def language(tag: str | None) -> str | None:
    """ISO 639-1 of a language tag ("fr-FR", "fra"), else None."""
    match = _LANGUAGE.fullmatch((tag or "").strip())
    if match is None:
        return None
    code = match[1].lower()
    return _TWO_LETTERS.get(code) if len(code) == 3 else code


def fitting(language: str | None, text: str) -> str | None:
    """`language` unless `text` is written in the other direction: then it is what the program was set to."""
    return language if any(map(str.isalpha, text[:_SAMPLE])) and is_rtl(text) == (language in _RTL) else None


def is_rtl(text: str) -> bool:
    """Whether most letters of `text` are written from right to left."""
    directions = [unicodedata.bidirectional(c) for c in text[:_SAMPLE]]
    return sum(direction in ("R", "AL") for direction in directions) > directions.count("L")


def most_used(counted: Counter[str | None]) -> str | None:
    """The language of more than half of the characters counted, else None."""
    found, characters = max(counted.items(), key=lambda item: item[1], default=(None, 0))
    return found if characters * 2 > counted.total() else None


def day(*moments: str | None) -> str | None:
    """The day of the first of `moments` that names one, ISO 8601, else None."""
    for moment in moments:
        match = _DAY.match(moment or "")
        try:
            found = date(*map(int, match.groups())) if match else None
        except ValueError:  # there is no such day
            continue
        if found is not None and found not in _NO_DAYS:
            return found.isoformat()
    return None


def author(*names: str | None) -> str | None:
    """The names of people among `names`, with commas between, else None."""
    known = (short(name, _LONGEST_NAME) for name in names)
    people = [name for name in known if name and name.lower() not in _NO_NAME]
    return ", ".join(dict.fromkeys(people)) or None
