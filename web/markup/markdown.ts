import DOMPurify from 'dompurify';
import { Marked } from 'marked';

import { escapeHtml, SafeHtml } from './html';

/** Markup that somebody typed is shown as it was typed; a picture is shown as its description. */
const marked = new Marked({
  gfm: true,
  breaks: true,
  renderer: { html: ({ text }) => escapeHtml(text), image: ({ text }) => escapeHtml(text) },
});

const TAGS = [
  'p', 'br', 'strong', 'em', 'del', 'code', 'pre', 'a', 'ul', 'ol', 'li', 'blockquote',
  'h3', 'h4', 'h5', 'h6', 'hr', 'table', 'thead', 'tbody', 'tr', 'th', 'td',
];

/** Web, mail and telephone addresses, and paths of this site; `//host` and `/\host` would leave it. */
const SAFE_ADDRESS = /^(?:https?:\/\/|mailto:|tel:|\/(?![/\\])|#)/i;

const purifier = DOMPurify(window);
purifier.addHook('afterSanitizeAttributes', (node) => {
  if (node.nodeName !== 'A') return;
  node.setAttribute('target', '_blank');
  node.setAttribute('rel', 'noopener noreferrer');
});

/** Renders the Markdown of a message; nothing is ever loaded or run by reading it. */
export function markdown(text: string): SafeHtml {
  const rendered = marked.parse(text, { async: false });
  return new SafeHtml(
    purifier.sanitize(rendered, {
      ALLOWED_TAGS: TAGS,
      ALLOWED_ATTR: ['href', 'title'],
      ALLOWED_URI_REGEXP: SAFE_ADDRESS,
      ALLOW_DATA_ATTR: false,
      ALLOW_ARIA_ATTR: false,
    }),
  );
}

/** The address if a reader may be sent there, else null. */
export function safeAddress(address: string): string | null {
  const cleaned = [...address].filter((character) => character > ' ' && character !== '\u007f').join('');
  return SAFE_ADDRESS.test(cleaned) ? cleaned : null;
}
