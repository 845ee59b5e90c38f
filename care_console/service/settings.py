"""The service's settings: environment variables with the prefix ``CARE_``."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, StringConstraints
from pydantic_settings import BaseSettings, SettingsConfigDict

from care_console.contract.hours import SHORT_CODE
from care_console.service.facilities.steps import read_steps
from care_console.service.texting.allowed import Hours, read_hours


def default_data_dir() -> Path:
    """Where an embedded service keeps its things: the XDG data folder."""
    return Path.home() / ".local" / "share" / "care-console"


def _price_list(words: str) -> str:
    read_steps(words.split())
    return words


def _text_hours(words: str) -> str:
    read_hours(words)
    return words


class Settings(BaseSettings):
    """Everything that can be set, with its default. `care-console service settings` lists it."""

    model_config = SettingsConfigDict(env_prefix="CARE_", frozen=True)

    data_dir: Path = Field(
        default_factory=default_data_dir,
        description="Folder of the embedded database, the sound files and the twins' state.",
    )
    database_url: Annotated[str, StringConstraints(pattern=r"^postgresql://")] | None = Field(
        default=None, description="PostgreSQL 15 or newer; without it, an embedded one in the data folder."
    )
    storage_url: str | None = Field(
        default=None, description="Where sound is stored: s3://bucket/prefix; without it, the data folder."
    )
    public_url: Annotated[str, StringConstraints(pattern=r"^https?://[A-Za-z0-9._:/-]{1,40}$")] = Field(
        default="https://mvm.example",
        description="What stands before the code in a recipient's link; short, since each text holds it.",
    )
    statement_descriptor: str | None = Field(
        default=None,
        description="What a card statement calls us; without it, the domain of the public address.",
    )
    bank_days_first: int = Field(
        default=1,
        ge=0,
        description="Business days until a card's bank shows a charge, at the earliest (issuers say 1 to 3).",
    )
    bank_days_last: int = Field(
        default=3, ge=0, description="Business days until a card's bank shows a charge, at the latest."
    )
    short_code: str = Field(default=SHORT_CODE, description="The short code that texts come from.")
    stripe_url: str = Field(
        default="https://api.stripe.com", description="Address of the card processor's API."
    )
    stripe_key: SecretStr = Field(default=SecretStr(""), description="Secret key of the card processor.")
    stripe_webhook_secret: SecretStr = Field(
        default=SecretStr(""), description="Signs what the card processor sends to us."
    )
    callback_url: str = Field(
        default="http://127.0.0.1:8080", description="Where gateways on this network reach this service."
    )
    kannel_url: str | None = Field(
        default=None, description="Where Kannel's smsbox takes texts; without it, none leave."
    )
    kannel_user: str = Field(default="care-console", description="Kannel's sendsms user.")
    kannel_password: SecretStr = Field(default=SecretStr(""), description="That user's password.")
    texts_per_second: float = Field(
        default=100.0, gt=0, description="The short code's rate, across all workers."
    )
    text_valid_minutes: int = Field(
        default=5, ge=1, description="How long a carrier may hold a text of ours, in minutes."
    )
    text_hours: Annotated[str, AfterValidator(_text_hours)] = Field(
        default="9-20",
        description="Hours at the recipient's place at which texts that ask for money leave; the law: 8-21.",
    )
    kannel_secret: SecretStr = Field(default=SecretStr(""), description="Shared with the SMS gateway.")
    access_minutes: int = Field(default=30, description="How long an access token is good, in minutes.")
    session_hours: int = Field(default=12, description="How long a session lasts at most, in hours.")
    refund_wait_seconds: int = Field(
        default=10, description="How long a refund waits before it is sent, and can be taken back."
    )
    refund_reading_seconds: float = Field(
        default=2.0,
        description="The first wait before an unknown refund is read again, in seconds; it doubles.",
    )
    refund_certain_seconds: float = Field(
        default=120.0, description="How old an unknown refund must be before readings may call it failed."
    )
    refund_certain_readings: int = Field(
        default=4, description="How many readings must find nothing before they may call a refund failed."
    )
    refund_specialist_message_percent: int = Field(
        default=100,
        ge=0,
        description="One refund without asking, for a specialist: percent of its message's price.",
    )
    refund_specialist_caller_day_cents: int = Field(
        default=1500,
        ge=0,
        description="What one caller gets in a day without asking, by specialists, in cents.",
    )
    refund_specialist_shift_cents: int = Field(
        default=6000, ge=0, description="What a specialist refunds in a shift without asking, in cents."
    )
    refund_supervisor_message_percent: int = Field(
        default=100,
        ge=0,
        description="One refund without asking, for a supervisor: percent of its message's price.",
    )
    refund_supervisor_caller_day_cents: int = Field(
        default=1500,
        ge=0,
        description="What one caller gets in a day without asking, by supervisors, in cents.",
    )
    refund_supervisor_shift_cents: int = Field(
        default=6000, ge=0, description="What a supervisor refunds in a shift without asking, in cents."
    )
    refund_charge_age_days: int = Field(
        default=90, ge=0, description="A charge older than this many days is refunded by two people only."
    )
    approval_hours: float = Field(
        default=24.0, gt=0, description="How long a request waits for another person's decision, in hours."
    )
    jobs_stalled_seconds: float = Field(
        default=20.0,
        gt=0,
        description="How long a worker may be silent before its jobs are taken up, in seconds.",
    )
    preview_seconds: int = Field(default=60, description="How long a preview's address is good, in seconds.")
    checkout_minutes: int = Field(
        default=60,
        ge=31,
        le=1440,
        description="How long a card payment's page is open, in minutes (the processor takes 30 to 1440).",
    )
    paid_hours: float = Field(
        default=24.0, gt=0, description="How long a message can be heard after paying, at least, in hours."
    )
    link_days: int = Field(default=30, description="How long a link lives, in days.")
    expiry_policy: Literal["reminder", "more_time", "nothing"] = Field(
        default="reminder",
        description="What becomes of a message that was paid for and not heard as its link's end comes near.",
    )
    expiry_notice_hours: int = Field(
        default=48, ge=1, description="How long before a link's end that happens, in hours."
    )
    expiry_extra_days: int = Field(
        default=7, ge=1, description="How much more time such a link gets, in days, once."
    )
    sound_days: int = Field(
        default=90,
        ge=1,
        description="How long sound is kept after the last link to it has ended, in days, unless it is held.",
    )
    unanswered_texts: int = Field(
        default=5,
        ge=1,
        description="First texts from one sender to one number with no answer; more wait until there is one.",
    )
    unanswered_days: int = Field(
        default=7, ge=1, description="How many days an unanswered first text counts."
    )
    undeliverable_after: int = Field(
        default=3, ge=1, description="So many texts in a row that did not arrive mark a number."
    )
    undeliverable_days: int = Field(
        default=30, ge=1, description="How long a mark lasts after the last such text, in days."
    )
    sound_workers: int | None = Field(
        default=None,
        ge=1,
        description="Processes that prepare recordings; without it, one for each core, and two for each where"
        " several processes serve.",
    )
    prices: Annotated[str, AfterValidator(_price_list)] = Field(
        default="30:199 60:299 120:399",
        description="What a message costs where its facility has no price list: seconds:cents, up to 120.",
    )
    recordings_per_minute: float = Field(
        default=600.0, ge=1, description="How many recordings one key of a facility may send in a minute."
    )
    pool_size: int = Field(
        default=20,
        ge=1,
        description="Database connections of one process for transactions, and for reads; opened as needed.",
    )

    @property
    def allowed_hours(self) -> Hours:
        """When texts that ask for money may leave."""
        return read_hours(self.text_hours)

    @property
    def on_statements(self) -> str:
        """What stands on a card statement: the service's short domain name."""
        return self.statement_descriptor or _domain_of(self.public_url)


@lru_cache(16)  # asked at every key
def _domain_of(url: str) -> str:
    return urlsplit(url).hostname or ""
