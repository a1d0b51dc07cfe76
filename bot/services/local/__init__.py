"""Speech and answers made on this machine, from the weights in pip packages."""
