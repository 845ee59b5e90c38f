"""Why a recording is not taken: what is wrong, that nothing was kept, and what to do."""

from __future__ import annotations

from http import HTTPStatus

from care_console.contract.consent import ConsentState
from care_console.contract.problems import ProblemType
from care_console.service.foundation.problems import Problem
from care_console.service.recordings.formats import SoundError, SoundProblem

_KINDS = {
    SoundProblem.SILENT: ProblemType.RECORDING_SILENT,
    SoundProblem.TOO_LONG: ProblemType.RECORDING_TOO_LONG,
    SoundProblem.TOO_SHORT: ProblemType.RECORDING_TOO_SHORT,
    SoundProblem.TOO_LARGE: ProblemType.RECORDING_TOO_LARGE,
}
_BUSY_SECONDS = 5


def unusable_sound(error: SoundError) -> Problem:
    """The sound itself; `reason` says which of the closed list it is."""
    kind = _KINDS.get(error.problem, ProblemType.RECORDING_UNUSABLE)
    too_large = error.problem is SoundProblem.TOO_LARGE
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if too_large else HTTPStatus.UNPROCESSABLE_ENTITY
    return Problem(kind, status, f"{error} Nothing was kept.", fields={"reason": error.problem.value})


def not_to_be_texted(state: ConsentState) -> Problem:
    """The number said STOP, or what reads like it."""
    if state is ConsentState.HELD:
        kind, why = (
            ProblemType.NUMBER_HELD,
            "said what reads like a refusal of texts, and a person looks at it",
        )
    else:
        kind, why = ProblemType.NUMBER_OPTED_OUT, "has opted out of texts"
    return Problem(
        kind,
        HTTPStatus.CONFLICT,
        f"The recipient's number {why}. Nothing was kept. Only the recipient can change that, by texting "
        "START.",
    )


def facility_paused() -> Problem:
    """A supervisor paused the facility."""
    return Problem(
        ProblemType.FACILITY_PAUSED,
        HTTPStatus.CONFLICT,
        "This facility is paused: no recording of its is taken meanwhile. Nothing was kept. Send it again "
        "once the pause has ended; care can say why.",
    )


def number_paused() -> Problem:
    """A supervisor paused the number."""
    return Problem(
        ProblemType.NUMBER_PAUSED,
        HTTPStatus.CONFLICT,
        "The recipient's number is paused: nothing is sent to it meanwhile. Nothing was kept. Send it again "
        "once the pause has ended; care can say why.",
    )


def out_of_reach() -> Problem:
    """Texts to the number do not arrive."""
    return Problem(
        ProblemType.NUMBER_UNDELIVERABLE,
        HTTPStatus.CONFLICT,
        "Texts to the recipient's number do not arrive, so nobody would hear of it. Nothing was kept. Ask "
        "for another number.",
    )


def recorder_id_reused() -> Problem:
    """Another recording has this id."""
    return Problem(
        ProblemType.RECORDER_ID_REUSED,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "This recorder_id was used for another recording, or the same with another recipient or sender. "
        "Nothing was kept. Give each recording an id of its own.",
    )


def too_busy() -> Problem:
    """More waits to be prepared than can be done in time."""
    return Problem(
        ProblemType.UNAVAILABLE,
        HTTPStatus.SERVICE_UNAVAILABLE,
        f"Too many recordings come in just now. Nothing was kept. Send it again in {_BUSY_SECONDS} s.",
        fields={"retry_after_seconds": _BUSY_SECONDS},
    )


def upload_overtaken() -> Problem:
    """It took so long that its stored sound was cleared away as an orphan's."""
    return Problem(
        ProblemType.UNAVAILABLE,
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The recording took too long to store. Nothing was kept. Send it again.",
        fields={"retry_after_seconds": _BUSY_SECONDS},
    )
