"""The doors: what connects a caller to a pipeline. One door a file."""
