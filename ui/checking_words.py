"""The words in which a checked draft is told, in English, French and Arabic. Drafts and documents never pass here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckWords:
    """One language's words for a checked draft. `{...}` are holes that `str.format` fills."""

    language: str  # ISO 639-1
    direction: str  # "ltr" or "rtl"
    heading: str
    summary: str
    findings: str
    no_findings: str
    whole: str
    evidence: str
    nearest: str
    against: str
    in_other_words: str
    stated: str
    found: str
    nothing: str
    line: str
    paragraph: str
    page: str
    sheet: str
    row: str
    characters: str
    comma: str
    colon: str  # before what is said of something
    quotation: str
    reference: str
    leads_to: str
    may_be: str
    score: str
    legend: str
    sentences: dict[str, str]  # by status
    quotations: dict[str, str]
    references: dict[str, str]
    reasons: dict[str, str]
    kinds: dict[str, str]  # of differences
    counted: dict[str, str]  # "sentences", "quotations", "references"


def words_for(language: str) -> CheckWords:
    """The words for a draft in `language`; English where none of ours is its own."""
    return CHECK_WORDS.get(language, CHECK_WORDS["en"])


_ENGLISH = CheckWords(
    language="en",
    direction="ltr",
    heading="Draft checked against the sources",
    summary="{passages} passages searched in {seconds} s",
    findings="What to look at",
    no_findings="Nothing to look at: every claim, quotation and reference was found in the sources.",
    whole="The draft, sentence by sentence",
    evidence="The sources say",
    nearest="The nearest that was found, which does not establish it",
    against="Another source says otherwise",
    in_other_words="Not word for word, but in other words",
    stated="the draft has",
    found="the source has",
    nothing="nothing in its place",
    line="line {number}",
    paragraph="paragraph {number}",
    page="page {number}",
    sheet="sheet {name}",
    row="row {number}",
    characters="characters {start} to {end}",
    comma=", ",
    colon=": ",
    quotation="Quotation",
    reference="Reference",
    leads_to="leads to",
    may_be="may be",
    score="how likely the sources support it: {score}",
    legend="Click a sentence to see what the sources say of it.",
    sentences={
        "quoted": "quoted",
        "supported": "supported",
        "contradicted": "contradicted",
        "unsupported": "not found in the sources",
        "not_checked": "not checked",
    },
    quotations={
        "exact": "exact",
        "variant": "as in the source, but for what quoting allows",
        "altered": "misquoted",
        "not_found": "not found in the sources",
    },
    references={
        "supported": "the cited source says it",
        "elsewhere": "the cited source does not say it, but another does",
        "not_said": "the cited source does not say it",
        "contradicted": "the cited source says otherwise",
        "unknown_source": "this source is not in the index",
        "no_entry": "the draft lists no such source",
        "ambiguous": "it is not clear which document is meant",
        "not_checked": "the source is in the index; there is no claim to check",
    },
    reasons={
        "verbatim": "word for word",
        "variant": "the same but for typography",
        "same_meaning": "the same in other words",
        "another_number": "another number",
        "another_date": "another date",
        "another_name": "another name",
        "another_unit": "another unit",
        "negated": "one says it, the other denies it",
        "figure_not_found": "a figure or date of its own stands in none of what is near",
        "name_not_found": "a name of its own stands in none of what is near",
        "too_unlike": "what is nearest says something else",
        "nothing_near": "nothing speaks to it",
        "no_claim": "no claim",
        "heading": "a heading",
        "table": "a table",
        "quotation": "a quotation, checked as one",
        "note": "a note",
        "bibliography": "the list of sources",
        "question": "a question",
        "greeting": "a greeting",
        "pointer": "a pointer to something else",
        "too_short": "too short to be a claim",
    },
    kinds={
        "number": "number",
        "date": "date",
        "amount": "amount",
        "unit": "unit",
        "name": "name",
        "negation": "negation",
        "words": "words",
    },
    counted={"sentences": "Sentences", "quotations": "Quotations", "references": "References"},
)

_FRENCH = CheckWords(
    language="fr",
    direction="ltr",
    heading="Texte vérifié d’après les sources",
    summary="{passages} passages consultés en {seconds} s",
    findings="À revoir",
    no_findings="Rien à revoir : chaque affirmation, citation et référence a été retrouvée dans les sources.",
    whole="Le texte, phrase par phrase",
    evidence="Les sources disent",
    nearest="Le plus proche de ce qui a été trouvé, qui ne l’établit pas",
    against="Une autre source dit le contraire",
    in_other_words="Pas mot pour mot, mais en d’autres mots",
    stated="le texte porte",
    found="la source porte",
    nothing="rien à cet endroit",
    line="ligne {number}",
    paragraph="paragraphe {number}",
    page="page {number}",
    sheet="feuille {name}",
    row="ligne {number}",
    characters="caractères {start} à {end}",
    comma=", ",
    colon="\u00a0: ",
    quotation="Citation",
    reference="Référence",
    leads_to="renvoie à",
    may_be="peut être",
    score="probabilité que les sources l’appuient : {score}",
    legend="Cliquez sur une phrase pour voir ce qu’en disent les sources.",
    sentences={
        "quoted": "cité mot pour mot",
        "supported": "confirmé",
        "contradicted": "contredit",
        "unsupported": "introuvable dans les sources",
        "not_checked": "non vérifié",
    },
    quotations={
        "exact": "exacte",
        "variant": "conforme, aux libertés permises près",
        "altered": "inexacte",
        "not_found": "introuvable dans les sources",
    },
    references={
        "supported": "la source citée le dit",
        "elsewhere": "la source citée ne le dit pas, mais une autre le dit",
        "not_said": "la source citée ne le dit pas",
        "contradicted": "la source citée dit autre chose",
        "unknown_source": "cette source n’est pas dans l’index",
        "no_entry": "le texte ne mentionne pas cette source dans sa liste",
        "ambiguous": "on ne sait pas quel document est visé",
        "not_checked": "la source est dans l’index ; il n’y a pas d’affirmation à vérifier",
    },
    reasons={
        "verbatim": "mot pour mot",
        "variant": "identique à la typographie près",
        "same_meaning": "la même chose en d’autres mots",
        "another_number": "un autre nombre",
        "another_date": "une autre date",
        "another_name": "un autre nom",
        "another_unit": "une autre unité",
        "negated": "l’un l’affirme, l’autre le nie",
        "figure_not_found": "un de ses chiffres ou une de ses dates ne figure dans rien de proche",
        "name_not_found": "un de ses noms ne figure dans rien de proche",
        "too_unlike": "le plus proche dit autre chose",
        "nothing_near": "rien n’en parle",
        "no_claim": "pas d’affirmation",
        "heading": "un titre",
        "table": "un tableau",
        "quotation": "une citation, vérifiée comme telle",
        "note": "une note",
        "bibliography": "la liste des sources",
        "question": "une question",
        "greeting": "une formule de politesse",
        "pointer": "un renvoi",
        "too_short": "trop court pour être une affirmation",
    },
    kinds={
        "number": "nombre",
        "date": "date",
        "amount": "montant",
        "unit": "unité",
        "name": "nom",
        "negation": "négation",
        "words": "mots",
    },
    counted={"sentences": "Phrases", "quotations": "Citations", "references": "Références"},
)

_ARABIC = CheckWords(
    language="ar",
    direction="rtl",
    heading="نص مُدقَّق على المصادر",
    summary="بُحث في {passages} مقطعًا خلال {seconds} ث",
    findings="ما ينبغي مراجعته",
    no_findings="لا شيء للمراجعة: كل قول واقتباس وإحالة موجود في المصادر.",
    whole="النص جملةً جملة",
    evidence="تقول المصادر",
    nearest="أقرب ما عُثر عليه، وهو لا يثبته",
    against="مصدر آخر يقول خلاف ذلك",
    in_other_words="لا حرفيًا، بل بكلمات أخرى",
    stated="في النص",
    found="في المصدر",
    nothing="لا شيء في موضعه",
    line="السطر {number}",
    paragraph="الفقرة {number}",
    page="الصفحة {number}",
    sheet="الورقة {name}",
    row="الصف {number}",
    characters="الأحرف {start} إلى {end}",
    comma="، ",
    colon=": ",
    quotation="اقتباس",
    reference="إحالة",
    leads_to="تحيل إلى",
    may_be="قد تكون",
    score="احتمال أن تؤيده المصادر: {score}",
    legend="انقر جملة لترى ما تقوله المصادر عنها.",
    sentences={
        "quoted": "مقتبس حرفيًا",
        "supported": "مؤيَّد",
        "contradicted": "تناقضه المصادر",
        "unsupported": "غير موجود في المصادر",
        "not_checked": "لم يُدقَّق",
    },
    quotations={
        "exact": "مطابق",
        "variant": "مطابق عدا ما يجيزه الاقتباس",
        "altered": "محرَّف",
        "not_found": "غير موجود في المصادر",
    },
    references={
        "supported": "المصدر المحال إليه يقول ذلك",
        "elsewhere": "المصدر المحال إليه لا يقول ذلك، لكن مصدرًا آخر يقوله",
        "not_said": "المصدر المحال إليه لا يقول ذلك",
        "contradicted": "المصدر المحال إليه يقول خلاف ذلك",
        "unknown_source": "هذا المصدر ليس في الفهرس",
        "no_entry": "لا يذكر النص هذا المصدر في قائمته",
        "ambiguous": "ليس واضحًا أي وثيقة هي المقصودة",
        "not_checked": "المصدر في الفهرس، ولا قول هنا يُدقَّق",
    },
    reasons={
        "verbatim": "حرفيًا",
        "variant": "نفسه عدا الشكل الطباعي",
        "same_meaning": "المعنى نفسه بكلمات أخرى",
        "another_number": "عدد آخر",
        "another_date": "تاريخ آخر",
        "another_name": "اسم آخر",
        "another_unit": "وحدة أخرى",
        "negated": "أحدهما يثبته والآخر ينفيه",
        "figure_not_found": "فيه رقم أو تاريخ لا يرد في شيء قريب منه",
        "name_not_found": "فيه اسم لا يرد في شيء قريب منه",
        "too_unlike": "أقرب ما عُثر عليه يقول شيئًا آخر",
        "nothing_near": "لا شيء يتناوله",
        "no_claim": "ليس فيه قول",
        "heading": "عنوان",
        "table": "جدول",
        "quotation": "اقتباس دُقِّق بوصفه اقتباسًا",
        "note": "حاشية",
        "bibliography": "قائمة المصادر",
        "question": "سؤال",
        "greeting": "عبارة مجاملة",
        "pointer": "إشارة إلى غيره",
        "too_short": "أقصر من أن يكون قولًا",
    },
    kinds={
        "number": "عدد",
        "date": "تاريخ",
        "amount": "مبلغ",
        "unit": "وحدة",
        "name": "اسم",
        "negation": "نفي",
        "words": "كلمات",
    },
    counted={"sentences": "الجمل", "quotations": "الاقتباسات", "references": "الإحالات"},
)

CHECK_WORDS = {words.language: words for words in (_ENGLISH, _FRENCH, _ARABIC)}
