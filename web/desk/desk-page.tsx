import { Alert, App, Button, Select } from 'antd';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';

import type { Agent, CaseView, Presence } from '../contract/desk';
import { fill } from '../widget/texts';
import { DeskApi } from './api';
import { CasePage } from './case-page';
import { neighbour, rowsOf } from './case-list';
import { ShortcutsDialog } from './dialogs';
import { useLanguage } from './language';
import { DeskLive } from './live';
import { Queue, VIEWS } from './queue';
import { useShortcuts } from './shortcuts';
import { isSoundOn, ring, setSound } from './sound';
import { useCases, type CaseBook } from './use-cases';

/** Pixels; stays over the list and off the conversation. */
const NOTICE_WIDTH = 280;

const PRESENCES: Presence[] = ['online', 'away', 'offline'];

interface DeskPageProps {
  token: string;
  agent: Agent;
  /** The agent leaves. */
  onSignOut(): void;
  /** The service no longer knows the agent. */
  onRefused(): void;
}

export function DeskPage({ token, agent, onSignOut, onRefused }: DeskPageProps) {
  const refused = useRef(onRefused);
  refused.current = onRefused;
  const api = useMemo(() => new DeskApi(token, () => refused.current()), [token]);
  const live = useLive(token);
  return live ? <Workspace api={api} live={live} agent={agent} onSignOut={onSignOut} /> : null;
}

function useLive(token: string): DeskLive | null {
  const [live, setLive] = useState<DeskLive | null>(null);
  useEffect(() => {
    const opened = new DeskLive(token);
    setLive(opened);
    return () => opened.close();
  }, [token]);
  return live;
}

interface WorkspaceProps {
  api: DeskApi;
  live: DeskLive;
  agent: Agent;
  onSignOut(): void;
}

function Workspace({ api, live, agent, onSignOut }: WorkspaceProps) {
  const { texts } = useLanguage();
  const [view, setView] = useState<CaseView>('waiting');
  const [selected, setSelected] = useState<string | null>(null);
  const [help, setHelp] = useState(false);
  const book = useCases(api, live, view);
  const ringing = useRinging(live, book, selected, setSelected);
  const linked = useLink(live);
  const rows = rowsOf(view, book.rows.values(), agent.id);
  const counts = Object.fromEntries(VIEWS.map((name) => [name, rowsOf(name, book.rows.values(), agent.id).length])) as Record<CaseView, number>;
  useTitle(counts.waiting);

  const step = (direction: 1 | -1) => setSelected(neighbour(rows, selected, direction));
  useShortcuts({
    j: () => step(1),
    k: () => step(-1),
    '?': () => setHelp(true),
    '1': () => setView('waiting'),
    '2': () => setView('mine'),
    '3': () => setView('all'),
    '4': () => setView('closed'),
  });

  return (
    <div className={`desk${selected ? ' has-case' : ''}`}>
      <DeskHeader api={api} agent={agent} onHelp={() => setHelp(true)} onSignOut={onSignOut} />
      {!linked && <Alert banner type="warning" title={texts.connection_lost} />}
      {book.failed && linked && (
        <Alert banner type="error" title={texts.load_failed} action={<Button size="small" onClick={book.refresh}>{texts.retry}</Button>} />
      )}
      <div className="desk-body">
        <Queue
          view={view}
          counts={counts}
          rows={rows}
          selected={selected}
          ringing={ringing}
          hasMore={book.hasMore(view)}
          onView={setView}
          onSelect={setSelected}
          onMore={() => book.loadMore(view)}
        />
        <main className="work">
          {selected ? (
            <CasePage key={selected} api={api} live={live} caseId={selected} row={book.rows.get(selected)} agentId={agent.id} onBack={() => setSelected(null)} onClaimed={() => setView('mine')} />
          ) : (
            <p className="empty">{texts.pick_case}</p>
          )}
        </main>
      </div>
      <ShortcutsDialog open={help} onClose={() => setHelp(false)} />
    </div>
  );
}

function DeskHeader({ api, agent, onHelp, onSignOut }: { api: DeskApi; agent: Agent; onHelp(): void; onSignOut(): void }) {
  const { texts, language, choose } = useLanguage();
  const { message } = App.useApp();
  const [presence, setPresence] = useState<Presence>(agent.presence === 'away' ? 'away' : 'online');
  const [sound, setSoundState] = useState(isSoundOn());

  const report = useCallback(
    (status: Presence) => {
      setPresence(status);
      api.presence(status).catch(() => message.error(fill(texts.failed, { reason: texts.errors.network })));
    },
    [api, message, texts],
  );
  const toggleSound = () => {
    setSound(!sound);
    setSoundState(!sound);
    if (!sound) ring();
  };

  return (
    <header className="desk-head">
      <h1>{texts.title}</h1>
      <span className="who">{agent.name}</span>
      <Select
        aria-label={texts.presence_label}
        size="small"
        value={presence}
        onChange={report}
        options={PRESENCES.map((status) => ({ value: status, label: texts.presence[status] }))}
      />
      <Button size="small" aria-pressed={sound} onClick={toggleSound}>
        {sound ? texts.sound_on : texts.sound_off}
      </Button>
      <Button size="small" onClick={onHelp}>
        {texts.shortcuts} <kbd aria-hidden="true">?</kbd>
      </Button>
      <Button size="small" onClick={() => choose(language === 'zh' ? 'en' : 'zh')}>
        {texts.language}
      </Button>
      <Button size="small" onClick={onSignOut}>
        {texts.sign_out}
      </Button>
    </header>
  );
}

function useLink(live: DeskLive): boolean {
  const [linked, setLinked] = useState(true);
  useEffect(() => live.on('link', setLinked), [live]);
  return linked;
}

/** Rings for this agent: sound, a notification with a way in, and a mark on the row until someone claims. */
function useRinging(live: DeskLive, book: CaseBook, selected: string | null, onOpen: (caseId: string) => void): ReadonlySet<string> {
  const { texts } = useLanguage();
  const { notification } = App.useApp();
  const [rung, setRung] = useState<ReadonlySet<string>>(new Set());
  const rows = useRef(book.rows);
  rows.current = book.rows;

  useEffect(
    () =>
      live.on('ring', ({ case_id }) => {
        ring();
        setRung((known) => new Set([...known, case_id]));
        const open = () => {
          onOpen(case_id);
          notification.destroy(case_id);
        };
        notification.info({
          key: case_id,
          title: texts.ring_title,
          description: fill(texts.ring_text, { id: case_id, account: rows.current.get(case_id)?.account_name ?? '' }),
          duration: 8,
          style: { width: NOTICE_WIDTH },
          actions: (
            <Button type="primary" size="small" onClick={open}>
              {texts.ring_open}
            </Button>
          ),
        });
      }),
    [live, notification, onOpen, texts],
  );

  useEffect(() => {
    if (selected) notification.destroy(selected);
  }, [notification, selected]);
  const waiting = [...rung].filter((caseId) => book.rows.get(caseId)?.status === 'waiting');
  useEffect(() => {
    for (const caseId of rung) if (rows.current.has(caseId) && rows.current.get(caseId)?.status !== 'waiting') notification.destroy(caseId);
  }, [book.rows, notification, rung]);
  return new Set(waiting);
}

function useTitle(waiting: number): void {
  const { texts } = useLanguage();
  useEffect(() => {
    document.title = waiting > 0 ? `(${waiting}) ${texts.title}` : texts.title;
  }, [texts, waiting]);
}
