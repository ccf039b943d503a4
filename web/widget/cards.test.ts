import { describe, expect, test } from 'vitest';

import type { Card, Message } from '../contract/chat';
import { renderCard } from './cards';
import { lineParts } from './chart';
import { choicesOf, fileOf, renderMessage } from './message';
import { fill, languageOf, textsFor } from './texts';

const zh = textsFor('zh');

function drawn(card: Card): HTMLElement {
  const host = document.createElement('div');
  host.innerHTML = renderCard(card, zh, 'zh-CN')?.value ?? '';
  return host;
}

function message(part: Partial<Message>): Message {
  return { id: 'm-1', seq: 1, client_id: null, role: 'bot', author: null, kind: 'question', text: '', buttons: [], card: null, created_at: '2026-11-22T04:00:00Z', ...part };
}

describe('cards', () => {
  test('an instance shows its facts and leaves out what is unknown', () => {
    const host = drawn({ type: 'instance', instance_id: 'i-NNkaK46e', name: 'web-01', status: 'Running', ip: null });
    expect(host.textContent).toContain('运行中');
    expect(host.textContent).toContain('i-NNkaK46e');
    expect(host.textContent).not.toContain('IP');
  });

  test('a step says its state to a screen reader too', () => {
    const host = drawn({ type: 'steps', items: [{ text: '重启', state: 'done' }, { text: '检查', state: 'unknown' }] });
    expect([...host.querySelectorAll('[role=img]')].map((mark) => mark.getAttribute('aria-label'))).toEqual(['已完成', '无法确定']);
  });

  test('an article with a hostile address is shown without a link', () => {
    const host = drawn({ type: 'articles', items: [{ slug: 'a', title: '<b>x</b>', url: 'javascript:alert(1)' }] });
    expect(host.querySelector('a')).toBeNull();
    expect(host.querySelector('b')).toBeNull();
    expect(host.textContent).toContain('<b>x</b>');
  });

  test('a missing sample breaks the line of a chart', () => {
    expect(lineParts([[0, 1], [60, 2], [120, null], [180, 3], [240, 4]])).toHaveLength(2);
    expect(lineParts([[0, null], [60, null]])).toEqual([]);
  });

  test('a chart without data says so instead of drawing zero', () => {
    const host = drawn({ type: 'metric', metric: 'CPU', unit: '%', points: [[0, null]] });
    expect(host.textContent).toContain(zh.metric_empty);
    expect(host.querySelector('svg')).toBeNull();
  });

  test('a kind of card this version does not know is left out', () => {
    expect(renderCard({ type: 'hologram' } as unknown as Card, zh, 'zh-CN')).toBeNull();
  });
});

describe('messages', () => {
  test('payloads of buttons and list items never enter the page', () => {
    const given = message({
      buttons: [{ title: '是', payload: '/affirm{"secret":1}' }],
      card: { type: 'list', title: '实例', items: [{ title: 'web-01', payload: '/inform{"instance_id":"i-1"}' }, { title: 'web-02' }] },
    });
    expect(renderMessage(given, zh, 'zh-CN').value).not.toMatch(/affirm|inform/);
    expect([...choicesOf(given).entries()].map(([name, { payload }]) => [name, payload])).toEqual([
      ['button-0', '/affirm{"secret":1}'],
      ['item-0', '/inform{"instance_id":"i-1"}'],
    ]);
  });

  test.each([
    ['file', 'shot.png\n/files/abc', 'https://s.example/files/abc'],
    ['text', 'shot.png\n/files/abc', undefined],
    ['file', 'shot.png\nhttps://evil.example/files/abc', undefined],
    ['file', 'shot.png', undefined],
  ])('a %s message %j leads to %s', (kind, text, url) => {
    expect(fileOf(message({ role: 'customer', kind, text }), 'https://s.example')?.url).toBe(url);
  });

  test('an agent is shown by name', () => {
    expect(renderMessage(message({ role: 'agent', author: { name: '<李工>' }, text: '您好' }), zh, 'zh-CN').value).toContain('&lt;李工&gt;');
  });
});

describe('texts', () => {
  test('both languages have the same texts with the same places', () => {
    const en = textsFor('en');
    expect(Object.keys(en)).toEqual(Object.keys(zh));
    expect(Object.keys(en.status)).toEqual(Object.keys(zh.status));
    const places = (text: unknown) => (typeof text === 'string' ? (text.match(/\{\w+\}/g) ?? []).sort() : []);
    for (const name of Object.keys(zh) as (keyof typeof zh)[]) expect(places(en[name]), name).toEqual(places(zh[name]));
  });

  test('places are filled, unknown ones stay visible', () => {
    expect(fill('{a} {b}', { a: 1 })).toBe('1 {b}');
  });

  test.each([['zh-CN', 'zh'], ['en_US', 'en'], ['de', null], [null, null]])('the tag %s means %s', (tag, language) => {
    expect(languageOf(tag)).toBe(language);
  });
});
