import { io, type Socket } from 'socket.io-client';

import type { Message, Role } from '../contract/chat';
import type { CaseRow, Viewer } from '../contract/desk';

export interface LiveEvents {
  case: CaseRow;
  message: Message & { case_id: string };
  ring: { case_id: string; level: number; people: (string | { id: string; name: string })[] };
  typing: { case_id: string; role: Role; on: boolean; name?: string | null };
  viewers: { case_id: string; viewers: Viewer[] };
  /** True when connected; sent again on every reconnection, after which missed events must be fetched. */
  link: boolean;
}

type Listener<Name extends keyof LiveEvents> = (event: LiveEvents[Name]) => void;

const FROM_SERVER = ['case', 'message', 'ring', 'typing', 'viewers'] as const;

/** The desk's socket: events to listeners, and the case that is being looked at. */
export class DeskLive {
  private readonly socket: Socket;
  private readonly listeners = new Map<keyof LiveEvents, Set<Listener<never>>>();
  private watched: string | null = null;

  constructor(token: string) {
    this.socket = io('/desk', {
      path: '/socket.io',
      transports: ['websocket', 'polling'],
      reconnectionDelayMax: 8_000,
      forceNew: true,
      auth: { token },
    });
    for (const name of FROM_SERVER) this.socket.on(name, (event: LiveEvents[typeof name]) => this.tell(name, event));
    this.socket.on('connect', () => this.onConnected());
    this.socket.on('disconnect', () => this.tell('link', false));
    this.socket.on('connect_error', () => this.tell('link', false));
  }

  on<Name extends keyof LiveEvents>(name: Name, listener: Listener<Name>): () => void {
    const known = this.listeners.get(name) ?? new Set();
    known.add(listener as Listener<never>);
    this.listeners.set(name, known);
    return () => known.delete(listener as Listener<never>);
  }

  watch(caseId: string | null): void {
    this.watched = caseId;
    if (this.socket.connected) this.socket.emit('watch', { case_id: caseId });
  }

  typing(caseId: string, on: boolean): void {
    if (this.socket.connected) this.socket.emit('typing', { case_id: caseId, on });
  }

  close(): void {
    this.listeners.clear();
    this.socket.disconnect();
  }

  private onConnected(): void {
    if (this.watched) this.socket.emit('watch', { case_id: this.watched });
    this.tell('link', true);
  }

  private tell<Name extends keyof LiveEvents>(name: Name, event: LiveEvents[Name]): void {
    for (const listener of this.listeners.get(name) ?? []) (listener as Listener<Name>)(event);
  }
}
