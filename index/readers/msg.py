"""Mails as Outlook keeps them (MSG): the message as a document, what is attached to it as files."""

import struct
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage
from email.parser import HeaderParser
from email.utils import format_datetime
from io import BytesIO

from olefile import OleFileIO
from olefile.olefile import STGTY_STREAM
from oxmsg.domain import constants as pid
from oxmsg.domain.model import ATTACH_HDR_OFFSET, MSG_HDR_OFFSET, UnrecognizedCodePageError, UnsupportedEncodingError
from oxmsg.properties import Properties
from oxmsg.storage import Storage

from index.document import Extract
from index.errors import ReadError
from index.limits import Limits
from index.readers import mail
from index.readers.headers import MALFORMED, Policy, header, sent
from index.readers.mail import Body, Mail, decoded
from index.readers.markup import markup
from index.readers.member import Member, Names

_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DAMAGED = (*MALFORMED, OSError, struct.error)
_PROPERTIES = "__properties_version1.0"
_MOST_PROPERTIES = 1_000_000  # bytes of a list of them; each takes sixteen
_EMBEDDED = "__substg1.0_3701000D"  # holds a message that is attached as such
_EMBEDDED_HEADER = 24  # bytes before its properties; those of a message that stands alone begin later
_UNDECODED = (UnicodeError, UnrecognizedCodePageError, UnsupportedEncodingError)
_RTF_ONLY = "its body is only there as RTF, which is not read; save it again as HTML or plain text"


def read(data: bytes, limits: Limits) -> Extract:
    """The message: its subject, its header in one line, and its body, the plain one where there are several.

    Raises ReadError where this is no mail, its body is RTF alone, or it is larger than `limits` allows.
    """
    message = _Message(_storage(data, limits), MSG_HDR_OFFSET)
    try:
        found = message.mail()
    except _DAMAGED as error:
        raise ReadError("it is damaged; save it again from Outlook") from error
    if not found.bodies and message.has_rtf():
        raise ReadError(_RTF_ONLY)
    return mail.extract(found, limits)


def members(data: bytes, limits: Limits) -> Iterator[Member]:
    """What is attached to the message; messages among it are handed out as EML files, called by their subjects.

    Raises ReadError where this is no mail, or it holds more files than `limits` allows.
    """
    storages = list(_storage(data, limits).iter_attachment_storages())
    if len(storages) > limits.members:
        raise ReadError(f"it has {len(storages):,} attachments, more than {limits.members:,}; save them apart")
    names = Names()
    for number, storage in enumerate(storages, 1):
        yield _attached(storage, names, number, limits.depth)


class _Message:
    """A message in a storage, whose properties begin at an offset in their stream."""

    def __init__(self, storage: Storage, offset: int) -> None:
        self._storage = storage
        self._properties = Properties(storage, properties_header_offset=offset)

    def mail(self) -> Mail:
        """What the message says. Raises one of `_DAMAGED` where it cannot be read."""
        head = HeaderParser(policy=Policy()).parsestr(self.text(pid.PID_TRANSPORT_MESSAGE_HEADERS))
        named = (pid.PID_SENDER_SMTP_ADDRESS, pid.PID_SENDER_EMAIL_ADDRESS, pid.PID_SENT_REPRESENTING_EMAIL_ADDRESS)
        written = [address for address in map(self.text, named) if "@" in address]
        return Mail(
            subject=self.text(pid.PID_SUBJECT),
            sender=self.text(pid.PID_SENDER_NAME) or self.text(pid.PID_SENT_REPRESENTING_NAME),
            address=next(iter(written), ""),
            recipients=tuple(name.strip() for name in self.text(pid.PID_DISPLAY_TO).split(";") if name.strip()),
            sent=sent(head) or self._moment(),
            language=header(head, "content-language"),
            bodies=tuple(self._bodies()),
        )

    def text(self, id: int) -> str:
        """A property that is text, "" where it is not there."""
        try:
            return (self._properties.str_prop_value(id) or "").rstrip("\x00")
        except _UNDECODED:
            return decoded(self._storage.property_stream_bytes(id, pid.PTYP_STRING8), None)
        except KeyError:  # listed without its stream
            return ""

    def has_rtf(self) -> bool:
        """Whether there is a body in RTF."""
        return bool(self._properties.binary_prop_value(pid.PID_RTF_COMPRESSED))

    def attachments(self) -> list[Storage]:
        """Where the files that are attached are kept."""
        return list(self._storage.iter_attachment_storages())

    def _bodies(self) -> Iterator[Body]:
        plain = self.text(pid.PID_BODY)
        html = "" if plain.strip() else self.text(pid.PID_BODY_HTML) or markup(self._html())
        if plain.strip() or html:
            yield Body("html", html) if html else Body("plain", plain)

    def _html(self) -> bytes:
        try:
            return self._properties.binary_prop_value(pid.PID_HTML) or b""
        except KeyError:
            return b""

    def _moment(self) -> datetime | None:
        moments = map(self._properties.date_prop_value, (pid.PID_CLIENT_SUBMIT_TIME, pid.PID_MESSAGE_DELIVERY_TIME))
        return next((moment for moment in moments if isinstance(moment, datetime)), None)


def _storage(data: bytes, limits: Limits) -> Storage:
    """All of the file. Raises ReadError where it is no MSG or its parts are larger than the limits allow."""
    if not data.startswith(_SIGNATURE):
        raise ReadError("it is not an Outlook message; save it again from Outlook as .msg")
    try:
        with OleFileIO(BytesIO(data)) as ole:
            streams = [entry for entry in ole.direntries if entry and entry.entry_type == STGTY_STREAM]
            if sum(stream.size for stream in streams) > limits.unpacked_bytes:
                raise ReadError(f"it has more than the {limits.unpacked_bytes:,} bytes that are allowed; split it")
            if any(stream.size > _MOST_PROPERTIES for stream in streams if stream.name == _PROPERTIES):
                raise ReadError("it lists more properties than any mail has; save it again from Outlook")
            storage = Storage.from_ole(ole)
    except _DAMAGED as error:
        raise ReadError("it is damaged; save it again from Outlook") from error
    if not any(stream.name == _PROPERTIES for stream in storage.streams):
        raise ReadError("it is not an Outlook message; save it again from Outlook as .msg")
    return storage


def _attached(storage: Storage, names: Names, number: int, depth: int) -> Member:
    """A file that is attached; `depth` is how many messages may still lie in each other."""
    name = f"attachment {number}"
    try:
        file = _Message(storage, ATTACH_HDR_OFFSET)
        inner = next((inside for inside in storage.storages if inside.name == _EMBEDDED), None)
        name = file.text(pid.PID_ATTACH_LONG_FILENAME) or file.text(pid.PID_ATTACH_FILENAME) or name
        if inner is not None:
            return _embedded(_Message(inner, _EMBEDDED_HEADER), names, name, depth - 1)
        content = Properties(storage, ATTACH_HDR_OFFSET).binary_prop_value(pid.PID_ATTACH_DATA_BINARY)
    except _DAMAGED:
        return Member(names.unique(name), b"", "it is damaged in the message; save it apart")
    if content is None:
        return Member(names.unique(name), b"", "it is only a link to a file elsewhere; attach the file itself")
    return Member(names.unique(name), content)


def _embedded(message: _Message, names: Names, name: str, depth: int) -> Member:
    """A message that is attached as such, written as EML. Raises one of `_DAMAGED` where it cannot be read."""
    found = message.mail()
    name = names.unique(f"{_line(found.subject).replace('/', ' ') or name}.eml")
    if depth < 1:
        return Member(name, b"")  # too deep for whoever asks, who says so by its name alone
    letter = EmailMessage()
    for body in found.bodies:
        letter.set_content(body.text, subtype=body.kind)
    inner = Names()
    for number, storage in enumerate(message.attachments(), 1):
        member = _attached(storage, inner, number, depth)  # where it failed, it is empty, and found to be so
        letter.add_attachment(member.data, "application", "octet-stream", filename=member.name)
    headers = {
        "Subject": found.subject,
        "From": f"{found.sender} <{found.address}>" if found.address else found.sender,
        "To": ", ".join(found.recipients),
        "Date": format_datetime(found.sent) if found.sent else "",
    }
    written = "".join(f"{header}: {_line(value)}\n" for header, value in headers.items() if value)
    return Member(name, written.encode("utf-8", errors="replace") + letter.as_bytes())


def _line(text: str) -> str:
    return " ".join(text.split())
