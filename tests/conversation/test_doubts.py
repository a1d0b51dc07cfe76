"""Whatever happens in whatever order, while it is not known whether there is an answer."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.conversation.test_properties import Interleavings
from tests.conversation.twins import found


class Doubts(Interleavings):
    """Whether there is an answer is known later, or never, or there is none."""

    answered_at_once = False

    @precondition(lambda self: self.ahead)
    @rule(sure=st.booleans())
    def an_answer_is_looked_for(self, sure: bool) -> None:
        assert self.ahead
        self._do(found(self.call, self.ahead, sure=sure, now=self.now))


TestDoubts = Doubts.TestCase
TestDoubts.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
