/** Messages the customer has sent and the service has not acknowledged yet; they survive a reload of the page. */

/** Something the customer has sent: its bubble stands before the service has stored it. */
export interface Sent {
  client_id: string;
  /** What the customer reads in their own bubble. */
  shown: string;
}

export interface Outgoing extends Sent {
  body: { text: string } | { payload: string };
  language: string;
}

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** More than this many waiting messages means that something else is wrong. */
const MAX_WAITING = 50;

export class OutboxFullError extends Error {}

export class Outbox {
  private readonly key: string;
  private entries: Outgoing[];

  constructor(
    private readonly store: Store,
    conversationId: string,
  ) {
    this.key = `cloud-support.outbox.${conversationId}`;
    this.entries = this.load();
  }

  get waiting(): readonly Outgoing[] {
    return this.entries;
  }

  get next(): Outgoing | undefined {
    return this.entries[0];
  }

  has(clientId: string): boolean {
    return this.entries.some((entry) => entry.client_id === clientId);
  }

  add(entry: Outgoing): void {
    if (this.entries.length >= MAX_WAITING) throw new OutboxFullError(`${MAX_WAITING} messages are waiting`);
    this.entries = [...this.entries, entry];
    this.save();
  }

  /** Forgets a message that the service has stored or refused for good; unknown ids are ignored. */
  settle(clientId: string): void {
    if (!this.has(clientId)) return;
    this.entries = this.entries.filter((entry) => entry.client_id !== clientId);
    this.save();
  }

  private load(): Outgoing[] {
    try {
      const parsed: unknown = JSON.parse(this.store.getItem(this.key) ?? '[]');
      return Array.isArray(parsed) ? parsed.filter(isOutgoing).slice(0, MAX_WAITING) : [];
    } catch {
      return [];
    }
  }

  private save(): void {
    try {
      if (this.entries.length === 0) this.store.removeItem(this.key);
      else this.store.setItem(this.key, JSON.stringify(this.entries));
    } catch {
      // Storage is full or forbidden: the messages stay in memory and only a reload would lose them.
    }
  }
}

function isOutgoing(value: unknown): value is Outgoing {
  if (typeof value !== 'object' || value === null) return false;
  const entry = value as Record<string, unknown>;
  const body = entry.body as Record<string, unknown> | null | undefined;
  return (
    typeof entry.client_id === 'string' &&
    typeof entry.shown === 'string' &&
    typeof entry.language === 'string' &&
    typeof body === 'object' &&
    body !== null &&
    (typeof body.text === 'string' || typeof body.payload === 'string')
  );
}
