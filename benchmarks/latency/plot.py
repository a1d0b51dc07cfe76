"""The turns as a picture: how many were answered within how many milliseconds."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.latency.run import TURNWISE, Call
from benchmarks.latency.targets import TARGETS

_COLOURS = {"local": "#2f6f4f", "providers": "#3b5b92"}


def plot(calls: Sequence[Call], path: Path) -> None:
    """Writes a PNG or an SVG. Raises ImportError without matplotlib."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.2), layout="constrained")
    axes = figure.add_subplot()
    for system, profile in dict.fromkeys((c.system, c.profile) for c in calls):
        those = [c for c in calls if (c.system, c.profile) == (system, profile)]
        heard = [t.voice_to_voice_ms for c in those for t in c.turns]
        times = np.sort([ms for ms in heard if ms is not None])
        if not len(times):
            continue
        share = np.arange(1, len(times) + 1) / len(times) * 100
        axes.step(
            times, share, where="post", color=_COLOURS[profile],
            linestyle="-" if system == TURNWISE else ":",
            label=f"{system}, {profile}: {np.median(times):.0f} ms at the median",
        )  # fmt: skip
    for profile in dict.fromkeys(c.profile for c in calls):
        most = TARGETS[profile, "voice to voice"]
        points = [most.median, most.p95], [50, 95]
        axes.plot(*points, "v", color=_COLOURS[profile], label=f"{profile}: at most")
    axes.set(
        xlabel="milliseconds from the caller's last sample to the first of the answer",
        ylabel="turns answered, %", xlim=(0, 2500), ylim=(0, 101),
    )  # fmt: skip
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8, loc="lower right")
    with rc_context({"svg.fonttype": "none"}):  # text stays text
        figure.savefig(path, dpi=150)
