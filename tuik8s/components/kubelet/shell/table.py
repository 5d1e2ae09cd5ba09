"""The commands that an image with a shell has; images may add their own (`Program.commands`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tuik8s.components.kubelet.shell import archive, commands, filters
from tuik8s.components.kubelet.shell.base import Command, at_once

SHELL: Final[Mapping[str, Command]] = {
    "[": at_once(commands.test),
    ":": at_once(commands.true),
    "ash": commands.sh,
    "base64": filters.base64,
    "bash": commands.sh,
    "cat": filters.cat,
    "cd": at_once(commands.cd),
    "command": commands.command,
    "cp": at_once(commands.cp),
    "cut": filters.cut,
    "date": at_once(commands.date),
    "echo": at_once(commands.echo),
    "env": commands.env,
    "exec": commands.exec_,
    "exit": at_once(commands.leave),
    "export": at_once(commands.export),
    "false": at_once(commands.false),
    "egrep": filters.grep,
    "grep": filters.grep,
    "head": filters.head,
    "hostname": at_once(commands.hostname),
    "id": at_once(commands.whoami),
    "kill": at_once(commands.kill),
    "ls": at_once(commands.ls),
    "mkdir": at_once(commands.mkdir),
    "mv": at_once(commands.cp),
    "printenv": at_once(commands.printenv),
    "printf": at_once(commands.printf),
    "ps": at_once(commands.ps),
    "pwd": at_once(commands.pwd),
    "read": filters.read,
    "rm": at_once(commands.rm),
    "seq": filters.seq,
    "set": at_once(commands.true),
    "sh": commands.sh,
    "sleep": commands.sleep,
    "sort": filters.sort,
    "tail": filters.tail,
    "tar": archive.tar,
    "tee": filters.tee,
    "test": at_once(commands.test),
    "touch": at_once(commands.touch),
    "true": at_once(commands.true),
    "uname": at_once(commands.uname),
    "uniq": filters.uniq,
    "unset": at_once(commands.unset),
    "uptime": at_once(commands.uptime),
    "wc": filters.wc,
    "which": at_once(commands.which),
    "whoami": at_once(commands.whoami),
}
