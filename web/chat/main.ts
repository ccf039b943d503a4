import type { Language } from '../contract/chat';
import type { DemoCustomer, DemoScenario } from '../contract/demo';
import { html, SafeHtml } from '../markup/html';
import { fetchConfig, fetchCustomers, fetchScenarios, fetchToken, healAll, inject } from './api';
import './page.css';
import en from './texts/en.json';
import zh from './texts/zh.json';

const TEXTS = { zh, en };
const RETRY_MS = 2_000;
const CUSTOMER_KEY = 'cloud-support.demo-customer';
const LANGUAGE_KEY = 'cloud-support.language';
/** The choice "not signed in" in the list of demo customers. */
const ANONYMOUS = 'anonymous';

interface PageState {
  demo: boolean;
  language: Language;
  customers: DemoCustomer[];
  customer: string;
  token: string | null;
  scenarios: DemoScenario[];
  notice: string;
}

const query = new URLSearchParams(location.search);
const state: PageState = {
  demo: false,
  language: firstLanguage(),
  customers: [],
  customer: query.get('customer') ?? localStorage.getItem(CUSTOMER_KEY) ?? '',
  token: null,
  scenarios: [],
  notice: '',
};

function firstLanguage(): Language {
  const wanted = query.get('lang') ?? localStorage.getItem(LANGUAGE_KEY) ?? navigator.language;
  return wanted.startsWith('zh') ? 'zh' : 'en';
}

const page = element('page');

async function start(): Promise<void> {
  drawFrame();
  try {
    state.demo = (await fetchConfig()).demo;
    if (state.demo) await loadDemo();
  } catch {
    state.notice = texts().unavailable;
    drawTexts();
    setTimeout(() => void start(), RETRY_MS);
    return;
  }
  state.notice = '';
  drawTexts();
  await showChat();
}

async function loadDemo(): Promise<void> {
  state.customers = await fetchCustomers();
  const known = [...state.customers.map((customer) => customer.key), ANONYMOUS];
  if (!known.includes(state.customer)) state.customer = known[0] ?? ANONYMOUS;
  await signIn();
}

async function signIn(): Promise<void> {
  localStorage.setItem(CUSTOMER_KEY, state.customer);
  state.token = state.customer === ANONYMOUS ? null : await fetchToken(state.customer, state.language);
  await loadScenarios();
}

async function loadScenarios(): Promise<void> {
  state.scenarios = state.token ? await fetchScenarios(state.token).catch(() => []) : [];
}

function texts(): typeof zh {
  return TEXTS[state.language];
}

function drawFrame(): void {
  page.innerHTML = html`<div id="banner" class="demo-banner" role="note" hidden></div>
    <header class="top"><span class="brand" id="brand"></span><nav><a href="/help/" id="help-link"></a><a href="/desk/" target="_blank" rel="noopener" id="desk-link" hidden></a>
    <button type="button" id="language"></button></nav></header>
    <main><section class="intro"><h1 id="heading"></h1><p id="lead"></p></section>
    <div class="columns"><section class="chat" id="chat"></section><aside id="side" hidden></aside></div></main>`.value;
  element('language').addEventListener('click', () => setLanguage(state.language === 'zh' ? 'en' : 'zh'));
  element('side').addEventListener('click', (event) => onSideClick(event.target as Element));
  element('side').addEventListener('change', (event) => onCustomerChosen(event.target as HTMLInputElement));
  drawTexts();
}

function drawTexts(): void {
  const text = texts();
  document.documentElement.lang = state.language === 'zh' ? 'zh-CN' : 'en';
  document.title = text.title;
  const banner = element('banner');
  banner.hidden = !state.demo;
  banner.textContent = text.demo_banner;
  element('brand').textContent = text.cloud;
  element('language').textContent = text.language;
  element('heading').textContent = text.heading;
  element('lead').textContent = state.notice && !state.demo ? state.notice : text.lead;
  const help = element('help-link');
  help.textContent = text.articles;
  help.setAttribute('href', `/help/?lang=${state.language}`);
  const desk = element('desk-link');
  desk.textContent = text.desk;
  desk.hidden = !state.demo;
  const side = element('side');
  side.hidden = !state.demo;
  if (state.demo) side.innerHTML = html`${customerPanel()}${faultPanel()}${deskPanel()}`.value;
}

function customerPanel(): SafeHtml {
  const text = texts();
  const options = [
    ...state.customers.map((customer) => ({ ...customer, note: `${customer.account_name} · ${planText(customer.plan)}` })),
    { key: ANONYMOUS, name: text.anonymous, description: text.anonymous_note, note: '' },
  ];
  return html`<fieldset class="box"><legend>${text.customer}</legend>${options.map(
    (option) => html`<label class="choice"><input type="radio" name="customer" value="${option.key}" ${new SafeHtml(option.key === state.customer ? 'checked' : '')} />
      <span><strong>${option.name}</strong>${option.note ? html`<em>${option.note}</em>` : null}<small>${option.description}</small></span></label>`,
  )}</fieldset>`;
}

function faultPanel(): SafeHtml {
  const text = texts();
  const rows = state.scenarios.map(
    (scenario, index) => html`<li><div><strong>${scenario.title}</strong>${scenario.active ? html`<mark>${text.active} ${scenario.resource_id}</mark>` : null}<small>${scenario.description}</small></div>
      <button type="button" data-inject="${index}" aria-label="${text.inject} ${scenario.title}">${text.inject}</button></li>`,
  );
  const empty = state.token ? text.no_faults : text.needs_customer;
  return html`<section class="box" aria-labelledby="faults"><h2 id="faults">${text.faults}</h2><p>${text.faults_note}</p>
    ${rows.length > 0 ? html`<ul class="faults">${rows}</ul>` : html`<p>${empty}</p>`}
    <p class="notice" id="notice" role="status">${state.notice}</p>
    ${rows.length > 0 ? html`<button type="button" data-heal="all" class="wide">${text.heal}</button>` : null}</section>`;
}

function deskPanel(): SafeHtml {
  const text = texts();
  return html`<section class="box"><h2><a href="/help/?lang=${state.language}">${text.articles}</a></h2><p>${text.articles_note}</p></section>
    <section class="box"><h2><a href="/desk/" target="_blank" rel="noopener">${text.desk}</a></h2><p>${text.desk_note}</p></section>`;
}

function planText(plan: string): string {
  const text = texts();
  return { key: text.plan_key, business: text.plan_business, basic: text.plan_basic }[plan] ?? plan;
}

function onCustomerChosen(input: HTMLInputElement): void {
  if (input.name !== 'customer') return;
  state.customer = input.value;
  state.notice = '';
  void signIn().then(() => {
    drawTexts();
    page.querySelector<HTMLInputElement>(`input[value="${CSS.escape(state.customer)}"]`)?.focus();
    return showChat();
  }, failed);
}

function onSideClick(target: Element): void {
  const button = target.closest<HTMLButtonElement>('button');
  const token = state.token;
  if (!button || !token) return;
  const scenario = state.scenarios[Number(button.dataset.inject ?? '-1')];
  const work = scenario ? inject(token, scenario) : button.dataset.heal ? healAll(token) : null;
  if (!work) return;
  button.disabled = true;
  const notice = scenario ? texts().injected.replace('{name}', scenario.title) : texts().healed;
  void work
    .then(loadScenarios)
    .then(() => {
      state.notice = notice;
      drawTexts();
    }, failed)
    .finally(() => {
      button.disabled = false;
    });
}

function failed(): void {
  announce(texts().failed);
}

function announce(notice: string): void {
  state.notice = notice;
  const place = document.getElementById('notice');
  if (place) place.textContent = notice;
}

function setLanguage(language: Language): void {
  state.language = language;
  state.notice = '';
  localStorage.setItem(LANGUAGE_KEY, language);
  chatElement()?.setAttribute('language', language);
  drawTexts();
  if (!state.demo) return;
  void Promise.all([fetchCustomers(), loadScenarios()]).then(([customers]) => {
    state.customers = customers;
    drawTexts();
  }, failed);
}

function chatElement(): Element | null {
  return document.querySelector('cloud-support-chat');
}

async function showChat(): Promise<void> {
  await loadWidget();
  const known = chatElement();
  const chat = known ?? document.createElement('cloud-support-chat');
  chat.setAttribute('layout', 'inline');
  chat.setAttribute('no-language-switch', '');
  chat.setAttribute('language', state.language);
  if (state.token) chat.setAttribute('token', state.token);
  else chat.removeAttribute('token');
  if (known) return;
  chat.addEventListener('cloud-support-identity', () => void renewIdentity());
  element('chat').append(chat);
}

/** A refused token is replaced once; if the fresh one is refused too, the widget keeps saying so. */
async function renewIdentity(): Promise<void> {
  if (!state.demo || state.customer === ANONYMOUS) return;
  const before = state.token;
  await signIn().catch(() => undefined);
  if (state.token && state.token !== before) chatElement()?.setAttribute('token', state.token);
}

function loadWidget(): Promise<void> {
  if (customElements.get('cloud-support-chat')) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = '/widget.js';
    script.onload = () => resolve();
    script.onerror = () => reject(new Error('/widget.js did not load'));
    document.head.append(script);
  });
}

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

void start();
