import type { Message, Role } from '../contract/chat';
import { html, SafeHtml } from '../markup/html';
import { markdown } from '../markup/markdown';
import { renderCard } from './cards';
import type { Texts } from './texts';

/** A reply the customer can give with one click: what they read and what is sent. */
export interface Choice {
  title: string;
  payload: string;
}

/** The choices of a message by the name its buttons carry in the page; payloads never enter the page. */
export function choicesOf(message: Message): Map<string, Choice> {
  const choices = new Map<string, Choice>();
  message.buttons.forEach((button, index) => choices.set(`button-${index}`, button));
  if (message.card?.type === 'list') {
    message.card.items.forEach((item, index) => {
      if (item.payload) choices.set(`item-${index}`, { title: item.title, payload: item.payload });
    });
  }
  return choices;
}

/** A file that somebody sent: its name and where it is fetched. */
export interface SentFile {
  name: string;
  url: string;
}

/** The file of a message that is one: the service writes its name and its signed link, a line each. */
export function fileOf(message: Message, server: string): SentFile | null {
  const [name, path, ...rest] = message.text.split('\n');
  if (message.kind !== 'file' || !name || !path?.startsWith('/files/') || rest.length > 0) return null;
  return { name, url: server + path };
}

/** The inside of a bubble of the bot, an agent or the system. */
export function renderMessage(message: Message, texts: Texts, locale: string): SafeHtml {
  const replies = message.buttons.map(
    (button, index) => html`<button type="button" class="cs-choice cs-reply" data-choice="button-${index}">${button.title}</button>`,
  );
  return html`${message.role === 'system' ? null : header(message, texts, locale)}
    <div class="cs-text cs-kind-${message.kind ?? 'answer'}">${markdown(message.text)}</div>
    ${message.card ? renderCard(message.card, texts, locale) : null}
    ${replies.length > 0 ? html`<div class="cs-replies" role="group" aria-label="${texts.replies}">${replies}</div>` : null}`;
}

export function authorOf(message: { role: Role; author: Message['author'] }, texts: Texts): string {
  if (message.role === 'agent') return message.author?.name ?? texts.agent;
  if (message.role === 'bot') return texts.bot;
  return message.role === 'customer' ? texts.you : texts.system;
}

function header(message: Message, texts: Texts, locale: string): SafeHtml {
  const time = new Date(message.created_at);
  const shown = Number.isNaN(time.getTime())
    ? ''
    : new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hour12: false }).format(time);
  return html`<div class="cs-author"><span>${authorOf(message, texts)}</span> <time datetime="${message.created_at}">${shown}</time></div>`;
}
