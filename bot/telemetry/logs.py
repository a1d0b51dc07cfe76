"""Logs go to stderr, one event a line; never what was said."""

import logging
import sys

from loguru import logger


def set_up_logs(level: str) -> None:
    """Ours and Pipecat's (loguru) and other libraries' (logging), at `level`.

    Pipecat's own lines quote what was said at DEBUG, so they never go below INFO here.
    """
    logger.remove()
    logger.configure(extra={"session": "-", "turn": ""})
    logger.add(
        sys.stderr,
        level=level,
        format="{time:HH:mm:ss.SSS} {level:<7} {extra[session]:<16} {message}",
        filter=lambda record: (
            not str(record["name"]).startswith("pipecat") or record["level"].no >= 20
        ),
        backtrace=False,
        diagnose=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
