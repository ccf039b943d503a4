import { io, type Socket } from 'socket.io-client';

import type { FloorState, Language, Message, Role, SendAck } from '../contract/chat';
import { ChatApi, RequestError } from './api';
import { Outbox, type Outgoing, type Sent } from './outbox';
import { Transcript } from '../transcript/transcript';

/** An acknowledgement later than this is taken for lost; the same client_id is sent again. */
const ACK_TIMEOUT_MS = 10_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 5_000;
/** The replay that follows a connection gets this long before its messages are fetched. */
const REPLAY_GRACE_MS = 2_000;
/** At most one typing notice in this time. */
const TYPING_NOTICE_MS = 3_000;

/** Where a visitor's session is kept between pages. */
const SESSION_KEY = 'cloud-support.session';

/** Refusals that may pass: the same message is tried again. */
const PASSING_REFUSALS = new Set(['too_many', 'internal', 'unavailable', 'floor_moved']);

/** Refused connections that a fresh token of the host site may cure. */
const IDENTITY_REFUSALS = new Set(['no_token', 'bad_token', 'expired_token', 'not_allowed']);

export type Link = 'connecting' | 'online' | 'offline' | 'refused';

export interface SessionEvents {
  onMessages(messages: Message[], placement: 'history' | 'older' | 'live'): void;
  onWaiting(entry: Sent): void;
  /** Without a reason the service could not be reached. */
  onRefused(entry: Sent, reason: string | null): void;
  onState(state: FloorState): void;
  onTyping(role: Role, on: boolean): void;
  onLink(link: Link): void;
}

export interface SessionOptions {
  server: string;
  token: string | null;
  language: () => Language;
  store: Storage;
  events: SessionEvents;
}

/**
 * One customer's conversation with the support service: history, live messages without loss or duplicates,
 * and an outbox that is sent in order, each message once, whatever the network does.
 */
export class ChatSession {
  private readonly api: ChatApi;
  private readonly transcript = new Transcript();
  private outbox: Outbox | null = null;
  /** Written before the conversation was open. */
  private readonly early: Outgoing[] = [];
  private socket: Socket | null = null;
  private isOpen: () => void = () => undefined;
  private readonly opened = new Promise<void>((resolve) => {
    this.isOpen = resolve;
  });
  private conversationId = '';
  private closed = false;
  private readonly ended = new AbortController();
  private underWay: { clientId: string; stored: () => void } | null = null;
  private filling = false;
  private lastTypingNotice = 0;
  private lastRead = 0;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: SessionOptions) {
    this.api = new ChatApi(options.server, options.token ?? this.storedSession(), options.language);
  }

  get hasOlder(): boolean {
    return this.transcript.firstSeq > 1;
  }

  async start(attempt = 0): Promise<void> {
    this.options.events.onLink(attempt === 0 ? 'connecting' : 'offline');
    try {
      const opened = await this.api.open();
      if (this.closed) return;
      this.conversationId = opened.conversation_id;
      if (this.options.token === null) this.rememberSession(opened.session);
      await this.loadHistory();
      if (!this.closed) this.connect();
    } catch (error) {
      this.retryStart(error, attempt);
    }
  }

  close(): void {
    this.closed = true;
    this.ended.abort();
    clearTimeout(this.retryTimer);
    this.socket?.disconnect();
    this.socket = null;
  }

  /** Queues a message; it is shown at once and sent as soon as the service can be reached. */
  send(shown: string, body: Outgoing['body']): void {
    const entry: Outgoing = { client_id: newClientId(), shown, body, language: this.options.language() };
    if (this.outbox) this.outbox.add(entry);
    else this.early.push(entry);
    this.options.events.onWaiting(entry);
    this.stopTyping();
    void this.flush();
  }

  /** Files go beside the outbox: they are not kept over a reload, and are refused rather than sent much later. */
  async sendFile(file: File): Promise<void> {
    const entry: Sent = { client_id: newClientId(), shown: file.name };
    this.options.events.onWaiting(entry);
    await this.opened;
    try {
      this.receive([await this.api.sendFile(this.conversationId, entry.client_id, file)]);
    } catch (error) {
      const reason = error instanceof RequestError ? (error.reason.message ?? error.reason.code) : null;
      if (!this.closed) this.options.events.onRefused(entry, reason);
    }
  }

  async loadOlder(): Promise<void> {
    if (!this.hasOlder) return;
    const page = await this.api.history(this.conversationId, this.transcript.firstSeq);
    this.options.events.onMessages(this.transcript.prepend(page.messages), 'older');
  }

  backToBot(): void {
    this.socket?.emit('back_to_bot', {});
  }

  noteTyping(now: number): void {
    if (now - this.lastTypingNotice < TYPING_NOTICE_MS) return;
    this.lastTypingNotice = now;
    if (this.socket?.connected) this.socket.emit('typing', { on: true });
  }

  /** Clearing the input after sending looks like typing to the chat component: that notice is held back. */
  private stopTyping(): void {
    this.lastTypingNotice = Date.now();
    if (this.socket?.connected) this.socket.emit('typing', { on: false });
  }

  markRead(): void {
    if (!this.socket?.connected || this.lastRead === this.transcript.lastSeq) return;
    this.lastRead = this.transcript.lastSeq;
    this.socket.emit('read', { seq: this.lastRead });
  }

  private retryStart(error: unknown, attempt: number): void {
    if (this.closed) return;
    if (error instanceof RequestError && error.isIdentity) {
      if (this.options.token === null && this.api.token) this.beginAsNewVisitor();
      else this.options.events.onLink('refused');
      return;
    }
    this.options.events.onLink('offline');
    this.retryTimer = setTimeout(() => void this.start(attempt + 1), backoff(attempt));
  }

  /** A visitor's session that has expired cannot be renewed by anybody. */
  private beginAsNewVisitor(): void {
    this.options.store.removeItem(SESSION_KEY);
    this.api.forget();
    void this.start();
  }

  private async loadHistory(): Promise<void> {
    const page = await this.api.history(this.conversationId, null);
    const shown = this.transcript.start(page.messages);
    this.outbox = new Outbox(this.options.store, this.conversationId);
    for (const message of shown) if (message.client_id) this.outbox.settle(message.client_id);
    this.options.events.onMessages(shown, 'history');
    for (const entry of this.early.splice(0)) this.outbox.add(entry);
    for (const entry of this.outbox.waiting) this.options.events.onWaiting(entry);
    this.isOpen();
  }

  private connect(): void {
    const socket = io(`${this.options.server}/chat`, {
      path: '/socket.io',
      transports: ['websocket', 'polling'],
      reconnectionDelay: FIRST_RETRY_MS,
      reconnectionDelayMax: LONGEST_RETRY_MS,
      forceNew: true,
      auth: (give) =>
        give({
          token: this.api.token ?? undefined,
          conversation_id: this.conversationId,
          last_seq: this.transcript.lastSeq,
          language: this.options.language(),
        }),
    });
    socket.on('connect', () => this.onConnected());
    socket.on('disconnect', () => this.onDisconnected());
    socket.on('connect_error', (error) => this.onConnectError(error));
    socket.on('session', (session: { last_seq?: number }) => this.expect(session.last_seq ?? 0));
    socket.on('message', (message: Message) => this.receive([message]));
    socket.on('state', (state: FloorState) => this.options.events.onState(state));
    socket.on('typing', (notice: { role: Role; on: boolean }) => this.options.events.onTyping(notice.role, notice.on));
    this.socket = socket;
    // The browser knows when the network is back before the next attempt is due.
    window.addEventListener('online', () => socket.connect(), { signal: this.ended.signal });
  }

  private onConnected(): void {
    this.options.events.onLink('online');
    void this.flush();
  }

  private onDisconnected(): void {
    if (!this.closed) this.options.events.onLink('offline');
  }

  /** A refusal ends socket.io's own reconnection; anything else it tries again by itself. */
  private onConnectError(error: Error): void {
    const code = refusalCode(error.message);
    if (code === null) {
      this.options.events.onLink('offline');
      return;
    }
    this.socket?.disconnect();
    if (IDENTITY_REFUSALS.has(code)) {
      this.options.events.onLink('refused');
      return;
    }
    this.options.events.onLink('offline');
    this.retryTimer = setTimeout(() => this.socket?.connect(), LONGEST_RETRY_MS);
  }

  /** The service says how far the conversation has come; what the replay does not bring is fetched. */
  private expect(lastSeq: number): void {
    if (this.transcript.lastSeq === 0 && lastSeq === 0) return;
    setTimeout(() => {
      if (lastSeq > this.transcript.lastSeq) void this.fillGap();
    }, REPLAY_GRACE_MS);
  }

  private receive(messages: Message[]): void {
    const ready = this.transcript.accept(messages);
    for (const message of ready) if (message.client_id) this.confirm(message.client_id);
    if (ready.length > 0) this.options.events.onMessages(ready, 'live');
    if (this.transcript.hasGap) void this.fillGap();
  }

  /** The message itself is as good as its acknowledgement. */
  private confirm(clientId: string): void {
    this.outbox?.settle(clientId);
    if (this.underWay?.clientId === clientId) this.underWay.stored();
  }

  private async fillGap(): Promise<void> {
    if (this.filling) return;
    this.filling = true;
    try {
      for (let more = true; more && !this.closed; ) {
        const before = this.transcript.lastSeq;
        const page = await this.api.since(this.conversationId, before);
        this.receive(page.messages);
        more = page.last_seq > this.transcript.lastSeq && this.transcript.lastSeq > before;
      }
    } catch {
      // The next connection replays what is missing.
    } finally {
      this.filling = false;
    }
  }

  private async flush(attempt = 0): Promise<void> {
    const entry = this.outbox?.next;
    if (!entry || this.underWay || this.closed || !this.socket?.connected) return;
    const echoed = new Promise<'stored'>((resolve) => {
      this.underWay = { clientId: entry.client_id, stored: () => resolve('stored') };
    });
    const outcome = await Promise.race([this.deliver(entry), echoed]);
    this.underWay = null;
    if (outcome === 'retry') {
      this.retryTimer = setTimeout(() => void this.flush(attempt + 1), backoff(attempt));
      return;
    }
    this.outbox?.settle(entry.client_id);
    if (outcome !== 'stored') this.options.events.onRefused(entry, outcome.refused);
    void this.flush();
  }

  private async deliver(entry: Outgoing): Promise<'stored' | 'retry' | { refused: string }> {
    if (!this.socket) return 'retry';
    try {
      const message = { client_id: entry.client_id, ...entry.body, language: entry.language };
      const ack = (await this.socket.timeout(ACK_TIMEOUT_MS).emitWithAck('message', message)) as SendAck;
      if (ack.ok) return 'stored';
      return PASSING_REFUSALS.has(ack.error.code) ? 'retry' : { refused: ack.error.message ?? ack.error.code };
    } catch {
      return 'retry';
    }
  }

  private storedSession(): string | null {
    return this.options.store.getItem(SESSION_KEY);
  }

  private rememberSession(session: string | null): void {
    if (session) this.options.store.setItem(SESSION_KEY, session);
  }
}

/** The code in the JSON that the service refuses a connection with; null for a network that failed. */
function refusalCode(message: string): string | null {
  try {
    const code = (JSON.parse(message) as { code?: unknown }).code;
    return typeof code === 'string' ? code : null;
  } catch {
    return null;
  }
}

function backoff(attempt: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** attempt, LONGEST_RETRY_MS);
}

function newClientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `w-${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
