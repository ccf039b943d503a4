/** What crosses the border between the browser and the support service (docs/contracts.md §5). */

export type Language = 'zh' | 'en';

export type Role = 'customer' | 'bot' | 'agent' | 'system';

export interface ReplyButton {
  title: string;
  payload: string;
}

export interface InstanceCard {
  type: 'instance';
  instance_id: string;
  name: string;
  status: string;
  region?: string | null;
  ip?: string | null;
  spec?: string | null;
  expires_at?: string | null;
}

export type StepState = 'done' | 'failed' | 'unknown' | 'pending';

export interface StepsCard {
  type: 'steps';
  items: { text: string; state: StepState }[];
}

export interface ArticlesCard {
  type: 'articles';
  items: { slug: string; title: string; url: string }[];
}

export interface MetricCard {
  type: 'metric';
  metric: string;
  unit: string;
  /** Pairs of epoch seconds and value; null where the cloud had no sample. */
  points: [number, number | null][];
}

export interface ListCard {
  type: 'list';
  title: string;
  items: { title: string; subtitle?: string | null; payload?: string | null }[];
}

export type Card = InstanceCard | StepsCard | ArticlesCard | MetricCard | ListCard;

export interface Message {
  id: string;
  /** Counts from 1 without gaps in one conversation. */
  seq: number;
  client_id: string | null;
  role: Role;
  author: { name: string } | null;
  kind: string | null;
  text: string;
  buttons: ReplyButton[];
  card: Card | null;
  created_at: string;
}

export interface Owner {
  kind: 'bot' | 'queue' | 'agent';
  agent: { id: string; name: string } | null;
  version: number;
}

export interface WaitingCase {
  id: string;
  severity: string;
  tier: string;
  position: number | null;
  target_at: string | null;
  people: string[];
}

export interface FloorState {
  owner: Owner;
  case: WaitingCase | null;
}

export interface ContractError {
  code: string;
  message?: string;
  winner?: string;
}

export type SendAck = { ok: true; seq: number; id: string } | { ok: false; error: ContractError };

export interface OpenedConversation {
  conversation_id: string;
  owner: Owner | null;
  resumed: boolean;
  session: string | null;
}

export interface MessagePage {
  messages: Message[];
  last_seq: number;
}

export interface ServiceConfig {
  demo: boolean;
  languages: Language[];
  version: string;
}
