"""Where on one clock the sound of one side of a call goes.

    sound that ends now ──place──► silence before it, so that it lies where it was heard
    nothing comes       ──fill───► silence up to a moment

All times are seconds from the beginning of the recording.
"""

from dataclasses import dataclass

LOOSE = 0.2  # how far from its time a sound may lie: lines deliver unevenly


@dataclass
class Track:
    """One side. Sounds follow each other without a seam, unless the line was silent."""

    end: float = 0.0
    """Up to where it is filled."""

    def place(self, seconds: float, *, now: float, quiet: bool) -> float | None:
        """The seconds of silence to put before a sound of `seconds` that has just been heard.

        None: it is to be left out. A line that stood still and then delivers all at once has made
        the track too long by the silence put in its place: what is quiet makes up for that.
        """
        late = now - seconds - self.end
        if late < -LOOSE and quiet:
            return None
        silence = late if late > LOOSE else 0.0
        self.end += silence + seconds
        return silence

    def fill(self, until: float) -> float:
        """The seconds of silence to append, so that it reaches `until`."""
        missing = max(0.0, until - self.end)
        self.end += missing
        return missing
