"""How many calls one machine holds: providers, callers, a stock peer, and what is measured."""
