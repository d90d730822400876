"""A sign-in is taken once, whichever process sees it, and forgotten when it has ended."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jobs.access.sign_ins import PAUSE, Once

ROOT = Path(__file__).resolve().parents[3]
END = 1_000.0
OTHER = """
import sys
from pathlib import Path
from jobs.access.sign_ins import Once
print([Once(Path(sys.argv[1])).use(what, 1000.0, 0.0) for what in ("issuer one", "issuer two")])
"""


def test_another_process_and_a_restart_know_what_was_used(tmp_path: Path) -> None:
    assert Once(tmp_path / "used").use("issuer one", END, 0.0)
    command = [sys.executable, "-c", OTHER, str(tmp_path / "used")]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.strip() == "[False, True]"
    assert not Once(tmp_path / "used").use("issuer two", END, 0.0)


def test_of_many_at_the_same_time_one_is_first(tmp_path: Path) -> None:
    servers = [Once(tmp_path / "used") for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: servers[n % 8].use(f"issuer {n // 8}", END, 0.0), range(160)))
    assert [sum(found[i : i + 8]) for i in range(0, 160, 8)] == [1] * 20


def test_what_has_ended_is_forgotten_and_nothing_else(tmp_path: Path) -> None:
    minutes = iter(range(100))
    once = Once(tmp_path, tick=lambda: next(minutes) * PAUSE)
    once.use("short", END, 0.0)
    once.use("long", 10 * END, 0.0)
    (tmp_path / "unfinished").touch()  # its writer was killed
    once.use("third", 10 * END, 2 * END)
    assert len(list(tmp_path.iterdir())) == 3
    assert not once.use("long", 10 * END, 2 * END)


def test_nothing_of_a_token_is_kept(tmp_path: Path) -> None:
    Once(tmp_path).use("https://id.example.org nonce-1/../x", END, 0.0)
    (file,) = tmp_path.iterdir()
    assert len(file.name) == 64
    assert file.read_text() == "1000"
    assert file.stat().st_mode & 0o077 == 0
