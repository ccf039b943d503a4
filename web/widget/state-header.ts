import type { FloorState, Language } from '../contract/chat';
import { clockText, secondsLeft } from '../clock/countdown';
import { fill, type Texts } from './texts';

/** Ids of the parts that the header writes to. */
const PARTS = ['title', 'state', 'queue', 'queue-facts', 'queue-clock', 'back'] as const;
type Part = (typeof PARTS)[number];

/** Further away than this a moment of the calendar says more than a countdown. */
const LONGEST_COUNTDOWN_SECONDS = 3600;

/** Who is speaking, and while a person is on the way: place, people and the time that is left. */
export class StateHeader {
  private readonly parts: Record<Part, HTMLElement>;
  private floor: FloorState | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    root: ShadowRoot,
    private texts: Texts,
    onBack: () => void,
  ) {
    const find = (id: Part) => {
      const element = root.getElementById(id);
      if (!element) throw new Error(`the panel has no #${id}`);
      return element;
    };
    this.parts = Object.fromEntries(PARTS.map((id) => [id, find(id)])) as Record<Part, HTMLElement>;
    this.parts.back.addEventListener('click', onBack);
  }

  show(floor: FloorState | null, texts: Texts, language: Language): void {
    this.floor = floor;
    this.texts = texts;
    this.parts.title.textContent = texts.title;
    this.parts.state.textContent = this.stateText();
    this.parts.back.textContent = texts.back_to_bot;
    this.showQueue(language);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  get agentName(): string {
    return this.floor?.owner.agent?.name ?? this.texts.agent;
  }

  private stateText(): string {
    const kind = this.floor?.owner.kind ?? 'bot';
    if (kind === 'agent') return fill(this.texts.state_agent, { name: this.agentName });
    return kind === 'queue' ? this.texts.state_queue : this.texts.state_bot;
  }

  private showQueue(language: Language): void {
    const waiting = this.floor?.owner.kind === 'queue';
    this.parts.queue.hidden = !waiting;
    clearInterval(this.timer);
    if (!waiting) return;
    this.parts['queue-facts'].textContent = this.queueFacts(language);
    this.tick(language);
    this.timer = setInterval(() => this.tick(language), 1000);
  }

  private queueFacts(language: Language): string {
    const waiting = this.floor?.case;
    if (!waiting) return '';
    const facts: string[] = [];
    if (waiting.position !== null && waiting.position !== undefined) {
      facts.push(waiting.position <= 1 ? this.texts.queue_next : fill(this.texts.queue_position, { position: waiting.position }));
    }
    if (waiting.people?.length > 0) {
      facts.push(fill(this.texts.queue_people, { people: waiting.people.join(language === 'zh' ? '、' : ', ') }));
    }
    facts.push(fill(this.texts.queue_case, { id: waiting.id }));
    return facts.join(' · ');
  }

  private tick(language: Language): void {
    const target = this.floor?.case?.target_at ?? null;
    const left = secondsLeft(target, Date.now());
    const clock = this.parts['queue-clock'];
    clock.hidden = left === null;
    clock.classList.toggle('late', left === 0);
    if (left === 0) clock.textContent = this.texts.queue_late;
    else if ((left ?? 0) <= LONGEST_COUNTDOWN_SECONDS) clock.textContent = fill(this.texts.queue_left, { time: clockText(left ?? 0) });
    else clock.textContent = fill(this.texts.queue_by, { time: momentText(target ?? '', language) });
  }
}

function momentText(timestamp: string, language: Language): string {
  const locale = language === 'zh' ? 'zh-CN' : 'en-GB';
  return new Intl.DateTimeFormat(locale, { month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false }).format(new Date(timestamp));
}
