"""What an installation may set, from `<data>/vigia.toml` and from `VIGIA_*` variables, which win.

Every fault is said at once, by key path. Secrets are `SecretStr`: they print as stars.
"""

import os
import socket
import tomllib
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Self
from zoneinfo import available_timezones

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from controller.core.errors import Invalid

DEFAULT_DATA = Path("/var/lib/vigia")


class SmtpConfig(BaseModel):
    """The mail server that takes our notices. Without a host, notices go to the log channel alone."""

    model_config = ConfigDict(extra="forbid")

    host: str = ""
    port: int = Field(default=587, ge=1, le=65_535)
    security: str = Field(default="starttls", pattern="^(starttls|implicit|none)$")
    user: str = ""
    password: SecretStr = SecretStr("")
    sender: str = "vigia@localhost"


class Config(BaseSettings):
    """Ports may be 0: the system chooses one (tests, `vigia up`). Durations carry their unit in the name."""

    model_config = SettingsConfigDict(env_prefix="VIGIA_", env_nested_delimiter="__", extra="forbid")

    data: Path = DEFAULT_DATA
    # Empty: SQLite in the data folder.
    database_url: SecretStr = SecretStr("")
    # What agents and benches reach, from outside.
    bind: str = "0.0.0.0"  # noqa: S104 - agents come from anywhere; both ports speak TLS only
    public_host: str = Field(default_factory=socket.gethostname)
    agents_port: int = Field(7443, ge=0, le=65_535)
    enrolment_port: int = Field(7444, ge=0, le=65_535)
    # What people reach. Plain HTTP is for loopback only.
    console_bind: str = "127.0.0.1"
    console_port: int = Field(7480, ge=0, le=65_535)
    console_url: str = ""
    console_certificate: Path | None = None
    console_key: Path | None = None
    # Addresses or networks of reverse proxies whose word for a browser's address is believed.
    trusted_proxies: tuple[str, ...] = ()
    zone: str = "America/Mexico_City"
    snapshot_days: int = Field(30, ge=1, le=3_650)
    # Of the machines of one customer, in 30 days.
    evidence_mib: int = Field(16_384, ge=512, le=1_048_576)
    # So long after its end a machine's certificate is still traded for a new one; 0: never by itself.
    recovery_days: int = Field(90, ge=0, le=3_650)
    log_format: str = Field("plain", pattern="^(plain|json)$")
    smtp: SmtpConfig = SmtpConfig()

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError(f"{zone!r} is no IANA zone, such as America/Mexico_City")
        return zone

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for one in proxies:
            try:
                ip_network(one)
            except ValueError:
                raise ValueError(
                    f'{one!r} is no address or network, such as 127.0.0.1 or 10.0.0.0/8; "*" would let '
                    "anybody choose the address that is counted"
                ) from None
        return proxies

    @model_validator(mode="after")
    def _no_plain_console_outside(self) -> Self:
        has_certificate = bool(self.console_certificate and self.console_key)
        if not has_certificate and not is_loopback(self.console_bind):
            raise ValueError(
                f"console_bind: {self.console_bind} is not loopback, where plain HTTP ends. "
                "Set console_certificate and console_key, or put a TLS proxy before 127.0.0.1"
            )
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the library's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # A flag beats a variable, a variable beats the file.
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls))

    @property
    def storage_url(self) -> str:
        """The database, by default `<data>/vigia.db`; a bare `postgresql://` gets its driver."""
        given = self.database_url.get_secret_value()
        if not given:
            return f"sqlite+aiosqlite:///{self.data / 'vigia.db'}"
        return given.replace("postgresql://", "postgresql+psycopg://", 1)

    @property
    def control_socket(self) -> Path:
        return self.data / "control.sock"

    @property
    def base_url(self) -> str:
        """Where links in notices lead."""
        scheme = "https" if self.console_certificate else "http"
        return (self.console_url or f"{scheme}://{self.console_bind}:{self.console_port}").rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether a bind address stays on this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def load_config(data: Path | None = None, **values: object) -> Config:
    """The configuration of a data folder (`VIGIA_DATA`, else /var/lib/vigia, when not given).

    `values` win over variables and file. Raises `Invalid` with every fault by key.
    """
    folder = (data or Path(os.environ.get("VIGIA_DATA") or DEFAULT_DATA)).absolute()
    path = folder / "vigia.toml"

    class Here(Config):
        model_config = SettingsConfigDict(toml_file=path)

    try:
        return Here(**{"data": folder, **values})  # type: ignore[arg-type]  # pydantic checks them
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(str(path), f"is no TOML: {error}", "Mend that line") from error
    except ValidationError as error:
        faults = [
            _fault(fault["loc"], fault["type"], fault["msg"]) for fault in error.errors(include_url=False)
        ]
        raise Invalid(str(path), "; ".join(faults), "Every key is in docs/operation.md") from error


def _fault(place: tuple[int | str, ...], kind: str, message: str) -> str:
    """One fault in words: the key, where it was set when a variable did, and what it must be."""
    key = ".".join(str(part) for part in place)
    variable = "VIGIA_" + "__".join(str(part).upper() for part in place)
    said = message.removeprefix("Value error, ")
    if kind == "extra_forbidden":
        said = "is no setting"
    elif kind == "string_pattern_mismatch":
        said = "must be one of " + message.partition("^(")[2].partition(")")[0].replace("|", ", ")
    elif said.startswith("Input should"):
        said = said.replace("Input should", "must", 1)
    if not key:
        return said
    return f"{key} (from {variable}): {said}" if variable in os.environ else f"{key}: {said}"


def strange_variables() -> list[str]:
    """`VIGIA_*` variables that set nothing here: a mistyped name must not pass in silence."""
    known = {f"VIGIA_{name.upper()}" for name in Config.model_fields} | {"VIGIA_DATA", "VIGIA_NO_SKIP"}
    return sorted(
        name
        for name in os.environ
        if name.startswith("VIGIA_") and name.split("__")[0] not in known and not name.startswith(_OTHERS)
    )


# Of our other programs, and of the tests.
_OTHERS = ("VIGIA_AGENT_", "VIGIA_LAB_", "VIGIA_STORIES")
