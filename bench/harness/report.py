# SPDX-License-Identifier: Apache-2.0
"""The results as Markdown: medians, their spread, and ratios to the floor and to HAProxy."""
from statistics import median

from . import loading
from .cases import (CASES, IDLE_CONNECTIONS, IDLE_KIB_TARGET, MANY_SERVERS_TARGET, NO_RULES_ROW, PROBES, RULES_ROW,
                    RULES_TARGET)


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _spread(values: list[float]) -> str:
    if len(values) == 1:
        return _number(values[0])
    return f"**{_number(median(values))}** ({_number(min(values))}-{_number(max(values))})"


def _ratio(runs: dict, peer: str, base: str) -> float | None:
    """The median of the ratios of each round: what disturbs a round disturbs both of its runs."""
    if peer not in runs or base not in runs:
        return None
    return median(a.cpu_us / b.cpu_us for a, b in zip(runs[peer], runs[base]))


def _ratio_text(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}"


def _verdict(value: float | None, target: float) -> str:
    if value is None or not target:
        return f"<= {target}" if target else ""
    return f"<= {target}: " + ("reached" if value <= target else "**missed**")


def _rules_alone_us(results: dict, peer: str) -> list[float]:
    """Of each round what the rules add to a request; empty unless both rows were measured."""
    with_rules, without = (results["processor"].get(row, {}).get(peer, []) for row in (RULES_ROW, NO_RULES_ROW))
    return [a.cpu_us - b.cpu_us for a, b in zip(with_rules, without)]


def _rules_ratio(results: dict) -> float | None:
    weir, haproxy = (_rules_alone_us(results, peer) for peer in ("weir", "haproxy"))
    return median(weir) / median(haproxy) if weir and haproxy and median(haproxy) > 0 else None


def _loading_ratio(runs: dict) -> float | None:
    if "weir" not in runs or "haproxy" not in runs:
        return None
    return median(a / b for a, b in zip(runs["weir"], runs["haproxy"]))


def missed(results: dict) -> list[str]:
    """The targets that weir does not reach, in words."""
    found = []
    for case in CASES:
        ratio = _ratio(results["processor"].get(case.name, {}), "weir", "floor")
        if ratio is not None and case.target and ratio > case.target:
            found.append(f"{case.title}: {ratio:.2f} times the floor, not {case.target}")
    # both against the floor, which has one server: what disturbs the machine between the two rows disturbs it as well
    few, many = (_ratio(results["processor"].get(f"tcp-{count}-servers", {}), "weir", "floor") for count in (10, 1000))
    if few and many:
        ratio = many / few
        if ratio > MANY_SERVERS_TARGET:
            found.append(f"1,000 servers cost {ratio:.2f} times what 10 do, not {MANY_SERVERS_TARGET}")
    rules = _rules_ratio(results)
    if rules is not None and rules > RULES_TARGET:
        found.append(f"rules by themselves: {rules:.2f} of haproxy's time, not {RULES_TARGET}")
    for (peer, kind), memory in results["memory"].items():
        if peer == "weir" and memory.kib_per_connection > IDLE_KIB_TARGET[kind]:
            found.append(f"idle {kind} connection: {memory.kib_per_connection:.2f} KiB, not {IDLE_KIB_TARGET[kind]}")
        if peer == "weir" and memory.given_back < 0.9:
            found.append(f"idle {kind} connections: only {100 * memory.given_back:.0f} % is given back")
    for probes in PROBES:
        percents = results["probes"].get(("weir", probes.title))
        if percents and probes.percent and median(percents) > probes.percent:
            found.append(f"probes by {probes.title}: {median(percents):.1f} % of a processor, not {probes.percent}")
    for (shape, way), runs in results["loading"].items():
        ratio = _loading_ratio(runs)
        target = loading.TARGETS.get(way)
        if ratio is not None and target and ratio > target:
            found.append(f"{way} of {shape}: {ratio:.2f} of haproxy's time, not {target}")
    return found


def _processor_section(results: dict, peers: list[str]) -> str:
    rows = []
    for case in CASES:
        runs = results["processor"].get(case.name)
        if not runs:
            continue
        row = [case.title]
        row += [_spread([run.cpu_us for run in runs[peer]]) if peer in runs else "" for peer in peers]
        row += [_ratio_text(_ratio(runs, peer, "floor")) for peer in peers if peer != "floor"]
        row += [_ratio_text(_ratio(runs, "weir", "haproxy")), _verdict(_ratio(runs, "weir", "floor"), case.target)]
        rows.append(row)
    head = ["microseconds", *peers, *[f"{peer} / floor" for peer in peers if peer != "floor"], "weir / haproxy",
            "weir / floor must be"]
    return ("## Processor time of the proxy per request (large bodies: per MB)\n\n"
            "Median of the rounds, with the lowest and the highest; a ratio is the median of the rounds' ratios.\n\n"
            + _table(head, rows) + _rules_line(results))


def _rules_line(results: dict) -> str:
    ratio = _rules_ratio(results)
    if ratio is None:
        return ""
    weir, haproxy = (_number(median(_rules_alone_us(results, peer))) for peer in ("weir", "haproxy"))
    return (f"\nThe typical rules by themselves, their row less the one of browser headers: weir {weir}, haproxy {haproxy},"
            f" ratio {ratio:.2f} ({_verdict(ratio, RULES_TARGET)}).\n")


def _throughput_section(results: dict, peers: list[str]) -> str:
    rows = []
    for case in CASES:
        runs = results["processor"].get(case.name)
        if not runs:
            continue
        row = [case.title.replace(", per MB", "")]
        for peer in peers:
            if peer not in runs:
                row.append("")
                continue
            middle = sorted(runs[peer], key=lambda run: run.per_s)[len(runs[peer]) // 2]
            row.append(f"{middle.per_s:,.0f} ({100 * middle.busy:.0f} %, {middle.p50_us}/{middle.p99_us})")
        rows.append(row)
    return ("## Requests per second (share of its processor used, median/99th percentile in microseconds)\n\n"
            "Saturation where the share is near 100 %; elsewhere the load or the wait for acknowledgements on the\n"
            "loopback limits, and the figure says little about the proxy.\n\n"
            + _table(["", *peers], rows))


def _calls_section(results: dict, peers: list[str]) -> str:
    rows = []
    for case in CASES:
        counted = results["calls"].get(case.name)
        if not counted:
            continue
        row = [case.title.replace(", per MB", "")]
        for peer in peers:
            calls = sorted(counted.get(peer, {}).items(), key=lambda item: -item[1])
            shown = [f"{name} {count:.2f}" for name, count in calls if count >= 0.005]
            total = sum(count for _name, count in calls)
            row.append(f"**{total:.2f}**: {', '.join(shown)}" if calls else "")
        rows.append(row)
    return "## System calls per request\n\n" + _table(["", *peers], rows)


def _count_text(count: int, wanted: int) -> str:
    return f"{count:,} of them" + ("" if count >= wanted else
                                   f" (not {wanted:,}: the limit of open files is too low)")


def _memory_section(results: dict, peers: list[str]) -> str:
    rows = []
    for kind, target in IDLE_KIB_TARGET.items():
        counts = {memory.connections for (_peer, of), memory in results["memory"].items() if of == kind}
        row = [f"{kind}, {_count_text(max(counts, default=0), IDLE_CONNECTIONS[kind])}"]
        for peer in peers:
            memory = results["memory"].get((peer, kind))
            row.append("" if memory is None else f"{memory.kib_per_connection:.2f} KiB, "
                       f"{100 * memory.given_back:.0f} % back after {memory.after_s:.1f} s")
        rows.append([*row, f"<= {target} KiB, back within 10 s"])
    return ("## Memory of the process per idle keep-alive connection\n\n"
            + _table(["", *peers, "weir must reach"], rows))


def _probes_section(results: dict, peers: list[str]) -> str:
    measured = {title for _peer, title in results["probes"]}
    rows = []
    for probes in PROBES:
        if probes.title not in measured:
            continue
        row = [f"{probes.servers:,} by {probes.title}"]
        for peer in peers:
            percents = results["probes"].get((peer, probes.title))
            row.append(_spread(percents) + " %" if percents else "")
        rows.append([*row, f"<= {probes.percent} %" if probes.percent else ""])
    return ("## Servers probed every second, share of one processor\n\n"
            "Connections are kept by `check-reuse-pool`, which haproxy 2.6 does not have: there it connects each time.\n\n"
            + _table(["", *peers, "weir must reach"], rows))


def _loading_section(results: dict, peers: list[str]) -> str:
    rows = []
    for (shape, way), runs in results["loading"].items():
        row = [f"{shape}, {way}"]
        row += [_spread(runs[peer]) if peer in runs else "" for peer in peers]
        ratio = _loading_ratio(runs)
        rows.append([*row, _ratio_text(ratio), _verdict(ratio, loading.TARGETS.get(way, 0.0))])
    return (f"## {loading.SERVERS:,} servers: milliseconds of the clock to look at the file, and to the first answer\n\n"
            + _table(["", *peers, "weir / haproxy", "must be"], rows))


def markdown(results: dict, peers: list[str], about: list[str]) -> str:
    """results has one dictionary for each kind of measurement; empty ones leave no section."""
    sections = ["# What weir costs, next to its peers and to a relay that understands nothing\n\n"
                + "\n".join(f"- {line}" for line in about) + "\n"]
    if results["processor"]:
        sections += [_processor_section(results, peers), _throughput_section(results, peers)]
    if results["calls"]:
        sections.append(_calls_section(results, peers))
    if results["memory"]:
        sections.append(_memory_section(results, peers))
    if results["probes"]:
        sections.append(_probes_section(results, peers))
    if results["loading"]:
        sections.append(_loading_section(results, peers))
    return "\n".join(sections)
