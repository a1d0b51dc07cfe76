"""What wires Turnwise together: settings, services, pipeline, server."""
