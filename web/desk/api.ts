import type { ContractError, Message, ServiceConfig } from '../contract/chat';
import type { Agent, CaseDetail, CaseRow, CaseView, Presence, Severity, Tier } from '../contract/desk';
import type { DemoAgent } from '../contract/demo';

const REQUEST_TIMEOUT_MS = 15_000;

export class DeskError extends Error {
  constructor(
    readonly status: number,
    readonly reason: ContractError,
  ) {
    super(reason.code);
  }
}

export interface CasePage {
  cases: CaseRow[];
  next_cursor: string | null;
}

export function fetchConfig(): Promise<ServiceConfig> {
  return request(null, 'GET', '/api/config');
}

export function fetchDemoAgents(): Promise<DemoAgent[]> {
  return request(null, 'GET', '/api/demo/agents');
}

export function signIn(email: string, password: string): Promise<{ token: string; agent: Agent }> {
  return request(null, 'POST', '/api/desk/login', { email, password });
}

/** The HTTP half of the desk's contract, as one signed-in agent. */
export class DeskApi {
  constructor(
    readonly token: string,
    /** Called when the service no longer knows this agent. */
    private readonly onRefused: () => void = () => undefined,
  ) {}

  async me(): Promise<Agent> {
    return (await this.request<{ agent: Agent }>('GET', '/me')).agent;
  }

  cases(view: CaseView, cursor: string | null): Promise<CasePage> {
    const position = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
    return this.request('GET', `/cases?view=${view}&limit=50${position}`);
  }

  detail(caseId: string): Promise<CaseDetail> {
    return this.request('GET', this.path(caseId));
  }

  claim(caseId: string): Promise<unknown> {
    return this.request('POST', `${this.path(caseId)}/claim`, {});
  }

  write(caseId: string, clientId: string, text: string): Promise<Message> {
    return this.request('POST', `${this.path(caseId)}/messages`, { client_id: clientId, text });
  }

  note(caseId: string, text: string): Promise<unknown> {
    return this.request('POST', `${this.path(caseId)}/notes`, { text });
  }

  release(caseId: string, note: string): Promise<unknown> {
    return this.request('POST', `${this.path(caseId)}/release`, { note });
  }

  resolve(caseId: string, note: string, solution: string): Promise<unknown> {
    return this.request('POST', `${this.path(caseId)}/resolve`, { note, ...(solution ? { solution } : {}) });
  }

  escalate(caseId: string, tier: Tier, reason: string, severity: Severity | null): Promise<unknown> {
    return this.request('POST', `${this.path(caseId)}/escalate`, { tier, reason, ...(severity ? { severity } : {}) });
  }

  /** The assignee has seen what the customer wrote. */
  read(caseId: string): Promise<unknown> {
    return this.request('POST', `${this.path(caseId)}/read`, {});
  }

  /** Leaves without waiting: the page forgets the token whatever the service says. */
  signOut(): void {
    this.presence('offline')
      .then(() => this.request('POST', '/logout', {}))
      .catch(() => undefined);
  }

  presence(status: Presence): Promise<unknown> {
    return this.request('POST', '/presence', { status });
  }

  private path(caseId: string): string {
    return `/cases/${encodeURIComponent(caseId)}`;
  }

  private async request<T>(method: string, path: string, body?: unknown): Promise<T> {
    try {
      return await request<T>(this.token, method, `/api/desk${path}`, body);
    } catch (failure) {
      if (failure instanceof DeskError && failure.status === 401) this.onRefused();
      throw failure;
    }
  }
}

async function request<T>(token: string | null, method: string, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { 'Accept-Language': document.documentElement.lang };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
  } catch {
    throw new DeskError(0, { code: 'network' });
  }
  if (!response.ok) throw new DeskError(response.status, await readError(response));
  return (response.status === 204 ? null : await response.json()) as T;
}

async function readError(response: Response): Promise<ContractError> {
  try {
    return ((await response.json()) as { error?: ContractError }).error ?? { code: 'unknown' };
  } catch {
    return { code: 'unknown' };
  }
}
