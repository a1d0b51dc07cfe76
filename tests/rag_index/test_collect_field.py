"""Fields of forms in intents.yaml: what is wrong is told where it stands."""

from pathlib import Path

import pytest

from rag_index.intents import IntentsFileError, read_intents_file

FILE = """intents:
  - name: callback
    action: collect
    {more}
    fields:
      - name: x
        prompt: What?
        {field}
"""


def read(tmp_path: Path, field: str = "type: text", more: str = "reply: Thanks."):
    path = tmp_path / "intents.yaml"
    path.write_text(FILE.format(field=field, more=more), encoding="utf-8")
    return read_intents_file(path).intents[0]


@pytest.mark.parametrize(
    ("field", "name", "value"),
    [
        ("{type: number, min: 1, max: 8}", "max", "8"),
        ("{type: date, min: today, max: 2027-05-03}", "max", "2027-05-03"),
        ("{type: choice, choices: [yes, no, 5]}", "choices", ("yes", "no", "5")),
        ("{type: pattern, pattern: '[A-Z][0-9]+'}", "pattern", "[A-Z][0-9]+"),
    ],
)
def test_what_yaml_reads_as_something_else_is_meant_as_words(
    tmp_path: Path, field: str, name: str, value: object
):
    """5 is no number here, 2027-05-03 no day object, yes no truth value."""
    lines = field.strip("{}").replace(", m", "\n        m").replace(", c", "\n        c")
    lines = lines.replace(", p", "\n        p")
    assert getattr(read(tmp_path, lines).fields[0], name) == value


@pytest.mark.parametrize(
    ("field", "says"),
    [
        ("type: phonenumber", "'phone'"),
        ("type: choice", "choices need each other"),
        ("choices: [a]", "choices need each other"),
        ("type: pattern", "pattern need each other"),
        ("pattern: '[A-Z'", "need each other"),
        ("type: pattern\n        pattern: '[A-Z'", "cannot be used"),
        ("min: 3", "only for type: number and type: date"),
        ("type: number\n        min: few", "use a number"),
        ("type: date\n        max: tomorrow", "use today, or a day such as"),
        ("region: usa", "region"),
        ("colour: red", "colour"),
        ("type: text\n      - name: x\n        prompt: Again?", "the field x is there twice"),
    ],
)
def test_a_field_that_can_not_work_is_refused(tmp_path: Path, field: str, says: str):
    """Before the first call, with its place."""
    with pytest.raises(IntentsFileError, match=r"intents\.yaml:\d+:\d+: ") as told:
        read(tmp_path, field)
    assert says in str(told.value)


@pytest.mark.parametrize("url", ["ftp://x.test", "x.test/hook", "file:///etc/passwd", "https://"])
def test_a_webhook_is_an_address_on_the_web(tmp_path: Path, url: str):
    """Anything else is refused before anything is sent there."""
    with pytest.raises(IntentsFileError, match="begins with http"):
        read(tmp_path, more=f"webhook: {url}")
    assert read(tmp_path, more="webhook: HTTPS://x.test/hook").webhook == "HTTPS://x.test/hook"
