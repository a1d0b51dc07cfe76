"""Turn-taking, measured in simulated time with the real ears."""
