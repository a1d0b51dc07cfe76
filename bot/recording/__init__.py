"""Recordings of calls, off by default: two channels, with the events beside them.

places.py    TURNWISE_DATA/recordings/ID/1.wav, 1.jsonl, 2.wav …: one of each for a connection
recorder.py  sound and events of a call ─► batches ─► sound_file.py, in a thread of its own
replaying.py the caller's channel through the pipeline again
"""
