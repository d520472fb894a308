"""The supervisor starts what dies again, and ends all when told to."""

import os

from cli.supervisor import Child, Supervisor


def test_a_dead_child_is_started_again_with_growing_pauses(tmp_path):
    child = Child("short", ["--help"])
    deaths = []

    def died(which, code):
        deaths.append((which.name, code, which.pause))
        if len(deaths) == 2:
            supervisor.stopping.set()

    supervisor = Supervisor([child], tmp_path, dict(os.environ), on_death=died)
    supervisor.run()
    assert [name for name, _, _ in deaths] == ["short", "short"]
    assert [code for _, code, _ in deaths] == [0, 0]
    assert deaths[1][2] > deaths[0][2]
    assert "Usage" in (tmp_path / "short.log").read_text()


def test_children_end_with_the_supervisor(tmp_path):
    child = Child("long", ["newsroom", "--port", "0"])
    supervisor = Supervisor([child], tmp_path, dict(os.environ))

    class Once:
        """Lets the supervisor look once, then says stop."""

        looks = 0

        def wait(self, _seconds):
            self.looks += 1
            return self.looks > 2

    supervisor.stopping = Once()
    supervisor.run()
    assert child.process is not None
    assert child.process.poll() is not None
