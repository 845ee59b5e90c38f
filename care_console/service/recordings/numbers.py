"""Which numbers a message can be for: US numbers that can be a mobile's, by the numbering plan."""

from __future__ import annotations

from http import HTTPStatus

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from care_console.contract.problems import ProblemType
from care_console.service.foundation.problems import Problem

# In North America mobiles and landlines share the area codes, so most numbers may be either.
_CAN_BE_A_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
_WHY_NOT = {
    PhoneNumberType.TOLL_FREE: "It is toll-free.",
    PhoneNumberType.PREMIUM_RATE: "It is a premium-rate number.",
}
# The states, and the territories that the same law and the same carriers serve.
_UNITED_STATES = frozenset({"US", "PR", "VI", "GU", "AS", "MP"})
_MOST = 40


def mobile_number(typed: str) -> str:
    """The number as the carriers write it (E.164). A problem where it is none that a text can reach."""
    try:
        number = phonenumbers.parse(typed[:_MOST], "US")
    except phonenumbers.NumberParseException as error:
        raise _not_a_mobile("It is no phone number.") from error
    if len(typed) > _MOST or not phonenumbers.is_valid_number(number) or number.extension:
        raise _not_a_mobile("It is no phone number in use.")
    kind = phonenumbers.number_type(number)
    if kind not in _CAN_BE_A_MOBILE:
        raise _not_a_mobile(_WHY_NOT.get(kind, "It is no number of a person's phone."))
    if phonenumbers.region_code_for_number(number) not in _UNITED_STATES:
        raise _not_a_mobile("It is not of the United States.")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _not_a_mobile(why: str) -> Problem:
    return Problem(
        ProblemType.NOT_A_MOBILE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        f"The recipient's number cannot be a US mobile. {why} Nothing was kept. Ask for another number.",
    )
