import type { Message } from '../contract/chat';

/**
 * The gap-free part of one conversation that this browser has seen.
 *
 * A message is released for display once everything between the first loaded message and it has been released;
 * what arrives early is held, what arrives twice is dropped.
 */
export class Transcript {
  private readonly released = new Map<number, Message>();
  private readonly held = new Map<number, Message>();
  private first = 0;
  private last = 0;

  /** Sequence number up to which nothing is missing; 0 when nothing was seen. */
  get lastSeq(): number {
    return this.last;
  }

  /** Oldest loaded sequence number; 0 when nothing was seen. */
  get firstSeq(): number {
    return this.first;
  }

  /** True while a later message waits for one that has not arrived. */
  get hasGap(): boolean {
    return this.held.size > 0;
  }

  get messages(): Message[] {
    return [...this.released.values()].sort((a, b) => a.seq - b.seq);
  }

  /** Starts at a page of history, so that older messages are not taken for a gap. */
  start(page: Message[]): Message[] {
    const ordered = [...page].sort((a, b) => a.seq - b.seq);
    const oldest = ordered[0];
    if (oldest && this.first === 0) {
      this.first = oldest.seq;
      this.last = oldest.seq - 1;
    }
    return this.accept(ordered);
  }

  /** Takes messages in any order; returns those that may be shown now, in order. */
  accept(messages: Message[]): Message[] {
    for (const message of messages) {
      if (message.seq > this.last && !this.held.has(message.seq)) this.held.set(message.seq, message);
    }
    const ready: Message[] = [];
    for (let next = this.held.get(this.last + 1); next; next = this.held.get(this.last + 1)) {
      this.held.delete(next.seq);
      this.released.set(next.seq, next);
      this.last = next.seq;
      if (this.first === 0) this.first = next.seq;
      ready.push(next);
    }
    return ready;
  }

  /** Adds a page of messages older than the first loaded one; returns the new ones in order. */
  prepend(page: Message[]): Message[] {
    const older = page.filter((message) => message.seq < this.first && !this.released.has(message.seq));
    older.sort((a, b) => a.seq - b.seq);
    for (const message of older) this.released.set(message.seq, message);
    this.first = older[0]?.seq ?? this.first;
    return older;
  }
}
