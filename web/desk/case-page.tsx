import { Alert, App, Button } from 'antd';
import type { TextAreaRef } from 'antd/es/input/TextArea';
import { useEffect, useRef, useState } from 'react';

import type { CaseRow } from '../contract/desk';
import { fill } from '../widget/texts';
import { DeskError, type DeskApi } from './api';
import { AuditPane } from './audit';
import { ResponseClock } from './clock';
import { Composer, type ComposerMode } from './composer';
import { EndingDialog, type Ending, type EndingValues } from './dialogs';
import { reasonText, textOf, useLanguage } from './language';
import type { DeskLive } from './live';
import { PacketPanel } from './packet';
import { SeverityTag } from './queue';
import { useShortcuts } from './shortcuts';
import { TranscriptPane } from './transcript';
import { useCase, type OpenCase } from './use-case';

interface CasePageProps {
  api: DeskApi;
  live: DeskLive;
  caseId: string;
  row: CaseRow | undefined;
  agentId: string;
  onBack(): void;
  onClaimed(): void;
}

type Pane = 'transcript' | 'audit' | 'packet';

export function CasePage({ api, live, caseId, row, agentId, onBack, onClaimed }: CasePageProps) {
  const { texts } = useLanguage();
  const { message } = App.useApp();
  const open = useCase(api, live, caseId, row);
  const field = useRef<TextAreaRef>(null);
  const [mode, setMode] = useState<ComposerMode>('reply');
  const [pane, setPane] = useState<Pane>('transcript');
  const [ending, setEnding] = useState<Ending | null>(null);
  const [busy, setBusy] = useState(false);
  const [highlighted, setHighlighted] = useState<string | null>(null);
  const [focusWanted, setFocusWanted] = useState(0);
  const shown = open.detail?.case;
  const isMine = shown?.status === 'active' && shown.assignee?.id === agentId;

  useEffect(() => {
    if (focusWanted > 0) field.current?.focus();
  }, [focusWanted, mode]);

  const unread = isMine ? (shown?.unread ?? 0) : 0;
  useEffect(() => {
    if (unread > 0) api.read(caseId).catch(() => undefined);
  }, [api, caseId, unread]);

  const attempt = async (work: () => Promise<unknown>, done: string): Promise<boolean> => {
    if (busy) return false;
    setBusy(true);
    try {
      await work();
      message.success(done);
      setEnding(null);
      return true;
    } catch (failure) {
      const winner = failure instanceof DeskError ? failure.reason.winner : undefined;
      if (winner) message.warning(fill(texts.already_claimed, { winner }));
      else message.error(fill(texts.failed, { reason: reasonText(failure, texts) }));
      return false;
    } finally {
      setBusy(false);
      open.reload();
    }
  };

  const claim = () => {
    if (shown?.status !== 'waiting') return;
    void attempt(() => api.claim(caseId), texts.claimed).then((won) => {
      if (!won) return;
      onClaimed();
      write('reply');
    });
  };
  const write = (wanted: ComposerMode) => {
    setPane('transcript');
    setMode(wanted);
    setFocusWanted((count) => count + 1);
  };
  const end = (wanted: Ending) => {
    if (isMine) setEnding(wanted);
  };
  const submit = (chosen: Ending, values: EndingValues) => {
    const note = values.note ?? '';
    const work = {
      release: () => api.release(caseId, note),
      resolve: () => api.resolve(caseId, note, values.solution ?? ''),
      escalate: () => api.escalate(caseId, values.tier ?? 'tier2', note, values.severity ?? null),
    }[chosen];
    void attempt(work, texts.done);
  };

  useShortcuts({
    c: claim,
    r: () => write('reply'),
    n: () => write('note'),
    e: () => end('escalate'),
    s: () => end('resolve'),
    b: () => end('release'),
  });

  if (!open.detail || !shown) return <CaseLoading open={open} />;
  return (
    <article className="case" aria-label={`${shown.id} ${shown.title}`}>
      <header className="case-head">
        <Button className="back" size="small" onClick={onBack}>
          {texts.back}
        </Button>
        <div className="case-title">
          <h2>{shown.title}</h2>
          <p>
            <SeverityTag severity={shown.severity} /> {shown.id} · {shown.account_name ?? texts.anonymous} · {textOf(texts.status, shown.status)}
            {shown.assignee && ` · ${fill(texts.assignee, { name: shown.assignee.name })}`} · <ResponseClock row={shown} />
          </p>
          <Others open={open} agentId={agentId} />
        </div>
        <div className="actions">
          {shown.status === 'waiting' && (
            <Button type="primary" onClick={claim} loading={busy} aria-keyshortcuts="c">
              {texts.claim} <kbd aria-hidden="true">c</kbd>
            </Button>
          )}
          {isMine && (
            <>
              <Button onClick={() => end('escalate')} aria-keyshortcuts="e">
                {texts.escalate} <kbd aria-hidden="true">e</kbd>
              </Button>
              <Button onClick={() => end('release')} aria-keyshortcuts="b">
                {texts.release} <kbd aria-hidden="true">b</kbd>
              </Button>
              <Button type="primary" onClick={() => end('resolve')} aria-keyshortcuts="s">
                {texts.resolve} <kbd aria-hidden="true">s</kbd>
              </Button>
            </>
          )}
        </div>
      </header>
      <div className="panes" role="group" aria-label={shown.id}>
        {(['transcript', 'packet', 'audit'] as const).map((choice) => (
          <button key={choice} type="button" className={`pane-${choice}`} aria-pressed={pane === choice} onClick={() => setPane(choice)}>
            {texts[choice]}
          </button>
        ))}
      </div>
      <div className={`case-body showing-${pane}`}>
        <div className="conversation">
          {pane === 'audit' ? <AuditPane entries={open.detail.audit} /> : <TranscriptPane messages={open.messages} highlighted={highlighted} />}
          <TypingLine typing={open.typing} />
          <Composer
            key={caseId}
            api={api}
            live={live}
            row={shown}
            agentId={agentId}
            mode={mode}
            field={field}
            onMode={write}
            onStored={(stored) => stored === 'note' && open.reload()}
          />
        </div>
        <PacketPanel
          packet={open.detail.packet}
          customer={open.detail.customer}
          onSource={(messageId) => {
            setPane('transcript');
            setHighlighted(messageId);
          }}
        />
      </div>
      <EndingDialog ending={ending} busy={busy} onCancel={() => setEnding(null)} onSubmit={submit} />
    </article>
  );
}

function CaseLoading({ open }: { open: OpenCase }) {
  const { texts } = useLanguage();
  if (!open.error) return <div className="case" aria-busy="true" />;
  const action = (
    <Button size="small" onClick={open.reload}>
      {texts.retry}
    </Button>
  );
  return <Alert type="error" showIcon title={`${texts.load_failed}: ${reasonText(open.error, texts)}`} action={action} />;
}

function Others({ open, agentId }: { open: OpenCase; agentId: string }) {
  const { texts, language } = useLanguage();
  const names = open.viewers.filter((viewer) => viewer.id !== agentId).map((viewer) => viewer.name);
  if (names.length === 0) return null;
  return <p className="others">{fill(texts.viewers, { names: names.join(language === 'zh' ? '、' : ', ') })}</p>;
}

function TypingLine({ typing }: { typing: string | null }) {
  const { texts } = useLanguage();
  if (typing === null) return <p className="typing" />;
  return <p className="typing">{typing === 'customer' ? texts.customer_typing : fill(texts.agent_typing, { name: typing })}</p>;
}
