"""Logs as JSON lines and the figures of /metrics. Nothing a customer wrote goes into either."""

import logging

import structlog
from prometheus_client import Counter, Gauge, Histogram

SECONDS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60)

TURNS = Counter("support_turns_total", "Turns of the assistant, by how they ended.", ["outcome"])
TURN_SECONDS = Histogram("support_turn_seconds", "From the start of a turn to its end.", buckets=SECONDS)
DROPPED = Counter("support_bot_messages_dropped_total", "Bot messages of turns that began before a change of owner.")
MESSAGES = Counter("support_customer_messages_total", "Customer messages accepted.")
HANDOFFS = Counter("support_handoffs_total", "Handoffs to humans.", ["reason", "tier"])
FIRST_RESPONSE = Histogram(
    "support_first_response_seconds",
    "From the request for a human to the first human message.",
    ["plan"],
    buckets=(10, 30, 60, 90, 120, 300, 600, 1800, 3600),
)
BREACHES = Counter("support_first_response_breaches_total", "Missed first-response targets.", ["plan"])
SOCKETS = Gauge("support_sockets", "Connected sockets.", ["namespace"])


def configure_logging(level: int = logging.INFO) -> None:
    """JSON lines on standard output, with level and UTC time."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
