import { Tag } from 'antd';
import type { ReactNode } from 'react';

import type { CustomerCard, HandoffPacket } from '../contract/desk';
import { fill } from '../widget/texts';
import { SeverityTag } from './queue';
import { textOf, useLanguage, type DeskTexts } from './language';

const STEP_MARKS = { done: '✓', failed: '✕', unknown: '?', pending: '…' } as const;

export function PacketPanel({ packet, customer, onSource }: { packet: HandoffPacket | null; customer: CustomerCard; onSource(messageId: string): void }) {
  const { texts } = useLanguage();
  return (
    <aside className="packet" aria-label={texts.packet} tabIndex={0}>
      {packet ? <Handover packet={packet} onSource={onSource} /> : <p className="empty">{texts.no_packet}</p>}
      <Customer customer={customer} />
    </aside>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function Handover({ packet, onSource }: { packet: HandoffPacket; onSource(messageId: string): void }) {
  const { texts } = useLanguage();
  return (
    <>
      <Section title={texts.why}>
        <p className="tags">
          <strong>{textOf(texts.reason, packet.reason)}</strong>
          <SeverityTag severity={packet.severity} long />
          {moodTags(packet, texts).map((mood) => (
            <Tag key={mood}>{mood}</Tag>
          ))}
        </p>
        {packet.severity_why && (
          <p>
            {texts.severity_why}: {packet.severity_why}
          </p>
        )}
      </Section>
      <Summary packet={packet} onSource={onSource} />
      {packet.last_words && (
        <Section title={texts.last_words}>
          <blockquote>{packet.last_words}</blockquote>
        </Section>
      )}
      <Section title={texts.task}>
        <p>{taskLine(packet, texts)}</p>
      </Section>
      <Steps packet={packet} />
      <Evidence packet={packet} />
    </>
  );
}

function Summary({ packet, onSource }: { packet: HandoffPacket; onSource(messageId: string): void }) {
  const { texts } = useLanguage();
  if (packet.summary.length === 0) return null;
  return (
    <Section title={texts.summary}>
      <ul>
        {packet.summary.map((sentence, index) => (
          <li key={`${sentence.text} ${index}`}>
            {sentence.text} {sentence.inferred && <em className="inferred">{texts.inferred}</em>}
            {sentence.message_ids.slice(0, 1).map((id) => (
              <button key={id} type="button" className="link" onClick={() => onSource(id)}>
                {texts.source}
              </button>
            ))}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Steps({ packet }: { packet: HandoffPacket }) {
  const { texts } = useLanguage();
  if (packet.steps.length === 0) return null;
  return (
    <Section title={texts.steps}>
      <ol className="steps">
        {packet.steps.map((step, index) => (
          <li key={`${step.text} ${index}`} className={`step-${step.state}`}>
            <span className="mark" role="img" aria-label={textOf(texts.step, step.state)}>
              {STEP_MARKS[step.state]}
            </span>
            <span>
              {step.text} {step.request_id && <code>{step.request_id}</code>}
            </span>
          </li>
        ))}
      </ol>
    </Section>
  );
}

function Evidence({ packet }: { packet: HandoffPacket }) {
  const { texts } = useLanguage();
  const slots = Object.entries(packet.slots).filter(([, value]) => value !== null && value !== '');
  const lists: [string, ReactNode[]][] = [
    [texts.resources, packet.resources.map((item) => [item.name, item.id].filter(Boolean).join(' · '))],
    [texts.slots, slots.map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)],
    [texts.api_calls, packet.api_calls.map((call) => `${call.operation} ${call.resource_id ?? ''} · ${call.ok ? texts.call_ok : texts.call_failed} · ${call.request_id ?? ''}`)],
    [texts.events, packet.events.map((event) => `${event.event_id} · ${event.status}`)],
    [texts.incidents, packet.incidents.map((incident) => (typeof incident === 'string' ? incident : JSON.stringify(incident)))],
    [texts.articles, packet.articles.map((article) => article.title)],
  ];
  return lists
    .filter(([, items]) => items.length > 0)
    .map(([title, items]) => (
      <Section key={title} title={title}>
        <ul>
          {items.map((item, index) => (
            <li key={`${title} ${index}`}>{item}</li>
          ))}
        </ul>
      </Section>
    ));
}

function Customer({ customer }: { customer: CustomerCard }) {
  const { texts } = useLanguage();
  const tam = customer.tam;
  const facts: [string, string][] = [
    [texts.account, [customer.account_name, customer.user_name].filter(Boolean).join(' · ') || texts.anonymous],
    [texts.plan_label, textOf(texts.plan, customer.plan)],
    [texts.industry, customer.industry ?? ''],
    [texts.tam, tam ? fill(texts.tam_pair, { primary: tam.primary?.name ?? texts.none, backup: tam.backup?.name ?? texts.none }) : ''],
  ];
  return (
    <Section title={texts.customer}>
      <p className="tags">
        <Tag color={customer.verified ? '#14573a' : undefined} variant={customer.verified ? 'solid' : 'filled'}>{customer.verified ? texts.verified : texts.anonymous}</Tag>
      </p>
      <dl>
        {facts
          .filter(([, value]) => value)
          .map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      {(customer.recent_cases ?? []).length > 0 && (
        <>
          <h4>{texts.recent_cases}</h4>
          <ul>
            {customer.recent_cases.map((row) => (
              <li key={row.id}>
                {row.id} · {row.title} · {textOf(texts.status, row.status)}
              </li>
            ))}
          </ul>
        </>
      )}
    </Section>
  );
}

function moodTags(packet: HandoffPacket, texts: DeskTexts): string[] {
  const tags: string[] = [];
  if (packet.mood.business_down) tags.push(texts.business_down);
  if (packet.mood.anger > 0) tags.push(fill(texts.mood_anger, { level: packet.mood.anger }));
  if (packet.mood.urgency > 0) tags.push(fill(texts.mood_urgency, { level: packet.mood.urgency }));
  return tags;
}

function taskLine(packet: HandoffPacket, texts: DeskTexts): string {
  const parts = [packet.task ? `${packet.task.skill} / ${packet.task.step}` : texts.none];
  if (packet.product) parts.push(`${texts.product} ${packet.product}`);
  if (packet.intent) parts.push(`${texts.intent} ${packet.intent}`);
  if (packet.confidence !== null) parts.push(fill(texts.confidence, { percent: `${Math.round(packet.confidence * 100)}%` }));
  return parts.join(' · ');
}
