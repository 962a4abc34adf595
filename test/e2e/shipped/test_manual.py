# SPDX-License-Identifier: Apache-2.0
"""What is installed beside the program: man pages, completions, units; and `weir help`."""
import pathlib
import shutil
import subprocess

import pytest

from harness.balancer import weir_binary

pytestmark = pytest.mark.weir_only


def made(name):
    path = pathlib.Path(weir_binary()).parent / name
    if not path.exists():
        pytest.skip("%s lies beside a program that was built, not installed" % name)
    return str(path)


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)


def need(program):
    if shutil.which(program) is None:
        pytest.skip("%s is not installed" % program)


@pytest.mark.parametrize("page", ["weir.8", "weir.conf.5", "weir-rules.7"])
@pytest.mark.parametrize("command", [
    ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z"],
    ["groff", "-ww", "-man", "-Tutf8", "-z"],
    ["mandoc", "-T", "lint"]])
def test_man_pages_are_clean(kind, page, command):
    need(command[0])
    done = run(*command, made(page))
    said = done.stderr + (done.stdout if command[0] == "mandoc" else "")
    assert done.returncode == 0 and not said, said


@pytest.mark.parametrize("words, offered", [
    (["weir", "he"], "help"),
    (["weir", "-d"], "-db"),
    (["weir", "help", "bal"], "balance"),
    (["weir", "help", "timeout", "c"], "connect"),
    (["weir", "help", "option", "httpl"], "httplog")])
def test_bash_completes(kind, words, offered):
    script = """. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _weir
                printf '%s\\n' "${COMPREPLY[@]}" """
    done = run("bash", "-c", script, "bash", made("weir.bash"), *words)
    assert offered in done.stdout.split(), done.stdout + done.stderr
    assert all(word.startswith(words[-1]) for word in done.stdout.split())


def test_zsh_can_read_its_completion(kind):
    need("zsh")
    done = run("zsh", "-n", made("_weir"))
    assert done.returncode == 0 and not done.stderr, done.stderr


def test_help_explains_a_keyword(kind):
    done = run(weir_binary(), "help", "timeout", "connect")
    assert done.returncode == 0
    for text in ("timeout connect", 'timeout_connect = "5s";', "a duration", "defaults, backend"):
        assert text in done.stdout
    assert run(weir_binary(), "help", "timeout_connect").stdout == done.stdout


def test_help_explains_an_option(kind):
    assert "warnings" in run(weir_binary(), "help", "-dW").stdout


@pytest.mark.parametrize("word, said", [
    ("src", "(fetch)"), ("lower", "(converter)"), ("set-var", "(action)")])
def test_help_explains_the_words_of_rules(kind, word, said):
    done = run(weir_binary(), "help", word)
    assert done.returncode == 0 and said in done.stdout


def test_help_suggests(kind):
    done = run(weir_binary(), "help", "balanse")
    assert done.returncode == 1 and not done.stdout
    assert done.stderr == "no keyword 'balanse'\ndid you mean 'balance'?\n"


def test_help_alone_lists(kind):
    done = run(weir_binary(), "help")
    assert done.returncode == 0
    assert all(word in done.stdout for word in ("Usage:", "balance", "nbthread", "check"))


def test_installing_puts_everything_in_its_place(kind, tmp_path):
    build = pathlib.Path(weir_binary()).parents[2]
    if not (build / "cmake_install.cmake").exists():
        pytest.skip("not a build tree")
    done = run("cmake", "--install", str(build), "--prefix", str(tmp_path))
    assert done.returncode == 0, done.stderr
    for name in ("sbin/weir", "share/man/man8/weir.8", "share/man/man5/weir.conf.5", "share/man/man7/weir-rules.7",
                 "share/bash-completion/completions/weir", "share/zsh/site-functions/_weir",
                 "lib/systemd/system/weir.service", "share/doc/weir/examples/haproxy.service.d.conf"):
        assert (tmp_path / name).is_file(), name
    link = tmp_path / "lib/weir/haproxy"
    assert link.is_symlink() and link.resolve() == tmp_path / "sbin/weir"
    assert "weir version" in run(str(link), "-v").stdout
