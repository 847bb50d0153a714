"""The words that attribute: curated verbs with their forms, and the small words around them.

The lists are ours. ``CUES`` maps every form of a verb to its lemma; what a lemma can do is told by
the group it stands in.
"""

from __future__ import annotations

from stancekit.quotes.wordset import wordset

# Say something: take a quote or a clause.
_SAY = wordset(
    """
    say tell add express announce declare state explain note insist argue claim write tweet retweet post reply
    respond answer reiterate stress emphasize emphasise warn caution contend maintain assert allege
    acknowledge admit concede confess confirm deny affirm vow pledge promise predict suggest recall
    recount remark observe comment report reveal disclose disclose mention testify swear charge counter
    retort rejoin conclude continue complain lament joke quip muse conjecture proclaim pronounce preach
    profess repeat estimate agree disagree ask inquire wonder urge advise recommend propose demand plead
    beg request order command instruct remind assure inform notify signal indicate imply hint intimate
    boast brag gripe grumble protest object interject interrupt rebut venture volunteer offer opine posit
    theorize speculate reason surmise hypothesize declaim blog text email message telegraph cable phone
    broadcast publish quote cite underline underscore highlight clarify specify elaborate detail outline
    summarize relate narrate describe convey communicate certify attest avow aver exclaim cry shout yell
    scream shriek bellow roar holler chant whisper murmur mutter mumble sing intone snap bark growl snarl
    hiss sneer scoff sniff snort jeer taunt heckle tease laugh chuckle giggle grin smile sigh sob gasp
    groan moan croak drawl gush rave enthuse marvel fume rage rant seethe thunder storm bluster fret worry
    apologize joke deadpan banter wisecrack gloat crow exult cheer applaud commend praise thank greet
    advertise pitch rule decree order opine lecture scold chide berate admonish rebuke lash blast fire
    shoot tout trumpet hail echo chime concur proffer put go read declare press push prod implore exhort
    appeal reassure sum ad-lib shrug nod bemoan decry deride mock ridicule denounce condemn criticize slam
    rail inveigh bristle erupt explode stammer stutter babble blurt rasp wail whine weep tut coo chorus
    parrot paraphrase react remember riff retaliate point start begin reason interpose surmise
    """
)
# Name or characterise: take a word or phrase in quotes.
_CALL = wordset(
    """
    call describe dub label brand deem term characterize characterise portray depict denounce deride decry
    condemn praise hail blast slam criticize criticise mock ridicule dismiss reject bash attack accuse
    blame credit cite refer tout paint cast liken compare reference lambast lambaste excoriate disparage
    knock assail promise pledge vow urge invoke use coin phrase style title nickname
    """
)
# Think or feel: a clause without marks.
_THINK = wordset(
    """
    believe think expect hope fear feel know doubt suspect assume consider forecast anticipate foresee
    find see understand want wish plan intend decide determine conclude calculate reckon guess imagine
    figure show favor favour support oppose back prefer seek call request threaten refuse decline agree
    learn realize recognize recognise discover notice hear dream remember forget
    """
)

_IRREGULAR = {
    "say": "says said saying",
    "tell": "tells told telling",
    "write": "writes wrote written writing",
    "swear": "swears swore sworn swearing",
    "put": "puts put",
    "go": "goes went",
    "read": "reads read reading",
    "begin": "begins began begun beginning",
    "sing": "sings sang sung singing",
    "weep": "weeps wept weeping",
    "shoot": "shoots shot shooting",
    "crow": "crows crowed crowing",
    "broadcast": "broadcasts broadcast broadcasting",
    "think": "thinks thought thinking",
    "feel": "feels felt feeling",
    "know": "knows knew known knowing",
    "find": "finds found finding",
    "see": "sees saw seen seeing",
    "understand": "understands understood understanding",
    "show": "shows showed shown showing",
    "seek": "seeks sought seeking",
    "hear": "hears heard hearing",
    "foresee": "foresees foresaw foreseen foreseeing",
    "forget": "forgets forgot forgotten forgetting",
    "cast": "casts cast casting",
    "forecast": "forecasts forecast forecasted forecasting",
    "cry": "cries cried crying",
    "decry": "decries decried decrying",
    "deny": "denies denied denying",
    "reply": "replies replied replying",
    "imply": "implies implied implying",
    "testify": "testifies testified testifying",
    "certify": "certifies certified certifying",
    "clarify": "clarifies clarified clarifying",
    "specify": "specifies specified specifying",
    "notify": "notifies notified notifying",
    "worry": "worries worried worrying",
    "admit": "admits admitted admitting",
    "quip": "quips quipped quipping",
    "beg": "begs begged begging",
    "brag": "brags bragged bragging",
    "blog": "blogs blogged blogging",
    "rebut": "rebuts rebutted rebutting",
    "slam": "slams slammed slamming",
    "snap": "snaps snapped snapping",
    "grin": "grins grinned grinning",
    "chat": "chats chatted chatting",
    "refer": "refers referred referring",
    "infer": "infers inferred inferring",
    "label": "labels labeled labelled labeling labelling",
    "dub": "dubs dubbed dubbing",
    "plan": "plans planned planning",
    "prod": "prods prodded prodding",
    "nod": "nods nodded nodding",
    "fret": "frets fretted fretting",
    "sum": "sums summed summing",
    "sob": "sobs sobbed sobbing",
    "tut": "tuts tutted tutting",
    "blurt": "blurts blurted blurting",
    "concur": "concurs concurred concurring",
    "prefer": "prefers preferred preferring",
    "echo": "echoes echoed echoing",
    "veto": "vetoes vetoed vetoing",
    "shrug": "shrugs shrugged shrugging",
    "signal": "signals signaled signalled signaling signalling",
    "ad-lib": "ad-libs ad-libbed ad-libbing",
}


def _forms(lemma: str) -> list[str]:
    if lemma in _IRREGULAR:
        return [lemma, *_IRREGULAR[lemma].split()]
    if lemma.endswith("y") and lemma[-2] not in "aeiou":
        return [lemma, lemma[:-1] + "ies", lemma[:-1] + "ied", lemma + "ing"]
    if lemma.endswith("e"):
        return [lemma, lemma + "s", lemma + "d", lemma[:-1] + "ing"]
    third = lemma + ("es" if lemma.endswith(("s", "sh", "ch", "x")) else "s")
    return [lemma, third, lemma + "ed", lemma + "ing"]


def _table(lemmas: frozenset[str]) -> dict[str, str]:
    return {form: lemma for lemma in lemmas for form in _forms(lemma)}


SAY = _table(_SAY)
CALL = _table(_CALL)
THINK = _table(_THINK)
CUES = CALL | SAY
"""Forms that can attribute a quote between marks, with their lemmas."""

# As likely a noun as a verb: attribute only where the words around them make them verbs.
THINK_NOUNS = wordset(
    """
    hopes hope fears fear doubts doubt suspects suspect forecasts forecast plans plan guess guesses
    figures figure shows show favors favours support supports back backs calls call request requests
    dreams dream notice notices oppose threats calculate
    """
)
NOUNLIKE = wordset(
    """
    state states report reports claim claims comment comments post posts charge charges order orders offer
    offers demand demands request requests promise promises pledge pledges vow vows note notes answer
    answers text texts message messages cable cables phone phones quote quotes pitch rule rules storm rage
    fire shot press push appeal appeals worry fear fears hope hopes plan plans support attack attacks
    blame credit call calls protest protests object objects joke jokes tweet tweets blog blogs email
    emails read laugh laughs smile smiles cheer cheers echo detail details command commands reply replies
    laments response use uses term terms title cast label labels brand brands paint knock back reason
    reasons venture volunteer volunteers estimate estimates remark remarks retort retorts estimate
    estimates address addresses gripe gripes jeer jeers taunt taunts stress warning meaning feeling
    finding hearing saying reading writing lecture praise blast cry cries cause counter highlight
    highlights start starts point points begin begins started began sum put go goes want forecast
    forecasts bark thunder style reference see know think show shows broadcast doubt
    """
)
"""Forms of `CUES` that need a plain subject beside them."""

AUXILIARIES = wordset(
    """
    has have had is was are were be been being will would could should can may might must did does do also
    later then once twice recently previously earlier already again still even just only always never
    often not further simply soon now first finally instead himself herself themselves itself both all
    each ever sometimes repeatedly reportedly too there to hasn't haven't hadn't didn't doesn't don't
    wouldn't has since hasn’t haven’t hadn’t didn’t doesn’t don’t wouldn’t thus therefore actually
    initially added
    """
) - {
    "added",
    "there",
    "to",
    "since",
}

PRONOUNS = {
    "he": "male",
    "she": "female",
    "they": "plural",
    "it": "thing",
    "i": "self",
    "we": "self",
    "you": "other",
    "who": "relative",
    "one": "other",
    "him": "male",
    "her": "female",
    "them": "plural",
    "himself": "male",
    "herself": "female",
}
SUBJECT_PRONOUNS = frozenset(("he", "she", "they", "it", "i", "we", "you", "who"))

DETERMINERS = wordset(
    """
    the a an his her its their our my this that these those some many several few most one two three four
    five six seven eight nine ten eleven twelve thirteen fourteen fifteen twenty thirty forty fifty other
    another both all each every any no more such dozens hundreds thousands various numerous
    """
)
PREPOSITIONS = wordset(
    """
    of for at from in with on by to into over under about after before during since until through against
    between among near via within without outside inside toward towards despite amid upon like as across
    behind beyond including along around off per than
    """
)
# Prepositions that build a nominal ("a spokesman for the ministry"), not the scene ("said on Monday").
NOUN_PREPOSITIONS = wordset("of for at from with in on to")
CONJUNCTIONS = wordset(
    """
    and but or nor so yet if when while because although though as since before after until unless whereas
    where whether that which who whom whose
    """
)
TIME_WORDS = wordset(
    """
    monday tuesday wednesday thursday friday saturday sunday today yesterday tomorrow tonight january
    february march april may june july august september october november december jan feb mar apr jun jul
    aug sept oct nov dec week month year morning afternoon evening night weekend spring summer autumn fall
    winter noon midnight earlier later recently early late last next ago
    """
)
WEEKDAYS = wordset("monday tuesday wednesday thursday friday saturday sunday")
MONTHS = wordset(
    """
    january february march april may june july august september october november december jan feb mar apr
    jun jul aug sept oct nov dec
    """
)
FUNCTION_WORDS = AUXILIARIES | CONJUNCTIONS | DETERMINERS | PREPOSITIONS | PRONOUNS.keys() | TIME_WORDS
"""The small words that begin no name and are no noun."""
# The scene of saying, behind "in", "at", "on": not part of the speaker.
SCENE_NOUNS = wordset(
    """
    statement interview interviews speech remarks tweet tweets post email e-mail letter message memo note
    release news conference briefing rally hearing call phone telephone report broadcast television tv
    radio show program appearance debate event meeting gathering town court twitter facebook instagram
    video article op-ed editorial column book testimony filing documents response reference blog series
    text press stage air camera
    """
)

# Common verbs that say nothing: they end a noun phrase.
_OTHER = wordset(
    """
    accept achieve act affect aim allow appear apply arrive avoid become begin belong break bring build
    buy carry catch cause change choose claim clear close collect come compete contain contribute control
    cost cover create cut deal deliver depend deserve design destroy develop die draw drive drop earn eat
    emerge enable encourage end enjoy ensure enter establish exist expand fail fall fight fill fit fly
    follow force form gain get give grow handle happen hit hold hurt ignore improve include increase
    introduce invite involve join jump keep kill lack last launch lay lead leave let lie like live lose
    love maintain make manage matter mean meet miss move occur open operate own pass pay perform pick play
    prepare prevent produce prompt protect prove provide pull pursue push put raise reach receive reduce
    reflect remain remove replace represent require resign resist return rise run save sell send serve set
    settle shake share sit sleep speak spend stand start stay steal stick stop strike struggle suffer
    survive take talk teach tend throw touch train travel treat try turn visit vote wait walk watch wear
    win work
    """
)
_IRREGULAR_PAST = wordset(
    """
    became began broke brought built bought caught chose came dealt drew drove ate fell fought flew got
    gave grew hit held hurt kept laid led left let lay lost made meant met paid ran sold sent set shook
    sat slept spoke spent stood stole stuck struck took taught threw tried went won wore rose became has
    have had is are was were be been am will would should could can may might must does did do not isn't
    wasn't aren't doesn't didn't isn’t wasn’t aren’t doesn’t didn’t won’t won't can’t can't who that
    himself herself themselves itself
    """
)
# Third person and past only: the base and the -ing form are too often nouns.
_ALSO_NOUNS = wordset(
    """
    acts aims changes costs covers deals drives drops ends fights fills fits forces forms gains grows hits
    holds issues jumps leads lies lives loves matters means moves passes picks plays pushes raises reaches
    returns rises runs shares stands starts strikes struggles talks touches trains travels treats turns
    visits votes waits walks watches wins works claims clears controls designs likes owns joins keeps cuts
    cut put set hit let
    """
)
COMMON_VERBS = (
    frozenset(form for lemma in _OTHER for form in _forms(lemma)[1:3]) | frozenset(_IRREGULAR_PAST)
) - _ALSO_NOUNS

# Take a position on something, in a noun phrase or a "to" clause: reported speech and attitudes.
_ATTITUDE = wordset(
    """
    abandon abhor advocate allude anticipate appeal approve argue assail attack back bemoan berate blame
    blast boast brand brush call castigate caution celebrate challenge champion chastise chide cite
    clarify commend condemn confront congratulate consider contest criticise criticize debate decline
    decry defend demand denounce deny deplore deride describe detest disavow discuss dislike dismiss
    disown dispute doubt echo embrace emphasize encourage endorse envision excoriate explain expose
    express extol fault favor favour fear float focus forecast forswear hail hate highlight hint hope
    ignore imply invoke justify label lambaste lament laud liken list love mention mock mourn name
    nominate object offer oppose outline pan peddle pitch plead pledge portray praise predict prefer
    promise promote propose protest push question quote rebuff rebuke recall recognize recommend recount
    refuse refute regret reject renounce repeat repudiate request resent respect retract ridicule salute
    seek shun slam spurn stress suggest support suspect tackle thank threaten tout trumpet trust
    underscore unveil urge vow want warn weigh welcome wish worry wonder yearn repudiate denigrate
    disparage bash pressure plan intend aim expect refer point agree disagree insist complain apologize
    joke rule blame credit accuse implore beg vote note state study report identify address tease
    demonstrate dub detail reiterate announce declare profess preach plot rail
    """
)
ATTITUDE = _table(_ATTITUDE)
"""Forms that report a position without marks."""
_SHOW = wordset("show find suggest indicate reveal conclude appear seem mean prove demonstrate estimate")
SHOW = _table(_SHOW)
"""Forms by which polls, studies and appearances "say" something."""
HEARER = wordset("tell inform remind assure warn advise notify persuade convince")
"""Lemmas that name whom they are said to before what is said."""
NOUN_CUES = wordset(
    """
    claim claims statement argument belief fear fears hope hopes suggestion assertion allegation
    allegations promise pledge vow accusation accusations charge charges notion idea view conclusion
    prediction concern concerns warning warnings rumor rumors speculation question questions criticism
    call calls support opposition complaint complaints demand demands request requests proposal plan plans
    threat threats decision opinion comment comments remark remarks praise doubt doubts confidence
    evidence sign signs word desire willingness refusal insistence endorsement
    """
)
