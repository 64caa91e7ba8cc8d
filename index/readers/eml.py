"""Mails as they travel (EML): the message as a document, what is attached to it as files."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from mimetypes import MimeTypes

from index.document import Extract
from index.errors import ReadError
from index.limits import Limits
from index.readers import mail
from index.readers.headers import MALFORMED, Policy, addresses, header, sent, words
from index.readers.mail import Body, Mail, decoded
from index.readers.member import Member, Names

_DEEPEST = 50  # parts inside each other
_MOST_PARTS = 5_000
_MOST_WORK = 200_000_000  # lines, times the parts that may be open at one: each line is held against all of them
_SUFFIXES = MimeTypes(filenames=())  # the usual ones, not those that this machine knows besides
_HEADERS = ("from", "to", "subject", "date", "received", "message-id", "mime-version", "return-path")
_SOFT_END = re.compile(r"^(?!>|-- \n)([^\n]*) \n(?!>)", re.MULTILINE)  # of a line that goes on in the next


@dataclass(slots=True)
class _Content:
    """What a message is made of, in its order."""

    bodies: list[Body] = field(default_factory=list)
    attached: list[Message] = field(default_factory=list)


def read(data: bytes, limits: Limits) -> Extract:
    """The message: its subject, its header in one line, and its body, the plain one where there are several.

    Raises ReadError where this is no mail, is encrypted, or is larger than `limits` allows.
    """
    message = _parsed(data)
    if message.get_content_type() == "multipart/encrypted" or _is_sealed(message):
        raise ReadError("it is encrypted; save it decrypted from the mail program")
    sender, address = next(iter(addresses(message, "from")), (header(message, "from"), ""))
    return mail.extract(
        Mail(
            subject=header(message, "subject"),
            sender=sender,
            address=address,
            recipients=tuple(name or address for name, address in addresses(message, "to")),
            sent=sent(message),
            language=header(message, "content-language"),
            bodies=tuple(_content(message).bodies),
        ),
        limits,
    )


def members(data: bytes, limits: Limits) -> Iterator[Member]:
    """What is attached to the message; messages among it are EML files themselves, called by their subjects.

    Raises ReadError where this is no mail, or it holds more files or bytes than `limits` allows.
    """
    attached = _content(_parsed(data)).attached
    if len(attached) > limits.members:
        raise ReadError(f"it has {len(attached):,} attachments, more than {limits.members:,}; save them apart")
    names, left = Names(), limits.unpacked_bytes
    for number, part in enumerate(attached, 1):
        name = names.unique(_name(part, number))
        try:
            content = _bytes(part)
        except MALFORMED:
            yield Member(name, b"", "it is damaged in the message; save it apart")
            continue
        left -= len(content)
        if left < 0:
            raise ReadError(f"its attachments are more than the {limits.unpacked_bytes:,} bytes that are allowed")
        yield Member(name, content)


def _parsed(data: bytes) -> Message:
    """Raises ReadError where the bytes are no mail or are built to wear the parser out."""
    if data.lower().count(b"boundary") * data.count(b"\n") > _MOST_WORK:
        raise ReadError("it is made of too many parts inside each other; save what matters of it apart")
    parts = 0

    def count(policy: object = None) -> Message:
        nonlocal parts
        parts += 1
        if parts > _MOST_PARTS:
            raise ReadError(f"it is made of more than {_MOST_PARTS:,} parts; save what matters of it apart")
        return Message(Policy())

    try:
        message = BytesParser(policy=Policy(message_factory=count)).parsebytes(data.removeprefix(b"\xef\xbb\xbf"))
    except MALFORMED as error:
        raise ReadError("it is not a sound mail; save it again from the mail program") from error
    if not any(name in message for name in _HEADERS):
        raise ReadError("it has no sender, subject or date, so it is not a mail; save it again from the mail program")
    return message


def _is_sealed(message: Message) -> bool:
    if not message.get_content_type().endswith("pkcs7-mime"):
        return False
    return "signed" not in str(message.get_param("smime-type"))


def _content(message: Message, depth: int = 0) -> _Content:
    found = _Content()
    kind = message.get_content_type()
    if depth > _DEEPEST:
        raise ReadError(f"it is made of parts more than {_DEEPEST} deep in each other; save what matters of it apart")
    if kind == "message/rfc822":
        found.attached.append(message)
    elif message.is_multipart():
        inside = [_content(part, depth + 1) for part in _parts(message)]
        found.attached += [attached for part in inside for attached in part.attached]
        bodies = [part.bodies for part in inside]
        found.bodies += (
            _best(bodies) if kind == "multipart/alternative" else [body for texts in bodies for body in texts]
        )
    elif kind in ("text/plain", "text/html") and not _filename(message) and not _is_attachment(message):
        found.bodies.append(_body(message, kind))
    elif not kind.startswith("multipart/"):
        found.attached.append(message)
    return found


def _best(alternatives: list[list[Body]]) -> list[Body]:
    """The one in plain text, which is what its sender's program made of the other; the last where there is none."""
    filled = [bodies for bodies in alternatives if any(body.text.strip() for body in bodies)]
    plain = [bodies for bodies in filled if all(body.kind == "plain" for body in bodies)]
    return (plain or filled[-1:] or [[]])[0]


def _parts(message: Message) -> list[Message]:
    payload = message.get_payload()
    if message.get_content_maintype() == "message" or not isinstance(payload, list):
        return []  # reports on deliveries
    return [part for part in payload if isinstance(part, Message)]


def _body(part: Message, kind: str) -> Body:
    payload = part.get_payload(decode=True)
    text = decoded(payload if isinstance(payload, bytes) else b"", _charset(part))
    if kind == "text/html":
        return Body("html", text)
    if str(part.get_param("format")).lower() == "flowed":
        space = "" if str(part.get_param("delsp")).lower() == "yes" else " "
        text = _SOFT_END.sub(rf"\1{space}", text.replace("\r\n", "\n"))
    return Body("plain", text)


def _charset(part: Message) -> str | None:
    try:
        return part.get_content_charset()
    except MALFORMED:
        return None


def _is_attachment(part: Message) -> bool:
    return part.get_content_disposition() == "attachment"


def _filename(part: Message) -> str:
    try:
        name = part.get_filename("")
    except MALFORMED:
        return ""
    return words(name) if isinstance(name, str) else ""


def _name(part: Message, number: int) -> str:
    """What an attachment is called, else a name made of its number and its kind."""
    kind = part.get_content_type()
    if kind == "message/rfc822":
        inner = part.get_payload()
        subject = header(inner[0], "subject") if isinstance(inner, list) and isinstance(inner[0], Message) else ""
        name = _filename(part) or " ".join(subject.replace("/", " ").split()) or f"message {number}"
        return f"{name.removesuffix('.eml')}.eml"
    return _filename(part) or f"attachment {number}{_SUFFIXES.guess_extension(kind) or ''}"


def _bytes(part: Message) -> bytes:
    payload = part.get_payload()
    if part.get_content_type() == "message/rfc822" and isinstance(payload, list):
        return payload[0].as_bytes(unixfrom=False) if isinstance(payload[0], Message) else b""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
