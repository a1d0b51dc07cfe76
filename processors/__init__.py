"""What carries a conversation: thin Pipecat frame processors around the rules of `conversation`."""
