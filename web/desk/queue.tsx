import { Badge, Button, Tag } from 'antd';

import type { CaseRow, CaseView, Severity } from '../contract/desk';
import { fill } from '../widget/texts';
import { ResponseClock } from './clock';
import { textOf, useLanguage } from './language';

export const VIEWS: CaseView[] = ['waiting', 'mine', 'all', 'closed'];

const SEVERITY_COLOURS: Record<Severity, string> = { sev1: '#a61d16', sev2: '#9a4a00', sev3: '#2f4f8f', sev4: '#4a5468' };

export function SeverityTag({ severity, long = false }: { severity: Severity; long?: boolean }) {
  const { texts } = useLanguage();
  return (
    <Tag color={SEVERITY_COLOURS[severity] ?? '#4a5468'} variant="solid">
      {textOf(long ? texts.severity : texts.severity_short, severity)}
    </Tag>
  );
}

interface QueueProps {
  view: CaseView;
  counts: Record<CaseView, number>;
  rows: CaseRow[];
  selected: string | null;
  ringing: ReadonlySet<string>;
  hasMore: boolean;
  onView(view: CaseView): void;
  onSelect(caseId: string): void;
  onMore(): void;
}

export function Queue(props: QueueProps) {
  const { texts } = useLanguage();
  return (
    <nav className="queue" aria-label={texts.list}>
      <div className="views" role="group" aria-label={texts.list}>
        {VIEWS.map((view) => (
          <button key={view} type="button" aria-pressed={view === props.view} onClick={() => props.onView(view)}>
            {texts.views[view]}
            {view !== 'closed' && props.counts[view] > 0 && <span className="count">{props.counts[view]}</span>}
          </button>
        ))}
      </div>
      <ul className="rows">
        {props.rows.map((row) => (
          <li key={row.id}>
            <QueueRow row={row} selected={row.id === props.selected} ringing={props.ringing.has(row.id)} onSelect={props.onSelect} />
          </li>
        ))}
      </ul>
      {props.rows.length === 0 && <p className="empty">{texts.search_none}</p>}
      {props.hasMore && (
        <Button type="link" block onClick={props.onMore}>
          {texts.load_more}
        </Button>
      )}
    </nav>
  );
}

function QueueRow({ row, selected, ringing, onSelect }: { row: CaseRow; selected: boolean; ringing: boolean; onSelect(id: string): void }) {
  const { texts } = useLanguage();
  return (
    <button
      type="button"
      className={`row${ringing ? ' ringing' : ''}`}
      aria-current={selected ? 'true' : undefined}
      onClick={() => onSelect(row.id)}
    >
      <span className="row-top">
        <SeverityTag severity={row.severity} />
        <strong>{row.account_name ?? texts.anonymous}</strong>
        {row.unread > 0 && <Badge count={row.unread} size="small" title={fill(texts.unread, { count: row.unread })} />}
      </span>
      <span className="row-title">
        <span className="row-id">{row.id}</span> {row.title}
      </span>
      {row.last_message && (
        <span className="row-last">
          {textOf(texts.roles, row.last_message.role)}: {row.last_message.text}
        </span>
      )}
      <span className="row-bottom">
        <span>{row.assignee ? fill(texts.assignee, { name: row.assignee.name }) : `${textOf(texts.plan, row.plan)} · ${textOf(texts.tier, row.tier)}`}</span>
        <ResponseClock row={row} />
      </span>
    </button>
  );
}
