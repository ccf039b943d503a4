import { useEffect, useState } from 'react';

import { clockText, secondsLeft } from '../clock/countdown';
import type { CaseRow } from '../contract/desk';
import { fill } from '../widget/texts';
import { useLanguage, type DeskTexts } from './language';

export interface ClockReading {
  tone: 'calm' | 'soon' | 'late' | 'met';
  text: string;
}

/** Below this share of the whole time the clock asks for attention. */
const SOON_SHARE = 0.5;

/** What a case's first-response clock shows at a moment. */
export function readClock(row: CaseRow, nowMs: number, texts: DeskTexts): ClockReading {
  if (row.first_response_at) {
    const taken = Math.max(0, Math.round((Date.parse(row.first_response_at) - Date.parse(row.requested_at)) / 1000));
    const template = row.breached ? texts.clock_breached : texts.clock_met;
    return { tone: row.breached ? 'late' : 'met', text: fill(template, { time: clockText(taken) }) };
  }
  const left = secondsLeft(row.target_at, nowMs);
  if (left === null || row.target_at === null || isOver(row)) return { tone: 'met', text: texts.clock_none };
  const target = Date.parse(row.target_at);
  if (left === 0) return { tone: 'late', text: fill(texts.clock_overdue, { time: clockText(Math.floor((nowMs - target) / 1000)) }) };
  const whole = (target - Date.parse(row.requested_at)) / 1000;
  return { tone: left < whole * SOON_SHARE ? 'soon' : 'calm', text: fill(texts.clock_left, { time: clockText(left) }) };
}

function isOver(row: CaseRow): boolean {
  return row.status === 'resolved' || row.status === 'closed';
}

export function ResponseClock({ row }: { row: CaseRow }) {
  const { texts } = useLanguage();
  const now = useSecond();
  const reading = readClock(row, now, texts);
  return (
    <span className={`clock clock-${reading.tone}`} role="timer" aria-live="off">
      {reading.text}
    </span>
  );
}

/** Milliseconds of wall time, renewed every second. */
function useSecond(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
