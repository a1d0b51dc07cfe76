"""What the operator sees: logs, and later metrics and traces."""
