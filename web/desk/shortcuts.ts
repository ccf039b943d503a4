import { useEffect, useRef } from 'react';

export type ShortcutTable = Record<string, () => void>;

/** Runs the action of a key, unless the agent is writing, a dialog is open or a modifier is held. */
export function useShortcuts(table: ShortcutTable): void {
  const current = useRef(table);
  current.current = table;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.keyCode === 229) return;
      const action = isBusy(event.target as Element | null) ? undefined : current.current[event.key];
      if (!action) return;
      event.preventDefault();
      action();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}

function isBusy(target: Element | null): boolean {
  if (document.querySelector('[role="dialog"][aria-modal="true"]:not([style*="display: none"])')) return true;
  return target?.closest('input, textarea, select, [contenteditable="true"], [role="combobox"]') !== null;
}
