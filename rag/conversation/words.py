"""A question as words, and what little words of five languages do in it."""

import re
import unicodedata
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_][\w\u0640\u064b-\u065f\u0670]*")
_POINTS = re.compile(r"[\u0640\u064b-\u065f\u0670]")
_ALEFS = str.maketrans("أإآٱ", "اااا")
_YEAR = re.compile(r"(?:1\d|20|21)\d\d")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: `text[start:end]` but for case, accents of Arabic and forms of alef."""

    plain: str
    start: int
    end: int
    capital: bool
    kind: str = ""  # "day", "month", "year" or "number" where it is one


@dataclass(frozen=True, slots=True)
class Grammar:
    """The little words of a language, as `Word.plain` has them."""

    openers: tuple[tuple[str, ...], ...] = ()  # with which a follow-up goes on; the longest first
    asking: frozenset[str] = frozenset()  # interrogatives
    who: frozenset[str] = frozenset()  # those that ask for a person
    little: frozenset[str] = frozenset()  # what names nothing, beside all the others
    verbs: frozenset[str] = frozenset()  # auxiliaries: a clause that has one is whole
    articles: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()  # within a name or a noun's phrase: of, de
    places: frozenset[str] = frozenset()  # prepositions before a place
    times: frozenset[str] = frozenset()  # prepositions before a time
    subjects: frozenset[str] = frozenset()  # pronouns that a verb follows or, in a question, precedes
    persons: frozenset[str] = frozenset()  # of all the pronouns, those of people alone
    objects: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()  # possessives
    pointing: frozenset[str] = frozenset()  # this, before a noun
    alone: frozenset[str] = frozenset()  # this, by itself
    comparing: frozenset[str] = frozenset()
    addressing: frozenset[str] = frozenset()  # you: who is asked, not what

    def names_nothing(self, plain: str) -> bool:
        """Whether a word is none of a question's own matter."""
        groups = (
            self.little, self.asking, self.verbs, self.articles, self.links, self.places, self.times, self.subjects,
            self.objects, self.owners, self.pointing, self.alone,
        )  # fmt: skip
        return any(plain in words for words in groups)


def words_of(text: str) -> tuple[Word, ...]:
    """The words of a text, in order; what an apostrophe or a hyphen joins is several."""
    return tuple(_word(match) for match in _WORD.finditer(text))


def _word(match: re.Match[str]) -> Word:
    said = match[0]
    plain = _POINTS.sub("", unicodedata.normalize("NFC", said).casefold()).translate(_ALEFS)
    return Word(plain, match.start(), match.end(), said[:1].isupper(), _kind(plain))


def _kind(plain: str) -> str:
    if plain.isdecimal():
        digits = str(int(plain))
        return "year" if _YEAR.fullmatch(digits) else "day" if int(digits) <= 31 else "number"
    if plain in _MONTHS:
        return "month"
    return "day" if plain in ("1er", "1st", "1º") else "number" if plain in _NUMBERS else ""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.translate(_ALEFS).split())


def _openers(phrases: str) -> tuple[tuple[str, ...], ...]:
    found = [tuple(phrase.translate(_ALEFS).split()) for phrase in phrases.split("|")]
    return tuple(sorted(found, key=len, reverse=True))


_MONTHS = _set(
    "january february march april may june july august september october november december "
    "janvier février mars avril mai juin juillet août aout septembre octobre novembre décembre "
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre "
    "januar februar märz mai juni juli august oktober dezember "
    "يناير فبراير شباط مارس آذار أبريل إبريل نيسان مايو أيار يونيو حزيران يوليو تموز أغسطس آب سبتمبر أيلول "
    "أكتوبر نوفمبر ديسمبر"
)
_NUMBERS = _set(
    "two three four five six seven eight nine ten deux trois quatre cinq sept huit neuf dix "
    "dos tres cuatro cinco seis siete ocho nueve diez zwei drei vier fünf sechs sieben acht neun zehn"
)

GRAMMARS = {
    "fr": Grammar(
        openers=_openers(
            "et|mais|ou|alors|et alors|et pour|et donc|qu en est il de|qu en est il des|qu en est il du|"
            "qu en est il pour|et qu en est il de|quid de|quid du|quid des|et quid de|et dans ce cas"
        ),
        asking=_set("qui que quoi qu quel quelle quels quelles quand où ou comment pourquoi combien lequel laquelle "
                    "lesquels lesquelles auquel quid"),
        who=_set("qui"),
        little=_set(
            "et mais donc ne n pas plus non oui se s t c est ce ci là la tout tous toute toutes aussi encore déjà très "
            "si comme car parce dont on nous je j me m au aux avec sans sous par pour contre entre vers selon moment "
            "fois trouve trouvent appelle appellent nomme passe dit dire fait faire va peut peuvent doit doivent sert "
            "quoi juste exactement précisément alors après avant même autre autres lieu"
        ),
        verbs=_set("est sont était étaient été être a ont avait avaient avoir aura fut furent sera seront serait "
                   "faut doit peut va vont fait"),
        articles=_set("le la les l un une des du au aux"),
        links=_set("de d du des"),
        places=_set("à en au aux dans chez sur hors vers"),
        times=_set("en depuis avant après vers dès pendant courant fin début pour de jusqu au"),
        subjects=_set("il elle ils elles"),
        persons=_set("lui"),
        objects=_set("lui eux"),
        owners=_set("son sa ses leur leurs"),
        pointing=_set("ce cet cette ces"),
        alone=_set("cela ça ceci celui celle ceux celles"),
        comparing=_set("plus moins davantage autant mieux pire"),
        addressing=_set("tu te toi vous votre vos ton ta tes"),
    ),
    "en": Grammar(
        openers=_openers(
            "and|but|or|so|then|also|and then|what about|how about|and what about|and how about|and for|and also|"
            "but what about|ok and|okay and"
        ),
        asking=_set("who whom whose what which when where why how"),
        who=_set("who whom"),
        little=_set(
            "and or but so not no yes also too then else there here of to for by with from at as about into onto upon "
            "over under between through than if because many much long often far old exactly just please name one ones "
            "thing things happened happen happens called say says said do mean means all any some most each both other "
            "others same again still now us we i me my our"
        ),
        verbs=_set("is are was were be been being am do does did has have had can could will would shall should may "
                   "might must s re"),
        articles=_set("the a an"),
        links=_set("of the"),
        places=_set("in at on near inside outside from to for"),
        times=_set("in on since before after until during by around for from"),
        subjects=_set("he she it they"),
        persons=_set("he she him his her hers they them"),
        objects=_set("him her it them"),
        owners=_set("his her its their hers theirs"),
        pointing=_set("this that these those"),
        alone=_set("this that these those"),
        comparing=_set("more less fewer higher lower bigger smaller larger longer shorter older newer better worse"),
        addressing=_set("you your yours"),
    ),
    "es": Grammar(
        openers=_openers("y|e|pero|o|entonces|y para|qué hay de|y qué hay de|y qué pasa con|y qué tal"),
        asking=_set("quién quien quiénes quienes qué que cuál cual cuáles cuales cuándo cuando dónde donde adónde cómo "
                    "como cuánto cuanto cuánta cuántos cuantos cuántas cuantas"),
        who=_set("quién quien quiénes quienes"),
        little=_set(
            "y e o pero no sí se me te nos ya también más tan muy si con sin por para según entre contra desde hasta "
            "sobre al del hay había hubo llama llaman llamó hizo hace hacer dice dijo todo toda todos todas mismo "
            "misma otro otra otros otras vez veces porque allí ahí aquí"
        ),
        verbs=_set("es son era eran fue fueron ser sido está están estaba estuvo ha han había haber habrá tiene tienen "
                   "tenía tuvo puede pueden debe deben va van"),
        articles=_set("el la los las un una unos unas al del"),
        links=_set("de del la los las"),
        places=_set("en a desde hacia por"),
        times=_set("en desde antes después hasta durante hacia para de"),
        subjects=_set("él ella ellos ellas"),
        persons=_set("él ella ellos ellas"),
        objects=_set("ello"),
        owners=_set("su sus suyo suya"),
        pointing=_set("este esta estos estas ese esa esos esas aquel aquella aquellos aquellas dicho dicha"),
        alone=_set("eso esto aquello ésta éste ésa ése"),
        comparing=_set("más menos mayor menor mejor peor"),
        addressing=_set("tú usted ustedes tu tus vosotros"),
    ),
    "de": Grammar(
        openers=_openers(
            "und|aber|oder|dann|was ist mit|und was ist mit|wie sieht es aus mit|wie ist es mit|und wie ist es"
        ),
        asking=_set("wer wen wem wessen was wann wo woher wohin warum wieso wie welche welcher welches welchen welchem "
                    "wieviel"),
        who=_set("wer wen wem"),
        little=_set(
            "und oder aber nicht kein auch noch schon sehr so mit ohne von vom zu zum zur bei für gegen um durch über "
            "unter zwischen nach vor seit bis als wenn weil man sich viel viele vielen lange oft alt heißt hieß gibt "
            "gab sagt sagte genau dort da hier"
        ),
        verbs=_set("ist sind war waren sein wird werden wurde wurden worden hat haben hatte hatten kann können konnte "
                   "muss müssen soll darf"),
        articles=_set("der die das den dem des ein eine einen einem einer eines"),
        links=_set("der des von vom für"),
        places=_set("in im aus bei nach an am auf"),
        times=_set("in im seit vor nach bis ab um am"),
        subjects=_set("er"),
        persons=_set("er ihn ihm"),
        objects=_set("ihn ihm"),
        owners=_set("seine seiner seinen seinem seines ihre ihrer ihren ihrem ihres"),
        pointing=_set("dieser diese dieses diesen diesem"),
        alone=_set("davon damit dafür darin daran dazu"),
        comparing=_set("mehr weniger"),
        addressing=_set("du dich dir ihr euch"),
    ),
    "ar": Grammar(
        openers=_openers("و|ماذا عن|و ماذا عن|لكن|لكن ماذا عن|وماذا عن|وماذا بشأن|ثم"),
        asking=_set("ما ماذا من متى اين كيف كم لماذا هل اي اية لمن بماذا ماهي ماهو بكم"),
        who=_set("من لمن"),
        little=_set(
            "في على الى عن مع بين منذ حتى عند لدى قبل بعد خلال ضد حول او ثم قد تم يتم كان كانت يكون تكون ليس لا لم لن "
            "الذي التي الذين اللذان اللتان ان انه انها كل بعض غير فيها فيه منها منه لها له بها به عنها عنه عليها عليه "
            "اليها اليه يوجد توجد هناك عدد اسم تاريخ سنة عام مساحة نسبة عمر طول سبب اسباب اهم اول اخر اكبر اسماء معنى "
            "مكان وقت مقر لقب حجم سعر ايضا"
        ),
        articles=frozenset(),
        links=frozenset(),
        places=_set("في"),
        times=_set("في منذ قبل بعد خلال حتى"),
        subjects=_set("هو هي هم هما هن"),
        pointing=_set("هذا هذه ذلك تلك هؤلاء اولئك"),
        alone=_set("ذلك هذا"),
        comparing=_set("اكثر اقل اكبر اصغر"),
        addressing=_set("انت انتم"),
    ),
}  # fmt: skip
