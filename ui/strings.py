"""The words of the page itself, in English, French and Arabic. Documents and questions never pass through here."""

import re
from dataclasses import dataclass

from index.errors import PinciteError


@dataclass(frozen=True, slots=True)
class Strings:
    """One language's words for the page. `{...}` are holes that `str.format` fills."""

    language: str  # ISO 639-1
    direction: str  # "ltr" or "rtl"
    tagline: str
    documents: str
    languages: str
    welcome: str
    examples: str
    no_documents: str
    question: str
    placeholder: str
    ask: str
    conversation: str
    searching: str
    sources: str
    sources_count: str
    sources_empty: str
    source: str
    back: str
    characters: str
    page: str
    slide: str
    sheet: str
    row: str
    comma: str  # between the parts of a list
    day: str
    first: str  # how the first day of a month is written
    months: tuple[str, ...]
    origin: str
    exact: str
    unverified: str
    unsupported: str
    also: str
    differs: str
    closest: str
    closest_count: str
    closest_note: str
    no_passages: str
    copy: str
    copied: str
    failed: str
    look_in: str
    all_documents: str
    within: str
    clear: str
    language_field: str
    format_field: str
    folder_field: str
    date_field: str
    from_day: str
    to_day: str
    since: str
    until: str
    formats: dict[str, str]  # a format of `index.readers.formats`; one that is missing is written in capitals
    names: dict[str, str]


def choose(accept_language: str) -> Strings:
    """The page's words for a browser's Accept-Language header; English where none of ours is asked for."""
    wanted = []
    for entry in accept_language.split(",")[:20]:
        match = re.fullmatch(r"\s*([A-Za-z]{2,3})(?:-[\w-]*)?\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*", entry)
        if match:
            wanted.append((-float(match[2] or 1), match[1].lower()))
    ordered = [language for weight, language in sorted(wanted, key=lambda pair: pair[0]) if weight < 0]
    return next((STRINGS[language] for language in ordered if language in STRINGS), STRINGS["en"])


def sentence(error: PinciteError) -> str:
    """An error's message as a sentence by itself; the command writes it after the program's name."""
    said = str(error)
    return said[:1].upper() + said[1:] + ("" if said.endswith((".", "!", "?")) else ".")


_CODES = (
    "ar bn bg ca cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv ms nl no pl pt ro ru sk sl sv sw ta te"
    " th tr uk ur vi yo zh und"
).split()


def _names(words: str) -> dict[str, str]:
    return dict(zip(_CODES, words.split("|"), strict=True))


def _formats(words: str) -> dict[str, str]:
    own = dict(zip(("plain", "html", "eml", "msg"), words.split("|"), strict=True))
    return {"markdown": "Markdown", "docx": "Word", "xlsx": "Excel", "pptx": "PowerPoint", **own}


ENGLISH = Strings(
    language="en",
    direction="ltr",
    tagline="Answers from your own documents, in their own words, each quote with the place it stands.",
    documents="Documents: {count}",
    languages="Languages: {names}",
    welcome="Ask in any language. The answer is quoted from the documents, whatever language they are in.",
    examples="For example",
    no_documents="No documents yet: run “pincite sync FOLDER”, then open this page again.",
    question="Your question",
    placeholder="Ask a question",
    ask="Ask",
    conversation="Questions and answers",
    searching="Searching the documents…",
    sources="Sources",
    sources_count="Sources: {count}",
    sources_empty="Each quote will stand here in its passage, with its document and place.",
    source="Source {number}: {title}",
    back="Back to the answer, quote {number}",
    characters="characters {start}–{end}",
    page="page {page}",
    slide="slide {page}",
    sheet="sheet {sheet}",
    row="row {row}",
    comma=", ",
    day="{day} {month} {year}",
    first="1",
    months=tuple("January February March April May June July August September October November December".split()),
    origin="Open the original in a new tab",
    exact="Word for word",
    unverified="Not verified: the quote was not found at this place.",
    unsupported="Not supported by the sources",
    also="Also in:",
    differs="Differs from {marker}: {pairs}",
    closest="Closest passages",
    closest_count="Closest passages: {count}",
    closest_note="None of these answers the question; they are the nearest that was found.",
    no_passages="Nothing near the question was found.",
    copy="Copy quote",
    copied="Copied",
    failed="Something failed on the server; its log says what. Ask again, or restart it.",
    look_in="Look in:",
    all_documents="all documents",
    within="Only in: {choice}",
    clear="Look in all",
    language_field="Language",
    format_field="Kind of file",
    folder_field="Folder",
    date_field="Date",
    from_day="From",
    to_day="To",
    since="since {date}",
    until="until {date}",
    formats=_formats("Text|Web page|E-mail|Outlook e-mail"),
    names=_names(
        "Arabic|Bengali|Bulgarian|Catalan|Czech|Danish|German|Greek|English|Spanish|Estonian|Persian|Finnish|French|"
        "Hebrew|Hindi|Croatian|Hungarian|Indonesian|Italian|Japanese|Korean|Lithuanian|Latvian|Malay|Dutch|Norwegian|"
        "Polish|Portuguese|Romanian|Russian|Slovak|Slovene|Swedish|Swahili|Tamil|Telugu|Thai|Turkish|Ukrainian|Urdu|"
        "Vietnamese|Yoruba|Chinese|language unknown"
    ),
)

FRENCH = Strings(
    language="fr",
    direction="ltr",
    tagline="Des réponses tirées de vos documents, dans leurs propres mots, chaque citation à sa place exacte.",
    documents="Documents : {count}",
    languages="Langues : {names}",
    welcome="Posez votre question dans toute langue : la réponse cite les documents, quelle que soit la leur.",
    examples="Par exemple",
    no_documents="Aucun document pour l’instant : lancez « pincite sync DOSSIER », puis rouvrez cette page.",
    question="Votre question",
    placeholder="Posez une question",
    ask="Demander",
    conversation="Questions et réponses",
    searching="Recherche dans les documents…",
    sources="Sources",
    sources_count="Sources : {count}",
    sources_empty="Chaque citation paraîtra ici dans son passage, avec son document et sa place.",
    source="Source {number} : {title}",
    back="Retour à la réponse, citation {number}",
    characters="caractères {start}–{end}",
    page="page {page}",
    slide="diapositive {page}",
    sheet="feuille {sheet}",
    row="ligne {row}",
    comma=", ",
    day="{day} {month} {year}",
    first="1er",
    months=tuple("janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()),
    origin="Ouvrir l’original dans un nouvel onglet",
    exact="Mot pour mot",
    unverified="Non vérifiée : la citation ne se trouve pas à cette place.",
    unsupported="Non étayé par les sources",
    also="Aussi dans :",
    differs="Diffère de {marker} : {pairs}",
    closest="Passages les plus proches",
    closest_count="Passages les plus proches : {count}",
    closest_note="Aucun ne répond à la question ; ce sont les plus proches que l’on ait trouvés.",
    no_passages="Rien d’approchant n’a été trouvé.",
    copy="Copier la citation",
    copied="Copiée",
    failed="Une erreur s’est produite sur le serveur ; son journal dit laquelle. Réessayez ou relancez-le.",
    look_in="Chercher dans :",
    all_documents="tous les documents",
    within="Seulement dans : {choice}",
    clear="Chercher partout",
    language_field="Langue",
    format_field="Type de fichier",
    folder_field="Dossier",
    date_field="Date",
    from_day="Du",
    to_day="Au",
    since="depuis le {date}",
    until="jusqu’au {date}",
    formats=_formats("Texte|Page web|Courriel|Courriel Outlook"),
    names=_names(
        "arabe|bengali|bulgare|catalan|tchèque|danois|allemand|grec|anglais|espagnol|estonien|persan|finnois|français|"
        "hébreu|hindi|croate|hongrois|indonésien|italien|japonais|coréen|lituanien|letton|malais|néerlandais|norvégien|"
        "polonais|portugais|roumain|russe|slovaque|slovène|suédois|swahili|tamoul|télougou|thaï|turc|ukrainien|ourdou|"
        "vietnamien|yoruba|chinois|langue inconnue"
    ),
)

ARABIC = Strings(
    language="ar",
    direction="rtl",
    tagline="أجوبة من وثائقك بكلماتها هي، ولكلّ اقتباس موضعه الدقيق.",
    documents="الوثائق: {count}",
    languages="اللغات: {names}",
    welcome="اطرح سؤالك بأي لغة: الجواب مقتبس من الوثائق أيًّا كانت لغتها.",
    examples="على سبيل المثال",
    no_documents="لا وثائق بعد: شغّل «pincite sync FOLDER» ثم افتح هذه الصفحة من جديد.",
    question="سؤالك",
    placeholder="اطرح سؤالًا",
    ask="اسأل",
    conversation="الأسئلة والأجوبة",
    searching="جارٍ البحث في الوثائق…",
    sources="المصادر",
    sources_count="المصادر: {count}",
    sources_empty="هنا يظهر كلّ اقتباس ضمن مقطعه، مع وثيقته وموضعه.",
    source="المصدر {number}: {title}",
    back="العودة إلى الجواب، الاقتباس {number}",
    characters="الأحرف {start}–{end}",
    page="الصفحة {page}",
    slide="الشريحة {page}",
    sheet="الورقة {sheet}",
    row="الصف {row}",
    comma="، ",
    day="{day} {month} {year}",
    first="1",
    months=tuple("يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر".split()),
    origin="افتح الأصل في لسان جديد",
    exact="حرفيًّا",
    unverified="غير متحقَّق منه: لم يوجد الاقتباس في هذا الموضع.",
    unsupported="لا تدعمه المصادر",
    also="ورد أيضًا في:",
    differs="يختلف عن {marker}: {pairs}",
    closest="أقرب المقاطع",
    closest_count="أقرب المقاطع: {count}",
    closest_note="لا يجيب أيّ منها عن السؤال، لكنها أقرب ما وُجد.",
    no_passages="لم يوجد ما يقارب السؤال.",
    copy="نسخ الاقتباس",
    copied="نُسخ",
    failed="حدث خطأ في الخادم وسجلّه يبيّنه. أعد المحاولة أو أعد تشغيله.",
    look_in="ابحث في:",
    all_documents="جميع الوثائق",
    within="في هذه فقط: {choice}",
    clear="ابحث في الجميع",
    language_field="اللغة",
    format_field="نوع الملف",
    folder_field="المجلد",
    date_field="التاريخ",
    from_day="من",
    to_day="إلى",
    since="منذ {date}",
    until="حتى {date}",
    formats=_formats("نص|صفحة ويب|بريد إلكتروني|بريد Outlook"),
    names=_names(
        "العربية|البنغالية|البلغارية|الكتالونية|التشيكية|الدنماركية|الألمانية|اليونانية|الإنجليزية|الإسبانية|الإستونية|"
        "الفارسية|الفنلندية|الفرنسية|العبرية|الهندية|الكرواتية|المجرية|الإندونيسية|الإيطالية|اليابانية|الكورية|"
        "الليتوانية|اللاتفية|الملايوية|الهولندية|النرويجية|البولندية|البرتغالية|الرومانية|الروسية|السلوفاكية|السلوفينية|السويدية|"
        "السواحلية|التاميلية|التيلوغوية|التايلاندية|التركية|الأوكرانية|الأردية|الفيتنامية|"
        "اليوروبية|الصينية|لغة غير معروفة"
    ),
)

STRINGS = {strings.language: strings for strings in (ENGLISH, FRENCH, ARABIC)}
