"""The disk under the data folder is full: said clearly, nothing lost, and no restart needed afterwards."""

from pathlib import Path

import pytest

from tests.support.loop_disk import mounted, new_disk
from tests.support.street import eventually, street


@pytest.mark.slow
@pytest.mark.needs_root_loop
def test_a_full_disk_refuses_clearly_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    """Commands say so, the agent keeps its finding, and both get through once somebody made room."""
    with (
        mounted(new_disk(tmp_path / "disk.img", 48), tmp_path / "disk") as disk,
        street(tmp_path, data=disk / "controller") as walk,
    ):
        walk.serve()
        walk.enrol(watches=walk.shop_watch)
        walk.shop()
        walk.agent()
        eventually("the machine is seen", lambda: walk.json("machines", "list")[0]["state"] == "connected")
        walk.vigia("customers", "add", "Antes")

        filler = disk / "filler"
        with filler.open("wb") as file:
            try:
                while True:
                    file.write(bytes(64 * 1024))
                    file.flush()
            except OSError:
                pass
        walk.close_the_shop()
        # What its log still has room for goes in; the first that does not is refused.
        taken = {"Taller Lima", "Antes"}
        for number in range(200):
            done = walk.vigia("customers", "add", f"Durante {number}", check=False)
            if done.returncode:
                break
            taken.add(f"Durante {number}")
        assert done.returncode == 1
        assert "the database cannot write now" in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
        assert {one["name"] for one in walk.json("customers", "list")} == taken
        eventually("the agent has found the fault", lambda: "watch.down" in walk.log("agent"))
        assert walk.running["controller"].poll() is None

        filler.unlink()
        found = eventually("the incident, after all", walk.incidents, patience_s=60)
        assert [(one["rule"], one["finding_count"]) for one in found] == [("watch.down", 1)]
        walk.vigia("customers", "add", "Después")
