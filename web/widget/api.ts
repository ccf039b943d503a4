import type { ContractError, Language, Message, MessagePage, OpenedConversation } from '../contract/chat';

/** Answers later than this count as no answer. */
const REQUEST_TIMEOUT_MS = 15_000;

/** A large picture over a slow line. */
const UPLOAD_TIMEOUT_MS = 120_000;

/** Larger than any sequence number: the page before it is the newest one. */
const AFTER_ALL = 2 ** 31 - 1;

/** How many messages one page of history holds. */
const PAGE_SIZE = 50;

export class RequestError extends Error {
  constructor(
    readonly status: number,
    readonly reason: ContractError,
  ) {
    super(`${status} ${reason.code}`);
  }

  /** The identity was refused: trying again with the same token is pointless. */
  get isIdentity(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

/** The HTTP half of the chat contract. */
export class ChatApi {
  constructor(
    private readonly server: string,
    private credential: string | null,
    private readonly language: () => Language,
  ) {}

  get token(): string | null {
    return this.credential;
  }

  /** Forgets who the customer was: the next conversation is a new visitor's. */
  forget(): void {
    this.credential = null;
  }

  async open(): Promise<OpenedConversation> {
    const opened = await this.request<OpenedConversation>('POST', '/api/chat/conversations', { language: this.language() });
    if (opened.session) this.credential = opened.session;
    return opened;
  }

  /** The newest page, or the page before a sequence number. */
  history(conversationId: string, before: number | null): Promise<MessagePage> {
    return this.messages(conversationId, `before=${before ?? AFTER_ALL}&limit=${PAGE_SIZE}`);
  }

  /** What came after a sequence number. */
  since(conversationId: string, after: number): Promise<MessagePage> {
    return this.messages(conversationId, `after=${after}&limit=${PAGE_SIZE}`);
  }

  /** Sends a file; the same client id twice is one message. */
  sendFile(conversationId: string, clientId: string, file: File): Promise<Message> {
    const form = new FormData();
    form.set('client_id', clientId);
    form.set('file', file);
    return this.request<Message>('POST', `/api/chat/conversations/${encodeURIComponent(conversationId)}/files`, form);
  }

  private messages(conversationId: string, query: string): Promise<MessagePage> {
    return this.request<MessagePage>('GET', `/api/chat/conversations/${encodeURIComponent(conversationId)}/messages?${query}`);
  }

  private async request<T>(method: string, path: string, body?: unknown): Promise<T> {
    const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': this.language() };
    const isForm = body instanceof FormData;
    if (body !== undefined && !isForm) headers['Content-Type'] = 'application/json';
    if (this.credential) headers.Authorization = `Bearer ${this.credential}`;
    const response = await fetch(this.server + path, {
      method,
      headers,
      body: isForm ? body : body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(isForm ? UPLOAD_TIMEOUT_MS : REQUEST_TIMEOUT_MS),
    });
    if (!response.ok) throw new RequestError(response.status, await readError(response));
    return (await response.json()) as T;
  }
}

async function readError(response: Response): Promise<ContractError> {
  try {
    const body = (await response.json()) as { error?: ContractError };
    return body.error ?? { code: 'unknown' };
  } catch {
    return { code: 'unknown' };
  }
}
