"""What reads like a refusal without being one of the words: patterns over plain lower-case words.

Whatever a reasonable person would take for a refusal ends consent too (47 CFR 64.1200(a)(10)). A pattern that
fits suppresses at once and asks a person; what it fits wrongly costs a look, what it misses costs a STOP.
"""

from __future__ import annotations

import re

_FEW = r"(?:\w+ ){0,4}"
_DO_IT = (
    r"(?:te?xt\w*|messag\w*|msg\w*|send\w*|contact\w*|call\w*|bother\w*|harass\w*|spam\w*|e?mail\w*"
    r"|hit\w* me up)"
)
_THESE = (
    r"(?:te?xts?|texting|messages?|msgs?|messaging|links?|alerts?|notifications?|subscriptions?|services?"
    r"|these|this|it|me|us)"
)
_NOT = r"(?:do not|dont|don t|did not|didnt|didn t|never|not to|no longer|wont|won t|will not)"
_MANDAR = r"(?:mand\w*|envi\w*|escrib\w*|mensaj\w*|text\w*|molest\w*|llam\w*|contact\w*|fastidi\w*|chat\w*)"

# By name, kept with the decision: the alternatives, each a pattern that is searched for.
_ALTERNATIVES: dict[str, tuple[str, ...]] = {
    "stop-in-a-sentence": (
        rf"\bstop {_FEW}(?:{_DO_IT}|{_THESE}|now|please|immediately|today|asap|right away)\b",
        r"^(?:\w+ )?stop\b(?! by\b)(?!.*\b(?:crying|smiling|laughing|thinking|loving)\b)",
        r"\b(?:please|pls|plz|just|say|said|now|to|must|me|and|all|u|you|i) stop\b",
        r"(?<!bus )\bstop$",
    ),
    "quit-doing-it": (
        rf"\b(?:quit|cease|discontinue|end|halt) {_FEW}(?:{_DO_IT}|{_THESE})\b",
        r"\b(?:cease and desist|quit it|cease all)\b",
    ),
    "do-not-text": (rf"\b{_NOT} {_FEW}{_DO_IT}\b",),
    "no-more": (
        rf"\b(?:no more|no further|enough(?: of)?) {_FEW}{_THESE}\b",
        r"^(?:no more|enough|thats enough|that s enough|im done|i m done|done)$",
    ),
    "not-wanted": (
        rf"\b{_NOT} {_FEW}(?:want\w*|need|ask\w*|sign\w*|subscrib\w*|like|wish|care)\b",
        rf"\b{_NOT} {_FEW}(?:consent\w*|agree\w*|request\w*|authori[sz]e\w*|opt\w*|g[ai]ve)\b",
        r"\b(?:unwanted|uninterested)\b",
        r"\bnot interested\b",
        r"\bno thank(?:s| you)?\b",
        r"\bi (?:decline|refuse|object)\b",
    ),
    "wrong-number": (
        r"\bwrong (?:\w+ )?(?:number|person|phone|guy|one|cell|contact|num)\b",
        r"\bbelongs to (?:someone|somebody|another|me)\b",
        r"\bnot (?:my|the right|his|her|their) (?:number|person|phone)\b",
        r"\b(?:dont|don t|do not) (?:even )?know (?:who )?(?:this|that|him|her|them|you|who|any)\w*\b",
        r"\bno ?(?:one|body) (?:here )?(?:by|with|of|named|called)\b",
        r"\b(?:new|changed|someone else s|somebody else s) (?:\w+ )?(?:number|owner)\b",
        r"\b(?:is not|isnt|isn t|aint|ain t) (?:\w+ ){1,3}(?:number|phone|message|text)\b",
        r"\bno longer (?:\w+ )?(?:number|phone|here|works)\b",
    ),
    "take-me-off": (
        rf"\b(?:remove|delete|erase|lose|scrub|drop|forget) {_FEW}(?:me|us|list|number|phone|records)\b",
        rf"\b(?:take|get|turn|shut|switch) {_FEW}off\b",
        r"\boff (?:your|the|this|ur) list\b",
    ),
    "leave-me-alone": (
        r"\bleave (?:me|us) (?:the \w+ )?(?:alone|be)\b",
        r"\b(?:go away|get lost|buzz off|knock it off|cut it out|let me be|no contact|shut up|stfu)\b",
        r"\b(?:fuck|f+|piss|eff|sod|back|screw) (?:off|you|u)\b",
    ),
    "opt-out-in-a-sentence": (
        r"\bopt(?:ing|ed)? (?:me |us |my number )?out\b",
        r"\b(?:optout|unsub\w*|desuscri\w*|desinscri\w*|revok\w+)\b",
        rf"\bcancel {_FEW}(?:{_THESE}|my|all|everything|account)\b",
        rf"\bwithdraw {_FEW}(?:consent|permission)\b",
        r"\b(?:want|like|wish|need) to (?:cancel|quit|be removed)\b",
    ),
    "threat": (
        r"\b(?:spam\w*|scam\w*|harass\w*|stalk\w+|illegal|attorney general|sue|suing|fcc|ftc|tcpa)\b",
        r"\b(?:my|our|get a|call a|a) (?:lawyer|attorney)\b",
        r"\bdo not call list\b",
        r"\b(?:block|report)(?:ing|ed)? (?:you|this|u|your|ur)\b",
        r"^(?:\w+ )?(?:blocked|reported)$",
    ),
    "no-quiero": (
        r"\bno (?:quiero|queremos|deseo|deseamos|necesito|acepto|autorizo|autorice)\b",
        r"\bno (?:me inscribi|pedi|solicite)\b",
        r"\b(?:no me interesa|sin interes|no gracias|no di (?:mi )?permiso|no estoy interesad[oa])\b",
    ),
    "no-manden": (rf"\b(?:no|nunca|dej\w+|par[ea]\w*|ces\w+|basta|evit\w+|termin\w+) {_FEW}{_MANDAR}\b",),
    "no-mas-en-una-frase": (
        r"\b(?:no mas|nomas|ya no|ya basta|basta ya|ni un \w+ mas|ya estuvo)\b",
        r"^(?:\w+ )?basta\b",
        r"\b(?:ya )?parenle\b",
        r"^(?:\w+ )?par[ea](?:n|r)?\b|\bque paren\b",
        r"\b(?:detenga\w*|suspend\w+|interrump\w+)\b",
    ),
    "alto-en-una-frase": (r"\balto\b(?=.*\b(?:mensaj\w*|textos?)\b)", r"^alto\b", r"\balto a\b"),
    "numero-equivocado": (
        r"\b(?:numero|persona|telefono) (?:\w+ )?(?:equivocad[oa]|incorrect[oa]|erroneo)\b",
        r"\b(?:equivoc\w+|cambie de numero|numero nuevo)\b",
        r"\bno (?:lo|la|los|les?|te|se quien) (?:conozco|es|eres)\b",
        r"\bno conozco a\b",
        r"\bno soy (?:esa|el|la|quien|ella|esa persona)\b",
        r"\bno es (?:mi|su|el) (?:numero|telefono)\b",
    ),
    "quitenme": (
        rf"\b(?:quit|borr|elimin|sa[cq]u?|remuev|remov)\w+ {_FEW}(?:lista|numero|telefono|base)\b",
        r"\b(?:quite(?:n)?me|borre(?:n)?me|saque(?:n)?me|elimine(?:n)?me)\b",
        r"\b(?:dar\w*|den\w*|de|deme|dame|quiero|solicito) (?:me )?(?:de )?(?:la )?baja\b",
        r"\bcancel(?:en|e|ame|enme|eme|ar|o|emos)\b",
    ),
    "dejenme-en-paz": (
        r"^(?:\w+ )?fuera\b",
        r"\b(?:deje(?:n)?me|dejame|dejen|deja|dejennos) (?:ya )?(?:en paz|tranquil[oa]s?)\b",
        r"\bno (?:me )?(?:moleste|fastidie|jod|chingu)\w*\b",
        r"\b(?:acos\w+|denunci\w+|bloque\w+|demand\w+|ilegal|estafa\w*|vayanse|larguense)\b",
    ),
}

REFUSALS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile("|".join(alternatives))) for name, alternatives in _ALTERNATIVES.items()
)
