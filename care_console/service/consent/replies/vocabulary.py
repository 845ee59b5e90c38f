"""The words of the rules. The seven that 47 CFR 64.1200(a)(10) names, and Spanish ones beside them.

A change here or in ``refusals`` changes what past replies would have been read as: raise ``RULE_SET`` with
it, so that ``care-console service replay-replies`` can show what would be decided differently.
"""

from __future__ import annotations

RULE_SET = "2026-11-25.1"

# 47 CFR 64.1200(a)(10): stop, quit, end, revoke, opt out, cancel, unsubscribe; CTIA 5.1.3 asks for stopall.
STOP_PHRASES = frozenset(
    {
        "stop", "stopall", "stop all", "quit", "end", "revoke", "opt out", "optout", "cancel", "unsubscribe",
        "alto", "parar", "baja", "cancelar", "no mas", "nomas",
    }
)  # fmt: skip
HELP_PHRASES = frozenset(
    {"help", "info", "ayuda", "help me", "need help", "i need help", "necesito ayuda", "ayudame"}
)
START_PHRASES = frozenset({"start", "unstop"})

COURTESY = frozenset(
    {
        "please", "pls", "plz", "plse", "thanks", "thank", "you", "thx", "ty", "hi", "hello", "hey", "ok",
        "okay", "sir", "maam", "now", "asap", "kindly", "dear", "immediately", "today", "por", "favor",
        "porfavor", "porfa", "gracias", "hola", "ya", "ahora", "senor", "senora", "buenas", "buenos",
        "dias", "tardes",
    }
)  # fmt: skip

# What a wrong letter or two is still taken for. Short Spanish words have too many ordinary neighbours.
MISSPELLED = {"stop": 1, "unsubscribe": 2, "cancel": 1, "cancelar": 1, "optout": 1, "revoke": 1, "stopal": 1}

# A raised hand and its like, with no word beside it.
REFUSING_SIGNS = frozenset("🛑✋🚫⛔🖕🤚👎❌")
