"""What can go wrong in ways that a person can mend; each message names the thing, what was wrong and the next step."""


class PinciteError(Exception):
    """Base of every error whose message is meant for the person at the keyboard."""


class SettingsError(PinciteError):
    """A setting is unknown or has a value that cannot be used."""


class ReadError(PinciteError):
    """A document cannot be read; the message is the reason, without the document's name."""


class ModelError(PinciteError):
    """A model is unknown, cannot be fetched, or is not what it should be."""


class IndexMissingError(PinciteError):
    """There is no index at the folder that was named."""


class IndexDamagedError(PinciteError):
    """A file of an index is missing, truncated or altered."""


class IndexMismatchError(PinciteError):
    """An index was built by another format version or another encoder."""


class IndexLockedError(PinciteError):
    """Another process is writing to the index."""


class QuestionError(PinciteError):
    """A question is empty or longer than a question can be."""
