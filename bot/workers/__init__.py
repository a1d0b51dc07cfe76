"""Several processes that serve as one.

Supervisor ─┬─ worker 0 ─┐
            ├─ worker 1 ─┼─ one listening socket, one board, one store
            └─ worker 2 ─┘
"""
