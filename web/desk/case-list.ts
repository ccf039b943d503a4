import type { CaseRow, CaseView } from '../contract/desk';

export type CaseRows = ReadonlyMap<string, CaseRow>;

/**
 * What is known of the cases. Lists are fetched while events arrive: an answer never undoes an event that came after
 * its request, and of several requests for everything only the newest counts.
 */
export class KnownCases {
  rows: CaseRows = new Map();
  private newest = 0;
  /** Rows of events since the newest request, until it is answered. */
  private heard: CaseRows | null = null;

  /** Before everything is requested; returns what `replace` wants to know. */
  ask(): number {
    this.heard = new Map();
    return ++this.newest;
  }

  /** The answer to a request for everything. False when a newer request is under way: then it changes nothing. */
  replace(request: number, rows: CaseRow[]): boolean {
    if (!this.isNewest(request)) return false;
    this.rows = byId([...rows, ...(this.heard?.values() ?? [])]);
    this.heard = null;
    return true;
  }

  isNewest(request: number): boolean {
    return request === this.newest;
  }

  hear(row: CaseRow): void {
    if (this.heard) this.heard = new Map(this.heard).set(row.id, row);
    this.rows = new Map(this.rows).set(row.id, row);
  }

  /** The answer to a request for a further page. */
  add(rows: CaseRow[]): void {
    this.rows = byId([...rows, ...this.rows.values()]);
  }
}

function byId(rows: CaseRow[]): CaseRows {
  return new Map(rows.map((row) => [row.id, row]));
}

/** The rows of one list, in the order the desk shows them: waiting by deadline, the others newest first. */
export function rowsOf(view: CaseView, rows: Iterable<CaseRow>, agentId: string): CaseRow[] {
  const chosen = [...rows].filter((row) => belongsTo(view, row, agentId));
  return chosen.sort(view === 'waiting' ? byDeadline : byRequest);
}

/** The case next to the selected one; the first when none is selected, the same at the ends. */
export function neighbour(rows: CaseRow[], selected: string | null, step: 1 | -1): string | null {
  const position = rows.findIndex((row) => row.id === selected);
  if (position < 0) return rows[0]?.id ?? null;
  return rows[Math.min(rows.length - 1, Math.max(0, position + step))]?.id ?? null;
}

function belongsTo(view: CaseView, row: CaseRow, agentId: string): boolean {
  switch (view) {
    case 'waiting':
      return row.status === 'waiting';
    case 'mine':
      return row.status === 'active' && row.assignee?.id === agentId;
    case 'all':
      return row.status === 'waiting' || row.status === 'active';
    case 'closed':
      return row.status === 'resolved' || row.status === 'closed';
  }
}

function byDeadline(a: CaseRow, b: CaseRow): number {
  return (a.target_at ?? '9999').localeCompare(b.target_at ?? '9999') || a.id.localeCompare(b.id);
}

function byRequest(a: CaseRow, b: CaseRow): number {
  return b.requested_at.localeCompare(a.requested_at) || b.id.localeCompare(a.id);
}
