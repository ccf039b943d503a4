import { useEffect, useRef } from 'react';

import type { Message } from '../contract/chat';
import { markdown } from '../markup/markdown';
import { renderCard } from '../widget/cards';
import { fileOf } from '../widget/message';
import { textsFor } from '../widget/texts';
import { textOf, useLanguage } from './language';

/** How far from the end, in pixels, the reader may be for new messages to scroll into view. */
const FOLLOW_DISTANCE = 120;

export function TranscriptPane({ messages, highlighted }: { messages: Message[]; highlighted: string | null }) {
  const { texts } = useLanguage();
  const pane = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const last = messages.at(-1)?.seq;

  useEffect(() => {
    if (pane.current && following.current) pane.current.scrollTop = pane.current.scrollHeight;
  }, [last]);
  useEffect(() => {
    if (highlighted) document.getElementById(`message-${highlighted}`)?.scrollIntoView({ block: 'center' });
  }, [highlighted]);

  return (
    <div
      ref={pane}
      className="transcript"
      role="log"
      aria-label={texts.transcript}
      aria-live="polite"
      tabIndex={0}
      onScroll={({ currentTarget: box }) => {
        following.current = box.scrollHeight - box.scrollTop - box.clientHeight < FOLLOW_DISTANCE;
      }}
    >
      {messages.map((message) => (
        <Bubble key={message.id} message={message} highlighted={message.id === highlighted} />
      ))}
    </div>
  );
}

function Bubble({ message, highlighted }: { message: Message; highlighted: boolean }) {
  const { texts, locale } = useLanguage();
  const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
  const name = message.author?.name ?? textOf(texts.roles, message.role);
  return (
    <article id={`message-${message.id}`} className={`bubble bubble-${message.role}${highlighted ? ' highlighted' : ''}`}>
      <header>
        <strong>{name}</strong> <time dateTime={message.created_at}>{time.format(new Date(message.created_at))}</time>
      </header>
      <MessageBody message={message} />
    </article>
  );
}

function MessageBody({ message }: { message: Message }) {
  const { language, locale } = useLanguage();
  const file = fileOf(message, '');
  if (file) {
    return (
      <p className="own">
        <a href={file.url} target="_blank" rel="noopener">
          {file.name}
        </a>
      </p>
    );
  }
  if (message.role === 'customer') return <p className="own">{message.text}</p>;
  const card = message.card ? renderCard(message.card, textsFor(language), locale) : null;
  return (
    <>
      <div className="cs-text" dangerouslySetInnerHTML={{ __html: markdown(message.text).value }} />
      {card && <div inert dangerouslySetInnerHTML={{ __html: card.value }} />}
      {message.buttons.length > 0 && (
        <p className="offered">
          {message.buttons.map((button) => (
            <span key={button.payload}>{button.title}</span>
          ))}
        </p>
      )}
    </>
  );
}
