"""Why a connection or a call ends: the reasons of `session_ended`, in the record and in metrics."""

LOST = "lost"  # the client is gone without a word
HUNG_UP = "hang_up"
IDLE = "idle"  # nobody has said anything for long
TIME_UP = "time_up"  # the longest that a call may last
ENDED = "ended"  # from outside
TAKEN_OVER = "taken_over"  # another connection has the session now
DRAINING, STOPPING = "draining", "stopping"  # the server is about to stop, or stops

SERVER_STOPS = (DRAINING, STOPPING)
RESUMABLE = frozenset({LOST, *SERVER_STOPS})
"""Ends of a connection that its client may undo."""
GOES_ON = RESUMABLE | {TAKEN_OVER}
"""Ends that aren't the call's own."""
REASONS = GOES_ON | {HUNG_UP, IDLE, TIME_UP, ENDED}
