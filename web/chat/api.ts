import type { Language, ServiceConfig } from '../contract/chat';
import type { DemoCustomer, DemoScenario } from '../contract/demo';

export async function fetchConfig(): Promise<ServiceConfig> {
  return request('GET', '/api/config');
}

export async function fetchCustomers(): Promise<DemoCustomer[]> {
  return request('GET', '/api/demo/customers');
}

export async function fetchToken(customer: string, language: Language): Promise<string> {
  const answer = await request<{ token: string }>('POST', '/api/demo/token', null, { customer, language });
  return answer.token;
}

export async function fetchScenarios(token: string): Promise<DemoScenario[]> {
  return request('GET', '/api/demo/scenarios', token);
}

export async function inject(token: string, scenario: DemoScenario): Promise<void> {
  const body = { scenario: scenario.scenario, ...(scenario.resource_id ? { resource_id: scenario.resource_id } : {}) };
  await request('POST', '/api/demo/scenarios', token, body);
}

export async function healAll(token: string): Promise<void> {
  await request('DELETE', '/api/demo/scenarios', token);
}

async function request<T>(method: string, path: string, token: string | null = null, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { 'Accept-Language': document.documentElement.lang };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const response = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
  return (response.status === 204 ? null : await response.json()) as T;
}
