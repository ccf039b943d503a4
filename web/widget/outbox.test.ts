import { beforeEach, describe, expect, test } from 'vitest';

import { Outbox, OutboxFullError, type Outgoing } from './outbox';

const entry = (id: string): Outgoing => ({ client_id: id, shown: id, body: { text: id }, language: 'zh' });

describe('outbox', () => {
  beforeEach(() => localStorage.clear());

  test('what waits survives a reload, in order', () => {
    const outbox = new Outbox(localStorage, 'c-1');
    outbox.add(entry('a'));
    outbox.add(entry('b'));
    const reloaded = new Outbox(localStorage, 'c-1');
    expect(reloaded.waiting.map(({ client_id }) => client_id)).toEqual(['a', 'b']);
    expect(new Outbox(localStorage, 'c-2').waiting).toEqual([]);
  });

  test('a settled message is gone for good and settling twice is harmless', () => {
    const outbox = new Outbox(localStorage, 'c-1');
    outbox.add(entry('a'));
    outbox.settle('a');
    outbox.settle('a');
    expect(outbox.next).toBeUndefined();
    expect(localStorage.length).toBe(0);
  });

  test.each(['{', '"text"', '[{"client_id":1}]', '[null]', '[{"client_id":"a","shown":"a","language":"zh","body":{}}]'])(
    'storage that somebody else wrote (%s) is ignored',
    (stored) => {
      localStorage.setItem('cloud-support.outbox.c-1', stored);
      expect(new Outbox(localStorage, 'c-1').waiting).toEqual([]);
    },
  );

  test('it refuses to grow without end', () => {
    const outbox = new Outbox(localStorage, 'c-1');
    for (let count = 0; count < 50; count += 1) outbox.add(entry(`m${count}`));
    expect(() => outbox.add(entry('one more'))).toThrow(OutboxFullError);
  });

  test('a browser that forbids storage keeps the messages in memory', () => {
    const refuse = () => {
      throw new Error('forbidden');
    };
    const outbox = new Outbox({ getItem: refuse, setItem: refuse, removeItem: refuse }, 'c-1');
    outbox.add(entry('a'));
    expect(outbox.next?.client_id).toBe('a');
  });
});
