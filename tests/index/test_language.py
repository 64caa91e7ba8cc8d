import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.language import detect

QUESTIONS = {
    "ar": "ما هي عاصمة مصر؟ | من كتب الرواية؟ | متى بدأت الحرب؟ | لماذا؟ | ما هو Microsoft Windows Server",
    "de": "Wie hoch ist der Turm? | Wann wurde Goethe geboren? | Wo liegt Hamburg? | Was kostet eine Fahrkarte?",
    "el": "Πού βρίσκεται η Αθήνα; | Τι είναι η δημοκρατία;",
    "en": "What is it? | Where is Paris? | Why? | Population of France | What does the word سلام mean?",
    "es": "¿Dónde está Madrid? | Cuál es la capital del Perú | Donde esta Lima | Quién fue Bolívar",
    "fa": "پایتخت ایران کجاست؟ | چه کسی این کتاب را نوشت؟ | چرا آسمان آبی است؟",
    "fr": "Où est Paris ? | Quel âge a Macron | C'est quoi ? | Qu’est-ce que c’est ? | Combien coûte le billet ?",
    "he": "מהי בירת ישראל? | מי כתב את הספר?",
    "hi": "भारत की राजधानी क्या है? | यह किताब किसने लिखी? | क्यों?",
    "it": "Dove si trova il Colosseo? | Perché il cielo è blu? | Che cos'è la fotosintesi?",
    "ja": "日本の首都はどこですか？ | 東京の人口は？ | なぜ？",
    "ko": "한국의 수도는 어디입니까? | 왜?",
    "nl": "Waar ligt Amsterdam? | Wanneer begon de oorlog? | Hoeveel inwoners heeft Utrecht?",
    "pl": "Gdzie jest Kraków? | Kto napisał tę książkę? | Ile kosztuje bilet?",
    "pt": "Onde fica Lisboa? | Quem foi Vasco da Gama? | O que é fotossíntese? | Quantos habitantes tem o Porto?",
    "ro": "Unde se află Cluj? | Cine a scris cartea? | Ce este fotosinteza? | De ce este cerul albastru?",
    "ru": "Где находится Москва? | Кто написал эту книгу? | Почему небо голубое?",
    "sv": "Vem skrev boken? | När började kriget? | Vad heter floden?",
    "th": "เมืองหลวงของไทยคืออะไร | ใครเขียนหนังสือเล่มนี้",
    "tr": "Ankara nerede? | Fotosentez nedir? | Nehrin adı ne? | Atatürk kimdir?",
    "uk": "Де знаходиться Київ? | Хто написав цю книгу? | Коли почалася війна? | Що таке фотосинтез?",
    "ur": "پاکستان کا دارالحکومت کیا ہے؟ | یہ کتاب کس نے لکھی؟ | ٹکٹ کی قیمت کیا ہے؟",
    "vi": "Hà Nội ở đâu? | Ai viết cuốn sách này? | Giá vé bao nhiêu?",
    "zh": "中国的首都是哪里？ | 为什么？ | Windows Server 2019 的最新版本是什么",
}
PAIRS = [(language, text.strip()) for language, texts in QUESTIONS.items() for text in texts.split("|")]
DEVELOPMENT = Path(__file__).parents[3] / "shared" / "eval"


@pytest.mark.parametrize(("language", "question"), PAIRS)
def test_short_questions(language: str, question: str) -> None:
    assert detect(question) == language
    assert detect(unicodedata.normalize("NFD", question)) == language


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("sw", "Kiswahili ni lugha ya Kibantu yenye misamiati mingi ya Kiarabu, lakini sasa ya Kiingereza pia, "
               "inayozungumzwa katika eneo kubwa la Afrika ya Mashariki na watu wengi sana kila siku."),
        ("et", "Eesti on riik Põhja-Euroopas. Eesti piirneb põhjas üle Soome lahe Soomega, läänes üle Läänemere "
               "Rootsiga, lõunas Lätiga ja idas Venemaaga. Pealinn on Tallinn ja rahvaarv kasvab."),
        ("sr", "Република Србија је држава на Балкану. Њен главни град је Београд."),
    ],
)  # fmt: skip
def test_languages_without_a_word_list(language: str, text: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize("text", ["", " ", "?", "42 + 1", "a", "😀😀", "\u200b\u202e", "Twitter"])
def test_too_little_to_tell(text: str) -> None:
    assert detect(text) == "und"
    assert detect(text, likely="fr") == "fr"


def test_a_likely_language_decides_between_two_that_fit() -> None:
    assert detect("Wie was Rembrandt?", likely="nl") == "nl"
    assert detect("Wie was Rembrandt?", likely="de") == "de"
    assert detect("Where is Paris?", likely="fr") == "en"


def test_the_middle_of_a_long_text_counts() -> None:
    assert detect("LOREM 12 " * 300 + "Le chat est sur la table et il dort dans la cuisine. " * 500) == "fr"


@given(st.text())
def test_anything_has_a_code(text: str) -> None:
    assert 2 <= len(detect(text)) <= 3


@pytest.mark.skipif(not DEVELOPMENT.is_dir(), reason="the development half of the evaluation sets is not here")
def test_development_questions() -> None:
    lines = [line for path in DEVELOPMENT.glob("*/questions.jsonl") for line in path.read_text("utf-8").splitlines()]
    questions = [json.loads(line) for line in lines]
    right = sum(detect(question["question"]) == question["language"] for question in questions)
    assert right / len(questions) > 0.995
