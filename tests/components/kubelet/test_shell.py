"""The shell of simulated containers: what commands write, how they end, and when."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tuik8s.components.kubelet.shell.files import Files
from tuik8s.components.kubelet.shell.interpreter import Facts, Shell
from tuik8s.components.kubelet.shell.process import Process, start
from tuik8s.components.kubelet.shell.table import SHELL

START_MS = 1_767_225_600_000
FACTS = Facts("web-0", "default", "127.20.1.2", "node-1", "c", "nginx", START_MS)


class Ran(NamedTuple):
    code: int
    out: str
    err: str
    took_ms: int


def begin(command: list[str], *, tty: bool = False, stdin: bool = False) -> Process:
    files = Files()
    mounted = {"/etc/conf/a.conf": b"x=1\ny=2\n", "/etc/hostname": b"web-0\n"}
    files.mount(mounted, ("/etc/conf",), ("/etc/conf", "/data"))
    shell = Shell(FACTS, {"A": "b  c", "EMPTY": ""}, files, SHELL)
    return start(shell, command, has_terminal=tty, has_input=stdin)


def run(command: list[str], limit_ms: int = 3_600_000) -> Ran:
    process = begin(command)
    now_ms = START_MS
    out = err = b""
    while True:
        found = process.read(now_ms)
        out, err = out + found.stdout, err + found.stderr
        if found.exit_code >= 0:
            return Ran(found.exit_code, out.decode(), err.decode(), now_ms - START_MS)
        assert found.wake_at_ms is not None, "it waits for input that never comes"
        now_ms = found.wake_at_ms
        assert now_ms - START_MS <= limit_ms, "it does not end"


@pytest.mark.parametrize(
    ("script", "out"),
    [
        ("echo hi", "hi\n"),
        ("echo -n a; echo b", "ab\n"),
        ("echo \"$A\" $A '$A' $NONE", "b  c b c $A\n"),
        ("echo ${NONE:-x} ${A:+set} ${#A} ${EMPTY:-y}", "x set 4 y\n"),
        ("echo $(hostname)-$((1 + 2)) `echo t`", "web-0-3 t\n"),
        ("X=1; Y=2 env | grep ^[XY]=; echo $X$Y", "X=1\nY=2\n1\n"),
        ("printf '%s-%d\\n' a 3 b 4", "a-3\nb-4\n"),
        ("false || echo or; true && echo and; ! true; echo $?", "or\nand\n1\n"),
        ("false; echo $?; nope 2>/dev/null; echo $?", "1\n127\n"),
        ("for i in 1 2 3; do echo -n $i; done", "123"),
        ("if [ -f /etc/hostname ]; then echo y; else echo n; fi", "y\n"),
        ("if test -d /nope; then echo y; elif [ 1 -lt 2 ]; then echo z; fi", "z\n"),
        ("i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo $i; done", "1\n2\n3\n"),
        ("ls /etc/conf; cat /etc/conf/*.conf | grep y", "a.conf\ny=2\n"),
        ("echo a > /data/f; echo b >> /data/f; cat < /data/f; wc -l /data/f", "a\nb\n2 /data/f\n"),
        ("cd /etc; pwd; cat hostname; cd; pwd", "/etc\nweb-0\n/root\n"),
        ("seq 5 | tail -n 2; seq 5 | head -2", "4\n5\n1\n2\n"),
        ("echo secret | base64 | tee /tmp/x | base64 -d; cat /tmp/x", "secret\nc2VjcmV0Cg==\n"),
        ("printf 'b\\na\\nb\\n' | sort | uniq -c", "      1 a\n      2 b\n"),
        ("echo a:b:c | cut -d: -f2", "b\n"),
        ("mkdir -p /data/x/y && touch /data/x/y/z && rm -r /data/x && ls /data", ""),
        ("cp /etc/hostname /tmp/h; mv /tmp/h /tmp/i; ls /tmp", "i\n"),
        ("echo out; echo err >&2", "out\n"),
        ("(", ""),
        ("date; sleep 90; date +%H:%M:%S", "Thu Jan  1 00:00:00 UTC 2026\n00:01:30\n"),
        ("sh -c 'exit 4'; echo $?", "4\n"),
        ("which ls nope", "/bin/ls\n"),
        ("command -v ls; command -v nope || echo none; command echo hi", "/bin/ls\nnone\nhi\n"),
        ("command -v bash >/dev/null && exec echo b || exec echo s; echo after", "b\n"),
        ("command -v nope >/dev/null && exec echo b || exec echo s; echo after", "s\n"),
        ("echo -e '\\8\\101'; printf '%99999999999s' a", "\\8A\n%99999999999s"),
        ("echo a b | cut -d' ' -f-5,2", "b\n"),
    ],
)  # fmt: skip
def test_scripts(script: str, out: str) -> None:
    assert run(["sh", "-c", script]).out == out


@pytest.mark.parametrize(
    ("command", "code", "err"),
    [
        (["true"], 0, ""),
        (["false"], 1, ""),
        (["sh", "-c", "exit 300"], 44, ""),
        (["sh", "-c", "exit 3; echo not"], 3, ""),
        (["sh", "-c", "exec false; echo not"], 1, ""),
        (["sh", "-c", "exec nope"], 127, "sh: nope: not found\n"),
        (["nope", "a"], 127, "sh: nope: not found\n"),
        (["cat", "/nope"], 1, "cat: can't open '/nope': No such file or directory\n"),
        (["ls", "/nope"], 1, "ls: /nope: No such file or directory\n"),
        (["touch", "/etc/conf/b"], 1, "touch: /etc/conf/b: Read-only file system\n"),
        (["rm", "/etc/conf/a.conf"], 1, "rm: /etc/conf/a.conf: Read-only file system\n"),
        (["sh", "-c", "echo x > /nope/f"], 1,
         "sh: can't create /nope/f: No such file or directory\n"),
        (["sh", "-c", "echo 'a"], 2, "sh: syntax error: unterminated quoted string\n"),
        (["sh", "-c", "echo ${A"], 2, 'sh: syntax error: unterminated "}"\n'),
        (["sh", "-c", "cd /nope"], 2, "sh: cd: can't cd to /nope: No such file or directory\n"),
        (["kill", "7"], 1, "sh: can't kill pid 7: No such process\n"),
        (["grep", "q", "/etc/conf/a.conf"], 1, ""),
        (["grep", "-E", "a{99999999999}", "/etc/hostname"], 2,
         "grep: bad regex 'a{99999999999}': Invalid content of \\{\\}\n"),
        (["kill", "-99999999", "1"], 1, "sh: kill: invalid signal number 99999999\n"),
        (["sh", "-c", "x=aa; for i in $(seq 60); do x=$x$x; done"], 2, "sh: Out of space\n"),
        (["sh", "-c", "if " * 1_000], 139, ""),
        (["sh", "-c", "echo " + "$(" * 1_000 + ")" * 1_000], 139, ""),
        (["sh", "-c", "mkdir /tmp/d; rm -r /tmp/d > /tmp/d/f"], 1,
         "sh: write error: No such file or directory\n"),
    ],
)  # fmt: skip
def test_codes_and_complaints(command: list[str], code: int, err: str) -> None:
    ran = run(command)
    assert (ran.code, ran.err) == (code, err)


def test_time_passes_in_sleep_alone() -> None:
    assert run(["sh", "-c", "echo a; sleep 2; sleep 0.5; echo b"]).took_ms == 2_500


def test_a_loop_without_end_lets_the_world_go_on() -> None:
    process = begin(["sh", "-c", "while true; do echo t; done"])
    lines = process.read(START_MS).stdout + process.read(START_MS + 50).stdout
    assert 10 < lines.count(b"\n") <= 60


def test_a_prompt_reads_lines_and_ends_with_its_input() -> None:
    process = begin(["sh"], stdin=True)
    process.write(b"echo a\nread x y\n1 2 3\necho $y $x\nfal", START_MS)
    process.write(b"se\n", START_MS)
    assert process.read(START_MS).stdout == b"a\n2 3 1\n"
    process.end_input()
    assert process.read(START_MS).exit_code == 1


def test_a_terminal_echoes_edits_and_interrupts() -> None:
    process = begin(["sh"], tty=True, stdin=True)
    assert process.read(START_MS).stdout == b"/ # "
    process.write(b"echo hx\x7fi\r", START_MS)
    assert process.read(START_MS).stdout == b"echo hx\b \bi\r\nhi\r\n/ # "
    process.write(b"sleep 60\r", START_MS)
    assert process.read(START_MS).wake_at_ms == START_MS + 60_000
    process.write(b"\x03", START_MS + 5)
    assert process.read(START_MS + 5).stdout == b"^C\r\n/ # "
    process.write(b"exit 3\r", START_MS + 9)
    assert process.read(START_MS + 9).exit_code == 3


def test_ctrl_d_ends_the_input() -> None:
    process = begin(["cat"], tty=True, stdin=True)
    process.write(b"a\r\x04", START_MS)
    found = process.read(START_MS)
    assert (found.stdout, found.exit_code) == (b"a\r\na\r\n", 0)
