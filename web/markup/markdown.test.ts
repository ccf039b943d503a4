import { describe, expect, test } from 'vitest';

import { html } from './html';
import { markdown, safeAddress } from './markdown';

function parsed(text: string): HTMLElement {
  const host = document.createElement('div');
  host.innerHTML = markdown(text).value;
  return host;
}

const HOSTILE = [
  '<img src=x onerror="window.hacked=1">',
  '![x](https://evil.example/pixel.png)',
  '[x](javascript:window.hacked=1)',
  '[x](JaVaScRiPt&#58;window.hacked=1)',
  '[x](data:text/html,<script>window.hacked=1</script>)',
  '[x](//evil.example)',
  '[x](/\\evil.example)',
  '<script>window.hacked=1</script>',
  '<svg onload="window.hacked=1"><a xlink:href="javascript:window.hacked=1">x</a></svg>',
  '<math><mtext><table><mglyph><style><img src=x onerror=window.hacked=1>',
  '<iframe src="https://evil.example"></iframe>',
  '<form action="https://evil.example"><input name=p><button>x</button></form>',
  '<p style="background:url(https://evil.example/x)">x</p>',
  '<style>@import "https://evil.example/x.css";</style>',
  '<a href="https://ok.example" onclick="window.hacked=1">x</a>',
  '<base href="https://evil.example/"><meta http-equiv=refresh content="0;url=https://evil.example">',
  '`` ` `` <details open ontoggle=window.hacked=1>',
];

describe('markdown', () => {
  test.each(HOSTILE)('hostile input does no harm: %s', (text) => {
    const host = parsed(text);
    expect(host.querySelectorAll('script,img,svg,math,iframe,form,input,button,style,base,meta,details')).toHaveLength(0);
    for (const element of host.querySelectorAll('*')) {
      for (const { name } of element.attributes) expect(['href', 'title', 'target', 'rel']).toContain(name);
      const address = element.getAttribute('href');
      if (address !== null) expect(address).toMatch(/^(https?:\/\/|mailto:|tel:|\/(?![/\\])|#)/);
    }
    expect('hacked' in window).toBe(false);
  });

  test('bold, lists, code and links are rendered', () => {
    const host = parsed('**重启**后：\n\n- `i-NNkaK46e`\n- [文档](/help/ssh)\n\n```\nping 10.0.0.1\n```');
    expect(host.querySelector('strong')?.textContent).toBe('重启');
    expect(host.querySelectorAll('li')).toHaveLength(2);
    expect(host.querySelector('pre code')?.textContent).toContain('ping 10.0.0.1');
    const link = host.querySelector('a');
    expect(link?.getAttribute('href')).toBe('/help/ssh');
    expect(link?.getAttribute('rel')).toBe('noopener noreferrer');
  });

  test.each([
    ['/help/zh/ssh', '/help/zh/ssh'],
    ['https://example.com/a', 'https://example.com/a'],
    ['javascript:alert(1)', null],
    ['java\tscript:alert(1)', null],
    [' //evil.example', null],
    ['/\\evil.example', null],
    ['data:text/html,x', null],
  ])('the address %s becomes %s', (given, expected) => {
    expect(safeAddress(given)).toBe(expected);
  });
});

test('the template escapes every value and keeps nested templates', () => {
  const inner = html`<b>${'<i>'}</b>`;
  expect(html`<p title="${`"'>`}">${inner}${[inner, null, 3]}</p>`.value).toBe(
    '<p title="&quot;&#39;&gt;"><b>&lt;i&gt;</b><b>&lt;i&gt;</b>3</p>',
  );
});
