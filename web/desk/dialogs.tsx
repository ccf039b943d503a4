import { Form, Input, Modal, Select } from 'antd';
import type { TextAreaRef } from 'antd/es/input/TextArea';
import { useRef } from 'react';

import type { Severity, Tier } from '../contract/desk';
import { useLanguage } from './language';

export type Ending = 'release' | 'resolve' | 'escalate';

export interface EndingValues {
  note?: string;
  solution?: string;
  tier?: Tier;
  severity?: Severity;
}

const TIERS: Tier[] = ['tier1', 'tier2', 'tam'];
const SEVERITIES: Severity[] = ['sev1', 'sev2', 'sev3', 'sev4'];

interface EndingProps {
  ending: Ending | null;
  busy: boolean;
  onCancel(): void;
  onSubmit(ending: Ending, values: EndingValues): void;
}

/** Asks for what giving back, resolving or escalating a case needs. */
export function EndingDialog({ ending, busy, onCancel, onSubmit }: EndingProps) {
  const { texts } = useLanguage();
  const [form] = Form.useForm<EndingValues>();
  const note = useRef<TextAreaRef>(null);
  if (!ending) return null;
  const titles = { release: texts.release_title, resolve: texts.resolve_title, escalate: texts.escalate_title };
  const noteLabels = { release: texts.release_note, resolve: texts.resolve_note, escalate: texts.escalate_reason };
  return (
    <Modal
      open
      title={titles[ending]}
      okText={texts.confirm}
      cancelText={texts.cancel}
      confirmLoading={busy}
      onCancel={onCancel}
      onOk={() => form.submit()}
      afterOpenChange={(open) => open && note.current?.focus()}
      destroyOnHidden
    >
      <Form form={form} layout="vertical" initialValues={{ tier: 'tier2' }} onFinish={(values) => onSubmit(ending, values)}>
        {ending === 'escalate' && (
          <>
            <Form.Item name="tier" label={texts.escalate_tier} rules={[{ required: true }]}>
              <Select options={TIERS.map((tier) => ({ value: tier, label: texts.tier[tier] }))} />
            </Form.Item>
            <Form.Item name="severity" label={texts.escalate_severity}>
              <Select allowClear placeholder={texts.unchanged} options={SEVERITIES.map((severity) => ({ value: severity, label: texts.severity[severity] }))} />
            </Form.Item>
          </>
        )}
        <Form.Item name="note" label={noteLabels[ending]} rules={[{ required: true, whitespace: true, message: texts.required }]}>
          <Input.TextArea ref={note} rows={3} maxLength={4000} />
        </Form.Item>
        {ending === 'resolve' && (
          <Form.Item name="solution" label={texts.resolve_solution}>
            <Input.TextArea rows={3} maxLength={4000} />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}

export function ShortcutsDialog({ open, onClose }: { open: boolean; onClose(): void }) {
  const { texts } = useLanguage();
  return (
    <Modal open={open} title={texts.shortcuts} footer={null} onCancel={onClose} destroyOnHidden>
      <dl className="shortcut-list">
        {Object.entries(texts.keys).map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
