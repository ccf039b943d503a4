import { describe, expect, test } from 'vitest';

import type { Message } from '../contract/chat';
import { Transcript } from './transcript';

function message(seq: number): Message {
  return { id: `m-${seq}`, seq, client_id: null, role: 'bot', author: null, kind: 'answer', text: String(seq), buttons: [], card: null, created_at: '2026-11-22T00:00:00Z' };
}

const seqs = (messages: Message[]) => messages.map(({ seq }) => seq);

describe('transcript', () => {
  test('shows what arrives early only after what is missing has come', () => {
    const transcript = new Transcript();
    expect(seqs(transcript.accept([message(2), message(3)]))).toEqual([]);
    expect(transcript.hasGap).toBe(true);
    expect(seqs(transcript.accept([message(1)]))).toEqual([1, 2, 3]);
    expect(transcript.hasGap).toBe(false);
  });

  test('shows a message that arrives twice once', () => {
    const transcript = new Transcript();
    expect(seqs(transcript.accept([message(1), message(1)]))).toEqual([1]);
    expect(seqs(transcript.accept([message(1)]))).toEqual([]);
  });

  test('a page of history that does not begin at 1 is no gap', () => {
    const transcript = new Transcript();
    expect(seqs(transcript.start([message(41), message(40)]))).toEqual([40, 41]);
    expect(transcript.firstSeq).toBe(40);
    expect(transcript.lastSeq).toBe(41);
  });

  test('earlier pages are added above without duplicates', () => {
    const transcript = new Transcript();
    transcript.start([message(4), message(5)]);
    expect(seqs(transcript.prepend([message(3), message(2), message(4)]))).toEqual([2, 3]);
    expect(transcript.firstSeq).toBe(2);
    expect(seqs(transcript.messages)).toEqual([2, 3, 4, 5]);
  });

  test('any order and any repetition gives every message once and in order', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const transcript = new Transcript();
      const shown: number[] = [];
      for (const seq of shuffledWithRepeats(30, seed)) shown.push(...seqs(transcript.accept([message(seq)])));
      expect(shown, `seed ${seed}`).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    }
  });
});

/** 1..count, each once or twice, in an order that depends on the seed only. */
function shuffledWithRepeats(count: number, seed: number): number[] {
  let state = seed;
  const random = () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state / 2 ** 31;
  };
  const numbers = Array.from({ length: count }, (_, index) => index + 1).flatMap((seq) => (random() < 0.4 ? [seq, seq] : [seq]));
  return numbers.map((seq) => ({ seq, rank: random() })).sort((a, b) => a.rank - b.rank).map(({ seq }) => seq);
}
