"""What intents.yaml says is to be done, as the conversation's plans."""

from collections.abc import Mapping
from datetime import datetime

from conversation.fields import Field
from conversation.spoken_values import date
from conversation.standing import Plan
from rag_index.intents import CollectField, Intent, IntentsFile


def plans_of(file: IntentsFile, webhook: str | None) -> Mapping[str, Plan]:
    """A plan for each intent. webhook: where an intent that names none posts to."""
    if any(field.type == "date" for intent in file.intents for field in intent.fields):
        date("tomorrow", datetime.now())  # the first day read costs a quarter of a second
    return {intent.name: _plan(intent, webhook) for intent in file.intents}


def _plan(intent: Intent, webhook: str | None) -> Plan:
    return Plan(
        action=intent.action,
        reply=intent.reply,
        offer=intent.offer,
        reason=intent.reason or "",
        fields=tuple(_field(f) for f in intent.fields),
        webhook=(intent.webhook or webhook) if intent.action == "collect" else None,
    )


def _field(declared: CollectField) -> Field:
    return Field(
        name=declared.name,
        prompt=declared.prompt,
        kind=declared.type,
        label=declared.label,
        optional=declared.optional,
        choices=declared.choices,
        pattern=declared.pattern,
        hint=declared.hint,
        least=declared.min,
        most=declared.max,
        region=declared.region,
    )
