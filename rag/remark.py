"""What went otherwise than it should while a language model wrote an answer."""

from dataclasses import dataclass
from typing import Literal

RemarkKind = Literal["away", "broke_off", "stopped", "nothing_supported", "no_answer_found", "quotes_left_out"]

_STANDS = "the quoted answer stands"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that went otherwise, for whoever has words of their own for it; as `str` an English clause."""

    kind: RemarkKind
    detail: str = ""  # of "away" and "broke_off": what the model's error says, in English
    count: int = 0  # of "quotes_left_out": how many
    of: int = 0  # and of how many

    def __str__(self) -> str:
        """The clause, without a capital and a full stop."""
        match self.kind:
            case "away":
                return f"{self.detail}; {_STANDS}"
            case "broke_off":
                return f"{self.detail}; what it wrote before was checked and stands"
            case "stopped":
                return "the writing was stopped"
            case "nothing_supported":
                return f"nothing that the model wrote is supported; {_STANDS}"
            case "no_answer_found":
                return f"the model found no answer in the sources; {_STANDS}"
            case "quotes_left_out":
                return f"{self.count} of {self.of} quotes did not fit into the prompt"
