"""The Pod Security Standards: what a pod spec does that baseline or restricted forbid.

Each check is (level, first version of 1.x, short reason, details of it for a spec).

Source: k8s.io/pod-security-admission policy (1.36).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from tuik8s.api.types import Object

LEVELS: Final = ("privileged", "baseline", "restricted")
_BASELINE_CAPABILITIES: Final = frozenset(
    [
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    ]
)
_VOLUMES: Final = frozenset(
    [
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "name",
        "persistentVolumeClaim",
        "projected",
        "secret",
    ]
)
_SYSCTLS: Final = {
    "kernel.shm_rmid_forced": 0,
    "net.ipv4.ip_local_port_range": 0,
    "net.ipv4.tcp_syncookies": 0,
    "net.ipv4.ping_group_range": 0,
    "net.ipv4.ip_unprivileged_port_start": 0,
    "net.ipv4.ip_local_reserved_ports": 27,
    "net.ipv4.tcp_keepalive_time": 29,
    "net.ipv4.tcp_fin_timeout": 29,
    "net.ipv4.tcp_keepalive_intvl": 29,
    "net.ipv4.tcp_keepalive_probes": 29,
    "net.ipv4.tcp_rmem": 32,
    "net.ipv4.tcp_wmem": 32,
}
_SELINUX: Final = frozenset({"", "container_t", "container_init_t", "container_kvm_t"})
_SELINUX_31: Final = _SELINUX | {"container_engine_t"}

Check = Callable[[Object, int], str | None]
"""(spec, version) -> None when allowed, else details, which may be empty."""


class Rule(NamedTuple):
    """One check; minor: the version it begins with."""

    level: str
    minor: int
    reason: str
    check: Check


def containers(spec: Object) -> Iterator[Object]:
    for field in ("initContainers", "containers", "ephemeralContainers"):
        yield from spec.get(field) or ()


def _context(holder: Object) -> Object:
    context: Object = holder.get("securityContext") or {}
    return context


def _names(found: list[Object]) -> str:
    names = ", ".join(f'"{c.get("name")}"' for c in found)
    return f"container{'s' if len(found) > 1 else ''} {names}"


def _quoted(values: list[str]) -> str:
    return ", ".join(f'"{value}"' for value in values)


def _in_containers(spec: Object, is_bad: Callable[[Object], bool], rest: str) -> str | None:
    found = [c for c in containers(spec) if is_bad(_context(c))]
    return f"{_names(found)} {rest}" if found else None


def _privileged(spec: Object, minor: int) -> str | None:
    rest = "must not set securityContext.privileged=true"
    return _in_containers(spec, lambda c: c.get("privileged") is True, rest)


def _host_namespaces(spec: Object, minor: int) -> str | None:
    found = [f"{f}=true" for f in ("hostNetwork", "hostPID", "hostIPC") if spec.get(f)]
    return ", ".join(found) or None


def _host_path(spec: Object, minor: int) -> str | None:
    found = [v["name"] for v in spec.get("volumes") or () if v.get("hostPath") is not None]
    return f"volume{'s' if len(found) > 1 else ''} {_quoted(found)}" if found else None


def _host_ports(spec: Object, minor: int) -> str | None:
    found, ports = [], list[int]()
    for container in containers(spec):
        used = [p["hostPort"] for p in container.get("ports") or () if p.get("hostPort")]
        if used:
            found.append(container)
            ports.extend(used)
    if not found:
        return None
    shown = ", ".join(str(port) for port in sorted(set(ports)))
    return f"{_names(found)} use{'' if len(found) > 1 else 's'} hostPort{_s(ports)} {shown}"


def _s(values: list[int] | list[str]) -> str:
    return "s" if len(set(values)) > 1 else ""


def _added(context: Object) -> list[str]:
    return (context.get("capabilities") or {}).get("add") or []


def _capabilities(spec: Object, minor: int) -> str | None:
    found = [c for c in containers(spec) if set(_added(_context(c))) - _BASELINE_CAPABILITIES]
    if not found:
        return None
    bad = sorted({a for c in found for a in _added(_context(c))} - _BASELINE_CAPABILITIES)
    return f"{_names(found)} must not include {_quoted(bad)} in securityContext.capabilities.add"


def _proc_mount(spec: Object, minor: int) -> str | None:
    if minor >= 35 and spec.get("hostUsers") is False:
        return None
    found = [c for c in containers(spec) if _context(c).get("procMount", "Default") != "Default"]
    if not found:
        return None
    bad = sorted({_context(c)["procMount"] for c in found})
    return f"{_names(found)} must not set securityContext.procMount to {_quoted(bad)}"


def _sysctls(spec: Object, minor: int) -> str | None:
    names = [s.get("name", "") for s in _context(spec).get("sysctls") or ()]
    bad = [name for name in names if _SYSCTLS.get(name, 1_000) > minor]
    return ", ".join(bad) or None


def _host_process(spec: Object, minor: int) -> str | None:
    def is_bad(context: Object) -> bool:
        return (context.get("windowsOptions") or {}).get("hostProcess") is True

    found = [c for c in containers(spec) if is_bad(_context(c))]
    setters = (["pod"] if is_bad(_context(spec)) else []) + ([_names(found)] if found else [])
    rest = "must not set securityContext.windowsOptions.hostProcess=true"
    return f"{' and '.join(setters)} {rest}" if setters else None


def _selinux(spec: Object, minor: int) -> str | None:
    allowed = _SELINUX_31 if minor >= 31 else _SELINUX

    def problems(context: Object) -> list[str]:
        options = context.get("seLinuxOptions") or {}
        kind = options.get("type") or ""
        out = [] if kind in allowed else [f'type "{kind}"']
        return out + [f"{part} may not be set" for part in ("user", "role") if options.get(part)]

    found = [c for c in containers(spec) if problems(_context(c))]
    setters = (["pod"] if problems(_context(spec)) else []) + ([_names(found)] if found else [])
    if not setters:
        return None
    bad = dict.fromkeys(p for h in (spec, *found) for p in problems(_context(h)))
    texts = [p for p in bad if p.startswith("type")] + [p for p in bad if not p.startswith("type")]
    return f"{' and '.join(setters)} set forbidden securityContext.seLinuxOptions: " + "; ".join(
        texts
    )


def _seccomp_baseline(spec: Object, minor: int) -> str | None:
    return _forbidden_profile(spec, "seccompProfile", ("RuntimeDefault", "Localhost"))


def _app_armor(spec: Object, minor: int) -> str | None:
    return _forbidden_profile(spec, "appArmorProfile", ("RuntimeDefault", "Localhost"))


def _forbidden_profile(spec: Object, field: str, allowed: tuple[str, ...]) -> str | None:
    def kind(holder: Object) -> str:
        name: str = (_context(holder).get(field) or {}).get("type") or ""
        return "" if name in allowed else name

    found = [c for c in containers(spec) if kind(c)]
    setters = (["pod"] if kind(spec) else []) + ([_names(found)] if found else [])
    if not setters:
        return None
    bad = sorted({kind(holder) for holder in (spec, *found)} - {""})
    return f"{' and '.join(setters)} must not set securityContext.{field}.type to {_quoted(bad)}"


def _volume_types(spec: Object, minor: int) -> str | None:
    found = [v for v in spec.get("volumes") or () if not v.keys() <= _VOLUMES]
    if not found:
        return None
    names = _quoted([v["name"] for v in found])
    kinds = sorted({kind for v in found for kind in v.keys() - _VOLUMES})
    verb = "volumes {} use" if len(found) > 1 else "volume {} uses"
    plural = "s" if len(kinds) > 1 else ""
    return f"{verb.format(names)} restricted volume type{plural} {_quoted(kinds)}"


def _is_windows(spec: Object, minor: int) -> bool:
    return minor >= 25 and (spec.get("os") or {}).get("name") == "windows"


def _escalation(spec: Object, minor: int) -> str | None:
    if _is_windows(spec, minor):
        return None
    rest = "must set securityContext.allowPrivilegeEscalation=false"
    return _in_containers(spec, lambda c: c.get("allowPrivilegeEscalation") is not False, rest)


def _capabilities_restricted(spec: Object, minor: int) -> str | None:
    if _is_windows(spec, minor):
        return None

    def keeps(context: Object) -> bool:
        return "ALL" not in ((context.get("capabilities") or {}).get("drop") or ())

    details = []
    lazy = [c for c in containers(spec) if keeps(_context(c))]
    if lazy:
        details.append(f'{_names(lazy)} must set securityContext.capabilities.drop=["ALL"]')
    greedy = [c for c in containers(spec) if set(_added(_context(c))) - {"NET_BIND_SERVICE"}]
    if greedy:
        bad = sorted({a for c in greedy for a in _added(_context(c))} - {"NET_BIND_SERVICE"})
        rest = f"must not include {_quoted(bad)} in securityContext.capabilities.add"
        details.append(f"{_names(greedy)} {rest}")
    return "; ".join(details) or None


def _non_root(spec: Object, minor: int) -> str | None:
    if minor >= 35 and spec.get("hostUsers") is False:
        return None
    pod = _context(spec).get("runAsNonRoot")
    explicit = [c for c in containers(spec) if _context(c).get("runAsNonRoot") is False]
    setters = (["pod"] if pod is False else []) + ([_names(explicit)] if explicit else [])
    if setters:
        return f"{' and '.join(setters)} must not set securityContext.runAsNonRoot=false"
    if pod:
        return None
    silent = [c for c in containers(spec) if _context(c).get("runAsNonRoot") is None]
    rest = "must set securityContext.runAsNonRoot=true"
    return f"pod or {_names(silent)} {rest}" if silent else None


def _user(spec: Object, minor: int) -> str | None:
    if minor >= 35 and spec.get("hostUsers") is False:
        return None
    found = [c for c in containers(spec) if _context(c).get("runAsUser") == 0]
    setters = ["pod"] if _context(spec).get("runAsUser") == 0 else []
    setters += [_names(found)] if found else []
    return f"{' and '.join(setters)} must not set runAsUser=0" if setters else None


def _seccomp_restricted(spec: Object, minor: int) -> str | None:
    if _is_windows(spec, minor):
        return None
    bad = _seccomp_baseline(spec, minor)
    if bad:
        return bad
    if (_context(spec).get("seccompProfile") or {}).get("type"):
        return None
    silent = [
        c for c in containers(spec) if not (_context(c).get("seccompProfile") or {}).get("type")
    ]
    rest = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"'
    return f"pod or {_names(silent)} {rest}" if silent else None


RULES: Final = (
    Rule("baseline", 0, "forbidden AppArmor profile", _app_armor),
    Rule("baseline", 0, "non-default capabilities", _capabilities),
    Rule("baseline", 0, "host namespaces", _host_namespaces),
    Rule("baseline", 0, "hostPath volumes", _host_path),
    Rule("baseline", 0, "hostPort", _host_ports),
    Rule("baseline", 0, "privileged", _privileged),
    Rule("baseline", 0, "procMount", _proc_mount),
    Rule("baseline", 19, "seccompProfile", _seccomp_baseline),
    Rule("baseline", 0, "seLinuxOptions", _selinux),
    Rule("baseline", 0, "forbidden sysctls", _sysctls),
    Rule("baseline", 0, "hostProcess", _host_process),
    Rule("restricted", 8, "allowPrivilegeEscalation != false", _escalation),
    Rule("restricted", 22, "unrestricted capabilities", _capabilities_restricted),
    Rule("restricted", 0, "restricted volume types", _volume_types),
    Rule("restricted", 0, "runAsNonRoot != true", _non_root),
    Rule("restricted", 23, "runAsUser=0", _user),
    Rule("restricted", 19, "seccompProfile", _seccomp_restricted),
)
_OVERRIDDEN: Final = {"non-default capabilities": 22, "hostPath volumes": 0, "seccompProfile": 19}


def violations(spec: Object, level: str, minor: int) -> list[tuple[str, str]]:
    """(reason, details) of every check of a level that a pod fails, baseline's first.

    Some baseline checks give way to stricter ones at the restricted level.
    """
    found = []
    for rule in RULES:
        if rule.minor > minor or LEVELS.index(rule.level) > LEVELS.index(level):
            continue
        is_baseline = rule.level == "baseline"
        if level == "restricted" and is_baseline and _OVERRIDDEN.get(rule.reason, 999) <= minor:
            continue
        details = rule.check(spec, minor)
        if details is not None:
            found.append((rule.reason, details))
    return found
