"""What can be wrong with scripts. In a file of its own: the harness takes a second to load."""


class NoScripts(Exception):
    """There is nothing to call with; the message says what to do."""
