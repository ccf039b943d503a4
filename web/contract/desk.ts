/** What the desk exchanges with the support service (docs/contracts.md §4 and §5). */

import type { Language, Message, Role, StepState } from './chat';

export type Severity = 'sev1' | 'sev2' | 'sev3' | 'sev4';
export type Tier = 'tier1' | 'tier2' | 'tam';
export type CaseStatus = 'waiting' | 'active' | 'resolved' | 'closed';
export type Presence = 'online' | 'away' | 'offline';
export type CaseView = 'waiting' | 'mine' | 'all' | 'closed';

export interface Agent {
  id: string;
  name: string;
  role: string;
  tiers: string[];
  products: string[];
  language: Language;
  presence?: Presence;
}

export interface CaseRow {
  id: string;
  title: string;
  status: CaseStatus;
  severity: Severity;
  tier: Tier;
  plan: string;
  account_name: string | null;
  user_name: string | null;
  product: string | null;
  reason: string;
  language: Language;
  assignee: { id: string; name: string } | null;
  requested_at: string;
  target_at: string | null;
  first_response_at: string | null;
  breached: boolean;
  unread: number;
  last_message: { text: string; role: Role; at: string } | null;
}

export interface HandoffPacket {
  version: number;
  reason: string;
  severity: Severity;
  severity_why: string;
  tier: Tier;
  product: string | null;
  language: Language;
  mood: { anger: number; urgency: number; business_down: boolean };
  customer: Record<string, unknown>;
  intent: string | null;
  confidence: number | null;
  task: { skill: string; step: string } | null;
  slots: Record<string, unknown>;
  resources: { kind: string; id: string; name: string | null }[];
  steps: { text: string; state: StepState; at: string | null; request_id: string | null }[];
  articles: { slug: string; title: string }[];
  api_calls: { operation: string; resource_id: string | null; ok: boolean; request_id: string | null }[];
  events: { event_id: string; status: string }[];
  incidents: unknown[];
  summary: { text: string; inferred: boolean; message_ids: string[] }[];
  last_words: string;
}

export interface CustomerCard {
  account_id: string | null;
  account_name: string | null;
  user_id: string | null;
  user_name: string | null;
  plan: string;
  industry: string | null;
  verified: boolean;
  tam: { primary: { id: string; name: string } | null; backup: { id: string; name: string } | null } | null;
  recent_cases: { id: string; title: string; status: CaseStatus }[];
}

export interface AuditEntry {
  at: string;
  actor: { kind: string; id: string | null; name: string | null };
  event: string;
  data: Record<string, unknown>;
}

export interface Viewer {
  id: string;
  name: string;
}

export interface CaseDetail {
  case: CaseRow;
  packet: HandoffPacket | null;
  messages: Message[];
  audit: AuditEntry[];
  customer: CustomerCard;
  viewers: Viewer[];
}
