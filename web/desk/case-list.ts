import type { CaseRow, CaseView } from '../contract/desk';

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
