"""What was collected and is on its way, and what has come of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from conversation.actions import Post

PASSING_ON = "Thank you. One moment while I pass that on."
PASSED_ON = "That's done, I've passed it on."
WRITTEN_DOWN = "Thank you. I've written that down."
NOT_PASSED_ON = (
    "I'm sorry, I couldn't pass that on, so nobody has received it yet. Please call again later. "
    "Or shall I put you through to a person now?"
)


@dataclass
class Posting:
    """Posts by their keys, until they have arrived or can't; their outcomes, until told."""

    under_way: dict[str, Post] = field(default_factory=dict[str, Post])
    outcomes: list[tuple[str, bool]] = field(default_factory=list[tuple[str, bool]])

    @property
    def settled(self) -> bool:
        """Whether nothing is on its way that the caller will be told of."""
        return not self.under_way and not self.outcomes

    def send(self, post: Post) -> Post:
        """The post leaves."""
        self.under_way[post.key] = post
        return post

    def delivered(self, key: str, ok: bool) -> None:
        """It has come to its end."""
        if post := self.under_way.pop(key, None):
            self.outcomes.append((post.intent, ok))

    def next_outcome(self) -> tuple[str, bool] | None:
        """The intent of the next post that has come to its end, and whether it arrived."""
        return self.outcomes.pop(0) if self.outcomes else None

    def clear(self) -> None:
        """The caller is gone: nobody is to be told."""
        self.under_way.clear()
        self.outcomes.clear()

    def again(self) -> list[Post]:
        """What another worker was posting: the receiver knows it again by its key."""
        return list(self.under_way.values())

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        posts = [asdict(post) for post in self.under_way.values()]
        return {"under_way": posts, "outcomes": [list(one) for one in self.outcomes]}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "Posting":
        """What `as_dict` gave."""
        posts = [Post(**post) for post in kept["under_way"]]
        return cls(
            {post.key: post for post in posts}, [(str(i), bool(ok)) for i, ok in kept["outcomes"]]
        )
