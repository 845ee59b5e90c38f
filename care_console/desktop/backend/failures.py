"""The closed set of ways in which a call to the service can fail, each with a sentence for the person.

What each means for something that was being done is said once, in ``outbox``.
"""

from __future__ import annotations

from care_console.contract.problems import ProblemReply, ProblemType


class BackendFailure(Exception):
    """A call did not end in the reply that was asked for. `sentence` is for the person at the desk."""

    @property
    def sentence(self) -> str:
        """What happened, whether anything was done by it, and what to do now."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.sentence


class NotSent(BackendFailure):
    """The service could not be reached, so the call certainly never arrived."""

    @property
    def sentence(self) -> str:
        return "The service cannot be reached. Nothing was sent, and nothing was done."


class AnswerLost(BackendFailure):
    """The call left, and no usable answer came back. If it `changes` anything, it may have been done."""

    def __init__(self, changes: bool = True) -> None:
        super().__init__(changes)
        self.changes = changes

    @property
    def sentence(self) -> str:
        if self.changes:
            return "The service did not answer. It may have been done; do not repeat it by hand."
        return "The service did not answer. Nothing was changed; try again in a moment."


class Refused(BackendFailure):
    """The service said no, and why. Nothing was done."""

    def __init__(self, problem: ProblemReply) -> None:
        super().__init__(problem.type)
        self.problem = problem

    @property
    def kind(self) -> ProblemType | None:
        """Which of the contract's problems it is; None for one this desk does not know yet."""
        return self.problem.kind

    @property
    def sentence(self) -> str:
        return self.problem.detail or self.problem.title


class SignInNeeded(BackendFailure):
    """Nobody is signed in, or (`expired`) somebody was and the session ended. Nothing was done."""

    def __init__(self, expired: bool) -> None:
        super().__init__(expired)
        self.expired = expired

    @property
    def sentence(self) -> str:
        if self.expired:
            return "Your session has ended. Nothing was done; sign in to go on where you were."
        return "Nobody is signed in. Nothing was done; sign in first."


class ServiceTrouble(BackendFailure):
    """The service, or something in front of it, answered with nonsense or asked to wait. Nothing was done."""

    def __init__(self, status: int, detail: str | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.detail = detail

    @property
    def sentence(self) -> str:
        return self.detail or "The service has trouble of its own. Nothing was done; try again in a moment."


Failure = NotSent | AnswerLost | Refused | SignInNeeded | ServiceTrouble
"""The set, closed: for ``assert_never`` over it."""
