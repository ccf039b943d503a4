import { Alert, Button, Form, Input } from 'antd';
import { useEffect, useState } from 'react';

import type { Agent } from '../contract/desk';
import type { DemoAgent } from '../contract/demo';
import { fetchDemoAgents, signIn } from './api';
import { reasonText, textOf, useLanguage } from './language';

interface Credentials {
  email: string;
  password: string;
}

export function Login({ demo, onSignedIn }: { demo: boolean; onSignedIn(token: string, agent: Agent): void }) {
  const { texts, language, choose } = useLanguage();
  const [form] = Form.useForm<Credentials>();
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const agents = useDemoAgents(demo);

  const submit = async ({ email, password }: Credentials) => {
    setBusy(true);
    setError(null);
    try {
      const answer = await signIn(email, password);
      onSignedIn(answer.token, answer.agent);
    } catch (failure) {
      setError(reasonText(failure, texts));
      setBusy(false);
    }
  };

  return (
    <main className="login">
      <div className="login-box">
        <div className="login-head">
          <h1>{texts.title}</h1>
          <Button size="small" onClick={() => choose(language === 'zh' ? 'en' : 'zh')}>
            {texts.language}
          </Button>
        </div>
        {error && <Alert type="error" showIcon title={error} />}
        <Form form={form} layout="vertical" requiredMark={false} onFinish={(values) => void submit(values)}>
          <Form.Item name="email" label={texts.email} rules={[{ required: true, message: texts.required }]}>
            <Input autoFocus autoComplete="username" inputMode="email" />
          </Form.Item>
          <Form.Item name="password" label={texts.password} rules={[{ required: true, message: texts.required }]}>
            <Input.Password autoComplete="current-password" visibilityToggle={false} />
          </Form.Item>
          <Button type="primary" htmlType="submit" block loading={busy}>
            {texts.sign_in}
          </Button>
        </Form>
        {agents.length > 0 && <DemoAgents agents={agents} onPick={(agent) => form.setFieldsValue(agent)} />}
      </div>
    </main>
  );
}

function DemoAgents({ agents, onPick }: { agents: DemoAgent[]; onPick(agent: Credentials): void }) {
  const { texts } = useLanguage();
  return (
    <section className="demo-agents" aria-labelledby="demo-agents">
      <h2 id="demo-agents">{texts.demo_agents}</h2>
      <ul>
        {agents.map((agent) => (
          <li key={agent.email}>
            <button type="button" onClick={() => onPick({ email: agent.email, password: agent.password })}>
              <strong>{agent.name}</strong>
              <span>{agent.tiers.map((tier) => textOf(texts.tier, tier)).join(' · ')}</span>
              {agent.description && <span className="about">{agent.description}</span>}
              <code>
                {agent.email} / {agent.password}
              </code>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function useDemoAgents(demo: boolean): DemoAgent[] {
  const [agents, setAgents] = useState<DemoAgent[]>([]);
  useEffect(() => {
    if (demo) fetchDemoAgents().then(setAgents, () => setAgents([]));
  }, [demo]);
  return agents;
}
