"""Places and peoples that languages call by names which do not sound alike, by the beginnings of the words.

A row holds what one of them is called in English, French, Spanish, Arabic and, where it differs, German, Italian and
Portuguese; a word belongs to it that begins with one of these.
"""

from functools import cache, lru_cache

from index.analysis import fold
from rag.verify.folded import folded

_PLACES = """german|allema|aleman|المان|deutsch|tedesc|alemã
greek|greec|grec|grieg|يونان|griech
egypt|egipt|مصر|ägypt|egizi
england|english|angleterre|anglais|anglo|inglat|ingles|inglés|انجل|انكل|إنجل|englis|inghil|engländ
britain|british|brit|bretagne|bretañ|bretag|بريطان|großbrit
france|french|français|franc|فرنس|frank|franzö
spain|spanish|espag|españ|espan|اسبان|span
ital|إيطال|ايطال
poland|polish|polon|polac|polo|بولند|بولون|polen|poln
hungar|hongr|hungr|húngar|مجر|هنغار|ungar|ungh
turk|turq|turc|ترك|türk|turch
morocc|maroc|marroc|marruec|مغرب|marok
alger|argel|algeri|جزائر
tunis|túnez|tunec|تونس
leban|liban|líban|لبنان
syri|siri|سوري|سوريا
jordan|الاردن|اردن|jordani
palest|فلسطين
israel|israël|اسرائيل
iraq|irak|عراق
saudi|saoud|saud|سعود
yemen|yémen|يمن|jemen
sudan|soudan|سودان
libya|libye|libia|ليبي
japan|japon|japó|يابان|giappon
china|chinese|chine|chinois|chin|صين
india|indian|inde|indien|indi|هند
russia|russ|rus|روس
ukrain|ucran|اوكران
america|americ|améric|amérique|امريك|امیرک|ameri|estadounid
netherland|dutch|bas|bajos|bassi|néerland|hollan|países|neerland|holand|هولند|niederl|paesi|oland
belg|bélg|بلجيك
switz|swiss|suisse|suiz|سويسر|schweiz|svizz
austri|autrich|نمس|österr
swed|suède|suéd|suec|سويد|schwed|svez|sved
norw|norvèg|norvég|norueg|نرويج|norweg
denmark|danish|danem|danois|dinamar|danés|danes|دنمارك|دانمارك|dän
finland|finnish|finnois|finl|finlan|فنلند|finn
ireland|irish|irland|irlan|ايرلند|إيرلند
scot|écoss|escoc|اسكتلند|schott|scoz
wales|welsh|galles|gallois|gales|galés|ويلز|walis
norman|normand|نورمان|normann
portug|برتغال
brazil|brésil|brasil|برازيل
mexic|mexi|méxi|مكسيك
cologne|colonia|köln|كولون
london|londres|londin|londra|لندن
paris|باريس|parig
warsaw|varsov|وارسو|warschau|varsav
venic|venis|venez|venec|بندق|vened
rome|roma|roman|romain|روما|rom
athens|athèn|atenas|aten|اثين|athen
cairo|caire|cairo|قاهر|kair
geneva|genève|ginebra|جنيف|genf|ginevra
vienna|vienne|viena|فيين|wien
moscow|moscou|moscú|موسكو|moskau|mosca
brussels|bruxell|brusel|بروكسل|brüssel
jerusalem|jérusalem|jerusalén|قدس|اورشليم
damascus|damas|دمشق
beirut|beyrouth|بيروت
algiers|alger|argel|جزائر
milan|milán|mailand|ميلان
florence|florenc|floren|firenze|فلورنس
munich|múnich|münchen|ميونيخ|monaco
africa|afric|afriq|áfrica|افريق|afrik
asia|asie|asiá|اسي|آسي
mediterr|méditerr|متوسط|mittelmeer
atlantic|atlant|atlánt|اطلس|اطلنط
christian|chrét|crist|مسيح
catholic|cathol|catól|كاثول|kathol|cattol
protest|بروتست
muslim|musulm|مسلم|islam|اسلام|islám
toled|tolèd|طليطل
granad|grenad|غرناط
sevill|sévill|اشبيل|إشبيل
cordob|córdob|cordou|قرطب
prague|praga|prag|براغ
lisbon|lisboa|lisbonn|لشبون|lissab
hague|haye|haya|لاهاي|haag
alexandr|alejandr|اسكندر
tripoli|trípoli|طرابلس
tangier|tanger|tánger|طنج
aleppo|alep|حلب
czech|tchèq|tchéq|chec|تشيك|tschech|cec
croat|hrvat|كروات|kroat
cyprus|cypriot|chypr|chipr|قبرص|zyper|cipr
burm|birman|myanmar|ميانمار|بورما
georgia|géorgi|جورجي
jewish|jews|juif|juiv|jud|judí|يهود|jüd|ebre
jesus|jésus|jesús|يسوع|gesù
"""
# Words that names are made of, or are written with a capital in some languages.
_WORDS = """europe|europ|اوروب|اورب|أوروب|européen
uae|emirat|émirat|emiratos|امارات|إمارات
united|unis|unie|unidos|unida|متحد|vereinigt|uniti|stati
states|états|etats|estados|ولايات|staaten|stati
kingdom|royaume|reino|مملك|königreich|regno
nations|naciones|امم|nazioni
pacific|pacifi|pacíf|هادئ|هادي|pazif
christ|cristo|المسيح
god|dieu|dios|الله|dio|gott
church|église|eglise|iglesia|كنيس|kirche|chiesa
university|univers|جامع
parliament|parlam|parlem|برلمان
congress|congr|كونغرس|كونجرس|kongress
south|sud|sur|جنوب|süd
north|nord|nort|شمال
east|est|este|شرق|ost
west|ouest|oest|occid|غرب
sea|mer|mar|بحر|meer|mare
river|rivière|fleuve|río|نهر|fluss|fiume
lake|lac|lago|بحير|see
city|ville|ciudad|مدين|stadt|città
street|rue|calle|شارع|straße
king|roi|rey|ملك|könig
queen|reine|reina|ملك|königin
prince|princ|prínc|امير|prinz
pope|pape|papa|بابا|papst
saint|san|santa|santo|قديس|sankt
war|guerre|guerra|حرب|krieg
world|mond|mund|عالم|welt
black|noir|negr|اسود|سوداء|schwarz
great|grand|gran|عظم|كبر|groß
new|nouv|nuev|جديد|neu|نيو
museum|musée|museo|متحف
party|parti|partido|حزب|partei
court|cour|corte|tribun|محكم|gericht
act|loi|ley|قانون|gesetz
union|unión|اتحاد|unione
council|conseil|consej|مجلس|rat|consigl
committee|comité|لجن|ausschuss
government|gouvern|gobiern|حكوم|regierung
minist|وزير|وزار
president|présid|presid|رئيس|präsid
worker|travail|trabaj|obrer|عمال|ouvri
national|nacional|وطن|قوم
international|internacional|دول
bank|banque|banco|بنك|مصرف
school|école|escuela|مدرس
library|biblioth|bibliotec|مكتب
hospital|hôpital|مستشف
bridge|pont|puente|جسر
society|sociét|socied|جمع
law|droit|derecho|قانون
company|compagnie|compañ|شرك
island|île|isla|جزير
mount|mont|monte|جبل
empire|imper|امبراطور
republic|républi|repúbl|جمهور
history|histoire|historia|تاريخ
science|cienc|علوم|علم
art|arte|فن
palace|palais|palacio|قصر
stock|bours|bolsa|بورص
garden|jardin|jardín|حديق
theatre|théâtre|teatro|مسرح|theater
bible|biblia|كتاب|انجيل
testament|عهد
democra|démocra|demócra|ديمقراط
labor|labour|travaill|laboris|عمال
islamic|islamique|اسلامي
railway|chemin|ferroc|سكك
assembly|assemblée|asamblea|مجلس|جمعي
middle|moyen|medi|اوسط|وسط
first|premi|primer|اول
second|deuxi|segund|ثاني
supreme|suprême|suprem|عليا|اعلي
constitution|constituc|دستور
image|imagen|صور
state|état|estado|دول|ولاي
mayor|maire|alcald|عمد|بلدي
exchange|bourse|bolsa|بورص
general|général|عام
unified|unifi|موحد
secretary|secrét|secretar|امين|كاتب
director|directeur|directric|مدير
department|départem|departam|قسم|ادار|دائر
commission|comisi|لجن|هيئ
agency|agence|agencia|وكال
office|bureau|oficina|مكتب
institut|معهد
foundation|fondation|fundac|موسس|مؤسس
association|asociac|جمعي|رابط
federation|fédér|feder|اتحاد|فدرال
agreement|convention|accord|acuerdo|convenio|اتفاق
treaty|traité|tratado|معاهد
declaration|déclar|declar|اعلان|تصريح
report|rapport|informe|تقرير
fund|fonds|fondo|صندوق
development|développ|desarroll|تنمي|تطوير
security|sécur|segurid|امن
health|santé|salud|صح
education|éducat|educac|تعليم|تربي
human|humain|انسان
rights|droits|derechos|حقوق
affairs|affaires|asuntos|شوون|شؤون
people|peuple|pueblo|شعب
region|région|منطق|اقليم|جه
province|provinc|محافظ|اقليم
county|comté|condado|مقاطع
valley|vallée|valle|وادي
ocean|océan|محيط
gulf|golfe|golfo|خليج
airport|aéroport|aeropuerto|مطار
station|gare|estación|محط
house|maison|casa|بيت|دار
battle|bataille|batalla|معرك
army|armée|ejército|جيش
revolution|révolution|revoluc|ثور
movement|mouvement|movimiento|حرك
league|ligue|liga|رابط|دوري
emperor|empereur|emperador|امبراطور
office|bureau|oficina|مكتب
red|rouge|rojo|roja|احمر
aid|aide|ayuda|secours|socorro|اغاث
front|frente|جبه
doctor|docteur|دكتور|طبيب|doktor
reform|réform|إصلاح|اصلاح
geograph|géograph|geográf|جغراف
organi|منظم
charter|charte|carta|ميثاق
protocol|protokoll|بروتوكول
refugee|réfugi|refugiad|لاجئ|لاجي
peace|paix|paz|سلام|fried
migra|هجر|مهاجر
commissioner|commissaire|comisionad|مفوض
low|pays|país|país|países|paesi
"""


@cache
def _beginnings() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, row in enumerate((_PLACES + _WORDS).splitlines()):
        for word in row.split("|"):
            found.setdefault(_plain(word), set()).add(number)
    return {word: frozenset(rows) for word, rows in found.items()}


@lru_cache(maxsize=65536)
def called(word: str) -> frozenset[int]:
    """What a word names by the table, as numbers of rows; the longest beginning that is known decides."""
    plain = _plain(word)
    spellings = [plain]
    if "\u0600" <= plain[:1] <= "\u06ff":
        spellings += [plain[len(p) :] for p in ("وال", "بال", "لل", "ال", "و", "ب", "ل") if plain.startswith(p)]
    rows: set[int] = set()
    for spelling in spellings:
        for end in range(len(spelling), 1, -1):
            if found := _beginnings().get(spelling[:end]):
                if end == len(spelling) or end >= (_TELLING if plain[0] < "\u0370" else _TELLING - 1):
                    rows |= found
                break
    return frozenset(rows)


def is_place(word: str) -> bool:
    """Whether it is known what other languages call the place or people that a word names."""
    return any(number < _PLACES.count("\n") for number in called(word))


_TELLING = 4  # Latin letters of a beginning that may stand for a longer word; one fewer of a script without vowels


def _plain(word: str) -> str:
    return fold(folded(word).text.lower())
