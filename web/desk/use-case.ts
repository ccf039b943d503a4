import { useCallback, useEffect, useRef, useState } from 'react';

import type { Message } from '../contract/chat';
import type { CaseDetail, CaseRow, Viewer } from '../contract/desk';
import { Transcript } from '../transcript/transcript';
import type { DeskApi } from './api';
import type { DeskLive } from './live';

/** A typing notice that is not renewed ends by itself. */
const TYPING_EXPIRES_MS = 6_000;

export interface OpenCase {
  detail: CaseDetail | null;
  messages: Message[];
  viewers: Viewer[];
  /** Who is typing: the word `customer`, an agent's name, or nobody. */
  typing: string | null;
  /** What went wrong with loading the case, or null. */
  error: unknown;
  reload(): void;
}

interface Loaded {
  detail: CaseDetail;
  transcript: Transcript;
  messages: Message[];
}

/** One case with its live transcript; a gap or a reconnection fetches it anew. */
export function useCase(api: DeskApi, live: DeskLive, caseId: string, row: CaseRow | undefined): OpenCase {
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [viewers, setViewers] = useState<Viewer[]>([]);
  const [error, setError] = useState<unknown>(null);
  const latest = useRef(0);

  const reload = useCallback(() => {
    const request = ++latest.current;
    api.detail(caseId).then(
      (detail) => {
        if (request !== latest.current) return;
        setLoaded((known) => withDetail(known, detail));
        setViewers(detail.viewers ?? []);
        setError(null);
      },
      (failure: unknown) => {
        if (request === latest.current) setError(failure);
      },
    );
  }, [api, caseId]);

  useEffect(() => {
    setLoaded(null);
    setViewers([]);
    reload();
    live.watch(caseId);
    return () => live.watch(null);
  }, [caseId, live, reload]);

  useEffect(() => live.on('link', (on) => on && reload()), [live, reload]);
  useEffect(
    () =>
      live.on('message', ({ case_id, ...message }) => {
        if (case_id !== caseId) return;
        setLoaded((known) => known && withMessage(known, message, reload));
      }),
    [caseId, live, reload],
  );
  useEffect(() => live.on('viewers', (news) => news.case_id === caseId && setViewers(news.viewers)), [caseId, live]);

  // What changed on the row (claimed, resolved …) has an audit entry and maybe a new packet.
  const change = row ? `${row.status} ${row.assignee?.id ?? ''} ${row.tier} ${row.severity}` : '';
  const before = useRef(change);
  useEffect(() => {
    if (before.current !== change && before.current !== '') reload();
    before.current = change;
  }, [change, reload]);

  const detail = loaded ? { ...loaded.detail, case: row ?? loaded.detail.case } : null;
  return { detail, messages: loaded?.messages ?? [], viewers, typing: useTyping(live, caseId), error, reload };
}

/** An answer may be older than what the socket has brought meanwhile: those messages stay. */
function withDetail(known: Loaded | null, detail: CaseDetail): Loaded {
  const transcript = new Transcript();
  transcript.start(detail.messages);
  if (known?.detail.case.id === detail.case.id) transcript.accept(known.messages);
  return { detail, transcript, messages: transcript.messages };
}

function withMessage(known: Loaded, message: Message, onGap: () => void): Loaded {
  known.transcript.accept([message]);
  if (known.transcript.hasGap) onGap();
  return { ...known, messages: known.transcript.messages };
}

function useTyping(live: DeskLive, caseId: string): string | null {
  const [typing, setTyping] = useState<string | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = live.on('typing', (notice) => {
      if (notice.case_id !== caseId || notice.role === 'bot') return;
      clearTimeout(timer);
      setTyping(notice.on ? (notice.role === 'customer' ? 'customer' : (notice.name ?? '')) : null);
      timer = setTimeout(() => setTyping(null), TYPING_EXPIRES_MS);
    });
    const stopMessages = live.on('message', (message) => {
      if (message.case_id === caseId && message.role !== 'bot') setTyping(null);
    });
    return () => {
      stop();
      stopMessages();
      clearTimeout(timer);
      setTyping(null);
    };
  }, [caseId, live]);
  return typing;
}
