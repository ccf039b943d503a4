import type { MetricCard } from '../contract/chat';
import { html, SafeHtml } from '../markup/html';
import { fill, type Texts } from './texts';

const WIDTH = 280;
const HEIGHT = 72;
const MARGIN = 4;

type Sample = [number, number];

/** A small line chart; a missing sample breaks the line, because unknown is not zero. */
export function metricChart(card: MetricCard, texts: Texts, locale: string): SafeHtml {
  const known = card.points.filter((point): point is Sample => point[1] !== null && Number.isFinite(point[1]));
  const latest = known.at(-1);
  if (!latest) return html`<p class="cs-metric-empty">${texts.metric_empty}</p>`;
  const values = known.map(([, value]) => value);
  const show = (value: number) => `${formatValue(value, locale)}${card.unit ? ` ${card.unit}` : ''}`;
  const summary = fill(texts.metric_summary, {
    metric: card.metric,
    min: show(Math.min(...values)),
    max: show(Math.max(...values)),
    latest: show(latest[1]),
  });
  const hasGaps = known.length < card.points.length;
  return html`<figure class="cs-metric">
    <figcaption><span>${card.metric}</span><strong>${fill(texts.metric_latest, { value: show(latest[1]) })}</strong></figcaption>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${summary}" preserveAspectRatio="none">
      ${lineParts(card.points).map((line) => html`<polyline points="${line}" />`)}
    </svg>
    <div class="cs-metric-axis"><span>${clockTime(card.points[0]?.[0] ?? 0, locale)}</span>
    <span>${show(Math.min(...values))} – ${show(Math.max(...values))}</span>
    <span>${clockTime(card.points.at(-1)?.[0] ?? 0, locale)}</span></div>
    ${hasGaps ? html`<p class="cs-note">${texts.metric_gaps}</p>` : null}
  </figure>`;
}

/** The `points` attributes of the unbroken parts of the line. */
export function lineParts(points: MetricCard['points']): string[] {
  const known = points.filter((point): point is Sample => point[1] !== null && Number.isFinite(point[1]));
  const values = known.map(([, value]) => value);
  const low = Math.min(0, ...values);
  const range = Math.max(...values) - low || 1;
  const start = points[0]?.[0] ?? 0;
  const duration = (points.at(-1)?.[0] ?? 0) - start || 1;
  const place = ([at, value]: Sample): string => {
    const x = MARGIN + ((at - start) / duration) * (WIDTH - 2 * MARGIN);
    const y = HEIGHT - MARGIN - ((value - low) / range) * (HEIGHT - 2 * MARGIN);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  };
  const parts: string[][] = [[]];
  for (const point of points) {
    if (point[1] === null || !Number.isFinite(point[1])) parts.push([]);
    else parts.at(-1)?.push(place(point as Sample));
  }
  // A single sample between two gaps becomes a dot: a line of no length with round ends.
  return parts.filter((part) => part.length > 0).map((part) => (part.length === 1 ? `${part[0]} ${part[0]}` : part.join(' ')));
}

function formatValue(value: number, locale: string): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: value < 10 ? 2 : 1 }).format(value);
}

function clockTime(epochSeconds: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hour12: false }).format(epochSeconds * 1000);
}
