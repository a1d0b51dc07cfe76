"""Whether the first words of whoever answers a call are a recording's."""

import re

# What only a person asks, or what only a person is asked.
_ASKS = re.compile(
    r"\b(?:can|could|may|shall|should) (?:i|we) (?:take|leave|ask|help)\b.*?(?:message|$)"
    r"|\b(?:do|would) you (?:like|want) (?:me )?to leave (?:a|her|him|them|us)\b.*?(?:message|$)"
    r"|\bhow (?:can|may) (?:i|we) (?:help|direct)\b|\bwho(?:'s| is) (?:this|calling|speaking)\b"
    r"|\bmay i ask who\b"
)
# Each of these is enough.
_RECORDED = re.compile(
    r"\bleave (?:me |us |him |her |them )?(?:a |an |your |the )(?:\w+ ){0,4}?"
    r"(?:message|messages|name|number)\b"
    r"|\b(?:after|at|following|wait for|hear) (?:the|a) (?:tone|beep|signal)\b"
    r"|\bvoice ?mail\b|\bmail ?box\b|\bvoice messaging\b|\banswering machine\b"
    r"|\brecord (?:your|a) (?:message|name)\b|\b(?:finished|done) recording\b"
    r"|\b(?:been|is being) forwarded\b"
    r"|\b(?:number|person|party|customer|subscriber|mobile) (?:that )?you(?:'ve|'re| have| are)? "
    r"(?:have |are )?(?:trying to|dialed|dialled|called|calling|reached)\b"
    r"|\b(?:not|no longer) in service\b|\b(?:has been|is) disconnected\b|\bbe completed as dialed\b"
    r"|\b(?:i|we)(?:'ll| will) (?:get back to you|return your call|call you (?:right )?back)\b"
    r"|\bget back to you (?:as soon|when|shortly|at)\b|\bcall you back as soon\b"
    r"|\bpress (?:the )?(?:\d|zero|one|two|three|four|five|star|pound|hash|any key)\b"
    r"|\boffice is (?:currently |now )?closed\b|\bour (?:office|business) hours\b"
    r"|\byour call is important\b"
)
# Two of these are, or one where it is part of much.
_LIKELY = re.compile(
    r"\b(?:you have|you've) reached\b"
    r"|\b(?:can't|cannot|can not|unable to|not able to) (?:come|get|take|answer)\b"
    r"(?: to)?(?: the| your| my)? ?(?:phone|call)?"
    r"|\b(?:not|isn't|aren't|n't) (?:available|here|home|at home|in)\b"
    r"|\b(?:missed|for) your call\b|\bthank you for calling\b|\bcall (?:again|back) later\b"
)
_MUCH = 10  # words


def sounds_recorded(text: str) -> bool:
    """Whether these are the words of a voicemail greeting, or of another machine."""
    plain = re.sub(r"[^\w' ]+", " ", text.lower().replace("\u2019", "'"))
    plain = " ".join(plain.split())
    rest = _ASKS.sub(" ", plain)
    if _RECORDED.search(rest):
        return True
    if rest != plain:
        return False
    likely = len(_LIKELY.findall(plain))
    return likely > 1 or (likely == 1 and len(plain.split()) >= _MUCH)
