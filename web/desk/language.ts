import { createContext, useContext } from 'react';

import type { Language } from '../contract/chat';
import { DeskError } from './api';
import en from './texts/en.json';
import zh from './texts/zh.json';

export type DeskTexts = typeof zh;

const ALL: Record<Language, DeskTexts> = { zh, en };
const STORAGE_KEY = 'cloud-support.desk.language';

export interface LanguageChoice {
  language: Language;
  locale: string;
  texts: DeskTexts;
  choose(language: Language): void;
}

export const LanguageContext = createContext<LanguageChoice>(choiceOf('zh', () => undefined));

export function useLanguage(): LanguageChoice {
  return useContext(LanguageContext);
}

export function choiceOf(language: Language, choose: (language: Language) => void): LanguageChoice {
  return { language, locale: language === 'zh' ? 'zh-CN' : 'en-GB', texts: ALL[language], choose };
}

export function firstLanguage(): Language {
  const wanted = localStorage.getItem(STORAGE_KEY) ?? navigator.language;
  return wanted.startsWith('zh') ? 'zh' : 'en';
}

export function rememberLanguage(language: Language): void {
  localStorage.setItem(STORAGE_KEY, language);
}

/** Why something failed, in words: the service's own, which know the details, or ours when it could not be asked. */
export function reasonText(failure: unknown, texts: DeskTexts): string {
  if (!(failure instanceof DeskError)) return texts.errors.unknown;
  return failure.reason.message ?? textOf(texts.errors, failure.reason.code);
}

/** The text of a code the service sent; a code this version does not know is shown as it is. */
export function textOf(table: Record<string, string>, code: string | null | undefined): string {
  return code ? (table[code] ?? code) : '';
}
