import { describe, expect, test } from 'vitest';

import type { CaseRow } from '../contract/desk';
import { KnownCases, neighbour, rowsOf } from './case-list';
import { readClock } from './clock';
import en from './texts/en.json';
import zh from './texts/zh.json';

function row(part: Partial<CaseRow>): CaseRow {
  return {
    id: 'TK-1', title: '', status: 'waiting', severity: 'sev3', tier: 'tier1', plan: 'key', account_name: null, user_name: null, product: null,
    reason: 'customer_asked', language: 'zh', assignee: null, requested_at: '2026-11-22T00:00:00Z', target_at: '2026-11-22T00:02:00Z',
    first_response_at: null, breached: false, unread: 0, last_message: null, ...part,
  };
}

describe('what is known of the cases', () => {
  const status = (known: KnownCases, id: string) => known.rows.get(id)?.status;

  test('an answer does not undo an event that came after its request', () => {
    const known = new KnownCases();
    const request = known.ask();
    known.hear(row({ id: 'new' }));
    known.hear(row({ id: 'claimed', status: 'active' }));
    expect(known.replace(request, [row({ id: 'claimed' }), row({ id: 'old' })])).toBe(true);
    expect([...known.rows.keys()].sort()).toEqual(['claimed', 'new', 'old']);
    expect(status(known, 'claimed')).toBe('active');
  });

  test('an answer replaces what was heard before its request', () => {
    const known = new KnownCases();
    known.hear(row({ id: 'missed its end', status: 'active' }));
    known.replace(known.ask(), [row({ id: 'missed its end', status: 'resolved' })]);
    expect(status(known, 'missed its end')).toBe('resolved');
  });

  test('an older request that answers late changes nothing', () => {
    const known = new KnownCases();
    const [older, newer] = [known.ask(), known.ask()];
    known.replace(newer, [row({ id: 'a', status: 'active' })]);
    expect(known.replace(older, [row({ id: 'a' }), row({ id: 'b' })])).toBe(false);
    expect(status(known, 'a')).toBe('active');
    expect(status(known, 'b')).toBeUndefined();
  });

  test('a further page adds rows and leaves known ones as they are', () => {
    const known = new KnownCases();
    known.hear(row({ id: 'a', status: 'active' }));
    known.add([row({ id: 'a' }), row({ id: 'b' })]);
    expect(status(known, 'a')).toBe('active');
    expect(status(known, 'b')).toBe('waiting');
  });
});

describe('lists of cases', () => {
  const rows = [
    row({ id: 'late', target_at: '2026-11-22T00:09:00Z' }),
    row({ id: 'soon', target_at: '2026-11-22T00:01:00Z' }),
    row({ id: 'mine', status: 'active', assignee: { id: 'a1', name: 'x' } }),
    row({ id: 'theirs', status: 'active', assignee: { id: 'a2', name: 'y' } }),
    row({ id: 'done', status: 'resolved' }),
  ];
  const ids = (view: Parameters<typeof rowsOf>[0]) => rowsOf(view, rows, 'a1').map(({ id }) => id);

  test('the most urgent waiting case comes first', () => {
    expect(ids('waiting')).toEqual(['soon', 'late']);
  });

  test('mine are the active ones assigned to me', () => {
    expect(ids('mine')).toEqual(['mine']);
    expect(ids('closed')).toEqual(['done']);
    expect(new Set(ids('all'))).toEqual(new Set(['late', 'soon', 'mine', 'theirs']));
  });

  test('j and k stop at the ends and start at the first', () => {
    const waiting = rowsOf('waiting', rows, 'a1');
    expect(neighbour(waiting, null, 1)).toBe('soon');
    expect(neighbour(waiting, 'soon', 1)).toBe('late');
    expect(neighbour(waiting, 'late', 1)).toBe('late');
    expect(neighbour(waiting, 'soon', -1)).toBe('soon');
    expect(neighbour([], null, 1)).toBeNull();
  });
});

describe('first-response clock', () => {
  const at = (time: string) => Date.parse(`2026-11-22T${time}Z`);

  test.each([
    [row({}), '00:00:30', 'calm', '1:30 left'],
    [row({}), '00:01:10', 'soon', '0:50 left'],
    [row({}), '00:02:05', 'late', '0:05 overdue'],
    [row({ first_response_at: '2026-11-22T00:00:40Z' }), '00:05:00', 'met', 'First reply 0:40'],
    [row({ first_response_at: '2026-11-22T00:02:40Z', breached: true }), '00:05:00', 'late', 'First reply 2:40, late'],
    [row({ target_at: null }), '00:05:00', 'met', 'No first-reply target'],
    [row({ status: 'closed' }), '00:05:00', 'met', 'No first-reply target'],
  ])('case %#', (given, time, tone, text) => {
    expect(readClock(given, at(time), en)).toEqual({ tone, text });
  });
});

test('both languages have the same texts with the same places', () => {
  const flat = (table: object, prefix = ''): [string, string][] =>
    Object.entries(table).flatMap(([name, text]) => (typeof text === 'string' ? [[prefix + name, text] as [string, string]] : flat(text as object, `${prefix}${name}.`)));
  const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
  const chinese = new Map(flat(zh));
  expect(flat(en).map(([name]) => name)).toEqual([...chinese.keys()]);
  for (const [name, text] of flat(en)) expect(places(text), name).toEqual(places(chinese.get(name) ?? ''));
});
