"""Which files the customer's wheel holds: the Python of three packages, not what merely lies beside it."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGES = ("agent", "evidence", "protos")


class AgentBuildHook(BuildHookInterface[Any]):
    """Name each file to hatchling; stubs that were not made stop the build, or the wheel could not speak."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 (hatchling's)
        """Fill ``force_include`` with every ``.py``, ``.toml`` and ``.mo`` of the packages."""
        top = Path(self.root).parents[1]
        if not list(top.glob("protos/vigia/v1/*_pb2_grpc.py")):
            raise FileNotFoundError(f"no stubs in {top}/protos/vigia/v1: run `make stubs` first")
        missing = [package for package in PACKAGES if not (top / package / "__init__.py").is_file()]
        if missing:
            raise FileNotFoundError(f"no {' nor '.join(missing)} in {top}: the wheel would not start")
        for package in PACKAGES:
            for path in sorted((top / package).rglob("*")):
                if path.suffix in {".py", ".toml", ".mo"} and path.is_file():
                    build_data["force_include"][str(path)] = path.relative_to(top).as_posix()
