"""Complete commands, options and the names of what is in the cluster, in bash, zsh or fish.

tuik8s completion bash >> ~/.bashrc
tuik8s completion zsh  >> ~/.zshrc           after compinit
tuik8s completion fish > ~/.config/fish/completions/tuik8s.fish
"""

from __future__ import annotations

import argparse

WORDS = "words"
"""Asked by the scripts: which words may come next. Not for people."""

BASH = """\
_tuik8s() {
    local IFS=$'\\n'
    COMPREPLY=($(tuik8s completion words -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _tuik8s tuik8s
"""
ZSH = """\
_tuik8s() {
    local -a found
    found=("${(@f)$(tuik8s completion words -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    if [[ -n "${found[*]}" ]]; then compadd -- "${found[@]}"; else _files; fi
}
compdef _tuik8s tuik8s
"""
FISH = """\
function __tuik8s_words
    set -l before (commandline -opc)
    set -l found (tuik8s completion words -- $before[2..-1] (commandline -ct) 2>/dev/null)
    if test -n "$found"
        printf '%s\\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c tuik8s -f -a '(__tuik8s_words)'
"""
SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=(*SCRIPTS, WORDS), metavar="bash|zsh|fish")
    parser.add_argument("typed", nargs="*", help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    if args.shell != WORDS:
        print(SCRIPTS[args.shell], end="")
        return 0
    from tuik8s.cli.candidates import candidates

    for word in candidates(args.typed):
        print(word)
    return 0
