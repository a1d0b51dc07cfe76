"""What each command of `runner.py` does. Imported only when the command is run."""
