import { CloudSupportChat } from './element';

/** The service that served this script is the one to talk to, unless the `server` attribute says otherwise. */
const script = document.currentScript;
if (script instanceof HTMLScriptElement && script.src) CloudSupportChat.defaultServer = new URL(script.src).origin;

if (!customElements.get('cloud-support-chat')) customElements.define('cloud-support-chat', CloudSupportChat);
