import type { ArticlesCard, Card, InstanceCard, ListCard, StepsCard } from '../contract/chat';
import { html, SafeHtml } from '../markup/html';
import { safeAddress } from '../markup/markdown';
import { metricChart } from './chart';
import type { Texts } from './texts';

const STEP_MARKS = { done: '✓', failed: '✕', unknown: '?', pending: '…' } as const;

/** Statuses that need the reader's attention; everything else is shown in a neutral colour unless it runs. */
const ALARMING = new Set(['Error', 'Expired', 'Recycled', 'Deleted']);

/** Renders a card; a kind this version does not know renders as nothing, the text of the message still stands. */
export function renderCard(card: Card, texts: Texts, locale: string): SafeHtml | null {
  switch (card.type) {
    case 'instance':
      return instanceCard(card, texts, locale);
    case 'steps':
      return stepsCard(card, texts);
    case 'articles':
      return articlesCard(card, texts);
    case 'metric':
      return html`<section class="cs-card" aria-label="${card.metric}">${metricChart(card, texts, locale)}</section>`;
    case 'list':
      return listCard(card, texts);
    default:
      return null;
  }
}

function instanceCard(card: InstanceCard, texts: Texts, locale: string): SafeHtml {
  const facts: [string, string | null | undefined][] = [
    [texts.instance_id, card.instance_id],
    [texts.instance_region, card.region],
    [texts.instance_ip, card.ip],
    [texts.instance_spec, card.spec],
    [texts.instance_expires, card.expires_at ? day(card.expires_at, locale) : null],
  ];
  const known = facts.filter(([, value]) => value);
  return html`<section class="cs-card cs-instance" aria-label="${texts.card_instance} ${card.name}">
    <header><strong>${card.name}</strong><span class="cs-status cs-status-${tone(card.status)}">${statusText(card.status, texts)}</span></header>
    <dl>${known.map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>
  </section>`;
}

function stepsCard(card: StepsCard, texts: Texts): SafeHtml {
  const stateText = { done: texts.step_done, failed: texts.step_failed, unknown: texts.step_unknown, pending: texts.step_pending };
  return html`<section class="cs-card" aria-label="${texts.card_steps}"><ol class="cs-steps">${card.items.map(
    (item) => html`<li class="cs-step-${item.state}"><span class="cs-mark" role="img" aria-label="${stateText[item.state]}">${STEP_MARKS[item.state]}</span><span>${item.text}</span></li>`,
  )}</ol></section>`;
}

function articlesCard(card: ArticlesCard, texts: Texts): SafeHtml {
  return html`<section class="cs-card" aria-label="${texts.card_articles}"><h3>${texts.card_articles}</h3><ul class="cs-articles">${card.items.map((item) => {
    const address = safeAddress(item.url);
    const title = address ? html`<a href="${address}" target="_blank" rel="noopener noreferrer">${item.title}</a>` : html`<span>${item.title}</span>`;
    return html`<li>${title}</li>`;
  })}</ul></section>`;
}

function listCard(card: ListCard, texts: Texts): SafeHtml {
  return html`<section class="cs-card" aria-label="${card.title || texts.card_list}"><h3>${card.title}</h3><ul class="cs-list" role="list">${card.items.map((item, index) => {
    const body = html`<span class="cs-list-title">${item.title}</span>${item.subtitle ? html`<span class="cs-list-subtitle">${item.subtitle}</span>` : null}`;
    return item.payload
      ? html`<li><button type="button" class="cs-choice" data-choice="item-${index}">${body}</button></li>`
      : html`<li>${body}</li>`;
  })}</ul></section>`;
}

export function statusText(status: string, texts: Texts): string {
  return (texts.status as Record<string, string>)[status] ?? status;
}

function tone(status: string): 'good' | 'bad' | 'neutral' {
  if (ALARMING.has(status)) return 'bad';
  return status === 'Running' ? 'good' : 'neutral';
}

function day(timestamp: string, locale: string): string {
  const date = new Date(timestamp);
  return Number.isNaN(date.getTime()) ? timestamp : new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(date);
}
