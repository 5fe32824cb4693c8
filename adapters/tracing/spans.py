"""A turn's record as spans of OpenTelemetry: the turn, its stages, its parts; and a provider's call as one.

    turn --- endpoint            from the end of speech to the commit
      |----- stt --- (calls)     to the transcript
      |----- llm --- (calls)     to the end of the text
      |----- part n --- tts --- (calls)
                   |--- send     from the first piece that was sent to the last

Names of attributes: `gen_ai.*` are OpenTelemetry's, `vivavoce.*` ours. Words that people said or were answered are in
`vivavoce.pii.*` alone.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from opentelemetry.util.types import AttributeValue

from actors.ports.callcontext import CallContext, part_name
from actors.ports.calls import Kind
from actors.ports.watching import CallRecord, Chosen, PartRecord, TurnRecord, TurnWords
from protocol.tracecontext import TraceContext

Attributes = dict[str, AttributeValue]
_SCOPE: Final = InstrumentationScope("vivavoce")
_OPERATIONS: Final[dict[Kind, str]] = {"STT": "transcription", "LLM": "chat", "TTS": "text_to_speech"}
_MOST_LETTERS = 10_000
"""Of what was said, and of what was answered, in a span."""


class Times(NamedTuple):
    """When a span began and ended, and what happened in it, in seconds of the server's clock; None: it did not."""

    begun: float
    ended: float
    moments: tuple[tuple[str, float | None], ...] = ()


class SpanWriter:
    """Writes spans. `epoch`: seconds from 1970 to the zero of the server's clock.

    `earliest`: by the id of a stage's span, when the first call in it began. That may be before the stage did: a draft
    is begun while the speaker may still go on.
    """

    def __init__(self, resource: Resource, epoch: float, earliest: Mapping[int, float]) -> None:
        self._resource = resource
        self._epoch = epoch
        self._earliest = earliest

    # ---- a turn

    def turn(self, record: TurnRecord, context: CallContext, words: TurnWords | None) -> Iterator[ReadableSpan]:
        """The spans of a turn, whose context has a span of its own."""
        span = context.span
        assert span is not None, "what is recorded has a span"
        links = () if context.cut is None else (Link(_context(context.cut), {"vivavoce.link": "interrupted"}),)
        moments = tuple((moment.kind, moment.at) for moment in record.moments)
        yield self._write(
            "turn",
            (span, context.parent),
            Times(record.begun, record.over, (("committed", record.committed), *moments)),
            _attributes_of_turn(record, context, words),
            links=links,
            kind=SpanKind.INTERNAL if context.parent is None else SpanKind.SERVER,
            fault=f"error {record.error_id}" if record.outcome == "failed" else "",
        )
        if record.committed > record.speech_ended:
            yield self._stage(span, "endpoint", Times(record.speech_ended, record.committed))
        if record.stt is not None:
            times = Times(record.committed, _first(record.transcript, record.over))
            yield self._stage(span, "stt", times, _of_provider("STT", record.stt))
        if record.transcript is not None and record.outcome != "empty":
            times = Times(
                record.transcript, _first(record.text_done, record.over), (("first token", record.first_token),)
            )
            yield self._stage(span, "llm", times, _of_provider("LLM", record.llm))
        for part in record.parts:
            yield from self._part(span, part, record)

    def _part(self, turn: TraceContext, part: PartRecord, record: TurnRecord) -> Iterator[ReadableSpan]:
        name = part_name(part.id)
        own = turn.child(name)
        begun = min(part.begun, self._earliest.get(own.child("tts").span_id, part.begun))
        ended = _first(part.sent, record.over)
        attributes: Attributes = {"vivavoce.part": part.id, "vivavoce.characters": part.characters}
        yield self._stage(turn, name, Times(begun, ended), attributes)
        times = Times(part.begun, min(_first(part.made, ended), ended), (("first sound", part.first_sound),))
        yield self._stage(own, "tts", times, _of_provider("TTS", record.tts))
        if part.first_sent is not None:
            yield self._stage(own, "send", Times(part.first_sent, ended))

    def _stage(
        self, parent: TraceContext, name: str, times: Times, attributes: Attributes | None = None
    ) -> ReadableSpan:
        own = parent.child(name)
        begun = min(times.begun, self._earliest.get(own.span_id, times.begun))
        return self._write(name, (own, parent), times._replace(begun=begun), attributes or {})

    # ---- a provider's call

    def call(self, record: CallRecord, context: CallContext) -> ReadableSpan:
        """The span of a provider's call, whose context has a span of its own below that of its stage."""
        assert context.span is not None, "what is recorded has a span"
        usage = record.usage
        counts = {
            "gen_ai.usage.input_tokens": usage.tokens_in,
            "gen_ai.usage.output_tokens": usage.tokens_out,
            "vivavoce.usage.characters": usage.characters,
            "vivavoce.usage.audio_seconds": usage.audio_seconds,
        }
        attributes = _of_provider(record.kind, Chosen(record.provider, record.model))
        attributes |= {"vivavoce.outcome": record.outcome, **{name: count for name, count in counts.items() if count}}
        if record.why:
            attributes["error.type"] = record.why
        return self._write(
            f"{_OPERATIONS[record.kind]} {record.model or record.provider}",
            (context.span, context.parent),
            Times(record.begun, record.ended, (("first result", record.first),)),
            attributes,
            kind=SpanKind.CLIENT,
            fault=record.why if record.outcome == "failed" else "",
        )

    # ---- any span

    def _write(
        self,
        name: str,
        place: tuple[TraceContext, TraceContext | None],
        times: Times,
        attributes: Attributes,
        *,
        links: tuple[Link, ...] = (),
        kind: SpanKind = SpanKind.INTERNAL,
        fault: str = "",
    ) -> ReadableSpan:
        own, parent = place
        return ReadableSpan(
            name,
            _context(own),
            None if parent is None else _context(parent),
            self._resource,
            attributes,
            [Event(what, timestamp=self._at(when)) for what, when in times.moments if when is not None],
            links,
            kind,
            status=Status(StatusCode.ERROR, fault) if fault else Status(StatusCode.UNSET),
            start_time=self._at(times.begun),
            end_time=self._at(max(times.begun, times.ended)),
            instrumentation_scope=_SCOPE,
        )

    def _at(self, seconds: float) -> int:
        """Nanoseconds since 1970."""
        return round((self._epoch + seconds) * 1e9)


def _first(*times: float | None) -> float:
    """The first time that is known; the last one is."""
    return next(time for time in times if time is not None)


def _context(span: TraceContext) -> SpanContext:
    flags = TraceFlags(TraceFlags.SAMPLED if span.is_sampled else TraceFlags.DEFAULT)
    return SpanContext(span.trace_id, span.span_id, is_remote=False, trace_flags=flags)


def _of_provider(kind: Kind, chosen: Chosen | None) -> Attributes:
    if chosen is None:
        return {}
    attributes: Attributes = {"gen_ai.operation.name": _OPERATIONS[kind], "gen_ai.provider.name": chosen.provider}
    return attributes | ({"gen_ai.request.model": chosen.model} if chosen.model else {})


def _attributes_of_turn(record: TurnRecord, context: CallContext, words: TurnWords | None) -> Attributes:
    attributes: Attributes = {
        "vivavoce.session": context.session,
        "vivavoce.turn": record.turn,
        "vivavoce.outcome": record.outcome,
        "vivavoce.source": record.source,
        "vivavoce.detection": record.detection,
        "vivavoce.said_characters": record.said,
        "vivavoce.answered_characters": record.answered,
    }
    if record.first_audio is not None:
        attributes["vivavoce.first_sound_seconds"] = round(record.first_audio - record.speech_ended, 4)
    if record.error_id is not None:
        attributes["vivavoce.error_id"] = int(record.error_id)
    if words is not None:
        attributes["vivavoce.pii.said"] = words.said[:_MOST_LETTERS]
        attributes["vivavoce.pii.answered"] = words.answered[:_MOST_LETTERS]
    return attributes
