"""Words that count, date, measure or deny, by language (ISO 639-1): folded, lower case, Arabic alefs without signs."""
# ruff: noqa: E501, RUF005 - a row of a table is a line

import re
from functools import cache

# Spelt numbers. One is left out wherever it is an article as well.
_NUMBERS = {
    "en": """2 two|3 three|4 four|5 five|6 six|7 seven|8 eight|9 nine|10 ten|11 eleven|12 twelve dozen|13 thirteen
14 fourteen|15 fifteen|16 sixteen|17 seventeen|18 eighteen|19 nineteen|20 twenty twenties|30 thirty thirties
40 forty forties|50 fifty fifties|60 sixty sixties|70 seventy seventies|80 eighty eighties|90 ninety nineties
100 hundred|1000 thousand|1e6 million|1e9 billion|1e12 trillion""",
    "fr": """2 deux|3 trois|4 quatre|5 cinq|6 six|7 sept|8 huit|9 neuf|10 dix|11 onze|12 douze|13 treize|14 quatorze
15 quinze|16 seize|20 vingt vingts|30 trente|40 quarante|50 cinquante|60 soixante|70 septante|80 octante huitante
90 nonante|100 cent cents|1000 mille|1e6 million millions|1e9 milliard milliards|1e12 billion billions""",
    "es": """2 dos ambos ambas|3 tres|4 cuatro|5 cinco|6 seis|7 siete|8 ocho|9 nueve|10 diez|11 once|12 doce|13 trece
14 catorce|15 quince|16 dieciséis|17 diecisiete|18 dieciocho|19 diecinueve|20 veinte|21 veintiuno veintiún veintiuna
22 veintidós|23 veintitrés|24 veinticuatro|25 veinticinco|26 veintiséis|27 veintisiete|28 veintiocho|29 veintinueve
30 treinta|40 cuarenta|50 cincuenta|60 sesenta|70 setenta|80 ochenta|90 noventa|100 cien ciento|200 doscientos doscientas
300 trescientos trescientas|400 cuatrocientos cuatrocientas|500 quinientos quinientas|600 seiscientos seiscientas
700 setecientos setecientas|800 ochocientos ochocientas|900 novecientos novecientas|1000 mil|1e6 millón millones
1e12 billón billones""",
    "ar": """2 اثنان اثنين اثنتان اثنتين اثنا اثني|3 ثلاث ثلاثه|4 اربع اربعه|5 خمس خمسه|6 ست سته|7 سبع سبعه
8 ثمان ثماني ثمانيه|9 تسع تسعه|10 عشر عشره|20 عشرون عشرين العشرينات العشرينيات عشرينيات|30 ثلاثون ثلاثين الثلاثينات
الثلاثينيات ثلاثينيات|40 اربعون اربعين الاربعينات الاربعينيات اربعينيات|50 خمسون خمسين الخمسينات الخمسينيات خمسينيات
60 ستون ستين الستينات الستينيات ستينيات|70 سبعون سبعين السبعينات السبعينيات سبعينيات|80 ثمانون ثمانين الثمانينات
الثمانينيات ثمانينيات|90 تسعون تسعين التسعينات التسعينيات تسعينيات|100 مئه مائه|200 مئتان مئتين مائتان مائتين مئتي مائتي
300 ثلاثمئه ثلاثمائه|400 اربعمئه اربعمائه|500 خمسمئه خمسمائه|600 ستمئه ستمائه|700 سبعمئه سبعمائه|800 ثمانمئه ثمانمائه
900 تسعمئه تسعمائه|1000 الف الاف الفا|2000 الفان الفين الفي|1e6 مليون ملايين مليونا|2e6 مليونان مليونين مليوني
1e9 مليار مليارات مليارا بليون|2e9 ملياران مليارين ملياري|1e12 تريليون""",
    "de": """2 zwei|3 drei|4 vier|5 fünf|6 sechs|7 sieben|8 acht|9 neun|10 zehn|11 elf|12 zwölf|13 dreizehn|14 vierzehn
15 fünfzehn|16 sechzehn|17 siebzehn|18 achtzehn|19 neunzehn|20 zwanzig|30 dreißig|40 vierzig|50 fünfzig|60 sechzig
70 siebzig|80 achtzig|90 neunzig|100 hundert einhundert|1000 tausend eintausend|1e6 million millionen mio
1e9 milliarde milliarden mrd|1e12 billion billionen""",
    "it": """2 due|3 tre|4 quattro|5 cinque|7 sette|8 otto|9 nove|10 dieci|11 undici|12 dodici|13 tredici|14 quattordici
15 quindici|16 sedici|17 diciassette|18 diciotto|19 diciannove|20 venti|30 trenta|40 quaranta|50 cinquanta|60 sessanta
70 settanta|80 ottanta|90 novanta|100 cento|200 duecento|300 trecento|400 quattrocento|500 cinquecento|600 seicento
700 settecento|800 ottocento|900 novecento|1000 mille|1e6 milione milioni|1e9 miliardo miliardi""",
    "pt": """2 dois duas|3 três|4 quatro|5 cinco|6 seis|7 sete|8 oito|9 nove|10 dez|11 onze|12 doze|13 treze|14 catorze
quatorze|15 quinze|16 dezesseis dezasseis|17 dezessete dezassete|18 dezoito|19 dezenove dezanove|20 vinte|30 trinta
40 quarenta|50 cinquenta|60 sessenta|70 setenta|80 oitenta|90 noventa|100 cem cento|200 duzentos duzentas
300 trezentos trezentas|400 quatrocentos quatrocentas|500 quinhentos quinhentas|600 seiscentos seiscentas|700 setecentos
setecentas|800 oitocentos oitocentas|900 novecentos novecentas|1000 mil|1e6 milhão milhões|1e9 bilhão bilhões bilião""",
}
_TENS = {2: "zwanzig", 3: "dreißig", 4: "vierzig", 5: "fünfzig", 6: "sechzig", 7: "siebzig", 8: "achtzig", 9: "neunzig"}
_ONES = dict(enumerate("ein zwei drei vier fünf sechs sieben acht neun".split(), 1))
_ITALIAN = "uno due tre quattro cinque sei sette otto nove".split()
_JOINING = {"en": "and", "fr": "et", "es": "y", "it": "e", "pt": "e", "de": "und"}
_ONE = frozenset("one un une uno una um uma ein eine einer واحد واحده واحدا".split())
_ORDINALS = {
    "en": "3 third|4 fourth|5 fifth|6 sixth|7 seventh|8 eighth|9 ninth|10 tenth|11 eleventh|12 twelfth|13 thirteenth"
    "|14 fourteenth|15 fifteenth|16 sixteenth|17 seventeenth|18 eighteenth|19 nineteenth|20 twentieth|21 twenty-first"
    "|2 second twice double|3 thrice triple",
    "fr": "2 deuxième second seconde double|3 troisième triple|4 quatrième|5 cinquième|6 sixième|7 septième|8 huitième"
    "|9 neuvième|10 dixième dizaine|12 douzième douzaine|15 quinzième quinzaine|20 vingtième vingtaine|100 centaine|30 trentaine"
    "|50 cinquantaine|40 quarantaine",
    "es": "2 segundo segunda doble|3 tercero tercera tercer triple|4 cuarto cuarta|5 quinto quinta|6 sexto sexta"
    "|7 séptimo séptima|8 octavo octava|9 noveno novena|10 décimo décima decena",
    "ar": "2 الثاني الثانيه ثاني مرتين ضعف|3 الثالث الثالثه ثالث|4 الرابع الرابعه رابع|5 الخامس الخامسه خامس"
    "|6 السادس السادسه سادس|7 السابع السابعه|8 الثامن الثامنه|9 التاسع التاسعه|10 العاشر العاشره|20 العشرين العشرون",
    "de": "2 zweite zweiten zweiter|3 dritte dritten dritter|4 vierte vierten|5 fünfte fünften|6 sechste sechsten|12 zwölften"
    "|7 siebte siebten|8 achte achten|9 neunte neunten|10 zehnte zehnten",
    "it": "2 secondo seconda|3 terzo terza|4 quarto quarta|5 quinto quinta|6 sesto sesta|7 settimo|8 ottavo|9 nono"
    "|10 decimo|12 dodicesimo",
    "pt": "2 segundo segunda|3 terceiro terceira|4 quarto quarta|5 quinto quinta|6 sexto sexta|7 sétimo|8 oitavo|9 nono"
    "|10 décimo|12 doze",
}
# The first letters of abbreviated ones stand for all that a month is called, in any language: few words are anything else.
_MONTHS = """january jan janvier janv enero ene januar jänner gennaio janeiro يناير جانفي
february feb février févr febrero februar febbraio fevereiro فبراير شباط فيفري
march mar mars marzo märz março مارس اذار|april apr avril avr abril abr aprile ابريل نيسان افريل
may mai mayo maggio maio مايو ايار ماي|june jun juin junio juni giugno junho يونيو حزيران جوان يونيه
july jul juillet juil julio juli luglio julho يوليو تموز جويليه يوليه|august aug août agosto اغسطس اب اوت
september sep sept septembre septiembre setiembre settembre setembro سبتمبر ايلول شتنبر
october oct octobre octubre oktober okt ottobre outubro اكتوبر
november nov novembre noviembre novembro نوفمبر نونبر
december dec décembre déc diciembre dic dezember dez dicembre dezembro ديسمبر دجنبر"""
MAYBE_MONTHS = frozenset(
    "may mar march mars sep sept dic ene abr jan jun jul nov dec dez oct okt aug feb apr مارس اب ماي".split()
)

_UNITS = """% % percent pourcent prozent percento pct
EUR € euro euros eur يورو|USD $ dollar dollars dólar dólares dollari us$ usd دولار دولارا دولارات
GBP £ pound pounds gbp جنيه جنيها استرليني|JPY ¥ yen yens ين|CHF chf franken|MAD mad dirham dirhams درهم درهما دراهم
TND tnd dinar dinars دينار دينارا دنانير|SAR riyal riyals rial ريال ريالا|INR rupee rupees roupies ₹ روبيه
franc franc francs فرنك فرنكا
km km kilometre kilometres kilometer kilometers kilomètre kilomètres kilómetro kilómetros quilómetros quilômetros chilometri كيلومتر
كيلومترا كيلومترات كم|mi mile miles mille milles millas meilen miglia ميل ميلا اميال
km2 km² km2|m m metre metres meter meters mètre mètres metro metros metri متر مترا امتار
cm cm centimetre centimetres centimeters centimètres centímetros zentimeter سنتيمتر سم|mm mm مم ملم مليمتر مليمترا millimetres millimeters millimètres milímetros
kg kg kilogram kilograms kilogrammes kilos kilogramos كيلوغرام كيلوغراما كغ كيلو|g gram grams grammes gramos gramm grammi غرام غراما
t tonne tonnes tons ton toneladas tonnen tonnellate طن طنا اطنان
ha ha hectare hectares hectáreas hektar ettari هكتار هكتارا هكتارات|l litre litres liter liters litros litri لتر لترا
year year years an ans année années año años jahr jahre jahren anni anno ano anos سنه سنوات عام عاما اعوام عامين سنتين سنين
month month months mois mes meses monat monate monaten mesi mese mês شهر شهرا اشهر شهور شهرين
week week weeks semaine semaines semana semanas woche wochen settimane اسبوع اسبوعا اسابيع اسبوعين
day day days jour jours día días tag tage tagen giorni giorno dia dias يوم يوما ايام يومين
hour hour hours heure heures hora horas stunde stunden ore ora ساعه ساعات ساعتين
minute minute minutes minuto minutos minuten minuti دقيقه دقائق
second seconds secondes segundos sekunden secondi ثانيه ثواني ثوان
century century centuries siècle siècles siglo siglos قرن القرن قرون jahrhundert jahrhunderts secolo secoli século séculos
°C °c celsius|kWh kwh|MW mw megawatts mégawatts megavatios ميغاواط ميجاوات|kW kw"""
_WEEKDAYS = """monday tuesday wednesday thursday friday saturday sunday lundi mardi mercredi jeudi vendredi samedi dimanche
lunes martes miércoles jueves viernes sábado domingo montag dienstag mittwoch donnerstag freitag samstag sonntag"""
WEEKDAYS = frozenset(_WEEKDAYS.split()) | {f"{day}s" for day in _WEEKDAYS.split()}
# What may stand between a number and its unit.
SUFFIXES = frozenset("th st nd rd e er ème eme è º ª o a".split())
BETWEEN = frozenset("de d des of di من".split())
CURRENCIES = frozenset("EUR USD GBP JPY CHF MAD TND SAR INR franc".split())
PERCENT_PAIRS = frozenset(
    [("per", "cent"), ("pour", "cent"), ("por", "ciento"), ("por", "cento"), ("per", "cento"), ("في", "المئه")]
    + [("في", "المائه"), ("في", "مئه")]
)
PERCENTS = frozenset("بالمئه بالمائه".split())

NEGATIONS = {
    "en": "not never no nor neither none nobody nothing cannot nowhere",
    "fr": "pas jamais ni aucun aucune rien nullement guère non",
    "es": "no nunca jamás ni ningún ninguna ninguno nada nadie tampoco",
    "ar": "لا لم لن ليس ليست ليسوا لست ولا ولم ولن وليس وليست فلا فلم فلن",
    "de": "nicht nie niemals kein keine keinen keinem keiner keines weder nichts niemand",
    "it": "non mai né nessun nessuno nessuna niente nulla neanche",
    "pt": "não nunca jamais nem nenhum nenhuma nada ninguém",
    "nl": "niet nooit geen noch zonder niets niemand",
    "ca": "no mai cap res ningú sense",
    "ru": "не нет никогда ни без никто ничего",
    "uk": "не ні ніколи без ніхто нічого немає",
    "sv": "inte aldrig ingen inget inga utan",
    "da": "ikke aldrig ingen intet uden",
    "no": "ikke aldri ingen intet uten",
    "pl": "nie nigdy bez nikt nic żaden",
    "tr": "değil hiç asla yok",
    "fa": "نه نیست نیستند نبود هرگز بدون",
    "el": "δεν μην ποτέ χωρίς κανείς ούτε όχι",
}
# Words that deny by what they mean; they answer for a negation on the other side and are none by themselves.
DENYING = {
    "en": "free forbidden banned prohibited forbids gratis failure without failed fail refuse refused refuses lack lacked lacks unable absence deny denied prevent prevented instead except "
    "impossible nor unlike rather hardly barely only fewer less illegal unlikely",
    "fr": "gratuit gratuite gratuitement gratuits gratuites interdite défendu défense sans personne plus refuse refusé échoué manque absence empêche impossible incapable sauf excepté hors interdit ne illégal plutôt",
    "es": "gratis gratuito gratuita gratuitos prohíbe prohibida sin rechazó negó falta ausencia impide imposible incapaz excepto salvo fracasó prohibido evitar solo sólo",
    "ar": "مجانا مجانيه مجاني يمنع ممنوع تمنع غير دون بدون ما وما رفض رفضت عدم انعدام يمنع منع استحاله فشل سوى الا عجز نفي يفتقر باستثناء قط امتنع يتعذر مستحيل",
    "de": "ohne noch weigerte fehlt mangel unmöglich außer kaum verhindert abgelehnt",
    "it": "senza rifiutò manca mancanza impossibile tranne eccetto",
    "pt": "sem recusou falta ausência impossível exceto salvo",
}

# "Usually", "often", "somewhat": the second word denies elsewhere.
USUALLY = frozenset((before, "ما") for before in "عاده غالبا كثيرا نادرا دائما نوعا حد كل عند بعد مثل".split())


@cache
def numbers(language: str) -> dict[str, float]:
    """What the spelt numbers of a language stand for; of one that is not read, the great ones that most languages share."""
    found = _table(
        _NUMBERS.get(language, "1e6 million millions millionen milione milioni millones|1e9 milliard milliards")
    )
    if language == "de":
        found |= {f"{one}und{tens}": 10.0 * t + o for t, tens in _TENS.items() for o, one in _ONES.items()}
        found |= {f"{one}hundert": 100.0 * o for o, one in _ONES.items()}
        found |= {f"{one}tausend": 1000.0 * o for o, one in _ONES.items() if o > 1}
    if language == "it":
        tens = {word: value for word, value in found.items() if value in range(20, 100, 10)}
        for word, value in tens.items():
            found |= {(word[:-1] if i in (1, 8) else word) + one: value + i for i, one in enumerate(_ITALIAN, 1)}
    return found


def spells(language: str) -> bool:
    """Whether numbers and months written in words are read in a language."""
    return language in _NUMBERS


@cache
def ordinals(language: str) -> dict[str, float]:
    """What words that rank, multiply or roughly count stand for."""
    return _table(_ORDINALS.get(language, ""))


@cache
def months() -> dict[str, int]:
    """The months by their names, in every language."""
    rows = _MONTHS.replace("\n", "|").split("|")
    return {word: number for number, row in enumerate(rows, 1) for word in row.split()}


@cache
def units() -> dict[str, str]:
    """The units by their names, in every language."""
    rows = re.sub(r"\n(?=[\u0600-\u06ff])", " ", _UNITS).replace("\n", "|").split("|")
    found = {word: row.split()[0] for row in rows for word in row.split()}
    return found | {f"{word}ا": unit for word, unit in found.items() if word[0] > "\u0600" and f"{word}ا" not in found}


@cache
def counting() -> frozenset[str]:
    """The words that count and rank, in every language that is read: few of them name anybody."""
    tables = [table(language) for language in _NUMBERS for table in (numbers, ordinals)]
    return frozenset(word for table in tables for word in table)


def joins(word: str, language: str) -> bool:
    """Whether a word stands between the parts of a spelt number."""
    return word == _JOINING.get(language)


def is_one(word: str) -> bool:
    """Whether a word says one, or is an article."""
    return word in _ONE


@cache
def negations(language: str) -> frozenset[str]:
    """The words that deny."""
    return frozenset(NEGATIONS.get(language, "").split())


@cache
def denying(language: str) -> frozenset[str]:
    """The words that come near to denying."""
    return frozenset(DENYING.get(language, "").split())


def _table(rows: str) -> dict[str, float]:
    joined = re.sub(r"\n(?=[^\d])", " ", rows).replace("\n", "|")
    table = [row.split() for row in joined.split("|") if row]
    return {word: float(row[0]) for row in table for word in row[1:]}
