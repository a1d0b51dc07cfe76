"""Records: what an entry changes, and older and newer schemas."""

import pytest

from bot.store import records
from bot.store.records import changed_fields, first_fields, record_from


def test_only_a_transition_changes_the_state():
    """A transcript that happens to carry `to` leaves the state alone."""
    assert changed_fields({"kind": "transition", "to": "THINKING", "turn": 2, "at": 1.5}) == {
        "state": "THINKING",
        "turn": "2",
        "updated": "1.5",
    }
    assert changed_fields({"kind": "transcript", "to": "Anna"}) == {}


def test_the_context_replaces_the_last_one():
    """It is a field of the record, whole; nothing of it is lost on the way."""
    entry = {"kind": "context", "at": 1.5, "turn": 2, "state": "SPEAKING", "talk": {"a": ["ü"]}}
    fields = first_fields(1.0) | changed_fields(entry)
    record = record_from("s", fields)
    assert record.context == {"turn": 2, "state": "SPEAKING", "talk": {"a": ["ü"]}}
    assert (record.state, record.turn, record.updated) == ("IDLE", 2, 1.5)
    assert record_from("s", first_fields(1.0)).context is None


def test_an_older_record_is_migrated_step_by_step(monkeypatch: pytest.MonkeyPatch):
    """A record of schema 1 read by schema 3 passes both steps."""
    monkeypatch.setattr(records, "SCHEMA", 3)
    steps = {
        1: lambda fields: dict(fields) | {"turn": fields["turn"] + "2"},
        2: lambda fields: dict(fields) | {"turn": fields["turn"] + "3"},
    }
    monkeypatch.setattr(records, "MIGRATIONS", steps)
    old = first_fields(1.0) | {"schema": "1", "turn": "1"}
    assert (record_from("s", old).turn, record_from("s", old).schema) == (123, 3)


def test_a_record_of_a_newer_turnwise_can_be_read():
    """During a rolling deploy the old workers read what the new ones wrote, as far as they know."""
    record = record_from("s", first_fields(1.0) | {"schema": "99", "mood": "fine"})
    assert (record.state, record.schema) == ("IDLE", 99)


def test_every_schema_has_its_migration():
    """No schema can be introduced without saying how the one before becomes it."""
    assert set(records.MIGRATIONS) == set(range(1, records.SCHEMA))


def test_a_record_of_schema_1_has_no_holder():
    """Written before there were leases; whatever a newer worker has written into it counts."""
    old = {"state": "SPEAKING", "turn": "3", "created": "1.0", "updated": "2.0", "schema": "1"}
    record = record_from("s", old)
    assert (record.holder, record.fence, record.lease, record.schema) == ("", 0, 0.0, 2)
    assert record_from("s", old | {"holder": "w", "fence": "7", "lease": "5.5"}).fence == 7
