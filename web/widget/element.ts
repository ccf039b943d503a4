import type { FloorState, Language, Message, Role } from '../contract/chat';
import { DeepChatView } from './deep-chat-view';
import { choicesOf, fileOf, renderMessage } from './message';
import { OutboxFullError, type Outgoing, type Sent } from './outbox';
import { ChatSession, type Link, type SessionEvents } from './session';
import { StateHeader } from './state-header';
import { PANEL_STYLES } from './styles';
import { fill, languageOf, textsFor, type Texts } from './texts';
import type { Bubble, ChatView, ChatViewEvents } from './view';

/** A typing notice that is not renewed ends by itself after this time; a turn of the bot may be long. */
const TYPING_EXPIRES_MS = 30_000;

const PANEL = `
  <button class="launcher" id="launcher" type="button" aria-haspopup="dialog"><span id="launcher-text"></span><span class="badge" id="badge" hidden></span></button>
  <section class="panel" id="panel" aria-labelledby="title" hidden>
    <header>
      <div class="heading"><h2 id="title"></h2><div class="state" id="state" role="status"></div></div>
      <button type="button" id="language"></button>
      <button type="button" id="close"><span aria-hidden="true">✕</span></button>
    </header>
    <div class="banner" id="banner" role="alert" hidden></div>
    <div class="queue" id="queue" hidden><span id="queue-facts"></span><strong id="queue-clock" role="timer" aria-live="off"></strong><button type="button" id="back"></button></div>
    <div class="body" id="body"></div>
  </section>`;

/**
 * `<cloud-support-chat token server language open layout="floating|inline" no-language-switch>`.
 *
 * Without a token the customer is anonymous; without a server it talks to the one this script came from.
 * Events: `cloud-support-identity` when the token is refused (the host site should set a fresh one),
 * `cloud-support-language` with the language the customer chose.
 */
export class CloudSupportChat extends HTMLElement implements ChatViewEvents, SessionEvents {
  static readonly observedAttributes = ['token', 'server', 'language', 'open'];
  static defaultServer = location.origin;

  private readonly root = this.attachShadow({ mode: 'open' });
  private view: ChatView | null = null;
  private session: ChatSession | null = null;
  private header: StateHeader | null = null;
  private floor: FloorState | null = null;
  private messages = new Map<string, Message>();
  private refusals = new Map<string, string | null>();
  private waiting = new Map<string, Sent>();
  private used = new Map<string, string>();
  private link: Link = 'connecting';
  private unread = 0;
  private typingTimer: ReturnType<typeof setTimeout> | undefined;
  private restartQueued = false;

  connectedCallback(): void {
    if (!this.view) this.build();
    this.queueRestart();
  }

  disconnectedCallback(): void {
    this.session?.close();
    this.session = null;
    this.header?.stop();
    clearTimeout(this.typingTimer);
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after || !this.view) return;
    if (name === 'open') this.showPanel();
    else if (name === 'language') this.relabel();
    else this.queueRestart();
  }

  get language(): Language {
    const stored = languageOf(this.getAttribute('language')) ?? languageOf(readStorage('cloud-support.language'));
    return stored ?? languageOf(navigator.language) ?? 'en';
  }

  get isOpen(): boolean {
    return this.getAttribute('layout') === 'inline' || this.hasAttribute('open');
  }

  onSend(text: string): void {
    this.submit(text, { text });
  }

  onChoice(key: string, choice: string): void {
    const message = this.messages.get(key);
    const chosen = message ? choicesOf(message).get(choice) : undefined;
    if (!chosen) return;
    this.used.set(key, choice);
    this.submit(chosen.title, { payload: chosen.payload });
  }

  onFile(file: File): void {
    void this.session?.sendFile(file);
  }

  onOlder(): void {
    this.session?.loadOlder().then(
      () => this.view?.setOlder(this.session?.hasOlder ?? false),
      () => this.showBanner(this.texts.older_failed),
    );
  }

  onInput(): void {
    this.session?.noteTyping(Date.now());
  }

  onMessages(messages: Message[], placement: 'history' | 'older' | 'live'): void {
    for (const message of messages) {
      this.messages.set(message.id, message);
      if (message.client_id) this.waiting.delete(message.client_id);
    }
    const bubbles = messages.map((message) => this.bubbleOf(message));
    if (placement === 'older') this.view?.putAbove(bubbles);
    else for (const bubble of bubbles) this.view?.put(bubble);
    this.refreshChoices();
    if (placement === 'history') this.view?.setOlder(this.session?.hasOlder ?? false);
    if (placement === 'live') this.onArrived(messages);
  }

  onWaiting(entry: Sent): void {
    this.waiting.set(entry.client_id, entry);
    this.view?.put(this.waitingBubble(entry));
    this.refreshChoices();
  }

  onRefused(entry: Sent, reason: string | null): void {
    this.waiting.delete(entry.client_id);
    this.refusals.set(entry.client_id, reason);
    this.view?.setStatus(entry.client_id, this.refusalText(reason), true);
    this.refreshChoices();
  }

  onState(state: FloorState): void {
    const known = this.floor;
    if (known && state.owner.version < known.owner.version) return;
    const keepsCase = state.case === null && known?.owner.version === state.owner.version;
    this.floor = keepsCase ? { ...state, case: known.case } : state;
    this.header?.show(this.floor, this.texts, this.language);
  }

  onTyping(role: Role, on: boolean): void {
    clearTimeout(this.typingTimer);
    if (role === 'customer') return;
    const text = role === 'agent' ? fill(this.texts.typing_agent, { name: this.header?.agentName ?? '' }) : this.texts.typing_bot;
    this.view?.setTyping(on ? text : null);
    if (on) this.typingTimer = setTimeout(() => this.view?.setTyping(null), TYPING_EXPIRES_MS);
  }

  onLink(link: Link): void {
    this.link = link;
    this.showLink();
    for (const entry of this.waiting.values()) this.view?.setStatus(entry.client_id, this.waitingStatus(), false);
    if (link === 'refused') this.dispatchEvent(new CustomEvent('cloud-support-identity', { bubbles: true, composed: true }));
  }

  private get server(): string {
    return (this.getAttribute('server') ?? CloudSupportChat.defaultServer).replace(/\/$/, '');
  }

  private refusalText(reason: string | null): string {
    return fill(this.texts.not_sent, { reason: reason ?? this.texts.not_reached });
  }

  private get texts(): Texts {
    return textsFor(this.language);
  }

  private get locale(): string {
    return this.language === 'zh' ? 'zh-CN' : 'en-GB';
  }

  private build(): void {
    this.root.innerHTML = PANEL;
    const style = document.createElement('style');
    style.textContent = PANEL_STYLES;
    this.root.prepend(style);
    this.header = new StateHeader(this.root, this.texts, () => this.session?.backToBot());
    this.find('launcher').addEventListener('click', () => this.setAttribute('open', ''));
    this.find('close').addEventListener('click', () => this.closePanel());
    this.find('language').addEventListener('click', () => this.switchLanguage());
    this.find('panel').addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && this.getAttribute('layout') !== 'inline') this.closePanel();
    });
    document.addEventListener('visibilitychange', () => this.markRead());
    this.view = new DeepChatView(this, this.texts);
    this.relabel();
    this.showPanel();
  }

  /** Several attributes set in a row start one session, not several. */
  private queueRestart(): void {
    if (this.restartQueued) return;
    this.restartQueued = true;
    queueMicrotask(() => {
      this.restartQueued = false;
      void this.restart();
    });
  }

  private async restart(): Promise<void> {
    this.session?.close();
    const session = new ChatSession({
      server: this.server,
      token: this.getAttribute('token') || null,
      language: () => this.language,
      store: localStorage,
      events: this,
    });
    this.session = session;
    this.forget();
    if (!this.find('body').firstChild) await this.view?.mount(this.find('body'));
    this.view?.clear();
    if (this.session === session && this.isConnected) await session.start();
  }

  private forget(): void {
    this.messages.clear();
    this.waiting.clear();
    this.refusals.clear();
    this.used.clear();
    this.floor = null;
    this.unread = 0;
    this.header?.show(null, this.texts, this.language);
  }

  private submit(shown: string, body: Outgoing['body']): void {
    try {
      this.session?.send(shown, body);
    } catch (error) {
      if (!(error instanceof OutboxFullError)) throw error;
      this.showBanner(this.texts.outbox_full);
    }
  }

  private onArrived(messages: Message[]): void {
    if (messages.some((message) => message.role === 'bot' || message.role === 'agent')) {
      clearTimeout(this.typingTimer);
      this.view?.setTyping(null);
    }
    if (!this.isOpen) {
      this.unread += messages.filter((message) => message.role !== 'customer').length;
      this.showUnread();
    }
    this.markRead();
  }

  private bubbleOf(message: Message): Bubble {
    const isOwn = message.role === 'customer';
    const file = fileOf(message, this.server);
    return {
      key: isOwn && message.client_id ? message.client_id : message.id,
      order: message.seq,
      role: message.role,
      content: file ? { file } : isOwn ? { text: message.text } : { markup: renderMessage(message, this.texts, this.locale) },
      status: null,
    };
  }

  private waitingBubble(entry: Sent): Bubble {
    return { key: entry.client_id, order: Infinity, role: 'customer', content: { text: entry.shown }, status: this.waitingStatus() };
  }

  /** While the connection stands a message is on its way within moments: nothing to say. */
  private waitingStatus(): string | null {
    return this.link === 'online' ? null : this.texts.waiting_to_send;
  }

  /** Only the newest question may be answered by a click: an old "yes" must not confirm a new action. */
  private refreshChoices(): void {
    const ordered = [...this.messages.values()].sort((a, b) => b.seq - a.seq);
    const newest = ordered.find((message) => message.role === 'customer' || choicesOf(message).size > 0);
    const open = newest && newest.role !== 'customer' && this.waiting.size === 0 ? newest.id : null;
    this.view?.disableChoices(open, this.used);
  }

  private switchLanguage(): void {
    const language = this.language === 'zh' ? 'en' : 'zh';
    writeStorage('cloud-support.language', language);
    this.setAttribute('language', language);
    this.dispatchEvent(new CustomEvent('cloud-support-language', { detail: { language }, bubbles: true, composed: true }));
  }

  private relabel(): void {
    const texts = this.texts;
    this.find('panel').lang = this.locale;
    this.find('launcher-text').textContent = texts.launcher;
    this.find('close').setAttribute('aria-label', texts.close);
    this.find('language').textContent = texts.language;
    this.find('language').setAttribute('aria-label', texts.language_label);
    this.header?.show(this.floor, texts, this.language);
    this.showLink();
    if (!this.find('body').firstChild) return;
    this.view?.setTexts(texts);
    for (const message of this.messages.values()) if (message.role !== 'customer') this.view?.put(this.bubbleOf(message));
    for (const entry of this.waiting.values()) this.view?.put(this.waitingBubble(entry));
    for (const [key, reason] of this.refusals) this.view?.setStatus(key, this.refusalText(reason), true);
    this.refreshChoices();
  }

  private showLink(): void {
    if (this.link === 'offline') this.showBanner(this.texts.offline);
    else if (this.link === 'refused') this.showBanner(this.texts.refused);
    else this.find('banner').hidden = true;
    this.find('banner').classList.toggle('refused', this.link === 'refused');
  }

  private showBanner(text: string): void {
    const banner = this.find('banner');
    if (banner.textContent !== text) banner.textContent = text;
    banner.hidden = false;
  }

  private showPanel(): void {
    const inline = this.getAttribute('layout') === 'inline';
    const panel = this.find('panel');
    panel.hidden = !this.isOpen;
    panel.classList.toggle('floating', !inline);
    if (!inline) panel.setAttribute('role', 'dialog');
    this.find('launcher').hidden = this.isOpen;
    this.find('close').hidden = inline;
    this.find('language').hidden = this.hasAttribute('no-language-switch');
    if (!this.isOpen) return;
    this.unread = 0;
    this.showUnread();
    this.markRead();
    if (!inline && this.find('body').firstChild) this.view?.focusInput();
  }

  private closePanel(): void {
    this.removeAttribute('open');
    this.find('launcher').focus();
  }

  private showUnread(): void {
    const badge = this.find('badge');
    badge.hidden = this.unread === 0;
    badge.textContent = String(this.unread);
  }

  private markRead(): void {
    if (this.isOpen && document.visibilityState === 'visible') this.session?.markRead();
  }

  private find(id: string): HTMLElement {
    const element = this.root.getElementById(id);
    if (!element) throw new Error(`the panel has no #${id}`);
    return element;
  }
}

function readStorage(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function writeStorage(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // A browser that forbids storage forgets the choice with the page; nothing else depends on it.
  }
}
