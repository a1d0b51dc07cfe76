"""intents.yaml as plans of the conversation."""

from pathlib import Path

from bot.plans import plans_of
from conversation.fields import Field
from rag_index.intents import IntentsFile, read_intents_file

ROOT = Path(__file__).parents[2]


def plan(**more: object):
    fields = [{"name": "n", "prompt": "How many?", "type": "number", "min": 1, "label": "number"}]
    intent = {"name": "x", "action": "collect", "fields": fields, **more}
    file = IntentsFile.model_validate({"intents": [intent]})
    return plans_of(file, "https://desk.test/hook")["x"]


def test_a_form_goes_to_its_own_webhook_or_to_the_desks():
    """The intent's comes first."""
    assert plan().webhook == "https://desk.test/hook"
    assert plan(webhook="https://own.test").webhook == "https://own.test"


def test_an_intent_that_collects_nothing_posts_nothing():
    """Whatever the desk's webhook is."""
    file = IntentsFile.model_validate({"intents": [{"name": "x"}]})
    assert plans_of(file, "https://desk.test/hook")["x"].webhook is None


def test_a_field_is_taken_over_as_it_is_declared():
    """Kind, bounds and label."""
    assert plan().fields == (Field("n", "How many?", "number", "number", least="1"),)


def test_the_sample_desk_has_a_form_that_works():
    """A call back: name, number, day, and what about."""
    file = read_intents_file(ROOT / "knowledge" / "intents.yaml")
    callback = plans_of(file, None)["request_callback"]
    assert [f.kind for f in callback.fields] == ["name", "phone", "date", "text"]
    assert callback.webhook is None
    assert callback.reply
