import { Button, Input } from 'antd';
import type { TextAreaRef } from 'antd/es/input/TextArea';
import { useRef, useState, type KeyboardEvent, type RefObject } from 'react';

import type { CaseRow } from '../contract/desk';
import { fill } from '../widget/texts';
import type { DeskApi } from './api';
import { reasonText, useLanguage, type DeskTexts } from './language';
import type { DeskLive } from './live';

export type ComposerMode = 'reply' | 'note';

/** Longest text the service takes, in characters. */
const MAX_TEXT_LENGTH = 4000;
const TYPING_NOTICE_MS = 3_000;

interface ComposerProps {
  api: DeskApi;
  live: DeskLive;
  row: CaseRow;
  agentId: string;
  mode: ComposerMode;
  field: RefObject<TextAreaRef | null>;
  onMode(mode: ComposerMode): void;
  onStored(mode: ComposerMode): void;
}

interface Draft {
  text: string;
  /** Kept while the same text is sent again, so that a lost answer does not send it twice. */
  clientId: string;
}

export function Composer(props: ComposerProps) {
  const { texts } = useLanguage();
  const [drafts, setDrafts] = useState<Record<ComposerMode, Draft>>({ reply: newDraft(''), note: newDraft('') });
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<unknown>(null);
  const lastNotice = useRef(0);
  const { api, row, mode } = props;
  const mayReply = row.status === 'active' && row.assignee?.id === props.agentId;
  const draft = drafts[mode];
  const blocked = mode === 'reply' && !mayReply;

  const change = (text: string) => {
    setDrafts({ ...drafts, [mode]: newDraft(text) });
    setFailed(null);
    if (mode !== 'reply' || Date.now() - lastNotice.current < TYPING_NOTICE_MS) return;
    lastNotice.current = Date.now();
    props.live.typing(row.id, true);
  };

  const send = async () => {
    if (blocked || busy || draft.text.trim() === '') return;
    setBusy(true);
    try {
      await (mode === 'reply' ? api.write(row.id, draft.clientId, draft.text) : api.note(row.id, draft.text));
      setDrafts((known) => ({ ...known, [mode]: newDraft('') }));
      setFailed(null);
      props.onStored(mode);
    } catch (failure) {
      setFailed(failure);
    } finally {
      setBusy(false);
      lastNotice.current = 0;
      props.live.typing(row.id, false);
    }
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (event.key === 'Escape') props.field.current?.blur();
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    void send();
  };

  return (
    <div className={`composer composer-${mode}`}>
      <div className="modes" role="group" aria-label={texts.reply}>
        {(['reply', 'note'] as const).map((choice) => (
          <button key={choice} type="button" aria-pressed={mode === choice} aria-keyshortcuts={choice === 'reply' ? 'r' : 'n'} onClick={() => props.onMode(choice)}>
            {texts[choice]} <kbd aria-hidden="true">{choice === 'reply' ? 'r' : 'n'}</kbd>
          </button>
        ))}
        <span className="hint">{mayReply ? '' : hint(row, texts)}</span>
      </div>
      <Input.TextArea
        ref={props.field}
        aria-label={mode === 'reply' ? texts.reply : texts.note}
        placeholder={mode === 'reply' ? texts.reply_placeholder : texts.note_placeholder}
        autoSize={{ minRows: 2, maxRows: 8 }}
        maxLength={MAX_TEXT_LENGTH}
        disabled={blocked}
        value={draft.text}
        onChange={(event) => change(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="composer-foot">
        <span role="alert" className="problem">
          {failed ? fill(texts.not_sent, { reason: reasonText(failed, texts) }) : ''}
        </span>
        <Button type="primary" loading={busy} disabled={blocked || draft.text.trim() === ''} onClick={() => void send()}>
          {mode === 'reply' ? texts.send : texts.save_note}
        </Button>
      </div>
    </div>
  );
}

function newDraft(text: string): Draft {
  return { text, clientId: `d-${[...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, '0')).join('')}` };
}

function hint(row: CaseRow, texts: DeskTexts): string {
  if (row.status === 'waiting') return texts.composer_waiting;
  if (row.status === 'active') return fill(texts.composer_other, { name: row.assignee?.name ?? '' });
  return texts.composer_closed;
}
