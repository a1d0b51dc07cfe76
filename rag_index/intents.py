"""Intents: the file that declares them and the classifier that finds them."""

from rag_index.classifier import IntentClassifier, IntentResult
from rag_index.intents_file import (
    Action,
    CollectField,
    Intent,
    IntentsFile,
    IntentsFileError,
    load_intents,
    load_out_of_scope,
    read_intents_file,
)

__all__ = [
    "Action",
    "CollectField",
    "Intent",
    "IntentClassifier",
    "IntentResult",
    "IntentsFile",
    "IntentsFileError",
    "load_intents",
    "load_out_of_scope",
    "read_intents_file",
]
