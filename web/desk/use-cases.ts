import { useCallback, useEffect, useState } from 'react';

import type { CaseRow, CaseView } from '../contract/desk';
import type { DeskApi } from './api';
import type { DeskLive } from './live';

const FETCHED_AT_START: CaseView[] = ['waiting', 'mine', 'all'];

export interface CaseBook {
  rows: ReadonlyMap<string, CaseRow>;
  failed: boolean;
  hasMore(view: CaseView): boolean;
  loadMore(view: CaseView): void;
  refresh(): void;
}

/** Every case this agent knows of, kept up to date by events and fetched anew after a reconnection. */
export function useCases(api: DeskApi, live: DeskLive, view: CaseView): CaseBook {
  const [rows, setRows] = useState<ReadonlyMap<string, CaseRow>>(new Map());
  const [cursors, setCursors] = useState<Partial<Record<CaseView, string | null>>>({});
  const [failed, setFailed] = useState(false);

  const refresh = useCallback(() => {
    const views = [...new Set<CaseView>([...FETCHED_AT_START, view])];
    Promise.all(views.map((wanted) => api.cases(wanted, null))).then(
      (pages) => {
        setRows(withRows(new Map(), pages.flatMap((page) => page.cases)));
        setCursors(Object.fromEntries(views.map((wanted, index) => [wanted, pages[index]?.next_cursor])));
        setFailed(false);
      },
      () => setFailed(true),
    );
  }, [api, view]);

  const loadMore = useCallback(
    async (wanted: CaseView, cursor: string) => {
      const page = await api.cases(wanted, cursor);
      setRows((known) => withRows(known, page.cases));
      setCursors((known) => ({ ...known, [wanted]: page.next_cursor }));
    },
    [api],
  );

  useEffect(refresh, [refresh]);
  useEffect(() => live.on('case', (row) => setRows((known) => withRows(known, [row]))), [live]);
  useEffect(() => live.on('link', (on) => on && refresh()), [live, refresh]);

  return {
    rows,
    failed,
    hasMore: (wanted) => Boolean(cursors[wanted]),
    loadMore: (wanted) => {
      const cursor = cursors[wanted];
      if (cursor) loadMore(wanted, cursor).catch(() => setFailed(true));
    },
    refresh,
  };
}

function withRows(known: ReadonlyMap<string, CaseRow>, news: CaseRow[]): ReadonlyMap<string, CaseRow> {
  const next = new Map(known);
  for (const row of news) next.set(row.id, row);
  return next;
}
