import { DeepChat } from 'deep-chat';

import type { SentFile } from './message';
import type { Bubble, ChatView, ChatViewEvents } from './view';
import { BUBBLE_STYLES, FONT_FAMILY, inputStyles, messageStyles } from './styles';
import type { Texts } from './texts';

/** Longest message the service takes, in characters. */
const MAX_MESSAGE_LENGTH = 4000;

/** What the file dialog offers first; the service decides by content. */
const OFFERED_FILES = 'image/png,image/jpeg,image/gif,application/pdf,text/*,.log,.conf,.json,.yml,.yaml';

const PAPERCLIP = `<svg viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" aria-hidden="true">
  <path d="M21 11.5l-8.6 8.6a5.5 5.5 0 0 1-7.8-7.8l8.6-8.6a3.7 3.7 0 0 1 5.2 5.2l-8.6 8.6a1.8 1.8 0 0 1-2.6-2.6l7.9-7.9"/></svg>`;

interface Placed {
  bubble: Bubble;
  outer: HTMLElement;
}

/**
 * deep-chat behind the ChatView interface.
 *
 * deep-chat draws bubbles and the input; sending, the order of bubbles, their content and their accessibility are
 * ours, because it can neither insert in the middle nor announce, and it renders a customer's text as Markdown.
 */
export class DeepChatView implements ChatView {
  private readonly chat: DeepChat;
  private readonly placed = new Map<string, Placed>();
  private readonly typing = document.createElement('div');
  private readonly older = document.createElement('button');
  private readonly attach = document.createElement('button');
  private readonly picker = document.createElement('input');
  private texts: Texts;
  private log: HTMLElement | null = null;
  private isListening = false;

  constructor(
    private readonly events: ChatViewEvents,
    texts: Texts,
  ) {
    this.texts = texts;
    this.chat = document.createElement('deep-chat');
    this.chat.setAttribute('style', `font-family: ${FONT_FAMILY}`);
    this.older.type = 'button';
    this.older.className = 'cs-older';
    this.older.hidden = true;
    this.older.addEventListener('click', () => this.events.onOlder());
    this.attach.type = 'button';
    this.attach.className = 'cs-attach';
    this.attach.innerHTML = PAPERCLIP;
    this.attach.addEventListener('click', () => this.picker.click());
    this.picker.type = 'file';
    this.picker.hidden = true;
    this.picker.multiple = true;
    this.picker.accept = OFFERED_FILES;
    this.picker.addEventListener('change', () => this.sendPicked());
    this.typing.className = 'cs-typing';
    this.typing.hidden = true;
  }

  async mount(host: HTMLElement): Promise<void> {
    await customElements.whenDefined('deep-chat');
    const rendered = new Promise<void>((resolve) => {
      this.chat.onComponentRender = () => {
        this.onRendered();
        resolve();
      };
    });
    this.configure();
    host.replaceChildren(this.chat);
    await rendered;
  }

  put(bubble: Bubble): void {
    const known = this.placed.get(bubble.key);
    const log = this.requireLog();
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
    const outer = known?.outer ?? this.draw(bubble);
    this.fill(outer, bubble);
    this.placed.set(bubble.key, { bubble, outer });
    this.place(outer, bubble.order);
    if (atEnd || bubble.role === 'customer') this.scrollToEnd();
  }

  putAbove(bubbles: Bubble[]): void {
    const log = this.requireLog();
    const fromEnd = log.scrollHeight - log.scrollTop;
    log.setAttribute('aria-live', 'off');
    for (const bubble of bubbles) {
      const outer = this.draw(bubble);
      this.fill(outer, bubble);
      this.placed.set(bubble.key, { bubble, outer });
      this.place(outer, bubble.order);
    }
    log.scrollTop = log.scrollHeight - fromEnd;
    requestAnimationFrame(() => log.setAttribute('aria-live', 'polite'));
  }

  setStatus(key: string, status: string | null, failed: boolean): void {
    const placed = this.placed.get(key);
    if (!placed) return;
    placed.bubble = { ...placed.bubble, status };
    placed.outer.toggleAttribute('data-failed', failed);
    this.fill(placed.outer, placed.bubble);
  }

  disableChoices(exceptKey: string | null, used: ReadonlyMap<string, string>): void {
    for (const [key, { outer }] of this.placed) {
      for (const button of outer.querySelectorAll<HTMLButtonElement>('.cs-choice')) {
        button.disabled = key !== exceptKey;
        const chosen = used.get(key) === button.dataset.choice;
        button.classList.toggle('cs-used', chosen);
        if (chosen) button.setAttribute('aria-pressed', 'true');
      }
    }
  }

  setTyping(text: string | null): void {
    this.typing.textContent = text ?? '';
    this.typing.hidden = text === null;
  }

  setOlder(available: boolean): void {
    this.older.hidden = !available;
  }

  setTexts(texts: Texts): void {
    this.texts = texts;
    this.older.textContent = texts.older;
    this.attach.setAttribute('aria-label', texts.attach);
    this.attach.title = texts.attach;
    this.chat.setPlaceholderText(texts.placeholder);
    this.labelControls();
  }

  clear(): void {
    this.placed.clear();
    this.chat.clearMessages(false);
    this.setTyping(null);
    this.setOlder(false);
  }

  focusInput(): void {
    this.chat.focusInput();
  }

  private configure(): void {
    this.chat.connect = {
      websocket: true,
      handler: (_body: unknown, signals: { onOpen(): void }) => signals.onOpen(),
    } as DeepChat['connect'];
    this.chat.textInput = {
      characterLimit: MAX_MESSAGE_LENGTH,
      placeholder: { text: this.texts.placeholder },
      styles: inputStyles,
    };
    this.chat.messageStyles = messageStyles;
    this.chat.auxiliaryStyle = BUBBLE_STYLES;
    this.chat.displayLoadingBubble = false;
    this.chat.onInput = ({ isUser }) => {
      if (isUser) this.events.onInput();
    };
  }

  /**
   * Sends what stands in the input. deep-chat itself would draw the text as Markdown first,
   * which loads the pictures that a customer pastes.
   */
  private submit(): void {
    const input = this.input();
    const text = (input?.innerText ?? '').trim();
    if (!input || text === '') return;
    input.textContent = '';
    input.dispatchEvent(new Event('input', { bubbles: true }));
    this.events.onSend(text);
    input.focus();
  }

  private sendPicked(): void {
    for (const file of this.picker.files ?? []) this.events.onFile(file);
    this.picker.value = '';
  }

  /** A pasted screenshot is a file, not text. */
  private onPaste(event: ClipboardEvent): void {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    for (const file of files) this.events.onFile(file);
  }

  private input(): HTMLElement | null {
    return this.chat.shadowRoot?.getElementById('text-input') ?? null;
  }

  private draw(bubble: Bubble): HTMLElement {
    this.chat.addMessage({ role: bubble.role === 'customer' ? 'user' : 'ai', html: '<div class="cs-body"></div>' });
    const outer = this.lastDrawn();
    if (!outer) throw new Error('deep-chat drew no bubble');
    outer.dataset.key = bubble.key;
    outer.dataset.role = bubble.role;
    return outer;
  }

  private fill(outer: HTMLElement, bubble: Bubble): void {
    const body = outer.querySelector<HTMLElement>('.cs-body');
    if (!body) throw new Error(`bubble ${bubble.key} has no body`);
    if ('text' in bubble.content) {
      const text = document.createElement('div');
      text.className = 'cs-own';
      text.textContent = bubble.content.text;
      body.replaceChildren(text);
    } else if ('file' in bubble.content) {
      body.replaceChildren(fileLink(bubble.content.file));
    } else {
      body.innerHTML = bubble.content.markup.value;
    }
    if (bubble.status === null) return;
    const status = document.createElement('div');
    status.className = 'cs-delivery';
    status.textContent = bubble.status;
    body.append(status);
  }

  private place(outer: HTMLElement, order: number): void {
    outer.dataset.order = String(order);
    const log = this.requireLog();
    const others = [...log.querySelectorAll<HTMLElement>('[data-order]')].filter((other) => other !== outer);
    const next = others.find((other) => Number(other.dataset.order) > order) ?? null;
    if (next ? outer.nextElementSibling !== next : outer !== log.lastElementChild) log.insertBefore(outer, next);
  }

  private lastDrawn(): HTMLElement | null {
    const drawn = this.requireLog().querySelectorAll<HTMLElement>('.outer-message-container:not([data-key])');
    return drawn[drawn.length - 1] ?? null;
  }

  private scrollToEnd(): void {
    const log = this.requireLog();
    requestAnimationFrame(() => {
      log.scrollTop = log.scrollHeight;
    });
  }

  /** deep-chat may render more than once and throws its old elements away: everything of ours is put in again. */
  private onRendered(): void {
    const log = this.chat.shadowRoot?.getElementById('messages') ?? null;
    if (log === this.log) return;
    this.log = log;
    this.listenToRoot();
    log?.prepend(this.older);
    log?.after(this.typing);
    this.chat.shadowRoot?.getElementById('input')?.append(this.attach, this.picker);
    log?.addEventListener('click', (event) => this.onLogClick(event));
    const bubbles = [...this.placed.values()].map(({ bubble }) => bubble);
    this.placed.clear();
    for (const bubble of bubbles) this.put(bubble);
    this.setTexts(this.texts);
  }

  private listenToRoot(): void {
    const root = this.chat.shadowRoot;
    if (!root || this.isListening) return;
    this.isListening = true;
    root.addEventListener('keydown', (event) => this.onKeyDown(event as KeyboardEvent), { capture: true });
    root.addEventListener('click', (event) => this.onClick(event), { capture: true });
    root.addEventListener('paste', (event) => this.onPaste(event as ClipboardEvent), { capture: true });
    new MutationObserver(() => this.labelControls()).observe(root, { childList: true, subtree: true });
  }

  private onKeyDown(event: KeyboardEvent): void {
    const target = event.target as Element;
    const isInput = target.id === 'text-input';
    const isSend = target.closest('.input-button') !== null;
    if (isInput && isComposing(event)) event.stopImmediatePropagation();
    else if (event.key === 'Enter' && (isSend || (isInput && !event.shiftKey))) this.take(event);
    else if (event.key === ' ' && isSend) this.take(event);
  }

  private onClick(event: Event): void {
    if ((event.target as Element).closest('.input-button')) this.take(event);
  }

  private take(event: Event): void {
    event.preventDefault();
    event.stopImmediatePropagation();
    this.submit();
  }

  private onLogClick(event: Event): void {
    const button = (event.target as Element).closest<HTMLButtonElement>('.cs-choice');
    const key = button?.closest<HTMLElement>('[data-key]')?.dataset.key;
    if (button?.dataset.choice && key && !button.disabled) this.events.onChoice(key, button.dataset.choice);
  }

  /** The send button is drawn anew with every state, so labels are set whenever something changed. */
  private labelControls(): void {
    const root = this.chat.shadowRoot;
    const attributes: [string, Record<string, string>][] = [
      ['#messages', { role: 'log', 'aria-live': 'polite', 'aria-relevant': 'additions', 'aria-label': this.texts.log, tabindex: '0' }],
      ['.input-button', { 'aria-label': this.texts.send, role: 'button', tabindex: '0' }],
      ['#text-input', { 'aria-label': this.texts.placeholder, role: 'textbox', 'aria-multiline': 'true' }],
    ];
    for (const [selector, wanted] of attributes) {
      const element = root?.querySelector(selector);
      for (const [name, value] of Object.entries(wanted)) {
        if (element && element.getAttribute(name) === null) element.setAttribute(name, value);
        else if (element && name === 'aria-label' && element.getAttribute(name) !== value) element.setAttribute(name, value);
      }
    }
  }

  private requireLog(): HTMLElement {
    this.onRendered();
    if (!this.log) throw new Error('the chat view is not mounted');
    return this.log;
  }
}

function fileLink({ name, url }: SentFile): HTMLElement {
  const own = document.createElement('div');
  own.className = 'cs-own';
  const link = document.createElement('a');
  link.href = url;
  link.target = '_blank';
  link.rel = 'noopener';
  link.textContent = name;
  own.append(link);
  return own;
}

/** Enter that confirms an input-method candidate must not send; Safari ends the composition before the key arrives. */
function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}
