"""What can be wrong with the store. Each text is one line that says what to do."""


class StoreError(Exception):
    """The store can't be used."""


class DataFolderInUse(StoreError):
    """Another server keeps its conversations in this folder."""


class DataFolderUnusable(StoreError):
    """The embedded server can't work in this folder, or not on this machine."""


class StoreDamaged(StoreError):
    """What the embedded server wrote earlier can't be read again."""


class StoreUnreachable(StoreError):
    """Redis does not answer, refuses us, or the URL can't be understood."""


class StoreSealed(StoreUnreachable):
    """What Redis keeps of a session was encrypted with a key that we don't have."""
