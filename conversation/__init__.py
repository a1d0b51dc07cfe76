"""What a conversation decides: pure values, no I/O, no clock, no event loop."""
