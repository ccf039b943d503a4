import type { Language } from '../contract/chat';
import en from './texts/en.json';
import zh from './texts/zh.json';

export type Texts = typeof zh;

const ALL: Record<Language, Texts> = { zh, en };

export function textsFor(language: Language): Texts {
  return ALL[language];
}

/** Puts values into the `{name}` places of a text; a place without a value stays visible. */
export function fill(template: string, values: Record<string, string | number>): string {
  return template.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

/** The language of a tag such as `zh-CN` or `en_US`, or null when it is neither Chinese nor English. */
export function languageOf(tag: string | null | undefined): Language | null {
  const primary = (tag ?? '').toLowerCase().split(/[-_]/)[0];
  return primary === 'zh' || primary === 'en' ? primary : null;
}
