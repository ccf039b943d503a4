import { useCallback, useEffect, useState } from 'react';

import type { CaseView } from '../contract/desk';
import type { DeskApi } from './api';
import { KnownCases, type CaseRows } from './case-list';
import type { DeskLive } from './live';

const FETCHED_AT_START: CaseView[] = ['waiting', 'mine', 'all'];

export interface CaseBook {
  rows: CaseRows;
  failed: boolean;
  hasMore(view: CaseView): boolean;
  loadMore(view: CaseView): void;
  refresh(): void;
}

/** Every case this agent knows of, kept up to date by events and fetched anew after a reconnection. */
export function useCases(api: DeskApi, live: DeskLive, view: CaseView): CaseBook {
  const [known] = useState(() => new KnownCases());
  const [rows, setRows] = useState(known.rows);
  const [cursors, setCursors] = useState<Partial<Record<CaseView, string | null>>>({});
  const [failed, setFailed] = useState(false);

  const refresh = useCallback(() => {
    const request = known.ask();
    const views = [...new Set<CaseView>([...FETCHED_AT_START, view])];
    Promise.all(views.map((wanted) => api.cases(wanted, null))).then(
      (pages) => {
        if (!known.replace(request, pages.flatMap((page) => page.cases))) return;
        setRows(known.rows);
        setCursors(Object.fromEntries(views.map((wanted, index) => [wanted, pages[index]?.next_cursor])));
        setFailed(false);
      },
      () => known.isNewest(request) && setFailed(true),
    );
  }, [api, known, view]);

  const loadMore = useCallback(
    async (wanted: CaseView, cursor: string) => {
      const page = await api.cases(wanted, cursor);
      known.add(page.cases);
      setRows(known.rows);
      setCursors((before) => ({ ...before, [wanted]: page.next_cursor }));
    },
    [api, known],
  );

  useEffect(refresh, [refresh]);
  useEffect(
    () =>
      live.on('case', (row) => {
        known.hear(row);
        setRows(known.rows);
      }),
    [known, live],
  );
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
