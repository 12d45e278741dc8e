"""`vigia serve`: the controller itself, until it is told to stop."""

import asyncio
import gc
import logging
import os
import signal
import sys
from pathlib import Path

import structlog

from controller.config import Config, load_config, strange_variables
from controller.core.errors import VigiaError


def serve_command(data: Path | None = None) -> int:
    """Runs the controller of a data folder. Exit status: 0 stopped, 1 could not run, 2 bad configuration."""
    try:
        config = load_config(data)
    except VigiaError as error:
        print(f"vigia serve: {error}", file=sys.stderr)
        return 2
    # What the database and the bundles hold is for this user and its group alone.
    os.umask(0o027)
    log_to_stderr(config.log_format)
    for name in strange_variables():
        logging.getLogger(__name__).warning("the variable %s sets nothing; is its name right?", name)
    import uvloop

    try:
        uvloop.run(_serve(config))
    except VigiaError as error:
        print(f"vigia serve: {error}", file=sys.stderr)
        return 1
    return 0


async def _serve(config: Config) -> None:
    from controller.app import App

    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    app = App(config)
    await app.start()
    set_aside()
    try:
        print(f"Vigía: console at {app.console_url}", flush=True)
        if app.first_link:
            print(f"First administrator, once, within 24 h: {app.first_link}", flush=True)
        await app.run_until(ended)
    finally:
        await app.stop()


def set_aside() -> None:
    """What stands after the start lives as long as the process: the collector need not look at it again.

    Some 210,000 objects, a tenth of a second at each full collection, in the middle of a batch of deadlines.
    """
    gc.collect()
    gc.freeze()


def log_to_stderr(log_format: str) -> None:
    """One line per unit of work: plain for people, or JSON for a collector. Never content, never secrets."""
    before: list[structlog.typing.Processor] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                last,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for noisy in ("uvicorn", "httpx", "aiosqlite", "alembic", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
