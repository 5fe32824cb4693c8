"""The registry of events: for each its sender, its payloads, examples to copy, its errors, and the answers to it.

What an event means is the docstring of its struct, what a field means stands at the field, and its name is a row of
`messages.EVENTS`. Everything that people read of the protocol is made of these three places. The rows themselves are in
`clientrows.py` and `serverrows.py`.
"""

from typing import Final

from protocol.clientrows import CLIENT_ROWS, CONNECTING_ROWS
from protocol.eventrow import EventRow
from protocol.serverrows import SERVER_ROWS

ROWS: Final = (*CONNECTING_ROWS, *CLIENT_ROWS, *SERVER_ROWS)
REGISTRY: Final[dict[str, EventRow]] = {row.name: row for row in ROWS}
"""By the documented name, in the order of a conversation."""
