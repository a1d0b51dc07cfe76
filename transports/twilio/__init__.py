"""Telephone calls by Twilio Media Streams: the line, its marks, Pipecat's side."""
