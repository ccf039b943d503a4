"""Answers from the knowledge base: with a source, after one clarifying question, or an honest "I found nothing"."""

from __future__ import annotations

from collections.abc import Sequence

from actions.tasks import lexicon
from actions.tasks.handing import Reason, hand_over
from actions.tasks.playbook import Playbook
from actions.tasks.ports import Article, Articles, SearchKnowledge, Steps
from actions.tasks.questions import put
from actions.tasks.reading import Move
from actions.tasks.state import Question, Ref, Task, Topic
from actions.tasks.talk import Talk

# Scores are comparable between queries (contracts §3): above the first an article is the answer, above the second it
# is worth one question, below it nothing was found.
ANSWERS_IT = 0.55
WORTH_ASKING = 0.4
# Two articles closer than this cannot be told apart by the query.
CLOSE = 0.1
MAX_QUERY = 300
# A follow-up comes soon after what it follows.
TOPIC_TURNS = 3


def answer(talk: Talk, move: Move) -> Steps[bool]:
    """Answer a question from the articles; true when an answer was given."""
    query = move.value("article") or question_of(talk, move)
    reply = yield SearchKnowledge(query[:MAX_QUERY], talk.language)
    if not isinstance(reply, Articles):
        talk.say("error", "knowledge.unavailable", {}, (talk.button("human", "talk_to_human"),))
        return False
    items = reply.items
    if not items or items[0].score < WORTH_ASKING:
        yield from miss(talk, "no_answer")
        return False
    first = items[0]
    close = [item for item in items[:2] if first.score - item.score < CLOSE]
    if first.score < ANSWERS_IT and len(close) == 2 and not move.payload:
        _ask_topic(talk, close)
        return True
    give(talk, first, query, [item for item in items[1:] if item.score >= WORTH_ASKING])
    return True


def question_of(talk: Talk, move: Move) -> str:
    """The query; a follow-up ("and on Windows?") is joined to what was asked before."""
    topic = talk.state.topic
    if topic and follows_up(talk, move):
        return f"{topic.query} {move.text}"
    return move.text


def follows_up(talk: Talk, move: Move) -> bool:
    """Whether a move goes on about the last answer: "and on Windows?" a turn or two after it."""
    topic = talk.state.topic
    if topic is None or talk.state.turns - topic.turn > TOPIC_TURNS:
        return False
    return lexicon.FOLLOW_UP.search(move.text) is not None


def give(talk: Talk, article: Article, query: str, others: Sequence[Article] = ()) -> None:
    """Say what an article says, with its link and those of others that come near."""
    values = {"excerpt": article.excerpt.strip(), "title": article.title, "url": article.url}
    related = [article, *others]
    items = [{"slug": one.slug, "title": one.title, "url": one.url} for one in related]
    talk.say("answer", "knowledge.answer", values, (), {"type": "articles", "items": items})
    talk.state.topic = Topic(query[:MAX_QUERY], article.slug, talk.state.turns)
    talk.state.articles = [a for a in talk.state.articles if a[0] != article.slug] + [[article.slug, article.title]]


def _ask_topic(talk: Talk, articles: list[Article]) -> None:
    options = [Ref("article", article.slug, article.title) for article in articles]
    put(talk, None, Question("topic", options=options))


def unsupported(talk: Talk, move: Move) -> Steps[None]:
    """An intent nothing is automated for: the article that covers it, and a person."""
    reply = yield SearchKnowledge(move.text[:MAX_QUERY] or move.intent, talk.language, move.intent)
    work = {"work": talk.skill_title(move.intent)}
    items = reply.items if isinstance(reply, Articles) else ()
    fitting = next((a for a in items if move.intent in a.intents), None)
    if fitting is None and items and items[0].score >= ANSWERS_IT:
        fitting = items[0]
    if fitting is None:
        yield from miss(talk, "unsupported", work)
        return
    talk.say("notice", "cannot.by_article", work)
    give(talk, fitting, move.text)
    put(talk, None, Question("human", reason="unsupported"))


def advise(talk: Talk, task: Task, book: Playbook) -> Steps[None]:
    """A skill that is advice: the article written for it."""
    talk.finish(task)
    reply = yield SearchKnowledge(task.words[:MAX_QUERY] or task.skill, talk.language, task.skill)
    items = reply.items if isinstance(reply, Articles) else ()
    fitting = next((a for a in items if task.skill in a.intents), None)
    if fitting is None and items and items[0].score >= ANSWERS_IT:
        fitting = items[0]
    if fitting is None:
        yield from miss(talk, "no_answer")
    else:
        give(talk, fitting, task.words)


def miss(talk: Talk, kind: str, values: dict[str, str] | None = None) -> Steps[None]:
    """Not understood, not supported, no answer: the second in a row offers a person, the third hands over."""
    state = talk.state
    state.misses, talk.missed = state.misses + 1, True
    in_a_hurry = state.business_down or state.anger >= 0.7
    count = state.misses + (1 if in_a_hurry else 0)
    if count >= 3:
        reason: Reason = "unsupported" if kind == "unsupported" else "low_confidence"
        yield from hand_over(talk, reason, lead="cannot.give_up")
        return
    talk.say("error", f"cannot.{kind}", values or {})
    if count == 2 or kind == "unsupported":
        put(talk, None, Question("human", reason="unsupported" if kind == "unsupported" else "low_confidence"))
