"""Every collaborator of one running instance, made once, passed to whoever needs it."""

from dataclasses import dataclass

import socketio
from redis.asyncio import Redis

from contracts.clock import WorldClock
from support.customers.importing import AccountImport
from support.database import Database
from support.desk.agents import Agents
from support.desk.cases import Cases
from support.desk.coverage import Coverage
from support.desk.intake import Intake
from support.desk.ladder import Ladder
from support.desk.presence import Connections, Viewers
from support.desk.queue import Queue
from support.desk.routing import TamBook
from support.desk.targets import Targets
from support.fanout import Fanout
from support.gateway.assistant import Assistant
from support.gateway.conversation import Conversations
from support.gateway.files import Files
from support.gateway.inbound import Reception
from support.gateway.opening import Opening
from support.gateway.turns import Pace, TurnWorker
from support.gateway.wakeups import WakeupClock
from support.identity import Identity, derived
from support.knowledge.articles import Articles
from support.ledger.service import Ledger
from support.limits import RateLimit
from support.settings import Settings
from support.texts import Texts


@dataclass(frozen=True)
class Services:
    """The parts by name; views take what they need from here."""

    settings: Settings
    texts: Texts
    clock: WorldClock
    database: Database
    identity: Identity
    conversations: Conversations
    opening: Opening
    reception: Reception
    queue: Queue
    worker: TurnWorker
    wakeups: WakeupClock
    ladder: Ladder
    cases: Cases
    agents: Agents
    viewers: Viewers
    connections: Connections
    tams: TamBook
    targets: Targets
    intake: Intake
    accounts: AccountImport
    articles: Articles
    ledger: Ledger
    coverage: Coverage
    assistant: Assistant
    files: Files
    login_limit: RateLimit
    redis: Redis | None


def build_services(settings: Settings, server: socketio.AsyncServer, redis: Redis | None) -> Services:
    """Wire everything together; opens no connection yet."""
    desk = settings.data_dir / "desk"
    texts, clock = Texts(desk), WorldClock(settings.var_dir / "clock.json")
    database, identity = Database(settings.database_url), Identity(settings)
    conversations = Conversations(database, clock, Fanout(server))
    targets, tams = Targets(desk / "sla.yml"), TamBook(desk / "tam.yml")
    intake = Intake(targets, tams, texts)
    queue = Queue(intake, targets, tams, texts, settings.queue_notice_seconds)
    assistant = Assistant(settings.assistant_url, settings.internal_token, settings.turn_give_up_seconds)
    pace = Pace(
        settings.turn_slow_seconds,
        settings.turn_retry_seconds,
        settings.turn_attempts,
        settings.lease_seconds,
        settings.silence_seconds,
    )
    worker = TurnWorker(conversations, assistant, identity, queue, intake, texts, pace)
    conversations.on_turn = worker.wake
    cases = Cases(conversations, queue, targets, settings.text_limit)
    limit = RateLimit("messages", settings.messages_per_minute, redis)
    openings = RateLimit("openings", settings.openings_per_minute, redis)
    return Services(
        settings=settings,
        texts=texts,
        clock=clock,
        database=database,
        identity=identity,
        conversations=conversations,
        opening=Opening(conversations, settings.resume_hours, openings),
        reception=Reception(conversations, queue, texts, limit, settings.text_limit),
        queue=queue,
        worker=worker,
        wakeups=WakeupClock(conversations),
        ladder=Ladder(conversations, tams, cases),
        cases=cases,
        agents=Agents(database, clock, desk / "agents.yml", settings.demo),
        viewers=Viewers(redis),
        connections=Connections(redis),
        tams=tams,
        targets=targets,
        intake=intake,
        accounts=AccountImport(database, settings.cloud_control_url),
        articles=Articles(settings.knowledge_dir, desk / "search_stopwords.yml", settings.knowledge_vectors),
        ledger=Ledger(database, clock),
        coverage=Coverage(targets, tams, clock),
        assistant=assistant,
        files=Files(settings.var_dir / "uploads", derived(settings.widget_secret, "files"), settings.upload_limit),
        login_limit=RateLimit("logins", settings.logins_per_minute, redis),
        redis=redis,
    )
