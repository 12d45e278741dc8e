"""A corpus of invented secrets in the files that support bundles hold, and of facts that must survive.

Every secret is put together at run time from parts, so that no scanner of repositories finds one here.
`corpus()` gives files with `secrets` (must be gone) and `facts` (must stay); all values are made up.
"""

from tests.support import secret_settings, secret_speech, secret_systems
from tests.support.secret_mint import CorpusFile, Mint

_MAKERS = (
    secret_settings.settings,
    secret_settings.structured,
    secret_systems.systems,
    secret_systems.networks,
    secret_speech.commands,
    secret_speech.speech,
    secret_speech.encodings,
    secret_speech.benign,
)


def corpus(seed: int = 1) -> list[CorpusFile]:
    """All files, the same for the same seed."""
    mint = Mint(seed)
    return [one for make in _MAKERS for one in make(mint)]
