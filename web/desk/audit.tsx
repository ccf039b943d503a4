import type { AuditEntry } from '../contract/desk';
import { textOf, useLanguage } from './language';

export function AuditPane({ entries }: { entries: AuditEntry[] }) {
  const { texts, locale } = useLanguage();
  const time = new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeStyle: 'medium', hour12: false });
  return (
    <ol className="audit" aria-label={texts.audit}>
      {entries.map((entry, index) => (
        <li key={`${entry.at} ${index}`} className={entry.event === 'note' ? 'audit-note' : undefined}>
          <time dateTime={entry.at}>{time.format(new Date(entry.at))}</time>
          <span>
            <strong>{entry.actor.name ?? textOf(texts.roles, entry.actor.kind)}</strong> {textOf(texts.events_audit, entry.event)}
            <AuditData data={entry.data} />
          </span>
        </li>
      ))}
    </ol>
  );
}

function AuditData({ data }: { data: Record<string, unknown> }) {
  const facts = Object.entries(data).filter(([, value]) => value !== null && value !== '' && value !== undefined);
  if (facts.length === 0) return null;
  return (
    <ul>
      {facts.map(([name, value]) => (
        <li key={name}>{name === 'text' || name === 'note' ? String(value) : `${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`}</li>
      ))}
    </ul>
  );
}
