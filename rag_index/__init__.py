"""Documents in, passages out: reading, cutting, encoding, searching, answering, intents.

Imports nothing else of ours, starts no event loop and reads no environment: everything is an argument.
"""
