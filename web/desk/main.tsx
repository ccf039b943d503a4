import { App, ConfigProvider } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

import type { Language } from '../contract/chat';
import type { Agent } from '../contract/desk';
import { CARD_STYLES, FONT_FAMILY } from '../widget/styles';
import { DeskApi, DeskError, fetchConfig } from './api';
import { DeskPage } from './desk-page';
import './desk.css';
import { choiceOf, firstLanguage, LanguageContext, rememberLanguage } from './language';
import { Login } from './login';

/** Per tab, so that two agents can be signed in side by side on one machine. */
const TOKEN_KEY = 'cloud-support.desk.token';

interface SignedIn {
  token: string;
  agent: Agent;
}

function Root() {
  const [language, setLanguage] = useState<Language>(firstLanguage);
  const choose = (wanted: Language) => {
    rememberLanguage(wanted);
    setLanguage(wanted);
  };
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  }, [language]);
  const theme = { token: { fontFamily: FONT_FAMILY, colorPrimary: '#1f5fd6', colorTextPlaceholder: '#5b6577', motion: false } };
  return (
    <LanguageContext.Provider value={choiceOf(language, choose)}>
      <ConfigProvider locale={language === 'zh' ? zhCN : enUS} theme={theme} button={{ autoInsertSpace: false }}>
        <App component={false} notification={{ placement: 'bottomLeft' }}>
          <Door />
        </App>
      </ConfigProvider>
    </LanguageContext.Provider>
  );
}

/** The login until an agent is known, then the desk. */
function Door() {
  const [demo, setDemo] = useState(false);
  const [signedIn, setSignedIn] = useState<SignedIn | null>(null);
  const [checking, setChecking] = useState(sessionStorage.getItem(TOKEN_KEY) !== null);

  useEffect(() => {
    fetchConfig().then((config) => setDemo(config.demo), () => setDemo(false));
    const token = sessionStorage.getItem(TOKEN_KEY);
    if (!token) return;
    new DeskApi(token)
      .me()
      .then((agent) => setSignedIn({ token, agent }))
      .catch((failure: unknown) => {
        if (failure instanceof DeskError && failure.status === 401) sessionStorage.removeItem(TOKEN_KEY);
      })
      .finally(() => setChecking(false));
  }, []);

  const enter = (token: string, agent: Agent) => {
    sessionStorage.setItem(TOKEN_KEY, token);
    setSignedIn({ token, agent });
  };
  const leave = () => {
    if (signedIn) new DeskApi(signedIn.token).signOut();
    forget();
  };
  const forget = () => {
    sessionStorage.removeItem(TOKEN_KEY);
    setSignedIn(null);
  };

  return (
    <div className="page">
      <style>{CARD_STYLES}</style>
      {demo && <DemoBanner />}
      {signedIn ? <DeskPage token={signedIn.token} agent={signedIn.agent} onSignOut={leave} onRefused={forget} /> : !checking && <Login demo={demo} onSignedIn={enter} />}
    </div>
  );
}

function DemoBanner() {
  return (
    <LanguageContext.Consumer>
      {({ texts }) => (
        <div className="demo-banner" role="note">
          {texts.demo_banner}
        </div>
      )}
    </LanguageContext.Consumer>
  );
}

const place = document.getElementById('desk');
if (!place) throw new Error('the page has no #desk');
createRoot(place).render(
  <StrictMode>
    <Root />
  </StrictMode>,
);
