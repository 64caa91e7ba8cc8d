"""What is left of a file after an accident, for readers of any format."""

import random
from collections.abc import Iterator


def mutated(data: bytes, count: int, seed: int) -> Iterator[bytes]:
    """`data`, `altered` so many times, each time from the start."""
    chance = random.Random(seed)
    return (altered(data, chance) for _ in range(count))


def altered(data: bytes, chance: random.Random) -> bytes:
    """`data` with bits turned, cut off, with bytes put in, taken out or doubled."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(changed) + 1)
        match chance.randrange(5):
            case 0 if at < len(changed):
                changed[at] ^= 1 << chance.randrange(8)
            case 1:
                changed[at:at] = chance.randbytes(chance.randint(1, 20))
            case 2:
                del changed[at : at + chance.randint(1, 200)]
            case 3:
                changed[at:at] = changed[at : at + chance.randint(1, 300)]
            case 4 if chance.random() < 0.2:
                del changed[at:]
    return bytes(changed)
