/** Seconds left until a moment, never negative; null when the moment is unknown or unreadable. */
export function secondsLeft(target: string | null, nowMs: number): number | null {
  if (target === null) return null;
  const at = Date.parse(target);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - nowMs) / 1000));
}

/** `1:05`, or `1:02:03` from an hour up. */
export function clockText(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
