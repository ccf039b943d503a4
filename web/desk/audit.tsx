import type { AuditEntry } from '../contract/desk';
import { textOf, useLanguage, type DeskTexts } from './language';

export function AuditPane({ entries }: { entries: AuditEntry[] }) {
  const { texts, locale } = useLanguage();
  const time = new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeStyle: 'medium', hour12: false });
  return (
    <ol className="audit" aria-label={texts.audit} tabIndex={0}>
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
  const { texts, language } = useLanguage();
  const facts = auditFacts(data, texts, language === 'zh' ? '、' : ', ');
  return facts.length > 0 ? <p>{facts.join(' · ')}</p> : null;
}

/** What an entry's data says, in words; what only machines need is left out. */
export function auditFacts(data: Record<string, unknown>, texts: DeskTexts, separator: string): string[] {
  const readers: Record<string, (value: string) => string> = {
    reason: (value) => textOf(texts.reason, value),
    severity: (value) => textOf(texts.severity, value),
    tier: (value) => textOf(texts.tier, value),
    agent_name: (value) => value,
    text: (value) => value,
    note: (value) => value,
    solution: (value) => value,
  };
  const facts = Object.entries(readers).flatMap(([name, read]) => {
    const value = data[name];
    return typeof value === 'string' && value !== '' ? [read(value)] : [];
  });
  const people = Array.isArray(data.people) ? (data.people as { name?: string }[]) : [];
  const names = people.flatMap((person) => (person.name ? [person.name] : []));
  return names.length > 0 ? [...facts, names.join(separator)] : facts;
}
