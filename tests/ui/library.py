"""A small library of invented documents and an assistant that knows answers to a few questions about it."""

import threading
from collections.abc import Iterator
from typing import Any

from index.document import Document
from index.errors import PinciteError, QuestionError
from index.filters import Filter
from index.readers.formats import format_of
from index.store import DocumentFacts
from rag.answer import Answer, Citation, Mode, RankedPassage, Statement
from rag.compose.model import ChatModel

FRENCH = (
    "Coalition de Port-Clair contre la traite des êtres humains\n\n"
    "La coalition réunit depuis mars 2019 vingt-quatre communes, neuf associations et le parquet "
    "maritime. Elle s'appuie sur une charte que chaque membre renouvelle tous les deux ans.\n\n"
    "Le secrétariat de la coalition se trouve à Port-Clair, dans l'ancienne capitainerie. Une permanence "
    "téléphonique y répond jour et nuit en sept langues. En 2023, elle a orienté 412 personnes vers un "
    "hébergement sûr, dont 97 mineurs.\n\n"
    "Les inspecteurs du travail signalent surtout la pêche hauturière et le bâtiment : passeports "
    "retenus, dettes inventées, salaires jamais versés."
)
ARABIC = (
    "ميثاق الائتلاف لمكافحة الاتجار بالبشر\n\n"
    "تلتزم كل بلدية عضو بتعيين مسؤولة اتصال واحدة للضحايا. ويُمنح كل ضحية مهلة تفكير مدتها ستون يومًا لا "
    "يجوز خلالها ترحيلها، ويحق لها السكن والعلاج والترجمة مجانًا.\n\n"
    "تُحفظ ملفات الضحايا منفصلة عن ملفات الشرطة، ولا يطّلع عليها أحد إلا بإذن مكتوب. وتنشر الأمانة العامة "
    "تقريرًا كل عام في شهر تشرين الثاني."
)
ENGLISH = (
    "Guidance for labour inspectors\n\n"
    "Forced labour rarely announces itself. Inspectors should ask each worker alone, with an interpreter "
    "who is not from the company, where the passport is kept and who holds the key.\n\n"
    "A worker who cannot leave without paying a debt to the employer is to be treated as a possible "
    "victim of trafficking until the coalition's liaison has spoken with them. Call the liaison before "
    "calling the employer."
)
SPANISH = (
    "Memoria anual de la línea de ayuda\n\n"
    "La línea recibió 3.180 llamadas, un tercio más que el año anterior. La mayoría venía de mujeres "
    "empleadas en casas particulares."
)

DOCUMENTS = (
    Document("fr/coalition.txt", "Coalition de Port-Clair contre la traite des êtres humains", "fr", FRENCH),
    Document("ar/ميثاق.txt", "ميثاق الائتلاف لمكافحة الاتجار بالبشر", "ar", ARABIC),
    Document("en/inspectors.md", "Guidance for labour inspectors", "en", ENGLISH),
    Document("es/memoria.txt", "Memoria anual de la línea de ayuda", "es", SPANISH),
)

DATES = {"fr/coalition.txt": "2024-05-31", "en/inspectors.md": "2019-03-01"}

# question -> (its language, the sentences that answer it)
ANSWERS = {
    "Combien de personnes la permanence a-t-elle orientées en 2023 ?": (
        "fr",
        (
            "En 2023, elle a orienté 412 personnes vers un hébergement sûr, dont 97 mineurs.",
            "La línea recibió 3.180 llamadas, un tercio más que el año anterior.",
        ),
    ),
    "When is a worker treated as a possible victim of trafficking?": (
        "en",
        (
            "A worker who cannot leave without paying a debt to the employer is to be treated as a possible victim of "
            "trafficking until the coalition's liaison has spoken with them.",
            "Les inspecteurs du travail signalent surtout la pêche hauturière et le bâtiment : passeports retenus, "
            "dettes inventées, salaires jamais versés.",
        ),
    ),
    "ما مدة مهلة التفكير الممنوحة للضحايا؟": (
        "ar",
        (
            "ويُمنح كل ضحية مهلة تفكير مدتها ستون يومًا لا يجوز خلالها ترحيلها، ويحق لها السكن والعلاج والترجمة مجانًا.",
            "Call the liaison before calling the employer.",
        ),
    ),
}
ABSTENTIONS = {
    "en": "The documents do not answer this question.",
    "fr": "Les documents ne répondent pas à cette question.",
    "ar": "لا تجيب الوثائق عن هذا السؤال.",
}


class Library:
    """Stands in for an assistant: answers the questions it knows from its documents, no others."""

    def __init__(self, documents: tuple[Document, ...] = DOCUMENTS) -> None:
        self.known = {document.id: document for document in documents}
        self.filter = Filter(frozenset({"staff"}))
        self.filters: list[Filter | None] = []  # that questions and queries were asked with

    def ask(self, question: str, *, mode: Mode = "quote", k: int = 10, filter: Filter | None = None) -> Answer:
        self.filters.append(filter)
        if not question.strip():
            raise QuestionError("the question is empty: type one")
        language, sentences = ANSWERS.get(question, ("ar" if question[0] > "\u0600" else "en", ()))
        seen = self._seen(filter)
        quotes = [(document, sentence) for sentence in sentences for document in seen if sentence in document.text]
        return answer_of(question, language, quotes, self._ranked(k, filter), mode)

    @property
    def can_compose(self) -> bool:
        return False

    @property
    def model(self) -> ChatModel | None:
        return None

    @property
    def verifier(self) -> Any:
        raise PinciteError("this library verifies nothing")

    def view(self, filter: Filter | None = None) -> Any:
        raise PinciteError("this library has no view")

    def answers(
        self, question: str, *, mode: Mode = "quote", k: int = 10, filter: Filter | None = None,
        stop: threading.Event | None = None,
    ) -> Iterator[Answer]:  # fmt: skip
        yield self.ask(question, mode=mode, k=k, filter=filter)

    def search(self, query: str, *, k: int = 10, filter: Filter | None = None) -> tuple[RankedPassage, ...]:
        self.filters.append(filter)
        return self._ranked(k, filter)

    def _ranked(self, k: int, filter: Filter | None) -> tuple[RankedPassage, ...]:
        parts = [(document, part) for document in self._seen(filter) for part in document.text.split("\n\n")[1:]]
        return tuple(passage_of(document, part, 1 - rank / 10) for rank, (document, part) in enumerate(parts))[:k]

    def document(self, id: str, filter: Filter | None = None) -> Document | None:
        return self.known.get(id)

    def documents(self, filter: Filter | None = None) -> list[DocumentFacts]:
        return [facts_of(number, document) for number, document in enumerate(self.known.values(), start=1)]

    def _seen(self, filter: Filter | None) -> list[Document]:
        return [self.known[entry.id] for entry in self.documents() if (filter or self.filter).admits(entry)]


def facts_of(number: int, document: Document) -> DocumentFacts:
    id, text = document.id, document.text
    known = (DATES.get(id), None, None, format_of(id), len(text), len(text.split("\n\n")) - 1, ())
    return DocumentFacts(number, id, document.title, document.language, *known)


def passage_of(document: Document, part: str, score: float) -> RankedPassage:
    start = document.text.index(part)
    return RankedPassage(document.id, start, start + len(part), score, document.language, part, document.title)


def answer_of(
    question: str,
    language: str,
    quotes: list[tuple[Document, str]],
    passages: tuple[RankedPassage, ...],
    mode: Mode = "quote",
) -> Answer:
    citations = []
    for number, (document, quote) in enumerate(quotes, start=1):
        start, page = document.text.index(quote), 3 if document.language == "en" else None
        place = (page, document.language, start, start + len(quote))
        citations.append(Citation(number, document.id, document.title, *place, quote, "exact"))
    statements = tuple(Statement(citation.quote, (citation.number,), "quoted") for citation in citations)
    text = " ".join(f"{citation.quote} [{citation.number}]" for citation in citations)
    return Answer(
        question=question,
        language=language,
        mode=mode,
        abstained=not quotes,
        reason=None if quotes else "nothing-near",
        text=text or ABSTENTIONS[language],
        statements=statements,
        citations=tuple(citations),
        passages=passages,
        timings={"total_ms": 21.4},
    )
