# SPDX-License-Identifier: Apache-2.0
"""The files of the project, for the checks: what git knows, or every file where there is no git."""
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNTRACKED = {"build", ".git", "__pycache__", ".pytest_cache"}


def files():
    """Paths relative to ROOT."""
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others",
                             "--exclude-standard"], capture_output=True, check=False)
    if listed.returncode == 0:
        names = [pathlib.Path(name) for name in listed.stdout.decode().split("\0") if name]
    else:
        names = [path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file()]
    return sorted(name for name in names
                  if not UNTRACKED & set(name.parts) and (ROOT / name).is_file())


def c_files(*suffixes):
    return [path for path in files() if path.suffix in (suffixes or (".c", ".h"))]


def text(path):
    return (ROOT / path).read_text(errors="replace")
