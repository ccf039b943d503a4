import type { Role } from '../contract/chat';
import type { SafeHtml } from '../markup/html';
import type { SentFile } from './message';
import type { Texts } from './texts';

/** One bubble of the conversation. */
export interface Bubble {
  /** Identity: a bubble with a known key replaces the old one. */
  key: string;
  /** Position: ascending; bubbles that are not stored yet use Infinity and keep their order of arrival. */
  order: number;
  role: Role;
  /** Plain text for the customer's own words, a link for a file, sanitised markup for everything else. */
  content: { text: string } | { file: SentFile } | { markup: SafeHtml };
  /** Delivery state under the bubble, when there is something to say. */
  status: string | null;
}

export interface ChatViewEvents {
  onSend(text: string): void;
  onFile(file: File): void;
  onChoice(key: string, choice: string): void;
  onOlder(): void;
  onInput(): void;
}

/** What the widget needs from a chat component, so that the component can be replaced. */
export interface ChatView {
  mount(host: HTMLElement): Promise<void>;
  put(bubble: Bubble): void;
  /** Puts a page of earlier bubbles above without moving what the reader looks at. */
  putAbove(bubbles: Bubble[]): void;
  setStatus(key: string, status: string | null, failed: boolean): void;
  /** Disables the replies of all bubbles but the given one, marking the used ones. */
  disableChoices(exceptKey: string | null, used: ReadonlyMap<string, string>): void;
  setTyping(text: string | null): void;
  setOlder(available: boolean): void;
  setTexts(texts: Texts): void;
  clear(): void;
  focusInput(): void;
}
