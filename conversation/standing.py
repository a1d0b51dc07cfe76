"""What a session has under way, as values that can be kept: the form, the offer, their origin."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from conversation.acting import Act, Offer
from conversation.collecting import Form, Step
from conversation.fields import Field
from conversation.redaction import is_redacted


@dataclass(frozen=True)
class Plan:
    """What intents.yaml says is to be done about one intent."""

    action: str = Act.ANSWER
    reply: str | None = None
    offer: str | None = None  # asked before it is done, where the wish is not sure
    reason: str = ""  # of a transfer, for the person
    fields: tuple[Field, ...] = ()
    webhook: str | None = None


@dataclass(frozen=True)
class Standing:
    """The form that is being filled in for `intent`, and the offer that waits for a yes.

    key: names this filling-in of the form; the same for every attempt to post it. aside: the
    caller asked something else instead of answering the form's question.
    """

    form: Form | None = None
    intent: str = ""
    key: str = ""
    offer: Offer | None = None
    aside: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for the session's record. What the caller gave is in `values`."""
        form = self.form
        kept: dict[str, Any] = {"intent": self.intent, "key": self.key, "aside": self.aside}
        kept["offer"] = asdict(self.offer) if self.offer else None
        kept["asked"] = form.asked.name if form else None
        if form:
            kept |= {"step": str(form.step), "failed": form.failed, "correcting": form.correcting}
            kept["values"] = dict(form.values)
        return kept

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any], plans: Mapping[str, Plan]) -> "Standing":
        """What `as_dict` gave. A form whose intent or field is there no longer is left out.

        From the first value on that was redacted, the form's fields are asked for again.
        """
        plan = plans.get(str(kept.get("intent", "")))
        names = [f.name for f in plan.fields] if plan else []
        form = None
        if plan and kept.get("asked") in names:
            values = {n: str(v) for n, v in kept.get("values", {}).items() if n in names}
            lost = [at for at, name in enumerate(names) if is_redacted(values.get(name, ""))]
            if lost:
                whole = {n: v for n, v in values.items() if not is_redacted(v)}
                form = Form(plan.fields, at=lost[0], values=whole)
            else:
                form = Form(
                    plan.fields,
                    at=names.index(kept["asked"]),
                    step=Step(kept["step"]),
                    values=values,
                    failed=int(kept["failed"]),
                    correcting=bool(kept["correcting"]),
                )
        return cls(
            form,
            str(kept.get("intent", "")) if form else "",
            str(kept.get("key", "")) if form else "",
            Offer.from_dict(kept.get("offer")),
            bool(kept.get("aside")),
        )

    def progress(self) -> dict[str, Any]:
        """What a client is told: how far it is and what is asked for, but no values."""
        form = self.form
        if form is None:
            return {"progress": 1.0, "step": "over"}
        return {
            "progress": round(len(form.values) / len(form.fields), 2),
            "intent": self.intent,
            "step": str(form.step),
            "field": form.asked.name if form.step is Step.ASKING else None,
            "filled": list(form.values),
        }
