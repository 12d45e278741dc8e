"""What the pages need from the rest of the process, joined by `app.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from controller.blobs.folder import BlobFolder
from controller.core.chance import Chance
from controller.core.changes import Changes
from controller.core.clock import Clock
from controller.fleet.identity.authority import Authority
from controller.reports.health.watch import Watch
from controller.storage import Storage

ASSETS = Path(__file__).parent / "assets" / "dist"


@dataclass(frozen=True, slots=True)
class Context:
    """`secure`: the console is served over HTTPS, so cookies are marked for it; False only on loopback.

    `wake_ticker` is called after a write that may have moved a deadline. Closing `changes` when the process
    ends lets go of the browsers. `assets` is the folder that `make web` fills.
    """

    storage: Storage
    clock: Clock
    chance: Chance
    blobs: BlobFolder
    changes: Changes
    secure: bool = False
    wake_ticker: Callable[[], None] = lambda: None
    assets: Path = ASSETS
    # What the commands need besides: to issue tokens, to say where agents enrol, to end banned streams now.
    authority: Authority | None = None
    enrolment_endpoint: str = ""
    # Whether a letter can leave: an SMTP server is named.
    mail_is_set_up: bool = False
    # Before the path of a link that is given to somebody, without a slash at its end.
    console_url: str = ""
    drop_banned: Callable[[], None] = lambda: None
    # The first administrator is made: the link that lies on the disk has done its work.
    first_link_used: Callable[[], None] = lambda: None
    # How we are ourselves; None where nobody watches (a test's console).
    watch: Watch | None = None
