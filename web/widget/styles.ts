/** Set on deep-chat so that it does not ask a font service for its default font. */
export const FONT_FAMILY =
  '-apple-system, BlinkMacSystemFont, "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

const ACCENT = '#1f5fd6';
const INK = '#1d2433';

export const inputStyles = {
  container: { borderRadius: '10px', border: '1px solid #8a94a6', boxShadow: 'none', width: 'calc(100% - 24px)', margin: '8px 0 12px' },
  text: { padding: '10px 44px 10px 46px', color: INK, fontSize: '15px' },
  focus: { border: `1px solid ${ACCENT}`, outline: `2px solid ${ACCENT}55` },
};

export const messageStyles = {
  default: {
    shared: { bubble: { maxWidth: '86%', fontSize: '15px', lineHeight: '1.55', padding: '9px 13px', marginTop: '8px' } },
    user: { bubble: { backgroundColor: ACCENT, color: '#fff', borderRadius: '14px 14px 4px 14px' } },
    ai: { bubble: { backgroundColor: '#eef1f6', color: INK, borderRadius: '14px 14px 14px 4px' } },
  },
  html: { shared: { bubble: { maxWidth: '86%', fontSize: '15px', lineHeight: '1.55', padding: '9px 13px', marginTop: '8px' } } },
};

/** Styles of texts and cards, wherever a message is shown. */
export const CARD_STYLES = `
  .cs-card, .cs-card * { box-sizing: border-box; }
  .cs-text { overflow-wrap: anywhere; }
  .cs-text > :first-child { margin-top: 0; } .cs-text > :last-child { margin-bottom: 0; }
  .cs-text p, .cs-text ul, .cs-text ol, .cs-text pre { margin: 6px 0; }
  .cs-text ul, .cs-text ol { padding-inline-start: 22px; }
  .cs-text code { background: #dfe5ef; border-radius: 4px; padding: 1px 4px; font-size: 0.92em; }
  .cs-text pre { background: #dfe5ef; border-radius: 8px; padding: 8px 10px; overflow-x: auto; }
  .cs-text pre code { background: none; padding: 0; }
  .cs-text table { border-collapse: collapse; } .cs-text td, .cs-text th { border: 1px solid #c3cad6; padding: 3px 8px; }
  .cs-choice { font: inherit; font-size: 14px; min-height: 36px; padding: 6px 14px; border: 1px solid ${ACCENT}; border-radius: 18px; background: #fff; color: #174ea6; cursor: pointer; text-align: start; }
  .cs-choice:hover:not(:disabled) { background: #e5edfb; }
  .cs-choice:disabled { border-color: #a9b2c1; color: #5b6577; background: transparent; cursor: default; }
  .cs-choice.cs-used { border-color: #174ea6; color: #174ea6; background: #e5edfb; }
  .cs-card { background: #fff; border: 1px solid #cdd4e0; border-radius: 10px; padding: 10px 12px; margin-top: 8px; min-width: min(230px, 100%); }
  .cs-card h3 { font-size: 13px; margin: 0 0 6px; color: #4a5468; }
  .cs-instance header { display: flex; justify-content: space-between; gap: 12px; align-items: center; }
  .cs-instance dl { margin: 8px 0 0; font-size: 13px; } .cs-instance dl div { display: flex; gap: 8px; padding: 1px 0; }
  .cs-instance dt { color: #4a5468; flex: 0 0 76px; } .cs-instance dd { margin: 0; overflow-wrap: anywhere; }
  .cs-status { font-size: 12px; padding: 1px 9px; border-radius: 10px; white-space: nowrap; background: #e6e9ef; color: #394357; }
  .cs-status-good { background: #dcf1e5; color: #14573a; } .cs-status-bad { background: #fbe3e1; color: #8c1d18; }
  .cs-steps { list-style: none; margin: 0; padding: 0; } .cs-steps li { display: flex; gap: 8px; padding: 2px 0; }
  .cs-mark { flex: 0 0 20px; height: 20px; border-radius: 50%; text-align: center; font-size: 12px; line-height: 20px; background: #e6e9ef; color: #394357; margin-top: 2px; }
  .cs-step-done .cs-mark { background: #1b7f4b; color: #fff; } .cs-step-failed .cs-mark { background: #b3261e; color: #fff; } .cs-step-unknown .cs-mark { background: #8a5200; color: #fff; }
  .cs-articles { list-style: none; margin: 0; padding: 0; } .cs-articles li + li { margin-top: 8px; }
  .cs-list { list-style: none; margin: 0; padding: 0; } .cs-list li { padding: 3px 0; } .cs-list .cs-choice { width: 100%; border-radius: 8px; }
  .cs-list-title { display: block; } .cs-list-subtitle { display: block; font-size: 12px; color: #4a5468; }
  .cs-metric { margin: 0; } .cs-metric figcaption { display: flex; justify-content: space-between; gap: 10px; font-size: 13px; }
  .cs-metric svg { width: 100%; height: 72px; margin-top: 6px; background: #f6f8fb; border-radius: 6px; }
  .cs-metric polyline { fill: none; stroke: ${ACCENT}; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; vector-effect: non-scaling-stroke; }
  .cs-metric-axis { display: flex; justify-content: space-between; font-size: 12px; color: #4a5468; } .cs-note { font-size: 12px; color: #4a5468; margin: 4px 0 0; }
  .cs-text a, .cs-articles a { color: #174ea6; }
`;

/** Styles inside deep-chat's shadow root. */
export const BUBBLE_STYLES = `${CARD_STYLES}
  #messages { padding: 4px 0 10px; overscroll-behavior: contain; }
  #messages:focus-visible, .cs-choice:focus-visible, .cs-older:focus-visible, a:focus-visible { outline: 2px solid ${ACCENT}; outline-offset: 2px; }
  .cs-own a { color: inherit; }
  .cs-attach { position: absolute; inset-inline-start: 17px; bottom: 17px; width: 34px; height: 34px; display: grid; place-items: center; border: 0; border-radius: 8px; background: none; color: #4a5468; cursor: pointer; }
  .cs-attach:hover { background: #e5edfb; color: #174ea6; }
  .cs-attach:focus-visible { outline: 2px solid ${ACCENT}; }
  .cs-own { white-space: pre-wrap; overflow-wrap: anywhere; }
  .cs-author { font-size: 12px; color: #4a5468; margin-bottom: 3px; }
  [data-role="agent"] .message-bubble { background: #e4f3ec !important; }
  [data-role="agent"] .cs-author span { font-weight: 600; color: #14573a; }
  [data-role="system"] .inner-message-container { justify-content: center; }
  [data-role="system"] .message-bubble { background: none !important; color: #4a5468 !important; font-size: 13px !important; text-align: center; max-width: 94% !important; margin-left: auto; margin-right: auto; padding: 2px 10px !important; }
  [data-role="system"] .cs-replies { justify-content: center; }
  .cs-kind-error { border-left: 3px solid #b3261e; padding-left: 8px; }
  .cs-kind-confirmation { border-left: 3px solid #b26a00; padding-left: 8px; }
  .cs-kind-result { border-left: 3px solid #1b7f4b; padding-left: 8px; }
  .cs-delivery { font-size: 12px; margin-top: 4px; opacity: 0.95; }
  [data-failed] .message-bubble { background: #b3261e !important; }
  .cs-replies { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 10px; }
  .cs-older { display: block; margin: 8px auto; font: inherit; font-size: 13px; border: none; background: none; color: #174ea6; text-decoration: underline; cursor: pointer; min-height: 28px; }
  .cs-older[hidden], .cs-typing[hidden] { display: none; }
  .cs-typing { font-size: 13px; color: #4a5468; padding: 4px 16px; }
`;

/** Styles of the launcher, the panel and the state header. */
export const PANEL_STYLES = `
  :host { all: initial; font-family: ${FONT_FAMILY}; color: ${INK}; }
  :host([layout="inline"]) { display: block; height: 100%; min-height: 0; }
  * { box-sizing: border-box; }
  button { font: inherit; }
  button:focus-visible { outline: 2px solid ${ACCENT}; outline-offset: 2px; }
  .launcher { position: fixed; inset-block-end: 24px; inset-inline-end: 24px; z-index: 2147483000; display: flex; align-items: center; gap: 8px; min-height: 48px; padding: 0 20px; border: 0; border-radius: 24px; background: ${ACCENT}; color: #fff; font-size: 15px; font-weight: 600; box-shadow: 0 6px 20px #1d243340; cursor: pointer; }
  .badge { min-width: 20px; height: 20px; padding: 0 6px; border-radius: 10px; background: #b3261e; font-size: 12px; line-height: 20px; text-align: center; }
  .panel { display: flex; flex-direction: column; background: #fff; overflow: hidden; min-height: 0; }
  .floating { position: fixed; inset-block-end: 24px; inset-inline-end: 24px; z-index: 2147483000; width: 400px; height: min(680px, calc(100vh - 48px)); border-radius: 14px; box-shadow: 0 12px 48px #1d243359; }
  :host([layout="inline"]) .panel { height: 100%; }
  [hidden] { display: none !important; }
  header { display: flex; align-items: center; gap: 8px; padding: 10px 12px 10px 16px; background: ${INK}; color: #fff; }
  .heading { flex: 1; min-width: 0; }
  h2 { margin: 0; font-size: 16px; }
  .state { font-size: 13px; color: #d5dbe8; }
  header button { border: 1px solid #8e99ae; background: none; color: #fff; border-radius: 8px; min-height: 32px; min-width: 32px; padding: 0 10px; cursor: pointer; font-size: 13px; }
  .banner { padding: 8px 16px; font-size: 13px; background: #fff1d6; color: #6b4200; }
  .banner.refused { background: #fbe3e1; color: #8c1d18; }
  .queue { padding: 10px 16px; background: #eaf1fd; border-block-end: 1px solid #c4d5f3; font-size: 13px; display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: center; }
  .queue strong { font-variant-numeric: tabular-nums; font-size: 15px; }
  .queue .late { color: #8c1d18; }
  .queue button { margin-inline-start: auto; border: 1px solid ${ACCENT}; background: #fff; color: #174ea6; border-radius: 8px; min-height: 32px; padding: 0 12px; cursor: pointer; font-size: 13px; }
  .body { flex: 1; min-height: 0; display: flex; }
  deep-chat { flex: 1; width: 100% !important; height: 100% !important; border: 0 !important; border-radius: 0 !important; }
  @media (max-width: 520px) { .floating { inset: 0; width: auto; height: auto; border-radius: 0; } }
  @media (prefers-reduced-motion: no-preference) { .launcher { transition: transform 0.15s; } .launcher:hover { transform: translateY(-2px); } }
`;
