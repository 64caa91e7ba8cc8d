"""What a mail repeats of the mails before it.

Those are somebody else's words of another day. Under this mail's sender and date they would be quoted falsely, and
where the earlier mail is kept, it stands for itself: so they stay in the text and are noise. A forwarded mail is
different: to pass it on is what this mail says, and it carries its own sender and date with it.
"""

import re
from collections.abc import Iterator

from index.document import Span

_MARKED = re.compile(r"(?:^[ \t]{0,3}>[^\n]*(?:\n|\Z))+", re.MULTILINE)
_MARKED_BELOW = re.compile(r"\s*>")
# "On Fri, 31 May 2024 at 10:12, Amina <a@b> wrote:", on one line or wrapped onto two or three.
_WROTE = re.compile(
    r"(?:\b(?:wrote|writes|a\s+écrit|écrivait|schrieb|escribió|ha\s+scritto|escreveu|schreef|skrev|napisał|написал)\b"
    r"|كتب|كتابة ما يلي)"
    r"(?:[^\n:]{0,100}\n)?[^\n:]{0,200}:[ \t]*$",
    re.MULTILINE,
)
_WHEN = re.compile(
    r"[ \t\u200e\u200f]*(?:(?:On|Le|Am|El|Il|Em|Op|Den|Dnia|W dniu|في|يوم|بتاريخ|Вт|Пн|Ср|Чт|Пт|Сб|Вс)\b|\d)"
)
_TO_THE_MINUTE = re.compile(r"\d{1,2}[:h.]\d{2}|@")  # prose says on what day somebody wrote, but not at what minute
_LINES_WRAPPED = 3
_ORIGINAL = re.compile(
    r"^[ \t]*[-_]{2,}[ \t]*(?:Original (?:Message|Appointment)|Message d['’]origine|Message original"
    r"|Ursprüngliche Nachricht|Mensaje original|Messaggio originale|Mensagem original|Oorspronkelijk bericht"
    r"|الرسالة الأصلية|رسالة أصلية)[ \t]*[-_]{2,}[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
# The lines that Outlook puts above what it repeats, in any order and with others between them.
_FROM = re.compile(r"^[ \t*]*(?:From|De|Von|Da|Van|Från|Fra|Od|От|من)[ \t\u00a0*]*:", re.MULTILINE)
_SENT = re.compile(
    r"^[ \t*]*(?:Sent|Date|Envoyé|Gesendet|Datum|Enviado|Fecha|Inviato|Data|Verzonden|Отправлено|تاريخ الإرسال"
    r"|تم الإرسال|التاريخ)[ \t\u00a0*]*:",
    re.MULTILINE,
)
_SUBJECT = re.compile(
    r"^[ \t*]*(?:Subject|Objet|Betreff|Asunto|Oggetto|Assunto|Onderwerp|Ämne|Emne|Temat|Тема|الموضوع)[ \t\u00a0*]*:",
    re.MULTILINE,
)
_HEAD = re.compile(r"(?:[^\n]+(?:\n|\Z)){1,8}")
_FORWARDED = re.compile(
    r"^[ \t]*(?:[-_]{2,}[ \t]*)?(?:Forwarded message|Message transféré|Message transmis|Weitergeleitete Nachricht"
    r"|Mensaje reenviado|Messaggio inoltrato|Mensagem encaminhada|Begin forwarded message"
    r"|Début du message (?:réexpédié|transféré)|رسالة معاد توجيهها|الرسالة المعاد توجيهها)"
    r"[ \t\u00a0]*(?::|[-_]{2,})[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_FORWARDING = re.compile(r"\s*(?:fwd?|tr|wg|rv|enc|doorst|إعادة توجيه)\s*:", re.IGNORECASE)  # begins a subject


def repeated(text: str, subject: str) -> tuple[Span, ...]:
    """The stretches of a mail's text that repeat earlier mails: whole lines, sorted and disjoint.

    There are none where the mail says nothing else, or its subject says that it is forwarded.
    """
    if _FORWARDING.match(subject):
        return ()
    forwarded = _FORWARDED.search(text)
    own = text[: forwarded.start()] if forwarded else text
    introductions = list(_introductions(own))
    begins = [said.start for said in introductions if not _MARKED_BELOW.match(own, said.end)]
    begins += [found.start() for found in (_ORIGINAL.search(own), _outlook_head(own)) if found]
    end = min(begins, default=len(own))
    found = [Span(*run.span()) for run in _MARKED.finditer(own, 0, end)]
    found += [said for said in introductions if said.end <= end]
    if begins:
        found.append(Span(end, len(text)))
    found.sort(key=lambda span: span.start)
    return tuple(found) if any(map(str.isalnum, _without(text, found))) else ()


def _introductions(text: str) -> Iterator[Span]:
    """The lines that say who wrote, when, what comes below."""
    last = 0
    for verb in _WROTE.finditer(text):
        start = verb.start()
        for _ in range(_LINES_WRAPPED):
            start = text.rfind("\n", last, start) + 1 or last
            if _WHEN.match(text, start) and _TO_THE_MINUTE.search(text, start, verb.end()):
                yield Span(start, verb.end())
                last = verb.end()
                break
            start = max(last, start - 1)


def _outlook_head(text: str) -> re.Match[str] | None:
    for found in _FROM.finditer(text):
        head = _HEAD.match(text, found.start())
        if head and _SENT.search(head[0]) and _SUBJECT.search(head[0]):
            return found
    return None


def _without(text: str, spans: list[Span]) -> str:
    parts, at = [], 0
    for span in spans:
        parts.append(text[at : span.start])
        at = span.end
    return "".join([*parts, text[at:]])
