"""What the operator's page is told and may do. The routes are in bot/console_door.py.

board.py      calls of all workers, latency and load ─► the store's overview
feed.py       both as server-sent events, at a bounded rate
questions.py  what the documents don't answer, like questions together
uploads.py    a document comes in ─► building.py, in a process of its own ─► the library takes it up
sound.py      a recorded call, while it grows
"""
