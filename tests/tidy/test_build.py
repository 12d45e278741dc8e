"""What the build hook makes, and when it leaves things alone."""

import gettext
import os
from pathlib import Path

import pytest

import hatch_build

HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'


def test_a_tree_without_sources_is_no_fault(tmp_path: Path) -> None:
    """Rooms come one by one: the hook says what it did not find, and goes on."""
    said = [
        verb(tmp_path) for verb in (hatch_build.build_stubs, hatch_build.build_words, hatch_build.build_web)
    ]
    assert all(": none, there is no" in line for line in said)


def test_a_catalogue_is_made_once_and_again_when_its_words_change(tmp_path: Path) -> None:
    source = _catalogue(tmp_path, 'msgid "queue"\nmsgstr "cola"\n')
    assert hatch_build.build_words(tmp_path) == "words: made 1 catalogue(s)"
    assert hatch_build.build_words(tmp_path) == "words: up to date"
    source.write_text(f'{HEADER}msgid "queue"\nmsgstr "lista"\n', encoding="utf-8")
    later_ns = source.with_suffix(".mo").stat().st_mtime_ns + 1_000_000
    os.utime(source, ns=(later_ns, later_ns))
    assert hatch_build.build_words(tmp_path) == "words: made 1 catalogue(s)"
    with source.with_suffix(".mo").open("rb") as made:
        assert gettext.GNUTranslations(made).gettext("queue") == "lista"


def test_a_faulty_catalogue_stops_the_build_and_is_named(tmp_path: Path) -> None:
    _catalogue(tmp_path, "queue = cola\n")
    with pytest.raises(hatch_build.Faulty, match=r"locale/es/LC_MESSAGES/vigia\.po"):
        hatch_build.build_words(tmp_path)


def test_a_faulty_message_file_stops_the_build_with_protocs_own_words(tmp_path: Path) -> None:
    source = tmp_path / "protos/vigia/v1/agent.proto"
    source.parent.mkdir(parents=True)
    source.write_text('syntax = "proto3";\nmessage Broken { strin name = 1; }\n')
    with pytest.raises(hatch_build.Faulty, match=r"protoc failed with status 1:\n.*agent\.proto:2"):
        hatch_build.build_stubs(tmp_path)


def test_stubs_import_under_our_own_name() -> None:
    from protos.vigia.v1 import agent_pb2

    assert agent_pb2.DESCRIPTOR.name == "protos/vigia/v1/agent.proto"


def _catalogue(root: Path, body: str) -> Path:
    source = root / "controller/words/locale/es/LC_MESSAGES/vigia.po"
    source.parent.mkdir(parents=True)
    source.write_text(HEADER + body, encoding="utf-8")
    return source
