"""Ways to a bot: real connections to it, from outside its process."""
