/** What exists in demo mode only. */

export interface DemoCustomer {
  key: string;
  name: string;
  account_name: string;
  plan: string;
  description: string;
}

export interface DemoScenario {
  scenario: string;
  title: string;
  description: string;
  resource_id: string | null;
  active: boolean;
}

export interface DemoAgent {
  email: string;
  password: string;
  name: string;
  role: string;
  tiers: string[];
  description: string;
}
