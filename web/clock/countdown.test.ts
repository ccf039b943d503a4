import { expect, test } from 'vitest';

import { clockText, secondsLeft } from './countdown';

test.each([
  ['2026-11-22T00:02:00Z', 120],
  ['2026-11-22T00:00:00.400Z', 1],
  ['2026-11-21T23:59:00Z', 0],
  ['soon', null],
  [null, null],
])('until %s there are %s seconds left', (target, left) => {
  expect(secondsLeft(target, Date.parse('2026-11-22T00:00:00Z'))).toBe(left);
});

test.each([[0, '0:00'], [65, '1:05'], [3723, '1:02:03']])('%s seconds read %s', (seconds, text) => {
  expect(clockText(seconds)).toBe(text);
});
